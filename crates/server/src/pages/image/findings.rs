//! `GET …/image/{reference}`: the verdict, what was not judged, what was found, and what all that was made of.

use askama::Template;
use chrono::{DateTime, Utc};
use limpid_core::{
    BlindSpot, Reason, Report,
    report::{Decision, DecisionState, PlannedUpgrade, upgrade_commands},
    words::{counted, number},
};

use super::{
    attached::{Beside, beside},
    choice::{Choice, Sort},
    head::{Head, Tab},
    index,
    place::{Found, Place},
    rows::{FindingRow, rows},
};
use crate::{
    face::work,
    http::ApiError,
    limits::PAGE_ROWS,
    pages::{
        answer::{Reply, page},
        frame::Frame,
        paging::{Pager, skipped},
        parts::{Chart, Command, DigestMark, Moment, SeverityMark, short},
        query,
        seen::Seen,
        standing::count,
    },
    public::Call,
    security::{Built, Rebuilt},
};

/// Upgrades that are told one by one.
const UPGRADES: usize = 10;

/// The page of an image with a report.
#[derive(Template)]
#[template(path = "image/findings.html")]
pub(in crate::pages) struct FindingsPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) head: Head,
    pub(in crate::pages) spots: Vec<Spot>,
    pub(in crate::pages) upgrades: Vec<UpgradeRow>,
    pub(in crate::pages) more_upgrades: usize,
    pub(in crate::pages) chart: Chart,
    pub(in crate::pages) has_findings: bool,
    pub(in crate::pages) fixable: String,
    pub(in crate::pages) suppressed: u64,
    pub(in crate::pages) choice: Choice,
    pub(in crate::pages) layers: Vec<(usize, String)>,
    pub(in crate::pages) columns: Vec<Column>,
    pub(in crate::pages) rows: Vec<FindingRow>,
    pub(in crate::pages) pager: Pager,
    pub(in crate::pages) proof: ProofPart,
    pub(in crate::pages) decisions: Vec<DecisionRow>,
    pub(in crate::pages) beside: Beside,
    pub(in crate::pages) base: Option<BasePart>,
    /// What upgrades all that is told, one command for each tool.
    pub(in crate::pages) commands: Vec<Command>,
    /// What stays after that.
    pub(in crate::pages) stays: String,
}

/// What the image was built on.
#[derive(Debug, Clone)]
pub(in crate::pages) struct BasePart {
    pub(in crate::pages) name: String,
    pub(in crate::pages) address: String,
    pub(in crate::pages) sentence: String,
    /// What became of its tag, in sentences.
    pub(in crate::pages) tag: Vec<String>,
    /// What its tag points to now, where that is something else.
    pub(in crate::pages) now: Option<(String, String)>,
}

/// A decision to ignore findings, and what became of it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct DecisionRow {
    pub(in crate::pages) by: String,
    pub(in crate::pages) reason: String,
    pub(in crate::pages) owner: String,
    pub(in crate::pages) until: String,
    pub(in crate::pages) state: &'static str,
    pub(in crate::pages) findings: String,
}

/// A blind spot.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Spot {
    pub(in crate::pages) reason: &'static str,
    pub(in crate::pages) subject: String,
    pub(in crate::pages) detail: String,
    pub(in crate::pages) packages: u64,
    pub(in crate::pages) counts: bool,
    pub(in crate::pages) waived: bool,
    /// What can be done about it here.
    pub(in crate::pages) remedy: &'static str,
}

/// A package to upgrade.
#[derive(Debug, Clone)]
pub(in crate::pages) struct UpgradeRow {
    pub(in crate::pages) worst: SeverityMark,
    pub(in crate::pages) name: String,
    pub(in crate::pages) to: Option<String>,
    pub(in crate::pages) fixes: String,
    pub(in crate::pages) packages: String,
    /// Its findings.
    pub(in crate::pages) address: String,
}

/// The head of a column that can be sorted by.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Column {
    pub(in crate::pages) word: &'static str,
    pub(in crate::pages) address: String,
    /// `ascending` or `descending`, where the table is sorted by it.
    pub(in crate::pages) sorted: Option<&'static str>,
}

/// What a report is a function of, and how fresh it is.
#[derive(Debug, Clone)]
pub(in crate::pages) struct ProofPart {
    pub(in crate::pages) index_state: DigestMark,
    pub(in crate::pages) catalog: DigestMark,
    pub(in crate::pages) policy: DigestMark,
    pub(in crate::pages) as_of: String,
    pub(in crate::pages) feeds: Vec<FeedLine>,
}

/// A feed that was asked.
#[derive(Debug, Clone)]
pub(in crate::pages) struct FeedLine {
    pub(in crate::pages) name: String,
    pub(in crate::pages) is_stale: bool,
    pub(in crate::pages) records: String,
    pub(in crate::pages) upstream_date: String,
    pub(in crate::pages) changed: Option<Moment>,
    pub(in crate::pages) checked: Option<Moment>,
}

