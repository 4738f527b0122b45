//! The database: connections, transactions, and one set of statements for SQLite and PostgreSQL.
//!
//! A statement is written once, in the subset that both speak. Where they differ by necessity, a comment is opened for
//! one of them: `/*sqlite … */` is text for SQLite alone, `/*postgres … */` for PostgreSQL alone. Parameters are `$1`,
//! `$2`, …; the database's own clock is the function `limpid_now()`, in microseconds since 1970, on both.
//!
//! Everything here blocks, and may not be called from within an asynchronous task: use `spawn_blocking`. Work that was given
//! to a database must not open a second transaction: it would wait for the connection that it has itself.

use std::sync::Arc;

use self::pool::Pool;
pub(crate) use self::{
    session::{Access, Problem, Remedy, Session, pause},
    value::{at_most, integer, microseconds, numbers, rows, storable},
};
pub use self::{
    url::DatabaseUrl,
    value::{FromValue, Row, Value},
};
pub use crate::migrations::Schema;
use crate::{limits, migrations};

mod dialect;
mod pool;
mod postgres;
mod session;
mod sqlite;
mod url;
mod value;

/// A database. Cheap to clone; serves many threads.
#[derive(Clone)]
pub struct Database {
    kind: &'static str,
    writers: Arc<Pool<Box<dyn Session>>>,
    readers: Arc<Pool<Box<dyn Session>>>,
}

/// A transaction. What it did is undone unless the work that it was given to returns `Ok`, and none of its statements failed.
pub struct Transaction<'a> {
    session: &'a mut dyn Session,
    failure: Option<Problem>,
}

/// What went wrong, by what can be done about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// The schema has a step that this program cannot run beside.
    #[error(
        "the schema of the database is that of {}: number {found}, which only a program that knows number {compatible_from} \
         can use, and this one, Limpid {this}, knows {known}. Start that program or a newer one, or restore a backup from \
         before its first start",
        newer(.program)
    )]
    NewerSchema {
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
        /// The newest that a program must know at least to run on it.
        compatible_from: i64,
        /// The version of the program that applied the step; empty where it did not say.
        program: String,
        /// The version of this program.
        this: String,
    },
    /// The address, or what it leads to, is not a database that can be used.
    #[error("{0}")]
    Unusable(String),
    /// A statement that the database refuses: a fault of Limpid.
    #[error("the database refuses a statement: {0}")]
    Statement(String),
}

/// A program for people.
fn newer(program: &str) -> String {
    if program.is_empty() { "a newer Limpid".to_owned() } else { format!("Limpid {program}") }
}

impl Database {
    /// Opens a database with at most so many connections, and brings its schema up to date. Several processes may do so
    /// at once: one migrates, the others wait. An older program may go on while that happens.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where no later attempt can help, [`StoreError::NewerSchema`], [`StoreError::Unavailable`].
    pub fn open(url: &DatabaseUrl, connections: usize) -> Result<Self, StoreError> {
        let database = match url {
            DatabaseUrl::Sqlite(path) => {
                let [writers, readers] = sqlite::pools(path, connections).map(Arc::new);
                Self { kind: "sqlite", writers, readers }
            }
            DatabaseUrl::Postgres(text) => {
                let pool = Arc::new(postgres::pool(postgres::Settings::parse(text)?, connections));
                Self { kind: "postgres", writers: Arc::clone(&pool), readers: pool }
            }
        };
        database.writers.lend(|session| {
            let outcome = migrations::bring_up_to_date(session.as_mut());
            let is_sound = outcome.is_ok();
            (outcome, is_sound)
        })??;
        Ok(database)
    }

    /// Looks at a database as [`Database::open`] would find it, and changes nothing. `None` where the file of an embedded one is
    /// not there yet.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn look(url: &DatabaseUrl) -> Result<Option<Schema>, StoreError> {
        let readers = match url {
            DatabaseUrl::Sqlite(path) if !path.exists() => return Ok(None),
            DatabaseUrl::Sqlite(path) => {
                let [_writers, readers] = sqlite::pools(path, 1);
                readers
            }
            DatabaseUrl::Postgres(text) => postgres::pool(postgres::Settings::parse(text)?, 1),
        };
        readers.lend(|session| (migrations::look(session.as_mut()), true))?.map(Some)
    }

    /// Runs work in a transaction that may write. The work is run again where the database asks for that (a deadlock, a
    /// failed serialisation, a connection that broke before the commit was sent), so it must do nothing outside of it.
    ///
    /// # Errors
    /// Those of the work, and of the database. Where [`StoreError::Unavailable`] comes of the commit itself, the changes may
    /// have been stored all the same.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        run(&self.writers, Access::Write, work)
    }

    /// As [`Database::write`], for what nobody has been told of yet. It outlives the process, as everything that is committed; but
    /// on SQLite a power cut may undo it until the next [`Database::write`], which makes all that was written before it last,
    /// or until the log is moved into the file. Nothing later is ever there without it.
    ///
    /// PostgreSQL makes it last at once: its clients outlive a crash of its machine, and must not find that what they hold
    /// was given to others under the same fencing number.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_soon<T, E: From<StoreError>>(
        &self,
        work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        run(&self.writers, Access::WriteSoon, work)
    }

    /// Runs work that only reads, on one snapshot.
    ///
    /// # Errors
    /// Those of the work, and of the database.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        run(&self.readers, Access::Read, work)
    }

    /// Asks the database for nothing, to see whether it answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub fn ping(&self) -> Result<(), StoreError> {
        self.read(|tx| tx.now().map(drop))
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

