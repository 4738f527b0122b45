//! `limpid version`, and `limpid version compare`: an ecosystem's order of versions, asked directly.

use std::{
    cmp::Ordering,
    io::{BufRead, BufWriter, Write},
};

use anyhow::{Context, bail};
use limpid_core::version::{self, VersionOrder};

use crate::{arguments::VersionCommand, exit::Status};

/// Prints the version, or answers which of two versions is newer.
pub(crate) fn run(command: Option<&VersionCommand>) -> anyhow::Result<Status> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match command {
        None => writeln!(out, "limpid {}", env!("CARGO_PKG_VERSION"))?,
        Some(VersionCommand::Compare { scheme, a, b }) => {
            let Some(order) = version::order(scheme) else {
                let known: Vec<&str> = version::orders().iter().map(|order| order.scheme).collect();
                bail!("“{scheme}” is not an order of versions; the orders are: {}", known.join(", "));
            };
            match (a.as_str(), b) {
                ("-", None) => answer_lines(order, &mut out)?,
                (a, Some(b)) => writeln!(out, "{}", answer(order, a, b))?,
                (_, None) => {
                    bail!("the second version is missing (or give - to read pairs from standard input)")
                }
            }
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

fn answer_lines(order: &VersionOrder, out: &mut dyn Write) -> anyhow::Result<()> {
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.context("standard input")?;
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        let Some((a, b)) = line.split_once('\t') else {
            bail!("standard input, line {}: expected two versions with a tab between them", number + 1);
        };
        writeln!(out, "{}", answer(order, a, b))?;
    }
    Ok(())
}

fn answer(order: &VersionOrder, a: &str, b: &str) -> &'static str {
    match (order.compare)(a, b) {
        Ok(Ordering::Less) => "<",
        Ok(Ordering::Equal) => "=",
        Ok(Ordering::Greater) => ">",
        Err(_invalid) => "!",
    }
}
