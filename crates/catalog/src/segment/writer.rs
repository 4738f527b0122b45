//! Writes segments.
//!
//! Records come in any order and are sorted here, so memory is bounded by their encoded size: each text once, each
//! entry with 24 bytes beside it. That is some 30 MB for the 150,000 entries of a large feed.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::Path,
};

use limpid_core::{Affected, Digest, advisory::Record, digest::Hasher, feed::FeedHead};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Meta, SegmentError,
    blocks::BlockWriter,
    entries::{self, Body},
    layout::{Extent, Header, SECTIONS},
    texts::TextBlock,
};
use crate::{files, limits, map::Map};

/// Collects the records of one feed.
#[derive(Debug)]
pub struct SegmentWriter {
    feed: String,
    parser_revision: String,
    texts: HashMap<Vec<u8>, u32>,
    entries: Vec<Placed>,
    bytes: Vec<u8>,
}

/// A segment in a temporary file: whole, on the disk, and not yet at its place.
#[derive(Debug)]
pub struct NewSegment {
    /// The file.
    pub(crate) file: NamedTempFile,
    /// Its name.
    pub digest: Digest,
    /// What it says of itself.
    pub meta: Meta,
}

/// An entry whose namespace, package and body stand in the writer's bytes, one after the other.
#[derive(Debug, Clone, Copy)]
struct Placed {
    start: usize,
    namespace: u32,
    package: u32,
    body: u32,
    text: u32,
}

impl SegmentWriter {
    /// A segment of `feed`, read by a parser of this revision.
    pub fn new(feed: impl Into<String>, parser_revision: impl Into<String>) -> Self {
        Self {
            feed: feed.into(),
            parser_revision: parser_revision.into(),
            texts: HashMap::new(),
            entries: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// [`SegmentError::NoPackage`] and [`SegmentError::TooLarge`].
    pub fn add(&mut self, record: &Record) -> Result<(), SegmentError> {
        if record.affected.is_empty() {
            return Err(SegmentError::NoPackage { id: record.advisory.id.clone() });
        }
        let text = encode(&record.advisory, "an advisory's text")?;
        let next =
            u32::try_from(self.texts.len()).map_err(|_too_many| SegmentError::TooLarge { what: "a feed" })?;
        let text = *self.texts.entry(text).or_insert(next);
        record.affected.iter().try_for_each(|affected| self.add_entry(affected, text))
    }

    fn add_entry(&mut self, affected: &Affected, text: u32) -> Result<(), SegmentError> {
        let what = "what an advisory says about a package";
        let body = Body {
            names: affected.names,
            range: affected.range.clone(),
            only: affected.only.clone(),
            stance: affected.stance.clone(),
        };
        let body = encode(&body, what)?;
        let start = self.bytes.len();
        let parts = [affected.namespace.as_bytes(), affected.package.as_bytes(), &body];
        if parts.iter().map(|part| part.len()).sum::<usize>() > limits::BLOCK_BYTES_MOST as usize / 2 {
            return Err(SegmentError::TooLarge { what });
        }
        let [namespace, package, body] = parts.map(|part| {
            self.bytes.extend_from_slice(part);
            u32::try_from(part.len()).map_err(|_too_long| SegmentError::TooLarge { what })
        });
        let (namespace, package, body) = (namespace?, package?, body?);
        self.entries.push(Placed { start, namespace, package, body, text });
        Ok(())
    }

    /// Writes the segment to a temporary file in `directory`, which must be on the file system of its final place.
    ///
    /// # Errors
    /// [`SegmentError::Io`] and [`SegmentError::TooLarge`].
    pub fn finish(self, head: FeedHead, directory: &Path) -> Result<NewSegment, SegmentError> {
        let io_error = |source| SegmentError::Io { path: directory.to_owned(), source };
        let sorted = self.sort()?;
        let meta = sorted.meta(head);
        let mut file = files::temporary(directory).map_err(io_error)?;
        sorted.write(&meta, file.as_file_mut()).map_err(|source| {
            let too_large = source.kind() == io::ErrorKind::FileTooLarge;
            if too_large { SegmentError::TooLarge { what: "a feed" } } else { io_error(source) }
        })?;
        file.as_file().sync_all().map_err(io_error)?;
        let mut hasher = Hasher::sha256();
        hasher.update(&Map::of(file.as_file()).map_err(io_error)?);
        Ok(NewSegment { file, digest: hasher.finish(), meta })
    }

    fn sort(self) -> Result<Sorted, SegmentError> {
        let mut texts: Vec<(Vec<u8>, u32)> = self.texts.into_iter().collect();
        texts.sort_unstable();
        let mut rank = vec![0; texts.len()];
        for (place, (_, number)) in texts.iter().enumerate() {
            if let Some(rank) = rank.get_mut(*number as usize) {
                *rank = place;
            }
        }
        let rank_of = |entry: &Placed| rank.get(entry.text as usize).copied();
        let bytes = self.bytes;
        let mut entries = self.entries;
        let order = |a: &Placed, b: &Placed| {
            (a.key(&bytes), rank_of(a), a.body(&bytes)).cmp(&(b.key(&bytes), rank_of(b), b.body(&bytes)))
        };
        entries.sort_unstable_by(order);
        entries.dedup_by(|a, b| order(a, b).is_eq());
        // Texts get their numbers in the order in which the entries name them: those of one package lie together.
        let mut number = vec![None; texts.len()];
        let mut in_order = Vec::with_capacity(texts.len());
        for entry in &mut entries {
            // An entry that kept a number of before would tell another advisory's text.
            let found =
                rank_of(entry).and_then(|place| Some((number.get_mut(place)?, texts.get_mut(place)?)));
            let (number, text) = found.ok_or(SegmentError::TooLarge { what: "a feed" })?;
            entry.text = match *number {
                Some(number) => number,
                None => {
                    let next = u32::try_from(in_order.len())
                        .map_err(|_too_many| SegmentError::TooLarge { what: "a feed" })?;
                    in_order.push(std::mem::take(&mut text.0));
                    *number.insert(next)
                }
            };
        }
        Ok(Sorted { feed: self.feed, parser_revision: self.parser_revision, texts: in_order, entries, bytes })
    }
}

/// What a writer has, in the order in which it is written.
struct Sorted {
    feed: String,
    parser_revision: String,
    texts: Vec<Vec<u8>>,
    entries: Vec<Placed>,
    bytes: Vec<u8>,
}

impl Sorted {
    fn meta(&self, head: FeedHead) -> Meta {
        let mut coverage: BTreeMap<String, u64> =
            head.covers.into_iter().map(|namespace| (namespace, 0)).collect();
        let by_namespace =
            self.entries.chunk_by(|a, b| a.key(&self.bytes).0 == b.key(&self.bytes).0).filter_map(|chunk| {
                let namespace = chunk.first()?.key(&self.bytes).0;
                Some((String::from_utf8_lossy(namespace).into_owned(), chunk.len() as u64))
            });
        coverage.extend(by_namespace);
        Meta {
            feed: self.feed.clone(),
            parser_revision: self.parser_revision.clone(),
            upstream_date: head.upstream_date,
            misfit: head.misfit,
            unread: head.unread,
            records: self.entries.len() as u64,
            coverage,
        }
    }

    fn write(&self, meta: &Meta, file: &mut std::fs::File) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 18, file);
        out.write_all(&Header::default().encode())?;
        let meta = serde_json::to_vec(meta)?;
        out.write_all(&meta)?;
        let meta = (meta.len() as u64, xxh3_64(&meta));
        let entries = self.write_entries(&mut out)?;
        let texts = self.write_texts(&mut out)?;
        let [entries, entry_index] = finish_section(entries, &mut out)?;
        let [texts, text_index] = finish_section(texts, &mut out)?;
        let header = header_of([meta, entries, texts, entry_index, text_index]);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header.encode())?;
        out.flush()
    }

    fn write_entries(&self, out: &mut dyn Write) -> io::Result<BlockWriter> {
        let mut blocks = BlockWriter::new()?;
        let mut block = Vec::new();
        let mut first: Option<&Placed> = None;
        for entry in &self.entries {
            let (namespace, package) = entry.key(&self.bytes);
            entries::push(&mut block, namespace, package, entry.text, entry.body(&self.bytes));
            let first_key = first.get_or_insert(entry).key(&self.bytes);
            if block.len() >= limits::BLOCK_BYTES {
                blocks.write(first_key, &block, out)?;
                block.clear();
                first = None;
            }
        }
        if let Some(first) = first {
            blocks.write(first.key(&self.bytes), &block, out)?;
        }
        Ok(blocks)
    }

    fn write_texts(&self, out: &mut dyn Write) -> io::Result<BlockWriter> {
        let mut blocks = BlockWriter::new()?;
        let mut block = TextBlock::default();
        let mut first = 0_u32;
        let mut number = 0_u32;
        for text in &self.texts {
            block.push(text).ok_or(io::ErrorKind::FileTooLarge)?;
            number += 1;
            if block.len() >= limits::BLOCK_BYTES {
                let raw = block.take().ok_or(io::ErrorKind::FileTooLarge)?;
                blocks.write((b"", &first.to_be_bytes()), &raw, out)?;
                first = number;
            }
        }
        if !block.is_empty() {
            let raw = block.take().ok_or(io::ErrorKind::FileTooLarge)?;
            blocks.write((b"", &first.to_be_bytes()), &raw, out)?;
        }
        Ok(blocks)
    }
}