/// An attempt that failed, and what helps.
struct Failed<E>(E, Remedy);

fn run<T, E: From<StoreError>>(
    pool: &Pool<Box<dyn Session>>,
    access: Access,
    mut work: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempts = 1;
    loop {
        let outcome = pool.lend(|session| attempt(session.as_mut(), access, &mut work))?;
        let Failed(error, remedy) = match outcome {
            Ok(value) => return Ok(value),
            Err(failed) => failed,
        };
        match remedy {
            Remedy::RunAgain if attempts < limits::WORK_ATTEMPTS => pause(attempts),
            Remedy::Reconnect if attempts < limits::WORK_ATTEMPTS => pool.forget_idle(),
            Remedy::RunAgain | Remedy::Reconnect | Remedy::Nothing | Remedy::Discard => return Err(error),
        }
        tracing::debug!(attempts, ?remedy, "work in the database is run again");
        attempts += 1;
    }
}

/// Runs work once. Returns as well whether the session is sound, and out of the transaction.
fn attempt<T, E: From<StoreError>>(
    session: &mut dyn Session,
    access: Access,
    work: &mut impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
) -> (Result<T, Failed<E>>, bool) {
    if let Err(problem) = session.begin(access) {
        return (Err(Failed(E::from(problem.error), problem.remedy)), problem.remedy == Remedy::Nothing);
    }
    let mut transaction = Transaction { session: &mut *session, failure: None };
    let result = work(&mut transaction);
    let failure = transaction.failure;
    let failed = match (result, failure) {
        (Ok(value), None) => match session.commit() {
            Ok(()) => return (Ok(value), true),
            // Nothing was to be stored, and what was read was read.
            Err(_problem) if access == Access::Read => return (Ok(value), false),
            Err(problem) => Failed(E::from(problem.error), problem.remedy),
        },
        // PostgreSQL accepts a commit after a failed statement, and stores nothing: who went on must not count as done.
        (Ok(_), Some(problem)) => Failed(E::from(problem.error), problem.remedy),
        (Err(error), Some(problem)) => Failed(error, problem.remedy),
        (Err(error), None) => Failed(error, Remedy::Nothing),
    };
    let is_sound = match failed.1 {
        Remedy::Nothing | Remedy::RunAgain => session.rollback().is_ok(),
        Remedy::Reconnect | Remedy::Discard => false,
    };
    (Err(failed), is_sound)
}

impl Transaction<'_> {
    /// Runs a statement; returns how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Statement`]. After one, nothing of this transaction is stored.
    pub fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<u64, StoreError> {
        self.attempt(|session| session.execute(statement, parameters))
    }

    /// Runs a query; returns all rows.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.attempt(|session| session.query(statement, parameters))
    }

    /// Runs a query that gives one row or none.
    ///
    /// # Errors
    /// As [`Transaction::execute`], and [`StoreError::Damaged`] where there are more.
    pub fn query_optional(
        &mut self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let mut rows = self.query(statement, parameters)?;
        let row = rows.pop();
        if !rows.is_empty() {
            return Err(StoreError::Damaged(format!(
                "more than one row where one was asked for: {statement}"
            )));
        }
        Ok(row)
    }

    /// Runs a query that always gives one row.
    pub(crate) fn query_one(
        &mut self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Row, StoreError> {
        self.query_optional(statement, parameters)?
            .ok_or_else(|| StoreError::Damaged(format!("no row where one was asked for: {statement}")))
    }

    /// The database's clock.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub fn now(&mut self) -> Result<chrono::DateTime<chrono::Utc>, StoreError> {
        self.query_one("SELECT limpid_now()", &[])?.get(0)
    }

    fn attempt<T>(
        &mut self,
        statement: impl FnOnce(&mut dyn Session) -> Result<T, Problem>,
    ) -> Result<T, StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.error.clone());
        }
        statement(self.session).map_err(|problem| {
            let error = problem.error.clone();
            self.failure = Some(problem);
            error
        })
    }
}
