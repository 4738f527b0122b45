//! Blobs that go: a part of one, read piece by piece by threads that never wait for a client.

use std::{
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use limpid_store::blobs::BlobPart;
use tokio::task::JoinHandle;

use crate::limits::DOWNLOAD_PIECE;

/// A body that is a part of a blob, which has so many bytes.
pub(super) fn body(part: BlobPart, bytes: u64) -> Body {
    Body::new(Outgoing { state: State::Resting(part), left: bytes })
}

struct Outgoing {
    state: State,
    left: u64,
}

enum State {
    Resting(BlobPart),
    Reading(JoinHandle<io::Result<(BlobPart, Bytes)>>),
    Ended,
}

fn read(mut part: BlobPart, most: u64) -> io::Result<(BlobPart, Bytes)> {
    let mut piece = Vec::with_capacity(usize::try_from(most).map_err(io::Error::other)?);
    let count = Read::by_ref(&mut part).take(most).read_to_end(&mut piece)?;
    if count as u64 != most {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((part, piece.into()))
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Resting(..) if self.left == 0 => return Poll::Ready(None),
                State::Resting(part) => {
                    let most = self.left.min(DOWNLOAD_PIECE as u64);
                    self.state = State::Reading(tokio::task::spawn_blocking(move || read(part, most)));
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(done) = Pin::new(&mut reading).poll(context) else {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    };
                    let (part, piece) = match done.map_err(io::Error::other).flatten() {
                        Ok(read) => read,
                        Err(error) => {
                            tracing::error!(%error, "a blob was broken off");
                            return Poll::Ready(Some(Err(error)));
                        }
                    };
                    self.left = self.left.saturating_sub(piece.len() as u64);
                    self.state = State::Resting(part);
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
