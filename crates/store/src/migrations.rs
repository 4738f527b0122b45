//! The schema, as numbered steps. Each only adds, so that a program of the version before goes on beside it.
//!
//! One process changes the schema at a time; each step is stored in one transaction with its number, and with the oldest
//! schema that a program may know to run beside it. So a program that is put back over a step starts where the step allows
//! it, and one that would read or write wrongly never starts.

use chrono::{DateTime, Utc};

use crate::{
    StoreError,
    database::{Access, Problem, Remedy, Session, Value, pause},
    limits,
};

/// A step of the schema.
struct Step {
    text: &'static str,
    /// The number of the last step that a program must know to run on a schema that has this one. 1 where the step only
    /// adds what older programs need not know of.
    compatible_from: i64,
}

/// The steps; the first is number 1.
const STEPS: &[Step] = &[
    Step { text: include_str!("migrations/0001_schema.sql"), compatible_from: 1 },
    Step { text: include_str!("migrations/0002_notification_parts.sql"), compatible_from: 1 },
    Step { text: include_str!("migrations/0003_accounts.sql"), compatible_from: 1 },
    // An older program would take the blobs of the registry for garbage.
    Step { text: include_str!("migrations/0004_registry.sql"), compatible_from: 4 },
    Step { text: include_str!("migrations/0005_security.sql"), compatible_from: 1 },
    // An older program does not know the kind of its jobs, and could not count them.
    Step { text: include_str!("migrations/0006_harbor.sql"), compatible_from: 6 },
    // An older program would point tags elsewhere that must stay, and push beyond quotas and into what is a copy.
    Step { text: include_str!("migrations/0007_tags_quotas_proxies.sql"), compatible_from: 7 },
    Step { text: include_str!("migrations/0008_notifications.sql"), compatible_from: 1 },
    Step { text: include_str!("migrations/0009_quota_counts.sql"), compatible_from: 1 },
    // An older program would let images be pulled that a policy keeps from it.
    Step { text: include_str!("migrations/0010_namespace_policies.sql"), compatible_from: 10 },
];

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS schema_compatibility (
        number BIGINT PRIMARY KEY, compatible_from BIGINT NOT NULL, program TEXT NOT NULL)";

/// What a schema is that has more steps than this program knows.
struct Newer {
    compatible_from: i64,
    program: String,
}

/// Applies the steps that a database lacks.
pub(crate) fn bring_up_to_date(session: &mut dyn Session) -> Result<(), StoreError> {
    if is_up_to_date(session)? {
        return Ok(());
    }
    let mut attempts = 1;
    loop {
        match step(session) {
            Ok(true) => return Ok(()),
            Ok(false) => attempts = 1,
            Err(problem) => {
                if session.rollback().is_err() {
                    return Err(problem.error);
                }
                // Somebody reads or writes a table that is to be changed: those who wait behind us are let go on first.
                let is_in_the_way = matches!(problem.error, StoreError::Unavailable(_));
                if !is_in_the_way || attempts == limits::WORK_ATTEMPTS {
                    return Err(problem.error);
                }
                pause(attempts);
                attempts += 1;
            }
        }
    }
}

/// Looks without a lock, and without rights that only a migration needs.
fn is_up_to_date(session: &mut dyn Session) -> Result<bool, StoreError> {
    let look = |session: &mut dyn Session| {
        session.begin(Access::Read)?;
        let found = if is_there(session, MIGRATIONS_ARE_THERE)? { found(session)? } else { 0 };
        let is_up_to_date = compare(session, found);
        session.commit()?;
        is_up_to_date
    };
    look(session).map_err(|problem: Problem| problem.error)
}

/// How the schema of a database stands to this program. Nothing is changed.
pub(crate) fn look(session: &mut dyn Session) -> Result<Schema, StoreError> {
    let look = |session: &mut dyn Session| {
        session.begin(Access::Read)?;
        let found = if is_there(session, MIGRATIONS_ARE_THERE)? { found(session)? } else { 0 };
        compare(session, found)?;
        // The function is a part of the schema.
        let now = if found > 0 { Some(number(session, "SELECT limpid_now()")?) } else { None };
        session.commit()?;
        let known = i64::try_from(STEPS.len()).map_err(|error| Problem::refused(error.to_string()))?;
        Ok(Schema { found, known, now: now.and_then(DateTime::from_timestamp_micros) })
    };
    look(session).map_err(|problem: Problem| problem.error)
}

