//! Blocks and their index: compressed pieces of a section, found by binary search over their first keys.
//!
//! An index is a count, one fixed-size line per block, and the bytes of the keys. A block's bytes are handed out only
//! after its checksum matched.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use xxhash_rust::xxh3::xxh3_64;

use super::layout::{take_u32, take_u64};
use crate::limits;

/// What blocks are sorted by: namespace and package, or nothing and the number of a text.
pub(super) type Key<'a> = (&'a [u8], &'a [u8]);

const LINE_BYTES: usize = 4 * 5 + 8 * 2;

/// One line of an index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) first_key: Key<'a>,
    start: u64,
    stored: u32,
    raw: u32,
    checksum: u64,
}

/// An index whose checksum matched.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockIndex<'a> {
    count: usize,
    lines: &'a [u8],
    keys: &'a [u8],
}

impl<'a> BlockIndex<'a> {
    pub(super) fn new(mut section: &'a [u8]) -> Option<Self> {
        let count = usize::try_from(take_u32(&mut section)?).ok()?;
        let (lines, keys) = section.split_at_checked(count.checked_mul(LINE_BYTES)?)?;
        Some(Self { count, lines, keys })
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn line(&self, number: usize) -> Option<Line<'a>> {
        let start = number.checked_mul(LINE_BYTES)?;
        let mut line = self.lines.get(start..start.checked_add(LINE_BYTES)?)?;
        let key_start = usize::try_from(take_u32(&mut line)?).ok()?;
        let first = usize::try_from(take_u32(&mut line)?).ok()?;
        let second = usize::try_from(take_u32(&mut line)?).ok()?;
        let (first, rest) = self.keys.get(key_start..)?.split_at_checked(first)?;
        Some(Line {
            first_key: (first, rest.get(..second)?),
            raw: take_u32(&mut line)?,
            stored: take_u32(&mut line)?,
            start: take_u64(&mut line)?,
            checksum: take_u64(&mut line)?,
        })
    }

    /// How many blocks from the first on begin with a key for which `before` holds. `None`: the index is damaged.
    pub(super) fn partition_point(&self, before: impl Fn(Key<'_>) -> bool) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.line(middle)?.first_key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low)
    }
}

impl Line<'_> {
    /// The block, checked and decompressed. `Err` says what is wrong with it.
    pub(super) fn read(&self, section: &[u8]) -> Result<Vec<u8>, &'static str> {
        let start = usize::try_from(self.start).ok();
        let stored = usize::try_from(self.stored).ok();
        let end = start.zip(stored).and_then(|(start, stored)| start.checked_add(stored));
        let bytes =
            start.zip(end).and_then(|(start, end)| section.get(start..end)).ok_or("a block is cut off")?;
        if xxh3_64(bytes) != self.checksum {
            return Err("a block's checksum does not match");
        }
        if self.raw > limits::BLOCK_BYTES_MOST {
            return Err("a block is larger than any that is written");
        }
        let raw = decompress(bytes, self.raw as usize)
            .map_err(|_ignored: io::Error| "a block does not decompress")?;
        if raw.len() == self.raw as usize { Ok(raw) } else { Err("a block is shorter than it was") }
    }
}

fn decompress(bytes: &[u8], most: usize) -> io::Result<Vec<u8>> {
    thread_local! {
        // A decompressor's working memory is larger than a block; making it anew would cost more than its work.
        static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(zstd::bulk::Decompressor::new()?),
        };
        decompressor.decompress(bytes, most)
    })
}

/// Blocks of one section that were read lately. The packages of an image lie in few blocks, and share texts: one
/// vulnerability of a library is one of many packages.
#[derive(Debug, Default)]
pub(super) struct BlockCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    blocks: HashMap<usize, Arc<[u8]>>,
    bytes: usize,
}

impl BlockCache {
    /// A block: the one that is kept, or else what `read` gives.
    pub(super) fn get_or_read<E>(
        &self,
        block: usize,
        read: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Arc<[u8]>, E> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(raw) = cached.blocks.get(&block) {
            return Ok(Arc::clone(raw));
        }
        let raw: Arc<[u8]> = read()?.into();
        // Starting anew is as good as anything cleverer: it happens once in a thousand blocks.
        if cached.bytes + raw.len() > limits::BLOCK_CACHE_BYTES {
            *cached = Cached::default();
        }
        cached.bytes += raw.len();
        cached.blocks.insert(block, Arc::clone(&raw));
        Ok(raw)
    }
}

/// Writes the blocks of one section to a file, and keeps its index.
pub(super) struct BlockWriter {
    compressor: zstd::bulk::Compressor<'static>,
    lines: Vec<u8>,
    keys: Vec<u8>,
    count: u32,
    written: u64,
}

impl BlockWriter {
    pub(super) fn new() -> io::Result<Self> {
        let compressor = zstd::bulk::Compressor::new(limits::COMPRESSION_LEVEL)?;
        Ok(Self { compressor, lines: Vec::new(), keys: Vec::new(), count: 0, written: 0 })
    }

    /// Writes one block.
    pub(super) fn write(&mut self, first_key: Key<'_>, raw: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let stored = self.compressor.compress(raw)?;
        out.write_all(&stored)?;
        let line = [self.keys.len(), first_key.0.len(), first_key.1.len(), raw.len(), stored.len()];
        for number in line {
            let number = u32::try_from(number).map_err(|_too_large| io::ErrorKind::FileTooLarge)?;
            self.lines.extend(number.to_le_bytes());
        }
        self.lines.extend(self.written.to_le_bytes());
        self.lines.extend(xxh3_64(&stored).to_le_bytes());
        self.keys.extend_from_slice(first_key.0);
        self.keys.extend_from_slice(first_key.1);
        self.count = self.count.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        self.written += stored.len() as u64;
        Ok(())
    }

    /// Bytes of the blocks that were written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The index of what was written.
    pub(super) fn index(self) -> Vec<u8> {
        [&self.count.to_le_bytes()[..], &self.lines, &self.keys].concat()
    }
}
