//! Writes a pack while its layer is read.
//!
//! Memory stays bounded: two blocks, and the index of the blocks and contents. A writer that is dropped before
//! [`PackWriter::finish`] leaves nothing behind.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use hashbrown::HashTable;
use limpid_core::{BlindSpot, Reason, digest::Hasher};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::Xxh3Default;
use zstd::{bulk::Compressor, zstd_safe::CParameter};

use super::{
    BLOCK_BYTES, Block, Content, ContentDigest, Index, Pack, PackError, PackFacts, header_bytes,
    listing::Encoder, trailer_magic,
};
use crate::{
    entry::{ContentId, Entry, EntryKind, EntrySink},
    limits::BLIND_SPOTS_PER_LAYER,
};

/// zstd's default level: evidence is small, and reading a layer has to stay cheap.
const LEVEL: i32 = 3;

/// Writes one pack to a temporary file.
pub struct PackWriter {
    file: NamedTempFile,
    compressor: Compressor<'static>,
    position: u64,
    checksum: Xxh3Default,
    /// Names evidence that is of no layer: digest of the listing and of the contents' digests.
    digest: Hasher,
    listing: Encoder,
    /// Small contents that wait until a block is full.
    pending: Vec<u8>,
    /// The contents, found by their digests.
    known: HashTable<ContentId>,
    index: Index,
    blind_spots_dropped: u64,
}

impl PackWriter {
    /// Begins a pack in this temporary file.
    pub fn new(file: NamedTempFile) -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        let mut writer = Self {
            file,
            compressor,
            position: 0,
            checksum: Xxh3Default::new(),
            digest: Hasher::sha256(),
            listing: Encoder::default(),
            pending: Vec::new(),
            known: HashTable::new(),
            index: Index::default(),
            blind_spots_dropped: 0,
        };
        writer.write(header_bytes().as_slice())?;
        Ok(writer)
    }

    /// Ends the pack. The file is whole then, but nobody has been told of it.
    pub(crate) fn finish(mut self, facts: Option<PackFacts>) -> io::Result<NamedTempFile> {
        self.flush_pending()?;
        if let Some(block) = self.listing.finish() {
            self.write_listing(&block)?;
        }
        if self.blind_spots_dropped > 0 {
            let more = format!("{} more parts of this layer could not be read", self.blind_spots_dropped);
            self.index
                .blind_spots
                .push(BlindSpot::new(Reason::OverBudget, "blind spots of a layer", more).into());
        }
        for content in &self.index.contents {
            self.digest.update(&content.digest);
        }
        self.index.digest = facts.is_none().then(|| self.digest.clone().finish());
        self.index.facts = facts;
        let raw = postcard::to_stdvec(&self.index).map_err(io::Error::other)?;
        let offset = self.position;
        let stored = self.compressor.compress(&raw)?;
        self.write(&stored)?;
        self.write(&offset.to_le_bytes())?;
        let checksum = self.checksum.digest();
        let file = self.file.as_file_mut();
        file.write_all(&checksum.to_le_bytes())?;
        file.write_all(&trailer_magic())?;
        Ok(self.file)
    }

    /// Ends a pack that is kept nowhere: the evidence of a bare root file system, or of a layer that cannot be had.
    pub fn finish_unstored(self) -> Result<Pack, PackError> {
        let file: File = self.finish(None)?.reopen()?;
        Pack::open(file)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_file_mut().write_all(bytes)?;
        self.checksum.update(bytes);
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn write_block(&mut self, raw: &[u8]) -> io::Result<Block> {
        let stored = self.compressor.compress(raw)?;
        let block = Block { offset: self.position, stored: length(stored.len())?, raw: length(raw.len())? };
        self.write(&stored)?;
        Ok(block)
    }

    fn write_listing(&mut self, raw: &[u8]) -> io::Result<()> {
        self.digest.update(raw);
        let block = self.write_block(raw)?;
        self.index.listing.push(block);
        Ok(())
    }

    fn flush_pending(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let block = self.write_block(&pending)?;
        self.index.blocks.push(block);
        self.pending = pending;
        self.pending.clear();
        Ok(())
    }

    fn keep_small(&mut self, bytes: &[u8]) -> io::Result<ContentId> {
        let digest: ContentDigest = Sha256::digest(bytes).into();
        if let Some(known) = self.known(&digest) {
            return Ok(known);
        }
        if self.pending.len() + bytes.len() > BLOCK_BYTES {
            self.flush_pending()?;
        }
        let offset = length(self.pending.len())?;
        self.pending.extend_from_slice(bytes);
        let block = length(self.index.blocks.len())?;
        self.add(Content { block, offset, size: bytes.len() as u64, digest })
    }

    /// Keeps a content that is larger than a block, in blocks of its own. That it was known already shows at its end;
    /// then its blocks are taken back.
    fn keep_large(&mut self, mut buffer: Vec<u8>, more: &mut dyn Read) -> io::Result<ContentId> {
        self.flush_pending()?;
        let (blocks, position, checksum) = (self.index.blocks.len(), self.position, self.checksum.clone());
        let (mut size, mut hasher) = (0_u64, Sha256::new());
        while !buffer.is_empty() {
            size += buffer.len() as u64;
            hasher.update(&buffer);
            let block = self.write_block(&buffer)?;
            self.index.blocks.push(block);
            buffer.clear();
            more.take(BLOCK_BYTES as u64).read_to_end(&mut buffer)?;
        }
        let digest: ContentDigest = hasher.finalize().into();
        if let Some(known) = self.known(&digest) {
            self.index.blocks.truncate(blocks);
            (self.position, self.checksum) = (position, checksum);
            let file = self.file.as_file_mut();
            file.set_len(position)?;
            file.seek(SeekFrom::Start(position))?;
            return Ok(known);
        }
        self.add(Content { block: length(blocks)?, offset: 0, size, digest })
    }

    fn known(&self, digest: &ContentDigest) -> Option<ContentId> {
        let is =
            |id: &ContentId| self.index.contents.get(id.0 as usize).is_some_and(|one| one.digest == *digest);
        self.known.find(hash(digest), is).copied()
    }

    fn add(&mut self, content: Content) -> io::Result<ContentId> {
        let id = ContentId(length(self.index.contents.len())?);
        self.index.contents.push(content);
        let contents = &self.index.contents;
        self.known.insert_unique(hash(&content.digest), id, |id| {
            contents.get(id.0 as usize).map_or(0, |content| hash(&content.digest))
        });
        Ok(id)
    }
}

