//! Loading: file, environment, flags; what comes later wins, and everything that is wrong is said at once.

use std::{ffi::OsString, fmt, path::PathBuf};

use super::{
    Configuration, check, clair, effective, environment, file, keys,
    problem::{Problem, Unusable, in_order, unless},
    sections,
    settings::{Origin, Settings},
    warnings,
};

/// Where a configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, where there is one.
    pub file: Option<ConfigurationFile>,
    /// The environment. Variables that are not the service's are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// What the command line says.
    pub flags: Vec<Flag>,
    /// The data directory unless another is said; `None` where the platform has none.
    pub data: Option<PathBuf>,
}

/// A file, and whose format it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigurationFile {
    /// TOML, with the keys of this service.
    Limpid(PathBuf),
    /// YAML or JSON, with the keys of Clair.
    Clair(PathBuf),
}

/// What the command line says of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As the operator wrote it: `--listen`.
    pub name: &'static str,
    /// The key that it sets.
    pub key: &'static str,
    /// The value. Lists have commas between their items.
    pub value: String,
}

/// A configuration that can be used.
pub struct Loaded {
    /// It.
    pub configuration: Configuration,
    /// What is probably not as the operator wants it, and what of Clair's configuration has no meaning here.
    pub warnings: Vec<String>,
    settings: Settings,
}

impl Loaded {
    /// Every value with where it was said, as TOML. Secrets are not in it.
    pub fn effective(&self) -> String {
        effective::text(&self.settings)
    }
}

impl fmt::Debug for Loaded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warnings = &self.warnings;
        formatter
            .debug_struct("Loaded")
            .field("configuration", &self.configuration)
            .field("warnings", warnings)
            .finish_non_exhaustive()
    }
}

/// Loads the configuration, and checks it with the files that it names.
///
/// # Errors
/// [`Unusable`], with every problem.
pub fn load(sources: &Sources) -> Result<Loaded, Unusable> {
    let layers = [environment::read(&sources.environment), flags(&sources.flags)];
    let (mut settings, mut problems, mut said) = match base(sources.file.as_ref()) {
        Ok(base) => base,
        // Nothing of the file is known, so what would be missing now may well be in it.
        Err(unreadable) => {
            let of_layers = layers.into_iter().flat_map(|(_, problems)| problems);
            return Err(Unusable { problems: unreadable.into_iter().chain(of_layers).collect() });
        }
    };
    for (layer, wrong) in layers {
        settings.overlay(layer);
        problems.extend(wrong);
    }
    settings.fill(sources.data.as_deref());
    let configuration = match sections::read(&settings) {
        Ok(configuration) => configuration,
        Err(wrong) => {
            problems.extend(wrong);
            return Err(Unusable { problems: in_order(problems) });
        }
    };
    problems.extend(check::files(&configuration, &settings));
    said.extend(warnings::of(&configuration, &settings));
    unless(in_order(problems), Loaded { configuration, warnings: said, settings })
}

/// The lowest layer, what is wrong with it, and what is to be said of it. An error: nothing of it is known.
fn base(file: Option<&ConfigurationFile>) -> Result<(Settings, Vec<Problem>, Vec<String>), Vec<Problem>> {
    match file {
        None => Ok((Settings::default(), Vec::new(), Vec::new())),
        Some(ConfigurationFile::Limpid(path)) => {
            let (settings, problems) = file::read(path).map_err(|problem| vec![problem])?;
            Ok((settings, problems, Vec::new()))
        }
        Some(ConfigurationFile::Clair(path)) => {
            let conversion = clair::read(path).map_err(|unusable| unusable.problems)?;
            Ok((conversion.settings, Vec::new(), conversion.warnings))
        }
    }
}

fn flags(flags: &[Flag]) -> (Settings, Vec<Problem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for flag in flags {
        let origin = Origin::Flag(flag.name.to_owned());
        match keys::find(flag.key).and_then(|key| key.kind.of_text(&flag.value)) {
            Some(value) => settings.set(flag.key, value, origin),
            None => problems.push(Problem::at(&origin, format!("{} cannot be set by a flag", flag.key))),
        }
    }
    (settings, problems)
}
