//! What both faces share: how a request is read, how the engine's failures become statuses, how documents are answered.
//!
//! Nothing is decided here. A failure that may pass is never answered with 400: clients take that for the last word.

mod document;
mod explained;
mod failure;
pub(crate) mod openapi;
mod reader;
mod request;
mod stream;
pub(crate) mod submission;
mod verdict;

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

pub(crate) use self::{
    document::{Document, not_modified},
    explained::{explained, identifier, turn},
    reader::BodyReader,
    request::{Query, digest, uuid},
    stream::{Pieces, stream},
    verdict::with_verdict,
};
use crate::{
    engine::Engine,
    http::{ApiError, blocking},
    limits::RETRY_SECONDS,
};

/// Room for a request whose client decides how long it holds a thread. To be kept until its end.
pub(crate) fn room(engine: &Engine, requests: u32) -> Result<OwnedSemaphorePermit, ApiError> {
    let room = Arc::clone(&engine.long_requests).try_acquire_many_owned(requests);
    room.map_err(|_full| {
        ApiError::too_many_requests("too much is being sent already; try again later")
            .retry_after(RETRY_SECONDS)
    })
}

/// Runs work that blocks on a thread of its own.
pub(crate) async fn work<T, E>(
    engine: &Arc<Engine>,
    work: impl FnOnce(&Engine) -> Result<T, E> + Send + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: Into<ApiError> + Send + 'static,
{
    let engine = Arc::clone(engine);
    blocking(move || work(&engine)).await?.map_err(Into::into)
}
