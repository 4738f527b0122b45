//! Every reason of a blind spot that can arise, each by a real situation; the verdict is never `clean`.

use std::fs;

use limpid_testkit::{
    alpine::System,
    image::{ImageBuilder, Layout, Stored},
    layer,
    tar::Tar,
};
use serde_json::Value;

use crate::support::{Place, advise, advised, clean, counting, detail, findings, vulnerable};

mod hidden;
mod quarantine;

/// Scans without asking for data, demands that it ends unproven, and returns the report.
#[track_caller]
pub(crate) fn unproven(place: &Place, image: &str) -> Value {
    let report = place.run(&format!("scan {image} --offline --format json")).ended(3).json();
    assert_eq!(report["verdict"], "unproven");
    report
}

fn spot(reason: &str, subject: &str, packages: u64) -> (String, String, u64) {
    (reason.to_owned(), subject.to_owned(), packages)
}

/// Writes an image that is not a plain system.
fn written(place: &Place, image: &ImageBuilder) -> String {
    place.write("image.tar", Layout::of(image, "latest").tar().finish())
}

#[test]
fn a_release_that_upstream_does_not_have() {
    let place = Place::new();
    place.mirror().alpine("v3.98", "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]);
    place.update().ended(0);
    let image = place.image("app.tar", &vulnerable());
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("release-not-covered", "Alpine:v3.99", 4)]);
    assert_eq!(report["summary"]["judged"], 0);
    // Asking upstream for just this release finds the same.
    let mirror = place.path("mirror").display().to_string();
    let ran = place.run(&format!("scan {image} --format json --mirror {mirror}")).ended(3);
    assert_eq!(counting(&ran.json()), [spot("release-not-covered", "Alpine:v3.99", 4)]);
    // The release appears, and nothing else has to be done.
    advise(&place.mirror());
    let ran = place.run(&format!("scan {image} --format json --mirror {mirror}")).ended(0);
    assert_eq!(ran.json()["verdict"], "vulnerable");
}

#[test]
fn a_feed_that_was_never_loaded() {
    let place = Place::new();
    let image = place.image("app.tar", &clean());
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("feed-not-loaded", "Alpine:v3.99", 2)]);
    assert!(detail(&report, "feed-not-loaded").contains("limpid db update"), "{report:#}");
}

#[test]
fn one_of_two_feeds_is_missing() {
    let place = Place::new();
    advise(&place.mirror());
    fs::remove_file(place.mirror().alpine_file("v3.99", "community")).unwrap();
    place.update().ended(0);
    // Packages that the other feed names are judged; the missing one might name those that none names.
    let image = place.image("app.tar", &clean().package("nodejs", "20.0.0-r0", "nodejs"));
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("feed-not-loaded", "alpine/v3.99/community", 1)]);
    let image = place.image("sick.tar", &vulnerable());
    let report = place.run(&format!("scan {image} --offline --format json")).ended(0).json();
    assert_eq!(findings(&report).len(), 3);
    assert_eq!(counting(&report), [spot("feed-not-loaded", "alpine/v3.99/community", 0)]);
}

#[test]
fn data_at_which_nobody_has_looked_for_long() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    let ran = place.run(&format!("scan {image} --as-of 2099-01-01 --format json")).ended(3);
    let report = ran.json();
    assert_eq!(report["verdict"], "unproven");
    assert_eq!(
        counting(&report),
        [spot("feed-stale", "alpine/v3.99/community", 2), spot("feed-stale", "alpine/v3.99/main", 2)]
    );
    assert_eq!(report["proof"]["stale"], serde_json::json!(["alpine/v3.99/community", "alpine/v3.99/main"]));
    assert_eq!(report["proof"]["as_of"], "2099-01-01");
}

#[test]
fn data_that_cannot_be_read_any_more() {
    let place = advised();
    let image = place.image("app.tar", &clean());
    for entry in fs::read_dir(place.db().join("segments")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes.iter_mut().skip(16).step_by(7).for_each(|byte| *byte ^= 0x5a);
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    let report = unproven(&place, &image);
    assert!(counting(&report).iter().all(|(reason, ..)| reason == "feed-not-loaded"), "{report:#}");
    assert!(!counting(&report).is_empty());
    let status = place.run("db status --format json").ended(0).json();
    assert_eq!(status["feeds"]["alpine/v3.99/main"]["condition"], "unreadable");
    // The next update fetches it again, although upstream has not changed.
    place.update().ended(0);
    assert_eq!(place.report(&image)["verdict"], "clean");
}

#[test]
fn packages_of_no_known_distribution() {
    let place = advised();
    let image = place.image("none.tar", &System::undeclared().package("busybox", "1.36.0-r1", "busybox"));
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("no-distribution", "image", 1)]);
    assert_eq!(report["distributions"], serde_json::json!([]));

    let strange = System::declared("ID=templeos\nVERSION_ID=5\nPRETTY_NAME=\"TempleOS 5\"\n");
    for (system, packages) in [(strange.clone().package("busybox", "1.36.0-r1", "busybox"), 1), (strange, 0)]
    {
        let report = unproven(&place, &place.image("strange.tar", &system));
        assert_eq!(counting(&report), [spot("no-distribution", "image", packages)]);
        assert!(detail(&report, "no-distribution").contains("TempleOS 5"), "{report:#}");
    }
}

