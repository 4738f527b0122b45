//! One repository of one registry: its manifests and blobs.

use std::{
    io::Read,
    sync::{Arc, Mutex, PoisonError},
};

use limpid_core::Digest;
use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};

use super::{
    authorization::{Access, Exchange},
    credentials::CredentialFiles,
    download::{Download, Verified},
    error_text,
    transport::Transport,
};
use crate::{
    limits,
    reference::RegistryReference,
    source::{
        LayerLocation,
        error::{SourceError, shown},
        resolve,
    },
};

const CONTENT_DIGEST: &str = "docker-content-digest";

/// A client for one repository. Cheap to clone; may be used from several threads.
#[derive(Clone)]
pub struct RegistryClient(pub(super) Arc<Connection>);

/// The state that clones and open downloads share.
pub(super) struct Connection {
    pub(super) transport: Transport,
    pub(super) repository: RegistryReference,
    pub(super) name: String,
    files: CredentialFiles,
    /// The header that the registry last accepted or gave, for reading and for writing.
    authorizations: [Mutex<Option<HeaderValue>>; 2],
}

/// A manifest as a registry holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledManifest {
    /// Digest of `bytes`: the one that was asked for, or SHA-256.
    pub digest: Digest,
    /// Media type by which it was handed over, without parameters. Empty where the registry says none.
    pub media_type: String,
    /// The document.
    pub bytes: Vec<u8>,
}

impl RegistryClient {
    /// A client for the repository of `reference`. Nothing is sent yet. With `insecure` TLS is not verified, or left
    /// out where the registry does not speak it; loopback registries may always do without.
    pub fn new(
        reference: &RegistryReference,
        insecure: bool,
        files: CredentialFiles,
    ) -> Result<Self, SourceError> {
        let transport = Transport::new(reference.host(), insecure)?;
        let name = reference.to_string();
        let authorizations = [Mutex::new(None), Mutex::new(None)];
        Ok(Self(Arc::new(Connection {
            transport,
            repository: reference.clone(),
            name,
            files,
            authorizations,
        })))
    }

