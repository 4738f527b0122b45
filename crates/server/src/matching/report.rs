//! The report of one manifest.

use std::{sync::Arc, time::Instant};

use limpid_core::{
    BlindSpot, Digest, IndexReport, Reason, Report,
    matching::{Advisories as _, judge},
    report::build,
};
use limpid_store::{
    StoreError, index_states,
    reports::{self, AttemptState, ReportHead},
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
    let Some((head, outdated)) = look(engine, manifest)? else { return Ok(Answer::NotIndexed) };
    let catalog = updating::open(engine)?;
    if catalog.is_empty {
        return Ok(Answer::NoData);
    }
    let etag = tag(engine, manifest, &head, &catalog, outdated.as_deref());
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
    let etag = tag(engine, manifest, &head, &catalog, outdated.as_deref());
    let begun = Instant::now();
    let mut index = parse_report(&stored)?;
    if let Some(why) = outdated {
        index.blind_spots.push(BlindSpot::new(Reason::DetectorFailed, "image", why));
        index.blind_spots.sort();
    }
    let report = judged(engine, &index, &catalog);
    let matched = Arc::new(MatchedReport { etag, index, report });
    engine.reports.keep(&matched);
    engine.metrics.report_matched(begun.elapsed());
    Ok(Answer::Report(matched))
}

/// The head of the stored report, and why it is one of yesterday that could not be made anew: what today's detectors would
/// find is then not known.
fn look(engine: &Engine, manifest: &Digest) -> Result<Option<(ReportHead, Option<String>)>, StoreError> {
    let (head, attempt, state) = engine.database.read(|tx| {
        let head = reports::load_head(tx, manifest)?;
        Ok::<_, StoreError>((head, reports::attempt(tx, manifest)?, index_states::current(tx)?))
    })?;
    let Some(head) = head else { return Ok(None) };
    let is_current = state.is_none_or(|state| state == head.index_state);
    let failed = attempt.filter(|attempt| !is_current && attempt.state == AttemptState::Failed);
    let outdated = failed.map(|attempt| {
        format!(
            "made by an earlier version; making it anew fails ({}); submit the manifest again",
            attempt.error
        )
    });
    Ok(Some((head, outdated)))
}

fn tag(
    engine: &Engine,
    manifest: &Digest,
    head: &ReportHead,
    catalog: &OpenCatalog,
    outdated: Option<&str>,
) -> String {
    tag::of(manifest, head, catalog, &engine.policy, engine.own_index_state(), outdated)
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
    let Some((head, outdated)) = look(engine, manifest)? else { return Ok(None) };
    let catalog = updating::open(engine)?;
    Ok((!catalog.is_empty).then(|| tag(engine, manifest, &head, &catalog, outdated.as_deref())))
}
