//! Small images that follow from a number, and how they are pushed.

use limpid_core::Digest;
use limpid_testkit::tar::Tar;
use serde_json::json;

use super::{
    super::support::{Answer, Asker, MANIFEST, descriptor},
    chance::Chance,
};

/// An image.
pub(super) struct Image {
    /// Configuration and layers.
    pub(super) blobs: Vec<Vec<u8>>,
    pub(super) manifest: Vec<u8>,
}

/// A layer that follows from a number.
pub(super) fn layer(number: u64) -> Vec<u8> {
    let mut chance = Chance::new(number);
    let bytes = 100 + chance.below(20_000);
    Tar::new().file(format!("opt/{number}"), chance.bytes(bytes)).finish()
}

impl Image {
    /// Of these layers, and a configuration of its own.
    pub(super) fn new(number: u64, layers: &[u64]) -> Self {
        let layers: Vec<Vec<u8>> = layers.iter().map(|number| layer(*number)).collect();
        let identities: Vec<Digest> = layers.iter().map(|layer| Digest::of(layer)).collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "author": number.to_string(),
            "rootfs": {"type": "layers", "diff_ids": identities},
        });
        let config = config.to_string().into_bytes();
        let layer = |layer: &Vec<u8>| descriptor("application/vnd.oci.image.layer.v1.tar", layer);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": layers.iter().map(layer).collect::<Vec<_>>(),
        });
        let manifest = manifest.to_string().into_bytes();
        Self { blobs: std::iter::once(config).chain(layers).collect(), manifest }
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

/// Sends a blob in one of the ways in which clients do. Returns the last answer: 201, or the first that is another than expected.
pub(super) fn send_blob(
    asker: &Asker,
    repository: &str,
    blob: &[u8],
    chance: &mut Chance,
) -> reqwest::Result<Answer> {
    let (digest, uploads) = (Digest::of(blob), format!("/v2/{repository}/blobs/uploads/"));
    let pieces = chance.below(4);
    if pieces == 0 {
        return asker.try_send("POST", &format!("{uploads}?digest={digest}"), &[], blob);
    }
    let begun = asker.try_send("POST", &uploads, &[], "")?;
    if begun.status != 202 {
        return Ok(begun);
    }
    let location = begun.header("location").to_owned();
    // The last piece comes with the end, or before it.
    let at = if pieces == 1 { blob.len() } else { blob.len() / 2 };
    let (first, last) = blob.split_at(at);
    let sent = asker.try_send("PATCH", &location, &[], first)?;
    if sent.status != 202 {
        return Ok(sent);
    }
    let mut last = last;
    if pieces == 3 {
        let sent = asker.try_send("PATCH", &location, &[], last)?;
        if sent.status != 202 {
            return Ok(sent);
        }
        last = &[];
    }
    asker.try_send("PUT", &format!("{location}?digest={digest}"), &[], last)
}

/// Sends a manifest.
pub(super) fn send_manifest(
    asker: &Asker,
    repository: &str,
    reference: &str,
    manifest: &[u8],
) -> reqwest::Result<Answer> {
    let path = format!("/v2/{repository}/manifests/{reference}");
    asker.try_send("PUT", &path, &[("content-type", MANIFEST)], manifest)
}
