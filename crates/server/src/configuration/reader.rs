//! Reads settings as what they mean. What is wrong is noted, and reading goes on, so that all is said at once.

use std::path::PathBuf;

use toml::Value;

use super::{
    file::text_of,
    keys::{self, Shown},
    problem::Problem,
    settings::{Origin, Setting, Settings},
    values::{self, Wrong},
};
use crate::{limits, secret::Secret};

/// Longest value that is repeated in an error.
const SHOWN_CHARACTERS: usize = 60;

pub(super) struct Reader<'a> {
    pub(super) settings: &'a Settings,
    pub(super) problems: Vec<Problem>,
}

impl Reader<'_> {
    /// The value of a key; `None` where there is none, and where it is wrong, which is then noted.
    pub(super) fn get<T>(
        &mut self,
        path: &str,
        meaning: impl FnOnce(&Value) -> Result<T, Wrong>,
    ) -> Option<T> {
        let setting = self.settings.get(path)?;
        match meaning(&setting.value) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.problems.push(problem_of(path, setting, wrong));
                None
            }
        }
    }

    /// A list of texts, each of which means something.
    pub(super) fn list<T>(&mut self, path: &str, each: impl Fn(&str) -> Result<T, Wrong>) -> Option<Vec<T>> {
        self.get(path, |value| values::list(value, each))
    }

    /// A number in the range of its kind.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, path: &str) -> Option<T> {
        let kind = keys::find(path)?.kind;
        self.get(path, |value| values::number(kind, value))
    }

    /// A path, relative to where it was said.
    pub(super) fn path(&mut self, path: &str) -> Option<PathBuf> {
        let text = self.get(path, values::filled)?;
        Some(self.origin(path)?.resolve(&text))
    }

    /// Something that is an address, or a path behind one of these prefixes, or a path alone. Paths are relative to where
    /// they were said.
    pub(super) fn address(
        &mut self,
        path: &str,
        prefixes: &[&str],
        check: impl FnOnce(&str) -> Result<(), Wrong>,
    ) -> Option<String> {
        let text = self.get(path, |value| {
            let text = values::text(value)?;
            check(&text).map(|()| text)
        })?;
        let prefix = prefixes.iter().find(|prefix| text.starts_with(**prefix)).copied().unwrap_or_default();
        let place = text.strip_prefix(prefix).unwrap_or(&text);
        if prefix.is_empty() && (text.contains("://") || text.contains('=')) {
            return Some(text);
        }
        let resolved = self.origin(path)?.resolve(place);
        Some(format!("{prefix}{}", resolved.to_string_lossy()))
    }

    /// A secret, from the key or from the file that the key beside it names; and which of the two.
    pub(super) fn secret(&mut self, path: &str) -> Option<(Secret, String)> {
        if self.settings.get(path).is_some() {
            return Some((Secret::new(self.get(path, values::filled)?), path.to_owned()));
        }
        let of_file = format!("{path}_file");
        let file = self.path(&of_file)?;
        let content = self.secret_file(&of_file, &file)?;
        Some((content, of_file))
    }

    /// The content of a file with a secret, without the line's end.
    pub(super) fn secret_file(&mut self, path: &str, file: &std::path::Path) -> Option<Secret> {
        let read = text_of(file, limits::SECRET_BYTES).and_then(|text| {
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.is_empty() { Err("is empty".to_owned()) } else { Ok(Secret::new(text)) }
        });
        match read {
            Ok(secret) => Some(secret),
            Err(why) => {
                self.said(path, format!("{} {why}", file.display()));
                None
            }
        }
    }

    /// Notes a problem of a key that is set, in words that follow its name.
    pub(super) fn said(&mut self, path: &str, why: impl std::fmt::Display) {
        let origin = self.origin(path).cloned().unwrap_or(Origin::Default);
        self.problems.push(Problem::at(&origin, format!("{path}: {why}")));
    }

    /// Notes that a key is missing, where its table is, and why it must be there.
    pub(super) fn missing(&mut self, path: &str, why: &str) {
        let table = path.rsplit_once('.').map_or("", |(table, _)| table);
        let origin = self.settings.table(table).cloned().unwrap_or(Origin::Default);
        let example = keys::find(path).map(keys::Key::example).unwrap_or_default();
        let name = path.rsplit('.').next().unwrap_or(path);
        self.problems
            .push(Problem::at(&origin, format!("{path} is missing: {why}, such as {name} = {example}")));
    }

    pub(super) fn origin(&self, path: &str) -> Option<&Origin> {
        self.settings.get(path).map(|setting| &setting.origin)
    }
}

fn problem_of(path: &str, setting: &Setting, wrong: Wrong) -> Problem {
    let text = match (wrong, keys::find(path)) {
        (Wrong::Said(why), _) => format!("{path}: {why}"),
        (Wrong::Kind, None) => format!("{path} cannot be read"),
        (Wrong::Kind, Some(key)) => {
            let but = match key.shown {
                Shown::Whole => shown(&setting.value),
                Shown::Address | Shown::Nothing => String::new(),
            };
            format!("{path} must be {}, such as {}{but}", key.kind.allowed(), key.example())
        }
    };
    Problem::at(&setting.origin, text)
}

/// A value as it may stand in an error: not too long, and no address with a password.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.contains('@') {
        return String::new();
    }
    let text = format!(", but is {text}");
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text;
    }
    let beginning: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{beginning}…")
}
