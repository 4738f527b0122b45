//! What a record says of versions: affected, not affected, or not known.

use serde::{Deserialize, Deserializer};

/// Ordered: of several that are said of a version, the worst counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// Somebody looked, and it is not.
    Unaffected,
    /// Nobody knows, or the word is none of the schema.
    #[default]
    Unknown,
    /// It is.
    Affected,
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(deserializer)?.trim().to_ascii_lowercase().as_str() {
            "affected" => Self::Affected,
            "unaffected" => Self::Unaffected,
            _ => Self::Unknown,
        })
    }
}
