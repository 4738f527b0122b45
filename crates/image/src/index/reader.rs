//! Reads contents out of the evidence, and parses them or remembers the parse.

use std::sync::Arc;

use limpid_core::{Detector, FilePath, Parsed};

use super::{IndexError, memo::Memo};
use crate::{
    evidence::{Pack, PackError},
    tree::ContentAt,
};

/// The evidence of one image, and what was parsed of others.
pub(super) struct Reader<'a> {
    pub(super) packs: &'a [Pack],
    pub(super) memo: &'a Memo,
}

impl Reader<'_> {
    /// What a detector says about a content at a path.
    pub(super) fn parse(
        &self,
        detector: &'static Detector,
        path: &FilePath,
        at: ContentAt,
    ) -> Result<Arc<Parsed>, IndexError> {
        self.of(at, |pack| {
            let digest = pack.content_digest(at.id).ok_or(PackError::Damaged("no such content"))?;
            self.memo.parse(detector, path, digest, || pack.content(at.id))
        })
    }

    /// A content, whole.
    pub(super) fn content(&self, at: ContentAt) -> Result<Vec<u8>, IndexError> {
        self.of(at, |pack| pack.content(at.id))
    }

    fn of<T>(
        &self,
        at: ContentAt,
        read: impl FnOnce(&Pack) -> Result<T, PackError>,
    ) -> Result<T, IndexError> {
        let layer = usize::from(at.layer);
        let pack = self.packs.get(layer).ok_or(PackError::Damaged("no such layer"));
        pack.and_then(read).map_err(|source| IndexError::Evidence { layer, source })
    }
}
