//! The comparison in plain lines, described in docs/output.md.

use std::io::{self, Write};

use limpid_core::comparison::{
    AdvisoryChange, BlindSpotChange, Comparison, FeedAdvisories, FeedChange, FindingChange, PackageChange,
    SideFacts,
};

use super::{rows, word};
use crate::output::lines::{line, or_absent};

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    side("A", &comparison.a, out)?;
    side("B", &comparison.b, out)?;
    for (name, input) in comparison.inputs.named() {
        let state = rows::state(input.same);
        let (a, b) = (or_absent(input.a.as_ref()), or_absent(input.b.as_ref()));
        line(out, "input", [&*name.replace(' ', "-"), state, &a, &b])?;
    }
    comparison.packages.iter().flatten().try_for_each(|change| package(change, out))?;
    comparison.feeds.iter().flatten().try_for_each(|change| feed(change, out))?;
    comparison.advisories.iter().flatten().try_for_each(|feed| advisories(feed, out))?;
    comparison.findings.iter().try_for_each(|change| finding(change, out))?;
    comparison.blind_spots.iter().try_for_each(|change| blind_spot(change, out))?;
    line(out, "verdict", [comparison.a.verdict.as_str(), comparison.b.verdict.as_str()])?;
    line(out, "explanation", [&*comparison.explanation])
}

fn side(name: &str, side: &SideFacts, out: &mut dyn Write) -> io::Result<()> {
    let [packages, findings, blind_spots] =
        [side.packages, side.findings, side.blind_spots].map(|count| count.to_string());
    let digest = side.digest.as_str();
    let verdict = side.verdict.as_str();
    line(
        out,
        "side",
        [name, &side.reference, digest, &side.platform, verdict, &packages, &findings, &blind_spots],
    )
}

fn package(change: &PackageChange, out: &mut dyn Write) -> io::Result<()> {
    let version = |facts: &Option<limpid_core::comparison::PackageFacts>| {
        or_absent(facts.as_ref().map(|facts| &facts.version))
    };
    let (a, b) = (version(&change.a), version(&change.b));
    line(out, "package", [word(change.change), &change.name, &a, &b, &change.kind, &change.path])
}

fn feed(change: &FeedChange, out: &mut dyn Write) -> io::Result<()> {
    let (a, b) = (change.a.as_ref(), change.b.as_ref());
    let [records_a, records_b] = [a, b].map(|facts| or_absent(facts.map(|facts| &facts.records)));
    let [segment_a, segment_b] = [a, b].map(|facts| or_absent(facts.map(|facts| &facts.segment)));
    line(out, "feed", [word(change.change), &change.name, &records_a, &records_b, &segment_a, &segment_b])
}

fn advisories(feed: &FeedAdvisories, out: &mut dyn Write) -> io::Result<()> {
    let counts = feed.counts.as_ref();
    let [added, removed, changed] = [
        counts.map(|counts| &counts.added),
        counts.map(|counts| &counts.removed),
        counts.map(|counts| &counts.changed),
    ]
    .map(or_absent);
    line(out, "advisories", [&*feed.feed, &added, &removed, &changed, &or_absent(feed.unknown.as_ref())])?;
    feed.changes.iter().try_for_each(|change| advisory(&feed.feed, change, out))
}

fn advisory(feed: &str, change: &AdvisoryChange, out: &mut dyn Write) -> io::Result<()> {
    let (a, b) = (or_absent(change.a.as_ref()), or_absent(change.b.as_ref()));
    let fields = [word(change.change), &change.id, &change.package, &a, &b, &change.namespace, feed];
    line(out, "advisory", fields)
}

fn finding(change: &FindingChange, out: &mut dyn Write) -> io::Result<()> {
    let package = &change.package;
    let fixed = or_absent(change.fixed_in.as_ref());
    let fields = change.fields.iter().map(rows::field).collect::<Vec<_>>().join(", ");
    let exploited = or_absent(change.kev.as_ref().map(|kev| kev.added).as_ref());
    let fields = [
        word(change.change),
        change.severity.as_str(),
        &change.id,
        &package.name,
        &package.version,
        &fixed,
        &change.feed,
        change.cause.name(),
        &fields,
        &exploited,
    ];
    line(out, "finding", fields)
}

fn blind_spot(change: &BlindSpotChange, out: &mut dyn Write) -> io::Result<()> {
    let Some(spot) = change.blind_spot() else { return Ok(()) };
    let fields =
        [word(change.change), spot.reason.as_str(), &spot.subject, change.cause.name(), &spot.detail];
    line(out, "blind-spot", fields)
}
