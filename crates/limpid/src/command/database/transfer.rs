//! `limpid db export` and `limpid db import`: the catalog as one file.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::Context;
use limpid_catalog::{Arrival, ArrivalError, archive};

use crate::{engine::Engine, exit::Status, writer::write_to};

/// Writes the catalog to a file.
pub(super) fn export(engine: &Engine, file: &Path) -> anyhow::Result<Status> {
    let mut failure = None;
    write_to(Some(file), |out| {
        archive::export(engine.catalog(), out).map_err(|error| {
            let kind = std::io::Error::other(error.to_string());
            failure = Some(error);
            kind
        })
    })
    .map_err(|error| failure.map_or(error, anyhow::Error::from))?;
    write_to(None, |out| writeln!(out, "the catalog is in {}", file.display()))?;
    Ok(Status::Done)
}

/// Takes in what [`export`] wrote.
pub(super) fn import(engine: &Engine, file: &Path, force: bool) -> anyhow::Result<Status> {
    let named = || file.display().to_string();
    let mut archive = BufReader::new(File::open(file).with_context(named)?);
    let arrival = archive::import(engine.catalog(), &mut archive, force, engine.now())
        .map_err(with_remedy)
        .with_context(named)?;
    say(&arrival)?;
    Ok(Status::Done)
}

/// Says which feeds changed.
pub(super) fn say(arrival: &Arrival) -> anyhow::Result<()> {
    write_to(None, |out| {
        for feed in &arrival.changed {
            writeln!(out, "{feed}  updated")?;
        }
        writeln!(out, "{} feeds updated, {} unchanged", arrival.changed.len(), arrival.unchanged.len())
    })
}

/// What to do where a catalog is not taken because it is older.
pub(super) fn with_remedy(error: ArrivalError) -> anyhow::Error {
    let is_older = matches!(error, ArrivalError::Older { .. });
    let error = anyhow::Error::from(error);
    if is_older { error.context("nothing was changed; --force goes back to the older data") } else { error }
}
