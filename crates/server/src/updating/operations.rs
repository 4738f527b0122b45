//! What an update operation changed: two sorted segments, walked side by side.

use limpid_catalog::{
    Segment, SegmentError,
    segment::{self, Change},
};
use limpid_core::Digest;
use limpid_store::catalog::UpdateOperation;
use uuid::Uuid;

use super::UpdateFailure;
use crate::engine::Engine;

/// The statements that differ between two operations, in order. Without `before`, everything that is there at `after` was
/// added. Holds no more than the statements about one package. Blocks.
///
/// # Errors
/// [`UpdateFailure`].
pub fn diff(
    engine: &Engine,
    before: Option<&UpdateOperation>,
    after: &UpdateOperation,
    sink: &mut dyn FnMut(Change),
) -> Result<(), UpdateFailure> {
    let from = before.map(|operation| segment(engine, &operation.after)).transpose()?;
    between(from.as_ref(), &segment(engine, &after.after)?, sink)
}

/// The statements that differ between two segments.
pub(crate) fn between(
    from: Option<&Segment>,
    to: &Segment,
    sink: &mut dyn FnMut(Change),
) -> Result<(), UpdateFailure> {
    let damaged = |error: SegmentError| UpdateFailure::Local(error.to_string());
    let Some(from) = from else {
        for statement in to {
            let (affected, advisory) = statement.map_err(damaged)?;
            sink(Change::Added(affected, advisory));
        }
        return Ok(());
    };
    segment::diff(from, to, sink).map_err(damaged)
}

/// A segment, from the folder of this node or, where it is not in force here any more, from the blobs.
pub(crate) fn segment(engine: &Engine, digest: &Digest) -> Result<Segment, UpdateFailure> {
    if let Ok(segment) = engine.catalog.store().segment(digest) {
        return Ok(segment);
    }
    let path = engine.temporary().join(format!("segment-{}", Uuid::new_v4()));
    engine.blobs.fetch_to(digest, &path)?;
    let opened = Segment::open(&path).map_err(|error| UpdateFailure::Local(error.to_string()));
    // An open segment needs no name any more.
    std::fs::remove_file(&path)
        .map_err(|error| UpdateFailure::Local(format!("{}: {error}", path.display())))?;
    opened
}
