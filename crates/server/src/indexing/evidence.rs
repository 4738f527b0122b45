//! Evidence of layers in the store: rows that name packs, packs as blobs.

use std::fs::File;

use limpid_core::Digest;
use limpid_image::{
    evidence::{Pack, PackError},
    read::LayerEvidence,
};
use limpid_store::{
    BlobError, StoreError,
    evidence::{self, Evidence},
};

use super::IndexFailure;
use crate::{engine::Engine, fault};

/// Evidence that was found.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) pack: Pack,
    /// Whether the layer was read to its end.
    pub(super) is_whole: bool,
    /// Whether reading it again may give more, because there was no time for all of it.
    pub(super) is_cut_short: bool,
}

/// The evidence of a layer as it is read today. What turns out to be damaged is forgotten. What is missing is not: storage that
/// was mounted in the wrong place comes back.
pub(super) fn find(engine: &Engine, layer: &Digest) -> Result<Option<Known>, IndexFailure> {
    let row = engine.database.read(|tx| evidence::find(tx, layer, &engine.reading_revision))?;
    row.map_or(Ok(None), |row| open(engine, &row))
}

/// The rows of the evidence of layers as they are read today, in the order of the layers.
pub(super) fn rows(engine: &Engine, layers: &[&Digest]) -> Result<Vec<Option<Evidence>>, StoreError> {
    engine
        .database
        .read(|tx| layers.iter().map(|layer| evidence::find(tx, layer, &engine.reading_revision)).collect())
}

/// The evidence of a layer as it is read today, also where there was no time for all of it.
pub(super) fn find_part(engine: &Engine, layer: &Digest) -> Result<Option<Known>, IndexFailure> {
    if let Some(known) = find(engine, layer)? {
        return Ok(Some(known));
    }
    let row = engine.database.read(|tx| evidence::find(tx, layer, &cut_short(engine)))?;
    row.map_or(Ok(None), |row| open(engine, &row))
}

/// The revision of what was cut short: not that of today, so that nobody takes it for all that there is.
fn cut_short(engine: &Engine) -> String {
    format!("{} {CUT_SHORT}", engine.reading_revision)
}

const CUT_SHORT: &str = "cut short";

/// The evidence of a layer, whatever revision read it.
pub(super) fn find_any(engine: &Engine, layer: &Digest) -> Result<Option<Known>, IndexFailure> {
    let row = engine.database.read(|tx| evidence::find_any(tx, layer))?;
    row.map_or(Ok(None), |row| open(engine, &row))
}

/// Opens the evidence that a row names; see [`find`].
pub(super) fn open(engine: &Engine, row: &Evidence) -> Result<Option<Known>, IndexFailure> {
    let forget = |why: &str| {
        tracing::warn!(layer = %row.layer, "evidence is forgotten and will be read again: {why}");
        engine.database.write(|tx| evidence::forget(tx, &row.layer, &row.revision))
    };
    let file: File = match engine.blobs.open_file(&row.pack) {
        Ok(file) => file,
        Err(error @ BlobError::Missing(_)) => {
            tracing::warn!(layer = %row.layer, "evidence cannot be found: {error}");
            return Ok(None);
        }
        Err(error @ BlobError::Damaged(_)) => {
            forget(&error.to_string())?;
            return Ok(None);
        }
        Err(error @ (BlobError::Unavailable(_) | BlobError::Unusable(_) | BlobError::Store(_))) => {
            return Err(error.into());
        }
    };
    match Pack::open(file) {
        Ok(pack) => {
            let is_cut_short = row.revision.ends_with(CUT_SHORT);
            Ok(Some(Known { pack, is_whole: row.diff_id.is_some(), is_cut_short }))
        }
        Err(error @ PackError::Damaged(_)) => {
            forget(&error.to_string())?;
            Ok(None)
        }
        Err(error @ PackError::Io(_)) => Err(IndexFailure::Internal(error.to_string())),
    }
}

/// Keeps what was read of a layer, and opens it.
pub(super) fn keep(engine: &Engine, layer: &Digest, read: &LayerEvidence) -> Result<Known, IndexFailure> {
    let path = read.pack.path();
    let internal = |error: std::io::Error| IndexFailure::Internal(format!("{}: {error}", path.display()));
    let bytes = read.pack.as_file().metadata().map_err(internal)?.len();
    let row = Evidence {
        layer: layer.clone(),
        revision: if read.is_cut_short { cut_short(engine) } else { engine.reading_revision.clone() },
        diff_id: read.diff_id.clone(),
        pack: engine.blobs.put_file(path)?,
        bytes,
    };
    fault::point("index: pack put");
    let noted = engine.database.write(|tx| evidence::put(tx, &row));
    match noted {
        Ok(()) => {}
        // Garbage collection was just about to take a blob of these very bytes: put it once more.
        Err(StoreError::Stale(_)) => {
            engine.blobs.put_file(path)?;
            engine.database.write(|tx| evidence::put(tx, &row))?;
        }
        Err(error) => return Err(error.into()),
    }
    fault::point("index: evidence noted");
    open(engine, &row)?.ok_or_else(|| IndexFailure::Internal("what was just kept cannot be read".to_owned()))
}
