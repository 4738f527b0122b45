//! Real OVAL documents of the shared corpus, where that is at hand.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use limpid_core::{AffectedRange, Package, ecosystems, feed::FeedDocument, package::SourcePackage};

/// The corpus; says that the test is skipped where there is none.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = env::var_os("LIMPID_CORPUS").map_or(beside, PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("skipped: there is no corpus at {} (LIMPID_CORPUS names another place)", corpus.display());
        return None;
    }
    Some(corpus)
}

#[test]
fn the_whole_document_of_a_release_is_understood() {
    let Some(corpus) = corpus() else { return };
    let all = ecosystems::all();
    let photon = all.of_namespace("Photon OS:3.0").unwrap();
    let source = (photon.feeds.needed_by)("Photon OS:3.0").remove(0);
    let path = corpus.join("mirror").join(source.url.strip_prefix("https://").unwrap());
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut reader = BufReader::new(text.as_bytes());
    let mut records = Vec::new();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = (photon.feeds.parse)(&source, &mut document, &mut |record| records.push(record)).unwrap();
    assert_eq!(head.covers, ["Photon OS:3.0"]);
    assert_eq!((head.misfit, head.unread), (None, vec![]));
    assert_eq!(head.upstream_date.as_deref(), Some("2020-02-20T11:58:25"));
    // Every CVE that the document names, and every comparison of versions, by their bare text.
    let named: BTreeSet<&str> =
        text.split("<cve>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let found: BTreeSet<&str> = records.iter().map(|record| record.advisory.id.as_str()).collect();
    assert_eq!(found, named);
    let compared: BTreeSet<&str> =
        text.split("operation=\"less than\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let ranges = records.iter().flat_map(|record| &record.affected).map(|affected| {
        let AffectedRange::Fixed { introduced: None, fixed } = &affected.range else {
            panic!("{:?}", affected.range)
        };
        fixed.as_str()
    });
    assert_eq!(ranges.collect::<BTreeSet<_>>(), compared);
}

/// (package, source, CVE) that the real document says about the real database.
#[test]
fn the_findings_of_a_real_image_are_the_expected_ones() {
    let Some(corpus) = corpus() else { return };
    let all = ecosystems::all();
    let azure = all.of_namespace("Azure Linux:2").unwrap();
    let source = (azure.feeds.needed_by)("Azure Linux:2").remove(0);
    let compressed = fs::read(corpus.join("samples/mariner/cbl-mariner-2.0-oval.xml.zst")).unwrap();
    let text = zstd::decode_all(&*compressed).unwrap();
    let mut reader = &*text;
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let mut records = Vec::new();
    let head = (azure.feeds.parse)(&source, &mut document, &mut |record| records.push(record)).unwrap();
    assert_eq!((head.covers, head.misfit, head.unread), (vec!["Azure Linux:2".to_owned()], None, vec![]));
    let mut found = BTreeSet::new();
    for package in packages(&corpus) {
        let own = package.source.as_ref().unwrap();
        for record in &records {
            for affected in record.affected.iter().filter(|affected| affected.package == own.name) {
                let compare = |other: &String| (azure.versions.compare)(&own.version, other).unwrap();
                let is_affected = if let AffectedRange::Fixed { introduced: None, fixed } = &affected.range {
                    compare(fixed).is_lt()
                } else if let AffectedRange::Through { introduced: None, last } = &affected.range {
                    compare(last).is_le()
                } else {
                    panic!("{:?}", affected.range)
                };
                if is_affected {
                    found.insert([package.name.clone(), own.name.clone(), record.advisory.id.clone()]);
                }
            }
        }
    }
    let expected = fs::read_to_string(corpus.join("expected/rpm-cbl-mariner-2.0.oval.tsv")).unwrap();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        [columns[0], columns[2], columns[3]].map(str::to_owned)
    };
    assert_eq!(found, expected.lines().skip(1).map(row).collect());
}

/// The packages of the image, as the reference lists them.
fn packages(corpus: &Path) -> Vec<Package> {
    let table = fs::read_to_string(corpus.join("packages/rpm-cbl-mariner-2.0.tsv")).unwrap();
    let package = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let file = columns[3].split("upstream=").nth(1)?.strip_suffix(".src.rpm")?.replace("%2B", "+");
        let (file, release) = file.rsplit_once('-')?;
        let (name, version) = file.rsplit_once('-')?;
        let source = SourcePackage::new(name, format!("{version}-{release}"));
        Some(Package { name: columns[1].to_owned(), source: Some(source), ..Package::default() })
    };
    table.lines().skip(1).filter_map(package).collect()
}
