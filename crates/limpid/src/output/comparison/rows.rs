//! The rows of the sections.

use limpid_core::comparison::{
    AdvisoryChange, BlindSpotChange, Cause, FeedChange, FeedFacts, FieldChange, FindingChange, Input,
    PackageChange, PackageFacts,
};

use super::sign;
use crate::output::{
    columns::{Align, Cell, Column, Fit},
    style,
    text::{counted, escaped, number},
};

const fn column(fit: Fit) -> Column {
    Column { title: "", fit, align: Align::Left }
}

const SIGN: Column = column(Fit::Cut(1));

pub(super) const INPUTS: [Column; 3] = [column(Fit::Whole), column(Fit::Cut(7)), column(Fit::Cut(12))];
pub(super) const PACKAGES: [Column; 3] = [SIGN, column(Fit::Whole), column(Fit::Cut(20))];
pub(super) const FEEDS: [Column; 3] = [SIGN, column(Fit::Whole), column(Fit::Cut(12))];
pub(super) const ADVISORIES: [Column; 4] =
    [SIGN, column(Fit::Whole), column(Fit::Whole), column(Fit::Cut(16))];
pub(super) const FINDINGS: [Column; 7] = [
    SIGN,
    column(Fit::Cut(8)),
    column(Fit::Whole),
    column(Fit::Whole),
    column(Fit::Spare { least: 9, rank: 2 }),
    column(Fit::Spare { least: 12, rank: 3 }),
    column(Fit::Spare { least: 12, rank: 1 }),
];
pub(super) const BLIND_SPOTS: [Column; 4] =
    [SIGN, column(Fit::Whole), column(Fit::Whole), column(Fit::Spare { least: 24, rank: 1 })];

/// A digest in short, anything else whole.
fn short(input: &Option<String>) -> String {
    let Some(input) = input else { return "not told".to_owned() };
    match input.parse::<limpid_core::Digest>() {
        Ok(digest) => digest.short().to_owned(),
        Err(_) if input.is_empty() => "none".to_owned(),
        Err(_) => escaped(input),
    }
}

/// Whether an input is the same, in one word.
pub(super) fn state(same: Option<bool>) -> &'static str {
    match same {
        Some(true) => "same",
        Some(false) => "differs",
        None => "unknown",
    }
}

pub(super) fn input(name: &str, input: &Input) -> Vec<Cell> {
    let word = state(input.same);
    let (a, b) = (short(&input.a), short(&input.b));
    match input.same {
        Some(true) => vec![Cell::plain(name), Cell::new(word, style::QUIET), Cell::new(a, style::QUIET)],
        None if a == b && input.is_told() => vec![
            Cell::new(name, style::STRONG),
            Cell::new(word, style::NOT_JUDGED),
            Cell::plain(format!("{a}, by name only")),
        ],
        Some(false) | None => {
            let weight = if input.same.is_none() { style::NOT_JUDGED } else { style::NOTABLE };
            let values = if a == b { a } else { format!("{a} → {b}") };
            vec![Cell::new(name, style::STRONG), Cell::new(word, weight), Cell::plain(values)]
        }
    }
}

