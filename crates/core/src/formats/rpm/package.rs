//! A package from its header.

use std::sync::Arc;

use super::{
    header::{Field, Header, tag},
    limits::{MOST_PACKAGES, MOST_PATH_BYTES, MOST_VENDOR_BYTES},
    signature,
};
use crate::{
    FilePath, Package, ParsedPackage,
    formats::{damage::Damage, path_budget::PathBudget},
    owned::{FileDigest, OwnedFile},
    package::SourcePackage,
};

/// The packages of a database while it is read.
#[derive(Default)]
pub(super) struct Packages {
    pub(super) list: Vec<ParsedPackage>,
    paths: PathBudget<MOST_PATH_BYTES>,
}

impl Packages {
    /// Adds the package with this header, which stands at `place`.
    pub(super) fn add(&mut self, blob: &[u8], place: &str, damage: &mut Damage) {
        if self.list.len() >= MOST_PACKAGES {
            return damage.over_budget("packages beyond the limit", place);
        }
        let Some(header) = Header::read(blob) else {
            return damage.note("packages whose header cannot be read", place);
        };
        let Some(package) = package(&header, place, damage) else {
            return;
        };
        let files = self.files(&header, &package.name, damage);
        self.list.push(ParsedPackage { package: Arc::new(package), files, ..ParsedPackage::default() });
    }

    fn files(&mut self, header: &Header<'_>, name: &str, damage: &mut Damage) -> Arc<[OwnedFile]> {
        let mut files = Vec::new();
        let complete = match header.texts(tag::BASE_NAMES) {
            Field::Missing => self.whole_paths(header, &mut files),
            Field::Value(names) => self.joined_paths(header, &names, &mut files),
            Field::Unreadable => None,
        };
        if self.paths.is_spent() {
            damage.over_budget(
                "lists of files that are too large; which files belong to packages is known in part",
                name,
            );
        } else if complete.is_none() {
            damage.note("packages whose list of files cannot be read", name);
        }
        // Folders and links have an empty one. Which kind they are of, their length tells.
        if let Field::Value(digests) = header.texts(tag::FILE_DIGESTS) {
            for (file, digest) in files.iter_mut().zip(digests) {
                file.digest = FileDigest::from_hex(digest);
            }
        }
        files.into()
    }

    /// Headers of rpm before version 4 have each path as a whole.
    fn whole_paths(&mut self, header: &Header<'_>, files: &mut Vec<OwnedFile>) -> Option<()> {
        match header.texts(tag::OLD_FILE_NAMES) {
            Field::Missing => Some(()),
            Field::Value(paths) => paths.into_iter().try_for_each(|path| self.push(path, b"", files)),
            Field::Unreadable => None,
        }
    }

    fn joined_paths(
        &mut self,
        header: &Header<'_>,
        names: &[&[u8]],
        files: &mut Vec<OwnedFile>,
    ) -> Option<()> {
        let folders = header.texts(tag::DIRECTORY_NAMES).value()?;
        let mut indexes = header.numbers(tag::DIRECTORY_INDEXES).value()?;
        for name in names {
            let folder = folders.get(indexes.next()?)?;
            self.push(folder, name, files)?;
        }
        Some(())
    }

    fn push(&mut self, folder: &[u8], name: &[u8], files: &mut Vec<OwnedFile>) -> Option<()> {
        if !self.paths.take(folder.len() + name.len()) {
            return None;
        }
        files.push(FilePath::new(&[folder, name].concat()).into());
        Some(())
    }
}

/// The package; `None` where it is a public key, which rpm keeps like a package, or has no name or version.
fn package(header: &Header<'_>, place: &str, damage: &mut Damage) -> Option<Package> {
    let word = |tag| header.text(tag).and_then(word);
    let name = word(tag::NAME);
    if name == Field::Value("gpg-pubkey") {
        return None;
    }
    let epoch = header.number(tag::EPOCH);
    let (Field::Value(name), Field::Value(version), Field::Value(release), false) =
        (name, word(tag::VERSION), word(tag::RELEASE), epoch.is_unreadable())
    else {
        damage.note("packages without a readable name, version, release or epoch", place);
        return None;
    };
    let epoch = epoch.value();
    let source = word(tag::SOURCE_RPM).and_then(|file| source(file, epoch));
    let architecture = word(tag::ARCHITECTURE);
    let module = word(tag::MODULARITY_LABEL).and_then(module);
    for (unreadable, what) in [
        (source.is_unreadable(), "packages whose source package cannot be read"),
        (architecture.is_unreadable(), "packages whose architecture cannot be read"),
        (module.is_unreadable(), "packages whose module cannot be read"),
    ] {
        if unreadable {
            damage.note(what, name);
        }
    }
    Some(Package {
        name: name.to_owned(),
        version: evr(epoch, version, release),
        kind: "rpm".to_owned(),
        architecture: architecture.value().map(str::to_owned),
        source: source.value().flatten(),
        module: module.value().flatten(),
        vendor: header.text(tag::VENDOR).value().and_then(vendor),
        key: signature::key(header),
        ..Package::default()
    })
}

/// A text that has characters, and none that a name or version cannot have.
pub(super) fn word(text: &[u8]) -> Option<&str> {
    let graphic = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
    std::str::from_utf8(text).ok().filter(|_| graphic)
}

/// `[epoch:]version-release`.
pub(crate) fn evr(epoch: Option<u32>, version: &str, release: &str) -> String {
    match epoch {
        None | Some(0) => format!("{version}-{release}"),
        Some(epoch) => format!("{epoch}:{version}-{release}"),
    }
}

/// The source package that `name-version-release.src.rpm` is the file of; `Some(None)` where rpm says that there is none.
///
/// The name of the file has no epoch. It is taken to be the package's own: a specification gives both the same one, unless a
/// package of it asks for another, which nothing in the database would tell.
pub(crate) fn source(file: &str, epoch: Option<u32>) -> Option<Option<SourcePackage>> {
    if file == "(none)" {
        return Some(None);
    }
    let file = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = file.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let whole = ![name, version, release].contains(&"");
    whole.then(|| Some(SourcePackage::new(name, evr(epoch, version, release))))
}

/// `name:stream` of a label `name:stream:version:context`; `Some(None)` where there is no label.
pub(crate) fn module(label: &str) -> Option<Option<String>> {
    if label == "(none)" {
        return Some(None);
    }
    let mut parts = label.split(':');
    let (name, stream) = (parts.next()?, parts.next()?);
    let whole = ![name, stream].contains(&"");
    whole.then(|| Some(format!("{name}:{stream}")))
}

/// A vendor's name, for people and for rules about who built a package.
pub(super) fn vendor(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text.get(..MOST_VENDOR_BYTES).unwrap_or(text));
    let text: String = text.chars().filter(|one| !one.is_control()).collect();
    let text = text.trim();
    (!text.is_empty() && text != "(none)").then(|| text.to_owned())
}
