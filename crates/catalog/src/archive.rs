//! The catalog as one file, for machines without a network.
//!
//! A tar archive: `catalog.digest`, `catalog.json`, which has that digest, and `segments/<hex>.segment`, sorted.
//! (Segments are compressed in themselves.) The same state gives the same bytes.

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
    let mut archive = tar::Builder::new(out);
    append(&mut archive, DIGEST, digest.len() as u64, &mut digest.as_bytes())?;
    append(&mut archive, CATALOG, text.len() as u64, &mut text.as_slice())?;
    for (_, loaded) in in_force(&state).values() {
        append(&mut archive, &name_of(loaded), loaded.bytes, &mut open(store, loaded)?)?;
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
    let mut next = |name: &str, most| {
        let entry = entries.next().transpose()?.filter(|entry| &*entry.path_bytes() == name.as_bytes());
        let mut entry = entry.ok_or_else(|| {
            wrong(&format!("not the archive of a catalog: {name} is not where it should be"))
        })?;
        Ok::<_, ArrivalError>(read_bounded(&mut entry, most)?)
    };
    let digest = next(DIGEST, DIGEST_BYTES)?;
    let text = next(CATALOG, limits::CATALOG_BYTES)?;
    if digest.trim_ascii_end() != Digest::of(&text).as_str().as_bytes() {
        return Err(wrong("catalog.json is damaged: its digest is another one"));
    }
    let state = decode(&text, Path::new(CATALOG))?.portable();
    let mut missing: BTreeMap<String, (&str, &Loaded)> =
        in_force(&state).into_values().map(|(feed, loaded)| (name_of(loaded), (feed, loaded))).collect();
    for entry in entries {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (feed, loaded) =
            missing.remove(&name).ok_or_else(|| wrong(&format!("unexpected file {name}")))?;
        let mut incoming = Incoming::new(store, loaded)?;
        io::copy(&mut entry, &mut incoming)?;
        incoming.finish(store, feed, loaded)?;
    }
    for (name, (feed, loaded)) in missing {
        if !is_here(store, feed, loaded)? {
            return Err(wrong(&format!("{name} is missing")));
        }
    }
    put_in_force(store, state, force, now)
}

fn append(
    archive: &mut tar::Builder<&mut dyn Write>,
    name: &str,
    size: u64,
    content: &mut dyn Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    // The builder pads what it is given; a file that grew or shrank must not shift what follows.
    let mut content = content.take(size);
    archive.append_data(&mut header, name, &mut content)?;
    if content.limit() == 0 {
        Ok(())
    } else {
        Err(io::Error::other(format!("{name} is shorter than it was")))
    }
}

fn name_of(loaded: &Loaded) -> String {
    format!("segments/{}.segment", loaded.segment.hex())
}

fn wrong(what: &str) -> ArrivalError {
    ArrivalError::Wrong(what.to_owned())
}
