//! Images made to do harm: none crashes, hangs, takes much memory, writes anywhere but into the data directory, or ends
//! clean.

use std::{fs, process::Command};

use limpid_core::Digest;
use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    layer,
    registry::is_installed,
    tar::{Header, Tar},
};
use serde_json::Value;

use crate::support::{Place, Ran, advised, clean, corpus, counting, listing};

/// What no image may make the program use.
const MOST_KIBIBYTES: u64 = 256 << 10;

/// Scans as JSON, and holds what must hold of every scan: peak memory, and where files appear.
fn scanned(place: &Place, image: &str) -> Ran {
    let outside = |place: &Place| {
        let files = listing(&place.path("")).into_iter();
        files.filter(|(path, _)| !path.starts_with(place.db())).collect::<Vec<_>>()
    };
    let before = outside(place);
    let plain = place.command(&format!("scan {image} --offline --format json"));
    let ran = if is_installed("time", "apt-get install time") {
        let figure = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("time");
        command.args(["--format=%M", "--quiet", "--output"]).arg(figure.path());
        command.arg(plain.get_program()).args(plain.get_args()).current_dir(plain.get_current_dir().unwrap());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = Ran::of(command.output().unwrap());
        let peak: u64 = fs::read_to_string(figure.path()).unwrap().trim().parse().unwrap();
        assert!(peak < MOST_KIBIBYTES, "{image}: {peak} KiB");
        ran
    } else {
        let mut plain = plain;
        Ran::of(plain.output().unwrap())
    };
    assert_eq!(outside(place), before, "{image}");
    assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
    ran
}

/// Scans what must end unproven, and returns the report.
#[track_caller]
fn unproven(place: &Place, image: &ImageBuilder) -> Value {
    let image = place.write("hostile.tar", Layout::of(image, "latest").tar().finish());
    let ran = scanned(place, &image).ended(3);
    assert_eq!(ran.json()["verdict"], "unproven");
    ran.json()
}

/// Scans what must be refused as a whole, and holds that nothing of it is kept.
#[track_caller]
fn refused(place: &Place, image: &ImageBuilder, said: &str) {
    let image = place.write("hostile.tar", Layout::of(image, "latest").tar().finish());
    let ran = scanned(place, &image).ended(2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(said), "{ran:#?}");
    assert_eq!(listing(&place.db().join("evidence")), [], "nothing is kept");
}

#[test]
fn memory_does_not_grow_with_the_windows_of_many_layers() {
    let mut image = ImageBuilder::new();
    for number in 0..4 {
        // Larger than the window, so that all of it is written to.
        let tar = Tar::new().file(format!("big{number}"), vec![number; 136 << 20]).finish();
        let stored = layer::zstd_window(&tar, 27);
        image = image.layer(tar, Stored::Plain).stored_as(stored);
    }
    unproven(&advised(), &image);
}

