//! The files of one package: `CONTENTS`, an entry in each line.
//!
//! ```text
//! dir /usr/bin
//! obj /usr/bin/a file 0123456789abcdef0123456789abcdef 1700000000
//! sym /usr/bin/b -> a file 1700000000
//! ```
//!
//! It tells what is judged with its package. A list that is lost or cut off leaves files without owner, which is seen; it
//! never hides a package.
//!
//! Source of the format: Portage's `dblink`, which writes it.

use super::limits::MOST_PATH_BYTES;
use crate::{
    FilePath,
    formats::path_budget::PathBudget,
    owned::{FileDigest, OwnedFile},
};

/// Files and symbolic links, and whether the list is too long for all of them.
pub(super) fn read(content: &[u8]) -> (Vec<OwnedFile>, bool) {
    let mut budget = PathBudget::<MOST_PATH_BYTES>::default();
    let files = content.split(|&byte| byte == b'\n').filter_map(file);
    let files = files.take_while(|(path, _)| budget.take(path.len()));
    let files = files.map(|(path, digest)| OwnedFile { path: FilePath::new(path), digest }).collect();
    (files, budget.is_spent())
}

/// Path and digest of an entry that is no folder: those belong to many packages.
fn file(line: &[u8]) -> Option<(&[u8], Option<FileDigest>)> {
    let mut digest = None;
    let path = if let Some(rest) = line.strip_prefix(b"obj ") {
        // Paths may have blanks; the digest and the time have none.
        let rest = before_last(rest, b" ")?;
        let path = before_last(rest, b" ")?;
        digest = rest.get(path.len() + 1..).and_then(FileDigest::from_hex);
        path
    } else if let Some(rest) = line.strip_prefix(b"sym ") {
        const ARROW: &[u8] = b" -> ";
        let at = rest.windows(ARROW.len()).position(|window| window == ARROW)?;
        rest.get(..at)?
    } else {
        line.strip_prefix(b"fif ").or_else(|| line.strip_prefix(b"dev "))?
    };
    path.strip_prefix(b"/").filter(|path| !path.is_empty()).map(|path| (path, digest))
}

fn before_last<'a>(text: &'a [u8], separator: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(separator.len()).rposition(|window| window == separator)?;
    text.get(..at)
}
