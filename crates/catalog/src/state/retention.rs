//! Which files may go: segments that no operation refers to any more, and what killed processes left behind.
//!
//! Nothing goes at once. A segment is retired first and removed after a time of grace, so a reader that read the
//! catalog before can still open it, and a writer can still put it in force.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use super::{State, StateError, Store};
use crate::{files, limits};

/// Retires what is not referred to, and returns what has been retired for long enough.
pub(super) fn retire(
    store: &Store,
    state: &mut State,
    now: DateTime<Utc>,
) -> Result<Vec<Digest>, StateError> {
    let referred: BTreeSet<Digest> = state.segments().map(|loaded| loaded.segment.clone()).collect();
    let present: BTreeSet<Digest> =
        names(&store.segments())?.iter().filter_map(|name| digest_of(name)).collect();
    state.retired.retain(|digest, _| present.contains(digest) && !referred.contains(digest));
    for digest in present.difference(&referred) {
        state.retired.entry(digest.clone()).or_insert(now);
    }
    let expired = |since: DateTime<Utc>| {
        now.signed_duration_since(since).to_std().is_ok_and(|age| age >= limits::GRACE)
    };
    Ok(state.retired.extract_if(.., |_, since| expired(*since)).map(|(digest, _)| digest).collect())
}

/// Removes expired segments, and temporary files that are older than the grace.
pub(super) fn remove(store: &Store, expired: &[Digest], now: DateTime<Utc>) -> Result<(), StateError> {
    let leftovers = names(&store.temporary())?.into_iter().map(|name| store.temporary().join(name));
    let leftovers: Vec<PathBuf> = leftovers.filter(|path| is_old(path, now)).collect();
    for path in expired.iter().map(|digest| store.segment_path(digest)).chain(leftovers) {
        let removed = store.step("retention: remove").and_then(|()| files::remove(&path));
        removed.map_err(|source| StateError::Io { path, source })?;
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>, StateError> {
    let io_error = |source: io::Error| StateError::Io { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error)? {
        // A name that is not text is none of ours.
        if let Ok(name) = entry.map_err(io_error)?.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

fn digest_of(name: &str) -> Option<Digest> {
    format!("sha256:{}", name.strip_suffix(".segment")?).parse().ok()
}

fn is_old(path: &Path, now: DateTime<Utc>) -> bool {
    // A file that cannot be looked at is left where it is; it does no harm there.
    let modified = fs::metadata(path).and_then(|found| found.modified()).map(DateTime::<Utc>::from);
    let age = modified.map(|modified| now.signed_duration_since(modified).to_std());
    matches!(age, Ok(Ok(age)) if age >= limits::GRACE)
}