#[test]
fn nothing_is_recognised() {
    let place = advised();
    for image in [
        place.image("scratch.tar", &System::undeclared().file("hello", "hello")),
        written(&place, &ImageBuilder::new().layer(Tar::new().finish(), Stored::Gzip)),
        written(&place, &ImageBuilder::new()),
    ] {
        let report = unproven(&place, &image);
        assert_eq!(counting(&report), [spot("nothing-recognised", "image", 0)]);
    }
}

#[test]
fn a_database_that_is_cut_off_is_judged_as_far_as_it_goes() {
    let place = advised();
    let cut = vulnerable().in_database("P:zlib\nV:1.2.");
    let ran = place.run(&format!("scan {} --offline --format json", place.image("cut.tar", &cut))).ended(0);
    let report = ran.json();
    assert_eq!(findings(&report).len(), 3, "what was readable is judged");
    assert!(detail(&report, "database-unreadable").contains("cut off in the entry of zlib"), "{report:#}");

    let report = unproven(&place, &place.image("cut.tar", &clean().in_database("P:zlib\nV:1.2.")));
    assert!(
        counting(&report).contains(&spot("database-unreadable", "lib/apk/db/installed", 1)),
        "{report:#}"
    );
}

#[test]
fn a_database_that_is_empty_deleted_or_something_else() {
    let place = advised();
    let image = clean().image().layer(Tar::new().file("lib/apk/db/.wh.installed", "").finish(), Stored::Gzip);
    let report = unproven(&place, &written(&place, &image));
    assert_eq!(report["summary"]["packages"], 0);
    assert_eq!(report["distributions"][0]["ecosystem"], "Alpine:v3.99");
    assert!(detail(&report, "database-unreadable").contains("no package database"), "{report:#}");

    for content in ["", "\n\n", "this is no database\n", "\0\0\0\0"] {
        let above = Tar::new().file("lib/apk/db/installed", content).finish();
        let report = unproven(&place, &written(&place, &clean().image().layer(above, Stored::Gzip)));
        assert!(
            counting(&report).iter().any(|(reason, ..)| reason == "database-unreadable"),
            "{content:?}: {report:#}"
        );
    }
}

#[test]
fn a_database_that_nobody_reads_yet() {
    let place = advised();
    let image = place.image("app.tar", &clean().file("var/lib/opkg/status", "Package: zlib\n"));
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("database-unreadable", "opkg packages", 0)]);
}

#[test]
fn a_version_that_follows_no_rule() {
    let place = advised();
    let image = place.image("app.tar", &clean().package("libcrypto3", "3.1.x-r0", "openssl"));
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("version-unparsable", "libcrypto3 3.1.x-r0", 1)]);
    assert_eq!(report["summary"]["judged"], 2);

    // The same on upstream's side.
    place.mirror().alpine(
        "v3.99",
        "main",
        &[
            ("busybox", "one.two", &["CVE-2099-0001"]),
            ("musl", "1.2.4-r0", &["CVE-2099-0005", "CVE-2099-0007", "CVE-2099-0008", "CVE-2099-0009"]),
        ],
    );
    place.update().ended(0);
    let report = unproven(&place, &place.image("app.tar", &clean()));
    assert_eq!(counting(&report), [spot("version-unparsable", "busybox 1.36.1-r0", 1)]);
    assert!(detail(&report, "version-unparsable").contains("CVE-2099-0001"), "{report:#}");
}

#[test]
fn a_database_larger_than_any_real_one() {
    let place = advised();
    let padding = format!("X:{}\n", "x".repeat(1021)).repeat(33 << 10);
    let report = unproven(&place, &place.image("app.tar", &clean().in_database(padding)));
    let spots = counting(&report);
    assert!(
        spots.iter().any(|(reason, subject, _)| reason == "over-budget" && subject == "lib/apk/db/installed"),
        "{spots:?}"
    );
    assert_eq!(report["summary"]["packages"], 0);
}

#[test]
fn a_layer_of_an_unsupported_kind() {
    let place = advised();
    let bzip2 = clean().image().layer(*b"BZh91AY&SY and what follows", Stored::Plain);
    let report = unproven(&place, &written(&place, &bzip2));
    let layer = bzip2.layer_digests()[1].to_string();
    assert_eq!(counting(&report), [spot("layer-unsupported", &layer, 0)]);
    assert!(detail(&report, "layer-unsupported").contains("bzip2"), "{report:#}");
    assert_eq!(report["summary"]["judged"], 2, "the other layer is judged");
}

#[test]
fn a_layer_with_something_behind_its_end() {
    let place = advised();
    let tar = Tar::new().file("etc/motd", "hello").finish();
    let behind_tar = [tar.clone(), vec![0; 10240], b"hidden".to_vec()].concat();
    let behind_gzip = [layer::gzip(&tar), b"hidden".to_vec()].concat();
    for (name, image) in [
        ("tar", clean().image().layer(behind_tar, Stored::Gzip)),
        ("gzip", clean().image().layer(tar, Stored::Gzip).stored_as(behind_gzip)),
    ] {
        let report = unproven(&place, &written(&place, &image));
        let layer = image.layer_digests()[1].to_string();
        assert_eq!(counting(&report), [spot("layer-unsupported", &layer, 0)], "{name}");
    }
}

