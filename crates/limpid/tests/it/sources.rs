//! Where images come from: one image is the same from everywhere.

use std::{fs, io::Write, process::Stdio};

use limpid_testkit::{image::Layout, layer};
use serde_json::Value;

use crate::support::{Place, Ran, advised, clean, findings, proven, vulnerable};

/// A report without what says where the image was had.
fn anonymous(mut report: Value) -> Value {
    report["image"]["reference"] = Value::Null;
    proven(report)
}

fn from_standard_input(place: &Place, words: &str, archive: &[u8]) -> Ran {
    let mut child = place
        .command(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Whoever refuses the archive need not read it to its end.
        scope.spawn(move || drop(stdin.write_all(archive)));
        Ran::of(child.wait_with_output().unwrap())
    })
}

#[test]
fn an_oci_layout_in_every_form() {
    let layout = vulnerable().layout();
    let archive = layout.tar().finish();
    let expected = {
        let place = advised();
        anonymous(place.report(&place.write("app.tar", &archive)))
    };
    assert_eq!(findings(&expected).len(), 3);
    let place = advised();
    layout.write_directory(&place.path("layout"));
    let directory = place.path("layout").display().to_string();
    let file = place.write("app.tar", &archive);
    for image in [
        directory.clone(),
        format!("oci:{directory}"),
        format!("oci:{directory}:latest"),
        file.clone(),
        format!("oci-archive:{file}"),
        format!("oci-archive:{file}:latest"),
        place.write("app.tar.gz", layer::gzip(&archive)),
        place.write("app.tar.zst", layer::zstd(&archive)),
    ] {
        assert_eq!(anonymous(place.report(&image)), expected, "{image}");
    }
    for bytes in [archive.clone(), layer::gzip(&archive)] {
        let ran = from_standard_input(&place, "scan - --offline --format json", &bytes).ended(0);
        assert_eq!(anonymous(ran.json()), expected);
    }
    from_standard_input(&place, "scan - --offline", b"").ended(2);
    from_standard_input(&place, "scan - --offline", &archive[..archive.len() / 2]).ended(2);
}

#[test]
fn what_docker_save_writes() {
    let place = advised();
    let archive = vulnerable().image().docker_archive("team/app:1.0");
    let plain = place.write("app.tar", &archive);
    let packed = place.write("app.tar.gz", layer::gzip(&archive));
    let expected = anonymous(place.report(&plain));
    assert_eq!(findings(&expected).len(), 3);
    // There is no manifest: the image is named by its configuration.
    let config = limpid_core::Digest::of(&vulnerable().image().config_bytes());
    assert_eq!(expected["image"]["digest"], config.as_str());
    for image in [
        format!("docker-archive:{plain}"),
        format!("docker-archive:{plain}:team/app:1.0"),
        packed.clone(),
        format!("docker-archive:{packed}"),
    ] {
        assert_eq!(anonymous(place.report(&image)), expected, "{image}");
    }
    let ran = from_standard_input(&place, "scan - --offline --format json", &archive).ended(0);
    assert_eq!(anonymous(ran.json()), expected);
}

#[test]
fn a_root_file_system_has_the_findings_of_its_image() {
    let place = advised();
    let root = place.path("root");
    vulnerable().unpack(&root);
    let image = place.report(&place.image("app.tar", &vulnerable()));
    for text in [format!("dir:{}", root.display()), root.display().to_string()] {
        let report = place.report(&text);
        assert_eq!(report["image"]["layers"], serde_json::json!([]));
        let without_layer = |report: &Value| {
            let mut findings = report["findings"].clone();
            findings.as_array_mut().unwrap().iter_mut().for_each(|one| one["package"]["layer"] = Value::Null);
            findings
        };
        assert_eq!(without_layer(&report), without_layer(&image), "{text}");
        assert_eq!(report["summary"], image["summary"]);
        assert_eq!(report["distributions"], image["distributions"]);
    }
    // A link that leads out of it is not followed.
    fs::remove_file(root.join("etc/os-release")).unwrap();
    let outside = place.write("os-release", "ID=alpine\nVERSION_ID=3.99.1\n");
    std::os::unix::fs::symlink(outside, root.join("etc/os-release")).unwrap();
    let ran = place.run(&format!("scan dir:{} --offline --format json", root.display())).ended(3);
    assert_eq!(ran.json()["distributions"], serde_json::json!([]));
}

