//! Manifests as they are pushed: what each is, and what it needs.
//!
//! OCI image manifests, indexes and artifacts (image specification 1.1), and Docker's schema 2. A document that could be read in
//! two ways is refused (CVE-2021-41190); what only describes is taken as it comes.

use std::collections::BTreeMap;

use limpid_core::Digest;
use serde::Deserialize;
use serde_json::Value;

use crate::limits::MANIFEST_REFERENCES;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Of drafts of the image specification 1.1, and still pushed by clients of that time.
const OCI_ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its media type.
    pub(crate) media_type: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// What it says something about.
    pub(crate) subject: Option<Digest>,
    /// Its type as an artifact, or else that of its configuration; empty for an index that has none.
    pub(crate) artifact_type: String,
    /// Its annotations.
    pub(crate) annotations: BTreeMap<String, String>,
}

/// What a manifest is, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An image: something that runs.
    Image {
        /// Its configuration.
        config: Descriptor,
        /// Its layers, lowest first.
        layers: Vec<Descriptor>,
    },
    /// An index of manifests.
    Index {
        /// Its children.
        children: Vec<Descriptor>,
    },
    /// Anything else that has blobs.
    Artifact {
        /// Its configuration, if it has one, and its blobs.
        blobs: Vec<Descriptor>,
    },
}

/// A content descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    /// Its media type; may be empty.
    #[serde(default)]
    pub(crate) media_type: String,
    /// Its digest.
    pub(crate) digest: Digest,
    /// Its length.
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default)]
    platform: Option<Platform>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

impl Descriptor {
    /// Where it runs: `os/architecture[/variant]`; empty where that is not said.
    pub(crate) fn platform(&self) -> String {
        let Some(platform) = &self.platform else { return String::new() };
        let mut text = format!("{}/{}", platform.os, platform.architecture);
        if let Some(variant) = platform.variant.as_ref().filter(|variant| !variant.is_empty()) {
            text.push('/');
            text.push_str(variant);
        }
        text
    }

    /// Whether it is a layer that registries need not have.
    pub(crate) fn is_foreign(&self) -> bool {
        self.media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
            || self.media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
    }
}

impl Content {
    /// `image`, `index` or `artifact`.
    pub(crate) fn word(&self) -> &'static str {
        match self.kind {
            Kind::Image { .. } => "image",
            Kind::Index { .. } => "index",
            Kind::Artifact { .. } => "artifact",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    schema_version: Option<Value>,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    blobs: Option<Vec<Descriptor>>,
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    subject: Option<Descriptor>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// Reads a manifest. `stated` is the media type by which it was sent; empty where it was not said.
///
/// # Errors
/// What is wrong with it, for people.
pub(crate) fn parse(bytes: &[u8], stated: &str) -> Result<Content, String> {
    let raw: Raw =
        serde_json::from_slice(bytes).map_err(|error| format!("the manifest cannot be read: {error}"))?;
    let media_type = media_type(&raw, stated)?;
    if media_type != OCI_ARTIFACT && raw.schema_version != Some(2.into()) {
        return Err("only manifests of schemaVersion 2 are taken".to_owned());
    }
    let has_blobs = raw.layers.is_some() || raw.config.is_some() || raw.blobs.is_some();
    if raw.manifests.is_some() && has_blobs {
        return Err("the manifest is an image and an index at once (CVE-2021-41190)".to_owned());
    }
    let subject = raw.subject.as_ref().map(|subject| subject.digest.clone());
    let annotations = raw.annotations.clone().unwrap_or_default();
    let own_type = raw.artifact_type.clone().filter(|own| !own.is_empty());
    let artifact_type =
        own_type.clone().or_else(|| raw.config.as_ref().map(|config| config.media_type.clone()));
    let kind = kind(raw, &media_type, own_type.is_some())?;
    let references = match &kind {
        Kind::Image { layers: list, .. }
        | Kind::Index { children: list }
        | Kind::Artifact { blobs: list } => list,
    };
    if references.len() > MANIFEST_REFERENCES {
        return Err(format!("the manifest names more than {MANIFEST_REFERENCES} others"));
    }
    Ok(Content { media_type, kind, subject, artifact_type: artifact_type.unwrap_or_default(), annotations })
}

/// The media type, which must be the same wherever it is said.
fn media_type(raw: &Raw, stated: &str) -> Result<String, String> {
    let own = raw.media_type.as_deref().unwrap_or_default();
    // What clients send that say nothing.
    let says_nothing = matches!(stated, "" | "application/json" | "application/octet-stream");
    let media_type = match (own, says_nothing) {
        ("", true) if raw.manifests.is_some() => OCI_INDEX,
        ("", true) => OCI_MANIFEST,
        ("", false) => stated,
        (own, true) => own,
        (own, false) if own == stated => own,
        (own, false) => return Err(format!("the manifest says that it is {own}, and was sent as {stated}")),
    };
    let known = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST, OCI_ARTIFACT];
    if known.contains(&media_type) {
        Ok(media_type.to_owned())
    } else {
        Err(format!("manifests of type {media_type} are not taken"))
    }
}

fn kind(raw: Raw, media_type: &str, is_artifact: bool) -> Result<Kind, String> {
    if media_type == OCI_INDEX || media_type == DOCKER_LIST {
        return match raw.manifests {
            Some(children) => Ok(Kind::Index { children }),
            None => Err("the index has no list of manifests".to_owned()),
        };
    }
    if raw.manifests.is_some() {
        return Err(format!("a document of type {media_type} has no list of manifests"));
    }
    if media_type == OCI_ARTIFACT {
        return Ok(Kind::Artifact { blobs: raw.blobs.unwrap_or_default() });
    }
    let config = raw.config.ok_or("the manifest has no configuration")?;
    let layers = raw.layers.unwrap_or_default();
    let runs = config.media_type == OCI_CONFIG
        || config.media_type == DOCKER_CONFIG
        || media_type == DOCKER_MANIFEST && config.media_type == "application/octet-stream";
    if runs && !is_artifact {
        return Ok(Kind::Image { config, layers });
    }
    Ok(Kind::Artifact { blobs: std::iter::once(config).chain(layers).collect() })
}

#[cfg(test)]
mod tests;
