//! What is asked of the final file system: the files that somebody wants, its programs, and what a file was before.

use std::collections::{HashMap, HashSet};

use limpid_core::{
    FilePath,
    wants::{Pattern, ends_with, glob_matches, glob_root, system_root},
};

use super::{
    ContentAt, Tree, TreeFile,
    arena::{Arena, Kind, NodeId},
};
use crate::entry::Program;

/// What stood at a path after a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Place of the layer.
    pub layer: u16,
    /// The content; `None` where nothing that was kept stood there.
    pub content: Option<ContentAt>,
}

/// A wanted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The path by which it is wanted: its own, or that of a link to it.
    pub by: FilePath,
    /// The root of the file system in which it is; the empty path for the image's own.
    pub root: FilePath,
    /// The file.
    pub file: TreeFile,
    /// Other links to it by which it is wanted, sorted.
    pub links: Vec<FilePath>,
}

/// The files and links whose names patterns speak of. An image has a hundred thousand names, and most say nothing to any detector:
/// they are asked once, and each detector then asks the few that are left.
#[derive(Debug)]
pub struct Named(Vec<NodeId>);

impl Tree {
    /// The files and links whose names these patterns speak of.
    pub fn named(&self, patterns: &[Pattern]) -> Named {
        let names = Names::new(patterns);
        let named = self.arena.ids().filter(|&id| names.has(&self.arena, id));
        let named = named.filter(|&id| self.is_file(id) || self.arena.node(id).kind == Kind::Symlink);
        Named(named.filter(|&id| self.arena.is_there(id)).collect())
    }

    /// The files of which these patterns speak, by their own path, by a link, or (at the root of the file system) by
    /// linked directories. Sorted by path, and each once. All these patterns are among those of `named`.
    pub fn wanted(&self, named: &Named, patterns: &[Pattern]) -> Vec<Wanted> {
        let names = Names::new(patterns);
        let ids = named.0.iter().copied().filter(|&id| names.has(&self.arena, id));
        let mut wanted: Vec<Wanted> = ids.flat_map(|id| self.wanted_at(&self.path(id), patterns)).collect();
        if patterns.contains(&Pattern::Program) {
            wanted.extend(self.programs_with_extracts());
        }
        let at_root = patterns.iter().filter_map(|pattern| match pattern {
            Pattern::System(path) => Some(FilePath::from(*path)),
            Pattern::SystemGlob(_)
            | Pattern::Name(_)
            | Pattern::NameEnding(_)
            | Pattern::Anywhere(_)
            | Pattern::Program
            | Pattern::ProgramCalled(_) => None,
        });
        wanted.extend(at_root.filter_map(|by| {
            let file = self.file(&by)?;
            Some(Wanted { by, root: FilePath::default(), file, links: Vec::new() })
        }));
        wanted.sort_by(|a, b| key(a).cmp(&key(b)));
        wanted.dedup_by(|other, first| {
            let is_same = other.file.node == first.file.node;
            if is_same && other.by != first.by && first.links.last() != Some(&other.by) {
                first.links.push(std::mem::take(&mut other.by));
            }
            is_same
        });
        wanted
    }

    /// The links of which these patterns speak and that lead to nothing, sorted. All these patterns are among those of `named`.
    pub fn broken_links(&self, named: &Named, patterns: &[Pattern]) -> Vec<FilePath> {
        let names = Names::new(patterns);
        let links = named.0.iter().copied().filter(|&id| self.arena.node(id).kind == Kind::Symlink);
        let paths = links
            .filter(|&id| names.has(&self.arena, id))
            .map(|id| self.path(id))
            .filter(|path| patterns.iter().any(|pattern| pattern.matches(path)))
            .filter(|path| {
                let root = patterns.iter().find_map(|pattern| nested_root(path, pattern)).unwrap_or_default();
                let within = FilePath::new(path.as_bytes().get(root.as_bytes().len()..).unwrap_or_default());
                !self.leads_in(&root, &within) && !self.leads_in(&FilePath::default(), path)
            });
        let mut paths: Vec<FilePath> = paths.collect();
        paths.sort();
        paths
    }

    /// Whether anything is at this path of a file system nested at `root`, through all symbolic links.
    fn leads_in(&self, root: &FilePath, path: &FilePath) -> bool {
        let root = self.walk(NodeId::ROOT, root.as_bytes(), true);
        root.and_then(|root| self.walk(root, path.as_bytes(), true)).is_ok()
    }

    fn wanted_at(&self, by: &FilePath, patterns: &[Pattern]) -> Option<Wanted> {
        let roots = patterns.iter().filter_map(|pattern| nested_root(by, pattern));
        // The outermost: `usr/lib/x` is that of the image, and not `lib/x` of a file system nested in `usr`.
        let root = roots.min_by_key(|root| root.as_bytes().len())?;
        let within = FilePath::new(by.as_bytes().get(root.as_bytes().len()..).unwrap_or_default());
        let file = self.file_in(&root, &within).or_else(|| self.file(by))?;
        Some(Wanted { by: by.clone(), root, file, links: Vec::new() })
    }