#[test]
fn several_images_in_one_place_are_listed() {
    let place = advised();
    let mut layout = Layout::new();
    let (sick, whole) = (layout.image(&vulnerable().image()), layout.image(&clean().image()));
    let layout = layout.entry(sick, Some("1.0")).entry(whole, Some("quay.example/app:2.0"));
    layout.write_directory(&place.path("layout"));
    let file = place.write("app.tar", layout.tar().finish());
    let directory = format!("oci:{}", place.path("layout").display());
    for image in [file.clone(), directory.clone()] {
        let ran = place.run(&format!("scan {image} --offline")).ended(2);
        assert!(ran.stderr.contains("1.0") && ran.stderr.contains("quay.example/app:2.0"), "{ran:#?}");
    }
    assert_eq!(findings(&place.report(&format!("oci-archive:{file}:1.0"))).len(), 3);
    assert_eq!(place.report(&format!("oci-archive:{file}:quay.example/app:2.0"))["verdict"], "clean");
    assert_eq!(place.report(&format!("{directory}:2.0"))["verdict"], "clean");
}

#[test]
fn a_platform_is_chosen_in_an_archive() {
    let place = advised();
    let mut layout = Layout::new();
    let systems = [("linux/amd64", clean()), ("linux/arm64/v8", vulnerable())];
    let children = systems.map(|(platform, system)| layout.image(&system.image().platform(platform)));
    let index = layout.index(&children);
    let file = place.write("app.tar", layout.entry(index, Some("1")).tar().finish());
    let scan =
        |platform: &str| place.run(&format!("scan {file} --offline --format json --platform {platform}"));
    assert_eq!(scan("linux/amd64").ended(0).json()["verdict"], "clean");
    let report = scan("linux/arm64").ended(0).json();
    assert_eq!(
        (report["verdict"].as_str(), report["image"]["platform"].as_str()),
        (Some("vulnerable"), Some("linux/arm64/v8"))
    );
    let ran = scan("windows/amd64").ended(2);
    assert!(ran.stderr.contains("linux/amd64, linux/arm64/v8"), "{ran:#?}");
}

#[test]
fn a_root_file_system_is_known_by_its_content_alone() {
    let (one, other) = (advised(), advised());
    vulnerable().unpack(&one.path("root"));
    vulnerable().unpack(&other.path("deeper/copy"));
    let report = anonymous(one.report(&format!("dir:{}", one.path("root").display())));
    assert_eq!(report, anonymous(other.report(&format!("dir:{}", other.path("deeper/copy").display()))));
    std::fs::write(one.path("root/etc/motd"), "hello").unwrap();
    let changed = anonymous(one.report(&format!("dir:{}", one.path("root").display())));
    assert_ne!(report["image"]["digest"], changed["image"]["digest"]);
    assert_eq!(report["findings"], changed["findings"]);
}

#[test]
fn a_system_within_an_image_is_judged_too() {
    let place = advised();
    let nested = vulnerable().files().into_iter();
    let system = nested
        .fold(clean(), |system, (path, bytes)| system.file(&format!("var/lib/machines/one/{path}"), bytes));
    let report = place.report(&place.image("app.tar", &system));
    assert_eq!(findings(&report).len(), 3);
    assert_eq!(report["findings"][0]["package"]["path"], "var/lib/machines/one/lib/apk/db/installed");
    assert_eq!(report["summary"]["packages"], 6);
}

#[test]
fn the_database_is_found_in_its_new_place() {
    let place = advised();
    let system = vulnerable();
    let moved = limpid_testkit::alpine::System::alpine("3.99.1")
        .file("usr/lib/apk/db/installed", system.database().to_vec());
    let report = place.report(&place.image("app.tar", &moved));
    assert_eq!(findings(&report).len(), 3);
    assert_eq!(report["findings"][0]["package"]["path"], "usr/lib/apk/db/installed");
}
