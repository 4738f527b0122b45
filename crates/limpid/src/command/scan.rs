//! `limpid scan`: the main job.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    io::{self, Write},
};

use anyhow::bail;
use limpid_core::{
    IndexReport, Report, Severity, clair, comparison, documents, enrichment,
    policy::{self, Gate, Meeting, Outcome, Policy},
    report::{DecisionState, Finding},
};

use crate::{
    arguments::{Common, Output, ScanArguments, ScanFormat},
    command::{
        are_several,
        base::{self, FoundBase},
        decisions, each_image, layout, referrers,
    },
    engine::{self, Engine},
    exit::Status,
    output::{self, Layout},
    progress::Bars,
    remote::{self, Client, Scanner},
    terminal::{self, Terminal},
    writer::write_to,
};

/// Scans each image, writes the reports, and says how it ended.
pub(crate) fn run(common: &Common, arguments: &ScanArguments) -> anyhow::Result<Status> {
    Output::check_places(&arguments.format)?;
    // Before anything is read: a decision that is not applied must be told before a report is.
    let gates = gates(arguments)?;
    let asked = gates.iter().flat_map(Gate::asked).collect();
    let policy = Policy { asked, ..policy_of(arguments)? };
    let engine = Engine::of(common)?;
    let (mut scanned, mut status) = match arguments.server.server(&arguments.image)? {
        None => here(&engine, common, arguments, &policy)?,
        Some((address, options)) => {
            on_server(&engine, common, arguments, Client::new(address, &options)?, &policy)?
        }
    };
    if scanned.is_empty() {
        // Nothing to report: a report that is in a file already is better than none.
        return Ok(status);
    }
    for one in &mut scanned {
        compare_with_baseline(one, common.quiet, arguments.image.several().is_some());
    }
    for output in &arguments.format {
        let terminal = if output.file.is_some() { Terminal::PIPED } else { Terminal::of_stdout() };
        write_to(output.file.as_deref(), |out| {
            write_all(&scanned, output.format, arguments, &gates, &terminal, out)
        })?;
    }
    for one in &scanned {
        status = status.max(gated(&gates, &one.report));
        if !common.quiet {
            hint_about_unknown(&one.report, arguments.fail_on);
            hint_about_unscored(&one.report, &policy);
            hint_about_undated(&one.report, &gates);
            hint_about_decisions(&one.report);
        }
    }
    Ok(status)
}

fn here<'a>(
    engine: &Engine,
    common: &Common,
    arguments: &ScanArguments,
    policy: &'a Policy,
) -> anyhow::Result<(Vec<Scanned<'a>>, Status)> {
    let bars = Bars::new(common.quiet);
    let act = |name: &str, image| {
        let base = base::find(engine, arguments, name, &image);
        let index = engine.index_opened(image, &bars.layers(name))?;
        let index = policy.identify(&index, engine.ecosystems()).into_owned();
        let policy = referrers::policy(policy, &arguments.policy, &index.image, &arguments.image)?;
        Ok((index, (base, policy)))
    };
    let (indexed, status) = each_image(engine, &arguments.images, &arguments.image, act);
    let (indexes, asides): (Vec<IndexReport>, Vec<_>) = indexed.into_iter().unzip();
    // The past cannot be fetched: a report as of a day uses what was in force then.
    if !common.offline && arguments.as_of.is_none() {
        refresh_with(engine, &indexes, &policy.asked, &bars, common.quiet);
    }
    bars.clear();
    if indexes.is_empty() {
        return Ok((Vec::new(), status));
    }
    let catalog = engine.open_catalog(arguments.as_of)?;
    let scanned = indexes.into_iter().zip(asides).map(|(index, (base, policy))| Scanned {
        report: FoundBase::tell(base, engine.judge(&index, &catalog, &policy, arguments.as_of)),
        index: Some(index),
        policy,
    });
    Ok((scanned.collect(), status))
}

