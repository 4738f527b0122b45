//! One entry of the database: the lines of one package.

use crate::{
    FilePath, Package,
    formats::{apk::limits::MOST_PATH_BYTES, path_budget::PathBudget},
    owned::{FileDigest, OwnedFile},
    package::SourcePackage,
};

/// The memory that is left for paths.
pub(super) type Paths = PathBudget<MOST_PATH_BYTES>;

/// An entry while it is read.
#[derive(Debug, Default)]
pub(super) struct Entry {
    line: usize,
    name: Field,
    version: Field,
    architecture: Field,
    origin: Field,
    tag: Field,
    directory: Vec<u8>,
    files: Vec<OwnedFile>,
    /// Whether the last line that began a folder or a file began the last of `files`.
    in_file: bool,
}

impl Entry {
    /// An entry that begins at this line, counted from 1.
    pub(super) fn at(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Whether the line belongs to the next entry although no empty line came: a package has one name.
    pub(super) fn ends_before(&self, line: &[u8]) -> bool {
        line.starts_with(b"P:") && self.name != Field::Missing
    }

    /// Reads a line. What is no field, and fields that nobody needs, are passed over.
    pub(super) fn read(&mut self, line: &[u8], paths: &mut Paths) {
        match line.trim_ascii_start() {
            [b'P', b':', value @ ..] => self.name.set(value),
            [b'V', b':', value @ ..] => self.version.set(value),
            [b'A', b':', value @ ..] => self.architecture.set(value),
            [b'o', b':', value @ ..] => self.origin.set(value),
            [b's', b':', value @ ..] => self.tag.set(value),
            [b'F', b':', value @ ..] => {
                self.directory = value.to_vec();
                self.in_file = false;
            }
            [b'R', b':', value @ ..] => {
                self.in_file = paths.take(self.directory.len() + value.len());
                if self.in_file {
                    self.files.push(FilePath::new(&self.directory).join(value).into());
                }
            }
            [b'Z', b':', value @ ..] if self.in_file => {
                if let Some(file) = self.files.last_mut() {
                    file.digest = digest(value);
                }
            }
            _ => {}
        }
    }

    /// Whether everything is there that judging needs, and in one reading only.
    pub(super) fn is_sound(&self) -> bool {
        let needed = [&self.name, &self.version].into_iter().all(|field| field.text().is_some());
        needed && self.origin != Field::Unreadable && self.tag != Field::Unreadable
    }

    /// For people: where it is.
    pub(super) fn describe(&self) -> String {
        match self.name.text() {
            Some(name) => format!("the entry of {name}, which begins at line {}", self.line),
            None => format!("the entry that begins at line {}", self.line),
        }
    }

    /// The package and its files; `None` where it has no name or no version.
    pub(super) fn package(self) -> Option<(Package, Vec<OwnedFile>)> {
        let (name, version) = (self.name.into_text()?, self.version.into_text()?);
        let source = self.origin.into_text().map(|origin| SourcePackage::new(origin, version.clone()));
        let architecture = self.architecture.into_text();
        let package = Package {
            name,
            version,
            kind: "apk".to_owned(),
            architecture,
            source,
            repository: self.tag.into_text(),
            ..Package::default()
        };
        Some((package, self.files))
    }
}

/// `Q`, a digit for the kind of digest, and the digest in base64.
fn digest(value: &[u8]) -> Option<FileDigest> {
    match value {
        [b'Q', b'1' | b'2', text @ ..] => FileDigest::from_base64(text),
        _ => None,
    }
}

/// A field that an entry has once.
#[derive(Debug, Default, PartialEq, Eq)]
enum Field {
    #[default]
    Missing,
    Text(String),
    /// It has bytes that no such field can have, or two values.
    Unreadable,
}

impl Field {
    fn set(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        let graphic = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
        let value = match std::str::from_utf8(value) {
            Ok(text) if graphic => Self::Text(text.to_owned()),
            Ok(_) | Err(_) => Self::Unreadable,
        };
        *self = if *self == Self::Missing || *self == value { value } else { Self::Unreadable };
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unreadable => None,
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unreadable => None,
        }
    }
}