/// The page of an image without a report.
#[derive(Template)]
#[template(path = "image/waiting.html")]
pub(in crate::pages) struct WaitingPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) head: Head,
}

/// `GET …/image/{reference}`.
pub(in crate::pages) async fn findings(call: Call, frame: Frame) -> Reply {
    let choice = Choice::of(&query(&call))?;
    let place = Place::of(&call);
    let principal = call.principal.clone();
    let (reply, verdict) = work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        let beside = beside(engine, &principal, &found)?;
        let now = engine.now();
        if let Some(pushed) = found.pushed.as_ref().filter(|pushed| pushed.manifest.kind == "index") {
            return index::shown(engine, frame, &found, pushed, now).map(|reply| (reply, "index"));
        }
        match found.judged(engine)? {
            Ok(seen) => {
                let built = found.built(engine, &principal, &seen.report)?;
                let made = made(frame, &found, &seen, built.as_ref(), choice, now, beside);
                Ok::<_, ApiError>((page(&made)?, seen.report.verdict.as_str()))
            }
            Err(standing) => {
                let head = Head::waiting(&found, &standing, now).rescannable(beside.may_rescan);
                Ok((page(&WaitingPage { frame: head.framed(frame, ""), head })?, "none"))
            }
        }
    })
    .await?;
    super::with_verdict(reply, verdict)
}

/// The page, made of its parts.
pub(in crate::pages) fn made(
    frame: Frame,
    found: &Found,
    seen: &Seen,
    built: Option<&Built>,
    choice: Choice,
    now: DateTime<Utc>,
    beside: Beside,
) -> FindingsPage {
    let report = built.map_or(&seen.report, |built| &built.report);
    let head = Head::judged(found, seen, Tab::Findings, now).rescannable(beside.may_rescan);
    let chosen = choice.of_report(report);
    let skip = usize::try_from(skipped(choice.page, PAGE_ROWS)).unwrap_or(usize::MAX);
    let most = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let shown: Vec<_> = chosen.iter().skip(skip).take(most).copied().collect();
    let address = |page| format!("{}#findings", at(&head.path, &choice.with(|other| other.page = page)));
    let pager = Pager::new(chosen.len() as u64, PAGE_ROWS, choice.page, "finding", address);
    let only = |severity| {
        format!("{}#findings", at(&head.path, &choice.with(|other| other.severities = vec![severity])))
    };
    let upgrades = report.plan();
    FindingsPage {
        spots: spots(&report.blind_spots),
        more_upgrades: upgrades.len().saturating_sub(UPGRADES),
        upgrades: upgrades.iter().take(UPGRADES).map(|one| upgrade(one, &head.path)).collect(),
        commands: upgrade_commands(&upgrades).into_iter().map(Command).collect(),
        stays: report.stays_after_upgrades().unwrap_or_default(),
        base: built.map(base),
        chart: Chart::of(|severity| count(report, severity), only),
        has_findings: !report.findings.is_empty(),
        fixable: number(report.summary.fixable),
        suppressed: report.findings.iter().filter(|finding| finding.suppressed.is_some()).count() as u64,
        layers: report
            .image
            .layers
            .iter()
            .enumerate()
            .map(|(place, layer)| (place + 1, short(layer)))
            .collect(),
        columns: columns(&choice, &head.path),
        rows: rows(report, &shown, &chosen, choice.grouped, &head.path),
        pager,
        proof: proof(report, now),
        decisions: report.decisions.iter().map(decision).collect(),
        frame: head.framed(frame, ""),
        choice,
        beside,
        head,
    }
}

fn at(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}{query}") }
}

fn columns(choice: &Choice, path: &str) -> Vec<Column> {
    let words = ["Severity", "Vulnerability", "Package", "Installed and fixed in", "Layer"];
    let column = |(sort, word): (Sort, &'static str)| {
        let is_it = choice.sort == sort;
        let reverse = is_it && !choice.reversed;
        let query = choice.with(|other| {
            other.sort = sort;
            other.reversed = reverse;
        });
        // The worst first is a descent.
        let falls = matches!(sort, Sort::Severity | Sort::Fix) != choice.reversed;
        Column {
            word,
            address: format!("{}#findings", at(path, &query)),
            sorted: is_it.then_some(if falls { "descending" } else { "ascending" }),
        }
    };
    Sort::ALL.into_iter().zip(words).map(column).collect()
}

