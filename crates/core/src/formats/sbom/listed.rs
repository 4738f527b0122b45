//! What a document lists, in whichever format it is: facts as they stand there, nothing decided.

use std::collections::BTreeMap;

use super::limits::MOST_TEXT;
use crate::{BlindSpot, Digest, package::SourcePackage};

/// A document.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Format and version, such as `CycloneDX 1.6`.
    pub(super) format: String,
    /// What made it, such as `syft 1.18.1`.
    pub(super) tools: Vec<String>,
    /// What it describes.
    pub(super) subject: Subject,
    /// The distributions that it names by themselves.
    pub(super) systems: Vec<System>,
    /// All else, components within components too.
    pub(super) components: Vec<Component>,
    /// References of packages that own another one's files, each with the reference of that one.
    pub(super) owners: Vec<(String, String)>,
    /// Why it says itself that it is not complete.
    pub(super) incomplete: Option<String>,
    /// How many other documents it refers to for what it does not list.
    pub(super) elsewhere: usize,
    /// What Limpid wrote into it of the image.
    pub(super) own: Own,
}

/// What a document is about.
#[derive(Debug, Default)]
pub(super) struct Subject {
    /// `container`, `application`, …, in CycloneDX's words; empty where it is not said.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) version: String,
}

/// A distribution.
#[derive(Debug, Default)]
pub(super) struct System {
    /// The fields of os-release that are told.
    pub(super) fields: BTreeMap<String, String>,
    /// The namespace by which Limpid judged it.
    pub(super) namespace: Option<String>,
}

/// Something that is listed.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// What it is called within the document.
    pub(super) reference: String,
    /// `library`, `file`, …, in CycloneDX's words.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) purls: Vec<String>,
    /// Whether it stands for a file that lists packages, and is none itself.
    pub(super) is_group: bool,
    /// Whether the document is about it.
    pub(super) is_subject: bool,
    pub(super) facts: Facts,
}

/// What is told of a component beside its package URL.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Whether Limpid wrote them: then what is not there was not in the image either.
    pub(super) is_own: bool,
    pub(super) namespace: Option<String>,
    pub(super) source: Source,
    /// A label `name:stream[:…]`.
    pub(super) module: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) key: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) owned_by: Option<String>,
    pub(super) evidence: Option<String>,
    pub(super) built_for: Option<String>,
    pub(super) path: Option<String>,
    pub(super) layer: Option<Digest>,
}

/// A source package, as it is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    #[default]
    Untold,
    /// With its version, where that is told.
    Named(String, Option<String>),
    /// The file name of a source package of rpm.
    File(String),
    Whole(SourcePackage),
}

/// See [`super::own`].
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Whether there is any: then the blind spots of the image are there too.
    pub(super) is_told: bool,
    pub(super) platform: Option<String>,
    pub(super) layers: Vec<Digest>,
    pub(super) repositories: Vec<String>,
    pub(super) blind_spots: Vec<BlindSpot>,
}

impl System {
    pub(super) fn new(id: &str, version: &str) -> Self {
        let mut system = Self::default();
        system.set("ID", id);
        // Trivy has the name of the release in it: `2 (Karoo)`.
        system.set("VERSION_ID", version.split_whitespace().next().unwrap_or_default());
        system
    }

    pub(super) fn set(&mut self, field: &str, value: &str) {
        if !value.is_empty() {
            self.fields.insert(field.to_owned(), value.to_owned());
        }
    }

    pub(super) fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }
}

impl Component {
    /// Name and version, for people.
    pub(super) fn title(&self) -> String {
        match (self.name.as_str(), self.version.as_str()) {
            ("", _) => shown(self.purls.first().map_or(self.reference.as_str(), String::as_str)),
            (name, "") => shown(name),
            (name, version) => shown(&format!("{name} {version}")),
        }
    }
}

/// A stranger's text, not endless. Outputs escape what is not visible.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A text that says something.
pub(super) fn told(text: Option<String>) -> Option<String> {
    const NOTHING: [&str; 4] = ["", "NOASSERTION", "NONE", "(none)"];
    text.filter(|text| !NOTHING.contains(&text.trim()))
}
