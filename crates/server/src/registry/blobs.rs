//! Blobs: read, in whole or in part, and removed.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::registry::{self as stored, RegistryBlob};

use super::{
    CONTENT_DIGEST, Named, RegistryError, digest, outgoing,
    range::{self, Asked, Part},
    text, work,
};
use crate::{
    engine::Engine,
    http::conditional,
    limits::{REDIRECT_TIME, TOLD_TIME},
    public::Call,
};

/// Where the bytes of a blob are had.
enum Source {
    /// Elsewhere.
    Address(String),
    /// Here.
    File(std::fs::File),
    /// Nobody wants them.
    Nowhere,
}

/// `GET`, `HEAD /v2/NAME/blobs/DIGEST`.
pub(super) async fn pull(call: Call) -> Result<Response, RegistryError> {
    let (named, wanted) = (Named::of(&call)?, digest(call.captures.get("digest"))?);
    let headers = call.request.headers().clone();
    let is_head = call.request.method() == Method::HEAD;
    let is_known = conditional::is_known(&headers, wanted.as_str());
    let (blob, source) = work(&call.engine, move |engine| {
        let blob = find(engine, &named, &wanted, is_head)?;
        let source = if is_head || is_known { Source::Nowhere } else { source(engine, &blob)? };
        Ok((blob, source))
    })
    .await?;
    let etag = conditional::etag(blob.digest.as_str())?;
    if is_known {
        return Ok(conditional::not_modified(etag));
    }
    let file = match source {
        // Nobody is sent to the storage for what is not there: it may answer with all of the blob.
        Source::Address(address) if !is_beyond(&headers, blob.bytes) => {
            let headers =
                [(header::LOCATION, text(&address)?), (CONTENT_DIGEST, text(blob.digest.as_str())?)];
            return Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response());
        }
        Source::File(file) => Some(file),
        Source::Address(_) | Source::Nowhere => None,
    };
    let mut response = answer(&blob, file, &headers)?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

fn range_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::RANGE).and_then(|range| range.to_str().ok())
}

/// Whether a part is asked for that is not there.
fn is_beyond(headers: &HeaderMap, bytes: u64) -> bool {
    range::asked(range_of(headers), bytes) == Asked::Unsatisfiable
}

/// The blob of a repository. Who only asks whether it is there will rely on it, so it is kept for a while.
fn find(
    engine: &Engine,
    named: &Named,
    wanted: &Digest,
    is_head: bool,
) -> Result<RegistryBlob, RegistryError> {
    let (repository, blob, was_told) = engine.database.read(|tx| {
        let repository = named.number(tx)?;
        let blob = stored::find_blob(tx, repository, wanted)?;
        let blob = blob.ok_or_else(|| RegistryError::blob_unknown(wanted))?;
        let was_told = blob.was_told(tx, repository, TOLD_TIME)?;
        Ok::<_, RegistryError>((repository, blob, was_told))
    })?;
    if is_head && !was_told && !engine.database.write(|tx| stored::note_told(tx, repository, wanted))? {
        return Err(RegistryError::blob_unknown(wanted));
    }
    Ok(blob)
}

fn source(engine: &Engine, blob: &RegistryBlob) -> Result<Source, RegistryError> {
    if engine.configuration.registry.redirect
        && let Some(address) = engine.blobs.presigned(&blob.stored, REDIRECT_TIME)?
    {
        return Ok(Source::Address(address.into()));
    }
    Ok(Source::File(engine.blobs.open_file(&blob.stored)?))
}

/// All of a blob, or the part that is asked for. Without a file, only what would be said about it.
fn answer(
    blob: &RegistryBlob,
    file: Option<std::fs::File>,
    asked: &HeaderMap,
) -> Result<Response, RegistryError> {
    let (status, part) = match range::asked(range_of(asked), blob.bytes) {
        Asked::Whole => (StatusCode::OK, Part { from: 0, bytes: blob.bytes }),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Unsatisfiable => {
            let message = format!("the blob has {} bytes", blob.bytes);
            return Err(RegistryError::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", message)
                .header(header::CONTENT_RANGE, text(&format!("bytes */{}", blob.bytes))?));
        }
    };
    let body = file.map_or_else(Body::empty, |file| outgoing::body(file, part.from, part.bytes));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.bytes));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DIGEST, text(blob.digest.as_str())?);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = (part.from + part.bytes).saturating_sub(1);
        headers.insert(header::CONTENT_RANGE, text(&format!("bytes {}-{last}/{}", part.from, blob.bytes))?);
    }
    Ok(response)
}

/// `DELETE /v2/NAME/blobs/DIGEST`. What a manifest of the repository needs stays.
pub(super) async fn delete(call: Call) -> Result<Response, RegistryError> {
    let (named, wanted) = (Named::of(&call)?, digest(call.captures.get("digest"))?);
    work(&call.engine, move |engine| {
        engine.database.write(|tx| {
            let repository = named.number(tx)?;
            if !stored::remove_blob(tx, repository, &wanted)? {
                return Err(RegistryError::blob_unknown(&wanted));
            }
            // Looked at afterwards: whoever pushes a manifest that needs it had the row until now. The error undoes all.
            if stored::is_blob_needed(tx, repository, &wanted)? {
                let message = "a manifest of the repository needs this blob: remove that first";
                return Err(RegistryError::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message));
            }
            Ok(())
        })
    })
    .await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
