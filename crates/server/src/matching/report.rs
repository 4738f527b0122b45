//! The report of one manifest.

use std::{io, sync::Arc, time::Instant};

use limpid_core::{
    BlindSpot, Digest, IndexReport, Reason, Report,
    matching::{Advisories as _, Elsewhere, judge},
    report::build,
};
use limpid_store::{
    StoreError, catalog as published, index_states,
    reports::{self, AttemptState, ReportHead},
};

use super::{Decided, Finished, Outline, attached::Attached, cache::Made, tag};
use crate::{
    engine::Engine,
    http::compression::Encoding,
    indexing::parse_identified,
    limits::REPORT_LOOKS,
    updating::{self, OpenCatalog, UpdateFailure},
};

/// A form in which reports are answered: its name among all, and how it is written. A function of what it is given, and of
/// nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// Its name.
    pub(crate) name: &'static str,
    /// Writes it.
    pub(crate) write: fn(&IndexReport, &Report) -> serde_json::Result<Vec<u8>>,
}

/// `limpid/report/1`.
pub(crate) const FULL_REPORT: Form =
    Form { name: "limpid", write: |_index, report| serde_json::to_vec(report) };

/// No form at all, for those who want the outline alone.
const OUTLINE: Form = Form { name: "outline", write: |_index, _report| Ok(Vec::new()) };

/// The answer to somebody who asks for a report.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// There is no good index report of the manifest.
    NotIndexed,
    /// No advisory data at all was loaded yet; every report would be unproven.
    NoData,
    /// The report, and the value of its `ETag`, without quotes: of index report, catalog, day and policy.
    Report(String, Arc<Finished>),
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MatchError {
    /// The state is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog cannot be read.
    #[error("the advisory data cannot be read: {0}")]
    Catalog(#[from] UpdateFailure),
    /// A fault of Limpid.
    #[error("the report cannot be written: {0}")]
    Unwritable(String),
}

/// Why an answer was not made.
#[derive(Debug)]
pub(super) enum Missed {
    /// The index report is another one by now, or gone: to be looked at once more.
    Moved,
    Failed(MatchError),
}

impl From<MatchError> for Missed {
    fn from(error: MatchError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Missed {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<io::Error> for Missed {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<io::Error> for MatchError {
    fn from(error: io::Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}

impl From<serde_json::Error> for MatchError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}

/// What a report is made of.
struct Sources<'a> {
    etag: String,
    decided: Option<(&'a Decided, Attached)>,
    head: ReportHead,
    outdated: Option<String>,
    catalog: Arc<OpenCatalog>,
}

/// The report of a manifest, in a form and an encoding, as a namespace that has `decided` sees it. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn report(
    engine: &Engine,
    manifest: &Digest,
    form: Form,
    encoding: Encoding,
    decided: Option<&Decided>,
) -> Result<Answer, MatchError> {
    for _look in 0..REPORT_LOOKS {
        let sources = match look(engine, manifest, decided)? {
            Look::NotIndexed => return Ok(Answer::NotIndexed),
            Look::NoData => return Ok(Answer::NoData),
            Look::Sources(sources) => sources,
        };
        let mut is_made = false;
        let finished = engine.reports.get(&sources.etag, form.name, encoding, || {
            is_made = true;
            make(engine, manifest, &sources, form)
        });
        match finished {
            Ok(finished) => {
                if !is_made {
                    engine.metrics.report_cached();
                }
                return Ok(Answer::Report(sources.etag, finished));
            }
            Err(missed) => match &*missed {
                Missed::Moved => {}
                Missed::Failed(error) => return Err(error.clone()),
            },
        }
    }
    Err(StoreError::Stale("the index report").into())
}

/// What is said beside the report of a manifest; `None` where there is no report. Blocks.
///
/// # Errors
/// [`MatchError`].
pub fn outline(engine: &Engine, manifest: &Digest) -> Result<Option<Arc<Outline>>, MatchError> {
    match report(engine, manifest, OUTLINE, Encoding::Plain, None)? {
        Answer::NotIndexed | Answer::NoData => Ok(None),
        Answer::Report(_etag, finished) => Ok(Some(Arc::clone(&finished.outline))),
    }
}

fn make(engine: &Engine, manifest: &Digest, sources: &Sources<'_>, form: Form) -> Result<Made, Missed> {
    let begun = Instant::now();
    let (index, report) = judge_anew(engine, manifest, sources)?;
    let written = (form.write)(&index, &report).map_err(MatchError::from)?;
    engine.metrics.report_matched(begun.elapsed());
    Ok((Arc::new(Outline::of(&report)), written.into()))
}

fn judge_anew(
    engine: &Engine,
    manifest: &Digest,
    sources: &Sources<'_>,
) -> Result<(IndexReport, Report), Missed> {
    let Some(stored) = engine.database.read(|tx| reports::load(tx, manifest))? else {
        return Err(Missed::Moved);
    };
    // Made anew between the two looks, it would be remembered under the tag of the one before.
    let Sources { head, outdated, catalog, decided, .. } = sources;
    if (&stored.index_state, stored.is_complete, &stored.digest)
        != (&head.index_state, head.is_complete, &head.digest)
    {
        return Err(Missed::Moved);
    }
    let mut index = parse_identified(engine, &stored)?;
    drop(stored);
    if let Some(why) = outdated {
        index.blind_spots.push(BlindSpot::new(Reason::DetectorFailed, "image", why.clone()));
        index.blind_spots.sort();
    }
    let report = judged(engine, &index, catalog);
    let report = match decided {
        Some((decided, attached)) => decided.apply_with(engine, attached, report)?,
        None => report,
    };
    Ok((index, report))
}

/// A report, and all that it is a function of in one text.
pub(crate) struct Judged {
    /// As the `ETag` of [`report`].
    pub(crate) tag: String,
    /// What it was made of.
    pub(crate) index: IndexReport,
    /// The report.
    pub(crate) report: Report,
}

/// The report of a manifest itself, as a namespace that has `decided` sees it, also where no advisory data was loaded yet: then it is
/// unproven. `None` where there is no good index report. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn judged_now(
    engine: &Engine,
    manifest: &Digest,
    decided: Option<&Decided>,
) -> Result<Option<Judged>, MatchError> {
    Ok(judged_by(engine, manifest, decided)?.map(|(judged, _catalog)| judged))
}

/// The same, and the data that it was judged by. Blocks.
pub(super) fn judged_by(
    engine: &Engine,
    manifest: &Digest,
    decided: Option<&Decided>,
) -> Result<Option<(Judged, Arc<OpenCatalog>)>, MatchError> {
    for _look in 0..REPORT_LOOKS {
        let Some(sources) = sources(engine, manifest, decided)? else { return Ok(None) };
        match judge_anew(engine, manifest, &sources) {
            Ok((index, report)) => {
                return Ok(Some((Judged { tag: sources.etag, index, report }, sources.catalog)));
            }
            Err(Missed::Moved) => {}
            Err(Missed::Failed(error)) => return Err(error),
        }
    }
    Err(StoreError::Stale("the index report").into())
}

/// What [`judged_now`] would be a function of now. `None` where there is no good index report. Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn tag_now(
    engine: &Engine,
    manifest: &Digest,
    decided: Option<&Decided>,
) -> Result<Option<String>, MatchError> {
    Ok(sources(engine, manifest, decided)?.map(|sources| sources.etag))
}

/// What all reports are a function of now, whatever image they are of. Never of older advisory data than what is published.
/// Blocks.
///
/// # Errors
/// [`MatchError`].
pub(crate) fn circumstances(engine: &Engine) -> Result<String, MatchError> {
    let catalog = updating::open_published(engine)?;
    let policy = engine.policy.digest();
    let parts = [&catalog.digest, &catalog.classing, &policy, engine.own_index_state()];
    let parts: Vec<&str> = parts.into_iter().map(Digest::as_str).collect();
    Ok(Digest::of(parts.join("\n").as_bytes()).hex().to_owned())
}

enum Look<'a> {
    NotIndexed,
    NoData,
    Sources(Sources<'a>),
}

fn look<'a>(
    engine: &Engine,
    manifest: &Digest,
    decided: Option<&'a Decided>,
) -> Result<Look<'a>, MatchError> {
    Ok(match sources(engine, manifest, decided)? {
        None => Look::NotIndexed,
        Some(sources) if sources.catalog.is_empty => Look::NoData,
        Some(sources) => Look::Sources(sources),
    })
}

