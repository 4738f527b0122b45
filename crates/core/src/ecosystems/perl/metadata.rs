//! What a distribution of CPAN's says of itself: `.meta/NAME-VERSION/MYMETA.json`, which installers leave beside its modules.
//!
//! Files of this name elsewhere are left over from builds and prove nothing.
//!
//! Source of the format: CPAN::Meta::Spec 2; of the place: App::cpanminus.

use serde::Deserialize;
use serde_json::Value;

use crate::{BlindSpot, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// Of any type, because only texts mean anything; versions are numbers in some.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    version: Value,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if !is_installed(file.path) {
        return parsed;
    }
    let named = serde_json::from_slice::<Metadata>(file.content).map(|metadata| {
        // Some write it as a number.
        let number = metadata.version.as_number().map(ToString::to_string);
        let version = number.or_else(|| text(&metadata.version));
        text(&metadata.name).zip(version)
    });
    let detail = match named {
        Ok(Some((name, version))) => {
            let package = Package { name, version, kind: "perl".to_owned(), ..Package::default() };
            parsed.packages.push(ParsedPackage::new(package));
            return parsed;
        }
        Ok(None) => "it has no readable name and version".to_owned(),
        Err(error) => format!("it cannot be read: {error}"),
    };
    let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
    parsed.blind_spots.push(spot.with_packages(1));
    parsed
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let is_plain = |character: char| !character.is_whitespace() && !character.is_control();
    (text.chars().all(is_plain) && text.chars().any(char::is_alphanumeric)).then(|| text.to_owned())
}

fn is_installed(path: &FilePath) -> bool {
    path.parent().parent().name() == b".meta"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_beside_installed_modules_counts() {
        let parse = |path: &str, content: &str| {
            let parsed =
                read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
            let names =
                parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
            (names.collect::<Vec<_>>(), parsed.blind_spots.len())
        };
        let path = "usr/local/share/perl/5.36.0/x86_64-linux-gnu/.meta/JSON-PP-4.16/MYMETA.json";
        let found = |text: &str| (vec![text.to_owned()], 0);
        assert_eq!(parse(path, r#"{"name": "JSON-PP", "version": "4.16"}"#), found("JSON-PP 4.16"));
        assert_eq!(parse(path, r#"{"name": "JSON-PP", "version": 4.5}"#), found("JSON-PP 4.5"));
        assert_eq!(parse("root/.cpanm/work/1/JSON-PP-4.16/MYMETA.json", "{}"), (vec![], 0));
        for odd in ["", "{}", "[]", r#"{"name": "JSON-PP"}"#, r#"{"name": "a b", "version": "1"}"#] {
            assert_eq!(parse(path, odd), (vec![], 1), "{odd}");
        }
    }
}
