//! The final file system of an image, from its layers' listings, as container runtimes make it.
//!
//! Layers are applied from the lowest up, by the rules of the OCI image specification ("Applying Changesets"), and
//! where it is silent as containerd applies them:
//! - a whiteout, or an opaque directory, removes what *lower* layers have, wherever in the tar it stands;
//! - a directory over a directory keeps what is in it; anything else replaces what was there, so a directory entry
//!   over a symbolic link is a new, empty directory;
//! - a path's parents are followed through symbolic links, also of lower layers, and made where they are missing;
//! - a hard link is the file that its target was then, whatever becomes of the target later.
//!
//! Where runtimes refuse an image (a parent that is a file, a link that never ends) a directory takes the place, so that
//! no entry is lost. Memory: 20 bytes, a table slot and its name for every path; nothing else grows with the image.

use limpid_core::FilePath;

use crate::{
    entry::ContentId,
    evidence::{Pack, PackError},
};

mod apply;
mod arena;
mod select;
mod walk;

pub use arena::NodeId;
use arena::{Arena, Kind};
pub use select::{Named, Version, Wanted};

/// The final file system of an image.
#[derive(Debug)]
pub struct Tree {
    arena: Arena,
    /// Counts on with every layer and every new directory; what is written gets its number.
    clock: u32,
    /// Contents of hard links to files that another layer gave.
    elsewhere: Vec<ContentAt>,
    /// Every content that stood at a path, in the order of the layers; `None` where one was removed or replaced.
    history: Vec<(NodeId, u16, Option<ContentAt>)>,
}

/// Where a content is kept: in the evidence of which layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentAt {
    /// Place of the layer in the image, lowest first.
    pub layer: u16,
    /// Its number there.
    pub id: ContentId,
}

/// A regular file of the final file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Which node it is: two ways to one file give one node.
    pub node: NodeId,
    /// Its own path, without symbolic links.
    pub path: FilePath,
    /// Place of the layer that gave it.
    pub layer: u16,
    /// Its content; `None` where it was not kept.
    pub content: Option<ContentAt>,
}

/// Why there is no final file system.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The evidence of a layer cannot be read: read the layer again.
    #[error("layer {layer}: {source}")]
    Evidence {
        /// Place of the layer.
        layer: usize,
        /// What is wrong.
        source: PackError,
    },
    /// The paths do not fit.
    #[error("the image has too many or too long paths, or too many layers")]
    TooLarge,
}

impl Tree {
    /// Applies the layers, lowest first.
    pub fn build(packs: &[Pack]) -> Result<Self, TreeError> {
        let entries: u64 = packs.iter().map(Pack::entry_count).sum();
        let mut tree =
            Self { arena: Arena::new(entries), clock: 0, elsewhere: Vec::new(), history: Vec::new() };
        for (layer, pack) in packs.iter().enumerate() {
            let number = u16::try_from(layer).map_err(|_many| TreeError::TooLarge)?;
            apply::layer(&mut tree, number, pack).map_err(|error| match error {
                apply::Error::Evidence(source) => TreeError::Evidence { layer, source },
                apply::Error::TooLarge => TreeError::TooLarge,
            })?;
        }
        tree.settle_history();
        Ok(tree)
    }

    /// The file at this path, through all symbolic links.
    pub fn file(&self, path: &FilePath) -> Option<TreeFile> {
        self.file_in(&FilePath::default(), path)
    }

    /// The file at this path of a file system nested at `root`: absolute links of it begin there, and none leads out.
    pub fn file_in(&self, root: &FilePath, path: &FilePath) -> Option<TreeFile> {
        let root = self.walk(NodeId::ROOT, root.as_bytes(), true).ok()?;
        let node = self.walk(root, path.as_bytes(), true).ok()?;
        self.as_file(node)
    }

    /// Whether anything at all is at this path. The last component's own link is not followed.
    pub fn exists(&self, path: &FilePath) -> bool {
        self.walk(NodeId::ROOT, path.as_bytes(), false).is_ok()
    }

    /// The node at this path, where the last component's own link is not followed.
    pub fn node(&self, path: &FilePath) -> Option<NodeId> {
        self.walk(NodeId::ROOT, path.as_bytes(), false).ok()
    }

    /// A node's own path.
    pub fn path(&self, node: NodeId) -> FilePath {
        FilePath::new(&self.arena.path(node))
    }

    fn as_file(&self, id: NodeId) -> Option<TreeFile> {
        if !self.is_file(id) {
            return None;
        }
        let node = self.arena.node(id);
        Some(TreeFile { node: id, path: self.path(id), layer: node.layer, content: self.content_of(id) })
    }

    fn content_of(&self, id: NodeId) -> Option<ContentAt> {
        let node = self.arena.node(id);
        match node.kind {
            Kind::File => {
                let id = node.payload.checked_sub(1)?;
                Some(ContentAt { layer: node.layer, id: ContentId(id) })
            }
            Kind::LinkedFile => self.elsewhere.get(node.payload as usize).copied(),
            Kind::Gone | Kind::Directory | Kind::Symlink | Kind::Other | Kind::BrokenLink => None,
        }
    }
}