    /// The programs of which something was kept.
    fn programs_with_extracts(&self) -> impl Iterator<Item = Wanted> + '_ {
        let programs = self.arena.ids().filter(|&id| self.arena.node(id).program.is_binary());
        let kept = programs.filter(|&id| self.content_of(id).is_some() && self.arena.is_there(id));
        kept.filter_map(|id| {
            let file = self.as_file(id)?;
            Some(Wanted { by: file.path.clone(), root: FilePath::default(), file, links: Vec::new() })
        })
    }

    /// The regular files.
    pub fn files(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.arena.ids().filter(|&id| self.is_file(id) && self.arena.is_there(id))
    }

    /// The programs among them that somebody may run.
    pub fn executables(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.programs(Program::Runs)
    }

    /// The shared libraries among them that nobody may run: programs load them all the same. Debian installs them so.
    pub fn libraries(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.programs(Program::Inert).filter(|&id| is_shared(self.name(id)))
    }

    /// The scripts among them with an archive behind them.
    pub fn packed(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.programs(Program::Packed)
    }

    fn programs(&self, of: Program) -> impl Iterator<Item = NodeId> + '_ {
        let programs = self.arena.ids().filter(move |&id| self.arena.node(id).program == of);
        programs.filter(|&id| self.is_file(id) && self.arena.is_there(id))
    }

    pub(super) fn is_file(&self, id: NodeId) -> bool {
        matches!(self.arena.node(id).kind, Kind::File | Kind::LinkedFile | Kind::BrokenLink)
    }

    /// A node's last name.
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.arena.name(node)
    }

    /// What stood at a node after each layer that changed it, the newest first.
    pub fn versions(&self, node: NodeId) -> impl Iterator<Item = Version> + '_ {
        let start = self.history.partition_point(|event| event.0 < node);
        let end = self.history.partition_point(|event| event.0 <= node);
        let events = self.history.get(start..end).unwrap_or_default();
        events.iter().rev().map(|&(_, layer, content)| Version { layer, content })
    }

    /// Of several events of one layer only the last is what the layer made of the node.
    pub(super) fn settle_history(&mut self) {
        self.history.reverse();
        self.history.sort_by_key(|&(node, layer, _)| (node, layer));
        self.history.dedup_by_key(|event| (event.0, event.1));
    }
}

/// The root of the file system in which a pattern means this path; `None` where it does not speak of it.
fn nested_root(path: &FilePath, pattern: &Pattern) -> Option<FilePath> {
    match pattern {
        Pattern::System(system) => system_root(path, system),
        Pattern::SystemGlob(glob) => glob_root(path, glob),
        Pattern::Name(_)
        | Pattern::NameEnding(_)
        | Pattern::Anywhere(_)
        | Pattern::Program
        | Pattern::ProgramCalled(_) => pattern.matches(path).then(FilePath::default),
    }
}

/// Whether a file of this name is a shared library: `libssl.so`, `libssl.so.3`, `Acme.dll`.
fn is_shared(name: &[u8]) -> bool {
    ends_with(name, ".so") || ends_with(name, ".dll") || name.windows(4).any(|part| part == b".so.")
}

/// Several ways to one file stand together, the preferred one first: the outermost root, then its own path.
fn key(wanted: &Wanted) -> (&FilePath, usize, bool, &FilePath) {
    (&wanted.file.path, wanted.root.as_bytes().len(), wanted.by != wanted.file.path, &wanted.by)
}

/// The last names of which patterns speak: a cheap question before the dear one.
struct Names<'a> {
    whole: HashSet<&'a [u8]>,
    /// Endings by their last byte in lower case, at which most names fail.
    endings: HashMap<u8, Vec<&'a str>>,
    globs: Vec<Glob<'a>>,
}

/// A glob whose last component has a star: what stands before and after it, and the whole.
struct Glob<'a> {
    start: &'a [u8],
    end: &'a [u8],
    whole: &'a str,
}

impl<'a> Names<'a> {
    fn new(patterns: &[Pattern]) -> Self {
        let mut names = Self { whole: HashSet::new(), endings: HashMap::new(), globs: Vec::new() };
        for pattern in patterns {
            match pattern {
                Pattern::System(path) | Pattern::SystemGlob(path) | Pattern::Anywhere(path) => {
                    let last = path.rsplit_once('/').map_or(*path, |(_, last)| last);
                    match last.split_once('*') {
                        None => _ = names.whole.insert(last.as_bytes()),
                        Some((start, end)) => {
                            let (start, end) = (start.as_bytes(), end.as_bytes());
                            names.globs.push(Glob { start, end, whole: path });
                        }
                    }
                }
                Pattern::Name(name) => _ = names.whole.insert(name.as_bytes()),
                Pattern::NameEnding(ending) => {
                    let last = ending.as_bytes().last().map(u8::to_ascii_lowercase);
                    names.endings.entry(last.unwrap_or_default()).or_default().push(ending);
                }
                Pattern::Program | Pattern::ProgramCalled(_) => {}
            }
        }
        names
    }

    fn has(&self, arena: &Arena, id: NodeId) -> bool {
        let name = arena.name(id);
        let Some(last) = name.last() else { return false };
        let endings = self.endings.get(&last.to_ascii_lowercase()).into_iter().flatten();
        self.whole.contains(name)
            || endings.into_iter().any(|ending| ends_with(name, ending))
            || self.globs.iter().any(|glob| glob.is_at(arena, id, name))
    }
}

impl Glob<'_> {
    /// Whether a node's last names are those of the glob, without writing its path.
    fn is_at(&self, arena: &Arena, id: NodeId, name: &[u8]) -> bool {
        if !name.ends_with(self.end) || !name.starts_with(self.start) {
            return false;
        }
        let mut node = id;
        self.whole.rsplit('/').all(|component| {
            let matches = glob_matches(component, arena.name(node));
            node = arena.node(node).parent;
            matches
        })
    }
}
