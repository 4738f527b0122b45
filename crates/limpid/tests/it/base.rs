//! `--base`: which findings come with the image that another one was built on.

use limpid_testkit::{
    alpine::{DATABASE, System},
    image::{ImageBuilder, Layout, Stored},
    layer,
    registry::{Registry, has_skopeo, skopeo_copy},
    tar::Tar,
};
use serde_json::{Value, json};

use crate::{
    attached::{Beside, MANIFEST},
    support::{Place, advised, clean, proven, vulnerable},
};

fn write(place: &Place, name: &str, image: &ImageBuilder) -> String {
    place.write(name, Layout::of(image, "latest").tar().finish())
}

/// Alpine as it was, in two layers: the second only adds a file.
fn base() -> ImageBuilder {
    vulnerable().image().layer(Tar::new().file("etc/motd", "base").finish(), Stored::Gzip)
}

/// What is built on it: `busybox` is upgraded but not far enough, `ssl_client` is removed, `libssl3` is new.
fn app() -> ImageBuilder {
    let above = System::alpine("3.99.1")
        .package("busybox", "1.36.0-r2", "busybox")
        .package("libcrypto3", "3.1.0-r0", "openssl")
        .package("libssl3", "3.1.0-r0", "openssl")
        .package("musl", "1.2.4-r0", "musl");
    let tar = Tar::new().file(DATABASE, above.database()).file("app", "app");
    base().layer(tar.finish(), Stored::Zstd)
}

fn origins(report: &Value) -> Vec<(&str, &str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &'static str| value;
    findings
        .map(|finding| {
            let package = &finding["package"];
            let origin = finding
                .get("origin")
                .map_or(text("-"), |origin| if origin == "base" { "base" } else { "image" });
            (package["name"].as_str().unwrap(), package["version"].as_str().unwrap(), origin)
        })
        .collect()
}

#[test]
fn what_a_layer_of_the_base_brought_is_the_bases_and_what_was_upgraded_above_is_not() {
    let place = advised();
    let (base, app) = (write(&place, "base.tar", &base()), write(&place, "app.tar", &app()));
    let scan = format!("scan {app} --offline --base {base}");
    let report = place.run(&format!("{scan} --format json")).ended(0).json();
    assert_eq!(
        origins(&report),
        [
            ("busybox", "1.36.0-r2", "image"),
            ("libcrypto3", "3.1.0-r0", "base"),
            ("libssl3", "3.1.0-r0", "image")
        ]
    );
    let told = &report["base"];
    let counts = ["layers", "findings", "fixable", "above"].map(|field| told[field].as_u64().unwrap());
    assert_eq!((told["reference"].as_str().unwrap(), counts), (&*base, [2, 1, 1, 2]));
    let table = place.run(&scan).ended(0).stdout;
    let line = table.lines().find(|line| line.starts_with("base\t")).unwrap();
    let sentence = format!(
        "1 of 3 findings comes with the base {base} (2 of 3 layers), 1 of them fixable; 2 come with what is above it."
    );
    assert_eq!(line, format!("base\t{base}\t{}\t2\t1\t1\t2\t{sentence}", told["digest"].as_str().unwrap()));
    for format in ["markdown", "html"] {
        let text = place.run(&format!("{scan} --format {format}")).ended(0).stdout;
        assert!(text.contains("1 of them fixable; 2 come with what is above it."), "{format}: {text}");
    }
    let table = place.run(&format!("{scan} --format csv")).ended(0).stdout;
    let column: Vec<&str> = table.lines().filter_map(|line| line.rsplit(',').nth(2)).collect();
    assert_eq!(column, ["origin", "image", "base", "image"]);
    let sarif = place.run(&format!("{scan} --format sarif")).ended(0).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    let told: Vec<&Value> = results.map(|result| &result["properties"]["origin"]).collect();
    assert_eq!(told, ["image", "base", "image"]);
    // The rest of the report is the same as without.
    let mut plain = place.report(&app);
    assert_eq!((plain.get("base"), origins(&plain)[0].2), (None, "-"));
    let mut split = report.clone();
    for report in [&mut plain, &mut split] {
        let fields = report.as_object_mut().unwrap();
        fields.remove("base");
        fields.remove("observed");
        for finding in fields["findings"].as_array_mut().unwrap() {
            finding.as_object_mut().unwrap().remove("origin");
        }
    }
    assert_eq!(plain, split);
}

