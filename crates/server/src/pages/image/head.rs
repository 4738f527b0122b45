//! What stands above all pages of an image: the verdict first, then what the image is, then the ways on.

use chrono::{DateTime, Utc};
use limpid_core::words::{counted, number};

use super::place::{Found, Place};
use crate::pages::{
    frame::{Frame, Section},
    parts::{DigestMark, Moment, VerdictMark},
    seen::Seen,
    standing::Standing,
};

/// A page of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Tab {
    Findings,
    Packages,
    Layers,
}

/// A way on.
#[derive(Debug, Clone)]
pub(in crate::pages) struct TabLink {
    pub(in crate::pages) address: String,
    pub(in crate::pages) word: &'static str,
    pub(in crate::pages) count: String,
    pub(in crate::pages) is_current: bool,
}

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Head {
    pub(in crate::pages) crumbs: Vec<(String, String)>,
    pub(in crate::pages) heading: String,
    /// The path of the image's first page.
    pub(in crate::pages) path: String,
    pub(in crate::pages) mark: VerdictMark,
    pub(in crate::pages) sentence: String,
    /// When it is tried again, where there is no report.
    pub(in crate::pages) next: Option<Moment>,
    /// Seconds after which it is worth looking again.
    pub(in crate::pages) again: Option<u32>,
    pub(in crate::pages) digest: DigestMark,
    pub(in crate::pages) platform: String,
    pub(in crate::pages) pushed: Option<(Moment, String)>,
    pub(in crate::pages) judged: Option<Judged>,
    pub(in crate::pages) tabs: Vec<TabLink>,
    /// Whether whoever looks may ask for it to be read again.
    pub(in crate::pages) may_rescan: bool,
    pub(in crate::pages) compare: String,
}

/// What is known of an image that has a report.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Judged {
    pub(in crate::pages) distributions: Vec<DistributionLine>,
    pub(in crate::pages) packages: String,
    pub(in crate::pages) made: Moment,
    pub(in crate::pages) as_of: String,
}

/// A distribution, and how long it is supported.
#[derive(Debug, Clone)]
pub(in crate::pages) struct DistributionLine {
    pub(in crate::pages) name: String,
    pub(in crate::pages) end: Option<String>,
}

/// How often a page that waits is looked at again.
const AGAIN_SECONDS: u32 = 5;

impl Head {
    /// The head of an image that has a report.
    pub(in crate::pages) fn judged(found: &Found, seen: &Seen, tab: Tab, now: DateTime<Utc>) -> Self {
        let report = &seen.report;
        let way_out = |_: &[&str]| "The blind spots below tell the way out.".to_owned();
        let findings: u64 = report.summary.findings.values().sum();
        let counts = [findings, report.summary.packages, report.image.layers.len() as u64];
        let distribution = |one: &limpid_core::Distribution| DistributionLine {
            name: one.name.clone(),
            end: one.end_of_life.map(|day| {
                if day < report.proof.as_of {
                    format!("no fixes since {day}")
                } else {
                    format!("supported until {day}")
                }
            }),
        };
        let (packages, judged) = (report.summary.packages, report.summary.judged);
        Self {
            mark: VerdictMark::of(report.verdict),
            sentence: capital(&report.sentence(way_out)),
            // Whoever submitted it did not tell.
            platform: Some(report.image.platform.clone()).filter(|one| one != "unknown").unwrap_or_default(),
            judged: Some(Judged {
                distributions: report.distributions.iter().map(distribution).collect(),
                packages: if packages == judged {
                    format!("{} · all judged", number(packages))
                } else {
                    format!("{} · {} judged", number(packages), number(judged))
                },
                made: Moment::ago(report.observed.generated_at, now),
                as_of: report.proof.as_of.to_string(),
            }),
            tabs: tabs(&found.place, tab, &counts.map(number)),
            ..Self::bare(found, now)
        }
    }

    /// The head of an image without one.
    pub(in crate::pages) fn waiting(found: &Found, standing: &Standing, now: DateTime<Utc>) -> Self {
        Self {
            mark: standing.mark(),
            sentence: standing.sentence(),
            next: standing.next_at().map(|at| Moment::ahead(at, now)),
            again: standing.passes().then_some(AGAIN_SECONDS),
            ..Self::bare(found, now)
        }
    }

    /// The head of an index, whose verdict is that of its children.
    pub(in crate::pages) fn of_index(
        found: &Found,
        mark: VerdictMark,
        sentence: String,
        now: DateTime<Utc>,
    ) -> Self {
        let platforms = found.pushed.as_ref().map_or(0, |pushed| pushed.children.len() as u64);
        Self { mark, sentence, platform: counted(platforms, "platform"), ..Self::bare(found, now) }
    }

    fn bare(found: &Found, now: DateTime<Utc>) -> Self {
        let place = &found.place;
        let pushed = found.pushed.as_ref();
        Self {
            crumbs: place.crumbs(),
            heading: place.reference(),
            path: place.path(),
            mark: VerdictMark::UNKNOWN,
            sentence: String::new(),
            next: None,
            again: None,
            digest: DigestMark::of(&found.digest),
            platform: String::new(),
            pushed: pushed.map(|pushed| {
                (Moment::ago(pushed.manifest.pushed_at, now), pushed.manifest.pushed_by.clone())
            }),
            judged: None,
            tabs: Vec::new(),
            may_rescan: false,
            compare: format!("/compare{}", crate::pages::form::query_of([("a", place.reference().as_str())])),
        }
    }

    /// The same, for somebody who may ask for it to be read again, or not.
    pub(in crate::pages) fn rescannable(self, may_rescan: bool) -> Self {
        Self { may_rescan, ..self }
    }

    /// The frame of the page.
    pub(in crate::pages) fn framed(&self, frame: Frame, tab: &str) -> Frame {
        let title = if tab.is_empty() { self.heading.clone() } else { format!("{tab} of {}", self.heading) };
        let section =
            if self.path.starts_with("/manifest/") { Section::Overview } else { Section::Repositories };
        frame.titled(section, title)
    }
}

fn tabs(place: &Place, tab: Tab, counts: &[String; 3]) -> Vec<TabLink> {
    let all = [
        (Tab::Findings, "", "Findings"),
        (Tab::Packages, "/packages", "Packages"),
        (Tab::Layers, "/layers", "Layers"),
    ];
    let links = all.into_iter().zip(counts).map(|((own, below, word), count)| TabLink {
        address: format!("{}{below}", place.path()),
        word,
        count: count.clone(),
        is_current: own == tab,
    });
    links.collect()
}

/// A sentence, beginning as one.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
