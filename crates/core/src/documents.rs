//! Reports in the forms that other programs read: SARIF, CycloneDX, SPDX, GitLab's, Trivy's, CSV.
//!
//! Each has a place for blind spots, of its own or made: what was not judged is in every document. None has a time or an
//! identifier of its own that is not made from the report, so equal reports are equal documents.

mod csv;
mod cyclonedx;
mod gitlab;
mod identifier;
mod openvex;
mod sarif;
mod spdx;
mod trivy;

pub use self::{
    csv::csv,
    cyclonedx::{cyclonedx, cyclonedx_index},
    gitlab::gitlab,
    openvex::openvex,
    sarif::sarif,
    spdx::{spdx, spdx_index},
    trivy::trivy,
};
use serde_json::Value;

use crate::BlindSpot;

/// What made the documents.
const TOOL: &str = "Limpid";
/// Its version.
const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A blind spot in one sentence.
fn sentence(spot: &BlindSpot) -> String {
    let packages = match spot.packages {
        0 => String::new(),
        1 => " (1 package)".to_owned(),
        more => format!(" ({more} packages)"),
    };
    let waived = if spot.waived { ", waived" } else { "" };
    format!("not judged ({}{waived}): {}: {}{packages}", spot.reason, spot.subject, spot.detail)
}

/// Adds a field to an object, where there is something to say.
fn with(mut object: Value, name: &str, value: Option<Value>) -> Value {
    if let (Some(fields), Some(value)) = (object.as_object_mut(), value) {
        fields.insert(name.to_owned(), value);
    }
    object
}

/// The links that lead somewhere on the web.
pub(crate) fn web_links(links: &[String]) -> impl Iterator<Item = &String> {
    links.iter().filter(|link| link.starts_with("https://") || link.starts_with("http://"))
}
