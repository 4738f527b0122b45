//! Bytes as the server sends them, for a reader that blocks.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use futures_util::{StreamExt as _, stream::BoxStream};
use tokio::runtime::Handle;

/// See the module. Not to be read by a thread of an asynchronous runtime.
pub(in crate::blobs) struct Stream {
    runtime: Handle,
    chunks: BoxStream<'static, object_store::Result<Bytes>>,
    /// What came and was not read yet.
    chunk: Bytes,
}

impl Stream {
    pub(super) fn new(runtime: Handle, chunks: BoxStream<'static, object_store::Result<Bytes>>) -> Self {
        Self { runtime, chunks, chunk: Bytes::new() }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.chunks.next()) {
                Some(chunk) => self.chunk = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let count = self.chunk.len().min(buffer.len());
        self.chunk.copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}
