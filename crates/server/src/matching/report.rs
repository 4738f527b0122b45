//! The report of one manifest.

use std::{sync::Arc, time::Instant};

use limpid_core::{
    Digest, IndexReport, Report,
    matching::{Advisories as _, judge},
    report::build,
};
use limpid_store::{
    StoreError,
    reports::{self, ReportHead},
};

use super::tag;
use crate::{
    engine::Engine,
    indexing::parse_report,
    updating::{self, OpenCatalog, UpdateFailure},
};

/// A report, with what it was made from.
#[derive(Debug)]
pub struct MatchedReport {
    /// The value of its `ETag`, without quotes: of index report, catalog, day and policy.
    pub etag: String,
    /// What is in the image.
    pub index: IndexReport,
    /// What was found.
    pub report: Report,
}

/// The answer to somebody who asks for a report.
#[derive(Debug, Clone)]
pub enum Answer {
    /// There is no good index report of the manifest.
    NotIndexed,
    /// No advisory data at all was loaded yet; every report would be unproven.
    NoData,
    /// The report.
    Report(Arc<MatchedReport>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// The state is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog cannot be read.
    #[error("the advisory data cannot be read: {0}")]
    Catalog(#[from] UpdateFailure),
}

/// The report of a manifest. Blocks.
///
/// # Errors
/// [`MatchError`].
pub fn report(engine: &Engine, manifest: &Digest) -> Result<Answer, MatchError> {
    let Some(head) = engine.database.read(|tx| reports::load_head(tx, manifest))? else {
        return Ok(Answer::NotIndexed);
    };
    let catalog = updating::open(engine)?;
    if catalog.is_empty {
        return Ok(Answer::NoData);
    }
    let etag = tag::of(manifest, &head, &catalog, &engine.policy, engine.own_index_state());
    if let Some(known) = engine.reports.get(&etag) {
        engine.metrics.report_cached();
        return Ok(Answer::Report(known));
    }
    let Some(stored) = engine.database.read(|tx| reports::load(tx, manifest))? else {
        return Ok(Answer::NotIndexed);
    };
    // It may have been made anew between the two looks.
    let head = ReportHead {
        index_state: stored.index_state.clone(),
        is_complete: stored.is_complete,
        digest: stored.digest.clone(),
    };
    let etag = tag::of(manifest, &head, &catalog, &engine.policy, engine.own_index_state());
    let begun = Instant::now();
    let index = parse_report(&stored)?;
    let report = judged(engine, &index, &catalog);
    let matched = Arc::new(MatchedReport { etag, index, report });
    engine.reports.keep(&matched);
    engine.metrics.report_matched(begun.elapsed());
    Ok(Answer::Report(matched))
}

fn judged(engine: &Engine, index: &IndexReport, catalog: &OpenCatalog) -> Report {
    let day = catalog.catalog.as_of().date_naive();
    let judgement = judge(index, engine.indexer.ecosystems(), &*catalog.catalog, day);
    build(index, judgement, &engine.policy, catalog.catalog.digest(), day, engine.now())
}

/// The `ETag` that [`report`] would have now, without making the report. `None` where it would make none. Blocks.
///
/// # Errors
/// [`MatchError`].
pub fn etag(engine: &Engine, manifest: &Digest) -> Result<Option<String>, MatchError> {
    let Some(head) = engine.database.read(|tx| reports::load_head(tx, manifest))? else { return Ok(None) };
    let catalog = updating::open(engine)?;
    Ok((!catalog.is_empty)
        .then(|| tag::of(manifest, &head, &catalog, &engine.policy, engine.own_index_state())))
}
