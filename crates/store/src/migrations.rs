//! The schema, as numbered steps. Each only adds, so that a program of the version before goes on beside it.
//!
//! One process changes the schema at a time; each step is stored with its number in one transaction.

use crate::{
    StoreError,
    database::{Access, Problem, Remedy, Session, Value, pause},
    limits,
};

/// The steps; the first is number 1.
const STEPS: &[&str] = &[include_str!("migrations/0001_schema.sql")];

const NUMBERS: &str = "
    CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)";

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
        let is_known = "
            /*sqlite SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'*/
            /*postgres SELECT CAST(COUNT(to_regclass('schema_migration')) AS BIGINT)*/";
        let is_known = number(session, is_known)? > 0;
        let found = if is_known { found(session)? } else { 0 };
        session.commit()?;
        Ok(found)
    };
    let found = look(session).map_err(|problem: Problem| problem.error)?;
    compare(found).map_err(|problem| problem.error)
}

/// Applies the next step. Returns whether there is none left.
fn step(session: &mut dyn Session) -> Result<bool, Problem> {
    session.begin(Access::Migrate)?;
    session.batch(NUMBERS, limits::ANSWER_TIME)?;
    let found = found(session)?;
    let is_up_to_date = compare(found)?;
    let next = usize::try_from(found).map_err(|error| Problem::refused(error.to_string()))?;
    if let Some(step) = STEPS.get(next) {
        session.batch(step, limits::MIGRATION_WAIT)?;
        let number = Value::Integer(found + 1);
        session.execute(
            "INSERT INTO schema_migration (number, applied_at) VALUES ($1, limpid_now())",
            &[number],
        )?;
        tracing::info!("the database was brought to version {} of its schema", found + 1);
    }
    session.commit()?;
    Ok(is_up_to_date)
}

fn found(session: &mut dyn Session) -> Result<i64, Problem> {
    number(session, "SELECT COALESCE(MAX(number), 0) FROM schema_migration")
}

fn number(session: &mut dyn Session, query: &'static str) -> Result<i64, Problem> {
    let rows = session.query(query, &[])?;
    let row = rows.first().ok_or_else(|| Problem::refused(format!("no row: {query}")))?;
    row.get(0).map_err(|error| Problem::refused(error.to_string()))
}

/// Whether a schema is that of this program, or one that it can bring up to date.
fn compare(found: i64) -> Result<bool, Problem> {
    let known = i64::try_from(STEPS.len()).map_err(|error| Problem::refused(error.to_string()))?;
    if found > known {
        return Err(Problem::new(Remedy::Nothing, StoreError::NewerSchema { found, known }));
    }
    Ok(found == known)
}
