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

fn of_store(error: &StoreError) -> StatusCode {
    match error {
        StoreError::Unavailable(_) | StoreError::Stale(_) => StatusCode::SERVICE_UNAVAILABLE,
        StoreError::Damaged(_)
        | StoreError::NewerSchema { .. }
        | StoreError::Unusable(_)
        | StoreError::Statement(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        answer(of_store(&error), error.to_string())
    }
}

impl From<IndexFailure> for ApiError {
    fn from(failure: IndexFailure) -> Self {
        let status = match &failure {
            IndexFailure::Invalid(_) => StatusCode::BAD_REQUEST,
            IndexFailure::Layer(_) => StatusCode::BAD_GATEWAY,
            IndexFailure::NotAllowed(_) => StatusCode::FORBIDDEN,
            IndexFailure::Busy => StatusCode::TOO_MANY_REQUESTS,
            IndexFailure::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            IndexFailure::Store(error) => of_store(error),
            IndexFailure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer(status, failure.to_string())
    }
}

impl From<MatchError> for ApiError {
    fn from(error: MatchError) -> Self {
        let status = match &error {
            MatchError::Store(error) => of_store(error),
            MatchError::Catalog(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer(status, error.to_string())
    }
}

impl From<UpdateFailure> for ApiError {
    fn from(failure: UpdateFailure) -> Self {
        let status = match &failure {
            UpdateFailure::NotFound(_) => StatusCode::NOT_FOUND,
            UpdateFailure::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            UpdateFailure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            UpdateFailure::Store(error) => of_store(error),
            UpdateFailure::Local(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        answer(status, failure.to_string())
    }
}
