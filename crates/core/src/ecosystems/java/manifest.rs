//! The manifest of an archive: its first section, which is about the archive itself.
//!
//! Titles and vendors are written for people, and groups in manifests are often others than those of the repository: a wrong
//! group would find nothing and look clean. So no group is taken from a manifest, but from those that Jenkins' plugins write
//! for the purpose.
//!
//! Source of the format: the JAR File Specification, “JAR Manifest” and “Main Attributes”.

use super::coordinates::{Coordinates, is_plain};

/// The attributes of the first section.
#[derive(Debug, Default)]
pub(super) struct Manifest(Vec<(String, String)>);

impl Manifest {
    /// Reads them. A line that begins with a space goes on with the one before.
    pub(super) fn read(text: &str) -> Self {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
            if line.is_empty() {
                break;
            }
            match (line.strip_prefix(' '), attributes.last_mut()) {
                (Some(more), Some((_, value))) => value.push_str(more),
                (Some(_), None) => {}
                (None, _) => {
                    if let Some((name, value)) = line.split_once(':') {
                        attributes.push((name.to_ascii_lowercase(), value.trim().to_owned()));
                    }
                }
            }
        }
        Self(attributes)
    }

    /// The plain value of an attribute, whose name is written in small letters.
    fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().rev().find(|(one, _)| one == name)?;
        Some(value.trim()).filter(|value| is_plain(value))
    }

    /// What a plugin of Jenkins says that it is.
    pub(super) fn plugin(&self) -> Option<Coordinates> {
        let artifact = self.value("artifact-id").or_else(|| self.value("short-name"))?;
        Some(Coordinates {
            group: Some(self.value("group-id")?.to_owned()),
            artifact: artifact.to_owned(),
            version: self.value("plugin-version")?.to_owned(),
        })
    }

    /// The name that the archive gives itself, where it is one word.
    pub(super) fn title(&self) -> Option<&str> {
        self.value("implementation-title")
    }

    /// Names that the archive goes by, for people.
    pub(super) fn any_name(&self) -> Option<&str> {
        self.title()
            .or_else(|| self.value("bundle-symbolicname"))
            .or_else(|| self.value("automatic-module-name"))
    }

    /// Its version. That of a bundle is written in a way of its own, and that of a specification is not the archive's, so
    /// they come last and not at all.
    pub(super) fn version(&self) -> Option<&str> {
        let of = |name| {
            self.value(name).filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        };
        of("implementation-version").or_else(|| of("bundle-version"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_section_is_read() {
        let text = "Manifest-Version: 1.0\r\nImplementation-Title: spring\r\n -jcl\r\nImplementation-Version: 5.3.20\r\n\r\n\
                    Name: a/\r\nImplementation-Version: 1\r\n";
        let manifest = Manifest::read(text);
        assert_eq!((manifest.title(), manifest.version()), (Some("spring-jcl"), Some("5.3.20")));
        assert_eq!(manifest.plugin(), None);
        let spoken = Manifest::read("Implementation-Title: Apache Tomcat\nImplementation-Version: unknown\n");
        assert_eq!((spoken.title(), spoken.version()), (None, None));
    }
}