    /// The repository, with the tag or digest that the client was made with.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the repository has a blob.
    pub fn blob_exists(&self, digest: &Digest) -> Result<bool, SourceError> {
        let response =
            self.0.request(&Method::HEAD, &format!("blobs/{digest}"), Access::Pull, &|request| request)?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.0.unexpected(response)),
        }
    }

    /// Reads a blob. The stream ends with an error if the bytes do not have this digest, or are not `size` of them.
    pub fn pull_blob(
        &self,
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<impl Read + Send + use<>, SourceError> {
        Ok(Verified::new(self.download(digest, size)?, digest.clone(), self.name().to_owned()))
    }

    /// Reads a blob without verifying it.
    pub(super) fn download(&self, digest: &Digest, size: Option<u64>) -> Result<Download, SourceError> {
        Download::open(Arc::clone(&self.0), digest.clone(), size)
    }

    /// Where a blob is, with the authorization that the registry last accepted or gave for reading.
    pub(super) fn blob_location(&self, digest: &Digest) -> LayerLocation {
        let Connection { transport, repository, authorizations: [pull, _push], .. } = &*self.0;
        let uri = format!("{}/v2/{}/blobs/{digest}", transport.base(), repository.repository());
        let header = pull.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let location = LayerLocation::new(uri);
        // Headers of ours are made of text, so they are text.
        match header.as_ref().and_then(|header| header.to_str().ok()) {
            Some(value) => location.with_header("Authorization", value),
            None => location,
        }
    }

    /// Reads the manifest of a tag or digest. `accepted` are media types, best first. A digest is verified.
    pub fn pull_manifest(&self, identifier: &str, accepted: &[&str]) -> Result<PulledManifest, SourceError> {
        let accepted = accepted.join(", ");
        let response =
            self.0.request(&Method::GET, &format!("manifests/{identifier}"), Access::Pull, &|request| {
                request.header(ACCEPT, &accepted)
            })?;
        match response.status() {
            StatusCode::OK => self.0.manifest(identifier, response),
            StatusCode::NOT_FOUND => {
                let what = format!("{}:{identifier}", self.0.repository.repository());
                let what = if identifier.contains(':') { what.replacen(':', "@", 1) } else { what };
                Err(SourceError::not_found(what, self.0.repository.registry(), "Is the name right?"))
            }
            _ => Err(self.0.unexpected(response)),
        }
    }

    /// Stores a manifest under a tag or its digest, and returns its digest.
    pub fn push_manifest(
        &self,
        identifier: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Digest, SourceError> {
        let response =
            self.0.request(&Method::PUT, &format!("manifests/{identifier}"), Access::Push, &|request| {
                request.header(CONTENT_TYPE, media_type).body(bytes.to_vec())
            })?;
        if response.status() != StatusCode::CREATED {
            return Err(self.0.unexpected(response));
        }
        let digest = Digest::of(bytes);
        self.0.check_stated_digest(&response, &digest, "the pushed manifest")?;
        Ok(digest)
    }
}

impl Connection {
    /// Sends a request to the repository's part of the registry, with the authorization that it wants.
    pub(super) fn request(
        &self,
        method: &Method,
        path: &str,
        access: Access,
        finish: &dyn Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, SourceError> {
        self.authorized(access, &|header| {
            let url = format!("{}/v2/{}/{path}", self.transport.base(), self.repository.repository());
            let mut request = self.transport.client().request(method.clone(), url);
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, header);
            }
            Ok(finish(request))
        })
    }

    /// Sends what `build` makes of the authorization; once more with a new one if the registry asks for it.
    pub(super) fn authorized(
        &self,
        access: Access,
        build: &dyn Fn(Option<HeaderValue>) -> Result<RequestBuilder, SourceError>,
    ) -> Result<Response, SourceError> {
        let [pull, push] = &self.authorizations;
        let slot = if access == Access::Pull { pull } else { push };
        let known = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = self.repository.registry();
        let response = self.transport.send(place, &|| build(known.clone()))?;
        let exchange =
            Exchange { transport: &self.transport, files: &self.files, repository: &self.repository, access };
        if response.status() != StatusCode::UNAUTHORIZED {
            return Self::unless_forbidden(response, &exchange);
        }
        let header = exchange.answer(&response)?;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(header.clone());
        let response = self.transport.send(place, &|| build(Some(header.clone())))?;
        Self::unless_forbidden(response, &exchange)
    }

    fn unless_forbidden(response: Response, exchange: &Exchange<'_>) -> Result<Response, SourceError> {
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(exchange.refused(format!("it says “{}”", error_text(response))))
            }
            _ => Ok(response),
        }
    }

    /// An answer that is neither what was asked for nor one of the usual refusals.
    pub(super) fn unexpected(&self, response: Response) -> SourceError {
        let status = response.status();
        SourceError::Unavailable {
            place: self.repository.registry().to_owned(),
            detail: format!("it answers {status}: {}", error_text(response)),
            remedy: String::new(),
        }
    }

    fn manifest(&self, identifier: &str, response: Response) -> Result<PulledManifest, SourceError> {
        let what = format!("manifest {identifier}");
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|header| header.to_str().ok());
        let media_type =
            media_type.and_then(|text| text.split(';').next()).map(str::trim).unwrap_or_default();
        let media_type = shown(media_type);
        let asked: Option<Digest> = identifier.parse().ok();
        let stated = stated_digest(&response);
        let mut bytes = Vec::new();
        response.take(limits::MANIFEST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| {
            SourceError::Unavailable {
                place: self.repository.registry().to_owned(),
                detail: format!("{what} broke off: {error}"),
                remedy: String::new(),
            }
        })?;
        if bytes.len() as u64 > limits::MANIFEST_BYTES {
            let (place, limit) = (self.name.clone(), limits::MANIFEST_BYTES);
            return Err(SourceError::TooLarge { what, place, limit });
        }
        for expected in [&asked, &stated].into_iter().flatten() {
            resolve::verify(&bytes, expected, &what, &self.name)?;
        }
        Ok(PulledManifest { digest: asked.unwrap_or_else(|| Digest::of(&bytes)), media_type, bytes })
    }

    pub(super) fn check_stated_digest(
        &self,
        response: &Response,
        actual: &Digest,
        what: &str,
    ) -> Result<(), SourceError> {
        match stated_digest(response) {
            Some(stated) if stated.algorithm() == actual.algorithm() && stated != *actual => {
                Err(SourceError::DigestMismatch {
                    what: what.to_owned(),
                    place: self.name.clone(),
                    expected: actual.clone(),
                    actual: stated,
                })
            }
            _ => Ok(()),
        }
    }
}

/// The digest that the registry says its answer has. One that is malformed says nothing.
fn stated_digest(response: &Response) -> Option<Digest> {
    response.headers().get(CONTENT_DIGEST)?.to_str().ok()?.parse().ok()
}