#[test]
fn the_hostile_images_of_the_corpus() {
    let Some(images) = corpus("images") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(images).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("hostile-") {
            continue;
        }
        seen += 1;
        let place = advised();
        let ran = scanned(&place, &path.display().to_string());
        match ran.status {
            2 => assert_eq!(ran.stdout, ""),
            status => {
                assert_eq!(status, 3, "{}: {ran:#?}", path.display());
                assert_eq!(ran.json()["verdict"], "unproven");
            }
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn every_image_of_the_corpus_stays_within_memory_and_none_is_clean() {
    // The advisory data here knows none of their releases.
    let Some(images) = corpus("images") else { return };
    let place = advised();
    for entry in fs::read_dir(images).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("hostile-") {
            continue;
        }
        let ran = scanned(&place, &path.display().to_string()).ended(3);
        assert_eq!(ran.json()["verdict"], "unproven", "{}", path.display());
    }
}

#[test]
fn bombs() {
    const ZEROS: u64 = 320 << 20;
    let bombs = [layer::gzip_bomb(ZEROS), layer::zstd_bomb(ZEROS)];
    for stored in bombs {
        let place = advised();
        let bomb = clean().image().layer("", Stored::Plain).stored_as(stored);
        let layer = bomb.layer_digests()[1].to_string();
        let report = unproven(&place, &bomb);
        assert!(
            counting(&report).iter().any(|(reason, subject, _)| reason == "over-budget" && *subject == layer),
            "{report:#}"
        );
        assert_eq!(report["summary"]["judged"], 2, "the other layer is judged");
    }
}

#[test]
fn a_file_that_claims_to_be_endless() {
    let place = advised();
    let endless =
        Tar::new().header(Header::new(b'0', "lib/apk/db/installed").size(u64::MAX >> 1)).data("P:busybox\n");
    let report = unproven(&place, &clean().image().layer(endless.unfinished(), Stored::Gzip));
    assert!(!counting(&report).is_empty());
}

#[test]
fn bytes_that_are_not_those_that_were_named() {
    let tar = clean().tar().finish();
    let image = ImageBuilder::new().layer(tar.clone(), Stored::Gzip);
    refused(&Place::new(), &image.clone().diff_id(Digest::of(b"something else")), "diff id");

    let place = Place::new();
    let mut layout = Layout::of(&image, "latest");
    let other = layer::gzip(&clean().package("more", "1-r0", "more").tar().finish());
    let named = image.layer_digests().remove(0);
    let length = layout.blobs[&named].len();
    let forged: Vec<u8> = other.into_iter().chain(std::iter::repeat(0)).take(length).collect();
    assert_eq!(layout.blobs.insert(named, forged.clone()).unwrap().len(), forged.len());
    let ran = scanned(&place, &place.write("forged.tar", layout.tar().finish())).ended(2);
    assert!(ran.stderr.contains("digest"), "{ran:#?}");
    assert_eq!(listing(&place.db().join("evidence")), []);
}

#[test]
fn paths_that_lead_elsewhere() {
    let place = advised();
    let home = place.path("home").display().to_string();
    let hostile = Tar::new()
        .file("../../../../../../../../../../tmp/limpid-was-here", "out")
        .file(format!("{home}/absolute"), "out")
        .file("./../here/relative", "out")
        .symlink("here", place.path("here").display().to_string())
        .file("here/through-a-link", "out")
        .hard_link("etc/passwd-too", "../../../../etc/passwd")
        .symlink("lib/apk/db/installed", "/etc/passwd")
        .finish();
    let report = unproven(&place, &ImageBuilder::new().layer(hostile, Stored::Gzip));
    assert_eq!(report["summary"]["packages"], 0);
    assert!(!std::path::Path::new("/tmp/limpid-was-here").exists());
}

#[test]
fn two_hundred_thousand_entries() {
    let tar = (0..200_000).fold(Tar::new(), |tar, number| {
        tar.file(format!("srv/{}/{}/{number}", number % 100, number % 1000), "")
    });
    let place = advised();
    let image = clean().image().layer(tar.finish(), Stored::Gzip);
    let image = place.write("many.tar", Layout::of(&image, "latest").tar().finish());
    // Many files are no fault: all of them were read.
    assert_eq!(scanned(&place, &image).ended(0).json()["verdict"], "clean");
}

#[test]
fn everything_is_whited_out() {
    let place = advised();
    for whiteout in [".wh..wh..opq", ".wh.lib", "lib/.wh.apk", "lib/apk/db/.wh..wh..opq"] {
        let report =
            unproven(&place, &clean().image().layer(Tar::new().file(whiteout, "").finish(), Stored::Gzip));
        assert_eq!(report["summary"]["packages"], 0, "{whiteout}");
    }
}

#[test]
fn metadata_that_is_garbage() {
    let place = advised();
    let whole = clean().layout();
    for (name, at) in [("index.json", 0), ("manifest", 1), ("config", 2)] {
        for garbage in
            [&b"{"[..], b"null", b"[]", b"{}", b"\xff\xfe", br#"{"schemaVersion":2,"layers":[{}]}"#]
        {
            let mut files = whole.files();
            let config = Digest::of(&clean().image().config_bytes());
            let manifest = whole.entries[0]["digest"].as_str().unwrap().to_owned();
            let wanted = [
                "index.json".to_owned(),
                format!("blobs/sha256/{}", &manifest["sha256:".len()..]),
                format!("blobs/sha256/{}", config.hex()),
            ];
            let file = files.iter_mut().find(|(path, _)| *path == wanted[at]).unwrap();
            file.1 = garbage.to_vec();
            let tar = files.into_iter().fold(Tar::new(), |tar, (path, bytes)| tar.file(path, bytes));
            let ran = scanned(&place, &place.write("garbage.tar", tar.finish())).ended(2);
            assert_eq!(ran.stdout, "", "{name}");
        }
    }
}
