//! The list of the files of one package: `var/lib/pacman/local/NAME-VERSION/files`.
//!
//! It tells what is judged with its package. A list that is lost or cut off leaves files without owner, which is seen; it
//! never hides a package.

use super::{blocks, limits::MOST_PATH_BYTES};
use crate::{
    BlindSpot, FilePath, FoundFile, Parsed, Reason, ecosystem::OwnedFiles, formats::path_budget::PathBudget,
    owned::OwnedFile,
};

pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let Some((package, _)) = super::folder(file) else {
        let detail = "its folder is not named after a package, so that nobody knows whose files it lists";
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
        return Parsed { blind_spots: vec![spot], ..parsed };
    };
    let (blocks, _) = blocks::read(file.content);
    let mut budget = PathBudget::<MOST_PATH_BYTES>::default();
    let paths = blocks.iter().filter(|block| block.field == b"FILES").flat_map(|block| &block.values);
    // Folders end in a slash, and belong to many packages.
    let files: Vec<OwnedFile> = paths
        .filter(|path| !path.ends_with(b"/"))
        .take_while(|path| budget.take(path.len()))
        .map(|path| FilePath::new(path).into())
        .collect();
    if budget.is_spent() {
        let detail = "its list of files is too large; which files the package owns is known only in part";
        parsed.blind_spots.push(BlindSpot::new(Reason::OverBudget, file.path.to_string(), detail));
    }
    if !files.is_empty() {
        parsed.owned.push(OwnedFiles { package: package.to_owned(), files: files.into() });
    }
    parsed
}
