//! Blobs that go: a part of a file, read piece by piece by threads that never wait for a client.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use crate::limits::DOWNLOAD_PIECE;

/// A body that is a part of a file, from `from` on.
pub(super) fn body(file: File, from: u64, bytes: u64) -> Body {
    let state = State::Resting(file, from);
    Body::new(Outgoing { state, left: bytes })
}

struct Outgoing {
    state: State,
    left: u64,
}

enum State {
    Resting(File, u64),
    Reading(JoinHandle<io::Result<(File, u64, Bytes)>>),
    Ended,
}

fn read(mut file: File, at: u64, most: u64) -> io::Result<(File, u64, Bytes)> {
    file.seek(SeekFrom::Start(at))?;
    let mut piece = Vec::new();
    let count = Read::by_ref(&mut file).take(most).read_to_end(&mut piece)?;
    if count as u64 != most {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, at + most, piece.into()))
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
                State::Resting(file, at) => {
                    let most = self.left.min(DOWNLOAD_PIECE as u64);
                    self.state = State::Reading(tokio::task::spawn_blocking(move || read(file, at, most)));
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(done) = Pin::new(&mut reading).poll(context) else {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    };
                    let (file, at, piece) = match done.map_err(io::Error::other).flatten() {
                        Ok(read) => read,
                        Err(error) => {
                            tracing::error!(%error, "a blob was broken off");
                            return Poll::Ready(Some(Err(error)));
                        }
                    };
                    self.left = self.left.saturating_sub(piece.len() as u64);
                    self.state = State::Resting(file, at);
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
