//! The verdict in a sentence: what it means, and what to do. The names of feeds in it are strangers' text.

use std::collections::BTreeSet;

use super::Report;
use crate::{
    BlindSpot, Verdict, enrichment,
    words::{counted, first_few, number},
};

/// How many feeds a sentence names.
const FEEDS_NAMED: usize = 3;

impl Report {
    /// Everything after the verdict's word. `way_out` is what can be done where something was not judged, given the reasons.
    pub fn sentence(&self, way_out: impl FnOnce(&[&'static str]) -> String) -> String {
        match self.verdict {
            Verdict::Vulnerable => vulnerable(self),
            Verdict::Clean => clean(self),
            Verdict::Unproven => {
                let reasons = reasons(self);
                format!(
                    "nothing was found, but that proves nothing: {}. {}",
                    unjudged(self),
                    way_out(&reasons)
                )
            }
        }
    }
}

fn vulnerable(report: &Report) -> String {
    let total: u64 = report.summary.findings.values().sum();
    let verb = if total == 1 { "stands" } else { "stand" };
    let mut text = format!("{} {verb}", counted(total, "finding"));
    let packages = report.upgrades().len() as u64;
    match report.summary.fixable {
        0 => text.push_str(", and no fix is known yet."),
        fixable => {
            let fixed = match (fixable == total, total) {
                (true, 1) => "fixes it".to_owned(),
                (true, _) => "fixes them all".to_owned(),
                (false, _) => format!("fixes {}", number(fixable)),
            };
            text.push_str(&format!("; upgrading {} {fixed}.", counted(packages, "package")));
        }
    }
    if counting(report).next().is_some() {
        text.push_str(&format!(" There may be more: {}.", unjudged(report)));
    }
    text
}

fn clean(report: &Report) -> String {
    // What enriches judges nothing.
    let judges = report.feeds.iter().filter(|feed| !enrichment::is_feed(&feed.name));
    let feeds: Vec<&str> = judges.map(|feed| feed.name.as_str()).collect();
    let (judged, all) = (number(report.summary.judged), counted(report.summary.packages, "package"));
    let by = if feeds.is_empty() {
        String::new()
    } else {
        format!(" by {}", first_few(&feeds, FEEDS_NAMED, "feed"))
    };
    let found =
        if report.findings.is_empty() { "nothing is known against this image" } else { "no finding stands" };
    let mut text = format!("{found}; {judged} of {all} judged{by} as of {}.", report.proof.as_of);
    let suppressed = report.findings.len() as u64;
    if suppressed > 0 {
        let verb = if suppressed == 1 { "is" } else { "are" };
        text.push_str(&format!(" {} {verb} suppressed.", counted(suppressed, "finding")));
    }
    let waived: BTreeSet<&str> =
        report.blind_spots.iter().filter(|spot| spot.waived).map(|spot| spot.reason.as_str()).collect();
    if !waived.is_empty() {
        let waived: Vec<&str> = waived.into_iter().collect();
        text.push_str(&format!(" Waived, not judged: {}.", waived.join(", ")));
    }
    text
}

/// What was not judged, in a few words: packages where some were not compared at all, else the reasons alone.
fn unjudged(report: &Report) -> String {
    let reasons = reasons(report).join(", ");
    let (all, judged) = (report.summary.packages, report.summary.judged);
    if judged < all {
        let verb = if all - judged == 1 { "was" } else { "were" };
        let missing = number(all - judged);
        format!("{missing} of {} {verb} not judged ({reasons})", counted(all, "package"))
    } else {
        format!("not everything was judged ({reasons})")
    }
}

fn counting(report: &Report) -> impl Iterator<Item = &BlindSpot> {
    report.blind_spots.iter().filter(|spot| spot.counts)
}

/// The reasons of the blind spots that count, each once.
fn reasons(report: &Report) -> Vec<&'static str> {
    let reasons: BTreeSet<_> = counting(report).map(|spot| spot.reason).collect();
    reasons.into_iter().map(|reason| reason.as_str()).collect()
}
