//! The rules once more, as plainly as possible: a map of paths, changed entry by entry.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use limpid_core::FilePath;
use limpid_image::{limits::SYMLINK_HOPS, tree::Tree};
use proptest::prelude::*;

use crate::packs::{Item, store};

const NAMES: [&str; 3] = ["a", "b", "c"];

type Path = Vec<&'static str>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Directory,
    /// Layer of the entry, and the content.
    File(usize, Option<String>),
    Link(&'static str),
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Missing,
    Other,
}

#[derive(Debug, Default)]
struct Model(BTreeMap<Path, Node>);

fn split(path: &'static str) -> Path {
    path.split('/').filter(|name| !name.is_empty()).collect()
}

impl Model {
    fn at(&self, path: &[&'static str]) -> Option<&Node> {
        if path.is_empty() { Some(&Node::Directory) } else { self.0.get(path) }
    }

    fn resolve(
        &self,
        start: &[&'static str],
        path: &[&'static str],
        follow: bool,
        hops: &mut u32,
    ) -> Result<Path, Lost> {
        let mut rest: VecDeque<&'static str> = path.iter().copied().collect();
        let mut current = start.to_vec();
        while let Some(name) = rest.pop_front() {
            if self.at(&current) != Some(&Node::Directory) {
                return Err(Lost::Other);
            }
            if name == ".." {
                current.pop();
                continue;
            }
            current.push(name);
            match self.at(&current) {
                None => return Err(Lost::Missing),
                Some(Node::Link(target)) if follow || !rest.is_empty() => {
                    *hops += 1;
                    if *hops > SYMLINK_HOPS {
                        return Err(Lost::Other);
                    }
                    current = if target.starts_with('/') {
                        Vec::new()
                    } else {
                        current[..current.len() - 1].to_vec()
                    };
                    for name in split(target).into_iter().rev() {
                        rest.push_front(name);
                    }
                }
                Some(_) => {}
            }
        }
        Ok(current)
    }

    fn remove(&mut self, path: &[&'static str]) {
        self.0.retain(|other, _| !other.starts_with(path));
    }

    fn set(&mut self, path: &[&'static str], node: Node) {
        self.remove(path);
        self.0.insert(path.to_vec(), node);
    }

    fn enter(&mut self, start: &[&'static str], path: &[&'static str], hops: &mut u32) -> Path {
        let mut current = start.to_vec();
        for name in path {
            if *name == ".." {
                current.pop();
                continue;
            }
            let child = [current.as_slice(), &[*name]].concat();
            current = match self.at(&child).cloned() {
                Some(Node::Directory) => child,
                Some(Node::Link(target)) => {
                    let start = if target.starts_with('/') { Vec::new() } else { current };
                    *hops += 1;
                    match self.resolve(&start, &split(target), true, &mut hops.clone()) {
                        Ok(found) if self.at(&found) == Some(&Node::Directory) => found,
                        Err(Lost::Missing) if *hops <= SYMLINK_HOPS => {
                            self.enter(&start, &split(target), hops)
                        }
                        _ => {
                            self.set(&child, Node::Directory);
                            child
                        }
                    }
                }
                _ => {
                    self.set(&child, Node::Directory);
                    child
                }
            };
        }
        current
    }

    fn linked(&self, target: &'static str) -> Option<(Path, Node)> {
        let path = self.resolve(&[], &split(target), false, &mut 0).ok()?;
        let node = self.at(&path)?.clone();
        (!matches!(node, Node::Directory | Node::Broken)).then_some((path, node))
    }

    fn link(&mut self, layer: usize, path: &[&'static str], linked: Option<(Path, Node)>) {
        match linked {
            None => self.set(path, Node::Broken),
            Some((target, _)) if target == path => {}
            Some((_, Node::File(_, content))) => self.set(path, Node::File(layer, content)),
            Some((_, node)) => self.set(path, node),
        }
    }

    fn take_away(&mut self, items: &[Item]) {
        let mut replaced = BTreeSet::new();
        for item in items {
            if let Item::Directory(path) | Item::Kept(path, _) | Item::HardLink(path, _) = item
                && let Ok(found) = self.resolve(&[], &split(path), false, &mut 0)
                && matches!(self.at(&found), Some(Node::Link(_)))
            {
                replaced.insert(split(path));
            }
        }
        let hidden = |path: &[&'static str]| replaced.iter().any(|top| path.starts_with(top));
        for item in items {
            match item {
                Item::Whiteout(path) if !hidden(&split(path)[..split(path).len() - 1]) => {
                    if let Ok(found) = self.resolve(&[], &split(path), false, &mut 0) {
                        self.remove(&found);
                    }
                }
                Item::Opaque(path) if !hidden(&split(path)) => {
                    if let Ok(found) = self.resolve(&[], &split(path), true, &mut 0)
                        && self.at(&found) == Some(&Node::Directory)
                    {
                        self.0.retain(|other, _| !other.starts_with(&found) || *other == found);
                    }
                }
                _ => {}
            }
        }
    }

    fn apply(&mut self, layer: usize, items: &[Item]) {
        self.take_away(items);
        let mut broken = BTreeSet::new();
        for item in items {
            let (path, node) = match item {
                Item::Directory(path) => (path, Node::Directory),
                Item::Kept(path, content) => (path, Node::File(layer, Some(content.clone()))),
                Item::Symlink(path, target) => (path, Node::Link(target)),
                Item::HardLink(path, _) => (path, Node::Broken),
                _ => continue,
            };
            let path = split(path);
            let (name, parent) = path.split_last().unwrap();
            let mut own = self.enter(&[], parent, &mut 0);
            own.push(name);
            match item {
                Item::HardLink(_, target) => {
                    let linked = self.linked(target);
                    if linked.is_none() {
                        broken.insert(own.clone());
                    } else {
                        broken.remove(&own);
                    }
                    self.link(layer, &own, linked);
                }
                _ if node == Node::Directory && self.at(&own) == Some(&Node::Directory) => {}
                _ => self.set(&own, node),
            }
        }
        for item in items {
            if let Item::HardLink(path, target) = item
                && let Ok(own) = self.resolve(&[], &split(path), false, &mut 0)
                && self.at(&own) == Some(&Node::Broken)
                && broken.contains(&own)
                && let Some(linked) = self.linked(target)
            {
                self.link(layer, &own, Some(linked));
            }
        }
    }

    /// What is at a path, in the words of the tree: own path, layer, content.
    fn file(&self, path: &'static str) -> Option<(String, Option<String>)> {
        let own = self.resolve(&[], &split(path), true, &mut 0).ok()?;
        match self.at(&own)? {
            Node::File(_, content) => Some((own.join("/"), content.clone())),
            Node::Broken => Some((own.join("/"), None)),
            Node::Directory | Node::Link(_) => None,
        }
    }
}

/// Every path of up to three names.
fn paths() -> Vec<&'static str> {
    let mut paths: Vec<String> = NAMES.map(str::to_owned).to_vec();
    let mut last = paths.clone();
    for _ in 0..2 {
        last = last.iter().flat_map(|path| NAMES.map(|name| format!("{path}/{name}"))).collect();
        paths.extend(last.clone());
    }
    paths.into_iter().map(|path| &*path.leak()).collect()
}

fn item(paths: &[&'static str]) -> impl Strategy<Value = Item> + use<> {
    let paths = paths.to_vec();
    let targets: Vec<&'static str> =
        ["a", "b", "c", "/a", "/b/c", "..", "../a", "a/b", "../../c", "/", "b/../a"].to_vec();
    let path = || proptest::sample::select(paths.clone());
    prop_oneof![
        2 => path().prop_map(Item::Directory),
        4 => (path(), any::<u16>()).prop_map(|(path, content)| Item::Kept(path, content.to_string())),
        2 => (path(), proptest::sample::select(targets)).prop_map(|(path, target)| Item::Symlink(path, target)),
        2 => (path(), path()).prop_map(|(path, target)| Item::HardLink(path, target)),
        2 => path().prop_map(Item::Whiteout),
        1 => path().prop_map(Item::Opaque),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tree_is_what_the_model_says(
        layers in prop::collection::vec(prop::collection::vec(item(&paths()), 0..9), 1..5),
    ) {
        let store = store();
        let packs: Vec<_> = layers.iter().map(|items| store.pack(items)).collect();
        let tree = Tree::build(&packs).unwrap();
        let mut model = Model::default();
        for (layer, items) in layers.iter().enumerate() {
            model.apply(layer, items);
        }
        for path in paths() {
            let file = tree.file(&FilePath::from(path)).map(|file| {
                let content = file.content.map(|at| packs[usize::from(at.layer)].content(at.id).unwrap());
                (file.path.to_string(), content.map(|content| String::from_utf8(content).unwrap()))
            });
            prop_assert_eq!(file, model.file(path), "{}", path);
            let there = model.resolve(&[], &split(path), false, &mut 0).is_ok();
            prop_assert_eq!(tree.exists(&FilePath::from(path)), there, "{}", path);
        }
        let files: BTreeSet<String> = tree.files().map(|file| tree.path(file).to_string()).collect();
        let expected = model.0.iter().filter(|(_, node)| matches!(node, Node::File(..) | Node::Broken));
        prop_assert_eq!(files, expected.map(|(path, _)| path.join("/")).collect::<BTreeSet<_>>());
    }
}
