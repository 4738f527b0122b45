//! The file: TOML, each value with its line and column. What it names and nobody knows is a problem, not a comment.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use toml::{
    Spanned, Value,
    de::{DeTable, DeValue},
};

use super::{
    keys::{self, KEYS},
    problem::{Problem, did_you_mean, nearest},
    settings::{Origin, Settings},
};
use crate::limits;

/// Reads a file whole. The error says what is wrong with it, without its name.
pub(super) fn text_of(file: &Path, most: u64) -> Result<String, String> {
    let opened = File::open(file).map_err(|error| format!("cannot be read: {error}"))?;
    let mut bytes = Vec::new();
    opened.take(most + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|_not_utf8| "is not a text in UTF-8".to_owned())
}

/// Reads the configuration file: its settings, and what is wrong with them.
///
/// # Errors
/// A problem because of which nothing of it is known.
pub(super) fn read(file: &Path) -> Result<(Settings, Vec<Problem>), Problem> {
    let text = text_of(file, limits::CONFIGURATION_BYTES).map_err(|why| Problem::in_file(file, why))?;
    let mut walk =
        Walk { file: file.into(), text: &text, settings: Settings::default(), problems: Vec::new() };
    match DeTable::parse(&text) {
        Ok(root) => walk.table("", root.get_ref()),
        Err(error) => {
            // The message alone: an error's own form shows the line, which may have a secret in it.
            let origin = walk.origin(error.span().map_or(0, |span| span.start));
            let why = error.message().lines().collect::<Vec<_>>().join(", ");
            return Err(Problem::at(&origin, format!("this is not TOML: {why}")));
        }
    }
    walk.problems.extend(walk.settings.given_twice());
    Ok((walk.settings, walk.problems))
}

struct Walk<'a> {
    file: Arc<Path>,
    text: &'a str,
    settings: Settings,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        // As they stand in the file, which is how a person mends them.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            self.entry(&path, name, key.span().start, value);
        }
    }

    fn entry(&mut self, path: &str, name: &str, start: usize, value: &Spanned<DeValue<'_>>) {
        if name.contains('.') || (keys::is_chosen_name(path) && !keys::is_name(name)) {
            let why =
                format!("“{path}” cannot be named so: a name has lower-case letters, digits and hyphens");
            self.problem(start, why);
        } else if keys::find(path).is_some() {
            let origin = self.origin(value.span().start);
            match owned(value.get_ref()) {
                Ok(value) => self.settings.set(path, value, origin),
                Err(why) => self.problem(value.span().start, format!("{path} {why}")),
            }
        } else if keys::is_table(path) {
            match value.get_ref().as_table() {
                Some(table) => {
                    let origin = self.origin(start);
                    self.settings.name_table(path, origin);
                    self.table(path, table);
                }
                None => self.problem(start, format!("{path} must be a table: {}", header_of(path))),
            }
        } else {
            self.problem(start, unknown(path));
        }
    }

    fn problem(&mut self, start: usize, text: String) {
        self.problems.push(Problem::at(&self.origin(start), text));
    }

    fn origin(&self, start: usize) -> Origin {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Origin::File { file: Arc::clone(&self.file), line, column }
    }
}

/// How a table is begun in the file.
fn header_of(path: &str) -> String {
    if keys::is_chosen_name(&format!("{path}.name")) { format!("[{path}.NAME]") } else { format!("[{path}]") }
}

/// The value without its places. The error follows the key's name.
fn owned(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => Value::Integer(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_too_large| "is a number that is too large".to_owned())?,
        ),
        DeValue::Float(number) => Value::Float(
            number.as_str().parse().map_err(|_wrong| "is a number that is too large".to_owned())?,
        ),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(instant) => Value::Datetime(*instant),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| owned(item.get_ref())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| Ok((key.to_string(), owned(value.get_ref())?)));
            Value::Table(entries.collect::<Result<_, String>>()?)
        }
    })
}

/// What is said of a key or table that there is not.
fn unknown(path: &str) -> String {
    let known: Vec<String> = known_paths(path);
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let near = nearest(path, known.iter().map(String::as_str))
        // In a table that does not exist, or at the top, the right key is known by its last part.
        .or_else(|| known.iter().map(String::as_str).find(|known| last(known) == last(path)));
    if near.is_some() {
        return format!("there is no key “{path}”{}", did_you_mean(near));
    }
    let (table, below) =
        path.rsplit_once('.').map_or(("", String::new()), |(table, _)| (table, format!("{table}.")));
    let mut here: Vec<&str> =
        known.iter().filter_map(|known| known.strip_prefix(&below)?.split('.').next()).collect();
    here.dedup();
    let place = if table.is_empty() { "at the top are".to_owned() } else { format!("in [{table}] are") };
    format!("there is no key “{path}”; {place} {}", here.join(", "))
}

/// The paths of all keys and tables, with the names that a path has chosen.
fn known_paths(path: &str) -> Vec<String> {
    let name = path.split('.').nth(2).unwrap_or("NAME");
    let mut known: Vec<String> = Vec::new();
    for key in KEYS {
        let whole = keys::named(key.path, name);
        let mut table = String::new();
        for part in whole.split('.') {
            table = if table.is_empty() { part.to_owned() } else { format!("{table}.{part}") };
            if !known.contains(&table) {
                known.push(table.clone());
            }
        }
    }
    known
}
