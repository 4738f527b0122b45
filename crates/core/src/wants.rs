//! Wants: which files of a layer are kept as evidence.
//!
//! Wants are data, not code, so that they have a digest: when it changes, layers have to be read again; while it stays,
//! any other change of a detector only parses the kept evidence again. A want is matched by path alone, while a layer
//! streams by, before it is known where symbolic links of other layers lead; so patterns are generous. Of a large file of
//! which only a part says anything an extractor keeps that part ([`crate::extract`]).

use std::collections::HashMap;

use crate::{FilePath, digest::Hasher, extract::Extractor, revision};

/// One kind of file to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// Which files.
    pub pattern: Pattern,
    /// Largest file to keep, or to take an extract from, in bytes. A larger one becomes a blind spot.
    pub most: u64,
    /// Whether it is only read together with another file, and never by itself.
    pub companion: bool,
    /// What is kept in the place of the file; `None`: all of it.
    pub extractor: Option<&'static Extractor>,
}

impl Want {
    /// A file that is read by itself.
    pub const fn new(pattern: Pattern, most: u64) -> Self {
        Self { pattern, most, companion: false, extractor: None }
    }

    /// A file of which only an extract is kept.
    pub const fn extract(pattern: Pattern, most: u64, extractor: &'static Extractor) -> Self {
        Self { pattern, most, companion: false, extractor: Some(extractor) }
    }

    /// A file that belongs to another wanted one: see [`crate::Detector::companions`].
    pub const fn companion(pattern: Pattern, most: u64) -> Self {
        Self { pattern, most, companion: true, extractor: None }
    }
}