/// Writes the index of a section's blocks. Length and checksum of the blocks, and of the index.
fn finish_section(blocks: BlockWriter, out: &mut dyn Write) -> io::Result<[(u64, u64); 2]> {
    let written = blocks.written();
    let index = blocks.index();
    out.write_all(&index)?;
    Ok([(written, 0), (index.len() as u64, xxh3_64(&index))])
}

fn header_of(sections: [(u64, u64); SECTIONS]) -> Header {
    let mut start = super::layout::HEADER_BYTES as u64;
    Header(sections.map(|(length, checksum)| {
        let extent = Extent { start, length, checksum };
        start += length;
        extent
    }))
}

impl Placed {
    fn key<'a>(&self, bytes: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let rest = bytes.get(self.start..).unwrap_or_default();
        let (namespace, rest) = rest.split_at_checked(self.namespace as usize).unwrap_or_default();
        (namespace, rest.get(..self.package as usize).unwrap_or_default())
    }

    fn body<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.start + self.namespace as usize + self.package as usize;
        bytes.get(start..start + self.body as usize).unwrap_or_default()
    }
}

/// Encodes a value; one that would not fit into a block is refused.
fn encode(value: &impl serde::Serialize, what: &'static str) -> Result<Vec<u8>, SegmentError> {
    let bytes = postcard::to_stdvec(value).map_err(|_unencodable| SegmentError::TooLarge { what })?;
    if bytes.len() > limits::BLOCK_BYTES_MOST as usize / 2 {
        Err(SegmentError::TooLarge { what })
    } else {
        Ok(bytes)
    }
}
