//! Asking again: how often, and after which pause.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::request::TransportError;
use crate::{Clock, limits};

/// Why one attempt did not succeed.
#[derive(Debug)]
pub(super) enum Failed {
    /// Another attempt may; not before this time has passed, where upstream says so.
    ForNow(TransportError, Option<Duration>),
    /// Another attempt would not either.
    ForGood(TransportError),
}

/// Attempts until one succeeds, with growing pauses.
pub(super) fn attempts<T>(
    clock: &dyn Clock,
    mut attempt: impl FnMut() -> Result<T, Failed>,
) -> Result<T, TransportError> {
    let mut pause = limits::FIRST_PAUSE;
    let mut made = 1;
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(Failed::ForGood(error)) => return Err(error),
            Err(Failed::ForNow(error, asked)) => {
                let asked = asked.unwrap_or_default();
                if made == limits::ATTEMPTS || asked > limits::LONGEST_PAUSE {
                    return Err(error);
                }
                clock.pause(pause.max(asked));
            }
        }
        made += 1;
        pause *= 2;
    }
}

/// The pause that a `Retry-After` header asks for (RFC 9110, section 10.2.3): seconds, or a date.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    let seconds = header.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| {
        let date = DateTime::parse_from_rfc2822(header).ok()?;
        Some(date.signed_duration_since(now).to_std().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap(); // Tue, 14 Nov 2023 22:13:20 GMT
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Tue, 14 Nov 2023 22:13:30 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Tue, 14 Nov 2023 22:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
