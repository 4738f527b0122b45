//! Images in a real registry, put there by skopeo.

use std::io::{Cursor, Read};

use limpid_core::Digest;
use limpid_image::{
    reference::RegistryReference,
    source::{CredentialFiles, RegistryClient, SourceError, SourceOptions},
};
use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    registry::{Registry, has_skopeo, skopeo_copy},
};

use crate::sources::{Place, layer_bytes, opened, refusal, tar, two_layers};

mod scripted;

const AUTHS: &str = r#"{"auths":{"HOST":{"auth":"dXNlcjpzZWNyZXQ="}}}"#;

fn client(reference: &str) -> RegistryClient {
    let reference: RegistryReference = reference.parse().expect("a reference");
    RegistryClient::new(&reference, false, CredentialFiles::default()).expect("a client")
}

#[test]
fn an_image_is_the_same_from_a_registry_as_from_its_archive() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = Place::new();
    let layout = Layout::of(&two_layers(), "1.0");
    let archive = layout.write_archive(&place.path("app.tar")).display().to_string();
    let host = registry.host();
    skopeo_copy(&archive, &format!("{host}/team/app:1.0"), &[]);
    let from_archive = opened(&archive, &place.options());
    let digest = &from_archive.facts().digest;
    for text in [
        format!("{host}/team/app:1.0"),
        format!("registry:{host}/team/app:1.0"),
        format!("docker://{host}/team/app@{digest}"),
        // The digest is what counts; there is no such tag.
        format!("{host}/team/app:9.9@{digest}"),
    ] {
        let image = opened(&text, &place.options());
        assert_eq!(image.layers(), from_archive.layers(), "{text}");
        assert_eq!((&image.facts().digest, &image.facts().reference), (digest, &text));
        for index in 0..2 {
            assert_eq!(layer_bytes(image.as_ref(), index), layer_bytes(from_archive.as_ref(), index));
        }
    }
    let error = refusal(&format!("{host}/team/app:9.9"), &place.options());
    assert!(matches!(&error, SourceError::NotFound { what, .. } if what == "team/app:9.9"), "{error}");
    let error = refusal(&format!("{host}/team/other:1.0"), &place.options());
    assert!(matches!(error, SourceError::NotFound { .. }), "{error}");
}

#[test]
fn a_platform_is_chosen_in_a_registry() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = Place::new();
    let mut layout = Layout::new();
    let children = ["linux/amd64", "linux/arm64/v8"].map(|platform| {
        layout.image(&ImageBuilder::new().platform(platform).layer(tar(platform), Stored::Gzip))
    });
    let index = layout.index(&children);
    let archive = layout.entry(index, Some("1")).write_archive(&place.path("app.tar"));
    let target = format!("{}/app:1", registry.host());
    skopeo_copy(&archive.display().to_string(), &target, &["--all"]);
    let options = SourceOptions { platform: Some("linux/arm64".parse().unwrap()), ..place.options() };
    let image = opened(&target, &options);
    assert_eq!(image.facts().digest.as_str(), children[1]["digest"].as_str().unwrap());
    layer_bytes(image.as_ref(), 0);
}

#[test]
fn docker_schema_2_is_read() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = Place::new();
    let image = ImageBuilder::new().layer(tar("etc/one"), Stored::Gzip);
    let archive = Layout::of(&image, "1").write_archive(&place.path("app.tar")).display().to_string();
    let target = format!("{}/app:1", registry.host());
    skopeo_copy(&archive, &target, &["--format", "v2s2"]);
    let image = opened(&target, &place.options());
    assert_eq!(image.layers()[0].media_type, "application/vnd.docker.image.rootfs.diff.tar.gzip");
    layer_bytes(image.as_ref(), 0);
}

#[test]
fn a_password_is_taken_from_the_file_of_credentials() {
    let (Some(registry), true) = (Registry::start_with_password(), has_skopeo()) else { return };
    let place = Place::new();
    let archive = Layout::of(&two_layers(), "1").write_archive(&place.path("app.tar")).display().to_string();
    let host = registry.host();
    let target = format!("{host}/team/app:1");
    skopeo_copy(&archive, &target, &["--dest-creds", "user:secret"]);
    let with = |name: &str, text: &str| {
        let file = place.write(name, text.replace("HOST", &host));
        SourceOptions { credentials: CredentialFiles::new([file.into()]), ..place.options() }
    };
    let image = opened(&target, &with("right.json", AUTHS));
    layer_bytes(image.as_ref(), 0);

    let error = refusal(&target, &place.options()).to_string();
    assert!(error.contains("there are no credentials for it") && error.contains("podman login"), "{error}");
    let other_host = AUTHS.replace("HOST", "registry.example");
    assert!(matches!(refusal(&target, &with("other.json", &other_host)), SourceError::Unauthorized { .. }));
    // “user:wrong”.
    let wrong = refusal(&target, &with("wrong.json", &AUTHS.replace("dXNlcjpzZWNyZXQ=", "dXNlcjp3cm9uZw==")));
    assert!(matches!(wrong, SourceError::Unauthorized { .. }), "{wrong}");
    assert!(!format!("{wrong} {wrong:?}").contains("dXNlcjp3cm9uZw"), "{wrong:?}");
}

