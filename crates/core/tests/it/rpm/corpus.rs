//! Real databases: the images of the shared corpus, where that is at hand.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use limpid_core::{FilePath, formats::rpm::DETECTOR, package::SourcePackage};

use super::parse;

/// The files of an image in OCI form that the detector reads by themselves; layers are not put on one another.
fn databases(image: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut archive = tar::Archive::new(fs::File::open(image).unwrap());
    for blob in archive.entries().unwrap() {
        let mut bytes = Vec::new();
        blob.unwrap().read_to_end(&mut bytes).unwrap();
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            continue;
        }
        let mut layer = tar::Archive::new(flate2::read::GzDecoder::new(&*bytes));
        for file in layer.entries().unwrap() {
            let mut file = file.unwrap();
            let path = FilePath::new(&file.path_bytes());
            let wanted = DETECTOR.wants.iter().any(|want| !want.companion && want.pattern.matches(&path));
            if wanted && file.header().entry_type().is_file() {
                let mut content = Vec::new();
                file.read_to_end(&mut content).unwrap();
                found.push((path.to_string(), content));
            }
        }
    }
    found
}

/// (name, version, architecture, file of the source package) as the reference has them.
fn reference(table: &Path) -> BTreeSet<[String; 4]> {
    let text = fs::read_to_string(table).unwrap();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let after = |key: &str| {
            let value = columns[3].split(['?', '&']).find_map(|part| part.strip_prefix(key));
            value.unwrap_or_default().replace("%2B", "+").replace("%7E", "~").replace("%5E", "^")
        };
        [columns[1].to_owned(), columns[2].to_owned(), after("arch="), after("upstream=")]
    };
    // The reference lists the keys that packages were signed with as packages.
    text.lines().skip(1).map(row).filter(|row| row[0] != "gpg-pubkey").collect()
}

#[test]
fn the_packages_of_every_real_database_are_those_of_the_reference() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("LIMPID_CORPUS").map_or(beside, PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("skipped: there is no corpus at {} (LIMPID_CORPUS names another place)", corpus.display());
        return;
    }
    for (image, count) in [
        ("rpm-almalinux-8", 178),
        ("rpm-cbl-mariner-2.0", 129),
        ("rpm-sles-15.3-ndb", 35),
        ("rpm-ubi8-bdb", 178),
        ("rpm-ubi9-sqlite", 181),
    ] {
        let databases = databases(&corpus.join(format!("images/{image}.oci.tar")));
        let [(path, content)] = databases.as_slice() else {
            panic!("{image} has {} databases", databases.len())
        };
        let parsed = parse(path, content);
        assert_eq!(parsed.blind_spots, [], "{image}");
        let source = |source: &SourcePackage| {
            let version = source.version.split_once(':').map_or(&*source.version, |(_, version)| version);
            format!("{}-{version}.src.rpm", source.name)
        };
        let found: BTreeSet<[String; 4]> = parsed
            .packages
            .iter()
            .map(|found| {
                let package = &*found.package;
                let architecture = package.architecture.clone().unwrap_or_default();
                let source = package.source.as_ref().map(source).unwrap_or_default();
                [package.name.clone(), package.version.clone(), architecture, source]
            })
            .collect();
        assert_eq!(parsed.packages.len(), count, "{image}");
        let expected = reference(&corpus.join(format!("packages/{image}.tsv")));
        let other: Vec<_> = found.symmetric_difference(&expected).collect();
        assert!(other.is_empty(), "{image}: {other:#?}");
    }
}
