//! Which images have a vulnerability, of those that whoever asks may see.
//!
//! Advisories name packages, and the inverted index names the images that have them: only those are judged, each by what is decided
//! where it is. Of what somebody may not see they are told nothing, also not that it was looked at. How far it came is told, and never
//! that there are no more where that is not known.

mod api;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use limpid_core::{
    Digest, Report,
    explanation::Known,
    report::{Finding, FindingPackage},
};
use limpid_store::{
    StoreError,
    listing::{self, ImagePlace, Viewer},
    packages::{self, PackageKey},
    reports,
};

pub(super) use self::api::ROUTE;
use crate::{
    engine::Engine,
    limits::{CHANGES_BATCH, SEARCH_IMAGES, SEARCH_PLACES, SEARCH_TIME},
    matching::{self, Decided, MatchError, archives_of, reach},
    updating,
};

/// What came out.
#[derive(Debug, Clone)]
pub(crate) struct Searched {
    /// The identifiers under which the vulnerability is known.
    pub(crate) identifiers: BTreeSet<String>,
    /// The images that have it: one for each finding, and for each way in which it is decided.
    pub(crate) hits: Vec<Hit>,
    /// Why there may be more; empty where all images were looked at.
    pub(crate) lacks: Vec<String>,
}

/// An image that has it.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// The image.
    pub(crate) digest: Digest,
    /// Where it is, of what may be seen; empty: it was not pushed here.
    pub(crate) places: Vec<ImagePlace>,
    /// The finding.
    pub(crate) finding: Finding,
}

/// What is looked for.
struct Sought {
    identifiers: BTreeSet<String>,
    /// Only in this package; empty: in any.
    package: String,
}

/// Looks for a vulnerability by any of its identifiers, in images that have a package, or in all where that is empty. `judge` has the
/// report of an image. Blocks, and looks through all advisories: see [`crate::face::turn`].
///
/// # Errors
/// [`MatchError`].
pub(crate) fn search(
    engine: &Engine,
    viewer: Viewer,
    id: &str,
    package: &str,
) -> Result<Searched, MatchError> {
    let begun = Instant::now();
    let open = updating::open_published(engine)?;
    let known = Known::search(id, |meant| open.catalog.about(meant));
    let mut lacks: Vec<String> =
        known.found.unreadable.iter().map(|(feed, why)| format!("{feed} cannot be read: {why}")).collect();
    let candidates = candidates(engine, &known, package)?;
    let (mut hits, mut looked) = (Vec::new(), 0);
    let sought = Sought { identifiers: known.identifiers, package: package.to_owned() };
    for digest in &candidates {
        if begun.elapsed() > SEARCH_TIME || looked >= SEARCH_IMAGES {
            lacks.push(
                "there are more images that have a package which it is about than are judged at once"
                    .to_owned(),
            );
            break;
        }
        looked += 1;
        let places = engine.database.read(|tx| listing::places(tx, viewer, digest, SEARCH_PLACES))?;
        if places.is_empty() && !viewer.sees_all {
            continue;
        }
        for (decided, places) in by_decisions(engine, places)? {
            if let Some(judged) = matching::judged_now(engine, digest, decided.as_ref())? {
                hits.extend(sought.hits(&judged.report, digest, &places));
            }
        }
    }
    Ok(Searched { identifiers: sought.identifiers, hits, lacks })
}

/// The images that have a package which the advisories name.
fn candidates(engine: &Engine, known: &Known, package: &str) -> Result<BTreeSet<Digest>, StoreError> {
    let ecosystems = engine.indexer.ecosystems();
    let numbers: Vec<i64> = engine.database.read(|tx| {
        let mut keys: Vec<PackageKey> = if package.is_empty() {
            let stored = packages::namespaces(tx)?;
            let mut keys = BTreeSet::new();
            for statement in &known.found.statements {
                for namespace in reach(ecosystems, &statement.affected.namespace, &stored) {
                    keys.insert((namespace.to_owned(), statement.affected.package.clone()));
                }
            }
            keys.into_iter().map(|(namespace, name)| PackageKey { namespace, name }).collect()
        } else {
            packages::in_all_namespaces(tx, package)?
        };
        let asked = match package {
            "" => keys.iter().cloned().collect(),
            package => packages::namespaces(tx)?
                .into_iter()
                .map(|namespace| PackageKey { namespace, name: package.to_owned() })
                .collect(),
        };
        keys.extend(archives_of(engine, &asked).into_iter().map(|(archive, _)| archive));
        Ok::<_, StoreError>(packages::holding(tx, &keys)?.into_iter().collect())
    })?;
    let mut digests = BTreeSet::new();
    for batch in numbers.chunks(CHANGES_BATCH) {
        let stored = engine.database.read(|tx| reports::load_numbered(tx, batch))?;
        digests.extend(stored.into_iter().map(|stored| stored.manifest));
    }
    Ok(digests)
}

/// Places of which the same is decided.
type DecidedPlaces = (Option<Decided>, Vec<ImagePlace>);

/// Places of an image by what is decided there: the same image is seen otherwise through another namespace.
fn by_decisions(engine: &Engine, places: Vec<ImagePlace>) -> Result<Vec<DecidedPlaces>, StoreError> {
    let had_none = places.is_empty();
    let mut of_repository: BTreeMap<String, Vec<ImagePlace>> = BTreeMap::new();
    for place in places {
        of_repository.entry(place.0.clone()).or_default().push(place);
    }
    let (mut undecided, mut found) = (Vec::new(), Vec::new());
    for (repository, places) in of_repository {
        match Decided::of(engine, &repository)? {
            Some(decided) => found.push((Some(decided), places)),
            None => undecided.extend(places),
        }
    }
    if had_none || !undecided.is_empty() {
        found.push((None, undecided));
    }
    Ok(found)
}

impl Sought {
    fn hits(&self, report: &Report, digest: &Digest, places: &[ImagePlace]) -> Vec<Hit> {
        let is_it = |name: &String| self.identifiers.iter().any(|own| own.eq_ignore_ascii_case(name));
        let is_of = |one: &FindingPackage| {
            self.package.is_empty()
                || one.name == self.package
                || one.source.as_deref() == Some(&self.package)
        };
        let found = report.findings.iter().filter(|finding| {
            is_of(&finding.package) && (is_it(&finding.id) || finding.aliases.iter().any(is_it))
        });
        let hit = |finding: &Finding| Hit {
            digest: digest.clone(),
            places: places.to_vec(),
            finding: finding.clone(),
        };
        found.map(hit).collect()
    }
}
