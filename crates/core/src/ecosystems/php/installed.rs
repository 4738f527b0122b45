//! Composer's list of what it has installed: `vendor/composer/installed.json`.
//!
//! Composer 1 wrote a list of packages; Composer 2 writes an object that has it as `packages`. A branch is a version too
//! (`dev-main`), and cannot be compared with others.
//!
//! Source of the format: Composer, `Composer\Repository\FilesystemRepository`; names: its documentation, “The composer.json schema”.

use serde_json::Value;

use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if file.path.parent().name() != b"composer" {
        return parsed;
    }
    let path = file.path.to_string();
    let unreadable = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail);
    let list = match serde_json::from_slice(file.content) {
        Ok(Value::Array(packages)) => Some(packages),
        Ok(Value::Object(mut members)) => match members.remove("packages") {
            Some(Value::Array(packages)) => Some(packages),
            Some(_) | None => None,
        },
        Ok(_) => None,
        Err(error) => {
            parsed.blind_spots.push(unreadable(format!("it cannot be read: {error}")));
            return parsed;
        }
    };
    let Some(list) = list else {
        parsed.blind_spots.push(unreadable("it has no list of packages".to_owned()));
        return parsed;
    };
    let entries = list.len();
    parsed.packages.extend(list.iter().filter_map(package).map(ParsedPackage::new));
    let nameless = entries - parsed.packages.len();
    if nameless > 0 {
        let detail = format!("{nameless} of its {entries} packages have no readable name and version");
        parsed.blind_spots.push(unreadable(detail).with_packages(nameless));
    }
    parsed
}

fn package(entry: &Value) -> Option<Package> {
    let text = |field: &str| {
        let text = entry.get(field)?.as_str()?.trim();
        let is_plain = |character: char| !character.is_whitespace() && !character.is_control();
        Some(text).filter(|text| !text.is_empty() && text.chars().all(is_plain))
    };
    let name = text("name")?.to_ascii_lowercase();
    Some(Package {
        name,
        version: text("version")?.to_owned(),
        kind: "composer".to_owned(),
        ..Package::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str, content: &str) -> (Vec<String>, Vec<u64>) {
        let parsed = read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
        let packages =
            parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
        (packages.collect(), parsed.blind_spots.iter().map(|spot| spot.packages).collect())
    }

    #[test]
    fn both_forms_are_read_and_what_has_no_name_is_counted() {
        let list = r#"[{"name": "Monolog/monolog", "version": "2.0.0"}, {"name": "a/b"}, {"name": 1, "version": "1"}]"#;
        let found = (vec!["monolog/monolog 2.0.0".to_owned()], vec![2]);
        assert_eq!(parse("srv/vendor/composer/installed.json", list), found);
        assert_eq!(
            parse("lib/composer/installed.json", &format!("{{\"packages\": {list}, \"dev\": true}}")),
            found
        );
        assert_eq!(parse("srv/installed.json", list), (vec![], vec![]));
        for odd in ["{}", "1", "{\"packages\": {}}", "", "[1"] {
            assert_eq!(parse("vendor/composer/installed.json", odd), (vec![], vec![0]), "{odd}");
        }
        // An application that needs nothing.
        assert_eq!(parse("vendor/composer/installed.json", "{\"packages\": []}"), (vec![], vec![]));
    }
}
