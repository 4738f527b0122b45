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
    let filter = EnvFilter::builder().parse(directives(&log.level))?;
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let installed = if log.json {
        // The span alone, not a list of one beside it.
        lines.json().with_span_list(false).finish().try_init()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).finish().try_init()
    };
    installed.map_err(|error| LogError::Taken(error.to_string()))
}

/// A level alone is that of Limpid: what the libraries beneath do all day is for those who ask for it by directives. Of
/// AMQP's only errors, because each lost connection is told by the delivery that it ends.
fn directives(level: &str) -> String {
    let others = match level {
        "info" | "debug" | "trace" => "warn",
        "off" | "error" | "warn" => level,
        _directives => return level.to_owned(),
    };
    let broker = if level == "off" { "off" } else { "error" };
    format!("{others},lapin={broker},limpid={level}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_alone_is_limpids() {
        assert_eq!(directives("debug"), "warn,lapin=error,limpid=debug");
        assert_eq!(directives("error"), "error,lapin=error,limpid=error");
        assert_eq!(directives("off"), "off,lapin=off,limpid=off");
        assert_eq!(directives("hyper=debug,info"), "hyper=debug,info");
        for level in ["off", "error", "warn", "info", "debug", "trace", "limpid_server=debug,info"] {
            EnvFilter::builder().parse(directives(level)).unwrap();
        }
    }
}
