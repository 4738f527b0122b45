//! Settings: values by key, each with where it was said. Layers of them lie over each other.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::Value;

use super::{
    keys::{self, Fallback, KEYS, Key},
    problem::Problem,
};

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nowhere.
    Default,
    /// In the file, at a line and a column, both from 1.
    File { file: Arc<Path>, line: usize, column: usize },
    /// In an environment variable.
    Environment(String),
    /// On the command line.
    Flag(String),
    /// In a configuration of Clair, under a key of Clair's.
    Clair { file: Arc<Path>, key: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { file, line, column } => write!(formatter, "{}:{line}:{column}", file.display()),
            Self::Environment(name) | Self::Flag(name) => formatter.write_str(name),
            Self::Clair { file, key } => write!(formatter, "{}: {key}", file.display()),
        }
    }
}

impl Origin {
    /// A path that was said here. Those in the file are relative to the file, because a service is started anywhere.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        match self {
            Self::File { file, .. } => file.parent().unwrap_or(Path::new("")).join(path),
            Self::Default | Self::Environment(_) | Self::Flag(_) | Self::Clair { .. } => PathBuf::from(path),
        }
    }
}

/// A value, and where it was said.
#[derive(Clone, PartialEq)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// Values by path.
#[derive(Clone, Default)]
pub(super) struct Settings {
    values: BTreeMap<String, Setting>,
    /// Tables that were named, also where nothing stands in them.
    tables: BTreeMap<String, Origin>,
}

impl Settings {
    pub(super) fn set(&mut self, path: impl Into<String>, value: impl Into<Value>, origin: Origin) {
        self.values.insert(path.into(), Setting { value: value.into(), origin });
    }

    pub(super) fn name_table(&mut self, path: &str, origin: Origin) {
        self.tables.insert(path.to_owned(), origin);
    }

    pub(super) fn get(&self, path: &str) -> Option<&Setting> {
        self.values.get(path)
    }

    /// Where a table was named, or something below it was set.
    pub(super) fn table(&self, path: &str) -> Option<&Origin> {
        let below = format!("{path}.");
        let values = self.values.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        let tables = self.tables.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        let inner = tables.map(|(_, origin)| origin).chain(values.map(|(_, setting)| &setting.origin)).next();
        self.tables.get(path).or(inner)
    }

    /// The names that were chosen in a table such as `notifier.webhook`.
    pub(super) fn names(&self, table: &str) -> Vec<String> {
        let below = format!("{table}.");
        let paths = self.values.keys().chain(self.tables.keys());
        let mut names: Vec<String> = paths
            .filter_map(|path| path.strip_prefix(&below)?.split('.').next())
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// A secret that is given in two ways in one layer.
    pub(super) fn given_twice(&self) -> Vec<Problem> {
        let files = self.values.iter().filter(|(path, _)| path.ends_with("_file"));
        let twice = files.filter_map(|(path, setting)| {
            let plain = keys::sibling(path).filter(|plain| self.values.contains_key(plain))?;
            Some(Problem::at(
                &setting.origin,
                format!("{plain} and {path} are both set; one of them is enough"),
            ))
        });
        twice.collect()
    }

    /// Lays a layer over this one. A secret in one form hides the other form of it.
    pub(super) fn overlay(&mut self, layer: Self) {
        for (path, setting) in layer.values {
            if let Some(other) = keys::sibling(&path) {
                self.values.remove(&other);
            }
            self.values.insert(path, setting);
        }
        self.tables.extend(layer.tables);
    }

    /// Sets what nobody has set. `data` is the platform's data directory, where there is one.
    pub(super) fn fill(&mut self, data: Option<&Path>) {
        for key in KEYS {
            for path in self.paths(key) {
                let hidden = keys::sibling(&path).is_some_and(|other| self.values.contains_key(&other));
                if self.values.contains_key(&path) || hidden {
                    continue;
                }
                if let Some(value) = self.fallback(key.fallback, data) {
                    self.set(path, value, Origin::Default);
                }
            }
        }
    }

    /// The paths that a key has here: one for each name that was chosen.
    pub(super) fn paths(&self, key: &Key) -> Vec<String> {
        match key.path.split_once(".*") {
            None => vec![key.path.to_owned()],
            Some((table, _)) => self.names(table).iter().map(|name| keys::named(key.path, name)).collect(),
        }
    }

    fn fallback(&self, fallback: Fallback, data: Option<&Path>) -> Option<Value> {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        match fallback {
            Fallback::None => None,
            Fallback::Text(words) => text(words),
            Fallback::Boolean(value) => Some(Value::Boolean(value)),
            Fallback::Number(number) => Some(Value::Integer(number)),
            Fallback::EmptyList => Some(Value::Array(Vec::new())),
            Fallback::Roles => Some(Value::Array(
                super::sections::ROLES.map(|(word, _)| Value::String(word.to_owned())).into(),
            )),
            Fallback::Cores => {
                // Where the system does not tell, one worker is right on every machine.
                let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
                i64::try_from(cores).ok().map(|cores| Value::Integer(cores.min(crate::limits::MOST_WORKERS)))
            }
            Fallback::Data => text(data?.to_str()?),
            Fallback::InData(prefix, name) => {
                let setting = self.get("data")?;
                let path = setting.origin.resolve(setting.value.as_str()?).join(name);
                text(&format!("{prefix}{}", path.to_str()?))
            }
        }
    }
}
