//! Applies one layer to the tree.
//!
//! A layer is read up to four times, each time as a stream: for what its whiteouts must not look through, for its
//! whiteouts, for its entries, and for hard links that stood before their targets. Most need only the third.

use std::collections::HashSet;

use super::{
    Tree,
    arena::{Full, Kind, Node, NodeId},
    walk::{Lost, hops_of, next_component},
};
use crate::{
    entry::{ContentId, FileEntry, Program},
    evidence::{EntryView, KindView, Pack, PackError},
    limits::SYMLINK_HOPS,
};

/// Why a layer cannot be applied.
pub(super) enum Error {
    Evidence(PackError),
    TooLarge,
}

impl From<PackError> for Error {
    fn from(error: PackError) -> Self {
        Self::Evidence(error)
    }
}

impl From<Full> for Error {
    fn from(_full: Full) -> Self {
        Self::TooLarge
    }
}

/// Applies the layer at this place.
pub(super) fn layer(tree: &mut Tree, number: u16, pack: &Pack) -> Result<(), Error> {
    tree.clock = tree.clock.checked_add(1).ok_or(Error::TooLarge)?;
    if pack.has_whiteouts() {
        let replaced = replaced_links(tree, pack)?;
        remove(tree, pack, &replaced)?;
    }
    let mut layer = Layer { tree, number, broken: 0, replaced: pack.has_whiteouts(), parent: None };
    let mut entries = pack.entries();
    while let Some(entry) = entries.next()? {
        layer.put(entry)?;
    }
    if layer.broken > 0 {
        let mut entries = pack.entries();
        while let Some(EntryView { path, kind }) = entries.next()? {
            if let KindView::HardLink(target) = kind {
                layer.retry(path, target);
            }
        }
    }
    if layer.replaced {
        tree.end_contents(number);
    }
    Ok(())
}

/// The paths at which lower layers have a symbolic link and this one something else of its own: what stands below
/// such a path in this layer has nothing to do with where the link led.
fn replaced_links(tree: &Tree, pack: &Pack) -> Result<HashSet<Vec<u8>>, Error> {
    let mut replaced = HashSet::new();
    let mut entries = pack.entries();
    while let Some(EntryView { path, kind }) = entries.next()? {
        if matches!(kind, KindView::Directory | KindView::File(_) | KindView::HardLink(_) | KindView::Other)
            && let Ok(node) = tree.walk(NodeId::ROOT, path, false)
            && tree.arena.node(node).kind == Kind::Symlink
        {
            replaced.insert(path.to_vec());
        }
    }
    Ok(replaced)
}

fn remove(tree: &mut Tree, pack: &Pack, replaced: &HashSet<Vec<u8>>) -> Result<(), Error> {
    let now = tree.clock;
    let mut entries = pack.entries();
    while let Some(EntryView { path, kind }) = entries.next()? {
        let opaque = kind == KindView::Opaque;
        if !opaque && kind != KindView::Whiteout {
            continue;
        }
        let hidden = if opaque { path } else { split(path).0 };
        if !replaced.is_empty() && is_below(hidden, replaced) {
            continue;
        }
        let Ok(node) = tree.walk(NodeId::ROOT, path, opaque) else { continue };
        if opaque {
            if tree.arena.node(node).kind == Kind::Directory {
                tree.arena.set(node, |directory| directory.payload = now);
            }
        } else if node != NodeId::ROOT {
            tree.arena.set(node, |node| node.kind = Kind::Gone);
        }
    }
    Ok(())
}

/// The path of the directory, and the name in it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(end) => (path.get(..end).unwrap_or_default(), path.get(end + 1..).unwrap_or_default()),
        None => (&[], path),
    }
}

/// Whether the path is one of these, or below one.
fn is_below(path: &[u8], tops: &HashSet<Vec<u8>>) -> bool {
    let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| end);
    ends.chain([path.len()]).any(|end| path.get(..end).is_some_and(|top| tops.contains(top)))
}

/// A layer on its way into the tree.
struct Layer<'a> {
    tree: &'a mut Tree,
    number: u16,
    /// Hard links without a target so far.
    broken: u64,
    /// Whether anything of a lower layer may have lost its place.
    replaced: bool,
    /// The directory of the entry before, as written and as found: neighbours mostly share it.
    parent: Option<(Vec<u8>, NodeId)>,
}

