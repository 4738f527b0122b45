//! The list of the files of an installed package: `RECORD` beside its metadata.
//!
//! It tells which programs are judged with the package. What of it cannot be read leaves files without an owner, which is
//! seen; it never hides a package.
//!
//! Source: the Python Packaging User Guide, “Recording installed projects”: CSV of path, hash and size; paths are relative to
//! the folder in which the metadata's folder is, or absolute.

use std::sync::Arc;

use super::limits::MOST_PATH_BYTES;
use crate::{BlindSpot, FilePath, FoundFile, Reason, formats::path_budget::PathBudget, owned::OwnedFile};

/// The files, and what is to be said of the list.
pub(super) fn files(file: &FoundFile<'_>) -> (Arc<[OwnedFile]>, Option<BlindSpot>) {
    let record = file.companions.iter().find(|(ending, _)| *ending == super::RECORD);
    let Some((_, content)) = record else { return (Arc::new([]), None) };
    let site = file.path.parent().parent();
    let mut budget = PathBudget::<MOST_PATH_BYTES>::default();
    let mut files = Vec::new();
    for path in content.split(|&byte| byte == b'\n').filter_map(path) {
        let path = if path.starts_with(b"/") { FilePath::new(&path) } else { site.join(&path) };
        if !budget.take(path.as_bytes().len()) {
            let detail = "its list of files is too large; which files the package owns is known only in part";
            let spot = BlindSpot::new(Reason::OverBudget, file.path.to_string(), detail);
            return (files.into(), Some(spot));
        }
        files.push(path.into());
    }
    (files.into(), None)
}

/// The first column of a line, without its quotes.
fn path(line: &[u8]) -> Option<Vec<u8>> {
    let path = match line.strip_prefix(b"\"") {
        None => line.split(|&byte| byte == b',').next().unwrap_or_default().to_vec(),
        Some(mut rest) => {
            let mut path = Vec::new();
            while let Some(quote) = rest.iter().position(|&byte| byte == b'"') {
                path.extend_from_slice(rest.get(..quote).unwrap_or_default());
                rest = rest.get(quote + 1..).unwrap_or_default();
                // A doubled quote is one.
                let Some(after) = rest.strip_prefix(b"\"") else { break };
                path.push(b'"');
                rest = after;
            }
            path
        }
    };
    let path = path.trim_ascii();
    (!path.is_empty()).then(|| path.to_vec())
}
