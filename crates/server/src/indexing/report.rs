//! From evidence to a stored report.

use std::collections::BTreeSet;

use limpid_core::{BlindSpot, Digest, ImageFacts, IndexReport, index_report::SCHEMA};
use limpid_image::evidence::Pack;
use limpid_store::{StoreError, packages::PackageKey, reports::StoredReport};

use super::{GoodReport, IndexFailure, SubmittedLayer, evidence::Known, layers::told};
use crate::engine::Engine;

/// A report, ready to be stored.
pub(super) struct Made {
    report: IndexReport,
    pub(super) stored: StoredReport,
    pub(super) packages: Vec<PackageKey>,
}

/// Makes the report of a manifest. `lost` is what could not be read as this index state wants it. The report is complete where
/// nothing is lost, and no layer was cut short.
pub(super) fn make(
    engine: &Engine,
    manifest: &Digest,
    layers: &[SubmittedLayer],
    evidence: Vec<Known>,
    lost: Vec<BlindSpot>,
) -> Result<Made, IndexFailure> {
    let facts = ImageFacts {
        reference: manifest.to_string(),
        digest: manifest.clone(),
        // A manifest of Clair's API does not tell; nothing is detected by it.
        platform: "unknown".to_owned(),
        layers: layers.iter().map(|layer| layer.digest.clone()).collect(),
    };
    let is_complete = lost.is_empty() && !evidence.iter().any(|known| known.is_cut_short);
    let packs: Vec<Pack> = evidence.into_iter().map(|known| known.pack).collect();
    let report = engine.indexer.index(&facts, &packs);
    let mut report = report.map_err(|error| IndexFailure::Internal(told(&error)))?;
    report.blind_spots.extend(lost);
    report.blind_spots.sort();
    report.blind_spots.dedup();
    let json = serde_json::to_vec(&report).map_err(|error| IndexFailure::Internal(error.to_string()))?;
    let stored = StoredReport {
        manifest: manifest.clone(),
        index_state: report.index_state.clone(),
        is_complete,
        digest: Digest::of(&json),
        indexed_at: engine.now(),
        json,
    };
    Ok(Made { packages: keys(&report), report, stored })
}

impl Made {
    /// What somebody who waits for it wants.
    pub(super) fn good(self) -> GoodReport {
        GoodReport { stored: self.stored, report: self.report }
    }
}

/// Reads a stored report.
///
/// # Errors
/// [`StoreError::Damaged`] where it is none that this version reads.
pub fn parse(stored: &StoredReport) -> Result<IndexReport, StoreError> {
    let damaged =
        |why: String| StoreError::Damaged(format!("the index report of {}: {why}", stored.manifest));
    let report: IndexReport =
        serde_json::from_slice(&stored.json).map_err(|error| damaged(error.to_string()))?;
    if report.schema == SCHEMA {
        Ok(report)
    } else {
        Err(damaged(format!("its format is {}", report.schema)))
    }
}

/// The same, with what the table of this service knows of its archives.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_identified(engine: &Engine, stored: &StoredReport) -> Result<IndexReport, StoreError> {
    let report = parse(stored)?;
    Ok(engine.policy.identify(&report, engine.indexer.ecosystems()).into_owned())
}

/// The same, as it would be stored.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn identified(engine: &Engine, stored: StoredReport) -> Result<StoredReport, StoreError> {
    if engine.policy.artifacts.is_empty() {
        return Ok(stored);
    }
    let report = parse_identified(engine, &stored)?;
    let json = serde_json::to_vec(&report).map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(StoredReport { json, ..stored })
}

/// The names under which advisories may speak about the packages, and those of archives of which a table may know what they are.
fn keys(report: &IndexReport) -> Vec<PackageKey> {
    let mut keys = BTreeSet::new();
    for indexed in &report.packages {
        // A package of no namespace is spoken of by nobody; the report has a blind spot for it.
        let Some(namespace) = &indexed.namespace else { continue };
        for name in [&*indexed.package.name, indexed.package.source_name()] {
            keys.insert(PackageKey { namespace: namespace.clone(), name: name.to_owned() });
        }
    }
    let archives = report.archives.iter();
    keys.extend(archives.map(|one| PackageKey { namespace: one.namespace.clone(), name: one.name() }));
    keys.into_iter().collect()
}
