//! The pack: one file with the evidence of one layer.
//!
//! ```text
//! magic, version   8 + 4 bytes
//! blocks           zstd frames with checksums: listing blocks and content blocks, in any order
//! index            one zstd frame: postcard of [`Index`]
//! trailer          offset of the index, xxh3 of all bytes before, magic
//! ```
//! Numbers are little-endian. A pack without a whole trailer, or whose checksum differs, is [`PackError::Damaged`].
//! Equal layers read with equal wants give equal bytes: nothing of the machine or the time is in a pack.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use limpid_core::{BlindSpot, Digest};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::entry::ContentId;

pub mod listing;
mod varint;
pub mod writer;

const MAGIC: [u8; 8] = *b"LMPDPACK";
const VERSION: u32 = 1;
const HEADER_BYTES: u64 = 12;
const TRAILER_BYTES: u64 = 28;

/// Uncompressed bytes of a block: small enough that a lone small file costs little to read, large enough to compress
/// well.
const BLOCK_BYTES: usize = 128 << 10;

/// Uncompressed bytes that an index may have. Larger than that of a layer that is nothing but wanted files.
const INDEX_BYTES: usize = 1 << 30;

/// What is known of the layer of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFacts {
    /// Digest of the uncompressed layer.
    pub diff_id: Digest,
    /// Size of the uncompressed layer, in bytes.
    pub unpacked_size: u64,
}

/// Why a pack cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The bytes are not what was written: read the layer again.
    #[error("the evidence is damaged: {0}")]
    Damaged(&'static str),
    /// The file could not be read.
    #[error("the evidence cannot be read")]
    Io(#[source] io::Error),
}

/// A file that ends too early is a damaged one.
impl From<io::Error> for PackError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Damaged("cut off") } else { Self::Io(error) }
    }
}

/// The SHA-256 of a content: its identity, over layers and images.
pub type ContentDigest = [u8; 32];

/// Where a content is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Content {
    /// Its first content block; a content that fills it goes on in the next ones.
    block: u32,
    /// Where it begins in that block, uncompressed.
    offset: u32,
    /// Its length in bytes.
    size: u64,
    digest: ContentDigest,
}

/// Where a block is in the file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Block {
    offset: u64,
    stored: u32,
    raw: u32,
}

/// What the end of a pack says about the rest.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    facts: Option<PackFacts>,
    /// Entries of the listing.
    entries: u64,
    /// Those of them that are whiteouts or opaque directories.
    whiteouts: u64,
    listing: Vec<Block>,
    blocks: Vec<Block>,
    contents: Vec<Content>,
    blind_spots: Vec<StoredBlindSpot>,
    /// Digest of the listing and the contents, for packs that are no layer's.
    digest: Option<Digest>,
}

/// A blind spot in a form that does not change when the report's does: the reason is its word, not a number.
#[derive(Debug, Serialize, Deserialize)]
struct StoredBlindSpot {
    reason: String,
    subject: String,
    detail: String,
    packages: u64,
}

impl From<BlindSpot> for StoredBlindSpot {
    fn from(spot: BlindSpot) -> Self {
        let BlindSpot { reason, subject, detail, packages, .. } = spot;
        Self { reason: reason.as_str().to_owned(), subject, detail, packages }
    }
}

impl TryFrom<StoredBlindSpot> for BlindSpot {
    type Error = PackError;

    fn try_from(spot: StoredBlindSpot) -> Result<Self, PackError> {
        let reason = spot.reason.parse().map_err(|_unknown| PackError::Damaged("a blind spot's reason"))?;
        Ok(Self { packages: spot.packages, ..Self::new(reason, spot.subject, spot.detail) })
    }
}

/// An open pack. Cheap to clone; several threads may read it.
#[derive(Debug, Clone)]
pub struct Pack(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    file: Mutex<File>,
    index: Index,
    blind_spots: Vec<BlindSpot>,
    /// The content block that was read last: neighbours are mostly read one after the other.
    last: Mutex<Option<(u32, Arc<[u8]>)>>,
}

