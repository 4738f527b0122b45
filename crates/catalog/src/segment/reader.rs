//! Reads segments.
//!
//! What comes out was under a checksum that matched, or is an error. Nothing is parsed to open a segment.

use std::{
    cmp::Ordering,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use limpid_core::{Advisory, Affected, AffectedRange, Digest, advisory::Names};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Meta, SegmentError,
    blocks::{BlockCache, BlockIndex},
    entries::{Body, Entry},
    layout::{Extent, Header, NoHeader},
    texts::text_at,
};
use crate::map::Map;

/// A segment, open.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    map: Map,
    pub(super) header: Header,
    indexes_match: OnceLock<bool>,
    entry_blocks: BlockCache,
    text_blocks: BlockCache,
}

/// The statements of a segment, sorted by namespace and package. After an error it ends.
pub struct Statements<'a> {
    segment: &'a Segment,
    block: usize,
    pending: std::vec::IntoIter<(Affected, u32)>,
    failed: bool,
}

impl Segment {
    /// Opens a segment: maps it and reads its header.
    ///
    /// # Errors
    /// Any [`SegmentError`] of a file.
    pub fn open(path: &Path) -> Result<Self, SegmentError> {
        let opened = File::open(path).and_then(|file| Map::of(&file));
        let map = opened.map_err(|source| {
            let path = path.to_owned();
            let missing = source.kind() == io::ErrorKind::NotFound;
            if missing { SegmentError::Missing { path } } else { SegmentError::Io { path, source } }
        })?;
        let header = Header::decode(&map).map_err(|why| match why {
            NoHeader::NewerFormat(found) => SegmentError::NewerFormat { path: path.to_owned(), found },
            NoHeader::Damaged(what) => SegmentError::Damaged { path: path.to_owned(), what },
        })?;
        let (entry_blocks, text_blocks) = <(BlockCache, BlockCache)>::default();
        Ok(Self {
            path: path.to_owned(),
            map,
            header,
            indexes_match: OnceLock::new(),
            entry_blocks,
            text_blocks,
        })
    }

    /// What the segment says of itself.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`].
    pub fn meta(&self) -> Result<Meta, SegmentError> {
        let [meta, ..] = self.header.0;
        let bytes = self.section(meta)?;
        if xxh3_64(bytes) != meta.checksum {
            return Err(self.damaged("the checksum of its head does not match"));
        }
        serde_json::from_slice(bytes).map_err(|_not_so| self.damaged("its head is not as it was written"))
    }

    /// What the segment says about a package of a namespace, as far as it is wanted, in a fixed order. The texts of what
    /// is not wanted are not read, which would be most of the work.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`].
    pub fn find(
        &self,
        namespace: &str,
        package: &str,
        wanted: &mut dyn FnMut(&Affected) -> bool,
    ) -> Result<Vec<(Affected, Advisory)>, SegmentError> {
        let index = self.entry_index()?;
        let sought = (namespace.as_bytes(), package.as_bytes());
        // The package's first entry may stand within the block before the first that begins with it.
        let after = index.partition_point(|key| key < sought).ok_or_else(|| self.index_damaged())?;
        let end = index.partition_point(|key| key <= sought).ok_or_else(|| self.index_damaged())?;
        // One value serves all entries: most of them are looked at once and forgotten.
        let mut affected = Affected::new(namespace, package, Names::Source, AffectedRange::NeverAffected);
        let mut found = Vec::new();
        for block in after.saturating_sub(1)..end {
            let raw = self.entry_block(block)?;
            let mut rest = &*raw;
            while !rest.is_empty() {
                let entry = Entry::take(&mut rest).ok_or_else(|| self.entry_damaged())?;
                match entry.key.cmp(&sought) {
                    Ordering::Less => continue,
                    Ordering::Equal => {}
                    Ordering::Greater => break,
                }
                let body = entry.body().ok_or_else(|| self.entry_damaged())?;
                let Body { names, range, only, stance } = body;
                (affected.names, affected.range, affected.only, affected.stance) =
                    (names, range, only, stance);
                if wanted(&affected) {
                    found.push((affected.clone(), self.advisory(entry.text)?));
                }
            }
        }
        Ok(found)
    }

