//! The header of a WordPress plugin: a comment at the beginning of its main file, which WordPress itself goes by.
//!
//! Only the header is kept of a file of PHP, and nothing of one that has none. What else is in the file is a program's text, and
//! says nothing for certain.
//!
//! Source of the format: WordPress, `get_file_data` and “Plugin Handbook: Header Requirements”.

mod limits;

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

pub use self::limits::{HEADER_BYTES, MOST_BYTES};
use crate::{
    extract::{Extractor, Scratch, Source},
    revision,
};

/// Takes the header out of a file of PHP.
pub const EXTRACTOR: Extractor =
    Extractor { id: "plugin", revision: revision::of("formats/plugin"), extract };

/// What the header of a plugin or of a theme says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The name, for people.
    pub name: String,
    /// The version; empty where it says none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

impl Header {
    /// Reads the header of a file; `None` where it has none. `name` is the field that a header must have: `Plugin Name`.
    pub fn read(content: &[u8], name: &str) -> Option<Self> {
        let head = content.get(..HEADER_BYTES).unwrap_or(content);
        let head = String::from_utf8_lossy(head);
        let field = |wanted: &str| head.split(['\n', '\r']).find_map(|line| value(line, wanted));
        let name = field(name).filter(|name| !name.is_empty())?;
        Some(Self { name: name.to_owned(), version: field("Version").unwrap_or_default().to_owned() })
    }

    /// Reads an extract. The error is for people.
    pub fn of_extract(extract: &[u8]) -> Result<Self, String> {
        match EXTRACTOR.read(extract) {
            Some(Ok(header)) => Ok(header),
            Some(Err(error)) => Err(format!("its extract cannot be read: {error}")),
            None => Err("it was not read as a plugin".to_owned()),
        }
    }
}

/// What a line says of a field, whose name has any capitalisation: behind it and in front of the end of the comment.
fn value<'a>(line: &'a str, field: &str) -> Option<&'a str> {
    let line = line.trim_start_matches([' ', '\t']);
    let line = line.strip_prefix("<?php").unwrap_or(line);
    let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
    let (name, value) = line.split_once(':')?;
    let value = value.split("*/").next().unwrap_or_default();
    let value = value.split("?>").next().unwrap_or_default();
    name.eq_ignore_ascii_case(field).then(|| value.trim())
}

fn extract(source: &mut dyn Source, _: &dyn Scratch) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    source.take(HEADER_BYTES as u64).read_to_end(&mut head)?;
    match Header::read(&head, "Plugin Name") {
        Some(header) => EXTRACTOR.write(&header, true),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Memory;

    fn read(text: &str) -> Option<(String, String)> {
        let extract = extract(&mut io::Cursor::new(text.as_bytes()), &Memory).unwrap();
        let header = (!extract.is_empty()).then(|| Header::of_extract(&extract).unwrap());
        header.map(|header| (header.name, header.version))
    }

    #[test]
    fn a_header_is_read_as_wordpress_reads_it() {
        let found = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        let usual = "<?php\n/**\n * Plugin Name: Acme Forms\n * Version:  1.2.3 \r\n */\n";
        assert_eq!(read(usual), found("Acme Forms", "1.2.3"));
        assert_eq!(read("<?php /* plugin name: A */ \n# VERSION: 2 */\n"), found("A", "2"));
        assert_eq!(read("<?php\n// Plugin Name: A\n"), found("A", ""));
        assert_eq!(read("<?php\n * Requires Plugin Name: A\n"), None);
        assert_eq!(read("<?php\n * Plugin Name:\n"), None);
        assert_eq!(read(&format!("<?php\n{}\n * Plugin Name: A\n", "/".repeat(HEADER_BYTES))), None);
        assert_eq!(read(""), None);
    }
}
