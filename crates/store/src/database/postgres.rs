//! PostgreSQL: connections that know a deadline for everything they wait for.
//!
//! A transaction that may write sees what others commit meanwhile (READ COMMITTED, with rows locked where that matters);
//! one that reads has one snapshot (REPEATABLE READ).
//!
//! Each connection has a small asynchronous runtime of its own and blocks the thread that uses it. So none of this may be
//! called from within an asynchronous task; from `spawn_blocking` it may.

pub(crate) use self::settings::Settings;

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, time::timeout};
use tokio_postgres::{Client, Statement, types::ToSql};

use self::faults::{connect_error, problem};
use super::{Access, Problem, Remedy, Row, Session, StoreError, Value, dialect::Dialect, pool::Pool};
use crate::limits;

mod faults;
mod settings;
mod tls;
mod value;

/// A connection to PostgreSQL.
pub(crate) struct Postgres {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    dialect: Arc<Dialect>,
    /// Gone only while this is dropped.
    runtime: Option<Runtime>,
}

/// The pool of a database, for reading and writing.
pub(crate) fn pool(settings: Settings, connections: usize) -> Pool<Box<dyn Session>> {
    let dialect = Arc::new(Dialect::postgres());
    Pool::new(connections, limits::CONNECTION_WAIT, move || -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(Postgres::connect(&settings, Arc::clone(&dialect))?))
    })
}

impl Postgres {
    fn connect(settings: &Settings, dialect: Arc<Dialect>) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        // The library's own limit ends when the socket is connected; a server that then says nothing must not hold anybody.
        let connecting = async { timeout(limits::CONNECT_TIME, settings.connect()).await };
        let client = runtime.block_on(connecting).map_err(|_elapsed| {
            let waited = limits::CONNECT_TIME.as_secs();
            StoreError::Unavailable(format!("no connection to {settings} within {waited} s"))
        })?;
        let client = client.map_err(|error| connect_error(settings, &error))?;
        let mut connection = Self { client, statements: HashMap::new(), dialect, runtime: Some(runtime) };
        connection.configure()?;
        Ok(connection)
    }

    fn configure(&mut self) -> Result<(), StoreError> {
        let settings = format!(
            "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
             SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
            limits::STATEMENT_TIME.as_millis(),
            limits::IDLE_TRANSACTION_TIME.as_millis(),
        );
        self.batch(&settings, limits::CONNECT_TIME).map_err(|problem| problem.error)?;
        let encoding = self.query("SELECT current_setting('server_encoding')", &[]);
        let encoding: String = match encoding.map_err(|problem| problem.error)?.first() {
            Some(row) => row.get(0)?,
            None => String::new(),
        };
        if encoding != "UTF8" {
            let reason = format!("the database is encoded in {encoding}: create one in UTF8");
            return Err(StoreError::Unusable(reason));
        }
        Ok(())
    }

    /// Waits for an answer, but not for ever.
    fn wait<T>(
        &self,
        patience: Duration,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Problem> {
        let Some(runtime) = &self.runtime else {
            let reason = "the connection is closed".to_owned();
            return Err(Problem::new(Remedy::Reconnect, StoreError::Unavailable(reason)));
        };
        // Made within the runtime, because the clock that it waits by is the runtime's.
        let answer = runtime.block_on(async { timeout(patience, answer).await });
        answer
            .map_err(|_elapsed| {
                let reason = format!("no answer within {} s", patience.as_secs());
                Problem::new(Remedy::Discard, StoreError::Unavailable(reason))
            })?
            .map_err(|error| problem(&error))
    }

    fn prepared(&mut self, statement: &'static str) -> Result<Statement, Problem> {
        if let Some(prepared) = self.statements.get(statement) {
            return Ok(prepared.clone());
        }
        let text = self.dialect.text(statement);
        let prepared = self.wait(limits::ANSWER_TIME, self.client.prepare(&text))?;
        self.statements.insert(statement, prepared.clone());
        Ok(prepared)
    }

    fn send(&mut self, statement: &str) -> Result<(), Problem> {
        self.wait(limits::ANSWER_TIME, self.client.batch_execute(statement))
    }
}

impl Session for Postgres {
    fn begin(&mut self, access: Access) -> Result<(), Problem> {
        match access {
            Access::Read => self.send("START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
            Access::Write | Access::WriteSoon => {
                self.send("START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
            }
            Access::Migrate => {
                let begin = format!(
                    "START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; \
                     SET LOCAL statement_timeout = 0; \
                     SET LOCAL lock_timeout = {wait}; \
                     SELECT pg_advisory_xact_lock({MIGRATION_LOCK}); \
                     SET LOCAL lock_timeout = {lock}",
                    wait = limits::MIGRATION_WAIT.as_millis(),
                    lock = limits::MIGRATION_LOCK_TIME.as_millis(),
                );
                self.batch(&begin, limits::MIGRATION_WAIT + limits::ANSWER_TIME)
            }
        }
    }

    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<u64, Problem> {
        let prepared = self.prepared(statement)?;
        self.wait(limits::ANSWER_TIME, self.client.execute(&prepared, &references(parameters)))
    }

    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, Problem> {
        let prepared = self.prepared(statement)?;
        let rows = self.wait(limits::ANSWER_TIME, self.client.query(&prepared, &references(parameters)))?;
        rows.iter().map(value::row).collect()
    }

    fn batch(&mut self, statements: &str, patience: Duration) -> Result<(), Problem> {
        let text = self.dialect.rewritten(statements);
        self.wait(patience, self.client.batch_execute(&text))
    }

    fn commit(&mut self) -> Result<(), Problem> {
        self.send("COMMIT").map_err(faults::of_commit)
    }

    fn rollback(&mut self) -> Result<(), Problem> {
        self.send("ROLLBACK")
    }
}

impl Drop for Postgres {
    /// Without waiting for anything: a pool may be dropped within an asynchronous task, where waiting is forbidden.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Names the lock under which schemas are changed: `limpid` in ASCII.
const MIGRATION_LOCK: i64 = 0x6c69_6d70_6964;

fn references(parameters: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
