//! The manifest of an artifact, from the registry that Harbor names, through the policy for layers.

use std::{collections::BTreeMap, io::Read, time::Instant};

use limpid_core::Digest;
use limpid_image::{
    limits::MANIFEST_BYTES,
    source::manifest::{self, ManifestContent},
};

use super::{request::Registry, work::Payload};
use crate::{
    egress::EgressError,
    engine::Engine,
    indexing::{IndexFailure, Submission, SubmittedLayer},
    limits::{LAYER_ATTEMPTS, MANIFEST_LAYERS, MANIFEST_TIME},
};

type Headers = BTreeMap<String, Vec<String>>;

/// What is to be indexed: the layers that the manifest names, to be fetched as the manifest was.
///
/// # Errors
/// [`IndexFailure`], by who can do something about it.
pub(super) fn submission(engine: &Engine, scan: &Payload) -> Result<Submission, IndexFailure> {
    let bytes = fetch(engine, scan)?;
    let unread = |error: limpid_image::source::SourceError| IndexFailure::Invalid(error.to_string());
    let layers = match manifest::read(&bytes, &place(scan)).map_err(unread)? {
        ManifestContent::Image(layers) => layers,
        ManifestContent::Index => {
            let why = "it is an index of images; have the images in it scanned one by one, as Harbor does";
            return Err(IndexFailure::Invalid(format!("{}: {why}", place(scan))));
        }
    };
    if layers.is_empty() || layers.len() > MANIFEST_LAYERS {
        let found = layers.len();
        let why = format!(
            "{}: an image of 1 to {MANIFEST_LAYERS} layers is expected, and here are {found}",
            place(scan)
        );
        return Err(IndexFailure::Invalid(why));
    }
    let headers = authorization(&scan.registry);
    let layer = |digest: Digest| SubmittedLayer {
        uri: format!("{}/blobs/{digest}", repository(scan)),
        headers: headers.clone(),
        digest,
    };
    Ok(Submission { manifest: scan.digest.clone(), layers: layers.into_iter().map(layer).collect() })
}

/// The manifest, of which it is sure that it is the one that was named.
fn fetch(engine: &Engine, scan: &Payload) -> Result<Vec<u8>, IndexFailure> {
    let mut attempt = 1;
    loop {
        match fetch_once(engine, scan) {
            Err(EgressError::Failed(_)) if attempt < LAYER_ATTEMPTS && !engine.bell.ends() => attempt += 1,
            Err(error) => return Err(failure(&error, scan)),
            Ok(bytes) if digest_of(&scan.digest, &bytes) == scan.digest => return Ok(bytes),
            Ok(_) => {
                let why = format!("{}: the registry answers with another manifest", place(scan));
                return Err(IndexFailure::Layer(why));
            }
        }
    }
}

fn fetch_once(engine: &Engine, scan: &Payload) -> Result<Vec<u8>, EgressError> {
    let mut headers = authorization(&scan.registry);
    headers.insert("Accept".to_owned(), vec![manifest::TYPES.join(", ")]);
    let address = format!("{}/manifests/{}", repository(scan), scan.digest);
    let mut answer = engine.layers.get(&address, &headers)?;
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        let read = answer.read(&mut buffer).map_err(|error| EgressError::Failed(error.to_string()))?;
        let Some(read) = buffer.get(..read).filter(|read| !read.is_empty()) else { return Ok(bytes) };
        bytes.extend_from_slice(read);
        if bytes.len() as u64 > MANIFEST_BYTES {
            return Err(EgressError::Invalid(format!("the manifest is larger than {MANIFEST_BYTES} bytes")));
        }
        if begun.elapsed() > MANIFEST_TIME {
            return Err(EgressError::Failed("the manifest comes too slowly".to_owned()));
        }
    }
}

fn digest_of(like: &Digest, bytes: &[u8]) -> Digest {
    let mut hasher = like.hasher();
    hasher.update(bytes);
    hasher.finish()
}

fn failure(error: &EgressError, scan: &Payload) -> IndexFailure {
    let place = place(scan);
    match error {
        EgressError::NotAllowed(why) => IndexFailure::NotAllowed(format!("{place}: {why}")),
        EgressError::Invalid(why) => IndexFailure::Invalid(format!("{place}: {why}")),
        EgressError::Status { status: 401 | 403, .. } => IndexFailure::Layer(format!(
            "{place}: the registry does not take the credentials that came with the request ({error})"
        )),
        EgressError::Status { .. } => IndexFailure::Layer(format!("{place}: {error}")),
        EgressError::Failed(why) if scan.registry.insecure => IndexFailure::Layer(format!(
            "{place}: {why} (certificates are verified whatever Harbor says: make the authority of Harbor's known to the \
             system that Limpid runs on)"
        )),
        EgressError::Failed(why) => IndexFailure::Layer(format!("{place}: {why}")),
    }
}

/// Such as `library/alpine@sha256:…`.
fn place(scan: &Payload) -> String {
    format!("{}@{}", scan.repository, scan.digest)
}

fn repository(scan: &Payload) -> String {
    format!("{}/v2/{}", scan.registry.url, scan.repository)
}

fn authorization(registry: &Registry) -> Headers {
    if registry.authorization.is_empty() {
        return Headers::new();
    }
    Headers::from([("Authorization".to_owned(), vec![registry.authorization.clone()])])
}
