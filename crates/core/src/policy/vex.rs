//! VEX documents: OpenVEX, CSAF's VEX profile, CycloneDX.
//!
//! What cannot be read is an error, never a statement that is missing: who gives a document wants it to hold.

mod attached;
mod csaf;
mod cyclonedx;
mod openvex;

use serde_json::Value;

pub use self::attached::{may_be_vex, read_about, read_attached};

use super::Statement;

/// Why a document is no VEX document.
#[derive(Debug, thiserror::Error)]
pub enum VexError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// It is something else.
    #[error("it is neither OpenVEX, CSAF nor CycloneDX")]
    Unknown,
    /// It has something in it that cannot be understood.
    #[error("{place}: {why}")]
    Invalid {
        /// Where.
        place: String,
        /// What is wrong.
        why: String,
    },
}

/// Reads a document of any of the three formats.
///
/// # Errors
/// [`VexError`].
pub fn read(bytes: &[u8]) -> Result<Vec<Statement>, VexError> {
    let document: Value = serde_json::from_slice(bytes)?;
    let context = document.get("@context").and_then(Value::as_str).unwrap_or_default();
    if context.starts_with("https://openvex.dev/ns") {
        openvex::read(&document)
    } else if document.pointer("/document/csaf_version").is_some() {
        csaf::read(&document)
    } else if document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        cyclonedx::read(&document)
    } else {
        Err(VexError::Unknown)
    }
}

fn invalid(place: impl Into<String>, why: impl Into<String>) -> VexError {
    VexError::Invalid { place: place.into(), why: why.into() }
}

/// A text of an object; empty where it has none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list; none where there is no list.
fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Sentences that say something, one after the other.
fn sentence(parts: &[&str]) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.trim().is_empty()).collect();
    said.join("; ")
}

/// An instant; `None` where there is none.
fn instant(
    value: &Value,
    name: &str,
    place: &str,
) -> Result<Option<chrono::DateTime<chrono::Utc>>, VexError> {
    match text(value, name) {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|error| invalid(format!("{place}.{name}"), format!("“{text}”: {error}"))),
    }
}

#[cfg(test)]
mod tests;
