//! The image that another one says it was built on: what comes with it, and what became of its tag.
//!
//! What an image says of itself is a stranger's word. It is a hint where to look: in this registry alone, in nothing that whoever
//! asks may not read, and it holds only where the layers agree.

mod api;
mod name;

use std::collections::BTreeSet;

use limpid_core::{
    Digest, ImageFacts, Report,
    report::{Finding, Origin},
};
use limpid_store::{
    StoreError, Transaction,
    listing::{self, ManifestFacts},
    registry::{self as stored, TagOrder},
};
use serde_json::Value;

pub(super) use self::api::ROUTE;
use self::name::{Named, newer};
use super::registry_address;
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    limits::BASE_TAGS,
    matching::{self, Decided, MatchError},
    registry::copies,
};

/// A base whose layers are the lowest of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownBase {
    /// As the image names it.
    pub(crate) name: String,
    /// Its digest: of the image itself, where an index is named.
    pub(crate) digest: Digest,
    /// How many layers it has.
    pub(crate) layers: usize,
    /// The repository here that has it.
    pub(crate) repository: String,
    /// Its tag, where that is here.
    pub(crate) tag: Option<BaseTag>,
}

/// What became of the tag of a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseTag {
    /// Its name.
    pub(crate) name: String,
    /// What it points to now, of the same platform; `None`: to the base still.
    pub(crate) now: Option<Digest>,
    /// The highest tag of its kind that is here, where that is a higher one.
    pub(crate) newer: Option<String>,
}

/// A report with what comes with its base.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    /// The base.
    pub(crate) base: KnownBase,
    /// The report, which tells the origin of what was found.
    pub(crate) report: Report,
    /// What building it again on the base's tag of today changes; `None` where the tag did not move, or what it points to was not
    /// judged.
    pub(crate) rebuilt: Option<Rebuilt>,
}

/// What another base changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    /// Findings that come with the old one, and not with the new one.
    pub(crate) clears: u64,
    /// Findings that come with the new one alone.
    pub(crate) adds: u64,
}

/// The report of an image with what comes with its base, by the manifest of the image; `None` where nothing is known here of a
/// base. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn built(
    engine: &Engine,
    principal: &Principal,
    manifest: &[u8],
    report: &Report,
    decided: Option<&Decided>,
) -> Result<Option<Built>, MatchError> {
    let Some(base) = known(engine, principal, manifest, &report.image)? else { return Ok(None) };
    let report = report.clone().on_base(base.name.clone(), base.digest.clone(), base.layers);
    let now = base.tag.as_ref().and_then(|tag| tag.now.as_ref());
    let rebuilt = match now {
        Some(now) => matching::judged_now(engine, now, decided)?.map(|new| rebuilt(&report, &new.report)),
        None => None,
    };
    Ok(Some(Built { base, report, rebuilt }))
}

/// What an image was built on, by its manifest; `None` where nothing is known of that here. Blocks.
///
/// # Errors
/// Those of the database.
pub(super) fn known(
    engine: &Engine,
    principal: &Principal,
    manifest: &[u8],
    image: &ImageFacts,
) -> Result<Option<KnownBase>, StoreError> {
    engine.database.read(|tx| find(tx, engine, principal, manifest, image))
}

fn rebuilt(report: &Report, new: &Report) -> Rebuilt {
    let key =
        |finding: &Finding| (finding.id.clone(), finding.package.kind.clone(), finding.package.name.clone());
    let of_base = report.standing().filter(|finding| finding.origin == Some(Origin::Base));
    let old: Vec<_> = of_base.map(key).collect();
    let known: BTreeSet<_> = old.iter().cloned().collect();
    let new: Vec<_> = new.standing().map(key).collect();
    let stays: BTreeSet<_> = new.iter().cloned().collect();
    Rebuilt {
        clears: old.iter().filter(|one| !stays.contains(*one)).count() as u64,
        adds: new.iter().filter(|one| !known.contains(*one)).count() as u64,
    }
}

