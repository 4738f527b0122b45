//! Runs the service until it is asked to end.

use crate::Configuration;

/// Why the service ended, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It could not begin. The message names what could not be used.
    #[error("{0}")]
    Start(String),
    /// It had to end.
    #[error("{0}")]
    Ended(String),
}

/// Runs the service. Returns when it was asked to end and has ended in order.
pub fn run(_configuration: Configuration) -> Result<(), ServeError> {
    todo!()
}
