//! The list of crates in a program: JSON, an entry for each crate.
//!
//! Crates that only built it (`kind` `build`) are not in it and are left out, as `cargo audit` does.
//!
//! Source of the format: cargo-auditable's JSON schema.

use serde::Deserialize;

use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, formats::program};

#[derive(Deserialize)]
struct List {
    packages: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    /// Where its source came from: `crates.io`, `git`, `local`, `registry`.
    #[serde(default)]
    source: String,
    #[serde(default)]
    kind: Kind,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Build,
    #[default]
    Runtime,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
    let program = match program::read(file.content) {
        Some(Ok(program)) => program,
        Some(Err(detail)) => return Parsed { blind_spots: vec![spot(detail)], ..parsed },
        None => return parsed,
    };
    parsed.blind_spots.extend(program.rust_unread.into_iter().map(spot));
    for list in &program.rust {
        match serde_json::from_str::<List>(list) {
            Ok(list) => {
                let runtime = list.packages.into_iter().filter(|one| one.kind == Kind::Runtime);
                parsed.packages.extend(runtime.map(|one| ParsedPackage::new(package(one))));
            }
            Err(error) => {
                parsed.blind_spots.push(spot(format!("its list of crates cannot be read: {error}")))
            }
        }
    }
    parsed
}

fn package(one: Crate) -> Package {
    let repository = Some(one.source).filter(|source| !matches!(source.as_str(), "" | "crates.io"));
    Package {
        name: one.name,
        version: one.version,
        kind: "cargo".to_owned(),
        repository,
        ..Package::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::program::{EXTRACTOR, Program};

    fn parse(list: &str) -> Parsed {
        let content =
            EXTRACTOR.write(&Program { rust: vec![list.to_owned()], ..Program::default() }, true).unwrap();
        read(&FoundFile { path: &"bin/tool".into(), content: &content, companions: &[] })
    }

    #[test]
    fn crates_are_those_that_the_program_has_in_it() {
        let parsed = parse(
            r#"{"packages": [
                {"name": "adler", "version": "0.2.3", "source": "crates.io"},
                {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
                {"name": "tool", "version": "0.1.0", "source": "local", "root": true, "dependencies": [0]}
            ]}"#,
        );
        assert_eq!(parsed.blind_spots, []);
        let told = |one: &ParsedPackage| (one.package.name.clone(), one.package.repository.clone());
        let told: Vec<_> = parsed.packages.iter().map(told).collect();
        assert_eq!(told, [("adler".to_owned(), None), ("tool".to_owned(), Some("local".to_owned()))]);
    }

    #[test]
    fn a_list_that_cannot_be_read_says_so() {
        for odd in ["", "{}", r#"{"packages": [{"name": "a"}]}"#] {
            assert_eq!((parse(odd).packages.len(), parse(odd).blind_spots.len()), (0, 1), "{odd}");
        }
    }
}
