//! One entry of a layer's listing: the common tongue of the tar reader, the evidence and the final file system.

use std::{
    fs::File,
    io::{self, Read},
};

use limpid_core::{BlindSpot, FilePath};

/// Number of a kept content within one layer's evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub u32);

/// One entry of a layer, in the order of the layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is. For a whiteout: the path that it removes. For an opaque directory: the directory.
    pub path: FilePath,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File(FileEntry),
    /// A symbolic link, with its target as written: relative to its own directory, or absolute in the image.
    Symlink(Vec<u8>),
    /// A hard link to the file at this path.
    HardLink(FilePath),
    /// A device, a pipe or a socket: it hides what was below it, and has no content.
    Other,
    /// `.wh.NAME`: what lower layers have at the path is gone.
    Whiteout,
    /// `.wh..wh..opq`: what lower layers have in the directory is gone.
    Opaque,
}

/// A regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileEntry {
    /// Size in bytes.
    pub size: u64,
    /// Whether it is a program.
    pub program: Program,
    /// Its content or its extract, where it was wanted and within the limits.
    pub content: Option<ContentId>,
}

/// Whether a file is a program: whether its first bytes are those of ELF, PE or Mach-O, or of a script with an archive
/// behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Program {
    /// It begins otherwise.
    #[default]
    No,
    /// Its mode lets nobody run it: a library, or a program for somewhere else.
    Inert,
    /// Its mode lets somebody run it.
    Runs,
    /// A script with an archive behind it, such as a zipapp: text by its first bytes, and no text.
    Packed,
}

impl Program {
    /// Whether it is one for a machine: ELF, PE or Mach-O.
    pub fn is_binary(self) -> bool {
        match self {
            Self::Inert | Self::Runs => true,
            Self::No | Self::Packed => false,
        }
    }
}

/// Where a reader of layers puts what it finds.
pub trait EntrySink {
    /// Keeps the content of a wanted file. The sink reads to the end of `content`.
    fn keep(&mut self, content: &mut dyn Read) -> io::Result<ContentId>;

    /// A file without a name, for what has to be laid down before an extract can be taken of it.
    fn scratch(&mut self) -> io::Result<File> {
        tempfile::tempfile()
    }

    /// Notes one entry. A file's content was kept before.
    fn entry(&mut self, entry: Entry) -> io::Result<()>;

    /// Notes what could not be read of this layer.
    fn blind_spot(&mut self, blind_spot: BlindSpot);
}
