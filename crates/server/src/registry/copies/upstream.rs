//! Requests to another registry: with the login that it wants, through the policy for where it may be.
//!
//! Names and passwords go to the registry that they are kept for and to the token service that it names, and never without TLS but
//! to this machine. Nothing that it answers is part of an error.

use std::io::Read;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use limpid_core::Digest;
use limpid_image::source::{
    CredentialFiles,
    registry::{Challenge, challenge, token},
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use url::Url;

use super::Address;
use crate::{
    egress::{EgressError, Reply},
    engine::Engine,
    limits::UPSTREAM_TOKEN_BYTES,
    registry::{RegistryError, manifest::TYPES},
};

/// Why there is no answer that can be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Trouble {
    /// It has no such thing.
    #[error("it has no such thing")]
    Unknown,
    /// It does not let this service have it.
    #[error("{0}")]
    Refused(String),
    /// It was asked too often; after so many seconds it may be asked again.
    #[error("it was asked too often")]
    TooOften(Option<u32>),
    /// It does not answer, or not as it should.
    #[error("{0}")]
    Failed(String),
    /// What it has cannot be kept, for a reason of ours.
    #[error(transparent)]
    Own(#[from] RegistryError),
}

impl From<limpid_store::StoreError> for Trouble {
    fn from(error: limpid_store::StoreError) -> Self {
        Self::Own(error.into())
    }
}

/// A repository of another registry.
pub(super) struct Upstream<'a> {
    engine: &'a Engine,
    address: &'a Address,
    repository: String,
}

/// A manifest as another registry has it.
pub(super) struct Fetched {
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
}

impl<'a> Upstream<'a> {
    pub(super) fn new(engine: &'a Engine, address: &'a Address, whole: &str) -> Self {
        Self { engine, address, repository: address.repository(whole) }
    }

    /// What a tag points to now; `None` where the registry does not say without being asked for all of it.
    pub(super) fn head(&self, tag: &str) -> Result<Option<Digest>, Trouble> {
        let reply = self.request(&Method::HEAD, &format!("manifests/{tag}"))?;
        let stated = reply.headers.get("docker-content-digest").and_then(|stated| stated.to_str().ok());
        Ok(stated.and_then(|stated| stated.parse().ok()))
    }

    /// A manifest, by tag or digest. Its digest is not looked at.
    pub(super) fn manifest(&self, reference: &str) -> Result<Fetched, Trouble> {
        let most = self.engine.configuration.registry.manifest_bytes;
        let reply = self.request(&Method::GET, &format!("manifests/{reference}"))?;
        let media_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        let media_type = media_type.trim().to_owned();
        let bytes = self.read(reply.body, most)?;
        Ok(Fetched { media_type, bytes })
    }

    /// A blob, which is not verified.
    pub(super) fn blob(&self, digest: &Digest) -> Result<Box<dyn Read + Send>, Trouble> {
        Ok(self.request(&Method::GET, &format!("blobs/{digest}"))?.body)
    }

    fn failed(&self, why: impl std::fmt::Display) -> Trouble {
        Trouble::Failed(format!("{}: {why}", self.address.host()))
    }

    fn refused(&self, why: impl std::fmt::Display) -> Trouble {
        Trouble::Refused(format!("{} does not let this service have it: {why}", self.address.host()))
    }

