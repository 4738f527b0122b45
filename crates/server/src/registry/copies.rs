//! Namespaces that are copies of another registry: what is pulled from one is fetched once, kept, and looked for anew by its tag.
//!
//! Whether somebody may pull is decided here, before anything is asked elsewhere. A blob is fetched where a manifest of the repository
//! names it, and nobody has bytes that were not verified. What is fetched has its state of security as if it had been pushed.

mod address;
mod api;
mod fetch;
mod flights;
mod upstream;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use axum::http::StatusCode;
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, UpstreamSet},
};

pub(crate) use self::address::Address;
pub(super) use self::api::{READ, REMOVE, WRITE};
use self::flights::Flights;
use super::{RegistryError, manifests::Reference, name::namespace};
use crate::{
    accounts::administration::Failure,
    engine::Engine,
    face,
    limits::{UPSTREAM_AUTHORIZATIONS, UPSTREAM_PAUSE, UPSTREAM_REPOSITORIES},
};

/// What this process knows of upstream registries.
#[derive(Default)]
pub(crate) struct State {
    flights: Flights,
    /// The header that each repository of each upstream last gave a token for.
    authorizations: Mutex<HashMap<String, String>>,
    /// When each that did not answer was asked last.
    silent: Mutex<HashMap<String, Instant>>,
}

impl State {
    fn authorization(&self, key: &str) -> Option<String> {
        self.authorizations.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn authorize(&self, key: String, header: String) {
        let mut known = self.authorizations.lock().unwrap_or_else(PoisonError::into_inner);
        // They are had anew where they are wanted.
        if known.len() >= UPSTREAM_AUTHORIZATIONS {
            known.clear();
        }
        known.insert(key, header);
    }

    fn note_silence(&self, base: &str, is_silent: bool) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if is_silent {
            silent.insert(base.to_owned(), Instant::now());
        } else {
            silent.remove(base);
        }
    }

    /// Whether it did not answer a moment ago: who has a copy does not wait for it again.
    fn is_silent(&self, base: &str) -> bool {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.get(base).is_some_and(|asked| asked.elapsed() < UPSTREAM_PAUSE)
    }
}

/// Of which registry the namespace of a repository is a copy.
fn origin(tx: &mut Transaction<'_>, repository: &str) -> Result<Option<Address>, StoreError> {
    let address = stored::namespace_upstream(tx, namespace(repository))?;
    let damaged = |why| StoreError::Damaged(format!("the upstream of {}: {why}", namespace(repository)));
    address.map(|address| address.parse().map_err(damaged)).transpose()
}

/// The repositories, by their whole names, that are or could be copies of one of another registry, given by the name of that
/// registry and its own.
pub(crate) fn of(tx: &mut Transaction<'_>, host: &str, path: &str) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for (namespace, address) in stored::list_upstreams(tx)? {
        let damaged = |why| StoreError::Damaged(format!("the upstream of {namespace}: {why}"));
        let address: Address = address.parse().map_err(damaged)?;
        found.extend(address.copies_of(&namespace, host, path));
    }
    Ok(found)
}

/// Whether the namespace of a repository is a copy of a registry still, and is one until the transaction ends. To be asked by whoever
/// keeps what was fetched: that it was one when the fetch began is long ago.
fn is_still(tx: &mut Transaction<'_>, address: &Address, repository: &str) -> Result<bool, StoreError> {
    let held = stored::hold_namespace_upstream(tx, namespace(repository))?;
    Ok(held.is_some_and(|held| held == address.to_string()))
}

/// Refuses a push to a copy. To be called behind what makes the repository: see [`stored::set_namespace_upstream`].
pub(super) fn refuse_push(tx: &mut Transaction<'_>, repository: &str) -> Result<(), RegistryError> {
    match push_there(tx, repository)? {
        None => Ok(()),
        Some(message) => Err(RegistryError::new(StatusCode::FORBIDDEN, "DENIED", message)),
    }
}

