//! A baseline: an earlier report, whose findings are known already.
//!
//! What stood in it stays in the report and decides nothing; what is new stands. A decision that ran out since is not known: it
//! was suppressed then.

use std::collections::BTreeMap;

use crate::{
    BlindSpot, ImageFacts, Reason, Report,
    advisory::is_cve,
    report::{Finding, Suppression},
};

/// Who suppresses what a baseline has.
const BY: &str = "baseline";

/// Earlier reports, of which each image has its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// By how the images were named, then by their platforms.
    reports: BTreeMap<(String, String), Report>,
    meeting: Meeting,
}

/// Which image an earlier report is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// The only one that is looked at, where there is one report: names change with every build.
    AnyName,
    /// That of its name: that of the same platform, else the only one.
    Name,
    /// That of its name and platform alone: several platforms of one image are looked at.
    NameAndPlatform,
}

impl Baseline {
    /// Earlier reports, and whom they meet.
    pub fn of(reports: impl IntoIterator<Item = Report>, meeting: Meeting) -> Self {
        let key = |report: &Report| (report.image.reference.clone(), report.image.platform.clone());
        let reports: BTreeMap<(String, String), Report> =
            reports.into_iter().map(|report| (key(&report), report)).collect();
        let is_of_one = meeting != Meeting::AnyName || reports.len() == 1;
        let meeting = if is_of_one { meeting } else { Meeting::Name };
        Self { reports, meeting }
    }

    /// The report that an image is compared with; `None`: all of the image is new.
    pub fn report(&self, image: &ImageFacts) -> Option<&Report> {
        let exact = self.reports.get(&(image.reference.clone(), image.platform.clone()));
        let mut named = self.reports.values().filter(|report| report.image.reference == image.reference);
        match self.meeting {
            Meeting::AnyName => self.reports.values().next(),
            Meeting::NameAndPlatform => exact,
            Meeting::Name => exact.or_else(|| named.next().filter(|_| named.next().is_none())),
        }
    }

    /// What identifies the baseline: equal ones change a report equally.
    pub(super) fn words(&self) -> String {
        let told = self.reports.values().map(|report| {
            (&report.image, &report.proof, &report.findings, &report.blind_spots, &report.decisions)
        });
        format!("{:?} {:?}", told.collect::<Vec<_>>(), self.meeting)
    }

    /// Whether this very blind spot was there, to the letter. One that was waived by name then is not known by that: whoever
    /// takes the name back wants to see it. What is wrong with the data is never known, because behind it the new could not be
    /// seen.
    pub(super) fn has_blind_spot(&self, image: &ImageFacts, spot: &BlindSpot) -> bool {
        let Some(report) = self.report(image) else { return false };
        let is_same = |known: &BlindSpot| {
            (!known.waived || known.known)
                && (known.reason, &known.subject, &known.detail, known.packages)
                    == (spot.reason, &spot.subject, &spot.detail, spot.packages)
        };
        is_of_the_image(spot.reason) && report.blind_spots.iter().any(is_same)
    }

    /// Why a finding is known, where it is.
    pub(super) fn suppression(&self, image: &ImageFacts, finding: &Finding) -> Option<Suppression> {
        let report = self.report(image)?;
        let known = report.findings.iter().find(|known| stood(known) && is_same(known, finding))?;
        let package = &known.package;
        let (day, reference) = (report.proof.as_of, &report.image.reference);
        let version = match package.version == finding.package.version {
            true => String::new(),
            false => format!(", then in {}", package.version),
        };
        Some(Suppression {
            by: BY.to_owned(),
            reason: format!("known from the report of {day} on {reference}{version}"),
        })
    }

    /// How many findings that stood are none any more.
    pub fn gone(&self, image: &ImageFacts, findings: &[Finding]) -> u64 {
        let known = self.report(image).into_iter().flat_map(|report| &report.findings);
        let is_gone = |known: &&Finding| stood(known) && !findings.iter().any(|one| is_same(known, one));
        known.filter(is_gone).count() as u64
    }
}

/// Whether a blind spot for this reason is something in the image, that another report of it can show to be the same.
fn is_of_the_image(reason: Reason) -> bool {
    match reason {
        Reason::DatabaseUnreadable
        | Reason::VersionUnparsable
        | Reason::OverBudget
        | Reason::LayerUnsupported
        | Reason::DetectorFailed
        | Reason::ThirdParty
        | Reason::UnidentifiedExecutables => true,
        Reason::NoDistribution
        | Reason::ReleaseNotCovered
        | Reason::FeedNotLoaded
        | Reason::FeedStale
        | Reason::FeedQuarantined
        | Reason::EndOfLife
        | Reason::NothingRecognised => false,
    }
}

/// Whether it counted then, or was known from a baseline before.
fn stood(finding: &Finding) -> bool {
    finding.suppressed.as_ref().is_none_or(|by| by.by == BY)
}

/// The same vulnerability of the same package in the same place, whatever its version. Errata name several CVEs: one that was
/// not named then is new, though its erratum is not.
fn is_same(known: &Finding, new: &Finding) -> bool {
    let (a, b) = (&known.package, &new.package);
    if (&a.kind, &a.name, &a.path) != (&b.kind, &b.name, &b.path) {
        return false;
    }
    let had = |id: &String| names(known).any(|one| one == id);
    if is_cve(&new.id) {
        return had(&new.id);
    }
    names(new).any(had) && names(new).filter(|id| is_cve(id)).all(had)
}

fn names(finding: &Finding) -> impl Iterator<Item = &String> {
    std::iter::once(&finding.id).chain(&finding.aliases)
}