    /// Everything that the segment says, sorted by namespace and package.
    pub fn iter(&self) -> Statements<'_> {
        let pending = Vec::new().into_iter();
        Statements { segment: self, block: 0, pending, failed: false }
    }

    /// Reads the segment whole: its bytes must have the digest, and every block must be readable.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`].
    pub fn verify(&self, digest: &Digest) -> Result<Meta, SegmentError> {
        let mut hasher = digest.hasher();
        hasher.update(&self.map);
        if hasher.finish() != *digest {
            return Err(self.damaged("its digest is another one"));
        }
        let meta = self.meta()?;
        let mut records = 0;
        for statement in self {
            statement?;
            records += 1;
        }
        if records == meta.records {
            Ok(meta)
        } else {
            Err(self.damaged("it has not the records that it says"))
        }
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    pub(super) fn entry_index(&self) -> Result<BlockIndex<'_>, SegmentError> {
        let [.., entries, _] = self.header.0;
        self.index(entries)
    }

    pub(super) fn text_index(&self) -> Result<BlockIndex<'_>, SegmentError> {
        let [.., texts] = self.header.0;
        self.index(texts)
    }

    fn index(&self, extent: Extent) -> Result<BlockIndex<'_>, SegmentError> {
        let matches = *self.indexes_match.get_or_init(|| {
            let [.., entries, texts] = self.header.0;
            [entries, texts]
                .into_iter()
                .all(|extent| self.section(extent).is_ok_and(|bytes| xxh3_64(bytes) == extent.checksum))
        });
        let index = if matches { BlockIndex::new(self.section(extent)?) } else { None };
        index.ok_or_else(|| self.index_damaged())
    }

    /// All entries of a block.
    fn entries_of(&self, block: usize) -> Result<Vec<(Affected, u32)>, SegmentError> {
        let raw = self.entry_block(block)?;
        let mut rest = &*raw;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let entry = Entry::take(&mut rest).ok_or_else(|| self.entry_damaged())?;
            let body = entry.body().ok_or_else(|| self.entry_damaged())?;
            let (namespace, package) = entry.names().ok_or_else(|| self.entry_damaged())?;
            let (namespace, package) = (namespace.to_owned(), package.to_owned());
            let Body { names, range, only, stance } = body;
            entries.push((Affected { namespace, package, names, range, only, stance }, entry.text));
        }
        Ok(entries)
    }

    pub(super) fn entry_block(&self, block: usize) -> Result<Arc<[u8]>, SegmentError> {
        let line = self.entry_index()?.line(block).ok_or_else(|| self.index_damaged())?;
        self.entry_blocks.get_or_read(block, || {
            let [_, section, ..] = self.header.0;
            line.read(self.section(section)?).map_err(|what| self.damaged(what))
        })
    }

    pub(super) fn entry_damaged(&self) -> SegmentError {
        self.damaged("an entry is not as it was written")
    }

    fn advisory(&self, number: u32) -> Result<Advisory, SegmentError> {
        let index = self.text_index()?;
        let key = number.to_be_bytes();
        let after = index.partition_point(|first| first.1 <= &key[..]).ok_or_else(|| self.index_damaged())?;
        let block = after.checked_sub(1).ok_or_else(|| self.index_damaged())?;
        let line = index.line(block).ok_or_else(|| self.index_damaged())?;
        let raw = self.text_blocks.get_or_read(block, || {
            let [_, _, section, ..] = self.header.0;
            line.read(self.section(section)?).map_err(|what| self.damaged(what))
        })?;
        let first = line.first_key.1.try_into().ok().map(u32::from_be_bytes);
        let place = first.and_then(|first| number.checked_sub(first));
        let text = place.and_then(|place| text_at(&raw, place as usize));
        let advisory = text.and_then(|text| postcard::from_bytes(text).ok());
        advisory.ok_or_else(|| self.damaged("a text is not as it was written"))
    }

    pub(super) fn section(&self, extent: Extent) -> Result<&[u8], SegmentError> {
        let start = usize::try_from(extent.start).ok();
        let end = extent.start.checked_add(extent.length).and_then(|end| usize::try_from(end).ok());
        let bytes = start.zip(end).and_then(|(start, end)| self.map.get(start..end));
        bytes.ok_or_else(|| self.damaged("a section is cut off"))
    }

    pub(super) fn index_damaged(&self) -> SegmentError {
        self.damaged("the checksum of an index does not match")
    }

    pub(super) fn damaged(&self, what: &'static str) -> SegmentError {
        SegmentError::Damaged { path: self.path.clone(), what }
    }
}

impl<'a> IntoIterator for &'a Segment {
    type Item = Result<(Affected, Advisory), SegmentError>;
    type IntoIter = Statements<'a>;

    fn into_iter(self) -> Statements<'a> {
        self.iter()
    }
}

impl Statements<'_> {
    fn advance(&mut self) -> Result<Option<(Affected, Advisory)>, SegmentError> {
        loop {
            if let Some((affected, text)) = self.pending.next() {
                return Ok(Some((affected, self.segment.advisory(text)?)));
            }
            if self.block >= self.segment.entry_index()?.len() {
                return Ok(None);
            }
            self.pending = self.segment.entries_of(self.block)?.into_iter();
            self.block += 1;
        }
    }
}

impl Iterator for Statements<'_> {
    type Item = Result<(Affected, Advisory), SegmentError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}