/// Found by the uncompressed layers: the same base from another place, stored otherwise.
#[test]
fn a_base_is_the_same_however_it_is_stored() {
    let place = advised();
    let app = write(&place, "app.tar", &app());
    let saved = place.write("base.tar.gz", layer::gzip(&base().docker_archive("base:1")));
    let report = place.run(&format!("scan {app} --offline --format json --base {saved}")).ended(0).json();
    assert_eq!(report["base"]["findings"], 1);
    // An image is its own base.
    let report = place.run(&format!("scan {app} --offline --format json --base {app}")).ended(0).json();
    assert_eq!((&report["base"]["findings"], &report["base"]["above"]), (&json!(3), &json!(0)));
}

#[test]
fn where_the_base_is_another_nothing_is_claimed_and_it_is_said_why() {
    let place = advised();
    let app = write(&place, "app.tar", &app());
    let newer = vulnerable().image().layer(Tar::new().file("etc/motd", "newer").finish(), Stored::Gzip);
    let newer = write(&place, "newer.tar", &newer);
    let other = place.image("other.tar", &System::alpine("3.99.2"));
    let arm = write(&place, "arm.tar", &base().platform("linux/arm64"));
    let root = place.path("root");
    vulnerable().unpack(&root);
    let root = format!("dir:{}", root.display());
    for (base, why) in [
        (&*newer, "only the lowest 1 of its 2 layers are those of the image"),
        (&*other, "none of its layers is the lowest of the image"),
        (&*arm, "has no image for linux/amd64"),
        (&*root, "a root file system has no layers"),
        ("./missing.tar", "missing.tar"),
        ("auto", "the manifest does not name a base"),
    ] {
        let ran = place.run(&format!("scan {app} --offline --quiet --format json --base {base}")).ended(0);
        let report = ran.json();
        assert!(report.get("base").is_none() && origins(&report).iter().all(|one| one.2 == "-"), "{base}");
        assert!(
            ran.stderr.contains(why) && ran.stderr.contains("is not told apart"),
            "{base}: {}",
            ran.stderr
        );
    }
}

/// The base that the manifest names is asked for where it is, in the version that the image was built on.
#[test]
fn the_base_that_a_manifest_names_is_found_in_its_registry() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let push = |image: &ImageBuilder, target: &str| {
        let target = format!("{}/{target}", registry.host());
        skopeo_copy(&write(&place, "pushed.tar", image), &target, &[]);
        target
    };
    let name = push(&base(), "team/base:1.0");
    let built_on = |digest: Option<&str>| {
        let app = app().annotation("org.opencontainers.image.base.name", &name);
        match digest {
            Some(digest) => app.annotation("org.opencontainers.image.base.digest", digest),
            None => app,
        }
    };
    let base_digest = place.report(&name)["image"]["digest"].as_str().unwrap().to_owned();
    let by_tag = push(&built_on(None), "team/by-tag:1.0");
    let by_digest = push(&built_on(Some(&base_digest)), "team/by-digest:1.0");
    let auto = |image: &str| place.run(&format!("scan {image} --offline --format json --base auto")).ended(0);
    for image in [&by_tag, &by_digest] {
        let ran = auto(image);
        let told = &ran.json()["base"];
        assert_eq!(
            (&told["reference"], &told["digest"]),
            (&json!(name), &json!(base_digest)),
            "{}",
            ran.stderr
        );
        assert_eq!((&told["findings"], &told["above"]), (&json!(1), &json!(2)));
        // Nobody is asked where that was not asked for.
        assert!(place.report(image).get("base").is_none());
    }
    // The tag moves on: the digest still leads to what the image was built on, and the tag alone does not.
    push(
        &vulnerable().image().layer(Tar::new().file("etc/motd", "newer").finish(), Stored::Gzip),
        "team/base:1.0",
    );
    assert_eq!(auto(&by_digest).json()["base"]["digest"], base_digest.as_str());
    let moved = auto(&by_tag);
    assert!(moved.stderr.contains("the image was built on another version"), "{}", moved.stderr);
    assert!(moved.json().get("base").is_none());
}

