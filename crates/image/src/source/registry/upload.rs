//! Pushing a blob: one session, one request with all bytes (distribution specification, “POST then PUT”).

use std::{
    io::{self, Read},
    time::Duration,
};

use limpid_core::Digest;
use reqwest::{
    Method, StatusCode, Url,
    blocking::{Body, Response},
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
};

use super::{authorization::Access, client::RegistryClient};
use crate::source::error::SourceError;

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST: u64 = 64 << 10;
/// What an upload may take beside that.
const GRACE: Duration = Duration::from_secs(60);

impl RegistryClient {
    /// Stores a blob of `size` bytes. `open` gives the bytes from their start; it is called again when the connection
    /// is lost.
    pub fn push_blob(
        &self,
        digest: &Digest,
        size: u64,
        open: &dyn Fn() -> io::Result<Box<dyn Read + Send>>,
    ) -> Result<(), SourceError> {
        let session = self.0.request(&Method::POST, "blobs/uploads/", Access::Push, &|request| {
            request.header(CONTENT_LENGTH, 0).body("")
        })?;
        if session.status() != StatusCode::ACCEPTED {
            return Err(self.0.unexpected(session));
        }
        let mut location = self.location(&session)?;
        location.query_pairs_mut().append_pair("digest", digest.as_str());
        // A session may be at another host, such as a store's; the authorization is for the registry alone.
        let is_registry =
            Url::parse(self.0.transport.base()).is_ok_and(|base| base.origin() == location.origin());
        let timeout = GRACE + Duration::from_secs(size / SLOWEST);
        let response = self.0.authorized(Access::Push, &|header| {
            let reader = open().map_err(|error| SourceError::io(format!("blob {digest}"), error))?;
            let mut request = self.0.transport.client().put(location.clone()).timeout(timeout);
            if let (Some(header), true) = (header, is_registry) {
                request = request.header(AUTHORIZATION, header);
            }
            Ok(request.header(CONTENT_TYPE, "application/octet-stream").body(Body::sized(reader, size)))
        })?;
        if response.status() != StatusCode::CREATED {
            return Err(self.0.unexpected(response));
        }
        self.0.check_stated_digest(&response, digest, "the pushed blob")
    }

    fn location(&self, session: &Response) -> Result<Url, SourceError> {
        let header = session.headers().get(LOCATION).and_then(|header| header.to_str().ok());
        let location = header.and_then(|text| session.url().join(text).ok());
        location.filter(|url| self.0.transport.may_carry_secrets(url)).ok_or_else(|| {
            SourceError::invalid("the answer to an upload", self.name(), "it has no usable Location")
        })
    }
}