    fn read(&self, body: Box<dyn Read + Send>, most: u64) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::new();
        body.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        let is_whole = bytes.len() as u64 <= most;
        if is_whole { Ok(bytes) } else { Err(self.failed(format!("its answer is longer than {most} bytes"))) }
    }

    fn request(&self, method: &Method, path: &str) -> Result<Reply, Trouble> {
        let base = self.address.base();
        let address = format!("{base}/v2/{}/{path}", self.repository);
        let key = format!("{base} {}", self.repository);
        let known = self.engine.copies.authorization(&key);
        let reply = self.send(method, &address, known.as_deref())?;
        if reply.status != 401 {
            return self.judged(reply);
        }
        let header = self.authorization(&reply.headers)?;
        let reply = self.send(method, &address, Some(&header))?;
        if reply.status == 200 {
            self.engine.copies.authorize(key, header);
        }
        self.judged(reply)
    }

    fn send(&self, method: &Method, address: &str, authorization: Option<&str>) -> Result<Reply, Trouble> {
        let mut headers = vec![("Accept".to_owned(), format!("{}, */*;q=0.1", TYPES.join(", ")))];
        headers.extend(authorization.map(|header| ("Authorization".to_owned(), header.to_owned())));
        let reply = self.ask(method, address, &headers);
        let is_silent = matches!(reply, Err(Trouble::Failed(_)));
        self.engine.copies.note_silence(&self.address.base(), is_silent);
        reply
    }

    fn ask(&self, method: &Method, address: &str, headers: &[(String, String)]) -> Result<Reply, Trouble> {
        self.engine.upstreams.ask(method, address, headers).map_err(|error| match error {
            // Where its name leads to is for the operator.
            EgressError::NotAllowed(why) => {
                tracing::warn!("an upstream registry is not asked: {why}");
                self.failed("this service may not ask it; its log says why")
            }
            EgressError::Failed(why) | EgressError::Invalid(why) => Trouble::Failed(why),
            EgressError::Status { .. } => Trouble::Failed(error.to_string()),
        })
    }

    fn judged(&self, reply: Reply) -> Result<Reply, Trouble> {
        match reply.status {
            200 => Ok(reply),
            404 => Err(Trouble::Unknown),
            401 | 403 => Err(self.refused("it is not there, or for others")),
            429 => {
                let pause = reply.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                Err(Trouble::TooOften(pause.and_then(|seconds| seconds.trim().parse().ok())))
            }
            status => Err(self.failed(format!("it answers with status {status}"))),
        }
    }

    /// The header that answers a challenge.
    fn authorization(&self, refusal: &HeaderMap) -> Result<String, Trouble> {
        let credentials = self.credentials()?;
        let may = |url: &str| url.parse().is_ok_and(|url: Url| may_carry_secrets(&url));
        match challenge(refusal) {
            None => Err(self.refused("it asks for no kind of login that is known")),
            Some(Challenge::Basic) => {
                let missing =
                    "it wants name and password, and registry.upstreams.credentials_file has none for it";
                let credentials = credentials.ok_or_else(|| self.refused(missing))?;
                if !may(&self.address.base()) {
                    return Err(self.refused("it asks for a password without TLS"));
                }
                Ok(credentials)
            }
            Some(Challenge::Bearer { realm, service }) => {
                if credentials.is_some() && !may(&realm) {
                    return Err(self.refused("its token service has no TLS"));
                }
                self.bearer(&realm, service.as_deref(), credentials)
            }
        }
    }

    /// Name and password, as a header.
    fn credentials(&self) -> Result<Option<String>, Trouble> {
        let Some(file) = &self.engine.configuration.registry.upstreams.credentials else { return Ok(None) };
        let found = CredentialFiles::new([file.clone()]).password(self.address.name(), &self.repository);
        let found = found.map_err(|why| {
            tracing::warn!("registry.upstreams.credentials_file: {why}");
            self.failed("the credentials for it cannot be read; the log says why")
        })?;
        Ok(found.map(|(user, password)| format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))))
    }

    fn bearer(
        &self,
        realm: &str,
        service: Option<&str>,
        credentials: Option<String>,
    ) -> Result<String, Trouble> {
        let Ok(mut url) = realm.parse::<Url>() else {
            return Err(self.refused("its token service has no address"));
        };
        url.query_pairs_mut().extend_pairs(service.map(|service| ("service", service)));
        url.query_pairs_mut().append_pair("scope", &format!("repository:{}:pull", self.repository));
        let headers: Vec<(String, String)> =
            credentials.into_iter().map(|header| ("Authorization".to_owned(), header)).collect();
        let reply = self.ask(&Method::GET, url.as_str(), &headers)?;
        match reply.status {
            200 => {
                let answer = self.read(reply.body, UPSTREAM_TOKEN_BYTES)?;
                let token = token(&answer).ok_or_else(|| self.failed("its token service gives no token"))?;
                Ok(format!("Bearer {token}"))
            }
            400 | 401 | 403 => Err(self.refused("its token service refuses")),
            status => Err(self.failed(format!("its token service answers with status {status}"))),
        }
    }
}

/// Whether nobody else can listen.
fn may_carry_secrets(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_nowhere_in_the_clear_but_to_this_machine() {
        for (url, may) in [
            ("https://registry.example", true),
            ("http://127.0.0.1:5000", true),
            ("http://localhost:5000", true),
            ("http://[::1]:5000", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(may_carry_secrets(&url.parse().unwrap()), may, "{url}");
        }
    }
}
