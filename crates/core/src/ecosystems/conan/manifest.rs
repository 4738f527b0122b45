//! The list of the files of one package: `conanmanifest.txt`.
//!
//! It does not name the package; its folders do, in the cache of Conan 1 and where a package was deployed, and in the cache of Conan 2 a
//! database ([`super::cache`]). What none of them names is told. Recipes have a list too, and are none.
//!
//! Source of the layout: Conan's documentation, “Architecture: Package layout” (1), `full_deploy` (2); of the list: `FileTreeManifest`.

use super::cache;
use crate::{BlindSpot, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let content = String::from_utf8_lossy(file.content);
    let mut tell = |detail: &str| {
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
        parsed.blind_spots.push(spot.with_packages(1));
    };
    let place = match place(file.path) {
        Place::Unnamed => cache::named(file).map_or(Place::Unnamed, |(name, version)| named(&name, &version)),
        place @ (Place::Named(_, _) | Place::Recipe) => place,
    };
    if place != Place::Recipe && !is_whole(&content) {
        tell("it is no list of the files of a package, or a part of one");
    }
    match place {
        Place::Named(name, version) if !content.trim().is_empty() => {
            let package = Package { name, version, kind: "conan".to_owned(), ..Package::default() };
            parsed.packages.push(ParsedPackage::new(package));
        }
        Place::Unnamed => tell("nothing that is read says which package this is"),
        Place::Named(_, _) | Place::Recipe => {}
    }
    parsed
}

/// Where a list lies.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In folders named after a package and its version.
    Named(String, String),
    Unnamed,
    Recipe,
}

fn place(path: &FilePath) -> Place {
    let parent = path.parent();
    let folders: Vec<_> =
        parent.as_bytes().split(|&byte| byte == b'/').map(String::from_utf8_lossy).collect();
    let folders: Vec<&str> = folders.iter().map(AsRef::as_ref).collect();
    match folders.as_slice() {
        [.., "data", name, version, _, _, "package", _] => named(name, version),
        [.., "e" | "es" | "export" | "export_source"] => Place::Recipe,
        _ => {
            let deployed = folders.iter().position(|&folder| folder == "full_deploy");
            match deployed.and_then(|place| folders.get(place..)) {
                Some([_, _, name, version, ..]) => named(name, version),
                Some(_) | None => Place::Unnamed,
            }
        }
    }
}

fn named(name: &str, version: &str) -> Place {
    let is_plain = |text: &str| !text.chars().any(|one| one.is_whitespace() || one.is_control());
    if is_plain(name) && is_plain(version) {
        Place::Named(name.to_owned(), version.to_owned())
    } else {
        Place::Unnamed
    }
}

/// An instant, then a line for each file: its path and its MD5.
fn is_whole(content: &str) -> bool {
    let mut lines = content.trim_end().lines();
    let is_instant = |line: &str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let is_digest = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    lines.next().is_some_and(is_instant)
        && lines.all(|line| {
            line.rsplit_once(": ").is_some_and(|(path, digest)| !path.is_empty() && is_digest(digest))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_by_its_folders_or_told() {
        let list = "1700000000\nconaninfo.txt: d41d8cd98f00b204e9800998ecf8427e\n";
        let parse = |path: &str, content: &str| {
            let parsed =
                read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
            let names =
                parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
            (names.collect::<Vec<_>>(), parsed.blind_spots.len())
        };
        let cache = "root/.conan/data/zlib/1.2.11/_/_/package/6af9cc7cb931c5ad942174fd7838eb655717c709/conanmanifest.txt";
        let deployed = "app/full_deploy/host/zlib/1.2.11/Release/x86_64/conanmanifest.txt";
        let found = vec!["zlib 1.2.11".to_owned()];
        assert_eq!(parse(cache, list), (found.clone(), 0));
        assert_eq!(parse(deployed, list), (found.clone(), 0));
        assert_eq!(parse(deployed, "1700000000\nconaninfo.txt: d41d8c"), (found, 1));
        assert_eq!(parse(deployed, ""), (vec![], 1));
        assert_eq!(parse("root/.conan2/p/b/zlib0a1b2c3d4e5f6/p/conanmanifest.txt", list), (vec![], 1));
        let path = "root/.conan2/p/b/acme78ae18cf015bc/p/conanmanifest.txt";
        let database = include_bytes!("fixtures/ok/cache-of-2/root/.conan2/p/cache.sqlite3");
        let with = |path: &str, database: &[u8]| {
            let companions = [("/../../../cache.sqlite3", database)];
            let parsed =
                read(&FoundFile { path: &path.into(), content: list.as_bytes(), companions: &companions });
            (parsed.packages.len(), parsed.blind_spots.len())
        };
        let folder = "acmeaa103066b7263";
        let known = format!("home/p/b/{folder}/p/conanmanifest.txt");
        assert_eq!(with(&known, database), (1, 0));
        for (path, database) in [(path, &database[..]), (&known, &database[..5000]), (&known, b"")] {
            assert_eq!(with(path, database), (0, 1), "{path}");
        }
        for recipe in [
            "root/.conan2/p/zlib0a1b/e/conanmanifest.txt",
            "root/.conan/data/zlib/1.2.11/_/_/export/conanmanifest.txt",
        ] {
            assert_eq!(parse(recipe, list), (vec![], 0), "{recipe}");
        }
    }
}