impl Layer<'_> {
    fn put(&mut self, EntryView { path, kind }: EntryView<'_>) -> Result<(), Error> {
        if path.is_empty() || matches!(kind, KindView::Whiteout | KindView::Opaque) {
            return Ok(());
        }
        let (parent, name) = split(path);
        let parent = self.parent(parent)?;
        // A hard link's target is looked for before the link takes its place, which may be the target's own.
        let linked = if let KindView::HardLink(target) = kind { self.linked(target) } else { None };
        let (node, was) = self.tree.arena.child_or_new(parent, name)?;
        if kind == KindView::Directory && was == Some(Kind::Directory) {
            return Ok(());
        }
        self.replaced |= was.is_some();
        if matches!(was, Some(Kind::Directory | Kind::Symlink)) {
            self.parent = None;
        }
        match kind {
            KindView::Directory => self.make_directory(node),
            KindView::File(FileEntry { program, content, .. }) => {
                self.write(
                    node,
                    Kind::File,
                    content.map_or(0, |ContentId(id)| id.saturating_add(1)),
                    program,
                );
            }
            KindView::Symlink(target) => {
                let target = self.tree.arena.add_text(target)?;
                self.write(node, Kind::Symlink, target, Program::No);
            }
            KindView::HardLink(_) => self.link(node, linked),
            KindView::Other | KindView::Whiteout | KindView::Opaque => {
                self.write(node, Kind::Other, 0, Program::No)
            }
        }
        Ok(())
    }

    fn write(&mut self, id: NodeId, kind: Kind, payload: u32, program: Program) {
        let number = self.number;
        let stamp = self.tree.clock;
        self.tree.arena.set(id, |node| {
            (node.kind, node.payload, node.stamp, node.layer) = (kind, payload, stamp, number);
            node.program = program;
        });
        if let Some(content) = self.tree.content_of(id) {
            self.tree.history.push((id, number, Some(content)));
        }
    }

    /// A new, empty directory: whatever was below this node before is older than it.
    fn make_directory(&mut self, id: NodeId) {
        self.tree.clock = self.tree.clock.saturating_add(1);
        self.write(id, Kind::Directory, self.tree.clock, Program::No);
    }

    /// The node that a hard link means, as it is now.
    fn linked(&self, target: &[u8]) -> Option<(NodeId, Node)> {
        let id = self.tree.walk(NodeId::ROOT, target, false).ok()?;
        let node = *self.tree.arena.node(id);
        (!matches!(node.kind, Kind::Directory | Kind::BrokenLink)).then_some((id, node))
    }

    fn link(&mut self, id: NodeId, linked: Option<(NodeId, Node)>) {
        let Some((target, node)) = linked else {
            self.broken += 1;
            return self.write(id, Kind::BrokenLink, 0, Program::No);
        };
        if target == id {
            return;
        }
        match self.tree.content_of(target) {
            Some(content) if content.layer != self.number => {
                let place = u32::try_from(self.tree.elsewhere.len()).unwrap_or(u32::MAX);
                self.tree.elsewhere.push(content);
                self.write(id, Kind::LinkedFile, place, node.program);
            }
            Some(content) => self.write(id, Kind::File, content.id.0.saturating_add(1), node.program),
            None => self.write(id, node.kind, node.payload, node.program),
        }
    }

    /// Tries a hard link once more, now that everything is in place.
    fn retry(&mut self, path: &[u8], target: &[u8]) {
        if let Ok(id) = self.tree.walk(NodeId::ROOT, path, false)
            && self.tree.arena.node(id).kind == Kind::BrokenLink
            && self.tree.arena.node(id).layer == self.number
            && let Some(linked) = self.linked(target)
        {
            self.link(id, Some(linked));
        }
    }

    /// The directory at this path, through links, made where it is missing.
    fn parent(&mut self, path: &[u8]) -> Result<NodeId, Error> {
        if let Some((known, id)) = &self.parent
            && known == path
        {
            return Ok(*id);
        }
        let id = self.enter(NodeId::ROOT, path, &mut 0)?;
        let mut kept = self.parent.take().map(|(kept, _)| kept).unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(path);
        self.parent = Some((kept, id));
        Ok(id)
    }

    fn enter(&mut self, start: NodeId, path: &[u8], hops: &mut u32) -> Result<NodeId, Error> {
        let mut current = start;
        let mut rest = path;
        while let Some(name) = next_component(&mut rest) {
            if name == b".." {
                current = self.tree.parent_within(NodeId::ROOT, current);
                continue;
            }
            let child = self.tree.arena.child(current, name);
            current = match child.map(|id| (id, *self.tree.arena.node(id))) {
                Some((id, Node { kind: Kind::Directory, .. })) => id,
                Some((id, Node { kind: Kind::Symlink, payload, .. })) => {
                    self.enter_link(current, id, payload, hops)?
                }
                _ => {
                    let (id, _) = self.tree.arena.child_or_new(current, name)?;
                    self.make_directory(id);
                    id
                }
            };
        }
        Ok(current)
    }

    /// Where a link among the parents leads. Directories that its target lacks are made; a link to what can be no
    /// directory gives way to one.
    fn enter_link(
        &mut self,
        within: NodeId,
        link: NodeId,
        target: u32,
        hops: &mut u32,
    ) -> Result<NodeId, Error> {
        let target = self.tree.arena.text_at(target).to_vec();
        let start = if target.starts_with(b"/") { NodeId::ROOT } else { within };
        *hops += hops_of(&target);
        let found = self.tree.walk_from(NodeId::ROOT, start, &target, true, &mut hops.clone());
        match found {
            Ok(id) if self.tree.arena.node(id).kind == Kind::Directory => Ok(id),
            Err(Lost::Missing) if *hops <= SYMLINK_HOPS => self.enter(start, &target, hops),
            Ok(_) | Err(Lost::Missing | Lost::NotDirectory | Lost::TooManyLinks) => {
                self.make_directory(link);
                Ok(link)
            }
        }
    }
}

impl Tree {
    /// Notes the contents that this layer took away.
    fn end_contents(&mut self, layer: u16) {
        let ended = |&(id, _, content): &(NodeId, u16, Option<_>)| {
            content.is_some() && !(self.arena.is_there(id) && self.content_of(id).is_some())
        };
        let mut ended: Vec<NodeId> =
            self.history.iter().filter(|event| ended(event)).map(|event| event.0).collect();
        ended.sort_unstable();
        ended.dedup();
        self.history.extend(ended.into_iter().map(|id| (id, layer, None)));
    }
}
