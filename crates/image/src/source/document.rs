//! Manifests, indexes and configurations: OCI image specification 1.1 and Docker's schema 2, read strictly.
//!
//! A document that could be read in two ways is refused (CVE-2021-41190), because two readers would see two images.
//! Only the fields that decide something are read: what else stands in documents of the wild is of every shape.

use std::collections::BTreeMap;

use limpid_core::Digest;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    error::{SourceError, shown},
    spelling,
};
use crate::{limits, platform::Platform};

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+json";
const SCHEMA_1_SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// The fields of manifests and indexes that decide something.
const MANIFEST_FIELDS: [&str; 14] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "digest",
    "size",
    "urls",
    "platform",
    "os",
    "architecture",
    "variant",
    "fsLayers",
];

/// Those of configurations.
const CONFIGURATION_FIELDS: [&str; 5] = ["os", "architecture", "variant", "rootfs", "diff_ids"];

/// What is asked of registries, best first.
pub(crate) const MANIFEST_TYPES: [&str; 4] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];

/// A content descriptor (descriptor.md).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
    #[serde(default)]
    platform: Option<PlatformWords>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PlatformWords {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
}

impl PlatformWords {
    fn platform(&self) -> Platform {
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        Platform::new(&word(&self.os), &word(&self.architecture), self.variant.as_deref())
    }
}

impl Descriptor {
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(key).map(String::as_str)
    }

    pub(crate) fn platform(&self) -> Option<Platform> {
        self.platform.as_ref().map(PlatformWords::platform)
    }

    /// Whether it describes an image or an index of images, and not an attestation about one.
    pub(crate) fn may_be_image(&self) -> bool {
        MANIFEST_TYPES.contains(&self.media_type.as_str())
            && self.annotation("vnd.docker.reference.type").is_none()
            && self.platform().is_none_or(|platform| !platform.is_unknown())
    }
}

/// An image manifest (manifest.md).
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    pub(crate) base: Option<Box<NamedBase>>,
}

/// The image that a manifest says its own was built on (annotations.md). Nobody has checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBase {
    /// Its reference.
    pub name: String,
    /// Its digest, where one is told.
    pub digest: Option<Digest>,
}

/// What `org.opencontainers.image.base.name` and `….digest` say. Annotations of the wild are of every shape, and these decide
/// nothing by themselves.
fn named_base(annotations: Option<&serde_json::Value>) -> Option<NamedBase> {
    let text = |key: &str| annotations?.get(format!("org.opencontainers.image.base.{key}"))?.as_str();
    let digest = text("digest").and_then(|digest| digest.parse().ok());
    text("name").map(|name| NamedBase { name: name.to_owned(), digest })
}

/// A manifest, or an index of manifests.
#[derive(Debug)]
pub(crate) enum Document {
    Manifest(Manifest),
    Index(Vec<Descriptor>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    schema_version: Option<u64>,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    annotations: Option<serde_json::Value>,
}

/// What must be known before the rest can be read at all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(default)]
    schema_version: Option<u64>,
    #[serde(default)]
    fs_layers: Option<IgnoredAny>,
}

/// Reads a manifest or an index. `stated` is the media type by which it was handed over: the descriptor's, or the
/// registry's `Content-Type`. `what` and `place` are for messages.
pub(crate) fn parse(
    bytes: &[u8],
    stated: Option<&str>,
    what: &str,
    place: &str,
) -> Result<Document, SourceError> {
    let invalid = |detail: &str| SourceError::invalid(what, place, detail);
    let shape: Shape =
        serde_json::from_slice(bytes).map_err(|error| SourceError::invalid(what, place, error))?;
    if shape.schema_version == Some(1) || shape.fs_layers.is_some() {
        return Err(SourceError::unsupported(
            format!("{what}, a manifest of Docker's schema 1,"),
            place,
            "Push the image again with a current tool; schema 1 has no verifiable layers",
        ));
    }
    let raw: Raw =
        spelling::parse(bytes, &MANIFEST_FIELDS).map_err(|error| SourceError::invalid(what, place, error))?;
    if raw.schema_version != Some(2) {
        return Err(invalid("its schemaVersion is not 2"));
    }
    if raw.manifests.is_some() && (raw.layers.is_some() || raw.config.is_some()) {
        return Err(invalid("it is a manifest and an index at once (CVE-2021-41190)"));
    }
    let stated = stated.filter(|stated| is_known(stated));
    if let (Some(own), Some(stated)) = (raw.media_type.as_deref(), stated)
        && own != stated
    {
        return Err(invalid(&format!("it says that it is {own}, and was handed over as {stated}")));
    }
    let media_type = raw.media_type.clone().or_else(|| stated.map(str::to_owned));
    document(raw, media_type.as_deref(), what, place)
}

