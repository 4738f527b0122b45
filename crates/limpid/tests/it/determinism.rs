//! A report is a function: equal inputs give equal bytes, on any machine, today or next year.

use chrono::{Days, Utc};
use limpid_testkit::{
    image::{Layout, Stored},
    tar::Tar,
};
use serde_json::Value;

use crate::support::{
    Place, advise, advised, clean, counting, findings, listing, move_back, proven, vulnerable,
};

/// The bytes of the report without what was observed.
fn bytes(report: Value) -> String {
    proven(report).to_string()
}

/// Three layers: a clean system, a package more, and a file.
fn layered() -> limpid_testkit::image::ImageBuilder {
    let above = clean().package("libcrypto3", "3.1.0-r0", "openssl");
    clean()
        .image()
        .layer(above.tar().finish(), Stored::Zstd)
        .layer(Tar::new().file("etc/motd", "hello").finish(), Stored::Plain)
}

#[test]
fn two_runs_differ_in_what_was_observed_alone() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let text = |()| place.run(&format!("scan {image} --offline --format json")).ended(0).stdout;
    let (first, second) = (text(()), text(()));
    let cut = |text: &str| {
        let (before, rest) = text.split_once("  \"observed\": {").unwrap();
        let (_, after) = rest.split_once("\n  },").unwrap();
        format!("{before}{after}")
    };
    assert_eq!(cut(&first), cut(&second));
    for format in ["table", "clair"] {
        let text = |()| place.run(&format!("scan {image} --offline --format {format}")).ended(0).stdout;
        assert_eq!(text(()), text(()), "{format}");
    }
}

#[test]
fn two_data_directories_give_the_same_report() {
    let (one, other) = (advised(), advised());
    let image = one.image("app.tar", &vulnerable());
    assert_eq!(bytes(one.report(&image)), bytes(other.report(&image)));
}

#[test]
fn two_builds_of_the_segments_give_the_same_bytes() {
    let segments = |place: &Place| {
        let files = listing(&place.db().join("segments")).into_iter();
        files.map(|(path, digest)| (path.file_name().unwrap().to_owned(), digest)).collect::<Vec<_>>()
    };
    let (one, other) = (advised(), advised());
    assert_eq!(segments(&one).len(), 2);
    assert_eq!(segments(&one), segments(&other));
}

#[test]
fn the_order_in_which_layers_are_read_does_not_matter() {
    let expected = {
        let place = advised();
        let image = place.write("app.tar", Layout::of(&layered(), "latest").tar().finish());
        place.report(&image)
    };
    assert_eq!(findings(&expected), [("CVE-2099-0003", "libcrypto3")]);
    // With some of the layers known already, the others are read alone.
    let layers = [
        clean().tar().finish(),
        clean().package("libcrypto3", "3.1.0-r0", "openssl").tar().finish(),
        Tar::new().file("etc/motd", "hello").finish(),
    ];
    for known in 0..3 {
        let place = advised();
        let stored = [Stored::Gzip, Stored::Zstd, Stored::Plain][known];
        let part = limpid_testkit::image::ImageBuilder::new().layer(layers[known].clone(), stored);
        place
            .run(&format!("index {}", place.write("part.tar", Layout::of(&part, "latest").tar().finish())))
            .ended(0);
        let image = place.write("app.tar", Layout::of(&layered(), "latest").tar().finish());
        let mut report = place.report(&image);
        report["image"]["reference"] = expected["image"]["reference"].clone();
        assert_eq!(bytes(report), bytes(expected.clone()), "{known}");
    }
}

#[test]
fn the_past_is_answered_as_it_was() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    move_back(&place, 20);
    let day = |before: u64| (Utc::now() - Days::new(before)).date_naive();
    let as_of = |day: chrono::NaiveDate| place.run(&format!("scan {image} --as-of {day} --format json"));
    let then = as_of(day(20)).ended(0).json();
    assert_eq!(findings(&then).len(), 3);

    // Upstream changes, and is asked again.
    advise(&place.mirror());
    place.mirror().alpine(
        "v3.99",
        "main",
        &[
            ("busybox", "1.36.1-r0", &["CVE-2099-0001 XSA-9", "CVE-2099-0010"]),
            ("busybox", "0", &["CVE-2099-0002"]),
            ("openssl", "3.1.0-r5", &["CVE-2099-0003", "CVE-2099-0011"]),
            ("musl", "1.2.4-r0", &["CVE-2099-0005"]),
        ],
    );
    place.update().ended(0);
    assert_eq!(findings(&place.report(&image)).len(), 6);
    assert_eq!(bytes(as_of(day(20)).ended(0).json()), bytes(then), "the earlier answer");

    let today = day(0);
    let words = format!("compare {image} --as-of {} --as-of {today} --format json", day(20));
    let comparison = place.run(&words).ended(0).json();
    assert_eq!(
        (&comparison["inputs"]["image"]["same"], &comparison["inputs"]["catalog"]["same"]),
        (&true.into(), &false.into())
    );
    let added: Vec<&str> = comparison["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["change"] == "added" && one["cause"] == "advisory-data")
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(added, ["CVE-2099-0010", "CVE-2099-0011", "CVE-2099-0010"]);

    // In between nobody had looked for long; before that nothing was known.
    let between = as_of(day(10)).ended(0).json();
    assert_eq!(findings(&between).len(), 3);
    assert_eq!(counting(&between)[0].0, "feed-stale");
    let before = as_of(day(30)).ended(3).json();
    assert_eq!(counting(&before)[0].0, "feed-not-loaded");
}

#[test]
fn a_layer_that_is_there_twice_is_read_once() {
    let place = advised();
    let tar = vulnerable().tar().finish();
    let image = vulnerable()
        .image()
        .layer(Tar::new().file("etc/motd", "a").finish(), Stored::Gzip)
        .layer(tar, Stored::Gzip);
    let image = place.write("app.tar", Layout::of(&image, "latest").tar().finish());
    let report = place.report(&image);
    assert_eq!(report["image"]["layers"].as_array().unwrap().len(), 3);
    assert_eq!(findings(&report).len(), 3);
    assert_eq!(bytes(place.report(&image)), bytes(report));
}
