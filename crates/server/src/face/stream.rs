//! Bodies that are written while they are made, so that no answer is held whole.
//!
//! A body whose making failed is broken off, never ended: half an answer must not look like an answer.

use std::{
    fmt::Display,
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::{http::ApiError, limits};

/// A part of a body.
enum Piece<E> {
    Bytes(Bytes),
    Failed(E),
    End,
}

/// Where a body is written to. Waits while the client is slow.
pub(crate) struct Pieces<E> {
    sender: mpsc::Sender<Piece<E>>,
    buffer: Vec<u8>,
}

impl<E> Write for Pieces<E> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= limits::PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = Piece::Bytes(std::mem::take(&mut self.buffer).into());
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the client went away");
        self.sender.blocking_send(piece).map_err(gone)
    }
}

/// A body that `work` writes on a thread of its own. What fails before the first piece is an error with a status.
pub(crate) async fn stream<E>(
    work: impl FnOnce(&mut Pieces<E>) -> Result<(), E> + Send + 'static,
) -> Result<Body, ApiError>
where
    E: Into<ApiError> + Display + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(limits::PIECES_WAITING);
    // Its end is told through the channel; a thread that panics closes it without having told.
    drop(tokio::task::spawn_blocking(move || {
        let mut pieces = Pieces { sender, buffer: Vec::new() };
        let last = match work(&mut pieces).map(|()| pieces.flush()) {
            Ok(Ok(())) => Piece::End,
            Ok(Err(_gone)) => return,
            Err(error) => Piece::Failed(error),
        };
        // Nobody is there any more to be told.
        drop(pieces.sender.blocking_send(last));
    }));
    match receiver.recv().await {
        Some(Piece::Failed(error)) => Err(error.into()),
        Some(Piece::Bytes(first)) => {
            Ok(Body::new(Streamed { first: Some(first), receiver, has_ended: false }))
        }
        Some(Piece::End) => Ok(Body::empty()),
        None => Err(ApiError::internal("the answer could not be made")),
    }
}

struct Streamed<E> {
    first: Option<Bytes>,
    receiver: mpsc::Receiver<Piece<E>>,
    has_ended: bool,
}

impl<E> Unpin for Streamed<E> {}

impl<E: Display> HttpBody for Streamed<E> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.has_ended {
            return Poll::Ready(None);
        }
        let piece = ready!(self.receiver.poll_recv(context));
        self.has_ended = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => None,
            Some(Piece::Failed(error)) => {
                tracing::error!(%error, "an answer was broken off");
                Some(Err(io::Error::other(error.to_string())))
            }
            None => Some(Err(io::Error::other("the answer could not be made"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_body_arrives_whole() {
        let line = [b'x'; 1000];
        let work = move |pieces: &mut Pieces<ApiError>| {
            for _ in 0..1000 {
                pieces.write_all(&line).map_err(|error| ApiError::internal(error.to_string()))?;
            }
            Ok(())
        };
        let body = stream(work).await.unwrap().collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), 1_000_000);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_fails_at_once_is_an_error_and_what_fails_later_breaks_off() {
        let at_once = stream(|_: &mut Pieces<ApiError>| Err(ApiError::internal("no"))).await;
        assert!(at_once.is_err());
        let later = stream(|pieces: &mut Pieces<ApiError>| {
            pieces
                .write_all(b"[1,")
                .and_then(|()| pieces.flush())
                .map_err(|error| ApiError::internal(error.to_string()))?;
            Err(ApiError::internal("no"))
        });
        assert!(later.await.unwrap().collect().await.is_err());
    }
}
