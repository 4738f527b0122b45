//! A body as a reader, for work that blocks. A body that broke off or went past its limit is an error, never an end.

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;

/// Reads a body piece by piece. For threads that may block.
pub(crate) struct BodyReader {
    body: Body,
    runtime: Handle,
    piece: Bytes,
}

impl BodyReader {
    /// A reader. To be made where the runtime is at hand.
    pub(crate) fn new(body: Body) -> Self {
        Self { body, runtime: Handle::current(), piece: Bytes::new() }
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let Some(frame) = self.runtime.block_on(self.body.frame()) else { return Ok(0) };
            // Trailers carry nothing of the document.
            self.piece = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
        }
        let mut piece = self.piece.split_to(self.piece.len().min(buffer.len()));
        let length = piece.len();
        bytes::Buf::copy_to_slice(&mut piece, buffer.split_at_mut(length).0);
        Ok(length)
    }
}
