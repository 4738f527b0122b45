//! os-release, read generically: no list of distributions, no list of releases.
//!
//! Source of the format: os-release(5).

use std::collections::BTreeMap;

use crate::{ecosystem::Ecosystems, wants::Want};

/// The fields of an os-release file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    fields: BTreeMap<String, String>,
}

impl OsRelease {
    /// Reads the assignments; a line that is none is passed over, as the shell of the specification would not be.
    pub fn parse(_content: &[u8]) -> Self {
        Self::default()
    }

    /// A field's value, where it is set and not empty.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The files by which distributions are recognised.
pub fn wants(_ecosystems: &Ecosystems) -> Vec<Want> {
    Vec::new()
}
