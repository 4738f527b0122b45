//! Reports that were looked at lately, as values: a page shows a part of one, and people turn pages.
//!
//! They are looked for by all that they are a function of, so what is remembered is never of yesterday.

use std::sync::Arc;

use limpid_core::{Digest, IndexReport, Report};
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::{
    engine::Engine,
    limits::SEEN_REPORT_ROWS,
    matching::{self, Decided, MatchError},
};

/// A report, with what it was made of.
#[derive(Debug)]
pub(super) struct Seen {
    /// The packages.
    pub(super) index: IndexReport,
    /// The report.
    pub(super) report: Report,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct SeenReports(Cache<String, Arc<Seen>>);

impl Default for SeenReports {
    fn default() -> Self {
        let rows = |_: &String, seen: &Arc<Seen>| {
            u32::try_from(seen.report.findings.len() + seen.index.packages.len() + 1).unwrap_or(u32::MAX)
        };
        let policy = EvictionPolicy::lru();
        Self(Cache::builder().max_capacity(SEEN_REPORT_ROWS).weigher(rows).eviction_policy(policy).build())
    }
}

/// The report of an image now, as a namespace that has `decided` sees it; `None` where it was not indexed. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(super) fn seen(
    engine: &Engine,
    digest: &Digest,
    decided: Option<&Decided>,
) -> Result<Option<Arc<Seen>>, MatchError> {
    let Some(tag) = matching::tag_now(engine, digest, decided)? else { return Ok(None) };
    if let Some(seen) = engine.seen.0.get(&tag) {
        return Ok(Some(seen));
    }
    let Some(judged) = matching::judged_now(engine, digest, decided)? else { return Ok(None) };
    let seen = Arc::new(Seen { index: judged.index, report: judged.report });
    engine.seen.0.insert(judged.tag, Arc::clone(&seen));
    Ok(Some(seen))
}
