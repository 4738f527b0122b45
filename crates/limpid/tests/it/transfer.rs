//! The catalog as one file, for machines without a network.

use std::fs;

use crate::support::{Place, advised, listing, proven, vulnerable};

#[test]
fn what_is_exported_is_imported() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let file = place.path("catalog.tar").display().to_string();
    let ran = place.run(&format!("db export {file}")).ended(0);
    assert!(ran.stdout.contains(&file), "{ran:#?}");
    let exported = fs::read(&file).unwrap();
    place.run(&format!("db export {file}")).ended(0);
    assert_eq!(fs::read(&file).unwrap(), exported, "the same state gives the same bytes");

    let other = Place::new();
    let ran = other.run(&format!("db import {file}")).ended(0);
    assert_eq!(
        ran.stdout,
        "alpine/v3.99/community  updated\nalpine/v3.99/main  updated\n2 feeds updated, 0 unchanged\n"
    );
    let catalog = |place: &Place| place.run("db status --format json").ended(0).json()["catalog"].clone();
    assert_eq!(catalog(&other), catalog(&place));
    assert_eq!(proven(other.report(&image)), proven(place.report(&image)));
    let ran = other.run(&format!("db import {file}")).ended(0);
    assert_eq!(ran.stdout, "0 feeds updated, 2 unchanged\n");
}

#[test]
fn an_archive_that_is_damaged_changes_nothing() {
    let place = advised();
    let file = place.path("catalog.tar").display().to_string();
    place.run(&format!("db export {file}")).ended(0);
    let whole = fs::read(&file).unwrap();
    let other = Place::new();
    // Some data is there already.
    other.mirror().alpine("v3.98", "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]);
    other.update().ended(0);
    let kept = || {
        let files = listing(&other.db()).into_iter();
        files.filter(|(path, _)| !path.starts_with(other.db().join("locks"))).collect::<Vec<_>>()
    };
    let before = kept();
    let mut damaged: Vec<Vec<u8>> =
        (0..whole.len()).step_by(512).map(|length| whole[..length].to_vec()).collect();
    // Cut after the last segment only the end of the archive is missing; then nothing of it is.
    damaged.truncate(damaged.len() - 2);
    // One bit in the middle of each block that is not padding.
    for start in (0..whole.len()).step_by(512) {
        let block = start..start + 512;
        if let Some(at) = block.clone().rev().find(|&at| whole[at] != 0) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            damaged.push(bytes);
        }
    }
    damaged.push(b"no archive".to_vec());
    for (number, bytes) in damaged.iter().enumerate() {
        let damaged = place.write("damaged.tar", bytes);
        let ran = other.run(&format!("db import {damaged}")).ended(2);
        assert!(ran.stderr.contains("damaged.tar"), "{number}: {ran:#?}");
        // Segments that arrived whole may stay, and are retired by the next update; what is in force may not change.
        let catalog = |files: &[(std::path::PathBuf, String)]| {
            files.iter().filter(|(path, _)| path.ends_with("catalog.json")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(catalog(&kept()), catalog(&before), "{number}");
    }
    let ran = other.run("db import /no/such/file").ended(2);
    assert!(ran.stderr.contains("/no/such/file"), "{ran:#?}");
}
