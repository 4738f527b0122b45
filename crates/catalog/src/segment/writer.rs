//! Writes segments.
//!
//! Records come in any order and are sorted here. What does not fit into a bounded memory is sorted on the disk: of each
//! text forty bytes stay in memory, of entries none. So three million entries need less than 512 MB in all.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use limpid_core::{Advisory, Affected, Digest, advisory::Record, digest::Hasher, feed::FeedHead};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Meta, SegmentError,
    blocks::BlockWriter,
    entries::{self, Body},
    layout::{Extent, Header, SECTIONS},
    sorter::{Row, Sorter},
    text_store::Texts,
    texts::TextBlock,
};
use crate::{files, limits};

/// Collects the records of one feed.
#[derive(Debug)]
pub struct SegmentWriter {
    feed: String,
    parser_revision: String,
    directory: PathBuf,
    texts: Texts,
    rows: Sorter,
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

impl SegmentWriter {
    /// A segment of `feed`, read by a parser of this revision, on its way into `directory`, which must be on the file
    /// system of its final place.
    pub fn new(
        feed: impl Into<String>,
        parser_revision: impl Into<String>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::with_memory(feed, parser_revision, directory, limits::SORT_BYTES)
    }

    /// The same with so many bytes of memory for what is sorted. It makes no difference to the segment.
    pub fn with_memory(
        feed: impl Into<String>,
        parser_revision: impl Into<String>,
        directory: impl Into<PathBuf>,
        most: usize,
    ) -> Self {
        let directory = directory.into();
        Self {
            feed: feed.into(),
            parser_revision: parser_revision.into(),
            texts: Texts::new(&directory),
            rows: Sorter::new(directory.clone(), most),
            directory,
        }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// [`SegmentError::NoPackage`], [`SegmentError::TooLarge`] and [`SegmentError::Io`].
    pub fn add(&mut self, record: &Record) -> Result<(), SegmentError> {
        if record.affected.is_empty() {
            return Err(SegmentError::NoPackage { id: record.advisory.id.clone() });
        }
        self.add_statements(&record.advisory, &record.affected)
    }

    /// Adds what an advisory says about some packages.
    pub(crate) fn add_statements(
        &mut self,
        advisory: &Advisory,
        affected: &[Affected],
    ) -> Result<(), SegmentError> {
        let text = encode(advisory, "an advisory's text")?;
        let (text, order) = self.texts.add(&text).map_err(|error| failed(&self.directory, error))?;
        affected.iter().try_for_each(|affected| self.add_entry(affected, text, &order))
    }

    fn add_entry(&mut self, affected: &Affected, text: u32, order: &[u8]) -> Result<(), SegmentError> {
        let what = "what an advisory says about a package";
        let body = Body {
            names: affected.names,
            range: affected.range.clone(),
            only: affected.only.clone(),
            stance: affected.stance.clone(),
        };
        let body = encode(&body, what)?;
        let (namespace, package) = (affected.namespace.as_bytes(), affected.package.as_bytes());
        if namespace.len() + package.len() + body.len() > limits::BLOCK_BYTES_MOST as usize / 2 {
            return Err(SegmentError::TooLarge { what });
        }
        let added = self.rows.add([namespace, package, order, &body], text);
        added.map_err(|error| failed(&self.directory, error))
    }

    /// Writes the segment to a temporary file.
    ///
    /// # Errors
    /// [`SegmentError::Io`] and [`SegmentError::TooLarge`].
    pub fn finish(self, head: FeedHead) -> Result<NewSegment, SegmentError> {
        let directory = self.directory.clone();
        self.write(head).map_err(|error| failed(&directory, error))
    }

    fn write(mut self, head: FeedHead) -> io::Result<NewSegment> {
        self.texts.close();
        let mut file = files::temporary(&self.directory)?;
        // The head stands before the entries and counts them.
        let mut entries = Entries::new(tempfile::tempfile_in(&self.directory)?)?;
        let texts = &mut self.texts;
        self.rows.finish(&mut |row| entries.push(row, texts.name(row.text)?))?;
        let (entry_blocks, mut entry_file, counts) = entries.finish()?;
        let meta = meta_of(self.feed, self.parser_revision, head, counts);

        let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
        out.write_all(&Header::default().encode())?;
        let text = serde_json::to_vec(&meta)?;
        out.write_all(&text)?;
        let head = (text.len() as u64, xxh3_64(&text));
        entry_file.rewind()?;
        io::copy(&mut entry_file, &mut out)?;
        let text_blocks = write_texts(texts, &mut out)?;
        let [entries, entry_index] = finish_section(entry_blocks, &mut out)?;
        let [texts, text_index] = finish_section(text_blocks, &mut out)?;
        let header = header_of([head, entries, texts, entry_index, text_index]);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header.encode())?;
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        let digest = digest_of(file.as_file_mut())?;
        Ok(NewSegment { file, digest, meta })
    }
}

/// The entries of a segment, as they come: written in blocks, and counted.
struct Entries {
    out: BufWriter<File>,
    blocks: BlockWriter,
    block: Vec<u8>,
    first: (Vec<u8>, Vec<u8>),
    counts: BTreeMap<Vec<u8>, u64>,
}

impl Entries {
    fn new(file: File) -> io::Result<Self> {
        let (out, blocks) = (BufWriter::with_capacity(1 << 18, file), BlockWriter::new()?);
        Ok(Self { out, blocks, block: Vec::new(), first: Default::default(), counts: BTreeMap::new() })
    }

