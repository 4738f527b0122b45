//! `limpid accounts`: what whoever has the machine may do to accounts.

use anyhow::ensure;
use limpid_server::{
    accounts::reset_password,
    configuration::{self, Flag},
};

use super::serve::{refuse, sources};
use crate::{
    arguments::{AccountsCommand, Common, ResetArguments},
    exit::Status,
    writer::write_to,
};

/// Does what was asked with accounts.
pub(crate) fn run(common: &Common, command: &AccountsCommand) -> anyhow::Result<Status> {
    match command {
        AccountsCommand::Reset(arguments) => reset(common, arguments),
    }
}

fn reset(common: &Common, arguments: &ResetArguments) -> anyhow::Result<Status> {
    let flags = [
        ("--data", "data", arguments.data.clone()),
        ("--database", "database.url", arguments.database.clone()),
    ];
    let flags: Vec<Flag> =
        flags.into_iter().filter_map(|(name, key, value)| Some(Flag { name, key, value: value? })).collect();
    let file = arguments.config.clone().map(configuration::ConfigurationFile::Limpid);
    let loaded = match configuration::load(&sources(common, file, flags)) {
        Ok(loaded) => loaded,
        Err(unusable) => return Ok(refuse(&unusable)),
    };
    let url = loaded.configuration.database.url.reveal();
    // A path that is mistyped would be made a database of its own.
    if let Some(path) = url.strip_prefix("sqlite:") {
        ensure!(std::path::Path::new(path).is_file(), "there is no database of a service at {path}");
    }
    let (name, password) = (&arguments.name, reset_password(&loaded.configuration, &arguments.name)?);
    write_to(None, |out| writeln!(out, "The password of {name} is {} (shown this once)", password.reveal()))?;
    Ok(Status::Done)
}