/// A layer that stands below and above is of both, so that nobody knows which of them brought what is in it.
#[test]
fn a_layer_on_both_sides_claims_nothing() {
    let place = advised();
    let tar = vulnerable().tar().finish();
    let twice = ImageBuilder::new()
        .layer(tar.clone(), Stored::Gzip)
        .layer(Tar::new().file("a", "a").finish(), Stored::Gzip)
        .layer(tar.clone(), Stored::Gzip);
    let app = write(&place, "app.tar", &twice);
    let base = write(&place, "base.tar", &ImageBuilder::new().layer(tar, Stored::Gzip));
    let report = place.run(&format!("scan {app} --offline --format json --base {base}")).ended(0).json();
    assert!(origins(&report).iter().all(|one| one.2 == "-"), "{report:#}");
    assert_eq!((&report["base"]["findings"], &report["base"]["above"]), (&json!(0), &json!(0)));
}

#[test]
fn a_gate_may_pass_over_what_comes_with_the_base() {
    let place = advised();
    let base_file = write(&place, "base.tar", &base());
    let app = write(&place, "app.tar", &app());
    let policy = place.write("limpid.toml", "[gate]\nabove-base = true\n");
    let gated = |image: &str, options: &str| {
        place.run(&format!("scan {image} --offline --policy {policy} {options}"))
    };
    let on_base = format!("--base {base_file}");
    gated(&app, &on_base).ended(1);
    gated(&base_file, &on_base).ended(0);
    // Where nobody knows the base, nothing comes with it.
    gated(&base_file, "").ended(1);
}

/// The registry is asked where the base's tag points to now, and the report says nothing of that.
#[test]
fn a_base_whose_tag_moved_is_noted_beside_the_report() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let archives = [write(&place, "base.tar", &base()), write(&place, "app.tar", &app())];
    let newer = write(&place, "newer.tar", &clean().image());
    let host = registry.host();
    let (base_name, app_name) = (format!("{host}/team/base:1"), format!("{host}/team/app:1"));
    skopeo_copy(&archives[0], &base_name, &[]);
    skopeo_copy(&archives[1], &app_name, &[]);
    let digest = place.report(&base_name)["image"]["digest"].as_str().unwrap().to_owned();
    let beside = Beside::of(format!("http://{host}/v2/team/app"));
    let mut manifest = beside.get("1");
    manifest["annotations"] = json!({
        "org.opencontainers.image.base.name": base_name, "org.opencontainers.image.base.digest": digest,
    });
    beside.manifest(Some("1"), MANIFEST, &manifest);
    let scan = || place.run(&format!("scan {app_name} --offline --format json --base auto")).ended(0);
    let before = scan();
    assert_eq!(before.json()["base"]["digest"], digest.as_str());
    assert!(!before.stderr.contains("points to another image"), "{before:#?}");

    skopeo_copy(&newer, &base_name, &[]);
    let now = place.report(&base_name)["image"]["digest"].as_str().unwrap().to_owned();
    let after = scan();
    let note = format!("{base_name} points to another image by now, {now}: building again on it may clear");
    assert!(after.stderr.contains(&note), "{after:#?}");
    assert_eq!(proven(after.json()), proven(before.json()));
}
