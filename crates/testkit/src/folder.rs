//! A folder of this machine as layers of an image: all of it, and what was changed in it since, as engines make them.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::{Path, PathBuf},
};

use crate::tar::{Header, Tar};

/// When each path was changed last, in seconds and nanoseconds, and which inode it is.
pub type State = BTreeMap<PathBuf, (i64, i64, u64)>;

/// A folder whose paths are those of the image.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// Where it is.
    pub root: &'a Path,
    /// Paths in it that no layer has.
    pub left_out: &'a [&'a str],
}

/// Bytes of a path that a header has room for.
const SHORT: usize = 100;

/// Says the name of the next member, where its header has no room for it.
fn named(layer: Tar, name: &[u8]) -> Tar {
    if name.len() > SHORT { layer.long_name(name) } else { layer }
}

impl Folder<'_> {
    /// How it is now.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn state(&self) -> State {
        let mut paths = State::new();
        let mut directories = vec![PathBuf::new()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(self.root.join(&directory)).expect("the folder is read") {
                let path = directory.join(entry.expect("the folder is read").file_name());
                if self.left_out.iter().any(|one| path == Path::new(one)) {
                    continue;
                }
                let metadata = fs::symlink_metadata(self.root.join(&path)).expect("the file is there");
                if metadata.is_dir() {
                    directories.push(path.clone());
                }
                paths.insert(path, (metadata.ctime(), metadata.ctime_nsec(), metadata.ino()));
            }
        }
        paths
    }

    /// What was changed since, as a layer: all of it, where it was empty.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn changes(&self, before: &State) -> Vec<u8> {
        let after = self.state();
        let mut layer = Tar::new();
        for (path, _) in after.iter().filter(|(path, state)| before.get(*path) != Some(state)) {
            layer = self.put(layer, path);
        }
        for path in before.keys().filter(|path| !after.contains_key(*path)) {
            let (folder, name) = (path.parent(), path.file_name());
            let folder = folder.expect("it is in the folder");
            if folder == Path::new("") || after.contains_key(folder) {
                let name = format!(".wh.{}", name.expect("a path has a name").display());
                let name = folder.join(name);
                layer = named(layer, name.as_os_str().as_bytes()).file(name.as_os_str().as_bytes(), "");
            }
        }
        layer.finish()
    }

    fn put(&self, layer: Tar, path: &Path) -> Tar {
        let (real, name) = (self.root.join(path), path.as_os_str().as_bytes());
        let metadata = fs::symlink_metadata(&real).expect("the file is there");
        let layer = named(layer, name);
        if metadata.is_dir() {
            layer.directory(name)
        } else if metadata.is_symlink() {
            let target = fs::read_link(&real).expect("it is a link").into_os_string();
            let target = target.as_bytes();
            let layer = if target.len() > SHORT { layer.long_link(target) } else { layer };
            layer.symlink(name, target.get(..SHORT).unwrap_or(target))
        } else {
            let header = Header::new(b'0', name).mode(u64::from(metadata.mode() & 0o7777));
            layer.member(header, fs::read(&real).expect("the file is read"))
        }
    }
}
