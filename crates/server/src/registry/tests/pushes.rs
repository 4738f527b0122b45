//! What tests push.

use limpid_core::Digest;
use serde_json::{Value, json};

use crate::accounts::tests::place::{Answer, PASSWORD, Place, basic};

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Asks the registry as somebody with the password of everybody.
pub(super) fn send(place: &Place, who: &str, method: &str, path: &str, body: &str) -> Answer {
    let headers = [basic(who, PASSWORD), ("content-type", MANIFEST.to_owned())];
    place.send(method, path, &headers, body)
}

/// Pushes a blob.
pub(super) fn blob(place: &Place, who: &str, repository: &str, text: &str) -> Answer {
    let path = format!("/v2/{repository}/blobs/uploads/?digest={}", Digest::of(text.as_bytes()));
    send(place, who, "POST", &path, text)
}

fn descriptor(media_type: &str, text: &str) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(text.as_bytes()), "size": text.len()})
}

/// A manifest of a configuration and a layer.
pub(super) fn manifest(config: &str, layer: &str) -> String {
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
    })
    .to_string()
}

pub(super) fn put(place: &Place, who: &str, repository: &str, reference: &str, manifest: &str) -> Answer {
    send(place, who, "PUT", &format!("/v2/{repository}/manifests/{reference}"), manifest)
}

/// The configuration of an image with these labels.
pub(super) fn config(labels: &Value) -> String {
    json!({"os": "linux", "architecture": "amd64", "config": {"Labels": labels}}).to_string()
}

/// Pushes an image; returns its manifest.
#[track_caller]
pub(super) fn image(place: &Place, repository: &str, tag: &str, config: &str, layer: &str) -> String {
    let who = "team";
    blob(place, who, repository, config).with(201);
    blob(place, who, repository, layer).with(201);
    let manifest = manifest(config, layer);
    put(place, who, repository, tag, &manifest).with(201);
    manifest
}

/// The code of an error.
pub(super) fn code(answer: &Answer) -> Value {
    answer.json()["errors"][0]["code"].clone()
}