#[test]
fn what_is_pushed_comes_back() {
    let Some(registry) = Registry::start() else { return };
    let client = client(&format!("{}/data/catalog:latest", registry.host()));
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    let digest = Digest::of(&bytes);
    assert!(!client.blob_exists(&digest).unwrap());
    let copy = bytes.clone();
    client.push_blob(&digest, bytes.len() as u64, &|| Ok(Box::new(Cursor::new(copy.clone())))).unwrap();
    assert!(client.blob_exists(&digest).unwrap());
    let mut pulled = Vec::new();
    client.pull_blob(&digest, None).unwrap().read_to_end(&mut pulled).unwrap();
    assert!(pulled == bytes);
    let error = client.pull_blob(&digest, Some(7)).err().expect("another size").to_string();
    assert!(error.contains("its descriptor says 7"), "{error}");

    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let empty = b"{}";
    client.push_blob(&Digest::of(empty), 2, &|| Ok(Box::new(Cursor::new(*empty)))).unwrap();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{media_type}","artifactType":"application/vnd.example","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{}","size":2}},"layers":[{{"mediaType":"application/octet-stream","digest":"{digest}","size":{}}}]}}"#,
        Digest::of(empty),
        bytes.len()
    );
    let pushed = client.push_manifest("latest", media_type, manifest.as_bytes()).unwrap();
    for identifier in ["latest", pushed.as_str()] {
        let pulled = client.pull_manifest(identifier, &[media_type]).unwrap();
        assert_eq!((pulled.bytes.as_slice(), &pulled.digest), (manifest.as_bytes(), &pushed));
        assert_eq!(pulled.media_type, media_type);
    }
    let place = Place::new();
    let error = refusal(&format!("{}/data/catalog", registry.host()), &place.options()).to_string();
    assert!(error.contains("an artifact of type application/vnd.example and not an image"), "{error}");
}

#[test]
fn a_push_with_a_wrong_digest_is_refused() {
    let Some(registry) = Registry::start() else { return };
    let client = client(&format!("{}/data", registry.host()));
    let wrong = Digest::of(b"other");
    assert!(client.push_blob(&wrong, 5, &|| Ok(Box::new(Cursor::new(*b"bytes")))).is_err());
    assert!(!client.blob_exists(&wrong).unwrap());
}

#[test]
fn a_registry_that_is_not_there_is_unavailable() {
    let Some(registry) = Registry::start() else { return };
    let host = registry.host();
    drop(registry);
    let error = refusal(&format!("{host}/app"), &Place::new().options());
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
}

#[test]
fn a_layer_is_where_its_location_says_with_the_headers_that_it_names() {
    let (Some(registry), true) = (Registry::start_with_password(), has_skopeo()) else { return };
    let place = Place::new();
    let archive = Layout::of(&two_layers(), "1").write_archive(&place.path("app.tar")).display().to_string();
    let host = registry.host();
    let target = format!("{host}/team/app:1");
    skopeo_copy(&archive, &target, &["--dest-creds", "user:secret"]);
    let file = place.write("auth.json", AUTHS.replace("HOST", &host));
    let options = SourceOptions { credentials: CredentialFiles::new([file.into()]), ..place.options() };
    let image = opened(&target, &options);
    for (index, layer) in image.layers().iter().enumerate() {
        let location = image.layer_location(index).unwrap().expect("a registry has addresses");
        assert_eq!(location.uri(), format!("http://{host}/v2/team/app/blobs/{}", layer.digest));
        assert_eq!(location.headers().collect::<Vec<_>>(), [("Authorization", "Basic dXNlcjpzZWNyZXQ=")]);
        assert!(!format!("{location:?}").contains("dXNlcjpzZWNyZXQ"), "{location:?}");
    }
    assert!(image.layer_location(2).is_err());
    // An archive is nowhere that another could fetch it from.
    assert_eq!(opened(&archive, &place.options()).layer_location(0).unwrap(), None);
}
