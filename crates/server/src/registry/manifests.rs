//! Manifests: read as they were pushed, byte by byte, and removed with their tags.

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use limpid_core::Digest;
use limpid_store::registry::{self as stored, Manifest};

use super::{CONTENT_DIGEST, Named, RegistryError, gate, name, text, work};
use crate::{engine::Engine, http::conditional, limits::TOLD_TIME, public::Call};

/// A manifest, as a path names it.
#[derive(Debug, Clone)]
pub(super) enum Reference {
    Tag(String),
    Digest(Digest),
}

impl Reference {
    pub(super) fn of(call: &Call) -> Result<Self, RegistryError> {
        let written = name::unescaped(call.captures.get("reference"));
        if written.contains(':') {
            return super::digest(&written).map(Self::Digest);
        }
        if name::is_tag(&written) { Ok(Self::Tag(written)) } else { Err(RegistryError::tag_invalid()) }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Tag(tag) => tag,
            Self::Digest(digest) => digest.as_str(),
        }
    }
}

/// `GET`, `HEAD /v2/NAME/manifests/REFERENCE`.
pub(super) async fn pull(call: Call) -> Result<Response, RegistryError> {
    let (named, reference) = (Named::of(&call)?, Reference::of(&call)?);
    let is_head = call.request.method() == Method::HEAD;
    let principal = call.principal;
    let (manifest, warning) = work(&call.engine, move |engine| {
        let manifest = find(engine, &named, &reference)?;
        let warning = gate::pass(engine, &named, &manifest.digest, &principal)?;
        if !is_head {
            note_pulled(engine, &named, &manifest)?;
        }
        Ok((manifest, warning))
    })
    .await?;
    let etag = conditional::etag(manifest.digest.as_str())?;
    if conditional::is_known(call.request.headers(), manifest.digest.as_str()) {
        return Ok(conditional::not_modified(etag));
    }
    let bytes = manifest.body.len() as u64;
    let body = if is_head { Body::empty() } else { Body::from(manifest.body) };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    headers.insert(header::CONTENT_TYPE, text(&manifest.media_type)?);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DIGEST, text(manifest.digest.as_str())?);
    headers.insert(header::ETAG, etag);
    if let Some(warning) = warning {
        headers.insert(gate::WARNING, warning);
    }
    Ok(response)
}

fn find(engine: &Engine, named: &Named, reference: &Reference) -> Result<Manifest, RegistryError> {
    engine.database.read(|tx| {
        let repository = named.number(tx)?;
        let unknown = || RegistryError::manifest_unknown(reference.text());
        let digest = match reference {
            Reference::Digest(digest) => digest.clone(),
            Reference::Tag(tag) => stored::find_tag(tx, repository, tag)?.ok_or_else(unknown)?.manifest,
        };
        stored::find_manifest(tx, repository, &digest)?.ok_or_else(unknown)
    })
}

fn note_pulled(engine: &Engine, named: &Named, manifest: &Manifest) -> Result<(), RegistryError> {
    if is_long_ago(manifest.pulled_at, engine.now()) {
        let repository = engine.database.read(|tx| named.number(tx))?;
        let noted = engine.database.write_soon(|tx| stored::note_pulled(tx, repository, &manifest.digest));
        if let Err(error) = noted {
            // It was read all the same, and a registry that cannot write shall still be read.
            tracing::warn!(%error, "that a manifest was pulled is not noted");
        }
    }
    Ok(())
}

fn is_long_ago(pulled_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    pulled_at.is_none_or(|at| now.signed_duration_since(at).to_std().is_ok_and(|age| age > TOLD_TIME))
}

/// `DELETE /v2/NAME/manifests/REFERENCE`: a tag alone, or a manifest with its tags.
pub(super) async fn delete(call: Call) -> Result<Response, RegistryError> {
    let (named, reference) = (Named::of(&call)?, Reference::of(&call)?);
    work(&call.engine, move |engine| {
        engine.database.write(|tx| {
            let repository = named.number(tx)?;
            let was_there = match &reference {
                Reference::Tag(tag) => stored::delete_tag(tx, repository, tag)?,
                Reference::Digest(digest) => stored::delete_manifest(tx, repository, digest)?,
            };
            if was_there { Ok(()) } else { Err(RegistryError::manifest_unknown(reference.text())) }
        })
    })
    .await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
