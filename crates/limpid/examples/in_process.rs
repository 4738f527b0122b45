//! Times what is too quick to be timed as a whole process: opening the catalog, matching an image, making its report.
//!
//! Takes a data directory that `limpid db update` filled, and an index report from `limpid index --format json`. Every round
//! starts from a catalog that was just opened, so nothing of an earlier round is known to it. `bench/run` runs it.

use std::{
    fs::File,
    hint::black_box,
    io::BufReader,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use chrono::Utc;
use limpid_catalog::{Catalog, Store};
use limpid_core::{
    IndexReport, ecosystems,
    matching::{self, Advisories},
    policy::Policy,
    report,
};

const ROUNDS: usize = 200;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("in_process: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, index] = arguments.as_slice() else {
        bail!("usage: in_process DATA-DIRECTORY INDEX-REPORT");
    };
    let file = File::open(index).with_context(|| index.clone())?;
    let index: IndexReport = serde_json::from_reader(BufReader::new(file)).with_context(|| index.clone())?;
    let store = Store::new(Path::new(data));
    let ecosystems = ecosystems::all();
    let policy = Policy::default();
    let now = Utc::now();

    let mut opening = Vec::with_capacity(ROUNDS);
    let mut matching = Vec::with_capacity(ROUNDS);
    let mut reporting = Vec::with_capacity(ROUNDS);
    let mut findings = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let catalog = Catalog::open(&store, &ecosystems, now)?;
        opening.push(start.elapsed());

        let start = Instant::now();
        let judgement = matching::judge(&index, &ecosystems, &catalog, now.date_naive());
        matching.push(start.elapsed());

        let start = Instant::now();
        let report = report::build(&index, judgement, &policy, catalog.digest(), now.date_naive(), now);
        black_box(serde_json::to_vec(&report)?);
        reporting.push(start.elapsed());
        findings = report.findings.len();
    }
    println!("{} packages, {findings} findings, {ROUNDS} rounds", index.packages.len());
    print("open the catalog", opening);
    print("match", matching);
    print("build the report and write it as JSON", reporting);
    Ok(())
}

/// The first, which had nothing in its caches, and the others: median, least and most.
fn print(what: &str, mut times: Vec<Duration>) {
    let first = times.first().copied().unwrap_or_default();
    times.sort();
    let at = |place: usize| milliseconds(times.get(place).copied().unwrap_or_default());
    let (median, least, most) = (at(times.len() / 2), at(0), at(times.len().saturating_sub(1)));
    println!("{what}\t{}\t{median} ({least}–{most})", milliseconds(first));
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}
