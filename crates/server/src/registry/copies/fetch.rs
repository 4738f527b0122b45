//! What is fetched from another registry, verified and kept.
//!
//! While it is fetched, the namespace may become no copy any more, and a tag one that must stay: whoever writes looks again.

use std::io::Read;

use axum::http::{HeaderValue, StatusCode, header};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, RegistryBlob},
};

use super::{
    Address, is_still,
    upstream::{Fetched, Trouble, Upstream},
};
use crate::{
    engine::Engine,
    indexing::Paced,
    limits::{RETRY_SECONDS, UPLOAD_BYTES, UPLOAD_PIECE},
    registry::{
        RegistryError,
        incoming::{Sink, Stored},
        manifest,
        manifests::Reference,
        push::{Put, references},
        quota,
        tag_policy::TagPolicy,
        tagging::{self, NotPointed, Place},
    },
    security,
};

impl Trouble {
    /// As a client of the registry hears of it.
    fn told(self, address: &Address, unknown: RegistryError) -> RegistryError {
        let bad = |message: String| {
            RegistryError::new(StatusCode::BAD_GATEWAY, "UNAVAILABLE", message)
                .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
        };
        match self {
            Self::Own(error) => error,
            Self::Unknown => unknown,
            Self::Refused(why) => RegistryError::new(StatusCode::FORBIDDEN, "DENIED", why),
            Self::TooOften(pause) => {
                let message = format!("{} was asked too often", address.host());
                RegistryError::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", message)
                    .header(header::RETRY_AFTER, HeaderValue::from(pause.unwrap_or(RETRY_SECONDS)))
            }
            Self::Failed(why) => bad(format!("{why}, and what is wanted is not here")),
        }
    }
}

pub(super) fn has_manifest(
    tx: &mut Transaction<'_>,
    repository: &str,
    digest: &Digest,
) -> Result<bool, StoreError> {
    let Some(found) = stored::find_repository(tx, repository)? else { return Ok(false) };
    Ok(stored::find_manifest(tx, found.number, digest)?.is_some())
}

/// See [`super::manifest`].
pub(super) fn manifest(
    engine: &Engine,
    address: &Address,
    repository: &str,
    reference: &Reference,
) -> Result<Option<String>, RegistryError> {
    let upstream = Upstream::new(engine, address, repository);
    let unknown = || RegistryError::manifest_unknown(reference.text());
    match reference {
        Reference::Tag(tag) => tagged(engine, address, &upstream, repository, tag),
        Reference::Digest(digest) => {
            let fetched = upstream.manifest(digest.as_str());
            let kept = fetched.and_then(|fetched| {
                let new = New { repository, fetched, digest: Some(digest), tag: None };
                new.keep(engine, address)
            });
            kept.map(|()| None).map_err(|trouble| trouble.told(address, unknown()))
        }
    }
}

/// What a tag of the copy points to.
struct Local {
    number: i64,
    digest: Digest,
    /// Whether it must stay as it is, whatever upstream has.
    stays: bool,
}

fn local(tx: &mut Transaction<'_>, repository: &str, tag: &str) -> Result<Option<Local>, StoreError> {
    let Some(found) = stored::find_repository(tx, repository)? else { return Ok(None) };
    let Some(tag) = stored::find_tag(tx, found.number, tag)? else { return Ok(None) };
    let stays = TagPolicy::of(tx, repository)?.holds(repository, &tag);
    let is_here = stored::find_manifest(tx, found.number, &tag.manifest)?.is_some();
    Ok(is_here.then_some(Local { number: found.number, digest: tag.manifest, stays }))
}

fn tagged(
    engine: &Engine,
    address: &Address,
    upstream: &Upstream<'_>,
    repository: &str,
    tag: &str,
) -> Result<Option<String>, RegistryError> {
    let local = engine.database.read(|tx| local(tx, repository, tag))?;
    if local.as_ref().is_some_and(|local| local.stays) {
        return Ok(None);
    }
    let stale = || format!("{} cannot be asked: this is what it had when it last could", address.host());
    if local.is_some() && engine.copies.is_silent(&address.base()) {
        return Ok(Some(stale()));
    }
    match (follow(engine, address, upstream, (repository, tag), local.as_ref()), local) {
        (Ok(()), _) => Ok(None),
        (Err(Trouble::Unknown), Some(local)) => {
            let place = Place { repository: local.number, name: repository };
            engine.database.write(|tx| let_go(tx, address, place, tag))?;
            Ok(None)
        }
        (Err(trouble @ (Trouble::Refused(_) | Trouble::TooOften(_) | Trouble::Failed(_))), Some(_)) => {
            tracing::warn!(repository, tag, "a copy is given out as it was: {trouble}");
            Ok(Some(stale()))
        }
        (Err(trouble), _) => Err(trouble.told(address, RegistryError::manifest_unknown(tag))),
    }
}

/// Has a tag point to what it points to upstream.
fn follow(
    engine: &Engine,
    address: &Address,
    upstream: &Upstream<'_>,
    (repository, tag): (&str, &str),
    local: Option<&Local>,
) -> Result<(), Trouble> {
    let digest = upstream.head(tag)?;
    if digest.is_some() && digest.as_ref() == local.map(|local| &local.digest) {
        return Ok(());
    }
    if let Some(digest) = &digest {
        let is_set = engine.database.write(|tx| {
            let Some(found) = stored::find_repository(tx, repository)? else { return Ok(false) };
            if !is_still(tx, address, repository)? || !stored::hold_manifest(tx, found.number, digest)? {
                return Ok(false);
            }
            point(tx, Place { repository: found.number, name: repository }, tag, digest)?;
            Ok::<_, RegistryError>(true)
        })?;
        if is_set {
            return Ok(());
        }
    }
    let fetched = upstream.manifest(digest.as_ref().map_or(tag, Digest::as_str))?;
    New { repository, fetched, digest: digest.as_ref(), tag: Some(tag) }.keep(engine, address)
}

