//! A folder that follows a catalog which is kept elsewhere, as the nodes of a service do.
//!
//! The folder is made to say just what it is given: what it knew beside that is forgotten. Segments are fetched first, each
//! checked, and then the state is replaced in one step, so a reader sees the catalog before or the catalog after.

use std::{collections::BTreeSet, fs, io::Write, path::Path};

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    Segment, State, StateError, Store, files,
    segment::{Meta, SegmentError},
    state::{Loaded, decode},
    transfer::{ArrivalError, check},
};

/// Reads the text of a state, as [`encode`] wrote it.
///
/// # Errors
/// [`StateError::Damaged`] and [`StateError::NewerFormat`].
pub fn parse(text: &[u8]) -> Result<State, StateError> {
    decode(text, Path::new("the published catalog"))
}

/// The text of a state, for other nodes. What this folder is about to remove is its own concern and left out.
///
/// # Errors
/// Where it cannot be written as JSON: a fault of Limpid.
pub fn encode(state: &State) -> Result<Vec<u8>, serde_json::Error> {
    let mut state = state.clone();
    state.retired.clear();
    serde_json::to_vec(&state)
}

/// Makes the folder of `store` follow `state`. Segments that are missing are asked of `fetch`, which writes one to a path
/// where nothing is yet.
///
/// # Errors
/// [`ArrivalError`]; then the folder says what it said before. Whatever `fetch` fails with comes out unchanged.
pub fn follow<E: From<ArrivalError>>(
    store: &Store,
    state: &State,
    fetch: &mut dyn FnMut(&Digest, &Path) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<(), E> {
    let temporary = store.temporary_directory().map_err(ArrivalError::from)?;
    for (feed, loaded) in named_segments(state) {
        if store.segment(&loaded.segment).is_ok_and(|segment| is_of(&segment, feed, loaded)) {
            continue;
        }
        bring(store, &temporary, feed, loaded, fetch)?;
    }
    let replaced: Result<(), StateError> = store.commit(now, |local| {
        let retired = std::mem::take(&mut local.retired);
        *local = State { retired, ..state.clone() };
        Ok(())
    });
    Ok(replaced.map_err(ArrivalError::from)?)
}

/// Replaces those of these segments that the folder of `store` names and that are not what they should be, to their last
/// byte. `fetch` is asked as by [`follow`]. Whoever has one of them open goes on with what he has.
///
/// # Errors
/// [`ArrivalError`], and whatever `fetch` fails with.
pub fn mend<E: From<ArrivalError>>(
    store: &Store,
    segments: &BTreeSet<Digest>,
    fetch: &mut dyn FnMut(&Digest, &Path) -> Result<(), E>,
) -> Result<(), E> {
    let temporary = store.temporary_directory().map_err(ArrivalError::from)?;
    let state = store.read().map_err(ArrivalError::from)?;
    for (feed, loaded) in named_segments(&state).filter(|(_, loaded)| segments.contains(&loaded.segment)) {
        if verified(&loaded.segment, &store.segment_path(&loaded.segment)).is_err() {
            bring(store, &temporary, feed, loaded, fetch)?;
        }
    }
    Ok(())
}

/// Fetches a segment, and gives it its place.
fn bring<E: From<ArrivalError>>(
    store: &Store,
    temporary: &Path,
    feed: &str,
    loaded: &Loaded,
    fetch: &mut dyn FnMut(&Digest, &Path) -> Result<(), E>,
) -> Result<(), E> {
    let path = temporary.join(format!("part-{}-{}", loaded.segment.short(), std::process::id()));
    files::remove(&path).map_err(ArrivalError::from)?;
    fetch(&loaded.segment, &path)?;
    let kept = keep(store, feed, loaded, &path);
    files::remove(&path).map_err(ArrivalError::from)?;
    Ok(kept?)
}

/// Makes sure that a segment of a feed is in the folder of `store`, also where its state does not refer to it: then it goes
/// again after a time of grace. `fetch` is asked as by [`follow`].
///
/// # Errors
/// [`ArrivalError`], and whatever `fetch` fails with.
pub fn provide<E: From<ArrivalError>>(
    store: &Store,
    feed: &str,
    segment: &Digest,
    fetch: &mut dyn FnMut(&Digest, &Path) -> Result<(), E>,
) -> Result<Loaded, E> {
    let temporary = store.temporary_directory().map_err(ArrivalError::from)?;
    if let Ok(meta) = store.segment(segment).and_then(|known| known.meta()) {
        return Ok(described(store, feed, segment, meta)?);
    }
    let path = temporary.join(format!("part-{}-{}", segment.short(), std::process::id()));
    files::remove(&path).map_err(ArrivalError::from)?;
    fetch(segment, &path)?;
    let kept = verified(segment, &path).and_then(|meta| place(store, segment, &path).map(|()| meta));
    files::remove(&path).map_err(ArrivalError::from)?;
    Ok(described(store, feed, segment, kept?)?)
}

fn described(store: &Store, feed: &str, segment: &Digest, meta: Meta) -> Result<Loaded, ArrivalError> {
    if meta.feed != feed {
        return Err(ArrivalError::Wrong(format!("segment {} is not of {feed}", segment.short())));
    }
    let bytes = fs::metadata(store.segment_path(segment))?.len();
    Ok(Loaded::new(segment.clone(), bytes, meta))
}

/// Every segment that the state refers to, with its feed.
fn named_segments(state: &State) -> impl Iterator<Item = (&str, &Loaded)> {
    state.feeds.iter().flat_map(|(feed, record)| {
        let candidate = record.quarantine.iter().filter_map(|quarantine| quarantine.candidate.as_ref());
        let past = record.data.operations().iter().map(|operation| &operation.value);
        past.chain(candidate).map(|loaded| (feed.as_str(), loaded))
    })
}

fn is_of(segment: &Segment, feed: &str, loaded: &Loaded) -> bool {
    segment.meta().is_ok_and(|meta| check(feed, loaded, &meta).is_ok())
}

/// Checks what was fetched to its end, and gives it its place.
fn keep(store: &Store, feed: &str, loaded: &Loaded, path: &Path) -> Result<(), ArrivalError> {
    let meta = verified(&loaded.segment, path)?;
    check(feed, loaded, &meta)?;
    place(store, &loaded.segment, path)
}

fn verified(segment: &Digest, path: &Path) -> Result<Meta, ArrivalError> {
    let meta = Segment::open(path).and_then(|opened| opened.verify(segment));
    meta.map_err(|error: SegmentError| ArrivalError::Wrong(error.to_string()))
}

fn place(store: &Store, segment: &Digest, path: &Path) -> Result<(), ArrivalError> {
    fs::File::open(path)?.sync_all()?;
    let place = store.segment_path(segment);
    // A link where that can be; the bytes are the same and never change.
    if fs::hard_link(path, &place).is_err() {
        let mut copy = files::temporary(&store.temporary_directory()?)?;
        std::io::copy(&mut fs::File::open(path)?, &mut copy)?;
        copy.flush()?;
        copy.as_file().sync_all()?;
        files::keep(copy, &place)?;
    }
    Ok(files::synchronise_folder(&place)?)
}
