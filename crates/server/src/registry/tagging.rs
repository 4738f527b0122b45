//! What is done to tags: pointed to a manifest, kept as they are, given an end, removed.
//!
//! Whether a tag must stay is looked at in the transaction that would change it, while nobody else changes it.

mod lasting;

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, Tag},
};

pub(super) use self::lasting::lasts;
use super::{RegistryError, copies, tag_policy::TagPolicy};
use crate::{
    accounts::{self, Action, Decision, Object, Principal, administration::Failure},
    engine::Engine,
    security,
};

/// A repository, by number and by its whole name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) repository: i64,
    pub(super) name: &'a str,
}

/// Why a tag was not pointed to something else.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotPointed {
    /// It must stay as it is.
    #[error("the tag {0} must stay as it is")]
    Immutable(String),
    /// Whoever asks may set new ones alone.
    #[error("the tag {0} is there already, and you may not point it elsewhere")]
    MayNot(String),
    /// Something else is in the way of the push.
    #[error(transparent)]
    Push(#[from] RegistryError),
}

impl From<StoreError> for NotPointed {
    fn from(error: StoreError) -> Self {
        Self::Push(error.into())
    }
}

impl NotPointed {
    /// Keeps in the audit that somebody wanted to, and tells it in the form of the registry.
    pub(super) fn told(self, engine: &Engine, principal: &Principal, repository: &str) -> RegistryError {
        let message = self.to_string();
        if let Self::Push(error) = self {
            return error;
        }
        note_refusal(engine, principal, repository, &message);
        RegistryError::new(StatusCode::FORBIDDEN, "DENIED", message)
    }
}

fn note_refusal(engine: &Engine, principal: &Principal, repository: &str, why: &str) {
    let object = Object::Repository(repository.to_owned());
    accounts::note_refused(engine, principal, Action::Overwrite, &object, why);
}

/// Points a tag to a manifest that is held in the same transaction. `lasts`: how long it stays there. What it was before decides who
/// may do that; `principal` is `None` for the registry that this is a copy of, which may. What must stay does not end, and what points there already keeps its end where nothing is said of it.
pub(super) fn point(
    tx: &mut Transaction<'_>,
    principal: Option<&Principal>,
    place: Place<'_>,
    tag: &str,
    manifest: &Digest,
    lasts: Option<TimeDelta>,
) -> Result<(), NotPointed> {
    let policy = match lasts {
        Some(_) => TagPolicy::held(tx, place.name)?,
        None => TagPolicy::of(tx, place.name)?,
    };
    let now = tx.now()?;
    let lasts = lasts.filter(|_| !policy.keeps(place.name, tag));
    let expires_at = lasts.and_then(|lasts| now.checked_add_signed(lasts));
    if stored::make_tag(tx, place.repository, tag, manifest, expires_at)? {
        return Ok(());
    }
    let before = stored::hold_tag(tx, place.repository, tag)?;
    let stays = before.as_ref().is_some_and(|before| policy.holds(place.name, before));
    let before = before.filter(|before| is_there(before, now));
    let same = before.as_ref().filter(|before| before.manifest == *manifest);
    if before.is_some() && same.is_none() {
        if stays {
            return Err(NotPointed::Immutable(tag.to_owned()));
        }
        let object = Object::Repository(place.name.to_owned());
        if let Some(principal) = principal
            && accounts::authorize(tx, principal, Action::Overwrite, &object)? != Decision::Allowed
        {
            return Err(NotPointed::MayNot(tag.to_owned()));
        }
    }
    let expires_at = expires_at.or(same.and_then(|same| same.expires_at)).filter(|_| !stays);
    Ok(stored::set_tag(tx, place.repository, tag, manifest, expires_at)?)
}

fn is_there(tag: &Tag, now: DateTime<Utc>) -> bool {
    tag.expires_at.is_none_or(|at| at > now)
}

/// What is to change of a tag; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagChange {
    /// What it points to. The tag need not be there.
    pub(crate) manifest: Option<Digest>,
    /// When it is removed; `Some(None)`: never.
    pub(crate) expires_at: Option<Option<DateTime<Utc>>>,
    /// Whether it must stay as it is.
    pub(crate) is_immutable: Option<bool>,
}

impl TagChange {
    /// What it does to what, for the audit.
    pub(crate) fn told(&self, repository: &str, tag: &str) -> String {
        let mut told = format!("repository {repository}, tag {tag}");
        if let Some(manifest) = &self.manifest {
            told.push_str(&format!(": {manifest}"));
        }
        match self.expires_at {
            Some(Some(at)) => told.push_str(&format!(", expires {}", at.format("%Y-%m-%dT%H:%M:%SZ"))),
            Some(None) => told.push_str(", does not expire"),
            None => {}
        }
        match self.is_immutable {
            Some(true) => told.push_str(", must stay"),
            Some(false) => told.push_str(", need not stay"),
            None => {}
        }
        told
    }
}

