//! The nodes of the tree, packed.
//!
//! A node is never taken out, it becomes [`Kind::Gone`]; and clearing a directory is a matter of stamps, not of a walk:
//! a directory knows the moment at which it was cleared, and a child that was written before that moment is not there.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::{
    entry::Program,
    limits::{IMAGE_NAME_BYTES, IMAGE_PATHS},
};

/// One node, for as long as the tree lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The root directory.
    pub(super) const ROOT: Self = Self(0);
}

/// What is at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: it was removed.
    Gone,
    /// A directory. Payload: the stamp at which it was cleared last.
    Directory,
    /// A file of the node's own layer. Payload: its content's number plus one, or 0.
    File,
    /// A hard link to a file of another layer. Payload: its place in `elsewhere`.
    LinkedFile,
    /// A hard link to nothing.
    BrokenLink,
    /// A symbolic link. Payload: its target, in the text.
    Symlink,
    /// Anything else.
    Other,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) parent: NodeId,
    name: u32,
    pub(super) payload: u32,
    /// When it was written.
    pub(super) stamp: u32,
    pub(super) layer: u16,
    pub(super) kind: Kind,
    pub(super) program: Program,
}

/// What stands for a node that cannot be: every id comes from this arena.
const NOTHING: Node = Node {
    parent: NodeId::ROOT,
    name: 0,
    payload: 0,
    stamp: 0,
    layer: 0,
    kind: Kind::Gone,
    program: Program::No,
};

/// There is no room for another path.
#[derive(Debug)]
pub(super) struct Full;

#[derive(Debug)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    /// Names and targets of links, each after its length.
    text: Vec<u8>,
    children: HashTable<NodeId>,
}

impl Arena {
    /// An arena with the root directory alone, and room for so many entries.
    pub(super) fn new(entries: u64) -> Self {
        // What is set aside and never written costs no memory; a claim of a stranger's is still not believed wholly.
        let room = usize::try_from(entries).unwrap_or(usize::MAX).min(IMAGE_PATHS / 2) + 1;
        let mut arena = Self {
            nodes: Vec::with_capacity(room),
            text: Vec::new(),
            children: HashTable::with_capacity(room),
        };
        arena.nodes.push(Node { kind: Kind::Directory, ..NOTHING });
        arena.text.push(0);
        arena
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    pub(super) fn set(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            change(node);
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    pub(super) fn name(&self, id: NodeId) -> &[u8] {
        self.text_at(self.node(id).name)
    }

    /// A name or a link's target.
    pub(super) fn text_at(&self, at: u32) -> &[u8] {
        text_at(&self.text, at)
    }

    pub(super) fn add_text(&mut self, text: &[u8]) -> Result<u32, Full> {
        if self.text.len().saturating_add(text.len()) > IMAGE_NAME_BYTES {
            return Err(Full);
        }
        let at = u32::try_from(self.text.len()).map_err(|_large| Full)?;
        let mut length = u32::try_from(text.len()).map_err(|_large| Full)?;
        while length >= 0x80 {
            self.text.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        self.text.push(length as u8);
        self.text.extend_from_slice(text);
        Ok(at)
    }

    /// The child of this name that is there.
    pub(super) fn child(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        self.slot(parent, name).filter(|&id| self.is_in(id, self.node(parent)))
    }

    /// The node of this name, and what is there now. It is made where there never was one.
    pub(super) fn child_or_new(
        &mut self,
        parent: NodeId,
        name: &[u8],
    ) -> Result<(NodeId, Option<Kind>), Full> {
        if let Some(id) = self.slot(parent, name) {
            let is_in = self.is_in(id, self.node(parent));
            return Ok((id, is_in.then(|| self.node(id).kind)));
        }
        if self.nodes.len() > IMAGE_PATHS {
            return Err(Full);
        }
        let id = NodeId(u32::try_from(self.nodes.len()).map_err(|_many| Full)?);
        let at = self.add_text(name)?;
        self.nodes.push(Node { parent, name: at, ..NOTHING });
        let Self { nodes, text, children } = self;
        children.insert_unique(hash(parent, name), id, |id| {
            nodes.get(id.0 as usize).map_or(0, |node| hash(node.parent, text_at(text, node.name)))
        });
        Ok((id, None))
    }

    fn slot(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        self.children.find(hash(parent, name), |&id| self.is(id, parent, name)).copied()
    }

    /// Whether the node, and every directory above it, is there.
    pub(super) fn is_there(&self, id: NodeId) -> bool {
        let mut id = id;
        while id != NodeId::ROOT {
            let node = self.node(id);
            if !self.is_in(id, self.node(node.parent)) {
                return false;
            }
            id = node.parent;
        }
        true
    }

    /// The path of a node: its names from the root down.
    pub(super) fn path(&self, id: NodeId) -> Vec<u8> {
        let mut names = Vec::new();
        let mut id = id;
        while id != NodeId::ROOT {
            names.push(self.name(id));
            id = self.node(id).parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    fn is(&self, id: NodeId, parent: NodeId, name: &[u8]) -> bool {
        let node = self.node(id);
        node.parent == parent && self.text_at(node.name) == name
    }

    fn is_in(&self, id: NodeId, parent: &Node) -> bool {
        let node = self.node(id);
        node.kind != Kind::Gone && parent.kind == Kind::Directory && node.stamp >= parent.payload
    }
}

fn hash(parent: NodeId, name: &[u8]) -> u64 {
    xxh3_64_with_seed(name, u64::from(parent.0))
}

fn text_at(text: &[u8], at: u32) -> &[u8] {
    let mut rest = text.get(at as usize..).unwrap_or_default();
    let (mut length, mut shift) = (0_usize, 0);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    rest.get(..length).unwrap_or_default()
}