impl EntrySink for PackWriter {
    fn keep(&mut self, content: &mut dyn Read) -> io::Result<ContentId> {
        let mut buffer = Vec::new();
        content.take(BLOCK_BYTES as u64).read_to_end(&mut buffer)?;
        if buffer.len() < BLOCK_BYTES { self.keep_small(&buffer) } else { self.keep_large(buffer, content) }
    }

    fn scratch(&mut self) -> io::Result<File> {
        self.file.path().parent().map_or_else(tempfile::tempfile, tempfile::tempfile_in)
    }

    fn entry(&mut self, entry: Entry) -> io::Result<()> {
        self.index.entries += 1;
        self.index.whiteouts += u64::from(matches!(entry.kind, EntryKind::Whiteout | EntryKind::Opaque));
        match self.listing.push(&entry) {
            Some(block) => self.write_listing(&block),
            None => Ok(()),
        }
    }

    fn blind_spot(&mut self, blind_spot: BlindSpot) {
        if self.index.blind_spots.len() < BLIND_SPOTS_PER_LAYER {
            self.index.blind_spots.push(blind_spot.into());
        } else {
            self.blind_spots_dropped += 1;
        }
    }
}

/// A digest is as good as any hash of it.
fn hash(digest: &ContentDigest) -> u64 {
    digest.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

fn length(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_large| io::Error::other("the evidence of one layer is too large"))
}
