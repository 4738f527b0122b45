//! A request to scan: checked as far as it can be without asking anybody.
//!
//! It carries credentials, so no error shows a value of it, and every value is looked at one by one: what a parser says of a
//! wrong one may repeat it.

use limpid_core::{Digest, digest::InvalidDigest};
use limpid_image::source::manifest;
use limpid_store::harbor::Artifact;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{media_types, refusal::Refusal};
use crate::limits;

/// The registry of an artifact, and what it is asked with. Stored in the job alone.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Registry {
    /// Its address, without a slash at the end.
    pub(super) url: String,
    /// The value of `Authorization`; empty: none.
    pub(super) authorization: String,
    /// Whether Harbor would have its certificate not looked at.
    #[serde(default)]
    pub(super) insecure: bool,
}

/// What is to be scanned, and where it is.
#[derive(Clone)]
pub(super) struct ScanRequest {
    pub(super) registry: Registry,
    pub(super) artifact: Artifact,
}

impl ScanRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// 400 where the shape is another, 422 where a value is wrong, 501 where something else is wanted than can be done.
    pub(super) fn of(body: &Value) -> Result<Self, Refusal> {
        let [of_registry, of_artifact] = [section(body, "registry")?, section(body, "artifact")?];
        let (registry, artifact) = (registry(of_registry)?, artifact(of_artifact)?);
        capabilities(body.get("enabled_capabilities"))?;
        Ok(Self { registry, artifact })
    }
}

fn section<'a>(body: &'a Value, name: &str) -> Result<&'a Value, Refusal> {
    let found = body.get(name).filter(|section| section.is_object());
    found.ok_or_else(|| Refusal::malformed(format!("{name}: an object is expected")))
}

/// A text; empty where it is not there.
fn text<'a>(section: &'a Value, of: &str, name: &str, most: usize) -> Result<&'a str, Refusal> {
    let text = match section.get(name) {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text.as_str(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(Refusal::malformed(format!("{of}.{name}: a text is expected")));
        }
    };
    if text.len() > most {
        return Err(Refusal::invalid(format!("{of}.{name}: at most {most} bytes are read")));
    }
    Ok(text)
}

fn registry(section: &Value) -> Result<Registry, Refusal> {
    let of = "registry";
    let address = text(section, of, "url", limits::SCAN_ADDRESS_BYTES)?;
    let authorization = text(section, of, "authorization", limits::SCAN_AUTHORIZATION_BYTES)?;
    let scheme = authorization.split_once(' ').map_or("", |(scheme, _)| scheme);
    let is_known = ["basic", "bearer"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !authorization.is_empty() && (!is_known || authorization.chars().any(char::is_control)) {
        return Err(Refusal::invalid("registry.authorization: “Basic …” or “Bearer …” is expected"));
    }
    let insecure = match section.get("insecure") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(insecure)) => *insecure,
        Some(Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(Refusal::malformed("registry.insecure: true or false is expected"));
        }
    };
    let url = base(address).ok_or_else(|| {
        Refusal::invalid(
            "registry.url: an http:// or https:// address without user, query and fragment is expected",
        )
    })?;
    Ok(Registry { url, authorization: authorization.to_owned(), insecure })
}

/// An address that paths can be put behind.
fn base(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_good = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_good.then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn artifact(section: &Value) -> Result<Artifact, Refusal> {
    let of = "artifact";
    let repository = text(section, of, "repository", limits::REPOSITORY_BYTES)?;
    if !is_repository(repository) {
        return Err(Refusal::invalid("artifact.repository: the name of a repository is expected"));
    }
    let digest = text(section, of, "digest", limits::SCAN_WORD_BYTES)?;
    let digest: Digest = digest.parse().map_err(|_wrong: InvalidDigest| {
        Refusal::invalid("artifact.digest: such as sha256:6c3c… is expected")
    })?;
    let tag = text(section, of, "tag", limits::SCAN_WORD_BYTES)?.to_owned();
    let mime_type = text(section, of, "mime_type", limits::SCAN_WORD_BYTES)?;
    consumed(media_types::bare(mime_type))?;
    Ok(Artifact { digest, repository: repository.to_owned(), tag, mime_type: mime_type.to_owned() })
}

/// Refuses what is no image.
fn consumed(mime_type: &str) -> Result<(), Refusal> {
    if manifest::INDEX_TYPES.contains(&mime_type) {
        return Err(Refusal::invalid(
            "artifact.mime_type: this is an index of images; have the images in it scanned one by one, as Harbor does: the \
             report of one would say nothing of the others",
        ));
    }
    let known = ["", media_types::DOCKER_MANIFEST, media_types::OCI_MANIFEST];
    if known.contains(&mime_type) {
        return Ok(());
    }
    Err(Refusal::not_done_here("artifact.mime_type: only manifests of images are scanned"))
}

/// Whether it is a name whose parts lead nowhere else when it stands in a path.
fn is_repository(name: &str) -> bool {
    let is_good = |part: &str| {
        let mut characters = part.chars();
        let begins = characters.next().is_some_and(|first| first.is_ascii_alphanumeric());
        begins && characters.all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-'))
    };
    name.split('/').all(is_good)
}

/// Both are done in any case, from one index report; what is neither is refused.
fn capabilities(enabled: Option<&Value>) -> Result<(), Refusal> {
    let enabled = match enabled {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(enabled)) => enabled,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            return Err(Refusal::malformed("enabled_capabilities: a list is expected"));
        }
    };
    for (place, capability) in enabled.iter().enumerate() {
        let of = format!("enabled_capabilities[{place}]");
        if !matches!(text(capability, &of, "type", limits::SCAN_WORD_BYTES)?, "" | "vulnerability" | "sbom") {
            return Err(Refusal::not_done_here(format!("{of}.type: vulnerability or sbom is expected")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
