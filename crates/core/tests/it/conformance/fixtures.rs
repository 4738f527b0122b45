//! Finds the fixtures of every ecosystem by itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use limpid_core::{Ecosystem, FilePath, ecosystems};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ecosystems")
}

pub(super) fn ecosystem_folders() -> BTreeSet<String> {
    children(&sources()).into_iter().filter(|path| path.is_dir()).map(|path| file_name(&path)).collect()
}

/// One file of a fixture.
pub(super) struct File {
    /// Its path below the case's folder.
    pub(super) path: String,
    pub(super) content: Vec<u8>,
}

impl File {
    pub(super) fn image_path(&self) -> FilePath {
        FilePath::from(self.path.as_str())
    }

    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.content).unwrap()
    }
}

/// A folder below one of the kinds `ok`, `empty`, `broken`.
pub(super) struct Case {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: String,
    pub(super) files: Vec<File>,
}

impl Case {
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// The cases of a kind of all ecosystems; every ecosystem has one.
pub(super) fn cases(kind: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for ecosystem in ecosystems::all().iter() {
        let folder = fixtures(ecosystem).join(kind);
        let found = children(&folder);
        assert!(!found.is_empty(), "{} has no fixtures of kind {kind}", ecosystem.id);
        cases.extend(found.iter().map(|case| Case {
            ecosystem: *ecosystem,
            name: format!("{}/{kind}/{}", ecosystem.id, file_name(case)),
            files: files_below(case),
        }));
    }
    cases
}

/// All files below a folder of an ecosystem's fixtures.
pub(super) fn files(ecosystem: &Ecosystem, kind: &str) -> Vec<File> {
    files_below(&fixtures(ecosystem).join(kind))
}

/// The lines of a file of an ecosystem's fixtures; none where there is no such file.
pub(super) fn lines(ecosystem: &Ecosystem, name: &str) -> Vec<String> {
    let path = fixtures(ecosystem).join(name);
    if !path.exists() {
        return Vec::new();
    }
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn fixtures(ecosystem: &Ecosystem) -> PathBuf {
    sources().join(ecosystem.id).join("fixtures")
}

fn files_below(folder: &Path) -> Vec<File> {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
        for path in children(folder) {
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.push(File { path: below, content: fs::read(&path).unwrap() });
            }
        }
    }
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    files
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut children: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    children.sort();
    children
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// So many ends at which content is cut off, evenly spread, never the whole.
pub(super) fn truncations(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    const POINTS: usize = 64;
    (0..POINTS)
        .map(|point| content.len() * point / POINTS)
        .filter(|&end| end < content.len())
        .map(|end| &content[..end])
}

/// Content with a byte changed here and there, the same in every run.
pub(super) fn mutations(content: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const MUTATIONS: usize = 256;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let content = content.to_vec();
    (0..MUTATIONS).map(move |round| {
        let mut mutated = content.clone();
        for _ in 0..=round % 3 {
            let Some(length) = u64::try_from(mutated.len()).ok().filter(|&length| length > 0) else { break };
            let position = usize::try_from(next() % length).unwrap();
            let value = next().to_le_bytes()[0];
            match round % 4 {
                0 => mutated[position] = value,
                1 => mutated[position] ^= 1 << (value % 8),
                2 => mutated.insert(position, value),
                _ => drop(mutated.remove(position)),
            }
        }
        mutated
    })
}
