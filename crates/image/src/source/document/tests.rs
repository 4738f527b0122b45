use super::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn descriptor(media_type: &str) -> String {
    format!(r#"{{"mediaType":"{media_type}","digest":"{DIGEST}","size":1}}"#)
}

fn manifest(config: &str, extra: &str) -> String {
    let (config, layer) = (descriptor(config), descriptor("application/vnd.oci.image.layer.v1.tar"));
    format!(r#"{{"schemaVersion":2,{extra}"config":{config},"layers":[{layer}]}}"#)
}

fn read(text: &str, stated: Option<&str>) -> Result<Document, SourceError> {
    parse(text.as_bytes(), stated, "the manifest", "here")
}

fn message(text: &str, stated: Option<&str>) -> String {
    read(text, stated).unwrap_err().to_string()
}

#[test]
fn a_manifest_without_media_type_is_told_by_its_fields() {
    let Document::Manifest(manifest) = read(&manifest(OCI_CONFIG, ""), None).unwrap() else { panic!() };
    assert_eq!((manifest.layers.len(), manifest.config.size), (1, 1));
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, descriptor(OCI_MANIFEST));
    assert!(
        matches!(read(&index, Some("text/plain")).unwrap(), Document::Index(children) if children.len() == 1)
    );
}

#[test]
fn a_document_that_is_two_things_is_refused() {
    let both = manifest(OCI_CONFIG, r#""manifests":[],"#);
    assert!(message(&both, Some(OCI_MANIFEST)).contains("CVE-2021-41190"));
    assert!(message(&both, Some(OCI_INDEX)).contains("CVE-2021-41190"));
}

#[test]
fn a_field_in_another_case_is_refused() {
    for odd in [r#""Layers":[],"#, r#""Config":{},"#, r#""MEDIATYPE":"x","#] {
        assert!(message(&manifest(OCI_CONFIG, odd), None).contains("in another case"), "{odd}");
    }
    let labelled = manifest(OCI_CONFIG, r#""annotations":{"Layers":"a","layers":"b"},"#);
    assert!(read(&labelled, None).is_ok());
    let configuration = |odd: &str| {
        let text =
            format!(r#"{{"os":"linux","architecture":"amd64",{odd}"rootfs":{{"diff_ids":["{DIGEST}"]}}}}"#);
        parse_configuration(text.as_bytes(), 1, "here").map_err(|error| error.to_string())
    };
    assert!(configuration(r#""config":{"Labels":{"OS":"a","os":"b"}},"#).is_ok());
    for odd in [r#""RootFS":{},"#, r#""rootfſ":{},"#, r#""OS":"windows","#] {
        assert!(configuration(odd).is_err_and(|why| why.contains("in another case")), "{odd}");
    }
}

#[test]
fn a_media_type_that_does_not_fit_is_refused() {
    let says_docker = manifest(DOCKER_CONFIG, &format!(r#""mediaType":"{DOCKER_MANIFEST}","#));
    assert!(read(&says_docker, Some(DOCKER_MANIFEST)).is_ok());
    assert!(message(&says_docker, Some(OCI_MANIFEST)).contains("was handed over as"));
    assert!(message(&manifest(OCI_CONFIG, ""), Some(OCI_INDEX)).contains("neither a manifest nor an index"));
    let twice = manifest(OCI_CONFIG, r#""config":{},"#);
    assert!(message(&twice, None).contains("is not valid"));
}

#[test]
fn artifacts_and_old_schemas_are_named() {
    let chart = manifest("application/vnd.cncf.helm.config.v1+json", "");
    assert!(message(&chart, None).contains("an artifact of type application/vnd.cncf.helm.config.v1+json"));
    let signature = manifest(OCI_CONFIG, r#""mediaType":"application/vnd.example.thing+json","#);
    assert!(message(&signature, None).contains("which is application/vnd.example.thing+json"));
    let old = r#"{"schemaVersion":1,"name":"a","fsLayers":[{"blobSum":"x"}],"signatures":[]}"#;
    assert!(message(old, Some(SCHEMA_1_SIGNED)).contains("schema 1"));
}

#[test]
fn wrong_digests_and_too_many_layers_are_refused() {
    let short = manifest(OCI_CONFIG, "").replace(DIGEST, "sha256:00");
    assert!(message(&short, None).contains("is not a digest"));
    let layers = vec![descriptor("x"); limits::LAYERS + 1].join(",");
    let text = format!(r#"{{"schemaVersion":2,"config":{},"layers":[{layers}]}}"#, descriptor(OCI_CONFIG));
    assert!(matches!(read(&text, None), Err(SourceError::TooLarge { limit, .. }) if limit == 512));
}

#[test]
fn a_configuration_names_a_diff_id_for_each_layer() {
    let text = format!(
        r#"{{"os":"linux","architecture":"arm64","rootfs":{{"type":"layers","diff_ids":["{DIGEST}"]}},"history":7}}"#
    );
    let configuration = parse_configuration(text.as_bytes(), 1, "here").unwrap();
    assert_eq!(configuration.platform.to_string(), "linux/arm64");
    let error = parse_configuration(text.as_bytes(), 2, "here").unwrap_err().to_string();
    assert!(error.contains("1 diff ids for 2 layers"), "{error}");
}

#[test]
fn attestations_are_no_images() {
    let read = |text: &str| serde_json::from_str::<Descriptor>(text).unwrap().may_be_image();
    let plain = descriptor(OCI_MANIFEST);
    let with = |extra: &str| plain.replacen('{', &format!("{{{extra},"), 1);
    assert!(read(&plain));
    assert!(!read(&with(r#""platform":{"os":"unknown","architecture":"unknown"}"#)));
    assert!(!read(&with(r#""annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#)));
    assert!(!read(&descriptor("application/vnd.dev.cosign.simplesigning.v1+json")));
}
