//! What export, import, push and pull have in common: a catalog arrives from elsewhere and is put in force in one step.
//!
//! Nothing of it is believed before it is checked: each segment has the digest by which it is called, can be read to
//! its end, and is what the arriving catalog says it is. Local feeds that did not arrive stay as they are.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    path::PathBuf,
};

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use serde::Serialize;

use crate::{
    Segment, SegmentError, State, StateError, Store, files,
    segment::{Meta, NewSegment},
    state::{FeedRecord, History, Loaded, Operation},
};

/// What became of the feeds that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// Feeds whose data is another than before, sorted.
    pub changed: Vec<String>,
    /// Feeds whose data is the same, or that arrived without any, sorted.
    pub unchanged: Vec<String>,
}

/// A catalog from elsewhere that was not put in force.
#[derive(Debug, thiserror::Error)]
pub enum ArrivalError {
    /// The local catalog cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// What arrived cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// What arrived is not what it claims to be.
    #[error("not accepted: {0}")]
    Wrong(String),
    /// The local data of these feeds is newer. To be forced, where going back is meant.
    #[error("older than what is in force here: {}", feeds.join(", "))]
    Older {
        /// The feeds.
        feeds: Vec<String>,
    },
}

/// Puts an arrived catalog in force, whose segments are all at their places. All of it or nothing.
pub(crate) fn put_in_force(
    store: &Store,
    arrived: State,
    force: bool,
    now: DateTime<Utc>,
) -> Result<Arrival, ArrivalError> {
    store.commit(now, |state| {
        let older: Vec<String> = arrived
            .feeds
            .iter()
            .filter(|(name, feed)| is_older(state, name, feed))
            .map(|(name, _)| name.clone())
            .collect();
        if !older.is_empty() && !force {
            return Err(ArrivalError::Older { feeds: older });
        }
        let mut arrival = Arrival::default();
        for (name, feed) in arrived.feeds {
            let changed =
                adopt_feed(state.feeds.entry(name.clone()).or_default(), feed, older.contains(&name), now);
            if changed { &mut arrival.changed } else { &mut arrival.unchanged }.push(name);
        }
        for (id, history) in arrived.discoveries {
            let local = state.discoveries.entry(id).or_default();
            adopt_latest(local, &history, now);
        }
        Ok(arrival)
    })
}

fn is_older(state: &State, name: &str, feed: &FeedRecord) -> bool {
    let local = state.feeds.get(name).and_then(|record| record.data.latest());
    let newer = |(local, arrived): (&Operation<Loaded>, &Operation<Loaded>)| {
        local.value.segment != arrived.value.segment && local.known_until > arrived.known_until
    };
    local.zip(feed.data.latest()).is_some_and(newer)
}

/// Takes over what is known about a feed. Whether its data changed.
fn adopt_feed(local: &mut FeedRecord, arrived: FeedRecord, going_back: bool, now: DateTime<Utc>) -> bool {
    let before = local.data.latest().map(|data| data.value.segment.clone());
    match arrived.data.latest() {
        // Local data is never lost to a catalog that has none.
        None if before.is_some() => return false,
        None => {}
        Some(operation) if going_back => {
            local.data.record(now, operation.value.clone());
        }
        Some(_) => adopt_latest(&mut local.data, &arrived.data, now),
    }
    let asked_later =
        arrived.asked.as_ref().map(|asked| asked.at) >= local.asked.as_ref().map(|asked| asked.at);
    if asked_later || going_back {
        *local = FeedRecord { data: std::mem::take(&mut local.data), ..arrived };
    }
    local.data.latest().map(|data| data.value.segment.clone()) != before
}

/// Takes over what held last elsewhere, unless something newer holds here. A clock elsewhere that is ahead must not make
/// data fresh for longer than it is.
fn adopt_latest<T: Clone + PartialEq>(local: &mut History<T>, arrived: &History<T>, now: DateTime<Utc>) {
    let Some(latest) = arrived.latest() else { return };
    let Operation { at, known_until, value } = latest.clone();
    let latest = Operation { at: at.min(now), known_until: known_until.min(now), value };
    if local
        .latest()
        .is_none_or(|local| local.value == latest.value || local.known_until <= latest.known_until)
    {
        local.adopt(&latest);
    }
}

/// A segment on its way in.
pub(crate) struct Incoming {
    file: tempfile::NamedTempFile,
    path: PathBuf,
    left: u64,
}

impl Incoming {
    pub(crate) fn new(store: &Store, expected: &Loaded) -> Result<Self, ArrivalError> {
        let file = files::temporary(&store.temporary_directory()?)?;
        Ok(Self { path: file.path().to_owned(), file, left: expected.bytes })
    }

    /// Checks the segment against what the arriving catalog says of it, and gives it its place.
    pub(crate) fn finish(self, store: &Store, feed: &str, expected: &Loaded) -> Result<(), ArrivalError> {
        self.file.as_file().sync_all()?;
        let meta = Segment::open(&self.path).and_then(|segment| segment.verify(&expected.segment));
        let meta = meta.map_err(|error| ArrivalError::Wrong(reason(&expected.segment, &error)))?;
        check(feed, expected, &meta)?;
        store.keep_segment(NewSegment { file: self.file, digest: expected.segment.clone(), meta })?;
        Ok(())
    }
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "a segment is longer than announced")
        })?;
        self.file.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Whether a segment is here already, whole, and what the arriving catalog says it is.
pub(crate) fn is_here(store: &Store, feed: &str, expected: &Loaded) -> Result<bool, ArrivalError> {
    let verified = store.segment(&expected.segment).and_then(|segment| segment.verify(&expected.segment));
    let Ok(meta) = verified else { return Ok(false) };
    check(feed, expected, &meta).map(|()| true)
}

/// Whether a segment is what a catalog says it is.
pub(crate) fn check(feed: &str, expected: &Loaded, meta: &Meta) -> Result<(), ArrivalError> {
    let found = Loaded::new(expected.segment.clone(), expected.bytes, meta.clone());
    if meta.feed == feed && *expected == found {
        return Ok(());
    }
    Err(ArrivalError::Wrong(format!(
        "segment {} is not the data of {feed} that is announced",
        expected.segment.short()
    )))
}

/// The segments in force, each with its feed, sorted by digest.
pub(crate) fn in_force(state: &State) -> BTreeMap<&Digest, (&str, &Loaded)> {
    let feeds = state.feeds.iter();
    let latest = feeds.filter_map(|(feed, record)| Some((feed.as_str(), &record.data.latest()?.value)));
    latest.map(|(feed, loaded)| (&loaded.segment, (feed, loaded))).collect()
}

fn reason(digest: &Digest, error: &SegmentError) -> String {
    match error {
        SegmentError::Damaged { what, .. } => format!("segment {}: {what}", digest.short()),
        SegmentError::NewerFormat { found, .. } => {
            format!("segment {}: a newer format, {found}", digest.short())
        }
        SegmentError::Io { .. }
        | SegmentError::Missing { .. }
        | SegmentError::NoPackage { .. }
        | SegmentError::TooLarge { .. } => error.to_string(),
    }
}

/// Reads at most so many bytes; more is an error.
pub(crate) fn read_bounded(from: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Opens a segment that is in force here, to send it away.
pub(crate) fn open(store: &Store, loaded: &Loaded) -> Result<File, ArrivalError> {
    Ok(File::open(store.segment_path(&loaded.segment))?)
}
