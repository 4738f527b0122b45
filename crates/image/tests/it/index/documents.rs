//! Real images, their lists of packages as Limpid and as Syft wrote them, and what is read of these.

use std::collections::BTreeSet;

use limpid_core::{documents, formats::sbom};

use super::{
    corpus::{corpus, report},
    *,
};

const IMAGES: [&str; 4] = [
    "alpine-3.10.docker-archive.tar.gz",
    "rpm-cbl-mariner-2.0.oci.tar",
    "rpm-ubi8-bdb.oci.tar",
    "scratch-rust-auditable.oci.tar",
];

/// With `LIMPID_TEST_ALL_SBOMS=1`.
const MORE: [&str; 5] = [
    "distroless-style-debian12.oci.tar",
    "rpm-almalinux-8.oci.tar",
    "rpm-sles-15.3-ndb.oci.tar",
    "slim-debian-12-apps-v1.oci.tar",
    "ubuntu-18.04-from-indexreport.oci.tar",
];

fn read(document: &[u8]) -> IndexReport {
    sbom::read(document, "sbom:x", indexer().ecosystems()).unwrap()
}

/// What a report is judged by is the same, so that the findings are; only what every list of packages says comes to it.
#[test]
fn what_limpid_wrote_of_an_image_is_read_back_to_what_the_image_has() {
    let more = std::env::var_os("LIMPID_TEST_ALL_SBOMS").map(|_asked| MORE);
    for image in IMAGES.into_iter().chain(more.into_iter().flatten()) {
        let Some(index) = report(image) else { return };
        let at = "2026-11-26T00:00:00Z".parse().unwrap();
        for document in [documents::cyclonedx_index(&index), documents::spdx_index(&index, at)] {
            let mut read = read(document.to_string().as_bytes());
            let before = read.blind_spots.len();
            read.blind_spots.retain(|spot| spot.subject != "document");
            assert_eq!(before - read.blind_spots.len(), 1, "{image}");
            assert_eq!(read.packages, index.packages, "{image}");
            assert_eq!(read.distributions, index.distributions, "{image}");
            assert_eq!(read.repositories, index.repositories, "{image}");
            assert_eq!(read.blind_spots, index.blind_spots, "{image}");
        }
    }
}

/// Namespace, package URL, path and layer: by these packages are judged and findings told.
fn places(report: &IndexReport) -> BTreeSet<String> {
    let place = |one: &limpid_core::IndexedPackage| {
        format!("{:?} {} {} {:?}", one.namespace, one.purl, one.path, one.package.source)
    };
    report.packages.iter().map(place).collect()
}

fn syfts(name: &str) -> Option<Vec<u8>> {
    let packed = std::fs::read(corpus(&format!("samples/sbom/{name}.json.zst"))?).unwrap();
    Some(zstd::decode_all(&packed[..]).unwrap())
}

fn counting(report: &IndexReport) -> Vec<(&str, &str, u64)> {
    let spots = report.blind_spots.iter().filter(|spot| spot.counts);
    spots.map(|spot| (spot.reason.as_str(), spot.subject.as_str(), spot.packages)).collect()
}

#[test]
fn what_syft_wrote_of_an_image_has_the_packages_of_the_image() {
    let Some(image) = report("rpm-ubi9-sqlite.oci.tar") else { return };
    for format in ["cdx", "spdx"] {
        let Some(document) = syfts(&format!("rpm-ubi9-sqlite.{format}")) else { return };
        let listed = read(&document);
        assert_eq!((places(&listed), listed.packages.len()), (places(&image), 181), "{format}");
        assert_eq!(counting(&listed), [], "{format}");
        let ids = |report: &IndexReport| -> Vec<String> {
            report
                .distributions
                .iter()
                .map(|one| format!("{} {} {}", one.id, one.version, one.ecosystem))
                .collect()
        };
        assert_eq!(ids(&listed), ids(&image), "{format}");
    }
    // What it does not have: the repositories, which decide about Red Hat's products.
    assert!(!image.repositories.is_empty());
}

/// Of an image without a distribution a list of packages never says that all is well.
#[test]
fn what_syft_wrote_of_an_image_without_distribution_says_what_is_missing() {
    for format in ["cdx", "spdx"] {
        let Some(document) = syfts(&format!("scratch-rust-auditable.{format}")) else { return };
        let listed = read(&document);
        assert_eq!(listed.packages.len(), 65, "{format}");
        assert!(counting(&listed).contains(&("no-distribution", "document", 0)), "{format}: {listed:#?}");
        let unjudged = listed.packages.iter().filter(|one| one.namespace.is_none()).count() as u64;
        let told: u64 = counting(&listed).iter().map(|spot| spot.2).sum();
        assert_eq!(told, unjudged, "{format}");
    }
}
