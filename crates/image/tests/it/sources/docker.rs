//! Archives of `docker save`, as several Dockers and other tools have written them.

use limpid_core::Digest;
use limpid_image::source::SourceError;
use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    layer,
    tar::Tar,
};
use serde_json::{Value, json};

use super::{Place, layer_bytes, opened, refusal, tar, two_layers};

/// An archive whose second layer stands where the test puts it.
fn archive_with(image: &ImageBuilder, paths: [&str; 2], files: Tar) -> Vec<u8> {
    let config = image.config_bytes();
    let config_path = format!("{}.json", Digest::of(&config).hex());
    let manifest: Value = json!([{"Config": config_path, "RepoTags": ["app:1"], "Layers": paths}]);
    files.file(config_path, config).file("manifest.json", manifest.to_string()).finish()
}

#[test]
fn the_digest_is_the_image_id_and_layers_are_their_diff_ids() {
    let place = Place::new();
    let image = two_layers();
    let file = place.write("saved.tar", image.docker_archive("app:1"));
    for text in [file.clone(), format!("docker-archive:{file}"), format!("docker-archive:{file}:app:1")] {
        let opened = opened(&text, &place.options());
        assert_eq!(opened.facts().digest, Digest::of(&image.config_bytes()));
        assert_eq!(opened.facts().layers, [Digest::of(&tar("etc/one")), Digest::of(&tar("etc/two"))]);
        assert_eq!(layer_bytes(opened.as_ref(), 1), tar("etc/two"));
    }
    let error = refusal(&format!("docker-archive:{file}:app:2"), &place.options()).to_string();
    assert!(error.contains("app:2 was not found") && error.ends_with("It has app:1"), "{error}");
    let error = refusal(&format!("oci-archive:{file}"), &place.options()).to_string();
    assert!(error.contains("docker-archive: reads it"), "{error}");
}

#[test]
fn a_layer_may_be_a_link_to_another_images_layer() {
    let place = Place::new();
    let image = ImageBuilder::new().layer(tar("same"), Stored::Plain).layer(tar("same"), Stored::Plain);
    let symbolic = Tar::new().file("one/layer.tar", tar("same")).symlink("two/layer.tar", "../one/layer.tar");
    let hard = Tar::new().file("one/layer.tar", tar("same")).hard_link("two/layer.tar", "one/layer.tar");
    for files in [symbolic, hard] {
        let bytes = archive_with(&image, ["one/layer.tar", "two/layer.tar"], files);
        let opened = opened(&place.write("linked.tar", bytes), &place.options());
        assert_eq!(layer_bytes(opened.as_ref(), 1), tar("same"));
    }
    let outside =
        Tar::new().file("one/layer.tar", tar("same")).symlink("two/layer.tar", "../../../etc/passwd");
    let circle = Tar::new()
        .file("one/layer.tar", tar("same"))
        .symlink("two/layer.tar", "../three")
        .symlink("three", "two/layer.tar");
    for (files, words) in [(outside, "which is missing"), (circle, "links lead on and on")] {
        let bytes = archive_with(&image, ["one/layer.tar", "two/layer.tar"], files);
        let error = refusal(&place.write("hostile.tar", bytes), &place.options()).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_layer_that_is_stored_compressed_has_the_digest_of_what_is_stored() {
    let place = Place::new();
    let files = Tar::new().file("one.tar.gz", layer::gzip(&tar("etc/one"))).file("two.tar", tar("etc/two"));
    let bytes = archive_with(&two_layers(), ["one.tar.gz", "two.tar"], files);
    let opened = opened(&place.write("crane.tar", bytes), &place.options());
    assert_eq!(layer_bytes(opened.as_ref(), 0), layer::gzip(&tar("etc/one")));
    assert_eq!(opened.layers()[0].diff_id, Digest::of(&tar("etc/one")));
}

#[test]
fn a_configuration_that_is_not_what_its_name_says_is_refused() {
    let place = Place::new();
    let image = two_layers();
    let path = format!("{}.json", Digest::of(&image.config_bytes()).hex());
    let other = image.clone().platform("linux/arm64").config_bytes();
    let manifest = json!([{"Config": path, "RepoTags": null, "Layers": ["1", "2"]}]);
    let tar =
        Tar::new().file(&path, other).file("1", "").file("2", "").file("manifest.json", manifest.to_string());
    let error = refusal(&place.write("forged.tar", tar.finish()), &place.options());
    assert!(matches!(error, SourceError::DigestMismatch { .. }), "{error}");
}

#[test]
fn of_both_forms_in_one_archive_the_complete_one_is_read() {
    let place = Place::new();
    let image = two_layers();
    let layout = Layout::of(&image, "app:1");
    let saved = image.docker_archive("app:1");
    let both = |layout: &Layout| {
        // The first archive without its end, and the second behind it, are one archive.
        let first = layout.tar().unfinished();
        [first, saved.clone()].concat()
    };
    let complete = opened(&place.write("both.tar", both(&layout)), &place.options());
    assert_eq!(complete.facts().digest.as_str(), layout.entries[0]["digest"].as_str().unwrap());

    let mut partial = layout.clone();
    partial.blobs.remove(&image.layer_digests()[1]);
    let saved_form = opened(&place.write("partial.tar", both(&partial)), &place.options());
    assert_eq!(saved_form.facts().digest, Digest::of(&image.config_bytes()));
    assert_eq!(layer_bytes(saved_form.as_ref(), 1), tar("etc/two"));
}

#[test]
fn several_saved_images_are_listed() {
    let place = Place::new();
    let [one, two] = ["one", "two"].map(|name| ImageBuilder::new().layer(tar(name), Stored::Plain));
    let entry = |image: &ImageBuilder, name: &str| {
        json!({"Config": format!("{}.json", Digest::of(&image.config_bytes()).hex()), "RepoTags": [format!("app:{name}")],
               "Layers": [format!("{name}.tar")]})
    };
    let mut files = Tar::new();
    for (image, name) in [(&one, "one"), (&two, "two")] {
        let config = image.config_bytes();
        files = files
            .file(format!("{}.json", Digest::of(&config).hex()), config)
            .file(format!("{name}.tar"), tar(name));
    }
    let manifest = json!([entry(&one, "one"), entry(&two, "two")]);
    let file = place.write("several.tar", files.file("manifest.json", manifest.to_string()).finish());
    let error = refusal(&file, &place.options());
    assert!(
        matches!(&error, SourceError::Ambiguous { candidates, .. } if candidates == &["app:one", "app:two"]),
        "{error}"
    );
    let chosen = opened(&format!("docker-archive:{file}:two"), &place.options());
    assert_eq!(layer_bytes(chosen.as_ref(), 0), tar("two"));
}
