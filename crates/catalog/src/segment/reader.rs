//! Reads segments.
//!
//! What comes out was under a checksum that matched, or is an error. Nothing is parsed to open a segment.

use std::{fs::File, io, path::Path, path::PathBuf, sync::OnceLock};

use limpid_core::{Advisory, Affected, Digest};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Meta, SegmentError,
    blocks::BlockIndex,
    entries::Entry,
    layout::{Extent, Header, NoHeader},
    texts::text_at,
};
use crate::map::Map;

/// A segment, open.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    map: Map,
    header: Header,
    indexes_match: OnceLock<bool>,
}

/// The statements of a segment, sorted by namespace and package. After an error it ends.
pub struct Statements<'a> {
    segment: &'a Segment,
    texts: Texts<'a>,
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
        Ok(Self { path: path.to_owned(), map, header, indexes_match: OnceLock::new() })
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

    /// All that the segment says about a package of a namespace, in a fixed order.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`].
    pub fn find(&self, namespace: &str, package: &str) -> Result<Vec<(Affected, Advisory)>, SegmentError> {
        let index = self.entry_index()?;
        let wanted = (namespace.as_bytes(), package.as_bytes());
        // The package's first entry may stand within the block before the first that begins with it.
        let after = index.partition_point(|key| key < wanted).ok_or_else(|| self.index_damaged())?;
        let end = index.partition_point(|key| key <= wanted).ok_or_else(|| self.index_damaged())?;
        let mut texts = Texts::of(self);
        let mut found = Vec::new();
        for block in after.saturating_sub(1)..end {
            for (affected, text) in self.entries_of(block, Some((namespace, package)))? {
                found.push((affected, texts.advisory(text)?));
            }
        }
        Ok(found)
    }

    /// Everything that the segment says, sorted by namespace and package.
    pub fn iter(&self) -> Statements<'_> {
        let pending = Vec::new().into_iter();
        Statements { segment: self, texts: Texts::of(self), block: 0, pending, failed: false }
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

    fn entry_index(&self) -> Result<BlockIndex<'_>, SegmentError> {
        let [.., entries, _] = self.header.0;
        self.index(entries)
    }

    fn text_index(&self) -> Result<BlockIndex<'_>, SegmentError> {
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

    /// The entries of a block; of one package, where one is given.
    fn entries_of(
        &self,
        block: usize,
        of: Option<(&str, &str)>,
    ) -> Result<Vec<(Affected, u32)>, SegmentError> {
        let line = self.entry_index()?.line(block).ok_or_else(|| self.index_damaged())?;
        let [_, section, ..] = self.header.0;
        let raw = line.read(self.section(section)?).map_err(|what| self.damaged(what))?;
        let broken = || self.damaged("an entry is not as it was written");
        let mut rest = raw.as_slice();
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let entry = Entry::take(&mut rest).ok_or_else(broken)?;
            if of.is_none_or(|wanted| wanted == (entry.namespace, entry.package)) {
                let body = entry.body().ok_or_else(broken)?;
                let (namespace, package) = (entry.namespace.to_owned(), entry.package.to_owned());
                entries.push((
                    Affected { namespace, package, names: body.names, range: body.range },
                    entry.text,
                ));
            }
        }
        Ok(entries)
    }

    fn section(&self, extent: Extent) -> Result<&[u8], SegmentError> {
        let start = usize::try_from(extent.start).ok();
        let end = extent.start.checked_add(extent.length).and_then(|end| usize::try_from(end).ok());
        let bytes = start.zip(end).and_then(|(start, end)| self.map.get(start..end));
        bytes.ok_or_else(|| self.damaged("a section is cut off"))
    }

    fn index_damaged(&self) -> SegmentError {
        self.damaged("the checksum of an index does not match")
    }

    fn damaged(&self, what: &'static str) -> SegmentError {
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
                return Ok(Some((affected, self.texts.advisory(text)?)));
            }
            if self.block >= self.segment.entry_index()?.len() {
                return Ok(None);
            }
            self.pending = self.segment.entries_of(self.block, None)?.into_iter();
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

/// Looks up texts by number. Keeps the last block: the texts of one package lie together.
struct Texts<'a> {
    segment: &'a Segment,
    kept: Option<(usize, u32, Vec<u8>)>,
}

impl<'a> Texts<'a> {
    fn of(segment: &'a Segment) -> Self {
        Self { segment, kept: None }
    }

    fn advisory(&mut self, number: u32) -> Result<Advisory, SegmentError> {
        let segment = self.segment;
        let index = segment.text_index()?;
        let key = number.to_be_bytes();
        let after =
            index.partition_point(|first| first.1 <= &key[..]).ok_or_else(|| segment.index_damaged())?;
        let block = after.checked_sub(1).ok_or_else(|| segment.index_damaged())?;
        if self.kept.as_ref().is_none_or(|(kept, ..)| *kept != block) {
            let line = index.line(block).ok_or_else(|| segment.index_damaged())?;
            let first = line.first_key.1.try_into().map(u32::from_be_bytes);
            let first = first.map_err(|_not_a_number| segment.index_damaged())?;
            let [_, _, section, ..] = segment.header.0;
            let raw = line.read(segment.section(section)?).map_err(|what| segment.damaged(what))?;
            self.kept = Some((block, first, raw));
        }
        let text = self.kept.as_ref().and_then(|(_, first, raw)| {
            let text = text_at(raw, number.checked_sub(*first)? as usize)?;
            postcard::from_bytes(text).ok()
        });
        text.ok_or_else(|| segment.damaged("a text is not as it was written"))
    }
}
