//! Why a vulnerability is, or is not, reported for an image: of the report that is made now, and of the data it is made of.

use limpid_core::{
    Digest,
    explanation::{Explanation, Known},
    matching::{Advisories as _, exploitation, trace},
};

use super::{Decided, MatchError, report::judged_by};
use crate::engine::Engine;

/// The explanation of one vulnerability in one image. `None` where there is no good index report. It looks through all
/// advisories, so only a few are made side by side ([`crate::face::explained`]). Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn explain(
    engine: &Engine,
    manifest: &Digest,
    id: &str,
    decided: Option<&Decided>,
) -> Result<Option<Explanation>, MatchError> {
    let Some((judged, open)) = judged_by(engine, manifest, decided)? else { return Ok(None) };
    let catalog = &*open.catalog;
    let known = Known::search(id, |meant| catalog.about(meant));
    let traces = trace(&judged.index, engine.indexer.ecosystems(), catalog, &known.found.statements);
    let exploited = exploitation(&known.identifiers, catalog);
    Ok(Some(Explanation::of(&known, &judged.index, &judged.report, traces, exploited, catalog.keeper())))
}
