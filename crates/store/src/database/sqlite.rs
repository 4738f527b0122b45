//! SQLite: one file, one writer at a time, any number of readers beside it, each on a snapshot of its own.
//!
//! What was committed survives a power cut (`synchronous=FULL`): the log is forced to the disk with each commit. Work that nobody
//! was told of yet ([`Access::WriteSoon`]) is not forced (`synchronous=NORMAL`): it survives the end of the process, and the
//! next commit that is forced takes it along, since the log is one file that is read up to its first gap.
//! What was deleted is overwritten, since payloads of jobs carry tokens.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Statement, ToSql, functions::FunctionFlags, types::ToSqlOutput,
    types::ValueRef,
};

use super::{
    Access, Problem, Remedy, Row, Session, StoreError, Value, dialect::Dialect, pool::Pool, session::pause,
};
use crate::limits;

/// A connection to an SQLite file.
pub(crate) struct Sqlite {
    connection: Connection,
    dialect: Arc<Dialect>,
    /// Whether commits are forced to the disk.
    forces: bool,
}

/// The pools of a file: for writing, and for reading.
pub(crate) fn pools(path: &Path, readers: usize) -> [Pool<Box<dyn Session>>; 2] {
    let dialect = Arc::new(Dialect::sqlite());
    let open = |can_write| {
        let (path, dialect) = (PathBuf::from(path), Arc::clone(&dialect));
        move || -> Result<Box<dyn Session>, StoreError> {
            Ok(Box::new(Sqlite::open(&path, can_write, Arc::clone(&dialect))?))
        }
    };
    // Within a process one connection writes: waiting for a place is fair, waiting for the file's lock is not.
    [
        Pool::new(1, limits::CONNECTION_WAIT, open(true)),
        Pool::new(readers, limits::CONNECTION_WAIT, open(false)),
    ]
}

impl Sqlite {
    fn open(path: &Path, can_write: bool, dialect: Arc<Dialect>) -> Result<Self, StoreError> {
        let unusable =
            |error: &dyn std::fmt::Display| StoreError::Unusable(format!("{}: {error}", path.display()));
        if can_write {
            create(path).map_err(|error| unusable(&error))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| unusable(&error))?;
        let sqlite = Self { connection, dialect, forces: true };
        sqlite.configure(can_write).map_err(|error| match problem(&error).error {
            StoreError::Damaged(error) => unusable(&error),
            error @ (StoreError::Unavailable(_)
            | StoreError::Stale(_)
            | StoreError::NewerSchema { .. }
            | StoreError::Unusable(_)
            | StoreError::Statement(_)) => error,
        })?;
        Ok(sqlite)
    }

    fn configure(&self, can_write: bool) -> rusqlite::Result<()> {
        let connection = &self.connection;
        connection.busy_timeout(limits::BUSY_TIME)?;
        connection.set_prepared_statement_cache_capacity(limits::SQLITE_STATEMENTS);
        if can_write {
            self.begin_logging()?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "secure_delete", true)?;
            connection.pragma_update(None, "journal_size_limit", limits::SQLITE_LOG_BYTES.cast_signed())?;
            // Negative: in KiB.
            connection.pragma_update(None, "cache_size", -limits::SQLITE_CACHE_KIB)?;
        } else {
            connection.pragma_update(None, "query_only", true)?;
        }
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        connection.create_scalar_function("limpid_now", 0, flags, |_| now())
    }

    /// Turns the write-ahead log on. For that SQLite wants the file for itself, and it does not wait for it.
    fn begin_logging(&self) -> rusqlite::Result<()> {
        let mut attempt = 0;
        loop {
            let mode: rusqlite::Result<String> =
                self.connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0));
            match mode {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && attempt < 100 => {
                    attempt += 1;
                    pause(attempt.min(limits::WORK_ATTEMPTS));
                }
                Err(error) => return Err(error),
                Ok(_mode) => return Ok(()),
            }
        }
    }

    /// Runs one statement with its parameters bound by name: SQLite numbers `$n` by first appearance.
    fn with_statement<T>(
        &self,
        statement: &'static str,
        parameters: &[Value],
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        let text = self.dialect.text(statement);
        let mut prepared = self.connection.prepare_cached(&text).map_err(|error| problem(&error))?;
        let mut bound = 0;
        for (place, value) in parameters.iter().enumerate() {
            let name = format!("${}", place + 1);
            if let Some(index) = prepared.parameter_index(&name).map_err(|error| problem(&error))? {
                prepared.raw_bind_parameter(index, value).map_err(|error| problem(&error))?;
                bound += 1;
            }
        }
        // One that is not bound would be NULL.
        if bound != prepared.parameter_count() || bound != parameters.len() {
            let expected = prepared.parameter_count();
            let given = parameters.len();
            return Err(Problem::refused(format!("{given} parameters for {expected} places: {statement}")));
        }
        run(&mut prepared).map_err(|error| problem(&error))
    }
}

