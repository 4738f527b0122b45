//! What manifests say, as clients write them.

use serde_json::json;

use super::*;

fn descriptor(media_type: &str, of: &str) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(of.as_bytes()), "size": of.len()})
}

fn read(document: &Value, stated: &str) -> Result<Content, String> {
    parse(document.to_string().as_bytes(), stated)
}

fn image() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(OCI_CONFIG, "config"),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", "layer")],
    })
}

#[test]
fn an_image_has_a_configuration_and_layers() {
    let content = read(&image(), OCI_MANIFEST).unwrap();
    assert_eq!((content.word(), content.artifact_type.as_str()), ("image", OCI_CONFIG));
    let Kind::Image { config, layers } = content.kind else { panic!("{content:?}") };
    assert_eq!(config.digest, Digest::of(b"config"));
    assert_eq!(layers.iter().map(|layer| layer.size).collect::<Vec<_>>(), [5]);
}

#[test]
fn the_type_is_told_by_the_sender_or_by_the_document_and_by_both_alike() {
    let mut silent = image();
    silent.as_object_mut().unwrap().remove("mediaType");
    assert_eq!(read(&silent, "").unwrap().media_type, OCI_MANIFEST);
    assert_eq!(read(&silent, DOCKER_MANIFEST).unwrap().media_type, DOCKER_MANIFEST);
    assert_eq!(read(&image(), "application/json").unwrap().media_type, OCI_MANIFEST);
    assert!(read(&image(), DOCKER_MANIFEST).unwrap_err().contains("was sent as"));
    assert!(read(&silent, "text/plain").unwrap_err().contains("not taken"));
}

#[test]
fn what_is_two_things_at_once_or_nothing_is_refused() {
    let mut both = image();
    both["manifests"] = json!([]);
    assert!(read(&both, "").unwrap_err().contains("CVE-2021-41190"));
    for (document, stated) in [
        (json!({"schemaVersion": 1, "fsLayers": []}), ""),
        (json!({"schemaVersion": 2}), OCI_INDEX),
        (json!({"schemaVersion": 2}), OCI_MANIFEST),
        (json!({"schemaVersion": 2, "manifests": []}), OCI_MANIFEST),
        (json!({"schemaVersion": 2, "manifests": [{"digest": "sha256:1"}]}), OCI_INDEX),
        (json!([]), ""),
    ] {
        assert!(read(&document, stated).is_err(), "{document}");
    }
    assert!(parse(br#"{"schemaVersion": 2, "schemaVersion": 2, "manifests": []}"#, OCI_INDEX).is_err());
}

#[test]
fn an_index_lists_its_children_and_where_they_run() {
    let mut child = descriptor(OCI_MANIFEST, "child");
    child["platform"] = json!({"os": "linux", "architecture": "arm", "variant": "v7"});
    let index = json!({"schemaVersion": 2, "manifests": [child], "subject": descriptor(OCI_MANIFEST, "subject"),
        "annotations": {"a": "b"}});
    let content = read(&index, OCI_INDEX).unwrap();
    assert_eq!((content.word(), content.artifact_type.as_str()), ("index", ""));
    assert_eq!(content.subject, Some(Digest::of(b"subject")));
    assert_eq!(content.annotations["a"], "b");
    let Kind::Index { children } = content.kind else { panic!("{content:?}") };
    assert_eq!(children[0].platform(), "linux/arm/v7");
}

#[test]
fn what_does_not_run_is_an_artifact() {
    let mut chart = image();
    chart["config"]["mediaType"] = json!("application/vnd.cncf.helm.config.v1+json");
    let content = read(&chart, "").unwrap();
    assert_eq!(
        (content.word(), content.artifact_type.as_str()),
        ("artifact", "application/vnd.cncf.helm.config.v1+json")
    );
    let mut typed = image();
    typed["artifactType"] = json!("application/spdx+json");
    let content = read(&typed, "").unwrap();
    assert_eq!((content.word(), content.artifact_type.as_str()), ("artifact", "application/spdx+json"));
    let Kind::Artifact { blobs } = content.kind else { panic!("{content:?}") };
    assert_eq!(blobs.len(), 2);
    let draft =
        json!({"mediaType": OCI_ARTIFACT, "artifactType": "a/b", "blobs": [descriptor("x/y", "blob")]});
    assert_eq!(read(&draft, OCI_ARTIFACT).unwrap().word(), "artifact");
}

#[test]
fn lists_that_are_null_are_empty_and_foreign_layers_are_known() {
    let mut bare = image();
    bare["layers"] = Value::Null;
    bare["annotations"] = Value::Null;
    assert_eq!(read(&bare, "").unwrap().word(), "image");
    let mut foreign = image();
    foreign["layers"][0]["mediaType"] = json!("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    let Kind::Image { layers, .. } = read(&foreign, "").unwrap().kind else { panic!() };
    assert!(layers[0].is_foreign());
}
