//! Evidence: a layer is read once, whatever else happens at the same time or is killed on the way.

use std::{
    fs::{self, File},
    process::Stdio,
    thread,
    time::{Duration, Instant, SystemTime},
};

use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    tar::Tar,
};
use serde_json::Value;

use crate::support::{Place, Ran, advised, findings, listing, proven, vulnerable};

/// A vulnerable system below a layer of some megabytes that do not compress.
fn large() -> ImageBuilder {
    let mut number = 1_u32;
    let mut random = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 24) as u8
    };
    let tar = (0..60).fold(Tar::new(), |tar, file| {
        let content: Vec<u8> = (0..50_000).map(|_| random()).collect();
        tar.file(format!("srv/{file}"), content)
    });
    vulnerable().image().layer(tar.finish(), Stored::Gzip)
}

fn packs(place: &Place) -> Vec<std::path::PathBuf> {
    let files = listing(&place.db().join("evidence")).into_iter().map(|(path, _)| path);
    files.filter(|path| path.extension().is_some_and(|ending| ending == "pack")).collect()
}

#[test]
fn a_second_scan_opens_no_layer() {
    let place = advised();
    let image = large();
    let layout = Layout::of(&image, "latest");
    let directory = place.path("layout");
    layout.write_directory(&directory);
    let text = format!("oci:{}", directory.display());
    let first = place.report(&text);
    assert_eq!(findings(&first).len(), 3);
    for digest in image.layer_digests() {
        fs::remove_file(directory.join(format!("blobs/sha256/{}", digest.hex()))).unwrap();
    }
    assert_eq!(proven(place.report(&text)), proven(first));
    // Without the evidence they are missed.
    place.run("cache clear").ended(0);
    let ran = place.run(&format!("scan {text} --offline")).ended(2);
    assert!(
        ran.stderr.contains(image.layer_digests()[0].hex())
            || ran.stderr.contains(image.layer_digests()[1].hex()),
        "{ran:#?}"
    );
}

#[test]
fn a_layer_is_known_only_as_what_it_was_seen_to_be() {
    // Another image claims that a known diff id is that of bytes which nobody has seen.
    let place = advised();
    place.report(&place.image("app.tar", &vulnerable()));
    let diff_id = limpid_core::Digest::of(&vulnerable().tar().finish());
    let forged = ImageBuilder::new().layer(Tar::new().file("a", "b").finish(), Stored::Gzip).diff_id(diff_id);
    let image = place.write("forged.tar", Layout::of(&forged, "latest").tar().finish());
    let ran = place.run(&format!("scan {image} --offline")).ended(2);
    assert!(ran.stderr.contains("diff id"), "{ran:#?}");
}