/// Points a tag to what it points to upstream. One that must stay stays as it is.
fn point(
    tx: &mut Transaction<'_>,
    place: Place<'_>,
    tag: &str,
    manifest: &Digest,
) -> Result<(), RegistryError> {
    match tagging::point(tx, None, place, tag, manifest, None) {
        Ok(()) | Err(NotPointed::Immutable(_) | NotPointed::MayNot(_)) => Ok(()),
        Err(NotPointed::Push(error)) => Err(error),
    }
}

/// Removes a tag that upstream does not have any more, unless it must stay.
fn let_go(
    tx: &mut Transaction<'_>,
    address: &Address,
    place: Place<'_>,
    tag: &str,
) -> Result<(), StoreError> {
    if !is_still(tx, address, place.name)? {
        return Ok(());
    }
    let Some(held) = stored::hold_tag(tx, place.repository, tag)? else { return Ok(()) };
    if !TagPolicy::of(tx, place.name)?.holds(place.name, &held) {
        stored::delete_tag(tx, place.repository, tag)?;
    }
    Ok(())
}

/// A manifest that was fetched.
struct New<'a> {
    repository: &'a str,
    fetched: Fetched,
    /// The one that it must have.
    digest: Option<&'a Digest>,
    tag: Option<&'a str>,
}

impl New<'_> {
    /// Keeps it with its state of security, as a push does. What it names need not be here: that is fetched when it is wanted.
    fn keep(&self, engine: &Engine, address: &Address) -> Result<(), Trouble> {
        let Fetched { media_type, bytes } = &self.fetched;
        let wrong = |why: String| Trouble::Failed(format!("{} answers with {why}", address.host()));
        let digest = match self.digest {
            None => Digest::of(bytes),
            Some(wanted) => {
                let mut hasher = wanted.hasher();
                hasher.update(bytes);
                if hasher.finish() != *wanted {
                    return Err(wrong("another manifest than the one that was asked for".to_owned()));
                }
                wanted.clone()
            }
        };
        let content = manifest::parse(bytes, media_type).map_err(|why| wrong(format!("this: {why}")))?;
        let references = references(&content);
        engine.database.write(|tx| {
            if !is_still(tx, address, self.repository)? {
                return Ok(());
            }
            let repository = stored::make_repository(tx, self.repository)?.number;
            let place = Place { repository, name: self.repository };
            let (digest, content, references) = (&digest, &content, &references);
            let put = Put { place, digest, content, body: bytes, references, pushed_by: address.host() };
            let is_new = put.store(tx)?;
            if let Some(tag) = self.tag {
                point(tx, place, tag, digest)?;
            }
            Ok::<_, RegistryError>(security::note_push(tx, digest, is_new.then_some(repository))?)
        })?;
        security::pushed(engine);
        Ok(())
    }
}

/// Fetches a blob that a manifest of the repository says to have so many bytes.
pub(super) fn blob(
    engine: &Engine,
    address: &Address,
    repository: &str,
    digest: &Digest,
    bytes: u64,
) -> Result<(), RegistryError> {
    let is_here = engine.database.read(|tx| {
        let Some(found) = stored::find_repository(tx, repository)? else { return Ok(false) };
        Ok::<_, StoreError>(stored::find_blob(tx, found.number, digest)?.is_some())
    })?;
    if is_here {
        return Ok(());
    }
    engine.database.read(|tx| quota::check_before(tx, repository))?;
    let got = got(engine, address, repository, digest, bytes);
    let Stored { digest: stored_as, bytes } =
        got.map_err(|trouble| trouble.told(address, RegistryError::blob_unknown(digest)))?;
    let blob = RegistryBlob { digest: digest.clone(), stored: stored_as, bytes };
    engine.database.write(|tx| {
        if !is_still(tx, address, repository)? {
            return Err(RegistryError::blob_unknown(digest));
        }
        let found = stored::find_repository(tx, repository)?.ok_or_else(RegistryError::name_unknown)?;
        quota::check(stored::add_blob(tx, found.number, &blob)?, repository)
    })
}

fn got(
    engine: &Engine,
    address: &Address,
    repository: &str,
    digest: &Digest,
    bytes: u64,
) -> Result<Stored, Trouble> {
    if bytes > UPLOAD_BYTES {
        return Err(Trouble::Failed(format!("a blob may have at most {UPLOAD_BYTES} bytes")));
    }
    let broken = |why: String| Trouble::Failed(format!("{}: {why}", address.host()));
    let mut body = Upstream::new(engine, address, repository).blob(digest)?;
    // One more byte than there should be tells that there are more.
    let mut body = Paced::new(&mut *body).take(bytes.saturating_add(1));
    let mut sink = Sink::open(&engine.blobs, digest.algorithm())?;
    let mut piece = vec![0; UPLOAD_PIECE];
    loop {
        let count = body.read(&mut piece).map_err(|error| broken(error.to_string()))?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        sink.add(read)?;
    }
    if sink.bytes() != bytes {
        let why = format!("the blob has {} bytes where its manifest says {bytes}", sink.bytes());
        return Err(broken(why));
    }
    if sink.digest() != *digest {
        return Err(broken("the blob has other bytes than its digest says".to_owned()));
    }
    Ok(sink.finish()?)
}
