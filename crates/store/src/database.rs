//! The database: connections, transactions, and one set of statements for SQLite and PostgreSQL.
//!
//! A statement is written once, in the subset that both speak. Where they differ by necessity, a comment is opened for
//! one of them: `/*sqlite … */` is text for SQLite alone, `/*postgres … */` for PostgreSQL alone. Parameters are `$1`,
//! `$2`, …; the database's own clock is the function `limpid_now()`, in microseconds since 1970, on both.

use std::{fmt, path::PathBuf, str::FromStr};

pub use self::value::{Row, Value};

mod value;

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH`, or a bare path: one file, for one machine.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, or a libpq string (`host=… dbname=…`).
    Postgres(String),
}

/// A database. Cheap to clone; serves many threads.
#[derive(Clone)]
pub struct Database {}

/// A transaction. What it did is undone unless the work that it was given to returns `Ok`.
pub struct Transaction<'a> {
    _connection: &'a (),
}

/// What went wrong, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, or not in time. To be tried again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Somebody else holds by now what this work was done under: a lease that ran out, a version that moved on. The work
    /// must be given up; nothing of it was stored.
    #[error("{0} is in other hands by now")]
    Stale(&'static str),
    /// What is stored is not what was once stored.
    #[error("the database holds something that cannot be read: {0}")]
    Damaged(String),
    /// The schema is newer than this program.
    #[error(
        "the database was written by a newer Limpid (schema {found}, this one knows {known}): use a newer one"
    )]
    NewerSchema {
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The address, or what it leads to, is not a database that can be used.
    #[error("{0}")]
    Unusable(String),
    /// A statement that the database refuses: a fault of Limpid.
    #[error("the database refuses a statement: {0}")]
    Statement(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(_text: &str) -> Result<Self, StoreError> {
        todo!()
    }
}

/// Without password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// Without password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl Database {
    /// Opens a database with at most so many connections, and brings its schema up to date. Several processes may do so
    /// at once: one migrates, the others wait. An older program may go on while that happens.
    pub fn open(_url: &DatabaseUrl, _connections: usize) -> Result<Self, StoreError> {
        todo!()
    }

    /// Runs work in a transaction that may write. The work is run again where the database asks for that (a deadlock, a
    /// failed serialisation, a connection that broke before the commit was sent), so it must do nothing outside of it.
    pub fn write<T, E: From<StoreError>>(
        &self,
        _work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        todo!()
    }

    /// Runs work that only reads, on one snapshot.
    pub fn read<T, E: From<StoreError>>(
        &self,
        _work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        todo!()
    }

    /// Asks the database for nothing, to see whether it answers.
    pub fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        todo!()
    }
}

impl Transaction<'_> {
    /// Runs a statement; returns how many rows it changed.
    pub fn execute(&mut self, _statement: &'static str, _parameters: &[Value]) -> Result<u64, StoreError> {
        todo!()
    }

    /// Runs a query; returns all rows.
    pub fn query(&mut self, _statement: &'static str, _parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        todo!()
    }

    /// Runs a query that gives one row or none.
    pub fn query_optional(
        &mut self,
        _statement: &'static str,
        _parameters: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        todo!()
    }

    /// The database's clock.
    pub fn now(&mut self) -> Result<chrono::DateTime<chrono::Utc>, StoreError> {
        todo!()
    }
}
