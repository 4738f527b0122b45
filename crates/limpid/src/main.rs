//! The command. It parses arguments, joins the crates, and turns what they return into text and an exit status.

#![forbid(unsafe_code)]

mod arguments;
mod command;
mod data_directory;
mod engine;
mod exit;
mod output;
mod progress;
mod remote;
mod terminal;
mod writer;

use std::{io, panic, process::ExitCode};

use clap::FromArgMatches;

use crate::{
    arguments::{Arguments, Command},
    exit::Status,
};

fn main() -> ExitCode {
    panic::set_hook(Box::new(terminal::print_panic));
    let matches = arguments::command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let status = match run(&arguments) {
        Ok(status) => status,
        Err(error) if is_broken_pipe(&error) => Status::Done,
        Err(error) => {
            terminal::print_error(&error);
            Status::Failed
        }
    };
    status.into()
}

fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let common = &arguments.common;
    match &arguments.command {
        Command::Scan(scan) => command::scan::run(common, scan),
        Command::Index(index) => command::index::run(common, index),
        Command::Compare(compare) => command::compare::run(common, compare),
        Command::Explain(explain) => command::explain::run(common, explain),
        Command::Vex(vex) => command::vex::run(common, vex),
        Command::Db(database) => command::database::run(common, database),
        Command::Cache(cache) => command::cache::run(common, cache.command.as_ref()),
        Command::Serve(serve) => command::serve::run(common, serve),
        Command::Accounts(accounts) => command::accounts::run(common, accounts),
        Command::Doctor(doctor) => command::doctor::run(common, doctor),
        Command::Version(version) => command::version::run(version.command.as_ref()),
        Command::Demo(demo) => command::demo::run(common, demo),
        Command::Completions { shell } => command::manual::completions(*shell),
        Command::Man { directory } => command::manual::pages(directory.as_deref()),
    }
}

/// Whoever read our output has read enough: `limpid … | head` is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
