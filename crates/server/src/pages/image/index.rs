//! The page of an index: its images, each with its verdict, and what follows for the whole.

use askama::Template;
use chrono::{DateTime, Utc};
use limpid_core::{Digest, Verdict};

use super::{
    head::Head,
    place::{Found, Place, Pushed},
};
use crate::{
    engine::Engine,
    http::ApiError,
    pages::{
        answer::{Reply, page},
        frame::Frame,
        parts::{Counts, VerdictMark, short},
        standing::standing,
    },
    security::{self, ChildSummary},
};

/// The page of an index: its children.
#[derive(Template)]
#[template(path = "image/index.html")]
pub(in crate::pages) struct IndexPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) head: Head,
    pub(in crate::pages) children: Vec<ChildRow>,
}

/// A child of an index.
#[derive(Debug, Clone)]
pub(in crate::pages) struct ChildRow {
    pub(in crate::pages) platform: String,
    pub(in crate::pages) digest: String,
    pub(in crate::pages) address: Option<String>,
    pub(in crate::pages) mark: VerdictMark,
    pub(in crate::pages) counts: Option<Counts>,
    pub(in crate::pages) note: String,
}

/// The page of an index that was pushed. Blocks.
pub(super) fn shown(
    engine: &Engine,
    frame: Frame,
    found: &Found,
    pushed: &Pushed,
    now: DateTime<Utc>,
) -> Reply {
    let summary = security::summary(engine, found.decided.as_ref(), &found.digest)?;
    let known = summary.as_ref().map(|summary| summary.children.as_slice()).unwrap_or_default();
    let verdicts: Vec<Option<Verdict>> =
        known.iter().map(|child| child.summary.as_ref().map(|one| one.verdict)).collect();
    let head = match &summary {
        Some(summary) => Head::of_index(found, VerdictMark::of(summary.verdict), rolled_up(&verdicts).1, now),
        None => Head::waiting(found, &standing(engine, &found.digest)?, now),
    };
    let children: Result<Vec<ChildRow>, ApiError> = pushed
        .children
        .iter()
        .map(|child| {
            let place = match &found.place {
                Place::Repository(name, _) => Place::Repository(name.clone(), child.digest.to_string()),
                Place::Service(_) => Place::Service(child.digest.to_string()),
            };
            let known = known.iter().find(|one| one.digest == child.digest);
            let (mark, counts, note) = child_state(engine, &child.digest, child.is_here, known)?;
            Ok(ChildRow {
                platform: if child.platform.is_empty() {
                    "not told".to_owned()
                } else {
                    child.platform.clone()
                },
                digest: short(&child.digest),
                address: child.is_here.then(|| place.path()),
                mark,
                counts,
                note,
            })
        })
        .collect();
    page(&IndexPage { frame: head.framed(frame, ""), head, children: children? })
}

type ChildState = (VerdictMark, Option<Counts>, String);

fn child_state(
    engine: &Engine,
    digest: &Digest,
    is_here: bool,
    known: Option<&ChildSummary>,
) -> Result<ChildState, ApiError> {
    if let Some(summary) = known.and_then(|child| child.summary.as_ref()) {
        let of = |severity| summary.findings.get(&severity).copied().unwrap_or(0);
        return Ok((VerdictMark::of(summary.verdict), Counts::some(of), String::new()));
    }
    if !is_here {
        return Ok((VerdictMark::UNKNOWN, None, "not in this repository".to_owned()));
    }
    let standing = standing(engine, digest)?;
    Ok((standing.mark(), None, standing.sentence()))
}

/// The verdict of an index: the worst of its children, and clean only where all are.
pub(in crate::pages) fn rolled_up(verdicts: &[Option<Verdict>]) -> (VerdictMark, String) {
    let all = verdicts.len();
    let of = |verdict| verdicts.iter().filter(|one| **one == Some(verdict)).count();
    let (bad, clean, open) =
        (of(Verdict::Vulnerable), of(Verdict::Clean), all - of(Verdict::Vulnerable) - of(Verdict::Clean));
    if bad > 0 {
        (VerdictMark::of(Verdict::Vulnerable), format!("{bad} of {all} platforms have findings."))
    } else if clean == all && all > 0 {
        (VerdictMark::of(Verdict::Clean), format!("Nothing is known against any of {all} platforms."))
    } else if all == 0 {
        (VerdictMark::of(Verdict::Unproven), "It has no platform that could be judged.".to_owned())
    } else {
        (VerdictMark::of(Verdict::Unproven), format!("{open} of {all} platforms are not proven clean."))
    }
}
