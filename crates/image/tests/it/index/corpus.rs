//! Real images, and images made to do harm, from the corpus.

use std::path::{Path, PathBuf};

use limpid_image::{
    limits::Limits,
    progress::Quiet,
    source::{OpenedImage, SourceOptions, open},
};

use super::*;

/// A file of the corpus. Says so where there is none.
pub(super) fn corpus(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("LIMPID_CORPUS").map_or_else(beside, PathBuf::from).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} does not exist (LIMPID_CORPUS names the corpus)", path.display());
    None
}

pub(super) fn report(image: &str) -> Option<IndexReport> {
    let path = corpus(&format!("images/{image}"))?;
    let store = store();
    let argument = path.to_str().unwrap().parse().unwrap();
    let OpenedImage::Layers(image) = open(&argument, &SourceOptions::new(store.path())).unwrap() else {
        panic!("an image of layers")
    };
    let packs = read_image(&*image, &store.evidence, indexer().wants(), &Limits::default(), &Quiet).unwrap();
    Some(indexer().index(image.facts(), &packs).unwrap())
}

#[test]
fn a_real_alpine_image_has_the_packages_that_apk_lists() {
    let Some(report) = report("alpine-3.10.docker-archive.tar.gz") else { return };
    let Some(expected) = corpus("packages/alpine-3.10.tsv") else { return };
    let expected = std::fs::read_to_string(expected).unwrap();
    let mut expected: Vec<(&str, &str)> = expected
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split('\t').skip(1);
            (fields.next().unwrap(), fields.next().unwrap())
        })
        .collect();
    expected.sort_unstable();
    let found: Vec<(&str, &str)> =
        report.packages.iter().map(|one| (one.package.name.as_str(), one.package.version.as_str())).collect();
    assert_eq!(found, expected);
    assert!(report.packages.iter().all(|one| one.namespace.as_deref() == Some("Alpine:v3.10")));
    assert!(report.blind_spots.iter().all(|spot| !spot.counts), "{:?}", report.blind_spots);
}

/// Name and version of each deb package, as the reference lists them.
fn debs(table: &str) -> Option<Vec<(String, String)>> {
    let text = std::fs::read_to_string(corpus(&format!("packages/{table}.tsv"))?).unwrap();
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row[0] == "deb");
    let mut debs: Vec<_> = rows.map(|row| (row[1].to_owned(), row[2].to_owned())).collect();
    debs.sort_unstable();
    Some(debs)
}

#[test]
fn images_of_deb_packages_have_those_of_the_reference() {
    for (image, namespace, count) in [
        ("slim-debian-11", "Debian:11", 96),
        ("slim-debian-12", "Debian:12", 88),
        ("slim-debian-12-secupdate", "Debian:12", 88),
        ("distroless-style-debian12", "Debian:12", 9),
        ("ubuntu-18.04-from-indexreport", "Ubuntu:18.04:LTS", 129),
    ] {
        let Some(report) = report(&format!("{image}.oci.tar")) else { return };
        let Some(expected) = debs(image) else { return };
        let mut found: Vec<_> = report
            .packages
            .iter()
            .map(|one| (one.package.name.clone(), one.package.version.clone()))
            .collect();
        found.sort_unstable();
        assert_eq!((&found, found.len()), (&expected, count), "{image}");
        assert!(report.packages.iter().all(|one| one.namespace.as_deref() == Some(namespace)), "{image}");
        // That list was made from a report in which the version of netbase runs on into what follows it.
        let odd = usize::from(image == "ubuntu-18.04-from-indexreport");
        let counting = report.blind_spots.iter().filter(|spot| spot.counts);
        assert_eq!(counting.count(), odd, "{image}: {:?}", report.blind_spots);
    }
}

#[test]
fn images_of_kinds_that_nobody_reads_yet_are_never_without_a_blind_spot_that_counts() {
    for image in [
        "slim-debian-12-apps-v1.oci.tar",
        "hostile-hardlinks.oci.tar",
        "hostile-malformed-metadata.oci.tar",
        "hostile-path-traversal.oci.tar",
        "hostile-whiteout-everything.oci.tar",
    ] {
        let Some(report) = report(image) else { return };
        assert!(report.blind_spots.iter().any(|spot| spot.counts), "{image}: {:?}", report.blind_spots);
    }
}