/// The schema of a database, which this program can use or bring up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The number of its last step; 0 where there is none yet.
    pub found: i64,
    /// The number of the last step that this program knows.
    pub known: i64,
    /// The time by the database's clock; `None` where there is no schema.
    pub now: Option<DateTime<Utc>>,
}

const MIGRATIONS_ARE_THERE: &str = "
    /*sqlite SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'*/
    /*postgres SELECT CAST(COUNT(to_regclass('schema_migration')) AS BIGINT)*/";

const COMPATIBILITY_IS_THERE: &str = "
    /*sqlite SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_compatibility'*/
    /*postgres SELECT CAST(COUNT(to_regclass('schema_compatibility')) AS BIGINT)*/";

/// Applies the next step. Returns whether there is none left.
fn step(session: &mut dyn Session) -> Result<bool, Problem> {
    session.begin(Access::Migrate)?;
    session.batch(TABLES, limits::ANSWER_TIME)?;
    let found = found(session)?;
    let is_up_to_date = compare(session, found)?;
    let next = usize::try_from(found).map_err(|error| Problem::refused(error.to_string()))?;
    if let Some(step) = STEPS.get(next) {
        session.batch(step.text, limits::MIGRATION_WAIT)?;
        let number = found + 1;
        session.execute(NOTE, &[Value::Integer(number)])?;
        let program = Value::Text(env!("CARGO_PKG_VERSION").to_owned());
        let compatible_from = Value::Integer(step.compatible_from);
        session.execute(NOTE_COMPATIBILITY, &[Value::Integer(number), compatible_from, program])?;
        tracing::info!("the database was brought to version {number} of its schema");
    }
    session.commit()?;
    Ok(is_up_to_date)
}

const NOTE: &str = "INSERT INTO schema_migration (number, applied_at) VALUES ($1, limpid_now())";

const NOTE_COMPATIBILITY: &str =
    "INSERT INTO schema_compatibility (number, compatible_from, program) VALUES ($1, $2, $3)";

fn found(session: &mut dyn Session) -> Result<i64, Problem> {
    number(session, "SELECT COALESCE(MAX(number), 0) FROM schema_migration")
}

fn is_there(session: &mut dyn Session, query: &'static str) -> Result<bool, Problem> {
    Ok(number(session, query)? > 0)
}

fn number(session: &mut dyn Session, query: &'static str) -> Result<i64, Problem> {
    let rows = session.query(query, &[])?;
    let row = rows.first().ok_or_else(|| Problem::refused(format!("no row: {query}")))?;
    row.get(0).map_err(|error| Problem::refused(error.to_string()))
}

/// Whether a schema is one that this program can use as it is; otherwise it is one that it can bring up to date.
fn compare(session: &mut dyn Session, found: i64) -> Result<bool, Problem> {
    let known = i64::try_from(STEPS.len()).map_err(|error| Problem::refused(error.to_string()))?;
    if found <= known {
        return Ok(found == known);
    }
    let Newer { compatible_from, program } = newer(session, known, found)?;
    if compatible_from <= known {
        tracing::info!(
            found,
            known,
            "the schema is that of a newer Limpid, which lets this one go on beside it"
        );
        return Ok(true);
    }
    let this = env!("CARGO_PKG_VERSION").to_owned();
    let error = StoreError::NewerSchema { found, known, compatible_from, program, this };
    Err(Problem::new(Remedy::Nothing, error))
}

/// What the steps ask for that this program does not know. One that says nothing asks for a program that knows it.
fn newer(session: &mut dyn Session, known: i64, found: i64) -> Result<Newer, Problem> {
    let unsaid = Newer { compatible_from: found, program: String::new() };
    if !is_there(session, COMPATIBILITY_IS_THERE)? {
        return Ok(unsaid);
    }
    let rows = session.query(NEWER, &[Value::Integer(known)])?;
    let Some(row) = rows.first() else { return Ok(unsaid) };
    let damaged = |error: StoreError| Problem::new(Remedy::Nothing, error);
    Ok(Newer { compatible_from: row.get(0).map_err(damaged)?, program: row.get(1).map_err(damaged)? })
}

/// The step that asks for most, and who applied it.
const NEWER: &str = "
    SELECT COALESCE(compatible_from, schema_migration.number) AS needed, COALESCE(program, '')
    FROM schema_migration LEFT JOIN schema_compatibility
        ON schema_compatibility.number = schema_migration.number
    WHERE schema_migration.number > $1
    ORDER BY needed DESC, schema_migration.number LIMIT 1";
