//! The formats of Portage: the database of installed packages, and the order of versions.
//!
//! The database has a folder for each package, `var/db/pkg/CATEGORY/NAME-VERSION`, with a file for each thing that is known
//! of it. Shared by every distribution whose packages Portage installs; a change here is a change of each of them.

mod contents;
mod entry;
mod limits;
mod version;

use crate::{
    Detector, revision,
    wants::{Pattern, Want},
};

pub use self::version::VERSIONS;
pub(super) use self::version::{Written, written};

const SLOT: &str = "/SLOT";
const REPOSITORY: &str = "/repository";
const HOST: &str = "/CHOST";
const CONTENTS: &str = "/CONTENTS";

/// Finds the packages of Portage's database, by the file with the package's name that each folder has.
pub const DETECTOR: Detector = Detector {
    id: "portage",
    revision: revision::of("formats/portage"),
    wants: &[
        Want::new(Pattern::SystemGlob("var/db/pkg/*/*/PF"), limits::MOST_WORD_BYTES),
        Want::companion(Pattern::SystemGlob("var/db/pkg/*/*/SLOT"), limits::MOST_WORD_BYTES),
        Want::companion(Pattern::SystemGlob("var/db/pkg/*/*/repository"), limits::MOST_WORD_BYTES),
        Want::companion(Pattern::SystemGlob("var/db/pkg/*/*/CHOST"), limits::MOST_WORD_BYTES),
        Want::companion(Pattern::SystemGlob("var/db/pkg/*/*/CONTENTS"), limits::MOST_LIST_BYTES),
    ],
    companions: &[SLOT, REPOSITORY, HOST, CONTENTS],
    parse: entry::read,
};

#[cfg(test)]
mod tests;
