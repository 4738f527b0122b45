//! Finding a path, through symbolic links, without ever leaving the root.

use super::{
    Tree,
    arena::{Kind, NodeId},
};
use crate::limits::SYMLINK_HOPS;

/// Real targets are shorter, or, in the Nix store, little longer.
const LONG_TARGET_BYTES: usize = 64;

/// Why a path leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// Nothing of that name is there.
    Missing,
    /// What should be a directory is none.
    NotDirectory,
    /// More links than anybody follows: a circle.
    TooManyLinks,
}

impl Tree {
    /// The node at `path`, seen from `root`: absolute links begin there, and `..` stops there.
    pub(super) fn walk(&self, root: NodeId, path: &[u8], follow_last: bool) -> Result<NodeId, Lost> {
        self.walk_from(root, root, path, follow_last, &mut 0)
    }

    /// Recursion ends with the count of hops, which all of its levels share.
    pub(super) fn walk_from(
        &self,
        root: NodeId,
        start: NodeId,
        path: &[u8],
        follow_last: bool,
        hops: &mut u32,
    ) -> Result<NodeId, Lost> {
        let mut current = start;
        let mut rest = path;
        while let Some(name) = next_component(&mut rest) {
            if self.arena.node(current).kind != Kind::Directory {
                return Err(Lost::NotDirectory);
            }
            if name == b".." {
                current = self.parent_within(root, current);
                continue;
            }
            let child = self.arena.child(current, name).ok_or(Lost::Missing)?;
            let node = self.arena.node(child);
            let last = rest.iter().all(|&byte| byte == b'/');
            current = if node.kind == Kind::Symlink && (follow_last || !last) {
                let target = self.arena.text_at(node.payload);
                *hops += hops_of(target);
                if *hops > SYMLINK_HOPS {
                    return Err(Lost::TooManyLinks);
                }
                let start = if target.starts_with(b"/") { root } else { current };
                self.walk_from(root, start, target, true, hops)?
            } else {
                child
            };
        }
        Ok(current)
    }

    pub(super) fn parent_within(&self, root: NodeId, node: NodeId) -> NodeId {
        if node == root { root } else { self.arena.node(node).parent }
    }
}

/// What following a link to this target counts for: a long one for several, because the work is in its components.
pub(super) fn hops_of(target: &[u8]) -> u32 {
    1 + u32::try_from(target.len() / LONG_TARGET_BYTES).unwrap_or(u32::MAX / 2)
}

/// Takes the next component off a path: never empty, never `.`.
pub(super) fn next_component<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after.strip_prefix(b"/").unwrap_or(after);
        if !name.is_empty() && name != b"." {
            return Some(name);
        }
    }
}
