//! Evidence made by hand, as a reader of layers would make it.

use std::path::Path;

use limpid_core::{BlindSpot, Digest, FilePath, digest::Hasher, wants::WantList};
use limpid_image::{
    entry::{Entry, EntryKind, EntrySink, FileEntry, Program},
    evidence::{EvidenceStore, Pack, PackWriter},
    source::LayerDescriptor,
};
use tempfile::TempDir;

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Directory(&'static str),
    /// A file that is kept.
    Kept(&'static str, String),
    /// A file that nobody wants.
    Plain(&'static str),
    Program(&'static str),
    /// A program by its first bytes, and nobody may run it.
    Inert(&'static str),
    /// A script with an archive behind it.
    Packed(&'static str),
    Symlink(&'static str, &'static str),
    HardLink(&'static str, &'static str),
    Whiteout(&'static str),
    Opaque(&'static str),
    BlindSpot(BlindSpot),
}

pub(crate) fn kept(path: &'static str, content: impl Into<String>) -> Item {
    Item::Kept(path, content.into())
}

/// A store in a directory that vanishes with it.
pub(crate) struct Store {
    pub(crate) directory: TempDir,
    pub(crate) evidence: EvidenceStore,
}

pub(crate) fn store() -> Store {
    let directory = tempfile::tempdir().unwrap();
    let evidence = EvidenceStore::open(directory.path()).unwrap();
    Store { directory, evidence }
}

impl Store {
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A pack that is kept nowhere.
    pub(crate) fn pack(&self, items: &[Item]) -> Pack {
        self.written(items).finish_unstored().unwrap()
    }

    /// A writer with these entries in it.
    pub(crate) fn written(&self, items: &[Item]) -> PackWriter {
        let mut writer = self.evidence.writer().unwrap();
        for item in items {
            write(&mut writer, item);
        }
        writer
    }

    /// The packs of an image, lowest layer first.
    pub(crate) fn packs(&self, layers: &[&[Item]]) -> Vec<Pack> {
        layers.iter().map(|items| self.pack(items)).collect()
    }

    pub(crate) fn commit(&self, items: &[Item], layer: &LayerDescriptor, wants: &WantList) -> Pack {
        self.evidence.commit(self.written(items), layer, 1024, wants).unwrap()
    }
}

fn write(writer: &mut PackWriter, item: &Item) {
    let plain = FileEntry { size: 7, program: Program::No, content: None };
    let (path, kind) = match item {
        Item::Directory(path) => (path, EntryKind::Directory),
        Item::Kept(path, content) => {
            let id = writer.keep(&mut content.as_bytes()).unwrap();
            (path, EntryKind::File(FileEntry { size: content.len() as u64, content: Some(id), ..plain }))
        }
        Item::Plain(path) => (path, EntryKind::File(plain)),
        Item::Program(path) => (path, EntryKind::File(FileEntry { program: Program::Runs, ..plain })),
        Item::Inert(path) => (path, EntryKind::File(FileEntry { program: Program::Inert, ..plain })),
        Item::Packed(path) => (path, EntryKind::File(FileEntry { program: Program::Packed, ..plain })),
        Item::Symlink(path, target) => (path, EntryKind::Symlink(target.as_bytes().to_vec())),
        Item::HardLink(path, target) => (path, EntryKind::HardLink(FilePath::from(*target))),
        Item::Whiteout(path) => (path, EntryKind::Whiteout),
        Item::Opaque(path) => (path, EntryKind::Opaque),
        Item::BlindSpot(spot) => return writer.blind_spot(spot.clone()),
    };
    writer.entry(Entry { path: FilePath::from(*path), kind }).unwrap();
}

/// A layer of this name: its digests are those of the name.
pub(crate) fn descriptor(name: &str) -> LayerDescriptor {
    let digest = |part: &str| {
        let mut hasher = Hasher::sha256();
        hasher.update_field(name);
        hasher.update_field(part);
        hasher.finish()
    };
    LayerDescriptor {
        digest: digest("stored"),
        diff_id: digest("diff id"),
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        size: None,
    }
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}
