//! What the process says on standard error: a line for people, or one JSON object a line.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, util::SubscriberInitExt};

use crate::configuration::Log;

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The directives cannot be understood.
    #[error(transparent)]
    Directives(#[from] ParseError),
    /// Something else in this process logs already.
    #[error("{0}")]
    Taken(String),
}

/// Begins to log.
pub(crate) fn install(log: &Log) -> Result<(), LogError> {
    let filter = EnvFilter::builder().parse(&log.level)?;
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let installed = if log.json {
        lines.json().finish().try_init()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).finish().try_init()
    };
    installed.map_err(|error| LogError::Taken(error.to_string()))
}
