//! What manifests are, by their bytes.

use serde_json::{Value, json};

use super::*;

const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const TAR: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn layer(name: &str, kind: &str) -> Value {
    json!({"mediaType": kind, "digest": digest(name), "size": 1})
}

fn manifest(config: &str, layers: &[Value]) -> Value {
    json!({"schemaVersion": 2, "config": {"mediaType": config, "digest": digest("config"), "size": 2}, "layers": layers})
}

fn parsed(document: &Value) -> Contents {
    Contents::parse(&digest("manifest"), document.to_string().as_bytes())
}

fn artifact(why: &str) -> Contents {
    Contents::Other(PushState::Artifact(why.to_owned()))
}

#[test]
fn an_image_is_its_layers_in_their_order() {
    let foreign = json!({"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "digest": digest("b"), "size": 1, "urls": ["https://vendor.example/b", "https://other.example/b"]});
    let layers = vec![
        ManifestLayer { digest: digest("a"), uri: String::new() },
        ManifestLayer { digest: digest("b"), uri: "https://vendor.example/b".to_owned() },
    ];
    let expected = Contents::Image(Manifest { digest: digest("manifest"), layers });
    assert_eq!(parsed(&manifest(OCI_CONFIG, &[layer("a", TAR), foreign])), expected);
}

#[test]
fn artifacts_are_recognised_by_their_types() {
    let empty = "application/vnd.oci.empty.v1+json";
    let of_type = |kind: &str| {
        let mut document = manifest(empty, &[layer("a", empty)]);
        document["artifactType"] = json!(kind);
        parsed(&document)
    };
    assert_eq!(of_type("application/spdx+json"), artifact("it is an SBOM"));
    assert_eq!(
        of_type("application/vnd.acme.thing"),
        artifact("it is an artifact of type application/vnd.acme.thing")
    );
    let attestation = manifest(OCI_CONFIG, &[layer("a", "application/vnd.in-toto+json")]);
    assert_eq!(parsed(&attestation), artifact("it is an attestation"));
    let signature = manifest(OCI_CONFIG, &[layer("a", "application/vnd.dev.cosign.simplesigning.v1+json")]);
    assert_eq!(parsed(&signature), artifact("it is a signature of cosign"));
    let chart = manifest(
        "application/vnd.cncf.helm.config.v1+json",
        &[layer("a", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
    );
    assert_eq!(parsed(&chart), artifact("it is a Helm chart"));
}

#[test]
fn an_image_that_cannot_be_read_is_no_artifact() {
    assert_eq!(parsed(&manifest(OCI_CONFIG, &[])), unsupported("it has no layers"));
    let encrypted = format!("{TAR}+encrypted");
    let why = format!("layer {} is of type {encrypted}, which nobody reads", digest("b"));
    assert_eq!(
        parsed(&manifest(OCI_CONFIG, &[layer("a", TAR), layer("b", &encrypted)])),
        unsupported(why.clone())
    );
    assert_eq!(parsed(&manifest(OCI_CONFIG, &[layer("b", &encrypted)])), unsupported(why));
    // Files under the name of a chart: somebody may run them all the same.
    let disguised = manifest("application/vnd.cncf.helm.config.v1+json", &[layer("a", TAR)]);
    let why =
        "it has layers of files, and is not an image but of type application/vnd.cncf.helm.config.v1+json";
    assert_eq!(parsed(&disguised), unsupported(why));
    let unread = Contents::parse(&digest("manifest"), b"{");
    assert!(
        matches!(unread, Contents::Other(PushState::Unsupported(why)) if why.starts_with("its manifest cannot be read"))
    );
}

#[test]
fn an_index_is_its_images_without_what_runs_nowhere() {
    let child = |name: &str, os: &str, architecture: &str| json!({"mediaType": IMAGE, "digest": digest(name), "size": 1, "platform": {"os": os, "architecture": architecture}});
    let mut arm = child("arm", "linux", "arm64");
    arm["platform"]["variant"] = json!("v8");
    let document = json!({"manifests": [child("amd", "linux", "amd64"), arm, child("attestation", "unknown", "unknown")]});
    let expected = [("amd", "linux/amd64"), ("arm", "linux/arm64/v8")]
        .map(|(name, platform)| Child { digest: digest(name), platform: platform.to_owned() });
    assert_eq!(parsed(&document), Contents::Index(expected.to_vec()));
    assert_eq!(parsed(&json!({"manifests": []})), unsupported("it lists no images"));
}
