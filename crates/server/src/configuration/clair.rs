//! Clair's configuration, read as ours: what has a counterpart becomes a setting, and of everything else it is said why it
//! does not. Clair refuses keys that it does not know, and so does this.

mod connections;
mod document;
mod duration;
mod keys;
mod mapper;
mod mapping;
mod notifier;
mod writing;

use std::path::Path;

use super::{problem::Unusable, settings::Settings};

/// A configuration of Clair in this service's terms.
pub struct Conversion {
    pub(super) settings: Settings,
    /// What is ignored, and what is different here.
    pub warnings: Vec<String>,
    name: String,
}

/// Reads a configuration of Clair v4 to write it as one of this service.
///
/// # Errors
/// [`Unusable`]: it cannot be read, or asks for something that would silently be something else here.
pub fn convert(file: &Path) -> Result<Conversion, Unusable> {
    let mut conversion = read(file)?;
    if conversion.settings.table("auth").is_none() {
        conversion.warnings.push(format!(
            "{}: there is no auth.psk.key. Clair then lets anybody in; Limpid does so only where api.unauthenticated \
             says it, or listens on this machine alone",
            file.display()
        ));
    }
    Ok(conversion)
}

/// Reads a configuration of Clair v4: YAML, or JSON where the name ends so, with the files in `FILE.d/`.
pub(super) fn read(file: &Path) -> Result<Conversion, Unusable> {
    let document = document::read(file)?;
    let (settings, warnings) = mapping::map(file, &document)?;
    Ok(Conversion { settings, warnings, name: file.display().to_string() })
}

impl Conversion {
    /// The same as a file of this service. **It has the secrets.**
    pub fn toml(&self) -> String {
        writing::toml(&self.name, &self.settings)
    }
}

impl std::fmt::Debug for Conversion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Conversion").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}
