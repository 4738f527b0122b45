//! Blobs: read, in whole or in part, and removed.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::{
    blobs::BlobPart,
    registry::{self as stored, RegistryBlob},
};

use super::{
    CONTENT_DIGEST, Named, RegistryError, copies, digest, outgoing,
    range::{self, Asked, Part},
    text, work,
};
use crate::{engine::Engine, fault, http::conditional, limits::REDIRECT_TIME, public::Call};

/// Where the bytes of a blob are had.
enum Source {
    /// Elsewhere.
    Address(String),
    /// Here, or fetched through here.
    Part(BlobPart),
    /// Nobody wants them.
    Nowhere,
}

/// `GET`, `HEAD /v2/NAME/blobs/DIGEST`.
pub(super) async fn pull(call: Call) -> Result<Response, RegistryError> {
    let (named, wanted) = (Named::of(&call)?, digest(call.captures.get("digest"))?);
    let headers = call.request.headers().clone();
    let is_head = call.request.method() == Method::HEAD;
    let is_known = conditional::is_known(&headers, wanted.as_str());
    let (blob, asked, source) = work(&call.engine, move |engine| {
        let blob = match find(engine, &named, &wanted, is_head) {
            // It may be what another registry has.
            Err(unknown) if unknown.is_unknown() && copies::blob(engine, &named.whole, &wanted)? => {
                find(engine, &named, &wanted, is_head)?
            }
            found => found?,
        };
        let asked = range::asked(range_of(&headers), blob.bytes);
        let source = if is_head || is_known { Source::Nowhere } else { source(engine, &blob, asked)? };
        Ok((blob, asked, source))
    })
    .await?;
    let etag = conditional::etag(blob.digest.as_str())?;
    if is_known {
        return Ok(conditional::not_modified(etag));
    }
    let part = match source {
        Source::Address(address) => {
            let headers =
                [(header::LOCATION, text(&address)?), (CONTENT_DIGEST, text(blob.digest.as_str())?)];
            return Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response());
        }
        Source::Part(part) => Some(part),
        Source::Nowhere => None,
    };
    let mut response = answer(&blob, part, asked)?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

fn range_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::RANGE).and_then(|range| range.to_str().ok())
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
        let was_told = blob.was_told(tx, repository, fault::garbage().told)?;
        Ok::<_, RegistryError>((repository, blob, was_told))
    })?;
    if is_head && !was_told && !engine.database.write(|tx| stored::note_told(tx, repository, wanted))? {
        return Err(RegistryError::blob_unknown(wanted));
    }
    Ok(blob)
}

fn source(engine: &Engine, blob: &RegistryBlob, asked: Asked) -> Result<Source, RegistryError> {
    let part = match asked {
        // Nobody is sent to the storage for what is not there: it may answer with all of the blob.
        Asked::Unsatisfiable => return Ok(Source::Nowhere),
        Asked::Whole => None,
        Asked::Part(part) => Some(part).filter(|part| part.bytes < blob.bytes),
    };
    let registry = &engine.configuration.registry;
    if registry.redirect
        && blob.bytes >= registry.redirect_bytes
        && let Some(address) = engine.blobs.presigned(&blob.stored, REDIRECT_TIME)?
    {
        return Ok(Source::Address(address.into()));
    }
    let blobs = &engine.blobs;
    let part = match part {
        Some(part) => blobs.open_part(&blob.stored, blob.bytes, part.from, part.bytes)?,
        None => BlobPart::whole(blobs.open_file(&blob.stored)?),
    };
    Ok(Source::Part(part))
}

/// All of a blob, or the part that is asked for. Without its bytes, only what would be said about it.
fn answer(blob: &RegistryBlob, bytes: Option<BlobPart>, asked: Asked) -> Result<Response, RegistryError> {
    let (status, part) = match asked {
        Asked::Whole => (StatusCode::OK, Part { from: 0, bytes: blob.bytes }),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Unsatisfiable => {
            let message = format!("the blob has {} bytes", blob.bytes);
            return Err(RegistryError::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", message)
                .header(header::CONTENT_RANGE, text(&format!("bytes */{}", blob.bytes))?));
        }
    };
    let body = bytes.map_or_else(Body::empty, |bytes| outgoing::body(bytes, part.bytes));
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
