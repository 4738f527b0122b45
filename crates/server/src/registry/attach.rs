//! Artifacts about a manifest that the service makes itself, such as an SBOM. They are pushed as a client would push them, with the
//! same checks and in one transaction; what is there already is left as it is.

use limpid_core::Digest;
use limpid_store::registry::{self as stored, Manifest, RegistryBlob};
use serde_json::{Value, json};

use super::{
    Named, RegistryError,
    incoming::{Sink, Stored},
    manifest::{self, OCI_MANIFEST},
    push::{Push, references},
    quota,
};
use crate::{accounts::Principal, engine::Engine, security};

/// A document about a manifest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Artifact<'a> {
    /// Its media type, by which the artifact is known as well.
    pub(crate) media_type: &'static str,
    /// What a file of it is called.
    pub(crate) title: &'static str,
    /// Its bytes.
    pub(crate) document: &'a [u8],
}

/// An artifact that refers to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attached {
    /// Its digest.
    pub(crate) digest: Digest,
    /// Whether it was not there before.
    pub(crate) is_new: bool,
}

/// The configuration of an artifact that has none (image specification 1.1, “Guidance for an Empty Descriptor”).
const EMPTY: &[u8] = b"{}";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// The same in base64.
const EMPTY_DATA: &str = "e30=";

/// Attaches a document to a manifest of a repository, which is given by its whole name. Blocks.
///
/// # Errors
/// 404 where the repository does not have the manifest; those of the storage.
pub(crate) fn attach(
    engine: &Engine,
    principal: &Principal,
    repository: &str,
    subject: &Digest,
    artifact: &Artifact<'_>,
) -> Result<Attached, RegistryError> {
    let named = Named { spelled: repository.to_owned(), whole: repository.to_owned() };
    let of = find(engine, &named, subject)?;
    let body = body(&of, artifact);
    let digest = Digest::of(&body);
    let is_there = engine.database.read(|tx| {
        let repository = named.number(tx)?;
        Ok::<_, RegistryError>(stored::find_manifest(tx, repository, &digest)?.is_some())
    })?;
    if is_there {
        return Ok(Attached { digest, is_new: false });
    }
    let blobs = [put(engine, EMPTY)?, put(engine, artifact.document)?];
    let content = manifest::parse(&body, OCI_MANIFEST).map_err(RegistryError::manifest_invalid)?;
    let push = Push {
        named,
        principal: principal.clone(),
        digest: digest.clone(),
        tags: Vec::new(),
        content,
        body: body.into(),
        lasts: None,
        warnings: Vec::new(),
    };
    let needed = references(&push.content);
    let written = engine.database.write(|tx| {
        // Not made anew where somebody has deleted it meanwhile.
        let repository = push.named.number(tx)?;
        if stored::find_manifest(tx, repository, subject)?.is_none() {
            return Err(RegistryError::manifest_unknown(subject.as_str()).into());
        }
        for blob in &blobs {
            quota::check(stored::add_blob(tx, repository, blob)?, &push.named.whole)?;
        }
        push.write(engine, tx, &needed)
    });
    written.map_err(|refused| refused.told(engine, principal, &push.named.whole))?;
    security::pushed(engine);
    Ok(Attached { digest, is_new: true })
}

fn find(engine: &Engine, named: &Named, digest: &Digest) -> Result<Manifest, RegistryError> {
    engine.database.read(|tx| {
        let repository = named.number(tx)?;
        let found = stored::find_manifest(tx, repository, digest)?;
        found.ok_or_else(|| RegistryError::manifest_unknown(digest.as_str()))
    })
}

/// The manifest of the artifact. Nothing of it depends on when or by whom it is made.
fn body(subject: &Manifest, artifact: &Artifact<'_>) -> Vec<u8> {
    let descriptor = |media_type: &str, digest: &Digest, size: usize| json!({ "mediaType": media_type, "digest": digest, "size": size });
    let with = |mut descriptor: Value, name: &str, value: Value| {
        if let Some(fields) = descriptor.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
        descriptor
    };
    let empty = descriptor(EMPTY_TYPE, &Digest::of(EMPTY), EMPTY.len());
    let document = descriptor(artifact.media_type, &Digest::of(artifact.document), artifact.document.len());
    let title = json!({ "org.opencontainers.image.title": artifact.title });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": artifact.media_type,
        "config": with(empty, "data", json!(EMPTY_DATA)),
        "layers": [with(document, "annotations", title)],
        "subject": descriptor(&subject.media_type, &subject.digest, subject.body.len()),
    });
    manifest.to_string().into_bytes()
}

fn put(engine: &Engine, bytes: &[u8]) -> Result<RegistryBlob, RegistryError> {
    let digest = Digest::of(bytes);
    let mut sink = Sink::open(&engine.blobs, digest.algorithm())?;
    sink.add(bytes)?;
    let Stored { digest: stored, bytes } = sink.finish_as(&digest)?;
    Ok(RegistryBlob { digest, stored, bytes })
}