/// What the image was built on, in words.
fn base(built: &Built) -> BasePart {
    let Built { base, report, rebuilt } = built;
    let place = |reference: &str| Place::Repository(base.repository.clone(), reference.to_owned()).path();
    let mut told = Vec::new();
    let mut now = None;
    if let Some(tag) = &base.tag {
        let name = &tag.name;
        told.push(match (&tag.now, rebuilt) {
            (None, _) => format!("The tag {name} still points to it."),
            (Some(_), Some(Rebuilt { clears: 0, adds: 0 })) => {
                format!("The tag {name} points to another image now: building on it changes no finding.")
            }
            (Some(_), Some(Rebuilt { clears, adds: 0 })) => format!(
                "The tag {name} points to another image now: building on it clears {}.",
                counted(*clears, "finding")
            ),
            (Some(_), Some(Rebuilt { clears, adds })) => format!(
                "The tag {name} points to another image now: building on it clears {} and brings {}.",
                counted(*clears, "finding"),
                counted(*adds, "other")
            ),
            (Some(_), None) => format!(
                "The tag {name} points to another image now, which was not judged here yet: what building on it clears is not known."
            ),
        });
        now = tag.now.as_ref().map(|digest| (place(digest.as_str()), short(digest)));
        told.extend(tag.newer.as_ref().map(|newer| format!("A higher tag is here too: {newer}.")));
    }
    BasePart {
        name: base.name.clone(),
        address: place(base.digest.as_str()),
        sentence: report.sentence_of_base().unwrap_or_default(),
        tag: told,
        now,
    }
}

fn upgrade(one: &PlannedUpgrade, path: &str) -> UpgradeRow {
    let packages: Vec<&str> =
        one.packages.iter().map(String::as_str).filter(|name| *name != one.name).collect();
    let query = crate::pages::form::query_of([("package", one.name.as_str()), ("fixable", "1")]);
    UpgradeRow {
        worst: SeverityMark(one.severity),
        name: one.name.clone(),
        to: one.to.clone(),
        fixes: number(one.fixes),
        packages: packages.join(", "),
        address: format!("{path}{query}#findings"),
    }
}

pub(super) fn spots(all: &[BlindSpot]) -> Vec<Spot> {
    let spot = |spot: &BlindSpot| Spot {
        reason: spot.reason.as_str(),
        subject: spot.subject.clone(),
        detail: spot.detail.clone(),
        packages: spot.packages,
        counts: spot.counts,
        waived: spot.waived,
        remedy: remedy(spot.reason),
    };
    let mut spots: Vec<Spot> = all.iter().map(spot).collect();
    spots.sort_by_key(|spot| !spot.counts);
    spots
}

/// What an operator or the image's maker can do.
fn remedy(reason: Reason) -> &'static str {
    match reason {
        Reason::NoDistribution => {
            "Build from a base image that says what it is (/etc/os-release). Where it does, a newer version of Limpid may know it."
        }
        Reason::ReleaseNotCovered => {
            "Bring the advisory data up to date: Feeds, “Update now”. Where upstream says nothing about the release either, move to \
             one that it speaks about."
        }
        Reason::FeedNotLoaded => "Load the feed: Feeds, “Update now”.",
        Reason::FeedStale => "Find out why the feed is not updated: Feeds, and the jobs of kind update.",
        Reason::FeedQuarantined => "Look at what upstream changed, and accept it: Feeds.",
        Reason::EndOfLife => "Move to a supported release: nobody will say what is wrong with this one.",
        Reason::DatabaseUnreadable => "Keep the package database in the image, whole.",
        Reason::VersionUnparsable => "Look at the package by hand: its version follows no rule.",
        Reason::OverBudget => "Make the layer smaller, or look at what makes it so large.",
        Reason::LayerUnsupported => "Push the layer as tar, gzip or zstd.",
        Reason::DetectorFailed => "Report it as a fault of Limpid, and have the image read again.",
        Reason::ThirdParty => {
            "Ask whoever built the package: the distribution’s data does not speak about it."
        }
        Reason::UnidentifiedExecutables => "Install it as a package, so that something says what it is.",
        Reason::NothingRecognised => "Nothing here tells what is installed: judge it by how it was built.",
    }
}

fn decision(one: &Decision) -> DecisionRow {
    DecisionRow {
        by: one.by.clone(),
        reason: one.reason.clone(),
        owner: one.owner.clone(),
        until: one.expires.map(|day| day.to_string()).unwrap_or_default(),
        state: match one.state {
            DecisionState::Applied => "applied",
            DecisionState::Expired => "expired: what it was about stands",
            DecisionState::Unused => "about nothing in this image",
        },
        findings: number(one.findings),
    }
}

fn proof(report: &Report, now: DateTime<Utc>) -> ProofPart {
    let proof = &report.proof;
    let line = |feed: &limpid_core::report::ReportFeed| {
        let observed = report.observed.feeds.get(&feed.name);
        FeedLine {
            name: feed.name.clone(),
            is_stale: proof.stale.contains(&feed.name),
            records: number(feed.records),
            upstream_date: feed.upstream_date.clone().unwrap_or_default(),
            changed: observed.map(|one| Moment::ago(one.changed_at, now)),
            checked: observed.map(|one| Moment::ago(one.checked_at, now)),
        }
    };
    ProofPart {
        index_state: DigestMark::of(&proof.index_state),
        catalog: DigestMark::of(&proof.catalog),
        policy: DigestMark::of(&proof.policy),
        as_of: proof.as_of.to_string(),
        feeds: report.feeds.iter().map(line).collect(),
    }
}