/// Where to push instead, in words, where the namespace of a repository is a copy.
pub(super) fn push_there(tx: &mut Transaction<'_>, repository: &str) -> Result<Option<String>, StoreError> {
    let address = origin(tx, repository)?;
    Ok(address
        .map(|address| format!("{} is a copy of {}: push there", namespace(repository), address.host())))
}

/// Sees to it that a manifest that is about to be given out is here and, by a tag, what upstream has now. Returns what is to be said
/// beside it. Blocks.
///
/// # Errors
/// Where it is not here, why upstream did not give it.
pub(super) fn manifest(
    engine: &Engine,
    repository: &str,
    reference: &Reference,
) -> Result<Option<String>, RegistryError> {
    let (address, is_here) = engine.database.read(|tx| {
        let Some(address) = origin(tx, repository)? else { return Ok((None, true)) };
        let is_here = match reference {
            Reference::Tag(_) => false,
            Reference::Digest(digest) => fetch::has_manifest(tx, repository, digest)?,
        };
        Ok::<_, StoreError>((Some(address), is_here))
    })?;
    let Some(address) = address.filter(|_| !is_here) else { return Ok(None) };
    let _room = face::room(engine, 1)?;
    engine.copies.flights.once(format!("manifest {repository} {}", reference.text()), || {
        fetch::manifest(engine, &address, repository, reference)
    })
}

/// Fetches a blob that a client wants. `false` where the repository is no copy, or no manifest of it names the blob. Blocks.
pub(super) fn blob(engine: &Engine, repository: &str, digest: &Digest) -> Result<bool, RegistryError> {
    let Some((address, bytes)) = named(engine, repository, digest)? else { return Ok(false) };
    let _room = face::room(engine, 1)?;
    flight(engine, &address, repository, digest, bytes).map(|()| true)
}

fn named(engine: &Engine, repository: &str, digest: &Digest) -> Result<Option<(Address, u64)>, StoreError> {
    engine.database.read(|tx| {
        let Some(address) = origin(tx, repository)? else { return Ok(None) };
        let Some(found) = stored::find_repository(tx, repository)? else { return Ok(None) };
        Ok(stored::named_blob(tx, found.number, digest)?.map(|bytes| (address, bytes)))
    })
}

fn flight(
    engine: &Engine,
    address: &Address,
    repository: &str,
    digest: &Digest,
    bytes: u64,
) -> Result<(), RegistryError> {
    let fetch = || fetch::blob(engine, address, repository, digest, bytes).map(|()| None);
    engine.copies.flights.once(format!("blob {repository} {digest}"), fetch).map(drop)
}

/// Fetches a layer of a manifest that is to be indexed. `false` where no copy has the manifest. Blocks.
///
/// # Errors
/// Why it was not fetched.
pub(crate) fn layer(engine: &Engine, manifest: &Digest, layer: &Digest) -> Result<bool, RegistryError> {
    let copies =
        engine.database.read(|tx| stored::copies_with_manifest(tx, manifest, UPSTREAM_REPOSITORIES))?;
    let mut failed = None;
    for repository in copies {
        let Some((address, bytes)) = named(engine, &repository, layer)? else { continue };
        match flight(engine, &address, &repository, layer, bytes) {
            Ok(()) => return Ok(true),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(false), Err)
}

/// Has a namespace be a copy of a registry; `None`: no copy any more.
///
/// # Errors
/// [`Failure::Conflict`] where it has repositories.
pub(crate) fn set(engine: &Engine, namespace: &str, address: Option<&Address>) -> Result<(), Failure> {
    let text = address.map(ToString::to_string);
    engine.database.write(|tx| match &text {
        Some(text) => match stored::set_namespace_upstream(tx, namespace, text)? {
            UpstreamSet::Done => Ok(()),
            UpstreamSet::NoNamespace => Err(Failure::NotFound("namespace")),
            UpstreamSet::HasRepositories => {
                let why = "the namespace has repositories, and what is in them is from elsewhere";
                Err(Failure::Conflict(why.to_owned()))
            }
        },
        None if stored::remove_namespace_upstream(tx, namespace)? => Ok(()),
        None => Err(Failure::NotFound("upstream")),
    })
}