fn find(
    tx: &mut Transaction<'_>,
    engine: &Engine,
    principal: &Principal,
    manifest: &[u8],
    image: &ImageFacts,
) -> Result<Option<KnownBase>, StoreError> {
    let Some(named) = Named::of(manifest) else { return Ok(None) };
    let place = here(tx, engine, principal, &named)?;
    let reference = named.digest.as_ref().map_or(named.tag.as_str(), Digest::as_str);
    let of_name = match &place {
        Some((repository, number)) => {
            listing::manifest(tx, *number, reference)?.map(|found| (repository.clone(), *number, found))
        }
        None => None,
    };
    let found = match of_name {
        Some(found) => Some(found),
        None => anywhere(tx, principal, named.digest.as_ref())?,
    };
    let Some((repository, number, facts)) = found else { return Ok(None) };
    let Some(base) = of_platform(tx, number, facts, &image.platform)? else { return Ok(None) };
    let layers = layers_of(&base.body);
    if layers.is_empty() || !image.layers.starts_with(&layers) {
        return Ok(None);
    }
    let tag = match place {
        Some((_, number)) => tag(tx, number, &named, &base.digest, &image.platform)?,
        None => None,
    };
    Ok(Some(KnownBase { name: named.name, digest: base.digest, layers: layers.len(), repository, tag }))
}

/// The repository here that a name means, by its whole name and number, where whoever asks may read what is known of it: one of
/// this registry, or the copy of one of another.
fn here(
    tx: &mut Transaction<'_>,
    engine: &Engine,
    principal: &Principal,
    named: &Named,
) -> Result<Option<(String, i64)>, StoreError> {
    let address = registry_address(engine);
    let own = address.split_once("://").map_or(&*address, |(_scheme, host)| host);
    let candidates = if own == named.host {
        accounts::whole_name(&named.path).into_iter().collect()
    } else {
        copies::of(tx, &named.host, &named.path)?
    };
    for name in candidates {
        let object = Object::Repository(name.clone());
        if accounts::authorize(tx, principal, Action::ReadReport, &object)? == Decision::Allowed
            && let Some(found) = listing::repository(tx, &name)?
        {
            return Ok(Some((name, found.number)));
        }
    }
    Ok(None)
}

/// A manifest by its digest, in any repository that whoever asks may see.
fn anywhere(
    tx: &mut Transaction<'_>,
    principal: &Principal,
    digest: Option<&Digest>,
) -> Result<Option<(String, i64, ManifestFacts)>, StoreError> {
    let Some(digest) = digest else { return Ok(None) };
    let Some((name, _tag)) = listing::places(tx, accounts::viewer(principal), digest, 1)?.pop() else {
        return Ok(None);
    };
    let Some(repository) = listing::repository(tx, &name)? else { return Ok(None) };
    let manifest = listing::manifest(tx, repository.number, digest.as_str())?;
    Ok(manifest.map(|manifest| (name, repository.number, manifest)))
}

/// The image of a platform: of an index its child.
fn of_platform(
    tx: &mut Transaction<'_>,
    repository: i64,
    facts: ManifestFacts,
    platform: &str,
) -> Result<Option<ManifestFacts>, StoreError> {
    if facts.kind != "index" {
        return Ok(Some(facts));
    }
    let children = listing::children(tx, repository, &facts.digest)?;
    let own = children.into_iter().find(|child| child.is_here && child.platform == platform);
    match own {
        Some(own) => listing::manifest(tx, repository, own.digest.as_str()),
        None => Ok(None),
    }
}

fn tag(
    tx: &mut Transaction<'_>,
    repository: i64,
    named: &Named,
    base: &Digest,
    platform: &str,
) -> Result<Option<BaseTag>, StoreError> {
    let Some(facts) = listing::manifest(tx, repository, &named.tag)? else { return Ok(None) };
    let now = of_platform(tx, repository, facts, platform)?;
    let now = now.map(|now| now.digest).filter(|now| now != base);
    let tags = stored::list_tags(tx, repository, "", BASE_TAGS, TagOrder::Name)?;
    let newer = newer(&named.tag, tags.iter().map(|tag| tag.tag.name.as_str())).map(str::to_owned);
    Ok(Some(BaseTag { name: named.tag.clone(), now, newer }))
}

/// The layers of a manifest, lowest first; none where it has none that can be read.
fn layers_of(manifest: &[u8]) -> Vec<Digest> {
    let Ok(document) = serde_json::from_slice::<Value>(manifest) else { return Vec::new() };
    let layers = document.get("layers").and_then(Value::as_array).into_iter().flatten();
    let digest = |layer: &Value| layer.get("digest")?.as_str()?.parse().ok();
    layers.map(digest).collect::<Option<_>>().unwrap_or_default()
}
