//! The report in plain lines. Their kinds and fields are described in docs/output.md; they only ever grow at the end.

use std::io::{self, Write};

use limpid_core::{
    Report, Severity,
    report::{Decision, Finding, PlannedUpgrade, Since},
};

use super::verdict;
use crate::output::{
    blind_spots,
    lines::{line, or_absent},
    text::instant,
};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    header(report, out)?;
    report.findings.iter().try_for_each(|one| finding(one, out))?;
    totals(report, out)?;
    base(report, out)?;
    report.plan().iter().try_for_each(|one| upgrade(one, out))?;
    report.decisions.iter().try_for_each(|one| decision(one, out))?;
    blind_spots::lines(out, &report.blind_spots)?;
    if let Some(one) = &report.since {
        since(one, out)?;
    }
    line(out, "verdict", [report.verdict.as_str(), &verdict::sentence(report)])
}

fn header(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (image, proof) = (&report.image, &report.proof);
    line(out, "image", [&*image.reference, image.digest.as_str(), &image.platform])?;
    line(
        out,
        "proof",
        [proof.index_state.as_str(), proof.catalog.as_str(), proof.policy.as_str(), &proof.as_of.to_string()],
    )?;
    for one in &report.distributions {
        let end = or_absent(one.end_of_life.as_ref());
        line(out, "distribution", [&*one.id, &one.version, &one.ecosystem, &end, &one.name])?;
    }
    for feed in &report.feeds {
        let observed = report.observed.feeds.get(&feed.name);
        let checked = observed.map_or_else(String::new, |observed| instant(observed.checked_at));
        let state = if proof.stale.contains(&feed.name) { "stale" } else { "fresh" };
        let date = or_absent(feed.upstream_date.as_ref());
        let records = feed.records.to_string();
        line(out, "feed", [&*feed.name, state, &records, &date, &checked, feed.segment.as_str()])?;
    }
    let summary = &report.summary;
    for (ecosystem, counts) in &summary.ecosystems {
        line(out, "ecosystem", [ecosystem, &*counts.packages.to_string(), &counts.judged.to_string()])?;
    }
    line(out, "packages", [&*summary.packages.to_string(), &summary.judged.to_string()])
}

fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let package = &finding.package;
    let aliases = finding.aliases.join(",");
    let (source, path) = (or_absent(package.source.as_ref()), or_absent(package.path.as_ref()));
    let fixed = or_absent(finding.fixed_in.as_ref());
    let fields = [
        finding.severity.as_str(),
        &finding.id,
        &package.name,
        &package.version,
        &fixed,
        &package.kind,
        &source,
        &finding.feed,
        &path,
        &finding.why,
        &aliases,
    ];
    let more = enrichment(finding);
    let more = more.iter().map(String::as_str);
    match &finding.suppressed {
        None => line(out, "finding", fields.into_iter().chain(more)),
        Some(by) => line(out, "suppressed", fields.into_iter().chain([&*by.by, &*by.reason]).chain(more)),
    }
}

fn base(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (Some(base), Some(sentence)) = (&report.base, report.sentence_of_base()) else { return Ok(()) };
    let counts = [base.layers, base.findings, base.fixable, base.above].map(|count| count.to_string());
    let fields =
        [&*base.reference, base.digest.as_str()].into_iter().chain(counts.iter().map(String::as_str));
    line(out, "base", fields.chain([&*sentence]))
}

fn upgrade(upgrade: &PlannedUpgrade, out: &mut dyn Write) -> io::Result<()> {
    let (to, command) = (or_absent(upgrade.to.as_ref()), or_absent(upgrade.command.as_ref()));
    let (fixes, packages) = (upgrade.fixes.to_string(), upgrade.packages.join(","));
    let passed = upgrade.passed().map(|one| &*one.id).collect::<Vec<_>>().join(",");
    let remaining = upgrade.remaining().map(|one| &*one.id).collect::<Vec<_>>().join(",");
    let fields = [
        &*upgrade.name,
        &to,
        &fixes,
        upgrade.severity.as_str(),
        &upgrade.kind,
        &packages,
        &command,
        &passed,
        &remaining,
    ];
    line(out, "upgrade", fields)
}

/// Since when it is known to be exploited; the probability that it will be, and its percentile; CVSS: score, vector, source; since
/// when its fix is known, and what was published then.
fn enrichment(finding: &Finding) -> [String; 8] {
    let (epss, cvss, fix) = (finding.epss.as_ref(), finding.cvss.first(), finding.fix_known.as_ref());
    [
        or_absent(finding.kev.as_ref().map(|kev| kev.added).as_ref()),
        or_absent(epss.map(|epss| epss.score).as_ref()),
        or_absent(epss.map(|epss| epss.percentile).as_ref()),
        or_absent(cvss.map(|cvss| cvss.score).as_ref()),
        or_absent(cvss.map(|cvss| &cvss.vector)),
        or_absent(cvss.map(|cvss| &cvss.source)),
        or_absent(fix.map(|fix| fix.since).as_ref()),
        or_absent(fix.map(|fix| fix.by.as_str()).as_ref()),
    ]
}

fn decision(decision: &Decision, out: &mut dyn Write) -> io::Result<()> {
    let (findings, expires) = (decision.findings.to_string(), or_absent(decision.expires.as_ref()));
    let fields =
        [decision.state.as_str(), &findings, &decision.by, &decision.reason, &decision.owner, &expires];
    line(out, "decision", fields)
}

fn since(since: &Since, out: &mut dyn Write) -> io::Result<()> {
    let new = since.new.values().sum::<u64>();
    let [new, known, gone] = [new, since.known, since.gone].map(|count| count.to_string());
    let states = [
        format!("image={}", since.image.as_str()),
        format!("index-state={}", since.index_state.as_str()),
        format!("advisory-data={}", since.advisory_data.as_str()),
    ];
    let day = since.as_of.to_string();
    let own = [&*since.reference, since.digest.as_str(), &day];
    let counts = [&*new, &*known, &*gone, &*since.explanation];
    line(out, "since", own.into_iter().chain(states.iter().map(String::as_str)).chain(counts))
}

/// All findings that stand, those with a fix, then each severity, the worst first.
fn totals(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = &report.summary.findings;
    let total: u64 = findings.values().sum();
    let by_severity = Severity::WORST_FIRST
        .map(|severity| format!("{severity}={}", findings.get(&severity).copied().unwrap_or_default()));
    let (total, fixable) = (total.to_string(), format!("fixable={}", report.summary.fixable));
    line(out, "total", [&*total, &fixable].into_iter().chain(by_severity.iter().map(String::as_str)))
}
