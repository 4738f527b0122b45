//! Upstream's lists of changed documents, read whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufReader, Seek},
};

use chrono::{DateTime, Utc};
use limpid_core::feed::{Change, FeedError, Increments};

use super::Ended;
use crate::{
    limits,
    state::{Cursor, Validators},
    update::{decompress::decompressed, document::Document, feed::Found},
};

/// What happened last to each document.
#[derive(Debug, Default)]
pub(super) struct List {
    documents: BTreeMap<String, Last>,
    newest: DateTime<Utc>,
    oldest: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    at: DateTime<Utc>,
    is_deleted: bool,
}

impl List {
    /// Adds the rows of one list.
    pub(super) fn read(
        &mut self,
        increments: &Increments,
        url: &str,
        document: &Document,
    ) -> Result<(), Ended> {
        let mut spool = &document.spool;
        let opened =
            spool.rewind().and_then(|()| decompressed(BufReader::new(spool), limits::CHANGE_LIST_BYTES));
        let refused = |why: String| Ended::With(Found::Suspicious(why, None, Validators::default()));
        let mut reader = opened
            .map_err(|error| refused(format!("{url}: {}", FeedError::Unreadable(error.to_string()))))?;
        let mut too_many = false;
        let read = (increments.read)(url, &mut reader, &mut |change| {
            too_many |= self.documents.len() >= limits::CHANGE_LIST_ROWS;
            if !too_many {
                self.add(change);
            }
        });
        let read =
            read.and_then(|()| reader.drain().map_err(|error| FeedError::Unreadable(error.to_string())));
        read.map_err(|error| refused(format!("{url}: {error}")))?;
        if too_many { Err(refused(format!("{url}: more rows than any real list has"))) } else { Ok(()) }
    }

    fn add(&mut self, change: Change) {
        let Change { key, at, is_deleted } = change;
        self.newest = self.newest.max(at);
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        let last = self.documents.entry(key).or_insert(Last { at, is_deleted });
        if (at, is_deleted) > (last.at, last.is_deleted) {
            *last = Last { at, is_deleted };
        }
    }

    /// The newest instant; long ago where the list is empty.
    pub(super) fn newest(&self) -> DateTime<Utc> {
        self.newest
    }

    /// The oldest instant.
    pub(super) fn oldest(&self) -> Option<DateTime<Utc>> {
        self.oldest
    }

    /// How many documents there are.
    pub(super) fn documents(&self) -> u64 {
        self.documents.values().filter(|last| !last.is_deleted).count() as u64
    }

    /// Whether the document is no more.
    pub(super) fn is_deleted(&self, key: &str) -> bool {
        self.documents.get(key).is_some_and(|last| last.is_deleted)
    }

    /// Documents that changed at an instant or later.
    pub(super) fn from(&self, instant: DateTime<Utc>) -> BTreeSet<&str> {
        self.keys(|_, last| last.at >= instant)
    }

    /// Documents that changed since.
    pub(super) fn since(&self, cursor: &Cursor) -> BTreeSet<&str> {
        self.keys(|key, last| last.at > cursor.at || last.at == cursor.at && !cursor.keys.contains(key))
    }

    /// Documents that have the newest instant. Where they are many they are not kept, and read once more later.
    pub(super) fn keys_at_newest(&self) -> BTreeSet<String> {
        let keys = self.keys(|_, last| last.at == self.newest);
        let few = keys.len() <= limits::CURSOR_KEYS;
        keys.into_iter().filter(|_| few).map(str::to_owned).collect()
    }

    fn keys(&self, wanted: impl Fn(&str, &Last) -> bool) -> BTreeSet<&str> {
        let wanted = self.documents.iter().filter(|(key, last)| wanted(key, last));
        wanted.map(|(key, _)| key.as_str()).collect()
    }
}