/// What the report is to be made of now, and its tag. Where the stored report is one of yesterday that could not be made
/// anew, what today's detectors would find is not known; `outdated` says so.
fn sources<'a>(
    engine: &Engine,
    manifest: &Digest,
    decided: Option<&'a Decided>,
) -> Result<Option<Sources<'a>>, MatchError> {
    let (head, attempt, state, version, attached) = engine.database.read(|tx| {
        let head = reports::load_head(tx, manifest)?;
        let attempt = reports::attempt(tx, manifest)?;
        let attached = decided.map(|decided| decided.attached(tx, manifest)).transpose()?;
        let (state, version) = (index_states::current(tx)?, published::version(tx)?);
        Ok::<_, StoreError>((head, attempt, state, version, attached))
    })?;
    let decided = decided.zip(attached);
    let Some(head) = head else { return Ok(None) };
    let catalog = updating::open_version(engine, version)?;
    let is_current = state.is_none_or(|state| state == head.index_state);
    let failed = attempt.filter(|attempt| !is_current && attempt.state == AttemptState::Failed);
    let outdated = failed.map(|attempt| {
        format!(
            "made by an earlier version; making it anew fails ({}); submit the manifest again",
            attempt.error
        )
    });
    let own = engine.own_index_state();
    let mark = decided.as_ref().map(|(decided, attached)| decided.mark(attached));
    let etag = tag::of(manifest, &head, &catalog, &engine.policy, own, outdated.as_deref(), mark.as_deref());
    Ok(Some(Sources { etag, decided, head, outdated, catalog }))
}

fn judged(engine: &Engine, index: &IndexReport, catalog: &OpenCatalog) -> Report {
    let day = catalog.catalog.as_of().date_naive();
    let judgement = judge(index, engine.indexer.ecosystems(), &*catalog.catalog, day);
    let report = build(index, judgement, &engine.policy, catalog.catalog.digest(), day, engine.now());
    report.led_on(Elsewhere::new(index, engine.indexer.ecosystems(), &*catalog.catalog))
}

/// The `ETag` that [`report`] would have now, without making the report. `None` where it would make none. Blocks.
///
/// # Errors
/// [`MatchError`].
pub fn etag(engine: &Engine, manifest: &Digest) -> Result<Option<String>, MatchError> {
    match look(engine, manifest, None)? {
        Look::NotIndexed | Look::NoData => Ok(None),
        Look::Sources(sources) => Ok(Some(sources.etag)),
    }
}