fn on_server<'a>(
    engine: &Engine,
    common: &Common,
    arguments: &ScanArguments,
    client: Client,
    policy: &'a Policy,
) -> anyhow::Result<(Vec<Scanned<'a>>, Status)> {
    if !arguments.policy.jars.is_empty() {
        bail!(
            "a server identifies jars by its own table (matcher.jars): --jars is for scans here, without --server"
        );
    }
    if arguments.as_of.is_some() {
        bail!(
            "a server judges as of today: --as-of is for scans here, without --server (and without LIMPID_SERVER)"
        );
    }
    let bars = Bars::new(common.quiet);
    let scanner =
        Scanner { client, bars: &bars, send_layers: arguments.server.send_layers, quiet: common.quiet };
    let needs_index = arguments.format.iter().any(|output| output.format.needs_index());
    let mut all_told = Status::Done;
    let (scanned, status) = each_image(engine, &arguments.images, &arguments.image, |name, image| {
        let base = base::find(engine, arguments, name, &image);
        let facts = scanner.submit(image)?;
        let Some((report, index)) = remote::report(&scanner.client, &facts, needs_index)? else {
            // Said even where nobody wants hints: there is no report that could say it.
            terminal::print_warning(&format!(
                "{name}: unproven: the server has no advisory data yet, so it makes no report; its feeds have to be \
                 updated first"
            ));
            all_told = Status::Unproven;
            return Ok(None);
        };
        let policy = referrers::policy(policy, &arguments.policy, &report.image, &arguments.image)?;
        Ok(Some(Scanned { report: FoundBase::tell(base, report.under(&policy)), index, policy }))
    });
    bars.clear();
    Ok((scanned.into_iter().flatten().collect(), status.max(all_told)))
}

/// The decisions of a scan, and what is known already.
fn policy_of(arguments: &ScanArguments) -> anyhow::Result<Policy> {
    let meeting = match (arguments.image.several(), arguments.images.len()) {
        (Some(_), _) => Meeting::NameAndPlatform,
        (None, 1) => Meeting::AnyName,
        (None, _) => Meeting::Name,
    };
    let baseline =
        arguments.baseline.as_deref().map(|file| decisions::baseline(file, meeting)).transpose()?;
    Ok(Policy { baseline, ..decisions::policy(&arguments.policy)? })
}

/// Says what became of the image since its baseline.
fn compare_with_baseline(one: &mut Scanned<'_>, quiet: bool, by_platform: bool) {
    let policy = &*one.policy;
    let Some(baseline) = &policy.baseline else { return };
    match baseline.report(&one.report.image) {
        Some(before) => {
            let gone = baseline.gone(&one.report.image, &one.report.findings);
            // The baseline itself is a decision, and explains nothing.
            let mut now = one.report.clone();
            now.proof.policy = Policy { baseline: None, ..policy.clone() }.digest();
            one.report.since = Some(comparison::since(before, &now, one.index.as_ref(), gone));
        }
        None if quiet => {}
        None => terminal::print_warning(&format!(
            "{} is not in the baseline{}: all that is found in it is new",
            one.report.image.reference,
            if by_platform { format!(" for {}", one.report.image.platform) } else { String::new() }
        )),
    }
}

/// Brings the needed feeds up to date. What fails is a hint here and a blind spot in the report.
pub(crate) fn refresh(engine: &Engine, indexes: &[IndexReport], bars: &Bars, quiet: bool) {
    refresh_with(engine, indexes, &BTreeSet::new(), bars, quiet);
}

/// As [`refresh`], with the enrichments that are asked for: nobody else's scan needs them.
fn refresh_with(
    engine: &Engine,
    indexes: &[IndexReport],
    asked: &BTreeSet<enrichment::Kind>,
    bars: &Bars,
    quiet: bool,
) {
    let failures = match engine.refresh(&indexes.iter().collect::<Vec<_>>(), asked, &bars.feeds()) {
        Ok(update) => engine::failures(&update),
        Err(error) => vec![("advisory data".to_owned(), format!("{error:#}"))],
    };
    if !quiet {
        for (feed, why) in failures {
            bars.suspend(|| terminal::print_warning(&format!("{feed} was not updated: {why}")));
        }
    }
}

struct Scanned<'a> {
    /// Its decisions.
    policy: Cow<'a, Policy>,
    /// Where it is needed: a server is asked for it only then.
    index: Option<IndexReport>,
    report: Report,
}

