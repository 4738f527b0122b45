//! Measures the service as its clients meet it: the released program, as a process of its own, asked over HTTP.
//!
//! Prints one JSON object a line for each figure that it took. `bench/run` runs it; it shares the machine with what it
//! measures, so its own work is kept small. Nothing is asserted about time, but everything about the answers: a figure of
//! requests that failed is none.

#![forbid(unsafe_code)]

use std::{error::Error, path::PathBuf, process::ExitCode};

mod changes;
mod client;
mod fleet;
mod images;
mod load;
mod mirror;
mod place;
mod random;
mod requests;
mod server;
mod stale;

/// What went wrong, in words.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "usage: service_figures LIMPID CORPUS (requests|changes) (sqlite|postgres) MANIFESTS";

/// What is to be measured.
struct Wish {
    limpid: PathBuf,
    corpus: PathBuf,
    database: String,
    manifests: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("service_figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [limpid, corpus, measure, database, manifests] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let wish = Wish {
        limpid: limpid.into(),
        corpus: corpus.into(),
        database: database.clone(),
        manifests: manifests.parse()?,
    };
    match measure.as_str() {
        "requests" => requests::measure(&wish),
        "changes" => changes::measure(&wish),
        _ => Err(USAGE.into()),
    }
}