impl Pack {
    /// Opens a pack and checks the whole of it against its checksum.
    pub fn open(mut file: File) -> Result<Self, PackError> {
        let length = file.seek(SeekFrom::End(0))?;
        let (index_offset, index_length) = verify(&mut file, length)?;
        file.seek(SeekFrom::Start(index_offset))?;
        let mut stored =
            vec![0; usize::try_from(index_length).map_err(|_large| PackError::Damaged("index"))?];
        file.read_exact(&mut stored)?;
        let raw = zstd::bulk::Decompressor::upper_bound(&stored).unwrap_or(0);
        if raw > INDEX_BYTES {
            return Err(PackError::Damaged("index too large"));
        }
        let raw = zstd::bulk::decompress(&stored, raw).map_err(|_error| PackError::Damaged("index frame"))?;
        let mut index: Index = postcard::from_bytes(&raw).map_err(|_error| PackError::Damaged("index"))?;
        let stored = std::mem::take(&mut index.blind_spots);
        let blind_spots = stored.into_iter().map(BlindSpot::try_from).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Opened { file: Mutex::new(file), index, blind_spots, last: Mutex::new(None) })))
    }

    /// What is known of the layer; `None` where the evidence is of no layer (a bare root file system, or a layer that
    /// cannot be had).
    pub fn facts(&self) -> Option<&PackFacts> {
        self.0.index.facts.as_ref()
    }

    /// Digest of the listing and the contents: names evidence that is of no layer.
    pub fn digest(&self) -> Option<&Digest> {
        self.0.index.digest.as_ref()
    }

    /// How many entries the listing has.
    pub fn entry_count(&self) -> u64 {
        self.0.index.entries
    }

    /// Whether any entry is a whiteout or an opaque directory.
    pub fn has_whiteouts(&self) -> bool {
        self.0.index.whiteouts > 0
    }

    /// What could not be read of the layer.
    pub fn blind_spots(&self) -> &[BlindSpot] {
        &self.0.blind_spots
    }

    /// The entries, in the order of the layer.
    pub fn entries(&self) -> listing::Entries<'_> {
        listing::Entries::new(self)
    }

    /// The digest of a content, without reading it.
    pub fn content_digest(&self, id: ContentId) -> Option<&ContentDigest> {
        self.content_at(id).map(|content| &content.digest)
    }

    /// The size of a content in bytes, without reading it.
    pub fn content_size(&self, id: ContentId) -> Option<u64> {
        self.content_at(id).map(|content| content.size)
    }

    /// Reads a content whole.
    pub fn content(&self, id: ContentId) -> Result<Vec<u8>, PackError> {
        let content = self.content_at(id).ok_or(PackError::Damaged("no such content"))?;
        let size = usize::try_from(content.size).map_err(|_large| PackError::Damaged("content too large"))?;
        let mut bytes = Vec::with_capacity(size.min(64 << 20));
        let (mut block, mut offset) = (content.block, content.offset as usize);
        while bytes.len() < size {
            let raw = self.content_block(block)?;
            let rest =
                raw.get(offset..).filter(|rest| !rest.is_empty()).ok_or(PackError::Damaged("content"))?;
            bytes.extend_from_slice(rest.get(..size - bytes.len()).unwrap_or(rest));
            (block, offset) = (block.wrapping_add(1), 0);
        }
        Ok(bytes)
    }

    fn content_at(&self, id: ContentId) -> Option<&Content> {
        self.0.index.contents.get(id.0 as usize)
    }

    fn content_block(&self, number: u32) -> Result<Arc<[u8]>, PackError> {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, raw)) = last.as_ref()
            && *known == number
        {
            return Ok(Arc::clone(raw));
        }
        let block = self.0.index.blocks.get(number as usize).ok_or(PackError::Damaged("no such block"))?;
        let raw: Arc<[u8]> = self.read_block(block)?.into();
        *last = Some((number, Arc::clone(&raw)));
        Ok(raw)
    }

    fn listing_block(&self, number: usize) -> Option<Result<Vec<u8>, PackError>> {
        self.0.index.listing.get(number).map(|block| self.read_block(block))
    }

    fn read_block(&self, block: &Block) -> Result<Vec<u8>, PackError> {
        let mut stored = vec![0; block.stored as usize];
        {
            let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(block.offset))?;
            file.read_exact(&mut stored)?;
        }
        let raw = zstd::bulk::decompress(&stored, block.raw as usize)
            .map_err(|_error| PackError::Damaged("a block does not decompress"))?;
        if raw.len() == block.raw as usize { Ok(raw) } else { Err(PackError::Damaged("a block is short")) }
    }
}

/// Checks frame and checksum; returns offset and length of the index.
fn verify(file: &mut File, length: u64) -> Result<(u64, u64), PackError> {
    let body = length.checked_sub(TRAILER_BYTES).ok_or(PackError::Damaged("cut off"))?;
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Xxh3Default::new();
    let mut header = [0; HEADER_BYTES as usize];
    file.read_exact(&mut header)?;
    hasher.update(&header);
    if header != *header_bytes() {
        return Err(PackError::Damaged("not a pack of this version"));
    }
    let mut buffer = vec![0; BLOCK_BYTES];
    let mut rest = body.saturating_sub(HEADER_BYTES);
    while rest > 0 {
        let part = usize::try_from(rest).unwrap_or(usize::MAX).min(buffer.len());
        let part = buffer.get_mut(..part).unwrap_or_default();
        file.read_exact(part)?;
        hasher.update(part);
        rest -= part.len() as u64;
    }
    let mut trailer = [0; TRAILER_BYTES as usize];
    file.read_exact(&mut trailer)?;
    let number = |at: usize| {
        let bytes = trailer.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u64::from_le_bytes).ok_or(PackError::Damaged("trailer"))
    };
    let (offset, checksum) = (number(0)?, number(8)?);
    hasher.update(&offset.to_le_bytes());
    if trailer.get(16..) != Some(trailer_magic().as_slice()) || checksum != hasher.digest() {
        return Err(PackError::Damaged("checksum"));
    }
    let index_length = body.checked_sub(offset).ok_or(PackError::Damaged("index offset"))?;
    Ok((offset, index_length))
}

fn header_bytes() -> Box<[u8; HEADER_BYTES as usize]> {
    let mut bytes = Box::new([0; HEADER_BYTES as usize]);
    for (to, from) in bytes.iter_mut().zip(MAGIC.into_iter().chain(VERSION.to_le_bytes())) {
        *to = from;
    }
    bytes
}

/// The last twelve bytes: another order than at the beginning, so that a file that is all header is no pack.
fn trailer_magic() -> Vec<u8> {
    VERSION.to_le_bytes().into_iter().chain(MAGIC).collect()
}
