//! The `package.json` of one installed package.
//!
//! Below `node_modules`, the packages are the folders in it, and those in the folders of scopes (`@babel/core`); what lies deeper
//! in a package is its own business, such as the packages that it is tested with. Yarn's linker of pnpm's kind has them in
//! `node_modules/.store/NAME-npm-VERSION-HASH/package` and `…/NAME-virtual-HASH/package`. Elsewhere, a file that names a published
//! package is one: so Debian lays them out, and so are tools unpacked.
//!
//! Source of the format: npm's documentation, package.json(5), folders(5).

use serde::Deserialize;
use serde_json::Value;

use crate::{BlindSpot, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason};

const MODULES: &[u8] = b"node_modules";

/// Where a `package.json` lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the top of a folder that holds an installed package.
    Installed,
    /// In no `node_modules` at all.
    Outside,
    /// Within a package, or in a folder of tools.
    Within,
}

/// Of any type, because authors write what they like and only texts mean anything.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    version: Value,
    #[serde(default)]
    private: Value,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let place = place(file.path);
    if place == Place::Within {
        return Parsed::default();
    }
    let path = file.path.to_string();
    let unreadable = |detail: String| {
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail).with_packages(1);
        Parsed { blind_spots: vec![spot], ..Parsed::default() }
    };
    let content = file.content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.content);
    let manifest: Manifest = match serde_json::from_slice(content) {
        Ok(manifest) => manifest,
        Err(error) => return unreadable(format!("it cannot be read: {error}")),
    };
    match (text(&manifest.name), text(&manifest.version)) {
        (Some(_), Some(_)) if place == Place::Outside && manifest.private == Value::Bool(true) => {
            Parsed::default()
        }
        (Some(name), Some(version)) => {
            let package = Package {
                name: name.to_owned(),
                version: version.to_owned(),
                kind: "npm".to_owned(),
                ..Package::default()
            };
            Parsed { packages: vec![ParsedPackage::new(package)], ..Parsed::default() }
        }
        // An application, or the settings of a folder.
        (None, _) | (_, None) if place == Place::Outside => Parsed::default(),
        (None, _) | (_, None) => unreadable("it has no readable name and version".to_owned()),
    }
}

fn text(value: &Value) -> Option<&str> {
    let text = value.as_str()?.trim();
    let is_plain = |character: char| !character.is_whitespace() && !character.is_control();
    Some(text).filter(|text| !text.is_empty() && text.chars().all(is_plain))
}

fn place(path: &FilePath) -> Place {
    let mut above = path.as_bytes().rsplit(|&byte| byte == b'/').skip(1);
    let (package, parent, grandparent) = (above.next(), above.next(), above.next());
    let is_stored =
        package == Some(b"package") && grandparent == Some(b".store") && above.next() == Some(MODULES);
    let is_name = package.is_some_and(|name| !name.starts_with(b".") && !name.starts_with(b"@"));
    let is_scope = parent.is_some_and(|name| name.starts_with(b"@"));
    if is_stored || (is_name && (parent == Some(MODULES) || (is_scope && grandparent == Some(MODULES)))) {
        Place::Installed
    } else if path.as_bytes().split(|&byte| byte == b'/').any(|name| name == MODULES) {
        Place::Within
    } else {
        Place::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str, content: &str) -> Parsed {
        read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] })
    }

    fn names(parsed: &Parsed) -> Vec<&str> {
        parsed.packages.iter().map(|one| one.package.name.as_str()).collect()
    }

    #[test]
    fn installed_packages_are_told_from_what_lies_in_them() {
        let lodash = r#"{"name": "lodash", "version": "4.17.21"}"#;
        for installed in [
            "app/node_modules/lodash/package.json",
            "node_modules/@types/lodash/package.json",
            "app/node_modules/.pnpm/lodash@4.17.21/node_modules/lodash/package.json",
            "usr/lib/node_modules/npm/node_modules/lodash/package.json",
            "app/node_modules/.store/lodash-npm-4.17.21-6382451519/package/package.json",
            "app/node_modules/.store/@types-lodash-npm-4.17.21-6382451519/package/package.json",
            "app/node_modules/.store/lodash-virtual-7120ad795c/package/package.json",
            "usr/share/nodejs/lodash/package.json",
            "opt/lodash-v4.17.21/package.json",
        ] {
            assert_eq!(names(&parse(installed, lodash)), ["lodash"], "{installed}");
        }
        for other in [
            "app/node_modules/resolve/test/resolver/multirepo/package.json",
            "app/node_modules/.vite/package.json",
            "app/node_modules/.store/lodash-npm-4.17.21-6382451519/package/test/package.json",
            "app/node_modules/.cache/lodash/package/package.json",
            "app/node_modules/.vite/deps/package.json",
            "app/node_modules/@types/package.json",
            "app/node_modules/package.json",
        ] {
            assert_eq!(parse(other, lodash), Parsed::default(), "{other}");
        }
    }

    #[test]
    fn what_names_no_package_is_told_where_one_is_installed() {
        for odd in [
            "{}",
            r#"{"name": "a"}"#,
            r#"{"name": "a", "version": 1}"#,
            r#"{"name": "a b", "version": "1.0.0"}"#,
            "",
            "[]",
        ] {
            let installed = parse("node_modules/a/package.json", odd);
            assert_eq!((installed.packages.len(), installed.blind_spots.len()), (0, 1), "{odd}");
        }
        assert_eq!(parse("app/package.json", r#"{"type": "module"}"#), Parsed::default());
        assert_eq!(
            parse("app/package.json", r#"{"name": "a", "version": "1.0.0", "private": true}"#),
            Parsed::default()
        );
        assert_eq!(parse("app/package.json", "{").blind_spots.len(), 1);
        assert_eq!(
            names(&parse("node_modules/a/package.json", "\u{feff}{\"name\": \"a\", \"version\": \"1.0.0\"}")),
            ["a"]
        );
    }
}