/// `a → b`, or the one that is there.
fn from_to(a: Option<String>, b: Option<String>) -> String {
    match (a, b) {
        (Some(a), Some(b)) if a == b => a,
        (Some(a), Some(b)) => format!("{a} → {b}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    }
}

pub(super) fn package(change: &PackageChange) -> Vec<Cell> {
    let facts = |facts: &Option<PackageFacts>| facts.as_ref().map(|facts| escaped(&facts.version));
    let namespace = |facts: &Option<PackageFacts>| {
        facts
            .as_ref()
            .map(|facts| facts.namespace.as_ref().map_or_else(|| "unknown".to_owned(), |one| escaped(one)))
    };
    let (a, b) = (namespace(&change.a), namespace(&change.b));
    let judged = if a.is_some() && b.is_some() && a != b {
        format!("  judged as {}", from_to(a, b))
    } else {
        String::new()
    };
    vec![
        sign(change.change),
        Cell::new(escaped(&change.name), style::STRONG),
        Cell::plain(format!("{}{judged}", from_to(facts(&change.a), facts(&change.b)))),
    ]
}

pub(super) fn feed(change: &FeedChange) -> Vec<Cell> {
    let records = match (&change.a, &change.b) {
        (Some(a), Some(b)) if a.records != b.records => {
            format!("{} → {}", number(a.records), counted(b.records, "record"))
        }
        (Some(facts), _) | (None, Some(facts)) => counted(facts.records, "record"),
        (None, None) => String::new(),
    };
    let stale = |facts: &Option<FeedFacts>| facts.as_ref().is_some_and(|facts| facts.stale);
    let stale = match (stale(&change.a), stale(&change.b)) {
        (true, true) => ", stale",
        (true, false) => ", stale in A",
        (false, true) => ", stale in B",
        (false, false) => "",
    };
    vec![
        sign(change.change),
        Cell::new(escaped(&change.name), style::STRONG),
        Cell::plain(format!("{records}{stale}")),
    ]
}

pub(super) fn advisory(change: &AdvisoryChange) -> Vec<Cell> {
    let range = |range: &Option<String>| range.as_ref().map(|range| escaped(range));
    // Ranges that are the same leave its text: what is said of it besides.
    let text = if change.a == change.b { ", other text" } else { "" };
    vec![
        sign(change.change),
        Cell::plain(escaped(&change.id)),
        Cell::new(escaped(&change.package), style::STRONG),
        Cell::plain(format!("{}{text}", from_to(range(&change.a), range(&change.b)))),
    ]
}

pub(super) fn finding(change: &FindingChange) -> Vec<Cell> {
    let what = if change.fields.is_empty() {
        change
            .fixed_in
            .as_ref()
            .map_or_else(|| "no fix".to_owned(), |fixed| format!("fix {}", escaped(fixed)))
    } else {
        change.fields.iter().map(field).collect::<Vec<_>>().join(", ")
    };
    let suppressed =
        if change.suppressed.is_some() && change.fields.is_empty() { ", suppressed" } else { "" };
    let is_told = change.fields.iter().any(|field| field.field == "kev");
    let exploited = if change.kev.is_some() && !is_told { ", known to be exploited" } else { "" };
    vec![
        sign(change.change),
        Cell::new(change.severity.as_str(), style::of_severity(change.severity)),
        Cell::plain(escaped(&change.id)),
        Cell::new(escaped(&change.package.name), style::STRONG),
        Cell::plain(escaped(&change.package.version)),
        Cell::plain(format!("{what}{exploited}{suppressed}")),
        Cell::new(because(change.cause), style::QUIET),
    ]
}

fn because(cause: Cause) -> String {
    if cause == Cause::Unclear { "cause unclear".to_owned() } else { format!("by {cause}") }
}

/// Such as `severity Unknown → High`.
pub(super) fn field(change: &FieldChange) -> String {
    let side =
        |value: &Option<String>| value.as_ref().map_or_else(|| "none".to_owned(), |value| escaped(value));
    let name = change.field.replace('_', " ");
    format!("{name} {} → {}", side(&change.a), side(&change.b))
}

pub(super) fn blind_spot(change: &BlindSpotChange) -> Option<Vec<Cell>> {
    let spot = change.blind_spot()?;
    let weight = if spot.waived { style::QUIET } else { style::NOT_JUDGED };
    let waived = if spot.waived { ", waived" } else { "" };
    let packages =
        if spot.packages > 0 { format!("{}, ", counted(spot.packages, "package")) } else { String::new() };
    Some(vec![
        sign(change.change),
        Cell::new(spot.reason.as_str(), weight),
        Cell::new(escaped(&spot.subject), style::STRONG),
        Cell::new(format!("{packages}{}{waived}", because(change.cause)), style::QUIET),
    ])
}
