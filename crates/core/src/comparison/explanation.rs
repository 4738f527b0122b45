//! The sentence that explains a comparison: first the inputs, then what they changed, then the verdict.

mod data;
mod open;
mod words;

use std::collections::BTreeMap;

use self::words::{counted, listed};
use super::{Cause, Change, Comparison, PackageChange};

/// A few sentences for people, without line breaks.
pub(super) fn explain(comparison: &Comparison) -> String {
    let mut sentences = vec![inputs(comparison)];
    if comparison.same_outcome() {
        sentences.push(if comparison.inputs.all_same() {
            "So are the reports.".to_owned()
        } else {
            "That changes no finding, no blind spot and not the verdict.".to_owned()
        });
    } else {
        if comparison.inputs.all_same() {
            sentences
                .push("Yet the reports differ, which must not happen: it is a fault of Limpid.".to_owned());
        }
        sentences.extend(findings(comparison));
        sentences.extend(blind_spots(comparison));
    }
    sentences.push(verdict(comparison));
    sentences.join(" ")
}

fn inputs(comparison: &Comparison) -> String {
    let inputs = &comparison.inputs;
    let named = inputs.named();
    let shown = named.iter().filter(|(name, _)| *name != "stale feeds");
    let same: Vec<String> =
        shown.filter(|(_, input)| input.same == Some(true)).map(|(name, _)| format!("the {name}")).collect();
    let mut clauses = Vec::new();
    if !same.is_empty() {
        let verb = if same.len() == 1 { "is" } else { "are" };
        clauses.push(format!("{} {verb} the same", listed(&same)));
    }
    if inputs.image.same == Some(false) {
        clauses.push(format!("the image differs{}", packages(comparison)));
    }
    if inputs.index_state.same == Some(false) {
        let found = if inputs.image.same == Some(true) { packages(comparison) } else { String::new() };
        clauses.push(format!(
            "the index state differs, so another version of the detectors read the image{found}"
        ));
    }
    if inputs.catalog.same == Some(false) {
        clauses.push(format!("the advisory data differs{}", data::difference(comparison)));
    }
    if inputs.policy.same == Some(false) {
        clauses.push(
            "the policy differs: other decisions, or another version of the code that judges".to_owned(),
        );
    }
    if let (Some(false), Some(a), Some(b)) = (inputs.as_of.same, &inputs.as_of.a, &inputs.as_of.b) {
        clauses.push(format!("the day differs: A was judged as of {a}, B as of {b}"));
    }
    clauses.extend(data::stale(comparison));
    clauses.extend(open::claimed(comparison));
    clauses.extend(open::untold(inputs));
    format!("{}.", words::capitalised(&clauses.join("; ")))
}

/// What differs in the packages, to follow after “differs”.
fn packages(comparison: &Comparison) -> String {
    let Some(changes) = &comparison.packages else { return String::new() };
    let count = |change: Change| changes.iter().filter(|one| one.change == change).count();
    let rejudged = |one: &&PackageChange| {
        let version = |facts: &Option<super::PackageFacts>| facts.as_ref().map(|facts| facts.version.clone());
        one.change == Change::Changed && version(&one.a) == version(&one.b)
    };
    let rejudged = changes.iter().filter(rejudged).count();
    let parts = [
        (count(Change::Added), "only in B"),
        (count(Change::Removed), "only in A"),
        (count(Change::Changed) - rejudged, "in another version"),
        (rejudged, "under another release or source package"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(*count, "package")))
        .collect();
    if parts.is_empty() { ", but not in its packages".to_owned() } else { format!(" ({})", parts.join(", ")) }
}

const CHANGES: [Change; 3] = [Change::Added, Change::Removed, Change::Changed];

/// `1 finding is new in B`, `2 findings changed`.
fn subject(count: usize, noun: &str, change: Change) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    let what = counted(count, noun);
    match change {
        Change::Added => format!("{what} {verb} new in B"),
        Change::Removed => format!("{what} {verb} gone in B"),
        Change::Changed => format!("{what} changed"),
    }
}

fn findings(comparison: &Comparison) -> Vec<String> {
    if comparison.findings.is_empty() {
        return vec!["No finding differs.".to_owned()];
    }
    CHANGES.into_iter().filter_map(|change| findings_of(comparison, change)).collect()
}

/// Such as “12 findings are new in B because of the advisory data, none because of the image.”
fn findings_of(comparison: &Comparison, change: Change) -> Option<String> {
    let of_kind = comparison.findings.iter().filter(|finding| finding.change == change);
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for finding in of_kind {
        *causes.entry(finding.cause).or_default() += 1;
    }
    let total: usize = causes.values().sum();
    let subject = subject(total, "finding", change);
    let because = |cause: Cause| match cause {
        Cause::Unclear => "for a reason that the reports alone do not tell".to_owned(),
        Cause::Image | Cause::IndexState | Cause::AdvisoryData | Cause::Policy | Cause::Day => {
            format!("because of {cause}")
        }
    };
    let mut causes_in_order = causes.iter();
    match (causes_in_order.next(), causes_in_order.next()) {
        (None, _) => None,
        (Some((cause @ Cause::AdvisoryData, _)), None) => {
            Some(format!("{subject} {}, none because of the image.", because(*cause)))
        }
        (Some((cause, _)), None) => Some(format!("{subject} {}.", because(*cause))),
        (Some(_), Some(_)) => {
            let parts: Vec<String> =
                causes.iter().map(|(cause, count)| format!("{count} {}", because(*cause))).collect();
            Some(format!("{subject}: {}.", listed(&parts)))
        }
    }
}

fn blind_spots(comparison: &Comparison) -> Option<String> {
    let count = |change: Change| comparison.blind_spots.iter().filter(|one| one.change == change).count();
    let text: Vec<String> = CHANGES
        .into_iter()
        .map(|change| (count(change), change))
        .filter(|(count, _)| *count > 0)
        .map(|(count, change)| subject(count, "blind spot", change))
        .collect();
    (!text.is_empty()).then(|| format!("{}.", listed(&text)))
}

fn verdict(comparison: &Comparison) -> String {
    let (a, b) = (comparison.a.verdict, comparison.b.verdict);
    if a == b {
        format!("The verdict is {a} on both sides.")
    } else {
        format!("The verdict was {a} and is {b}.")
    }
}