    fn push(&mut self, row: &Row, text: u32) -> io::Result<()> {
        if self.block.is_empty() {
            self.first.0.clone_from(&row.namespace);
            self.first.1.clone_from(&row.package);
        }
        match self.counts.get_mut(&row.namespace) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(row.namespace.clone(), 1)),
        }
        entries::push(&mut self.block, &row.namespace, &row.package, text, &row.body);
        if self.block.len() >= limits::BLOCK_BYTES { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.blocks.write((&self.first.0, &self.first.1), &self.block, &mut self.out)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<(BlockWriter, File, BTreeMap<Vec<u8>, u64>)> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((self.blocks, file, self.counts))
    }
}

fn meta_of(feed: String, parser_revision: String, head: FeedHead, counts: BTreeMap<Vec<u8>, u64>) -> Meta {
    let records = counts.values().sum();
    let mut coverage: BTreeMap<String, u64> =
        head.covers.into_iter().map(|namespace| (namespace, 0)).collect();
    let counted = counts.into_iter();
    coverage
        .extend(counted.map(|(namespace, count)| (String::from_utf8_lossy(&namespace).into_owned(), count)));
    let FeedHead { covers: _, upstream_date, misfit, unread } = head;
    Meta { feed, parser_revision, upstream_date, misfit, unread, records, coverage }
}

fn write_texts(texts: &mut Texts, out: &mut dyn Write) -> io::Result<BlockWriter> {
    let mut blocks = BlockWriter::new()?;
    let mut block = TextBlock::default();
    let mut first = 0_u32;
    let mut number = 0_u32;
    texts.each(&mut |text| {
        block.push(text).ok_or(io::ErrorKind::FileTooLarge)?;
        number += 1;
        if block.len() >= limits::BLOCK_BYTES {
            let raw = block.take().ok_or(io::ErrorKind::FileTooLarge)?;
            blocks.write((b"", &first.to_be_bytes()), &raw, out)?;
            first = number;
        }
        Ok(())
    })?;
    if !block.is_empty() {
        let raw = block.take().ok_or(io::ErrorKind::FileTooLarge)?;
        blocks.write((b"", &first.to_be_bytes()), &raw, out)?;
    }
    Ok(blocks)
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

/// Read and not mapped: what is mapped counts as this process's memory.
fn digest_of(file: &mut File) -> io::Result<Digest> {
    file.rewind()?;
    let mut hasher = Hasher::sha256();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut buffer)?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(hasher.finish());
        }
        hasher.update(bytes);
    }
}

fn failed(directory: &Path, source: io::Error) -> SegmentError {
    if source.kind() == io::ErrorKind::FileTooLarge {
        SegmentError::TooLarge { what: "a feed" }
    } else {
        SegmentError::Io { path: directory.to_owned(), source }
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
