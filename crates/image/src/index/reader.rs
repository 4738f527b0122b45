//! Reads contents out of the evidence, and parses them or remembers the parse.

use std::sync::Arc;

use limpid_core::{Detector, FilePath, Parsed};

use super::{
    IndexError,
    memo::{Contents, Memo},
};
use crate::{
    evidence::{Pack, PackError, pack::ContentDigest},
    tree::ContentAt,
};

/// The evidence of one image, and what was parsed of others.
pub(super) struct Reader<'a> {
    pub(super) packs: &'a [Pack],
    pub(super) memo: &'a Memo,
}

impl Reader<'_> {
    /// What a detector says about a content at a path, with those of the files that belong to it.
    pub(super) fn parse(
        &self,
        detector: &'static Detector,
        path: &FilePath,
        at: ContentAt,
        companions: &[(&'static str, ContentAt)],
    ) -> Result<Arc<Parsed>, IndexError> {
        let mut digests = vec![("", self.digest(at)?)];
        for (ending, at) in companions {
            digests.push((ending, self.digest(*at)?));
        }
        self.memo.parse(detector, path, digests, || {
            let mut contents = Contents { main: self.content(at)?, companions: Vec::new() };
            for (ending, at) in companions {
                contents.companions.push((ending, self.content(*at)?));
            }
            Ok(contents)
        })
    }

    /// The digest of a content.
    pub(super) fn digest(&self, at: ContentAt) -> Result<ContentDigest, IndexError> {
        self.of(at, |pack| pack.content_digest(at.id).copied().ok_or(PackError::Damaged("no such content")))
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
