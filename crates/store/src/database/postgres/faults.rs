//! What PostgreSQL's errors mean for whoever ran the statement.

use std::{error::Error as _, io::ErrorKind};

use tokio_postgres::{
    Error,
    error::{DbError, Severity, SqlState},
};

use super::{
    super::{Problem, Remedy, StoreError},
    Settings,
};

/// What an error of a statement means.
pub(super) fn problem(error: &Error) -> Problem {
    if let Some(refusal) = error.as_db_error() {
        return refused(refusal);
    }
    if error.is_closed() || io_error(error).is_some() {
        return Problem::new(Remedy::Reconnect, StoreError::Unavailable(chain(error)));
    }
    Problem::new(Remedy::Discard, StoreError::Statement(chain(error)))
}

/// What the server said. Only its message is told: the details quote rows, and payloads carry tokens.
fn refused(refusal: &DbError) -> Problem {
    let code = refusal.code();
    let text = format!("{} (SQLSTATE {})", refusal.message(), code.code());
    if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE {
        return Problem::new(Remedy::RunAgain, StoreError::Unavailable(text));
    }
    if ends_connection(refusal) {
        return Problem::new(Remedy::Reconnect, StoreError::Unavailable(text));
    }
    match code.code().get(..2) {
        // A standby: the one that writes is elsewhere by now, and a new connection may find it.
        Some("25") if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            Problem::new(Remedy::Reconnect, StoreError::Unavailable(text))
        }
        // Lack of resources, a lock or a statement that took too long, a system error.
        Some("53" | "55" | "57" | "58") => Problem::new(Remedy::Nothing, StoreError::Unavailable(text)),
        Some("28" | "3D") => Problem::new(Remedy::Discard, StoreError::Unusable(text)),
        Some("XX") => Problem::new(Remedy::Discard, StoreError::Damaged(text)),
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            Problem::new(Remedy::Nothing, StoreError::Unusable(text))
        }
        _ => Problem::refused(text),
    }
}

/// Whether the server ended the connection with this.
fn ends_connection(refusal: &DbError) -> bool {
    matches!(refusal.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
        || refusal.code().code().starts_with("08")
}

/// What a failed commit means. Where the server refused it, nothing was stored. Where its answer is missing, nobody knows;
/// running the work again might do it twice.
pub(super) fn of_commit(problem: Problem) -> Problem {
    match problem.remedy {
        Remedy::RunAgain | Remedy::Nothing => problem,
        Remedy::Reconnect | Remedy::Discard => {
            let reason = format!("whether the changes were stored is not known: {}", problem.error);
            Problem::new(Remedy::Discard, StoreError::Unavailable(reason))
        }
    }
}

/// Why there is no connection: because it cannot be had now, or because of the address or the server's settings.
pub(super) fn connect_error(settings: &Settings, error: &Error) -> StoreError {
    let reason = format!("{settings}: {}", chain(error));
    let may_come_later = match error.as_db_error() {
        Some(refusal) => !matches!(refusal.code().code().get(..2), Some("28" | "3D" | "42")),
        None => {
            error.is_closed() || io_error(error).is_some_and(|error| error.kind() != ErrorKind::InvalidData)
        }
    };
    if may_come_later { StoreError::Unavailable(reason) } else { StoreError::Unusable(reason) }
}

fn io_error(error: &Error) -> Option<&std::io::Error> {
    error.source().and_then(|cause| cause.downcast_ref())
}

/// An error with its causes, but without the rows that PostgreSQL quotes.
fn chain(error: &Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