#[test]
fn several_scans_at_once_give_the_same_report() {
    let place = Place::new();
    crate::support::advise(&place.mirror());
    let image = place.write("app.tar", Layout::of(&large(), "latest").tar().finish());
    let mirror = place.path("mirror").display().to_string();
    let children: Vec<_> = (0..8)
        .map(|_| {
            place
                .command(&format!("scan {image} --format json --mirror {mirror}"))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let reports: Vec<Value> = children
        .into_iter()
        .map(|child| Ran::of(child.wait_with_output().unwrap()).ended(0).json())
        .map(proven)
        .collect();
    assert_eq!(findings(&reports[0]).len(), 3);
    assert!(reports.iter().all(|report| *report == reports[0]));
    assert_eq!(packs(&place).len(), 2);
    assert_eq!(proven(place.report(&image)), reports[0]);
}

#[test]
fn a_scan_that_is_killed_leaves_nothing_that_lies() {
    let place = advised();
    let image = place.write("app.tar", Layout::of(&large(), "latest").tar().finish());
    let expected = proven(place.report(&image));
    place.run("cache clear").ended(0);
    let begun = Instant::now();
    place.report(&image);
    let whole = begun.elapsed();
    let mut killed = 0;
    for turn in 0..20 {
        place.run("cache clear").ended(0);
        let mut child = place
            .command(&format!("scan {image} --offline --format json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment is what is tried: one after the other over the time that a whole scan takes.
        thread::sleep(whole * turn / 20);
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        // Whatever is there now is whole: it is used, or it is not there.
        assert_eq!(proven(place.report(&image)), expected, "{turn}");
    }
    assert!(killed > 0, "none was killed on its way");
    // What they left is swept away once it is old, which a test does not wait for.
    let old = SystemTime::now() - Duration::from_secs(2 * 3600);
    for (path, _) in listing(&place.db().join("tmp")) {
        File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    }
    place.report(&image);
    assert_eq!(listing(&place.db().join("tmp")), []);
    place.run("db status").ended(0);
}

#[test]
fn the_cache_is_shown_and_cleared() {
    let place = advised();
    let show = |place: &Place| {
        let text = place.run("cache").ended(0).stdout;
        assert_eq!(text, place.run("cache show").ended(0).stdout);
        let row = text.lines().find(|line| line.starts_with("evidence\t")).unwrap().to_owned();
        let fields: Vec<u64> = row.split('\t').skip(1).map(|field| field.parse().unwrap()).collect();
        (fields[0], fields[1])
    };
    assert_eq!(show(&place), (0, 0));
    place.report(&place.write("app.tar", Layout::of(&large(), "latest").tar().finish()));
    let bytes: u64 = packs(&place).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert_eq!(show(&place), (2, bytes));
    assert_eq!(place.run("cache clear").ended(0).stdout, format!("2 packs removed, {bytes} bytes\n"));
    assert_eq!(show(&place), (0, 0));
    assert_eq!(packs(&place).len(), 0);
}

#[test]
fn what_was_used_longest_ago_is_evicted_first() {
    let place = advised();
    let images = ["one", "two", "three"].map(|name| {
        let image =
            ImageBuilder::new().layer(Tar::new().file(format!("etc/{name}"), name).finish(), Stored::Gzip);
        place.write(name, Layout::of(&image, "latest").tar().finish())
    });
    let mut known = Vec::new();
    for (age, image) in (1..).zip(&images) {
        place.run(&format!("index {image}")).ended(0);
        let new = packs(&place).into_iter().find(|path| !known.contains(path)).unwrap();
        let used = SystemTime::now() - Duration::from_secs(age * 60);
        File::options().write(true).open(&new).unwrap().set_modified(used).unwrap();
        known.push(new);
    }
    // The third was used longest ago, until now.
    place.run(&format!("index {}", images[2])).ended(0);
    let sizes: Vec<u64> = known.iter().map(|path| fs::metadata(path).unwrap().len()).collect();
    let ran = place.run(&format!("cache evict --limit {}", sizes[0] + sizes[2])).ended(0);
    assert_eq!(ran.stdout, format!("1 packs removed, {} bytes\n", sizes[1]));
    assert!(known[0].exists() && !known[1].exists() && known[2].exists());
    assert_eq!(place.run("cache evict --limit 1G").ended(0).stdout, "0 packs removed, 0 bytes\n");
    place.run("cache evict --limit 0").ended(0);
    assert_eq!(packs(&place).len(), 0);
}

#[test]
fn evidence_that_is_damaged_is_read_again() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let expected = proven(place.report(&image));
    let whole = fs::read(&packs(&place)[0]).unwrap();
    let damaged = (0..whole.len()).step_by(whole.len() / 25).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    });
    let cut_off = (0..whole.len()).step_by(whole.len() / 10).map(|length| whole[..length].to_vec());
    for (number, bytes) in damaged.chain(cut_off).enumerate() {
        let pack = packs(&place).remove(0);
        fs::remove_file(&pack).unwrap();
        fs::write(&pack, bytes).unwrap();
        assert_eq!(proven(place.report(&image)), expected, "{number}");
        assert_eq!(fs::read(&pack).unwrap(), whole, "{number}");
    }
}

#[test]
fn evidence_that_is_cleared_meanwhile_is_read_again() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let expected = proven(place.report(&image));
    thread::scope(|scope| {
        let scans = || (0..15).for_each(|_| assert_eq!(proven(place.report(&image)), expected));
        let scanning = [scope.spawn(scans), scope.spawn(scans), scope.spawn(scans)];
        while scanning.iter().any(|one| !one.is_finished()) {
            place.run("cache clear").ended(0);
        }
    });
}
