//! Platforms: which image of an index is chosen, and what is said where there is none.

use limpid_image::source::{SourceError, SourceOptions};
use limpid_testkit::image::{ImageBuilder, Layout, Stored};
use serde_json::{Value, json};

use super::{Place, opened, refusal, tar};

fn image(platform: &str) -> ImageBuilder {
    ImageBuilder::new().platform(platform).layer(tar(platform), Stored::Gzip)
}

fn asking(place: &Place, platform: &str) -> SourceOptions {
    SourceOptions { platform: Some(platform.parse().unwrap()), ..place.options() }
}

/// An attestation, as BuildKit adds it beside each image.
fn attestation(layout: &mut Layout) -> Value {
    let mut entry = layout.image(&ImageBuilder::new().platform("unknown/unknown"));
    entry["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    entry
}

fn index_of(platforms: &[&str]) -> Layout {
    let mut layout = Layout::new();
    let mut children = vec![attestation(&mut layout)];
    children.extend(platforms.iter().map(|platform| layout.image(&image(platform))));
    let index = layout.index(&children);
    layout.entry(index, Some("app"))
}

#[test]
fn the_nearest_platform_is_chosen() {
    let place = Place::new();
    let layout =
        index_of(&["linux/arm/v5", "linux/arm/v6", "linux/arm64/v8", "linux/amd64", "windows/amd64"]);
    let file = place.write("index.tar", layout.tar().finish());
    for (asked, chosen) in [
        ("linux/amd64", "linux/amd64"),
        ("windows/amd64", "windows/amd64"),
        ("linux/arm64", "linux/arm64/v8"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm/v7", "linux/arm/v6"),
        ("linux/arm", "linux/arm/v6"),
        ("linux/arm/v5", "linux/arm/v5"),
    ] {
        assert_eq!(opened(&file, &asking(&place, asked)).facts().platform, chosen, "{asked}");
    }
    let error = refusal(&file, &asking(&place, "linux/s390x"));
    let SourceError::PlatformNotFound { available, .. } = &error else { panic!("{error}") };
    let all = ["linux/arm/v5", "linux/arm/v6", "linux/arm64/v8", "linux/amd64", "windows/amd64"];
    assert_eq!(available, &all, "all but the attestation");
}

#[test]
fn one_image_of_another_platform_is_taken_unless_a_platform_was_asked_for() {
    let place = Place::new();
    let single = Layout::of(&image("linux/riscv64"), "app");
    let in_index = index_of(&["linux/riscv64"]);
    for layout in [single, in_index] {
        let file = place.write("riscv.tar", layout.tar().finish());
        assert_eq!(opened(&file, &place.options()).facts().platform, "linux/riscv64");
        let error = refusal(&file, &asking(&place, "linux/amd64")).to_string();
        assert!(error.contains("it has linux/riscv64. Choose with --platform"), "{error}");
    }
}

#[test]
fn a_variant_that_only_the_index_knows_counts() {
    let place = Place::new();
    let mut layout = Layout::new();
    let mut entry = layout.image(&image("linux/arm"));
    entry["platform"]["variant"] = json!("v6");
    let index = layout.index(&[entry]);
    let file = place.write("arm.tar", layout.entry(index, None).tar().finish());
    assert_eq!(opened(&file, &asking(&place, "linux/arm/v6")).facts().platform, "linux/arm/v6");
}

#[test]
fn a_layouts_own_index_may_list_the_platforms() {
    let place = Place::new();
    let mut layout = Layout::new();
    let (one, two) = (layout.image(&image("linux/arm64")), layout.image(&image("linux/amd64")));
    let layout = layout.entry(one, Some("app")).entry(two, Some("app"));
    let file = place.write("flat.tar", layout.tar().finish());
    assert_eq!(opened(&file, &asking(&place, "linux/arm64")).facts().platform, "linux/arm64");
}

#[test]
fn indexes_nest_three_deep_and_no_deeper() {
    let place = Place::new();
    for (depth, is_read) in [(1, true), (2, true), (3, false), (20, false)] {
        let mut layout = Layout::new();
        let mut entry = layout.image(&image("linux/amd64"));
        for _ in 0..depth {
            entry = layout.index(&[entry]);
        }
        let file = place.write("deep.tar", layout.entry(entry, None).tar().finish());
        if is_read {
            opened(&file, &place.options());
        } else {
            let error = refusal(&file, &place.options());
            assert!(matches!(error, SourceError::TooLarge { limit: 3, .. }), "{depth}: {error}");
        }
    }
}

#[test]
fn an_index_with_attestations_alone_holds_no_image() {
    let place = Place::new();
    let file = place.write("none.tar", index_of(&[]).tar().finish());
    let error = refusal(&file, &place.options()).to_string();
    assert!(error.contains("an index without images"), "{error}");
}