impl Session for Sqlite {
    fn begin(&mut self, access: Access) -> Result<(), Problem> {
        let (statement, forces) = match access {
            Access::Read => ("BEGIN DEFERRED", self.forces),
            Access::WriteSoon => ("BEGIN IMMEDIATE", false),
            Access::Write | Access::Migrate => ("BEGIN IMMEDIATE", true),
        };
        if forces != self.forces {
            let mode = if forces { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", mode).map_err(|error| problem(&error))?;
            self.forces = forces;
        }
        self.connection.execute_batch(statement).map_err(|error| problem(&error))
    }

    fn execute(&mut self, statement: &'static str, parameters: &[Value]) -> Result<u64, Problem> {
        let changed = self.with_statement(statement, parameters, |prepared| prepared.raw_execute())?;
        u64::try_from(changed).map_err(|error| Problem::refused(error.to_string()))
    }

    fn query(&mut self, statement: &'static str, parameters: &[Value]) -> Result<Vec<Row>, Problem> {
        self.with_statement(statement, parameters, |prepared| {
            let columns = prepared.column_count();
            let mut rows = prepared.raw_query();
            let mut answer = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|column| row.get::<_, Value>(column));
                answer.push(Row(values.collect::<rusqlite::Result<_>>()?));
            }
            Ok(answer)
        })
    }

    fn batch(&mut self, statements: &str, _patience: Duration) -> Result<(), Problem> {
        let text = self.dialect.rewritten(statements);
        self.connection.execute_batch(&text).map_err(|error| problem(&error))
    }

    fn commit(&mut self) -> Result<(), Problem> {
        self.connection.execute_batch("COMMIT").map_err(|error| problem(&error))
    }

    fn rollback(&mut self) -> Result<(), Problem> {
        // After some errors SQLite has undone everything by itself.
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK").map_err(|error| problem(&error))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl rusqlite::types::FromSql for Value {
    fn column_result(value: ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self::Null),
            ValueRef::Integer(number) => Ok(Self::Integer(number)),
            ValueRef::Text(_) => Ok(Self::Text(value.as_str()?.to_owned())),
            ValueRef::Blob(bytes) => Ok(Self::Bytes(bytes.to_owned())),
            ValueRef::Real(_) => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// Makes the file, readable for nobody else, unless it is there.
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// The machine's clock, in microseconds since 1970.
fn now() -> rusqlite::Result<i64> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::UserFunctionError(error);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| failed(error.into()))?;
    i64::try_from(now.as_micros()).map_err(|error| failed(error.into()))
}

fn problem(error: &rusqlite::Error) -> Problem {
    let text = error.to_string();
    let code = error.sqlite_error_code();
    let is = |codes: &[ErrorCode]| code.is_some_and(|code| codes.contains(&code));
    if is(&[ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase])
        || matches!(error, rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::Utf8Error(..))
    {
        return Problem::new(Remedy::Discard, StoreError::Damaged(text));
    }
    if is(&[ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked]) {
        return Problem::new(Remedy::Nothing, StoreError::Unavailable(text));
    }
    if is(&[
        ErrorCode::CannotOpen,
        ErrorCode::DiskFull,
        ErrorCode::FileLockingProtocolFailed,
        ErrorCode::OutOfMemory,
        ErrorCode::PermissionDenied,
        ErrorCode::ReadOnly,
        ErrorCode::SystemIoFailure,
    ]) {
        return Problem::new(Remedy::Discard, StoreError::Unavailable(text));
    }
    Problem::refused(text)
}
