//! A blob as a stream that goes on where a lost connection left it.

use std::{
    io::{self, Read},
    sync::Arc,
};

use limpid_core::{Digest, digest::Hasher};
use reqwest::{
    Method, StatusCode,
    blocking::Response,
    header::{CONTENT_RANGE, RANGE},
};

use super::{authorization::Access, client::Connection};
use crate::source::error::SourceError;

/// How often a stream is taken up again without having got further by [`PROGRESS_BYTES`].
const RESUMPTIONS: u32 = 4;
/// What counts as progress.
const PROGRESS_BYTES: u64 = 1 << 20;

/// A blob on its way. Ends with an error if it is longer or shorter than it should be.
pub(crate) struct Download {
    connection: Arc<Connection>,
    digest: Digest,
    response: Response,
    at: u64,
    size: Option<u64>,
    resumptions: u32,
    resumed_at: u64,
}

impl Download {
    /// Asks for the blob. `size` is what its descriptor says.
    pub(super) fn open(
        connection: Arc<Connection>,
        digest: Digest,
        size: Option<u64>,
    ) -> Result<Self, SourceError> {
        let response = request(&connection, &digest, 0)?;
        if response.status() == StatusCode::NOT_FOUND {
            let place = connection.name.clone();
            return Err(SourceError::not_found(format!("blob {digest}"), place, ""));
        }
        if response.status() != StatusCode::OK {
            return Err(connection.unexpected(response));
        }
        if let (Some(size), Some(length)) = (size, response.content_length())
            && size != length
        {
            let detail = format!("it has {length} bytes, and its descriptor says {size}");
            return Err(SourceError::invalid(format!("blob {digest}"), &connection.name, detail));
        }
        let size = size.or_else(|| response.content_length());
        Ok(Self { connection, digest, response, at: 0, size, resumptions: RESUMPTIONS, resumed_at: 0 })
    }

    /// Takes the stream up again after it broke off.
    fn resume(&mut self, detail: &str) -> Result<(), SourceError> {
        if self.at - self.resumed_at >= PROGRESS_BYTES {
            self.resumptions = RESUMPTIONS;
        }
        let broken = |detail: String| SourceError::Unavailable {
            place: self.connection.repository.registry().to_owned(),
            detail: format!("blob {} broke off after {} bytes: {detail}", self.digest, self.at),
            remedy: String::new(),
        };
        self.resumptions = self.resumptions.checked_sub(1).ok_or_else(|| broken(detail.to_owned()))?;
        let mut response = request(&self.connection, &self.digest, self.at)?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&response, self.at) => {}
            // A server without ranges sends all again.
            StatusCode::OK => {
                let skipped = io::copy(&mut (&mut response).take(self.at), &mut io::sink());
                if !skipped.is_ok_and(|skipped| skipped == self.at) {
                    return Err(broken("it did not come so far again".to_owned()));
                }
            }
            status => return Err(broken(format!("the rest is answered with {status}"))),
        }
        self.response = response;
        self.resumed_at = self.at;
        Ok(())
    }

    fn too_long(&self, size: u64) -> SourceError {
        let detail = format!("it is longer than the {size} bytes that its descriptor says");
        SourceError::invalid(format!("blob {}", self.digest), &self.connection.name, detail)
    }
}

fn request(connection: &Connection, digest: &Digest, from: u64) -> Result<Response, SourceError> {
    connection.request(&Method::GET, &format!("blobs/{digest}"), Access::Pull, &|request| {
        if from == 0 { request } else { request.header(RANGE, format!("bytes={from}-")) }
    })
}

fn starts_at(response: &Response, at: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|header| header.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let lost = match self.response.read(buffer) {
                Ok(0) if self.size.is_none_or(|size| self.at == size) => return Ok(0),
                Ok(0) => "the connection ended".to_owned(),
                Ok(length) => {
                    self.at += length as u64;
                    return match self.size {
                        Some(size) if self.at > size => Err(self.too_long(size).into()),
                        _ => Ok(length),
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => super::stream_reason(&error),
            };
            self.resume(&lost)?;
        }
    }
}

/// A stream that ends with an error unless its bytes have the digest.
pub(super) struct Verified<R> {
    reader: R,
    hasher: Option<Hasher>,
    expected: Digest,
    place: String,
}

impl<R> Verified<R> {
    pub(super) fn new(reader: R, expected: Digest, place: String) -> Self {
        Self { reader, hasher: Some(expected.hasher()), expected, place }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        if length > 0 || buffer.is_empty() {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(buffer.get(..length).unwrap_or_default());
            }
            return Ok(length);
        }
        match self.hasher.take().map(Hasher::finish) {
            Some(actual) if actual != self.expected => Err(SourceError::DigestMismatch {
                what: "a blob".to_owned(),
                place: self.place.clone(),
                expected: self.expected.clone(),
                actual,
            }
            .into()),
            _ => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verified_stream_ends_well_only_with_the_right_bytes() {
        let read = |bytes: &[u8]| {
            let mut text = Vec::new();
            let mut stream = Verified::new(bytes, Digest::of(b"right"), "here".to_owned());
            stream.read_to_end(&mut text).map(|_| text)
        };
        assert_eq!(read(b"right").unwrap(), b"right");
        assert_eq!(read(b"wrong").unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read(b"").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