#[test]
fn a_layer_that_its_publisher_keeps_elsewhere() {
    let place = advised();
    let image = clean()
        .image()
        .layer(Tar::new().file("etc/motd", "hello").finish(), Stored::Gzip)
        .media_type("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    let digest = image.layer_digests()[1].clone();
    let mut layout = Layout::of(&image, "latest");
    layout.blobs.remove(&digest);
    let report = unproven(&place, &place.write("foreign.tar", layout.tar().finish()));
    assert_eq!(counting(&report), [spot("layer-unsupported", digest.as_str(), 0)]);
}

#[test]
fn a_release_past_its_end_is_judged_up_to_that_day() {
    let place = Place::new();
    place.mirror().alpine("v3.16", "main", &[("busybox", "1.35.0-r15", &["CVE-2022-30065"])]);
    place.mirror().alpine("v3.16", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place.update().ended(0);
    let fixed = System::alpine("3.16.9").package("busybox", "1.35.0-r15", "busybox");
    let image = place.image("app.tar", &fixed);
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("end-of-life", "Alpine:v3.16", 1)]);
    assert!(detail(&report, "end-of-life").contains("judged up to 2024-05-23"), "{report:#}");
    place.run(&format!("scan {image} --offline --accept end-of-life")).ended(0);

    let old = System::alpine("3.16.0").package("busybox", "1.35.0-r13", "busybox");
    let report =
        place.run(&format!("scan {} --offline --format json", place.image("old.tar", &old))).ended(0).json();
    assert_eq!(findings(&report), [("CVE-2022-30065", "busybox")]);
    assert_eq!(counting(&report), [spot("end-of-life", "Alpine:v3.16", 1)]);
}

#[test]
fn the_end_of_a_release_is_refreshed_by_an_update_and_missed_by_nobody() {
    // A mirror in a folder has a document where upstream's address ends in a slash.
    const ADDRESS: &str = "endoflife.date/api/v1/products/alpine-linux";
    let place = advised();
    let image = place.image("app.tar", &clean());
    // Neither never loaded nor unknown: it judges nothing.
    assert_eq!(place.report(&image)["verdict"], "clean");
    let ended = serde_json::json!({"result": {"name": "alpine-linux", "releases": [
        {"name": "3.99", "isEol": true, "eolFrom": "2020-02-03"}]}});
    place.mirror().document(ADDRESS, ended.to_string());
    place.update().ended(0);
    let report = unproven(&place, &image);
    assert_eq!(counting(&report), [spot("end-of-life", "Alpine:v3.99", 2)]);
    assert!(detail(&report, "end-of-life").contains("judged up to 2020-02-03"), "{report:#}");
}

#[test]
fn systems_that_nobody_judges_stay_blind_spots_by_name() {
    let place = advised();
    for (os_release, name) in [
        ("ID=nixos\nVERSION_ID=24.05\nPRETTY_NAME=\"NixOS 24.05 (Uakari)\"\n", "NixOS 24.05 (Uakari)"),
        ("ID=void\nPRETTY_NAME=\"Void Linux\"\n", "Void Linux"),
        ("ID=slackware\nVERSION_ID=15.0\nPRETTY_NAME=\"Slackware 15.0 x86_64\"\n", "Slackware 15.0 x86_64"),
        (
            "ID=\"openEuler\"\nVERSION_ID=\"22.03\"\nPRETTY_NAME=\"openEuler 22.03 (LTS-SP3)\"\n",
            "openEuler 22.03",
        ),
        ("ID=openwrt\nID_LIKE=\"lede openwrt\"\nPRETTY_NAME=\"OpenWrt 23.05.3\"\n", "OpenWrt 23.05.3"),
        ("ID=flatcar\nID_LIKE=coreos\nPRETTY_NAME=\"Flatcar Container Linux\"\n", "Flatcar Container Linux"),
    ] {
        let report = unproven(&place, &place.image("app.tar", &System::declared(os_release)));
        assert_eq!(counting(&report), [spot("no-distribution", "image", 0)]);
        assert!(detail(&report, "no-distribution").contains(name), "{report:#}");
    }
}

#[test]
fn programs_that_nothing_identifies_are_told_and_do_not_count() {
    let place = advised();
    let programs = Tar::new().program("usr/local/bin/tool", b"\x7fELF\x02\x01\x01\x00 and so on").finish();
    let image = written(&place, &clean().image().layer(programs, Stored::Gzip));
    let report = place.run(&format!("scan {image} --offline --format json")).ended(0).json();
    assert_eq!(report["verdict"], "clean");
    assert!(counting(&report).is_empty());
    assert_eq!(report["blind_spots"][0]["counts"], false);
    assert!(detail(&report, "unidentified-executables").contains("usr/local/bin/tool"), "{report:#}");
}
