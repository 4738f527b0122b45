//! `limpid db`: the advisory data.

mod registry;
mod status;
mod transfer;

use std::io::Write;

use limpid_catalog::update::{self, Outcome, Selection, UpdateReport};

use crate::{
    arguments::{Common, DatabaseCommand},
    engine::Engine,
    exit::Status,
    progress::Bars,
    terminal,
    writer::write_to,
};

/// Does what was asked with the advisory data.
pub(crate) fn run(common: &Common, command: &DatabaseCommand) -> anyhow::Result<Status> {
    let engine = Engine::of(common)?;
    match command {
        DatabaseCommand::Update { feeds } => update_feeds(&engine, common, feeds),
        DatabaseCommand::Status { feeds, format } => status::run(&engine, feeds, *format),
        DatabaseCommand::Accept { feeds } => accept(&engine, feeds),
        DatabaseCommand::Export { file } => transfer::export(&engine, file),
        DatabaseCommand::Import { file, force } => transfer::import(&engine, file, *force),
        DatabaseCommand::Push { reference, insecure } => registry::push(&engine, reference, *insecure),
        DatabaseCommand::Pull { reference, insecure, force } => {
            registry::pull(&engine, reference, *insecure, *force)
        }
    }
}

fn update_feeds(engine: &Engine, common: &Common, feeds: &[String]) -> anyhow::Result<Status> {
    anyhow::ensure!(!common.offline, "limpid db update asks upstream, and --offline forbids it");
    let selection = if feeds.is_empty() { Selection::All } else { Selection::Prefixes(feeds.to_vec()) };
    let bars = Bars::new(common.quiet);
    let report = engine.update(&selection, None, &bars.feeds())?;
    bars.clear();
    write_to(None, |out| write_report(&report, out))?;
    for (ecosystem, result) in &report.discoveries {
        if let Err(why) = result {
            terminal::print_warning(&format!("{ecosystem}: which feeds upstream has is not known: {why}"));
        }
    }
    Ok(status_of(&report))
}

/// One line a feed, for people and programs alike.
fn write_report(report: &UpdateReport, out: &mut dyn Write) -> std::io::Result<()> {
    let width = report.feeds.keys().map(String::len).max().unwrap_or(0);
    for (feed, outcome) in &report.feeds {
        let said = match outcome {
            Outcome::Unchanged => "unchanged".to_owned(),
            Outcome::Updated { from, records, .. } => {
                let word = if from.is_some() { "updated" } else { "loaded" };
                format!("{word}, {records} records")
            }
            Outcome::Quarantined { why } => {
                format!("quarantined: {why}; what was in force stays so (limpid db accept {feed} lets it in)")
            }
            Outcome::Failed { error } => format!("failed: {error}"),
            Outcome::Absent => "upstream has no such document".to_owned(),
        };
        writeln!(out, "{feed:width$}  {}", crate::output::escaped(&said))?;
    }
    Ok(())
}

fn status_of(report: &UpdateReport) -> Status {
    let feeds = report.feeds.values().map(|outcome| match outcome {
        Outcome::Failed { .. } => Status::Failed,
        Outcome::Quarantined { .. } => Status::Unproven,
        Outcome::Unchanged | Outcome::Updated { .. } | Outcome::Absent => Status::Done,
    });
    let discoveries =
        report.discoveries.values().map(|result| if result.is_err() { Status::Failed } else { Status::Done });
    feeds.chain(discoveries).max().unwrap_or(Status::Done)
}

fn accept(engine: &Engine, feeds: &[String]) -> anyhow::Result<Status> {
    for feed in feeds {
        let outcome = update::accept(engine.catalog(), feed, engine.now())?;
        if let Outcome::Updated { records, .. } = outcome {
            write_to(None, |out| writeln!(out, "{feed}  accepted, {records} records are in force"))?;
        }
    }
    Ok(Status::Done)
}