fn is_known(media_type: &str) -> bool {
    MANIFEST_TYPES.contains(&media_type) || [SCHEMA_1, SCHEMA_1_SIGNED].contains(&media_type)
}

fn document(raw: Raw, media_type: Option<&str>, what: &str, place: &str) -> Result<Document, SourceError> {
    let may_be = |types: [&str; 2]| media_type.is_none_or(|media_type| types.contains(&media_type));
    match (raw.config, raw.layers, raw.manifests) {
        (None, None, Some(manifests)) if may_be([OCI_INDEX, DOCKER_LIST]) => {
            within(manifests.len(), limits::INDEX_CHILDREN, "the list of manifests of", what, place)?;
            Ok(Document::Index(manifests))
        }
        (Some(config), layers, None) if may_be([OCI_MANIFEST, DOCKER_MANIFEST]) => {
            let is_docker = media_type == Some(DOCKER_MANIFEST);
            check_config_type(&config.media_type, raw.artifact_type.as_deref(), is_docker, what, place)?;
            let layers = layers.unwrap_or_default();
            within(layers.len(), limits::LAYERS, "the list of layers of", what, place)?;
            let base = named_base(raw.annotations.as_ref()).map(Box::new);
            Ok(Document::Manifest(Manifest { config, layers, base }))
        }
        _ => match media_type {
            Some(media_type) if !is_known(media_type) => Err(SourceError::unsupported(
                format!("{what}, which is {},", shown(media_type)),
                place,
                "Name an image or an image index",
            )),
            _ => {
                Err(SourceError::invalid(what, place, "it has the fields of neither a manifest nor an index"))
            }
        },
    }
}

/// Refuses artifacts: charts, signatures, attestations and whatever else registries hold beside images.
fn check_config_type(
    config: &str,
    artifact: Option<&str>,
    is_docker: bool,
    what: &str,
    place: &str,
) -> Result<(), SourceError> {
    // Docker's own early tools wrote the second for images of schema 2.
    if config == OCI_CONFIG || config == DOCKER_CONFIG || (is_docker && config == "application/octet-stream")
    {
        return Ok(());
    }
    let kind = shown(artifact.unwrap_or(config));
    Err(SourceError::unsupported(
        format!("{what}, an artifact of type {kind} and not an image,"),
        place,
        "Name the image that it belongs to",
    ))
}

fn within(length: usize, limit: usize, list: &str, what: &str, place: &str) -> Result<(), SourceError> {
    if length <= limit {
        return Ok(());
    }
    Err(SourceError::TooLarge {
        what: format!("{list} {what}"),
        place: place.to_owned(),
        limit: limit as u64,
    })
}

/// What an image's configuration (config.md) says about its layers and where it runs.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) platform: Platform,
    pub(crate) has_variant: bool,
    pub(crate) diff_ids: Vec<Digest>,
}

#[derive(Deserialize)]
struct RawConfiguration {
    #[serde(flatten)]
    platform: PlatformWords,
    #[serde(default)]
    rootfs: Option<RootFs>,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Option<Vec<Digest>>,
}

/// Reads the configuration of an image of so many layers.
pub(crate) fn parse_configuration(
    bytes: &[u8],
    layers: usize,
    place: &str,
) -> Result<Configuration, SourceError> {
    const WHAT: &str = "the image's configuration";
    let raw: RawConfiguration = spelling::parse(bytes, &CONFIGURATION_FIELDS)
        .map_err(|error| SourceError::invalid(WHAT, place, error))?;
    let diff_ids = raw.rootfs.and_then(|rootfs| rootfs.diff_ids).unwrap_or_default();
    if diff_ids.len() != layers {
        let detail = format!("it names {} diff ids for {layers} layers", diff_ids.len());
        return Err(SourceError::invalid(WHAT, place, detail));
    }
    let has_variant = raw.platform.variant.as_ref().is_some_and(|variant| !variant.is_empty());
    Ok(Configuration { platform: raw.platform.platform(), has_variant, diff_ids })
}

#[cfg(test)]
mod tests;
