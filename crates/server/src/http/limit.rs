//! Bounds on the bodies of requests: how much, and how long.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::{http::ApiError, limits};

/// The bounds on a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit {
    /// Bytes.
    pub bytes: u64,
    /// From the first byte that the handler waits for to the last.
    pub time: Duration,
}

impl Default for BodyLimit {
    fn default() -> Self {
        Self { bytes: limits::BODY_BYTES, time: limits::BODY_TIME }
    }
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than so many bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
    /// It did not come in time.
    #[error("the body did not come within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// The client broke off.
    #[error("the body broke off")]
    BrokenOff,
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            // Not 400, which Quay takes for good.
            BodyError::TooSlow(_) | BodyError::BrokenOff => StatusCode::REQUEST_TIMEOUT,
        };
        Self::new(status, error.to_string())
    }
}

/// Bounds the bodies of requests to these routes, whatever reads them. Of nested limits the outer one counts.
pub fn limit_bodies<S: Clone + Send + Sync + 'static>(routes: Router<S>, limit: BodyLimit) -> Router<S> {
    let layer = middleware::from_fn(move |request: Request, next: middleware::Next| async move {
        match bound(request, limit) {
            Ok(request) => next.run(request).await,
            Err(error) => refused(error),
        }
    });
    // The extractors of the library have a limit of their own, which is not the one that was asked for.
    routes.layer(layer).layer(DefaultBodyLimit::disable())
}

fn refused(error: BodyError) -> Response {
    ApiError::from(error).into_response()
}

/// Marks a request whose body is bounded.
#[derive(Debug, Clone, Copy)]
struct IsBounded;

/// Bounds the body of a request, unless it is bounded already. One that is announced as too large is refused at once.
pub(super) fn bound(mut request: Request, limit: BodyLimit) -> Result<Request, BodyError> {
    if request.extensions_mut().insert(IsBounded).is_some() {
        return Ok(request);
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    // Where it is no number the server has refused the request before.
    if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|bytes| bytes > limit.bytes) {
        return Err(BodyError::TooLarge(limit.bytes));
    }
    Ok(request.map(|body| Body::new(Bounded { body, left: limit.bytes, limit, time: None })))
}

/// A body that ends with an error where it goes past its bounds.
struct Bounded {
    body: Body,
    left: u64,
    limit: BodyLimit,
    time: Option<Pin<Box<Sleep>>>,
}

impl fmt::Debug for Bounded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bounded").field("left", &self.left).finish_non_exhaustive()
    }
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let limit = self.limit;
        // The time of the handler before it asks for the body is not the client's.
        let time = self.time.get_or_insert_with(|| Box::pin(sleep(limit.time)));
        if time.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(BodyError::TooSlow(limit.time))));
        }
        Pin::new(&mut self.body).poll_frame(context).map(|frame| {
            let frame = frame?.map_err(|error| {
                tracing::debug!(%error, "the body of a request broke off");
                BodyError::BrokenOff
            });
            Some(frame.and_then(|frame| self.count(frame)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Bounded {
    fn count(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, BodyError> {
        let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
        self.left = self.left.checked_sub(bytes).ok_or(BodyError::TooLarge(self.limit.bytes))?;
        Ok(frame)
    }
}

/// The bytes of a request's body, up to so many.
pub(crate) async fn read_within(request: Request, bytes: u64) -> Result<Bytes, BodyError> {
    let request = bound(request, BodyLimit { bytes, ..BodyLimit::default() })?;
    read(request.into_body()).await
}

/// The bytes of a body that [`bound`] has bounded.
pub(super) async fn read(body: Body) -> Result<Bytes, BodyError> {
    axum::body::to_bytes(body, usize::MAX).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if let Some(known) = error.downcast_ref::<BodyError>() {
                return *known;
            }
            cause = error.source();
        }
        BodyError::BrokenOff
    })
}
