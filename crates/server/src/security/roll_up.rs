//! An index by its images: it is as far as the one that is least far, and what the worst of them is.

use limpid_core::{Digest, Verdict};
use limpid_store::{
    StoreError, Transaction,
    security::{self, Child},
};

use super::{ChildSummary, Status, Summary, status::status_in, summary::at};
use crate::{
    engine::Engine,
    limits::INDEX_DEPTH,
    matching::{Decided, MatchError},
};

/// How far an index is.
pub(super) fn status(tx: &mut Transaction<'_>, index: &Digest, depth: usize) -> Result<Status, StoreError> {
    if depth >= INDEX_DEPTH {
        return Ok(too_deep());
    }
    let mut worst: Option<(u8, Status)> = None;
    for child in security::children(tx, index)? {
        let status = status_in(tx, &child.digest, depth + 1)?;
        let Some(rank) = rank(&status) else { continue };
        if worst.as_ref().is_none_or(|(other, _)| rank > *other) {
            worst = Some((rank, named(&child.platform, status)));
        }
    }
    Ok(worst.map_or_else(none, |(_, status)| status))
}

/// How much a child keeps its index from being indexed; `None` where it is none of its images.
fn rank(status: &Status) -> Option<u8> {
    match status {
        Status::Unsupported { is_artifact: true, .. } => None,
        // What can never be, or is not there, is told by the summary where others are indexed.
        Status::Unknown | Status::Unsupported { .. } => Some(0),
        Status::Indexed => Some(1),
        Status::Queued => Some(2),
        Status::Indexing => Some(3),
        Status::Failed { .. } => Some(4),
    }
}

fn named(platform: &str, status: Status) -> Status {
    let named = |reason: String| if platform.is_empty() { reason } else { format!("{platform}: {reason}") };
    match status {
        Status::Failed { reason, next_at } => Status::Failed { reason: named(reason), next_at },
        Status::Unsupported { reason, is_artifact } => {
            Status::Unsupported { reason: named(reason), is_artifact }
        }
        Status::Unknown => {
            let reason = named("it is not in the registry".to_owned());
            Status::Unsupported { reason, is_artifact: false }
        }
        Status::Queued | Status::Indexing | Status::Indexed => status,
    }
}

fn none() -> Status {
    Status::Unsupported { reason: "it lists no images".to_owned(), is_artifact: true }
}

fn too_deep() -> Status {
    Status::Unsupported { reason: "it is an index in too many indexes".to_owned(), is_artifact: false }
}

/// The summary of an index: the worst verdict, counts summed, and each image beside it. `None` where none of its images has one.
pub(super) fn summary(
    engine: &Engine,
    decided: Option<&Decided>,
    index: &Digest,
    depth: usize,
) -> Result<Option<Summary>, MatchError> {
    let children = children(engine, decided, index, depth)?;
    if children.iter().all(|child| child.summary.is_none()) {
        return Ok(None);
    }
    let mut rolled = Summary::none();
    for child in &children {
        match &child.summary {
            Some(summary) => rolled.add(summary),
            // Not there, not read, not judged: nothing is known of it.
            None => rolled.add_unknown(child.status.word()),
        }
    }
    rolled.children = children;
    Ok(Some(rolled))
}

/// The images of an index, with what is known of each.
fn children(
    engine: &Engine,
    decided: Option<&Decided>,
    index: &Digest,
    depth: usize,
) -> Result<Vec<ChildSummary>, MatchError> {
    let mut known = Vec::new();
    for (Child { digest, platform }, status) in images(engine, index, depth)? {
        let summary = at(engine, decided, &digest, depth + 1)?;
        known.push(ChildSummary { digest, platform, status, summary });
    }
    Ok(known)
}

/// The images of an index, and how far each is. Artifacts among them are left out; none where it is in too many indexes.
pub(super) fn images(
    engine: &Engine,
    index: &Digest,
    depth: usize,
) -> Result<Vec<(Child, Status)>, StoreError> {
    if depth >= INDEX_DEPTH {
        return Ok(Vec::new());
    }
    engine.database.read(|tx| {
        let mut images = Vec::new();
        for child in security::children(tx, index)? {
            let status = status_in(tx, &child.digest, depth + 1)?;
            if !status.is_artifact() {
                images.push((child, status));
            }
        }
        Ok(images)
    })
}

/// The worse of two verdicts. What is not proven is worse than clean, and less than what is known to be bad.
pub(super) fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Vulnerable, _) | (_, Verdict::Vulnerable) => Verdict::Vulnerable,
        (Verdict::Unproven, _) | (_, Verdict::Unproven) => Verdict::Unproven,
        (Verdict::Clean, Verdict::Clean) => Verdict::Clean,
    }
}
