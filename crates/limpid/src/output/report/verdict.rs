//! The verdict in a sentence: what it means, and what to do.

use std::{collections::BTreeSet, io};

use limpid_core::{BlindSpot, Report, Verdict};

use super::upgrades;
use crate::output::{
    page::Page,
    style,
    text::{counted, first_few, number},
};

/// How many feeds a sentence names.
const FEEDS_NAMED: usize = 3;

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let word = format!("{}:", report.verdict);
    page.prose_led_by(style::of_verdict(report.verdict), &word, &sentence(report))
}

/// Everything after the verdict's word.
pub(in crate::output) fn sentence(report: &Report) -> String {
    match report.verdict {
        Verdict::Vulnerable => vulnerable(report),
        Verdict::Clean => clean(report),
        Verdict::Unproven => unproven(report),
    }
}

fn vulnerable(report: &Report) -> String {
    let total: u64 = report.summary.findings.values().sum();
    let verb = if total == 1 { "stands" } else { "stand" };
    let mut text = format!("{} {verb}", counted(total, "finding"));
    let packages = upgrades::count(report);
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
    let counting = counting(report).count() as u64;
    if counting > 0 {
        text.push_str(&format!(" There may be more: {}.", unjudged(report)));
    }
    text
}

fn clean(report: &Report) -> String {
    let feeds: Vec<&str> = report.feeds.iter().map(|feed| feed.name.as_str()).collect();
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

fn unproven(report: &Report) -> String {
    let reasons = reasons(report);
    let names = reasons.join(",");
    let it = if reasons.len() == 1 { "it" } else { "them" };
    format!(
        "nothing was found, but that proves nothing: {}. The blind spots above tell the way out; --accept {names} \
         waives {it} by name.",
        unjudged(report)
    )
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
