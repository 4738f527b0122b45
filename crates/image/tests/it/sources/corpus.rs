//! Real images, where the corpus is at hand.

use std::{env, path::PathBuf};

use limpid_core::Digest;
use limpid_image::source::{LayeredImage, SourceOptions};
use std::io::Read;

use super::{Place, layer_bytes, opened};

/// A file of the corpus; says so where there is none.
pub(crate) fn image(name: &str) -> Option<String> {
    let corpus = env::var_os("LIMPID_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus")),
        PathBuf::from,
    );
    let path = corpus.join("images").join(name);
    if !path.is_file() {
        eprintln!("SKIPPED: {} does not exist (LIMPID_CORPUS names the corpus)", path.display());
        return None;
    }
    Some(path.display().to_string())
}

#[test]
fn alpine_as_docker_saved_it() {
    let Some(file) = image("alpine-3.10.docker-archive.tar.gz") else { return };
    let place = Place::new();
    let image = opened(&file, &place.options());
    assert_eq!(
        image.facts().digest.as_str(),
        "sha256:af341ccd2df8b0e2d67cf8dd32e087bfda4e5756ebd1c76bbf3efa0dc246590e"
    );
    assert_eq!((image.facts().platform.as_str(), image.layers().len()), ("linux/amd64", 1));
    layer_bytes(image.as_ref(), 0);
}

#[test]
fn an_index_of_two_platforms() {
    let Some(file) = image("slim-multiarch-index.oci.tar") else { return };
    let place = Place::new();
    let digests = ["linux/amd64", "linux/arm64"].map(|platform| {
        let options = SourceOptions { platform: Some(platform.parse().unwrap()), ..place.options() };
        let image = opened(&file, &options);
        assert!(image.facts().platform.starts_with(platform));
        layer_bytes(image.as_ref(), 0);
        image.facts().digest.clone()
    });
    assert_ne!(digests[0], digests[1]);
}

#[test]
fn every_whole_image_opens_and_its_layers_have_their_digests() {
    for name in [
        "slim-debian-12",
        "slim-debian-11",
        "rpm-ubi9-sqlite",
        "distroless-style-debian12",
        "hostile-path-traversal",
    ] {
        let Some(file) = image(&format!("{name}.oci.tar")) else { return };
        let image = opened(&file, &Place::new().options());
        for index in 0..image.layers().len() {
            layer_bytes(image.as_ref(), index);
        }
    }
}

#[test]
fn a_wrong_digest_is_seen_by_whoever_reads_the_layer() {
    let Some(file) = image("hostile-digest-mismatch.oci.tar") else { return };
    let place = Place::new();
    let image = opened(&file, &place.options());
    let is_wrong = |image: &dyn LayeredImage, index: usize| {
        let mut bytes = Vec::new();
        image.open_layer(index).unwrap().read_to_end(&mut bytes).unwrap();
        Digest::of(&bytes) != image.layers()[index].digest
    };
    assert!((0..image.layers().len()).any(|index| is_wrong(image.as_ref(), index)));
}
