//! What kind of document it is, told by its own words.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::error::SbomError;
use super::limits::MOST_TOLD;
use super::listed::shown;
use super::{tags, xml};

/// A document that is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Format {
    CycloneDx,
    CycloneDxInXml,
    Spdx,
    SpdxInTags,
}

/// The fields that tell one kind of JSON from others. The whole document is passed over once, so that it is known to be whole.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    #[serde(rename = "bomFormat")]
    bom_format: Option<String>,
    #[serde(rename = "specVersion")]
    spec_version: Option<String>,
    #[serde(rename = "spdxVersion")]
    spdx_version: Option<String>,
    #[serde(rename = "@context")]
    context: Option<IgnoredAny>,
    #[serde(rename = "@graph")]
    graph: Option<IgnoredAny>,
    #[serde(rename = "_type")]
    statement: Option<IgnoredAny>,
    #[serde(rename = "payloadType")]
    envelope: Option<IgnoredAny>,
    sbom: Option<IgnoredAny>,
    artifacts: Option<IgnoredAny>,
    #[serde(rename = "ArtifactName")]
    artifact_name: Option<IgnoredAny>,
    schema: Option<serde_json::Value>,
}

const JSON: &str = "Limpid reads CycloneDX in JSON and XML, and SPDX in JSON and tag-value form, such as syft -o cyclonedx-json, syft -o spdx-json, trivy \
                    --format cyclonedx and limpid index --format cyclonedx write";

/// Characters in which a document says what it is.
const HEAD: usize = 4096;

/// Whether it is a document of one of the formats that are read, or of an earlier or later version of one.
pub fn is_document(content: &[u8]) -> bool {
    let Ok(text) = text(content) else { return false };
    let start: String = text.trim_start().chars().take(HEAD).collect();
    if tags::version(&start).is_some() || (start.starts_with('<') && start.contains(xml::NAMESPACE)) {
        return true;
    }
    let head = serde_json::from_str::<Head>(text).ok();
    head.is_some_and(|head| head.bom_format.is_some() || head.spdx_version.is_some())
}

/// The text, without the mark that some write in front.
pub(super) fn text(content: &[u8]) -> Result<&str, SbomError> {
    let packed =
        [(&b"\x1f\x8b"[..], "gzip"), (&b"\x28\xb5\x2f\xfd"[..], "zstd"), (&b"PK\x03\x04"[..], "zip")];
    if let Some((_, packed)) = packed.iter().find(|(magic, _)| content.starts_with(magic)) {
        return Err(SbomError::other(format!("compressed ({packed})"), "Unpack it first"));
    }
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err(SbomError::other("a text in UTF-16", "Write it in UTF-8"));
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    str::from_utf8(content).map_err(|error| {
        let place = error.valid_up_to();
        SbomError::Damaged(format!("it is no text in UTF-8: byte {place} is none of it"))
    })
}

/// Which format it is.
pub(super) fn format(text: &str) -> Result<(Format, String), SbomError> {
    let start = text.trim_start();
    if let Some(version) = tags::version(start) {
        let (_, name) = spdx(version)?;
        return told(text, Format::SpdxInTags, format!("{name}, tag-value"));
    }
    if start.starts_with('<') {
        if !start.chars().take(HEAD).collect::<String>().contains(xml::NAMESPACE) {
            return Err(SbomError::other("an XML document, and none of CycloneDX", JSON));
        }
        let (_, name) = cyclonedx(&xml::version(text)?)?;
        return told(text, Format::CycloneDxInXml, format!("{name}, XML"));
    }
    if start.is_empty() {
        return Err(SbomError::Damaged("it is empty".to_owned()));
    }
    if !start.starts_with('{') {
        return Err(SbomError::other("no SBOM: it does not begin as a JSON object does", JSON));
    }
    let head: Head = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    match (head.bom_format.as_deref(), head.spdx_version.as_deref()) {
        (Some("CycloneDX"), _) => cyclonedx(&head.spec_version.unwrap_or_default()),
        (Some(other), _) => {
            Err(SbomError::other(format!("a document in the format “{}”", shown(other)), JSON))
        }
        (None, Some(version)) => spdx(version),
        (None, None) => Err(stranger(&head)),
    }
}

fn told(text: &str, format: Format, name: String) -> Result<(Format, String), SbomError> {
    if text.len() > MOST_TOLD {
        let remedy = "Larger ones are read in JSON";
        return Err(SbomError::other(format!("{name} of more than {} MiB", MOST_TOLD >> 20), remedy));
    }
    Ok((format, name))
}

pub(super) fn damaged(error: &serde_json::Error) -> SbomError {
    SbomError::Damaged(format!("it cannot be read: {error}"))
}

/// 1.2 was the first in JSON. A later 1.x only adds.
fn cyclonedx(version: &str) -> Result<(Format, String), SbomError> {
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(2..) => Ok((Format::CycloneDx, format!("CycloneDX {version}"))),
        Some(_) | None => {
            let what = match version {
                "" => "CycloneDX of a version that it does not tell (specVersion)".to_owned(),
                version => format!("CycloneDX {}", shown(version)),
            };
            Err(SbomError::other(what, "Limpid reads CycloneDX from 1.2 on, 1.6 best"))
        }
    }
}

fn spdx(version: &str) -> Result<(Format, String), SbomError> {
    match version {
        "SPDX-2.2" | "SPDX-2.3" => Ok((Format::Spdx, version.replace('-', " "))),
        other => {
            let remedy = "Limpid reads SPDX 2.2 and 2.3; write one of these, or CycloneDX";
            Err(SbomError::other(format!("a document in the format “{}”", shown(other)), remedy))
        }
    }
}

fn stranger(head: &Head) -> SbomError {
    let schema = head.schema.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    if head.context.is_some() && head.graph.is_some() {
        return SbomError::other(
            "JSON-LD with a graph, as SPDX 3 is",
            "Limpid reads SPDX 2.2 and 2.3, and CycloneDX",
        );
    }
    if head.statement.is_some() || head.envelope.is_some() {
        let remedy = "The SBOM is its predicate: jq .predicate takes it out of a statement, after base64 -d of the payload \
                      where it is signed";
        return SbomError::other("an attestation (in-toto)", remedy);
    }
    if head.sbom.is_some() {
        return SbomError::other("an answer that has an SBOM in it", "jq .sbom takes it out");
    }
    if head.artifacts.is_some() {
        return SbomError::other(
            "no SBOM; it looks like Syft's own JSON",
            "syft convert FILE -o cyclonedx-json makes one",
        );
    }
    if head.artifact_name.is_some() {
        return SbomError::other(
            "no SBOM; it looks like Trivy's own JSON",
            "trivy convert --format cyclonedx FILE makes one",
        );
    }
    if schema.starts_with("limpid/") {
        let remedy = "limpid compare reads saved reports; limpid index --format cyclonedx writes an SBOM";
        return SbomError::other(format!("a document of Limpid's own ({})", shown(schema)), remedy);
    }
    SbomError::other("JSON, and no SBOM: it has neither bomFormat nor spdxVersion", JSON)
}
