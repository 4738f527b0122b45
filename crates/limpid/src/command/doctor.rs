//! `limpid doctor`: whether everything is there that this command, or a service, needs.
//!
//! It judges what can be judged from here and says what it did not look at. What it could not judge is no good news.

mod data;
mod network;
mod service;
mod surroundings;

use limpid_server::doctor::{Check, State};

use crate::{
    arguments::{Common, CompareFormat, DoctorArguments},
    engine::Engine,
    exit::Status,
    output::{self, Examination, Layout},
    terminal::Terminal,
    writer::write_to,
};

/// Looks at this machine, or at the service with a configuration.
pub(crate) fn run(common: &Common, arguments: &DoctorArguments) -> anyhow::Result<Status> {
    let mut checks = vec![surroundings::version()];
    match &arguments.config {
        Some(file) => checks.extend(service::checks(common, file)),
        None => checks.extend(own(common)?),
    }
    let examination = Examination::of(checks);
    write_to(None, |out| match arguments.format {
        CompareFormat::Table => output::doctor_table(&examination, &Terminal::of_stdout(), out),
        CompareFormat::Json => output::json(&examination, Layout::Pretty, out),
    })?;
    Ok(status(examination.answer))
}

fn own(common: &Common) -> anyhow::Result<Vec<Check>> {
    let engine = Engine::of(common)?;
    let mut checks = vec![data::directory("data directory", engine.directory().path())];
    checks.push(data::evidence(&engine));
    let loaded = data::catalog(&engine, common.offline);
    checks.extend(loaded.checks);
    checks.extend(surroundings::proxies());
    checks.extend(network::checks(
        engine.ecosystems(),
        &loaded.sources,
        common.mirror().as_ref(),
        common.offline,
    ));
    checks.extend(surroundings::credentials());
    checks.push(surroundings::terminal());
    Ok(checks)
}

fn status(answer: State) -> Status {
    match answer {
        State::Wrong => Status::Failed,
        State::Unknown => Status::Unproven,
        State::Fine | State::Note | State::Skipped => Status::Done,
    }
}
