//! The catalog as one file, for machines without a network.
//!
//! A tar archive: `catalog.digest`, `catalog.json`, which has that digest, and `segments/<hex>.segment`, sorted.
//! (Segments are compressed in themselves.) The same state gives the same bytes.

mod tar;

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    path::Path,
};

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    Store, limits,
    state::{Loaded, decode},
    transfer::{Arrival, ArrivalError, Incoming, in_force, is_here, open, put_in_force, read_bounded},
};

const DIGEST: &str = "catalog.digest";
const CATALOG: &str = "catalog.json";
/// More than the length of any digest's text.
const DIGEST_BYTES: u64 = 256;

/// Writes the data in force, with what is known of upstream, to `out`.
///
/// # Errors
/// [`ArrivalError::State`] and [`ArrivalError::Unreadable`].
pub fn export(store: &Store, out: &mut dyn Write) -> Result<(), ArrivalError> {
    let state = store.read()?.portable();
    let mut text = serde_json::to_vec(&state).map_err(io::Error::from)?;
    text.push(b'\n');
    let digest = format!("{}\n", Digest::of(&text));
    tar::append(out, DIGEST, digest.len() as u64, &mut digest.as_bytes())?;
    tar::append(out, CATALOG, text.len() as u64, &mut text.as_slice())?;
    for (_, loaded) in in_force(&state).values() {
        let mut file = open(store, loaded)?;
        tar::append(out, &name_of(loaded), loaded.bytes, &mut file)?;
    }
    tar::finish(out)?;
    Ok(())
}

/// Checks an archive to its end, then puts what it has in force in one step. Feeds that it lacks stay as they are.
///
/// # Errors
/// [`ArrivalError`]; then nothing is changed. An archive that is older than what is in force is taken with `force` only.
pub fn import(
    store: &Store,
    archive: &mut dyn Read,
    force: bool,
    now: DateTime<Utc>,
) -> Result<Arrival, ArrivalError> {
    let mut files = tar::Files::of(archive);
    let mut next = |name: &str, most| {
        let found = files.next()?;
        if found.as_deref() != Some(name) {
            return Err(wrong(&format!("not the archive of a catalog: {name} is not where it should be")));
        }
        Ok(read_bounded(&mut files, most)?)
    };
    let digest = next(DIGEST, DIGEST_BYTES)?;
    let text = next(CATALOG, limits::CATALOG_BYTES)?;
    if digest.trim_ascii_end() != Digest::of(&text).as_str().as_bytes() {
        return Err(wrong("catalog.json is damaged: its digest is another one"));
    }
    let state = decode(&text, Path::new(CATALOG))?.portable();
    let mut missing: BTreeMap<String, (&str, &Loaded)> =
        in_force(&state).into_values().map(|(feed, loaded)| (name_of(loaded), (feed, loaded))).collect();
    while let Some(name) = files.next()? {
        let (feed, loaded) =
            missing.remove(&name).ok_or_else(|| wrong(&format!("unexpected file {name}")))?;
        let mut incoming = Incoming::new(store, loaded)?;
        io::copy(&mut files, &mut incoming)?;
        incoming.finish(store, feed, loaded)?;
    }
    for (name, (feed, loaded)) in missing {
        if !is_here(store, feed, loaded)? {
            return Err(wrong(&format!("{name} is missing")));
        }
    }
    put_in_force(store, state, force, now)
}

fn name_of(loaded: &Loaded) -> String {
    format!("segments/{}.segment", loaded.segment.hex())
}

fn wrong(what: &str) -> ArrivalError {
    ArrivalError::Wrong(what.to_owned())
}
