//! Accepting what is in quarantine, by a person's word.

use chrono::{DateTime, Utc};

use super::{Outcome, feed::take_into_force};
use crate::{StateError, Store};

/// Why nothing was accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The catalog cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nothing is called so.
    #[error("there is no feed {0}")]
    UnknownFeed(String),
    /// Nothing of it is in quarantine.
    #[error("{0} is not in quarantine")]
    NotQuarantined(String),
    /// There is nothing that could be put in force.
    #[error("{feed} cannot be accepted, because no data could be read: {why}")]
    NoData {
        /// The feed.
        feed: String,
        /// Why it is in quarantine.
        why: String,
    },
}

/// Puts the data of a feed that is in quarantine in force.
///
/// # Errors
/// [`AcceptError`].
pub fn accept(store: &Store, feed: &str, now: DateTime<Utc>) -> Result<Outcome, AcceptError> {
    store.commit(now, |state| {
        let unknown = || AcceptError::UnknownFeed(feed.to_owned());
        let record = state.feeds.get_mut(feed).ok_or_else(unknown)?;
        let quarantine = record.quarantine.clone();
        let quarantine = quarantine.ok_or_else(|| AcceptError::NotQuarantined(feed.to_owned()))?;
        let no_data = || AcceptError::NoData { feed: feed.to_owned(), why: quarantine.why.clone() };
        let loaded = quarantine.candidate.clone().ok_or_else(no_data)?;
        Ok(take_into_force(record, loaded, now))
    })
}
