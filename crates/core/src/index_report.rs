//! The index report: what is installed in an image.
//!
//! A function of the image and the index state alone. No advisory data and no time enters it.

use serde::{Deserialize, Serialize};

use crate::{BlindSpot, Digest, Distribution, Package, archives::IndexedArchive};

/// Which image a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// How it was named on the command line, or by whoever asked.
    pub reference: String,
    /// Digest of the manifest; of the configuration where the source has no manifest (`docker save`); of the evidence
    /// where it is a bare root file system.
    pub digest: Digest,
    /// `os/architecture[/variant]`, such as `linux/arm64/v8`.
    pub platform: String,
    /// Digests of the layers as the source names them, lowest first.
    pub layers: Vec<Digest>,
}

/// The name and version of the JSON form of [`IndexReport`].
pub const SCHEMA: &str = "limpid/index/1";

/// What is installed in an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexReport {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The image.
    pub image: ImageFacts,
    /// Digest of all that detected ([`crate::ecosystem::Ecosystems::index_state`]).
    pub index_state: Digest,
    /// The distributions that were recognised, sorted.
    pub distributions: Vec<Distribution>,
    /// The repositories that its packages come from, where a manifest of its contents says so. Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// The packages of the final file system, sorted.
    pub packages: Vec<IndexedPackage>,
    /// What could not be read or recognised, sorted.
    pub blind_spots: Vec<BlindSpot>,
    /// Archives that nothing identifies for certain, by their digests, sorted: who has a table of artifacts
    /// ([`crate::archives::ArtifactTable`]) knows what they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<IndexedArchive>,
}

/// A package, and where it is in the image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexedPackage {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// The namespace under which it is judged, such as `Alpine:v3.16`. `None`: nobody knows; a blind spot says why.
    pub namespace: Option<String>,
    /// Package URL.
    pub purl: String,
    /// Path of the database or file in which it was found; where that is an archive within others, as
    /// `app.jar!/BOOT-INF/lib/x.jar`.
    pub path: String,
    /// Digest of the layer that introduced it, as the image names it.
    pub layer: Option<Digest>,
}
