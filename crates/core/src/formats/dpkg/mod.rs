//! The formats of dpkg: the database of installed packages, lists of their files, the order of versions.
//!
//! Shared by every distribution that is built from deb packages; a change here is a change of each of them.

mod limits;
mod origin;
mod owned;
mod stanza;
mod status;
mod version;

use crate::{
    Detector, FoundFile, Parsed, revision,
    wants::{Pattern, Want},
};

pub use self::{
    origin::{foreign_addition, foreign_word},
    version::VERSIONS,
};

/// Finds deb packages.
pub const DETECTOR: Detector = Detector {
    id: "dpkg",
    revision: revision::of("formats/dpkg"),
    wants: &[
        Want::new(Pattern::System("var/lib/dpkg/status"), limits::MOST_DATABASE_BYTES),
        Want::new(Pattern::SystemGlob("var/lib/dpkg/status.d/*"), limits::MOST_LIST_BYTES),
        Want::new(Pattern::SystemGlob("var/lib/dpkg/updates/*"), limits::MOST_LIST_BYTES),
        Want::new(Pattern::SystemGlob("var/lib/dpkg/info/*.list"), limits::MOST_LIST_BYTES),
        Want::new(Pattern::SystemGlob("var/lib/dpkg/info/*.md5sums"), limits::MOST_LIST_BYTES),
    ],
    companions: &[],
    parse,
};

/// Which of the kinds a file is shows its path; what it says is read by [`status`] and [`owned`].
fn parse(file: &FoundFile<'_>) -> Parsed {
    let name = file.path.name();
    let folder = file.path.parent();
    let (in_info, in_status) = (folder.name() == b"info", folder.name() == b"status.d");
    if folder.name() == b"updates" {
        // dpkg passes over other names, such as that of the file which it is writing.
        let is_note = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
        if is_note { status::read(file, status::Kind::Note) } else { Parsed::default() }
    } else if !in_info && !in_status {
        status::read(file, status::Kind::Database)
    } else if let Some(package) = name.strip_suffix(b".md5sums") {
        owned::read(package, file, owned::line_of_checksums)
    } else if in_info {
        owned::read(name.strip_suffix(b".list").unwrap_or(name), file, owned::line_of_list)
    } else {
        status::read(file, status::Kind::OnePackage)
    }
}