/// Which paths a want speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// This path at the root of a file system: the image's own or one nested in it.
    System(&'static str),
    /// These paths at the root of a file system: as [`Pattern::System`], and each component may have one `*`, which stands
    /// for any text within it: `var/lib/dpkg/info/*.list`.
    SystemGlob(&'static str),
    /// Files of this name, anywhere.
    Name(&'static str),
    /// Files whose name ends so, in any capitalisation, anywhere.
    NameEnding(&'static str),
    /// Files whose last names are these, anywhere: `conda-meta/*.json`. Each may have one `*`, as in [`Pattern::SystemGlob`], but no
    /// system is meant.
    Anywhere(&'static str),
    /// Programs and libraries, wherever they are and whoever may run them: files that begin as ELF, PE or Mach-O do. Only
    /// extracts are kept of them, and only where there is something in one.
    Program,
    /// Those of them that have one of these names, each with one `*` or none: before [`Pattern::Program`].
    ProgramCalled(&'static [&'static str]),
}

impl Pattern {
    /// Whether the path is one of those spoken about.
    pub fn matches(&self, path: &FilePath) -> bool {
        match self {
            Self::System(system) => system_root(path, system).is_some(),
            Self::SystemGlob(glob) | Self::Anywhere(glob) => glob_root(path, glob).is_some(),
            Self::Name(name) => path.name() == name.as_bytes(),
            Self::NameEnding(ending) => ends_with(path.name(), ending),
            // No path tells.
            Self::Program | Self::ProgramCalled(_) => false,
        }
    }
}

impl Pattern {
    /// The last name of all paths that are spoken about, where they have one in common.
    fn name(&self) -> Option<&'static [u8]> {
        match self {
            Self::System(path) | Self::SystemGlob(path) | Self::Anywhere(path) => {
                path.rsplit('/').next().filter(|name| !name.contains('*')).map(str::as_bytes)
            }
            Self::Name(name) => Some(name.as_bytes()),
            Self::NameEnding(_) | Self::Program | Self::ProgramCalled(_) => None,
        }
    }
}

/// Whether a name ends so: see [`Pattern::NameEnding`].
pub fn ends_with(name: &[u8], ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    start.and_then(|start| name.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
}

/// The root of the file system of which `path` is the file at `system`: the empty path for the image's own.
pub fn system_root(path: &FilePath, system: &str) -> Option<FilePath> {
    let before = path.as_bytes().strip_suffix(system.as_bytes())?;
    match before.split_last() {
        None => Some(FilePath::default()),
        Some((b'/', root)) => Some(FilePath::new(root)),
        Some(_) => None,
    }
}

/// The root of the file system of which `path` is one of the files at `glob`: see [`Pattern::SystemGlob`].
pub fn glob_root(path: &FilePath, glob: &str) -> Option<FilePath> {
    let mut rest = Some(path.as_bytes());
    for component in glob.rsplit('/') {
        let before = rest?;
        let (above, name) = match before.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => (before.get(..slash), before.get(slash + 1..).unwrap_or_default()),
            None => (None, before),
        };
        if !glob_matches(component, name) {
            return None;
        }
        rest = above;
    }
    Some(rest.map_or_else(FilePath::default, FilePath::new))
}

/// Whether a name is one that a component of a [`Pattern::SystemGlob`] stands for.
pub fn glob_matches(component: &str, name: &[u8]) -> bool {
    match component.split_once('*') {
        None => component.as_bytes() == name,
        Some((start, end)) => {
            let rest = name.strip_prefix(start.as_bytes());
            rest.is_some_and(|rest| rest.ends_with(end.as_bytes()))
        }
    }
}

/// What is kept of a wanted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// [`Want::most`].
    pub most: u64,
    /// [`Want::extractor`].
    pub extractor: Option<&'static Extractor>,
}

/// A set of wants, made once and asked for every entry of every layer.
#[derive(Debug, Clone, Default)]
pub struct WantList {
    wants: Vec<Want>,
    /// Places of those that speak of files of one name.
    by_name: HashMap<&'static [u8], Vec<usize>>,
    /// Places of all others that speak of paths.
    by_pattern: Vec<usize>,
}

impl WantList {
    /// A list of these wants; the order does not matter.
    pub fn new(wants: impl IntoIterator<Item = Want>) -> Self {
        let mut wants: Vec<Want> = wants.into_iter().collect();
        let extractor = |want: &Want| want.extractor.map(|extractor| (extractor.id, extractor.revision));
        wants.sort_by_key(|want| (format!("{:?}", want.pattern), want.most, want.companion, extractor(want)));
        wants.dedup();
        let mut list = Self { wants, ..Self::default() };
        for (place, want) in list.wants.iter().enumerate() {
            match want.pattern.name() {
                Some(name) => list.by_name.entry(name).or_default().push(place),
                None => list.by_pattern.push(place),
            }
        }
        list
    }

    /// The wants that speak of this path, in their order.
    fn by_path(&self, path: &FilePath) -> Vec<&Want> {
        let of_name = self.by_name.get(path.name()).into_iter().flatten();
        let places = of_name.chain(&self.by_pattern);
        let wants = places.filter_map(|&place| Some((place, self.wants.get(place)?)));
        let mut spoken: Vec<_> = wants.filter(|(_, want)| want.pattern.matches(path)).collect();
        spoken.sort_by_key(|(place, _)| *place);
        spoken.into_iter().map(|(_, want)| want).collect()
    }

    /// What is kept of a file at this path; `None` where nobody wants it. Who wants all of it comes before those who want an
    /// extract, and who wants it by its path before those who want programs.
    pub fn kept(&self, path: &FilePath, is_program: bool) -> Option<Kept> {
        let by_path = self.by_path(path);
        let whole = by_path.iter().copied().filter(|want| want.extractor.is_none());
        let whole = whole.max_by_key(|want| want.most);
        let is_called = |want: &&Want| match want.pattern {
            Pattern::ProgramCalled(globs) => globs.iter().any(|glob| glob_matches(glob, path.name())),
            Pattern::System(_)
            | Pattern::SystemGlob(_)
            | Pattern::Name(_)
            | Pattern::NameEnding(_)
            | Pattern::Anywhere(_)
            | Pattern::Program => false,
        };
        let called = || self.wants.iter().filter(|_| is_program).find(is_called);
        let program = || self.wants.iter().find(|want| is_program && want.pattern == Pattern::Program);
        let want = whole.or_else(|| by_path.first().copied()).or_else(called).or_else(program)?;
        Some(Kept { most: want.most, extractor: want.extractor })
    }

    /// A digest of the list, and of the code that tells which paths are meant: where it is equal, the same files are
    /// kept.
    pub fn revision(&self) -> String {
        let mut hasher = Hasher::sha256();
        hasher.update_field(revision::of("wants"));
        for Want { pattern, most, companion, extractor } in &self.wants {
            hasher.update_field(&format!("{pattern:?} {most} {companion}"));
            if let Some(extractor) = extractor {
                hasher.update_field(extractor.id);
                hasher.update_field(extractor.revision);
            }
        }
        hasher.finish().short().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_path_is_found_at_the_root_and_in_nested_file_systems() {
        let pattern = Pattern::System("etc/os-release");
        assert!(pattern.matches(&"etc/os-release".into()));
        assert!(pattern.matches(&"opt/root/etc/os-release".into()));
        assert!(!pattern.matches(&"opt/etc/os-release.d".into()));
        assert!(!pattern.matches(&"opt/fetc/os-release".into()));
        assert_eq!(system_root(&"opt/root/etc/os-release".into(), "etc/os-release"), Some("opt/root".into()));
        assert_eq!(system_root(&"etc/os-release".into(), "etc/os-release"), Some(FilePath::default()));
    }

    #[test]
    fn a_glob_stands_for_paths_of_as_many_components() {
        let glob = "var/lib/pacman/local/*/desc";
        assert_eq!(
            glob_root(&"var/lib/pacman/local/bash-5.2-1/desc".into(), glob),
            Some(FilePath::default())
        );
        assert_eq!(glob_root(&"srv/root/var/lib/pacman/local/a/desc".into(), glob), Some("srv/root".into()));
        for other in
            ["var/lib/pacman/local/desc", "var/lib/pacman/local/a/b/desc", "xvar/lib/pacman/local/a/desc"]
        {
            assert_eq!(glob_root(&other.into(), glob), None, "{other}");
        }
        let list = Pattern::SystemGlob("var/lib/dpkg/info/*.list");
        assert!(list.matches(&"var/lib/dpkg/info/libc6:amd64.list".into()));
        assert!(!list.matches(&"var/lib/dpkg/info/libc6.md5sums".into()));
        assert!(!list.matches(&"var/lib/dpkg/info/x/libc6.list".into()));
    }

    #[test]
    fn the_ending_of_a_name_has_any_capitalisation() {
        let pattern = Pattern::NameEnding(".jar");
        assert!(["lib/a.jar", "lib/A.JAR", ".Jar"].iter().all(|path| pattern.matches(&(*path).into())));
        assert!(
            ["lib/a.jars", "lib/jar", "a.jar/b", ""].iter().all(|path| !pattern.matches(&(*path).into()))
        );
    }

    #[test]
    fn a_list_finds_what_each_of_its_patterns_speaks_of() {
        let patterns = [
            Pattern::System("etc/os-release"),
            Pattern::SystemGlob("var/db/pkg/*/*/PF"),
            Pattern::SystemGlob("var/lib/dpkg/info/*.list"),
            Pattern::Name("METADATA"),
            Pattern::NameEnding(".jar"),
            Pattern::Program,
        ];
        let list = WantList::new((0..).zip(patterns).map(|(most, pattern)| Want::new(pattern, most)));
        for (path, most) in [
            ("etc/os-release", Some(0)),
            ("srv/etc/os-release", Some(0)),
            ("os-release", None),
            ("var/db/pkg/app/bash-5/PF", Some(1)),
            ("var/db/pkg/app/PF", None),
            ("var/lib/dpkg/info/a.list", Some(2)),
            ("a/METADATA", Some(3)),
            ("a/METADATA/b", None),
            ("lib/a.JAR", Some(4)),
        ] {
            assert_eq!(list.kept(&path.into(), false).map(|kept| kept.most), most, "{path}");
        }
        assert_eq!(list.kept(&"bin/ls".into(), true).map(|kept| kept.most), Some(5));
        assert_eq!(list.kept(&"lib/a.jar".into(), true).map(|kept| kept.most), Some(4));
    }

    #[test]
    fn the_revision_follows_the_content_and_not_the_order() {
        let (a, b) = (
            Want::new(Pattern::Name("METADATA"), 10),
            Want::new(Pattern::System("lib/apk/db/installed"), 20),
        );
        assert_eq!(WantList::new([a, b]).revision(), WantList::new([b, a]).revision());
        assert_ne!(WantList::new([a]).revision(), WantList::new([Want { most: 11, ..a }]).revision());
    }
}
