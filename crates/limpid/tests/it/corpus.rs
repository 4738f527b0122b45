//! The main job on real input: a real Alpine image and real advisory data.

use std::{collections::BTreeSet, fs};

use crate::support::{Place, corpus};

/// package, version, origin, identifier, fixed version
type Row = [String; 5];

#[test]
fn the_findings_of_a_real_image_are_the_expected_ones() {
    let (Some(image), Some(mirror)) = (corpus("images/alpine-3.10.docker-archive.tar.gz"), corpus("mirror"))
    else {
        return;
    };
    let expected = fs::read_to_string(corpus("expected/alpine-3.10.secdb-v3.10.tsv").unwrap()).unwrap();
    let expected: BTreeSet<Row> = expected.lines().skip(1).map(row).collect();
    assert!(expected.len() > 10);
    let place = Place::new();
    let words = format!("scan {} --format json --mirror {}", image.display(), mirror.display());
    let report = place.run(&words).ended(0).json();
    let found: BTreeSet<Row> = report["findings"].as_array().unwrap().iter().map(found).collect();
    assert_eq!(found, expected);
    assert_eq!(report["summary"]["packages"], 14);
    assert_eq!(report["summary"]["judged"], 14);
    assert_eq!(report["distributions"][0]["ecosystem"], "Alpine:v3.10");
}

fn row(line: &str) -> Row {
    let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
    fields.try_into().unwrap_or_else(|_| panic!("five fields: {line}"))
}

fn found(finding: &serde_json::Value) -> Row {
    let package = &finding["package"];
    let source = package.get("source").unwrap_or(&package["name"]);
    [&package["name"], &package["version"], source, &finding["id"], &finding["fixed_in"]]
        .map(|field| field.as_str().unwrap().to_owned())
}

#[test]
fn the_findings_of_debian_images_are_the_expected_ones() {
    let Some(mirror) = corpus("mirror") else { return };
    for image in ["slim-debian-11", "slim-debian-12", "slim-debian-12-secupdate"] {
        let Some(path) = corpus(&format!("images/{image}.oci.tar")) else { return };
        let expected = fs::read_to_string(corpus(&format!("expected/{image}.debian.tsv")).unwrap()).unwrap();
        let expected: BTreeSet<Row> = expected.lines().skip(1).map(row_without_source_version).collect();
        let place = Place::new();
        let words = format!("scan {} --format json --mirror {}", path.display(), mirror.display());
        let report = place.run(&words).json();
        let found: BTreeSet<Row> = report["findings"].as_array().unwrap().iter().map(found).collect();
        assert_eq!(found, expected, "{image}");
        assert_eq!(report["summary"]["packages"], report["summary"]["judged"], "{image}");
    }
}

/// Debian's table has the version of the source too, which reports do not show.
fn row_without_source_version(line: &str) -> Row {
    let mut fields: Vec<&str> = line.split('\t').collect();
    fields.remove(3);
    row(&fields.join("\t"))
}