fn write_all(
    scanned: &[Scanned<'_>],
    format: ScanFormat,
    arguments: &ScanArguments,
    gates: &[Gate],
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = layout(are_several(&arguments.images, &arguments.image));
    let reports: Vec<&Report> = scanned.iter().map(|one| &one.report).collect();
    match format {
        ScanFormat::Table => tables(&reports, arguments.image.several().is_some(), terminal, out),
        ScanFormat::Json => each(scanned, |_, one| output::json(&one.report, layout, out)),
        ScanFormat::Clair => each(scanned, |_, one| {
            output::json(&clair::vulnerability_report(one.index()?, &one.report), layout, out)
        }),
        ScanFormat::Cyclonedx => each(scanned, |_, one| {
            output::json(&documents::cyclonedx(one.index()?, &one.report), layout, out)
        }),
        ScanFormat::Spdx => {
            each(scanned, |_, one| output::json(&documents::spdx(one.index()?, &one.report), layout, out))
        }
        ScanFormat::Trivy => {
            each(scanned, |_, one| output::json(&documents::trivy(&one.report), layout, out))
        }
        ScanFormat::Markdown => each(scanned, |_, one| output::markdown(&one.report, out)),
        ScanFormat::Csv => each(scanned, |place, one| documents::csv(&one.report, place == 0, out)),
        // These have room for several images.
        ScanFormat::Sarif => output::json(&documents::sarif(reports), Layout::Pretty, out),
        ScanFormat::Gitlab => output::json(&documents::gitlab(&reports), Layout::Pretty, out),
        ScanFormat::Junit => output::junit(&reports, gates, out),
        ScanFormat::Html => output::html(&reports, out),
    }
}

/// A table for each report, and after those of one image what differs between its platforms, where several were asked for.
fn tables(
    reports: &[&Report],
    by_platform: bool,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut is_first = true;
    let is_same = |one: &&Report, next: &&Report| by_platform && one.image.reference == next.image.reference;
    for group in reports.chunk_by(is_same) {
        for report in group {
            if !is_first && terminal.width.is_some() {
                writeln!(out)?;
            }
            is_first = false;
            output::report_table(report, terminal, out)?;
        }
        output::platforms(group, terminal, out)?;
    }
    Ok(())
}

/// Writes one document after the other.
fn each(
    scanned: &[Scanned<'_>],
    mut write: impl FnMut(usize, &Scanned<'_>) -> io::Result<()>,
) -> io::Result<()> {
    scanned.iter().enumerate().try_for_each(|(place, one)| write(place, one))
}

impl Scanned<'_> {
    fn index(&self) -> io::Result<&IndexReport> {
        self.index.as_ref().ok_or_else(|| io::Error::other("there is no index report"))
    }
}

/// The gates of a scan: that of the command line, and that of the policy.
fn gates(arguments: &ScanArguments) -> anyhow::Result<Vec<Gate>> {
    let asked = arguments.fail_on.map(|least| Gate { severity: Some(least), ..Gate::default() });
    Ok(asked.into_iter().chain(decisions::gates(&arguments.policy)?).collect())
}

fn gated(gates: &[Gate], report: &Report) -> Status {
    match policy::outcome(gates, report) {
        Outcome::Tripped => Status::Gated,
        Outcome::Unproven => Status::Unproven,
        Outcome::Passed => Status::Done,
    }
}

fn hint_about_unknown(report: &Report, fail_on: Option<Severity>) {
    let unknown = report.standing().filter(|finding| finding.severity == Severity::Unknown).count();
    if let Some(least) = fail_on.filter(|&least| least > Severity::Unknown && unknown > 0) {
        terminal::print_warning(&format!(
            "{unknown} of the findings have no severity from their feed, so --fail-on {} does not see them; \
             --fail-on unknown does",
            least.as_str().to_lowercase()
        ));
    }
}

/// A gate on the probability of exploitation sees what has a probability.
fn hint_about_unscored(report: &Report, policy: &Policy) {
    let is_loaded = report.feeds.iter().any(|feed| feed.name == enrichment::Kind::Epss.feed());
    let unscored = report.standing().filter(|finding| finding.epss.is_none()).count();
    if is_loaded && unscored > 0 && policy.asked.contains(&enrichment::Kind::Epss) {
        terminal::print_warning(&format!(
            "{unscored} of the findings have no EPSS score, because they have no CVE or a very new one, so the gate on it does \
             not see them"
        ));
    }
}

/// A gate on the age of a fix takes one of which nobody says since when it is known for an old one.
fn hint_about_undated(report: &Report, gates: &[Gate]) {
    let age = |finding: &Finding| finding.fix_known.as_ref()?.age(report.proof.as_of);
    let is_undated = |finding: &&Finding| finding.fixed_in.is_some() && age(finding).is_none();
    let undated = report.standing().filter(is_undated).count();
    if undated > 0 && gates.iter().any(|gate| gate.fix_age.is_some()) {
        terminal::print_warning(&format!(
            "of {undated} of the findings nobody says since when their fix is known, so the gate on fix-age takes it for an old one"
        ));
    }
}

/// Decisions that do nothing any more are to be taken out, or to be made again.
fn hint_about_decisions(report: &Report) {
    for decision in &report.decisions {
        let why = match decision.state {
            DecisionState::Applied => continue,
            DecisionState::Expired => {
                let last = decision.expires.map_or(String::new(), |last| format!(" since {last}"));
                format!("does not hold any more{last}, and the findings stand ({})", decision.findings)
            }
            DecisionState::Unused => "is about no finding".to_owned(),
        };
        let image = &report.image.reference;
        terminal::print_warning(&format!("{image}: “{}” {why}", decision.by));
    }
}
