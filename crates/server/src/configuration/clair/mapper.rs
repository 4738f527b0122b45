//! Access to Clair's document, and what is noted while it is read.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use serde_json::Value;

use super::keys::{self, Fate, Place};
use crate::configuration::{
    problem::{Problem, Unusable, unless},
    settings::{Origin, Settings},
};

pub(super) struct Mapper<'a> {
    file: Arc<Path>,
    document: &'a Value,
    pub(super) settings: Settings,
    warnings: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Mapper<'a> {
    pub(super) fn new(file: &Path, document: &'a Value) -> Self {
        let (settings, warnings, problems) = (Settings::default(), Vec::new(), Vec::new());
        Self { file: file.into(), document, settings, warnings, problems }
    }

    /// The settings, and what is to be said.
    pub(super) fn finish(self) -> Result<(Settings, Vec<String>), Unusable> {
        unless(self.problems, (self.settings, self.warnings))
    }

    /// The value of a key; none where it is null, as for Clair.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        let found = key.split('.').try_fold(self.document, |value, part| value.get(part))?;
        (!found.is_null()).then_some(found)
    }

    fn read<T>(&mut self, key: &str, what: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value);
        if read.is_none() {
            self.problem(key, format!("it must be {what}"));
        }
        read
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.read(key, "a text; put quotes around it", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        self.read(key, "true or false", |value| match value.as_str() {
            // YAML 1.1, which Clair reads.
            Some("yes" | "on") => Some(true),
            Some("no" | "off") => Some(false),
            Some(_) | None => value.as_bool(),
        })
    }

    pub(super) fn number(&mut self, key: &str) -> Option<i64> {
        self.read(key, "a whole number", Value::as_i64)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.read(key, "a list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    pub(super) fn origin(&self, key: &str) -> Origin {
        Origin::Clair { file: Arc::clone(&self.file), key: key.to_owned() }
    }

    /// Sets one of our keys because of one of Clair's.
    pub(super) fn set(&mut self, ours: &str, value: impl Into<toml::Value>, key: &str) {
        let origin = self.origin(key);
        self.settings.set(ours, value, origin);
    }

    pub(super) fn warn(&mut self, key: &str, text: impl std::fmt::Display) {
        self.warnings.push(format!("{}: {text}", self.origin(key)));
    }

    pub(super) fn problem(&mut self, key: &str, text: impl Into<String>) {
        let origin = self.origin(key);
        self.problems.push(Problem::at(&origin, text));
    }

    /// Says of every key that is not used why, and of every key that Clair does not know that it does not.
    pub(super) fn known_keys(&mut self) {
        let mut said = BTreeSet::new();
        let mut waiting: Vec<(String, &Value)> = vec![(String::new(), self.document)];
        while let Some((path, value)) = waiting.pop() {
            let Some(fields) = value.as_object() else {
                self.problem(&path, "it must be a map of keys");
                continue;
            };
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let place =
                    if name.contains('.') { Place::Unknown(String::new()) } else { keys::find(&path) };
                match place {
                    Place::Map if value.is_null() => {}
                    Place::Map => waiting.push((path, value)),
                    Place::Key(_, Fate::Used) => {}
                    Place::Key(key, Fate::Ignored(why)) => {
                        if said.insert(key) {
                            self.warn(key, format!("ignored: {why}"));
                        }
                    }
                    Place::Unknown(meant) => self.problem(&path, format!("Clair has no such key{meant}")),
                }
            }
        }
        self.warnings.sort();
    }
}
