//! The documents that an operator reads know every key, and say of it what is so.

use std::{fs, path::PathBuf};

use super::Place;
use crate::configuration::{
    keys::{self, Fallback, KEYS},
    settings::{Origin, Settings},
};

fn document(name: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The default of a key as TOML; `None` where it is told in words.
fn default_of(path: &str, fallback: Fallback) -> Option<String> {
    let mut settings = Settings::default();
    settings.name_table(path.rsplit_once('.')?.0, Origin::Default);
    settings.fill(Some("/data".as_ref()));
    match fallback {
        Fallback::Text(_) | Fallback::Boolean(_) | Fallback::Number(_) | Fallback::EmptyList => {
            Some(settings.get(path)?.value.to_string())
        }
        Fallback::None | Fallback::Roles | Fallback::Cores | Fallback::Data | Fallback::InData(..) => None,
    }
}

#[test]
fn the_page_has_every_key_with_its_variable_and_default() {
    let page = document("service.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.contains("<br>`LIMPID_")).collect();
    assert_eq!(rows.len(), KEYS.len(), "a row a key");
    for key in KEYS {
        let path = keys::named(key.path, "NAME");
        let begins = format!("| `{path}`<br>`{}` | ", keys::variable(&path));
        let row =
            rows.iter().find(|row| row.starts_with(&begins)).unwrap_or_else(|| panic!("no row {begins}"));
        let default = row.split(" | ").nth(1).unwrap();
        if let Some(expected) = default_of(&keys::named(key.path, "name"), key.fallback) {
            assert_eq!(default, format!("`{expected}`"), "{path}");
        }
    }
}

#[test]
fn the_example_file_is_the_defaults() {
    let example = document("limpid.toml");
    assert_eq!(Place::with(&example).load().configuration, Place::new().load().configuration);
}

#[test]
fn the_example_file_has_every_key_and_all_of_it_can_be_used() {
    let whole: String = document("limpid.toml")
        .lines()
        .map(|line| {
            line.strip_prefix('#').filter(|rest| rest.starts_with(|first: char| first != ' ')).unwrap_or(line)
        })
        // A secret in one form is enough, and the files are not here.
        .filter(|line| {
            !["certificate =", "key = \"/", "root_ca =", "[api.tls]", "[registry.tls]"]
                .iter()
                .any(|begins| line.starts_with(begins))
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let without_files: String = whole
        .lines()
        .filter(|line| !line.contains("_file = "))
        .fold(String::new(), |text, line| text + line + "\n");
    let configuration = Place::with(&without_files).load().configuration;
    assert_eq!(configuration.notifier.targets.len(), 3);
    for key in KEYS {
        let name = key.path.rsplit('.').next().unwrap();
        let line = format!("{name} = ");
        let example = document("limpid.toml");
        let there = example.lines().any(|text| text.trim_start_matches('#').starts_with(&line));
        assert!(there, "{} is not in the example", key.path);
    }
}
