//! The listing: every entry of a layer, in its order, as a stream of blocks.
//!
//! An entry is: the number of bytes that its path shares with the one before, the rest of the path, its kind, and what
//! the kind needs. Each block begins without a path before it, so it reads by itself. Paths are borrowed from the
//! reader: a listing of millions of entries is walked without an allocation per entry.

use super::{BLOCK_BYTES, Pack, PackError, varint};
use crate::entry::{ContentId, Entry, EntryKind, FileEntry, Program};

/// One entry, borrowed from the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// Its normalised path ([`limpid_core::FilePath`]).
    pub path: &'a [u8],
    /// What it is.
    pub kind: KindView<'a>,
}

/// [`EntryKind`], borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindView<'a> {
    /// A directory.
    Directory,
    /// A regular file.
    File(FileEntry),
    /// A symbolic link to this target, as written.
    Symlink(&'a [u8]),
    /// A hard link to the file at this normalised path.
    HardLink(&'a [u8]),
    /// A device, a pipe or a socket.
    Other,
    /// What lower layers have at the path is gone.
    Whiteout,
    /// What lower layers have in the directory is gone.
    Opaque,
}

const DIRECTORY: u8 = 0;
const FILE: u8 = 1;
const EXECUTABLE: u8 = 2;
const SYMLINK: u8 = 3;
const HARD_LINK: u8 = 4;
const OTHER: u8 = 5;
const WHITEOUT: u8 = 6;
const OPAQUE: u8 = 7;
const PROGRAM: u8 = 8;
const PACKED: u8 = 9;

/// Turns entries into blocks.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    block: Vec<u8>,
    previous: Vec<u8>,
}

impl Encoder {
    /// Adds an entry; returns a block when one is full.
    pub(super) fn push(&mut self, entry: &Entry) -> Option<Vec<u8>> {
        let path = entry.path.as_bytes();
        let shared = path.iter().zip(&self.previous).take_while(|(a, b)| a == b).count();
        let rest = path.get(shared..).unwrap_or_default();
        varint::write(&mut self.block, shared as u64);
        write_bytes(&mut self.block, rest);
        write_kind(&mut self.block, &entry.kind);
        self.previous.truncate(shared);
        self.previous.extend_from_slice(rest);
        (self.block.len() >= BLOCK_BYTES).then(|| self.finish()).flatten()
    }

    /// The block that is begun, if one is.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        self.previous.clear();
        (!self.block.is_empty()).then(|| std::mem::take(&mut self.block))
    }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    varint::write(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn write_kind(out: &mut Vec<u8>, kind: &EntryKind) {
    match kind {
        EntryKind::Directory => out.push(DIRECTORY),
        EntryKind::File(file) => {
            out.push(match file.program {
                Program::No => FILE,
                Program::Inert => PROGRAM,
                Program::Runs => EXECUTABLE,
                Program::Packed => PACKED,
            });
            varint::write(out, file.size);
            varint::write(out, file.content.map_or(0, |ContentId(id)| u64::from(id) + 1));
        }
        EntryKind::Symlink(target) => {
            out.push(SYMLINK);
            write_bytes(out, target);
        }
        EntryKind::HardLink(target) => {
            out.push(HARD_LINK);
            write_bytes(out, target.as_bytes());
        }
        EntryKind::Other => out.push(OTHER),
        EntryKind::Whiteout => out.push(WHITEOUT),
        EntryKind::Opaque => out.push(OPAQUE),
    }
}

/// Walks a listing. Not an [`Iterator`], because each entry borrows from it.
#[derive(Debug)]
pub struct Entries<'a> {
    pack: &'a Pack,
    next_block: usize,
    block: Vec<u8>,
    position: usize,
    path: Vec<u8>,
    seen: u64,
}

impl<'a> Entries<'a> {
    pub(super) fn new(pack: &'a Pack) -> Self {
        Self { pack, next_block: 0, block: Vec::new(), position: 0, path: Vec::new(), seen: 0 }
    }

    /// The next entry; `None` after the last one. A listing that ends too early is an error.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend")]
    pub fn next(&mut self) -> Result<Option<EntryView<'_>>, PackError> {
        while self.position >= self.block.len() {
            let Some(block) = self.pack.listing_block(self.next_block) else {
                let whole = self.seen == self.pack.entry_count();
                return if whole { Ok(None) } else { Err(PackError::Damaged("the listing is short")) };
            };
            self.block = block?;
            self.next_block += 1;
            self.position = 0;
            self.path.clear();
        }
        self.seen += 1;
        let mut rest = self.block.get(self.position..).unwrap_or_default();
        let before = rest.len();
        let kind =
            read_entry(&mut rest, &mut self.path).ok_or(PackError::Damaged("an entry of the listing"))?;
        self.position += before - rest.len();
        Ok(Some(EntryView { path: &self.path, kind }))
    }
}

fn read_entry<'a>(bytes: &mut &'a [u8], path: &mut Vec<u8>) -> Option<KindView<'a>> {
    let shared = usize::try_from(varint::take(bytes)?).ok().filter(|&shared| shared <= path.len())?;
    path.truncate(shared);
    path.extend_from_slice(varint::take_bytes(bytes)?);
    let (&kind, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(match kind {
        DIRECTORY => KindView::Directory,
        FILE | EXECUTABLE | PROGRAM | PACKED => {
            let size = varint::take(bytes)?;
            let content = match varint::take(bytes)? {
                0 => None,
                id => Some(ContentId(u32::try_from(id - 1).ok()?)),
            };
            let program = match kind {
                EXECUTABLE => Program::Runs,
                PROGRAM => Program::Inert,
                PACKED => Program::Packed,
                _ => Program::No,
            };
            KindView::File(FileEntry { size, program, content })
        }
        SYMLINK => KindView::Symlink(varint::take_bytes(bytes)?),
        HARD_LINK => KindView::HardLink(varint::take_bytes(bytes)?),
        OTHER => KindView::Other,
        WHITEOUT => KindView::Whiteout,
        OPAQUE => KindView::Opaque,
        _ => return None,
    })
}
