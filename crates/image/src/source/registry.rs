//! Images in registries (OCI distribution specification 1.1), and the client with which artifacts travel.
//!
//! The outside is synchronous. Credentials are looked up only when a registry asks for some, go only to the registry
//! that they are kept for and to the token service that it names, and never without TLS except to loopback hosts.

use std::io::Read;

use limpid_core::Digest;
use reqwest::blocking::Response;

use super::{
    LayerLocation, SourceOptions, document,
    error::{SourceError, shown},
    platforms::{self, OpenedPlatforms},
    resolve::{Content, ContentImage, ContentKind, Start},
};
use crate::{limits, platform::Platforms, reference::RegistryReference};

mod authorization;
mod client;
mod credential_files;
mod credentials;
mod download;
mod referrers;
mod transport;
mod upload;

pub use authorization::{Challenge, challenge, token};
pub use client::{PulledManifest, RegistryClient};
pub use credential_files::CredentialFile;
pub use credentials::CredentialFiles;
pub use referrers::Attached;

/// How Limpid calls itself.
pub(crate) const USER_AGENT: &str = concat!("limpid/", env!("CARGO_PKG_VERSION"));

/// Opens an image of a registry.
pub(crate) fn open(
    name: &RegistryReference,
    reference: &str,
    options: &SourceOptions,
) -> Result<ContentImage<RegistryClient>, SourceError> {
    let (client, start) = start(name, options)?;
    ContentImage::resolve(client, start, options.platform.as_ref(), reference)
}

/// Opens the images of a registry for several platforms.
pub(crate) fn open_platforms(
    name: &RegistryReference,
    reference: &str,
    wanted: &Platforms,
    options: &SourceOptions,
) -> Result<OpenedPlatforms, SourceError> {
    let (client, start) = start(name, options)?;
    platforms::resolve(client, start, wanted, reference)
}

fn start(name: &RegistryReference, options: &SourceOptions) -> Result<(RegistryClient, Start), SourceError> {
    let client = RegistryClient::new(name, options.insecure, options.credentials.clone())?;
    let pulled = client.pull_manifest(name.identifier(), &document::MANIFEST_TYPES)?;
    let what = format!("manifest {}", pulled.digest);
    let document = document::parse(&pulled.bytes, Some(&pulled.media_type), &what, &name.to_string())?;
    Ok((client, Start { document, digest: pulled.digest, stated: None }))
}

impl Content for RegistryClient {
    fn place(&self) -> &str {
        self.name()
    }

    fn open(
        &self,
        kind: ContentKind,
        digest: &Digest,
        size: u64,
    ) -> Result<Box<dyn Read + Send>, SourceError> {
        match kind {
            ContentKind::Manifest => {
                let pulled = self.pull_manifest(digest.as_str(), &document::MANIFEST_TYPES)?;
                Ok(Box::new(std::io::Cursor::new(pulled.bytes)))
            }
            ContentKind::Blob => Ok(Box::new(self.download(digest, Some(size))?)),
        }
    }

    fn location(&self, digest: &Digest) -> Option<LayerLocation> {
        Some(self.blob_location(digest))
    }
}

/// Chooses the cryptography of all TLS connections of the process, once.
pub(crate) fn install_tls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // An error says that another part of the process was first, with the same choice.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

/// Why a request failed, without its address: addresses of redirects are signed, and so are secrets.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let mut deepest: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = deepest.and_then(std::error::Error::source) {
        deepest = Some(inner);
    }
    let text = deepest.map_or_else(|| "the request failed".to_owned(), ToString::to_string);
    shown(&if error.is_connect() { format!("no connection: {text}") } else { text })
}

/// Why a stream broke off, in the same way.
pub(crate) fn stream_reason(error: &std::io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    inner.map_or_else(|| shown(&error.to_string()), reason)
}

/// What an answer that reports an error says: the registry's own words where it follows the specification.
pub(crate) fn error_text(response: Response) -> String {
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(default)]
        errors: Vec<Entry>,
        #[serde(default)]
        message: String,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let status = response.status();
    let unsaid = || status.canonical_reason().unwrap_or("no reason is given").to_owned();
    let mut bytes = Vec::new();
    if response.take(limits::REGISTRY_ANSWER_BYTES).read_to_end(&mut bytes).is_err() {
        return unsaid();
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&bytes) else { return unsaid() };
    match envelope.errors.first() {
        Some(Entry { code, message }) => shown(&format!("{message} ({code})")),
        None if !envelope.message.is_empty() => shown(&envelope.message),
        None => unsaid(),
    }
}
