//! The list of the files of one rock: `NAME/VERSION/rock_manifest` in a tree of rocks.
//!
//! LuaRocks itself goes by the folders, and so are name and version told. The list must be whole: it is one table.
//!
//! Source of the layout: LuaRocks' documentation, “File locations”, “Rock manifest file format”.

use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut folders = file.path.as_bytes().rsplit(|&byte| byte == b'/').skip(1).map(String::from_utf8_lossy);
    let named =
        folders.next().zip(folders.next()).filter(|(version, name)| is_plain(version) && is_plain(name));
    let mut tell = |detail: &str| {
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
        parsed.blind_spots.push(spot.with_packages(1));
    };
    let content = String::from_utf8_lossy(file.content);
    let table = content.trim().strip_prefix("rock_manifest").map(str::trim_start);
    let is_whole = table.and_then(|table| table.strip_prefix('=')).map(str::trim);
    if !is_whole.is_some_and(|table| table.starts_with('{') && table.ends_with('}')) {
        tell("it is no list of the files of a rock, or a part of one");
    }
    match named {
        Some((version, name)) if !content.trim().is_empty() => {
            let package = Package {
                name: name.to_ascii_lowercase(),
                version: version.into_owned(),
                kind: "luarocks".to_owned(),
                ..Package::default()
            };
            parsed.packages.push(ParsedPackage::new(package));
        }
        Some(_) => {}
        None => tell("its folders are not named after a rock and its version"),
    }
    parsed
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|one| one.is_whitespace() || one.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rock_is_named_by_its_folders() {
        let parse = |path: &str, content: &str| {
            let parsed =
                read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
            let names =
                parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
            (names.collect::<Vec<_>>(), parsed.blind_spots.len())
        };
        let path = "usr/local/lib/luarocks/rocks-5.1/LPeg/1.0.2-1/rock_manifest";
        assert_eq!(parse(path, "rock_manifest = {\n}\n"), (vec!["lpeg 1.0.2-1".to_owned()], 0));
        assert_eq!(parse(path, "rock_manifest = {\n"), (vec!["lpeg 1.0.2-1".to_owned()], 1));
        assert_eq!(parse(path, " "), (vec![], 1));
        assert_eq!(parse("a b/1/rock_manifest", "rock_manifest = {}"), (vec![], 1));
        assert_eq!(parse("rock_manifest", "rock_manifest = {}"), (vec![], 1));
    }
}
