//! What both databases do for a transaction, and what is to be done when they do not.

use std::time::Duration;

use super::{Row, StoreError, Value};
use crate::limits;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read, on one snapshot.
    Read,
    /// To write what may be lost with the power, until something is written that may not.
    WriteSoon,
    /// To write as well.
    Write,
    /// To change the schema: alone among all processes.
    Migrate,
}

/// A connection to a database. Each belongs to one thread at a time.
pub(crate) trait Session: Send {
    /// Begins a transaction.
    fn begin(&mut self, access: Access) -> Result<(), Problem>;

    /// Runs a statement; returns how many rows it changed.
    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<u64, Problem>;

    /// Runs a query; returns all rows.
    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, Problem>;

    /// Runs several statements without parameters, which may take so long.
    fn batch(&mut self, statements: &str, patience: Duration) -> Result<(), Problem>;

    /// Ends the transaction. Where this fails it may still have been stored, unless the problem says [`Remedy::RunAgain`].
    fn commit(&mut self) -> Result<(), Problem>;

    /// Undoes the transaction.
    fn rollback(&mut self) -> Result<(), Problem>;
}

/// What went wrong with a session, and what helps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub(crate) remedy: Remedy,
    pub(crate) error: StoreError,
}

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing; the connection is sound.
    Nothing,
    /// To run the transaction again: it was in the way of another.
    RunAgain,
    /// To run it again on another connection: this one broke.
    Reconnect,
    /// Nothing, and the connection is in an unknown state.
    Discard,
}

impl Problem {
    pub(crate) fn new(remedy: Remedy, error: StoreError) -> Self {
        Self { remedy, error }
    }

    /// A statement that cannot be run.
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::new(Remedy::Nothing, StoreError::Statement(reason.into()))
    }
}

/// Waits before the next attempt, for a time that is drawn anew each time: those who were in each other's way would meet
/// again.
pub(crate) fn pause(attempts: u32) {
    let most = limits::WORK_PAUSE * 2u32.saturating_pow(attempts.saturating_sub(1));
    let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
    std::thread::sleep(most.mul_f64((random >> 32) as f64 / f64::from(u32::MAX)));
}
