//! Which status each failure of the engine has.

use axum::http::StatusCode;
use limpid_store::StoreError;

use crate::{http::ApiError, indexing::IndexFailure, limits, matching::MatchError, updating::UpdateFailure};

/// What passes by itself says when to ask again.
fn answer(status: StatusCode, message: impl Into<String>) -> ApiError {
    let error = ApiError::new(status, message);
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            error.retry_after(limits::RETRY_SECONDS)
        }
        _lasts => error,
    }
}

/// What the database says may name its address and user, so it stands in the log alone.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!("a request is not answered: {error}");
                answer(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the state of the service is not available; try again later",
                )
            }
            StoreError::Stale(_) => answer(StatusCode::SERVICE_UNAVAILABLE, format!("{error}; try again")),
            StoreError::Damaged(_)
            | StoreError::NewerSchema { .. }
            | StoreError::Unusable(_)
            | StoreError::Statement(_) => {
                tracing::error!("a request is not answered: {error}");
                Self::internal("the state of the service cannot be used; its log says why")
            }
        }
    }
}

impl From<IndexFailure> for ApiError {
    fn from(failure: IndexFailure) -> Self {
        let status = match &failure {
            IndexFailure::Invalid(_) => StatusCode::BAD_REQUEST,
            IndexFailure::Layer(_) => StatusCode::BAD_GATEWAY,
            IndexFailure::NotAllowed(_) => StatusCode::FORBIDDEN,
            IndexFailure::Busy => StatusCode::TOO_MANY_REQUESTS,
            IndexFailure::NoIndexer | IndexFailure::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            IndexFailure::Store(error) => return error.clone().into(),
            IndexFailure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer(status, failure.to_string())
    }
}

impl From<MatchError> for ApiError {
    fn from(error: MatchError) -> Self {
        match &error {
            MatchError::Store(error) | MatchError::Catalog(UpdateFailure::Store(error)) => {
                error.clone().into()
            }
            MatchError::Catalog(UpdateFailure::NotOpen(_)) => {
                answer(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            MatchError::Catalog(_) | MatchError::Unwritable(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<UpdateFailure> for ApiError {
    fn from(failure: UpdateFailure) -> Self {
        let status = match &failure {
            UpdateFailure::NotFound(_) => StatusCode::NOT_FOUND,
            UpdateFailure::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            UpdateFailure::Busy | UpdateFailure::NotOpen(_) | UpdateFailure::Lost(..) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            UpdateFailure::Store(error) => return error.clone().into(),
            UpdateFailure::Local(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer(status, failure.to_string())
    }
}
