//! What a manifest is, as far as security is concerned: an image, an index of images, or something that nobody indexes, and why.
//!
//! An artifact that cannot be run (a signature, a chart) is told from an image that cannot be read: nobody is kept from the
//! former, and the latter is never taken for clean.

use limpid_core::Digest;
use limpid_store::{
    manifests::{Manifest, ManifestLayer},
    security::{Child, PushState},
};
use serde::Deserialize;

use super::kinds;
use crate::limits;

/// What a manifest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Contents {
    /// An image with these layers.
    Image(Manifest),
    /// An index of these images. Attestations are left out.
    Index(Vec<Child>),
    /// Nothing that is indexed: its state says why.
    Other(PushState),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: Digest,
    #[serde(default)]
    urls: Option<Vec<String>>,
    #[serde(default)]
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

impl Platform {
    fn text(&self) -> String {
        let mut text = format!("{}/{}", self.os, self.architecture);
        if let Some(variant) = self.variant.as_ref().filter(|variant| !variant.is_empty()) {
            text.push('/');
            text.push_str(variant);
        }
        text
    }
}

/// What builders write as the platform of what runs nowhere, such as attestations.
const NOWHERE: &str = "unknown/unknown";

impl Contents {
    /// Reads a manifest. One that cannot be read is not supported, and says so.
    pub(super) fn parse(digest: &Digest, bytes: &[u8]) -> Self {
        match serde_json::from_slice::<Document>(bytes) {
            Ok(document) => Self::of(digest, document),
            Err(error) => unsupported(format!("its manifest cannot be read: {error}")),
        }
    }

    fn of(digest: &Digest, document: Document) -> Self {
        if let Some(children) = document.manifests {
            return index(&children);
        }
        let layers = document.layers.unwrap_or_default();
        let configuration = document.config.map(|config| config.media_type).unwrap_or_default();
        let artifact = document.artifact_type.unwrap_or_default();
        if let Some(other) = other(&artifact, &configuration, &layers) {
            return other;
        }
        let layer = |layer: Descriptor| ManifestLayer {
            digest: layer.digest,
            uri: layer.urls.unwrap_or_default().into_iter().next().unwrap_or_default(),
        };
        Self::Image(Manifest { digest: digest.clone(), layers: layers.into_iter().map(layer).collect() })
    }
}

fn unsupported(why: impl Into<String>) -> Contents {
    Contents::Other(PushState::Unsupported(why.into()))
}

/// Why a manifest with layers is no image that can be read; `None` where it is one.
fn other(artifact: &str, configuration: &str, layers: &[Descriptor]) -> Option<Contents> {
    let unread = layers.iter().find(|layer| !kinds::is_layer(&layer.media_type));
    let runs = kinds::is_configuration(configuration);
    let has_files = layers.iter().any(|layer| kinds::is_layer(&layer.media_type));
    // What has layers of files may be run by somebody, whatever it says that it is.
    let types = [artifact, configuration].into_iter().chain(unread.map(|layer| layer.media_type.as_str()));
    let is_empty_image = runs && layers.is_empty();
    if !has_files && !is_empty_image {
        let known = types.clone().find_map(kinds::known);
        let named = types.clone().find(|one| !one.is_empty() && !kinds::is_configuration(one));
        match (known, named) {
            (Some(what), _) => return Some(Contents::Other(PushState::Artifact(format!("it is {what}")))),
            (None, Some(named)) if !runs => {
                let why = format!("it is an artifact of type {}", shown(named));
                return Some(Contents::Other(PushState::Artifact(why)));
            }
            (None, _) => {}
        }
    }
    if layers.is_empty() {
        return Some(unsupported("it has no layers"));
    }
    if layers.len() > limits::MANIFEST_LAYERS {
        let most = limits::MANIFEST_LAYERS;
        return Some(unsupported(format!("it has {} layers, and at most {most} are read", layers.len())));
    }
    if let Some(unread) = unread {
        let (digest, kind) = (&unread.digest, shown(&unread.media_type));
        return Some(unsupported(format!("layer {digest} is of type {kind}, which nobody reads")));
    }
    (!runs).then(|| {
        let kind = shown(if artifact.is_empty() { configuration } else { artifact });
        unsupported(format!("it has layers of files, and is not an image but of type {kind}"))
    })
}

fn index(children: &[Descriptor]) -> Contents {
    if children.len() > limits::INDEX_CHILDREN {
        let most = limits::INDEX_CHILDREN;
        return unsupported(format!(
            "it lists {} manifests, and at most {most} are looked at",
            children.len()
        ));
    }
    let children: Vec<Child> = children
        .iter()
        .map(|child| (child, child.platform.as_ref().map(Platform::text).unwrap_or_default()))
        .filter(|(child, platform)| platform != NOWHERE && is_child(child))
        .map(|(child, platform)| Child {
            digest: child.digest.clone(),
            platform: shown(&platform).to_owned(),
        })
        .collect();
    if children.is_empty() { unsupported("it lists no images") } else { Contents::Index(children) }
}

/// A child whose type is not told may be an image.
fn is_child(child: &Descriptor) -> bool {
    child.media_type.is_empty() || kinds::is_manifest(&child.media_type)
}

/// As much of a stranger's word as is shown.
fn shown(word: &str) -> &str {
    word.get(..word.floor_char_boundary(limits::SHOWN_WORD)).unwrap_or(word)
}

#[cfg(test)]
mod tests;