/// Changes a tag of a repository, given by its whole name. Whether whoever asks may is decided before, but for pointing it elsewhere.
/// Blocks.
///
/// # Errors
/// [`Failure::Conflict`] where the tag must stay as it is, or points to what another registry has.
pub(crate) fn change(
    engine: &Engine,
    principal: &Principal,
    name: &str,
    tag: &str,
    change: &TagChange,
) -> Result<(), Failure> {
    let refused = std::cell::RefCell::new(None);
    let changed = engine.database.write(|tx| {
        refused.replace(None);
        let repository = number(tx, name)?;
        let place = Place { repository, name };
        if change.expires_at.flatten().is_some() {
            TagPolicy::held(tx, name)?;
        }
        if let Some(manifest) = &change.manifest {
            if let Some(elsewhere) = copies::push_there(tx, name)? {
                return Err(Failure::Conflict(elsewhere));
            }
            if !stored::hold_manifest(tx, repository, manifest)? {
                return Err(Failure::NotFound("manifest"));
            }
            point(tx, Some(principal), place, tag, manifest, None).map_err(|not| {
                let why = not.to_string();
                refused.replace((!matches!(not, NotPointed::Push(_))).then(|| why.clone()));
                Failure::Conflict(why)
            })?;
            security::note_tagged(engine, tx, repository, name, &[tag.to_owned()])?;
        }
        settle(tx, place, tag, change)
    });
    if let Some(why) = refused.take() {
        note_refusal(engine, principal, name, &why);
    }
    changed
}

/// Gives a tag an end, and says whether it must stay.
fn settle(tx: &mut Transaction<'_>, place: Place<'_>, tag: &str, change: &TagChange) -> Result<(), Failure> {
    let (found, policy) = held(tx, place, tag)?;
    let (now, repository) = (tx.now()?, place.repository);
    let is_immutable = change.is_immutable.unwrap_or(found.is_immutable);
    let expires_at = change.expires_at.unwrap_or(found.expires_at);
    if change.expires_at.is_some() && expires_at.is_some_and(|at| at <= now) {
        return Err(Failure::Invalid("a tag expires in the future".to_owned()));
    }
    if expires_at.is_some() && (is_immutable || policy.keeps(place.name, tag)) {
        return Err(Failure::Conflict(format!("the tag {tag} must stay as it is, so it does not expire")));
    }
    if change.is_immutable.is_some() {
        stored::set_tag_immutable(tx, repository, tag, is_immutable)?;
    }
    if change.expires_at.is_some() {
        stored::set_tag_expiry(tx, repository, tag, expires_at)?;
    }
    Ok(())
}

fn number(tx: &mut Transaction<'_>, name: &str) -> Result<i64, Failure> {
    Ok(stored::find_repository(tx, name)?.ok_or(Failure::NotFound("repository"))?.number)
}

/// A tag that is there, which nobody else changes, and the policy of its namespace.
fn held(tx: &mut Transaction<'_>, place: Place<'_>, tag: &str) -> Result<(Tag, TagPolicy), Failure> {
    let now = tx.now()?;
    let found = stored::hold_tag(tx, place.repository, tag)?.filter(|found| is_there(found, now));
    Ok((found.ok_or(Failure::NotFound("tag"))?, TagPolicy::of(tx, place.name)?))
}

/// Removes a tag of a repository, given by its whole name, and not what it points to. Blocks.
///
/// # Errors
/// [`Failure::Conflict`] where it must stay.
pub(crate) fn delete(engine: &Engine, name: &str, tag: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let place = Place { repository: number(tx, name)?, name };
        let (found, policy) = held(tx, place, tag)?;
        if policy.holds(name, &found) {
            return Err(Failure::Conflict(stays(tag)));
        }
        stored::delete_tag(tx, place.repository, tag)?;
        Ok(())
    })
}

/// The same, for a client of the registry. Whether it was there.
pub(super) fn delete_in(
    tx: &mut Transaction<'_>,
    place: Place<'_>,
    tag: &str,
) -> Result<bool, RegistryError> {
    let now = tx.now()?;
    let found = stored::hold_tag(tx, place.repository, tag)?.filter(|found| is_there(found, now));
    let Some(found) = found else { return Ok(false) };
    if TagPolicy::of(tx, place.name)?.holds(place.name, &found) {
        return Err(RegistryError::new(StatusCode::FORBIDDEN, "DENIED", stays(tag)));
    }
    Ok(stored::delete_tag(tx, place.repository, tag)?)
}

fn stays(tag: &str) -> String {
    NotPointed::Immutable(tag.to_owned()).to_string()
}

/// Removes a manifest with its tags, where none of them must stay. Whether it was there.
pub(super) fn delete_manifest(
    tx: &mut Transaction<'_>,
    place: Place<'_>,
    manifest: &Digest,
) -> Result<bool, RegistryError> {
    // Before its tags, as a push does: whoever is about to set one to it, or to an index of it, is waited for.
    if !stored::hold_manifest(tx, place.repository, manifest)? {
        return Ok(false);
    }
    let (policy, now) = (TagPolicy::of(tx, place.name)?, tx.now()?);
    let tags = stored::hold_tags_of(tx, place.repository, manifest)?;
    if let Some(tag) = tags.iter().find(|tag| is_there(tag, now) && policy.holds(place.name, tag)) {
        return Err(RegistryError::new(StatusCode::FORBIDDEN, "DENIED", stays(&tag.name)));
    }
    Ok(stored::delete_manifest(tx, place.repository, manifest)?)
}
