//! `limpid compare`: why two reports differ.

mod advisories;

use std::{fs, path::Path};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use limpid_core::{
    Report,
    comparison::{self, Side},
    formats::sbom,
    report::SCHEMA,
};

use crate::{
    arguments::{Common, CompareArguments, CompareFormat},
    command::{decisions, referrers, scan},
    engine::Engine,
    exit::Status,
    output::{self, Layout},
    progress::Bars,
    remote::{self, ClientOptions, RemoteManifest},
    terminal::Terminal,
    writer::write_to,
};

/// Compares images, saved reports and manifests on servers with each other, or one image at two dates.
pub(crate) fn run(common: &Common, arguments: &CompareArguments) -> anyhow::Result<Status> {
    let (first, second) = days(arguments)?;
    let engine = Engine::of(common)?;
    let bars = Bars::new(common.quiet);
    let [for_a, for_b] = arguments.keys.sides(&arguments.image)?;
    let side = |what: &str, day: Option<NaiveDate>, client: &ClientOptions| {
        let asked = Asked { what, day, client };
        side(&asked, &engine, common, arguments, &bars).with_context(|| what.to_owned())
    };
    let a = side(&arguments.a, first, &for_a)?;
    let b = side(arguments.b.as_ref().unwrap_or(&arguments.a), second, &for_b)?;
    bars.clear();
    let mut comparison = comparison::compare(&a.side, &b.side);
    // What a server has of a feed is not here to be looked at.
    if let Some(advisories) = (a.judged_here && b.judged_here)
        .then(|| advisories::changes(engine.catalog(), &a.side, &b.side, &comparison))
        .flatten()
    {
        comparison = comparison.with_advisories(advisories);
    }
    write_to(None, |out| match arguments.format {
        CompareFormat::Table => output::comparison_table(&comparison, &Terminal::of_stdout(), out),
        CompareFormat::Json => output::json(&comparison, Layout::Pretty, out),
    })?;
    Ok(Status::Done)
}

/// The days of the two sides.
fn days(arguments: &CompareArguments) -> anyhow::Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    match (arguments.as_of.as_slice(), &arguments.b) {
        ([], Some(_)) => Ok((None, None)),
        ([day], Some(_)) => Ok((Some(*day), Some(*day))),
        ([first], None) => Ok((Some(*first), None)),
        ([first, second], _) => Ok((Some(*first), Some(*second))),
        ([], None) => bail!("what to compare it with is missing: another image or report, or --as-of DATE"),
        ([..], _) => bail!("--as-of may be given twice at most: once for A and once for B"),
    }
}

/// A side as it was asked for.
struct Asked<'a> {
    what: &'a str,
    day: Option<NaiveDate>,
    client: &'a ClientOptions,
}

/// A side, and whether the data that judged it is the one here.
struct Had {
    side: Side,
    judged_here: bool,
}

fn side(
    asked: &Asked<'_>,
    engine: &Engine,
    common: &Common,
    arguments: &CompareArguments,
    bars: &Bars,
) -> anyhow::Result<Had> {
    let &Asked { what, day, client } = asked;
    let policy = decisions::policy(&arguments.policy)?;
    if let Some(manifest) = RemoteManifest::parse(what)? {
        if decisions::wants_referrers(&arguments.policy) || decisions::believes_referrers(&arguments.policy)?
        {
            bail!(
                "a server does not tell here what is attached to an image, so nothing attached can be believed: name the image itself, or \
                 save the reports of scans with --format json=FILE and compare those"
            );
        }
        if !arguments.policy.jars.is_empty() {
            bail!(
                "a server identifies jars by its own table (matcher.jars): --jars is for images that are judged here"
            );
        }
        if day.is_some() {
            bail!("a server tells what it knows today: --as-of is for images");
        }
        let side =
            remote::side(manifest, what, client, engine.ecosystems(), &policy, engine.now().date_naive())?;
        return Ok(Had { side, judged_here: false });
    }
    if let Some(report) = saved_report(Path::new(what))? {
        return Ok(Had { side: Side::of(report, None), judged_here: false });
    }
    let index = engine.index(what, &arguments.image, &bars.layers(what))?;
    let index = policy.identify(&index, engine.ecosystems()).into_owned();
    if !common.offline && day.is_none() {
        scan::refresh(engine, std::slice::from_ref(&index), bars, common.quiet);
    }
    let catalog = engine.open_catalog(day)?;
    let policy = referrers::policy(&policy, &arguments.policy, &index.image, &arguments.image)?;
    let report = engine.judge(&index, &catalog, &policy, day);
    Ok(Had { side: Side::of(report, Some(index)), judged_here: true })
}

/// The report in a file, if it is one. A file that is something else may be an image.
fn saved_report(path: &Path) -> anyhow::Result<Option<Report>> {
    /// No report of an image is larger; an archive of an image may well be.
    const LARGEST_REPORT: u64 = 256 << 20;
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if !metadata.is_file() || metadata.len() > LARGEST_REPORT {
        return Ok(None);
    }
    let content = fs::read(path)?;
    if content.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Ok(None);
    }
    if sbom::is_document(&content) {
        return Ok(None);
    }
    let report: Report = serde_json::from_slice(&content).context(
        "the file holds JSON, but neither a report that limpid scan --format json wrote nor an SBOM",
    )?;
    if report.schema != SCHEMA {
        bail!("the report is in the format “{}”; this version of Limpid reads {SCHEMA}", report.schema);
    }
    Ok(Some(report))
}
