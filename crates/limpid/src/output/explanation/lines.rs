//! The explanation in plain lines, described in docs/output.md.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use limpid_core::{
    enrichment::Exploitation,
    explanation::{Concerned, ExplainedStatement, Explanation, KnownAdvisory},
};

use crate::output::{
    blind_spots,
    lines::{line, or_absent},
};

pub(super) fn write(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let (image, proof) = (&explanation.image, &explanation.proof);
    line(out, "image", [&*image.reference, image.digest.as_str(), &image.platform])?;
    let day = proof.as_of.to_string();
    line(out, "proof", [proof.index_state.as_str(), proof.catalog.as_str(), proof.policy.as_str(), &day])?;
    line(out, "asked", [&*explanation.asked, &joined(&explanation.identifiers)])?;
    exploitation(&explanation.exploitation, out)?;
    for concerned in &explanation.packages {
        package(concerned, out)?;
        concerned.statements.iter().try_for_each(|one| statement(concerned, one, out))?;
    }
    explanation.advisories.iter().try_for_each(|one| advisory(one, out))?;
    blind_spots::lines(out, &explanation.blind_spots)?;
    line(out, "answer", [explanation.answer.as_str(), &explanation.explanation])
}

/// Only where data about it is loaded.
fn exploitation(known: &Exploitation, out: &mut dyn Write) -> io::Result<()> {
    if known.feeds.is_empty() {
        return Ok(());
    }
    let epss = known.epss.as_ref();
    let fields = [
        or_absent(known.kev.as_ref().map(|kev| kev.added).as_ref()),
        or_absent(epss.map(|epss| epss.score).as_ref()),
        or_absent(epss.map(|epss| epss.percentile).as_ref()),
        joined(&known.feeds),
        known.doubts.iter().map(|(feed, why)| format!("{feed}: {why}")).collect::<Vec<_>>().join("; "),
    ];
    line(out, "exploitation", fields.each_ref().map(String::as_str))
}

fn package(concerned: &Concerned, out: &mut dyn Write) -> io::Result<()> {
    let package = &concerned.package;
    let (layer, number) = (or_absent(package.layer.as_ref()), or_absent(package.layer_number.as_ref()));
    let source = package.source.as_ref();
    let (source, version) = source.map_or(("", ""), |(name, version)| (name, version));
    let fields = [
        concerned.answer.as_str(),
        &package.name,
        &package.version,
        &package.kind,
        source,
        version,
        &or_absent(package.namespace.as_ref()),
        &package.path,
        &number,
        &layer,
        &concerned.by,
        &concerned.why,
        &or_absent(concerned.fixed_in.as_ref()),
        &or_absent(concerned.severity.as_ref()),
        &or_absent(concerned.fix_known.as_ref().map(|known| known.since).as_ref()),
    ];
    line(out, "package", fields)
}

fn statement(concerned: &Concerned, one: &ExplainedStatement, out: &mut dyn Write) -> io::Result<()> {
    let (segment, published) = (or_absent(one.segment.as_ref()), or_absent(one.published.as_ref()));
    let fields = [
        one.answer.as_str(),
        &concerned.package.name,
        &one.advisory,
        &one.namespace,
        &one.names,
        &one.package,
        &one.range,
        &one.why,
        &one.feed,
        &segment,
        &published,
    ];
    line(out, "statement", fields)
}

fn advisory(one: &KnownAdvisory, out: &mut dyn Write) -> io::Result<()> {
    let (packages, namespaces) = (joined(&one.packages), joined(&one.namespaces));
    let aliases = one.aliases.join(",");
    let published = or_absent(one.published.as_ref());
    let severity = one.severity.as_str();
    line(out, "advisory", [&*one.feed, &one.id, severity, &packages, &namespaces, &aliases, &published])
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}
