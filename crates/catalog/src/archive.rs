//! The catalog as one file, for machines without a network.
//!
//! A plain tar archive: `catalog.json`, then `segments/<hex>.segment`, sorted. (Segments are compressed in themselves.)
//! The same state gives the same bytes.

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
    transfer::{Arrival, ArrivalError, Incoming, is_here, open, put_in_force, read_bounded},
};

const CATALOG: &str = "catalog.json";

/// Writes the data in force, with what is known of upstream, to `out`.
///
/// # Errors
/// [`ArrivalError::State`] and [`ArrivalError::Unreadable`].
pub fn export(store: &Store, out: &mut dyn Write) -> Result<(), ArrivalError> {
    let state = store.read()?.portable();
    let mut text = serde_json::to_vec(&state).map_err(io::Error::from)?;
    text.push(b'\n');
    let mut archive = tar::Builder::new(out);
    append(&mut archive, CATALOG, text.len() as u64, &mut text.as_slice())?;
    let segments: BTreeMap<&Digest, &Loaded> =
        state.segments().map(|loaded| (&loaded.segment, loaded)).collect();
    for (digest, loaded) in segments {
        let mut file = open(store, loaded)?;
        append(&mut archive, &format!("segments/{}.segment", digest.hex()), loaded.bytes, &mut file)?;
    }
    archive.finish()?;
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
    let mut archive = tar::Archive::new(archive);
    let mut entries = archive.entries()?;
    let first = entries.next().ok_or_else(|| wrong("the archive is empty"))?;
    let mut first = first?;
    if &*first.path_bytes() != CATALOG.as_bytes() {
        return Err(wrong("not an archive of a catalog: catalog.json is not its first file"));
    }
    let state = decode(&read_bounded(&mut first, limits::CATALOG_BYTES)?, Path::new(CATALOG))?.portable();
    let mut missing: BTreeMap<String, &Loaded> = state
        .segments()
        .map(|loaded| (format!("segments/{}.segment", loaded.segment.hex()), loaded))
        .collect();
    for entry in entries {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let loaded = missing.remove(&name).ok_or_else(|| wrong(&format!("unexpected file {name}")))?;
        let mut incoming = Incoming::new(store, loaded)?;
        io::copy(&mut entry, &mut incoming)?;
        incoming.finish(store, loaded)?;
    }
    for (name, loaded) in missing {
        if !is_here(store, loaded)? {
            return Err(wrong(&format!("{name} is missing")));
        }
    }
    put_in_force(store, state, force, now)
}

fn append(
    archive: &mut tar::Builder<&mut dyn Write>,
    name: &str,
    size: u64,
    from: &mut dyn Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    archive.append_data(&mut header, name, from)
}

fn wrong(what: &str) -> ArrivalError {
    ArrivalError::Wrong(what.to_owned())
}
