//! Which manifests a statement affects: asked of the inverted index, then of the stored reports.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use limpid_core::{Digest, Ecosystem, IndexReport, IndexedPackage, ecosystem::Ecosystems};
use limpid_store::{packages, packages::PackageKey, reports};

use super::{MatchError, archives_of, reach};
use crate::{engine::Engine, indexing::parse_identified, limits::CHANGES_BATCH};

/// A manifest that has packages which an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The manifest.
    pub manifest: Digest,
    /// Places in the list of statements that was asked about, sorted.
    pub statements: Vec<usize>,
}

/// A statement about a package: all versions are affected up to the first that is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedStatement {
    /// Name of the package.
    pub package: String,
    /// Whether it is the name of a source package.
    pub is_source: bool,
    /// The namespaces that it may be in, such as `Alpine:v3.16`. None: in any.
    pub namespaces: Vec<String>,
    /// The first version that is not affected; empty where none is known.
    pub fixed_in: String,
}

/// The manifests that these statements affect. A version that cannot be compared counts as affected: who asks wants to know
/// what might be. Blocks.
///
/// # Errors
/// [`MatchError`].
pub fn affected(engine: &Engine, statements: &[AskedStatement]) -> Result<Vec<Affected>, MatchError> {
    let stored = engine.database.read(packages::namespaces)?;
    let statements = &statements.iter().map(|one| reaching(engine, one, &stored)).collect::<Vec<_>>();
    let mut keys: BTreeMap<PackageKey, Vec<usize>> = BTreeMap::new();
    for (place, statement) in statements.iter().enumerate() {
        if statement.namespaces.is_empty() {
            let everywhere =
                engine.database.read(|tx| packages::in_all_namespaces(tx, &statement.package))?;
            // A name that only the table has is in no namespace.
            let by_table = (!engine.policy.artifacts.is_empty()).then_some(&stored).into_iter().flatten();
            let by_table = by_table.map(|namespace| PackageKey {
                namespace: namespace.clone(),
                name: statement.package.clone(),
            });
            for key in everywhere.into_iter().chain(by_table).collect::<BTreeSet<_>>() {
                keys.entry(key).or_default().push(place);
            }
        }
        for namespace in &statement.namespaces {
            let key = PackageKey { namespace: namespace.clone(), name: statement.package.clone() };
            keys.entry(key).or_default().push(place);
        }
    }
    for (archive, key) in archives_of(engine, &keys.keys().cloned().collect()) {
        let places = keys.get(&key).cloned().unwrap_or_default();
        keys.entry(archive).or_default().extend(places);
    }
    let (names, places): (Vec<PackageKey>, Vec<Vec<usize>>) = keys.into_iter().unzip();
    let holders = engine.database.read(|tx| packages::holders(tx, &names))?;
    let holders: Vec<(i64, Vec<usize>)> = holders.into_iter().collect();
    let mut found = Vec::new();
    for batch in holders.chunks(CHANGES_BATCH) {
        let numbers: Vec<i64> = batch.iter().map(|(number, _)| *number).collect();
        for stored in engine.database.read(|tx| reports::load_numbered(tx, &numbers))? {
            let index = parse_identified(engine, &stored)?;
            let mut hit: Vec<usize> = places
                .iter()
                .flatten()
                .copied()
                .filter(|place| {
                    statements
                        .get(*place)
                        .is_some_and(|statement| hits(&index, engine.indexer.ecosystems(), statement))
                })
                .collect();
            hit.sort_unstable();
            hit.dedup();
            if !hit.is_empty() {
                found.push(Affected { manifest: stored.manifest, statements: hit });
            }
        }
    }
    Ok(found)
}

/// The statement, in all namespaces for whose packages it may hold.
fn reaching(engine: &Engine, statement: &AskedStatement, stored: &[String]) -> AskedStatement {
    let ecosystems = engine.indexer.ecosystems();
    let reached = statement.namespaces.iter().flat_map(|namespace| reach(ecosystems, namespace, stored));
    AskedStatement { namespaces: reached.map(str::to_owned).collect(), ..statement.clone() }
}

fn hits(index: &IndexReport, ecosystems: &Ecosystems, statement: &AskedStatement) -> bool {
    index.packages.iter().any(|package| {
        let Some(namespace) = &package.namespace else { return false };
        let ecosystem = ecosystems.of_namespace(namespace);
        (statement.namespaces.is_empty() || statement.namespaces.contains(namespace))
            && ecosystem.is_some_and(|ecosystem| is_affected(package, ecosystem, statement))
    })
}

fn is_affected(indexed: &IndexedPackage, ecosystem: &Ecosystem, statement: &AskedStatement) -> bool {
    let package = &indexed.package;
    let (name, version) = match &package.source {
        Some(source) if statement.is_source => (&source.name, &source.version),
        Some(_) | None => (&package.name, &package.version),
    };
    if *name != statement.package {
        return false;
    }
    // An empty version is Clair's way to say that no fix is known.
    statement.fixed_in.is_empty()
        || (ecosystem.versions.compare)(version, &statement.fixed_in)
            .map_or(true, |order| order == Ordering::Less)
}
