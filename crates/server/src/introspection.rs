//! Metrics, health and readiness, on a listener of their own.

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics {}
