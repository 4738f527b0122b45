//! Real programs and the real databases of their languages, from the shared corpus: what is found is what govulncheck's data and
//! `cargo audit` say.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use limpid_core::{
    BlindSpot, FoundFile, IndexReport, IndexedPackage, Reason, Report,
    advisory::Record,
    ecosystems,
    extract::Memory,
    feed::FeedDocument,
    matching::{Coverage, Statement},
    report::Finding,
};

use crate::matching::support::{Written, image, loaded, scan};

/// A file of the corpus. Says so where there is none.
fn corpus(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = env::var_os("LIMPID_CORPUS").map_or_else(beside, PathBuf::from).join(path);
    if !path.exists() {
        eprintln!("SKIPPED: {} does not exist (LIMPID_CORPUS names the corpus)", path.display());
    }
    Some(path).filter(|path| path.exists())
}

/// The rows of a table.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// What a language's detector finds in the programs of an image that has nothing else.
fn index(image_path: &Path, namespace: &str) -> IndexReport {
    let mut index = image(&[]);
    index.distributions.clear();
    let detector = ecosystems::all().of_namespace(namespace).unwrap().detectors[0];
    let extractor = detector.wants[0].extractor.unwrap();
    let mut blobs = tar::Archive::new(fs::File::open(image_path).unwrap());
    for blob in blobs.entries().unwrap() {
        let mut bytes = Vec::new();
        blob.unwrap().read_to_end(&mut bytes).unwrap();
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            continue;
        }
        for file in tar::Archive::new(GzDecoder::new(&*bytes)).entries().unwrap() {
            let mut file = file.unwrap();
            let path = file.path().unwrap().display().to_string();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            let extract = (extractor.extract)(&mut Cursor::new(content), &Memory).unwrap();
            let found = FoundFile { path: &path.as_str().into(), content: &extract, companions: &[] };
            let parsed = (detector.parse)(&found);
            index.blind_spots.extend(parsed.blind_spots);
            index.packages.extend(parsed.packages.into_iter().map(|one| IndexedPackage {
                package: (*one.package).clone(),
                namespace: Some(namespace.to_owned()),
                purl: format!("pkg:{}/{}@{}", one.package.kind, one.package.name, one.package.version),
                path: path.clone(),
                layer: None,
            }));
        }
    }
    index
}

/// What the database says of these packages.
fn catalog(export: &Path, namespace: &'static str, index: &IndexReport) -> Written {
    let family = ecosystems::all().of_namespace(namespace).unwrap().feeds;
    let source = (family.needed_by)(namespace).remove(0);
    let names: Vec<String> = index.packages.iter().map(|one| format!("\"{}\"", one.package.name)).collect();
    let mut statements = Vec::new();
    let mut export = zip::ZipArchive::new(fs::File::open(export).unwrap()).unwrap();
    for member in 0..export.len() {
        let mut text = String::new();
        export.by_index(member).unwrap().read_to_string(&mut text).unwrap();
        if !names.iter().any(|name| text.contains(name)) {
            continue;
        }
        let mut add = |record: Record| {
            statements.extend(record.affected.into_iter().map(|affected| Statement {
                feed: source.name.clone(),
                affected,
                advisory: record.advisory.clone(),
            }));
        };
        let mut document = FeedDocument { name: "", reader: &mut text.as_bytes() };
        (family.parse)(&source, &mut document, &mut add).unwrap();
    }
    let coverage = Coverage { feeds: vec![loaded(&source.name)], unknown_upstream: false };
    Written { namespace, coverage, statements, ..Written::default() }
}

/// The report of an image, the expected rows, all of which are among its findings, and what is found beside them.
fn report(
    image: &str,
    namespace: &'static str,
    expected: &str,
) -> Option<(Report, Vec<Vec<String>>, Vec<String>)> {
    let expected = rows(&corpus(&format!("expected/{image}.{expected}.tsv"))?);
    let index = index(&corpus(&format!("images/{image}.oci.tar"))?, namespace);
    let export = corpus(&format!("mirror/osv-vulnerabilities.storage.googleapis.com/{namespace}/all.zip"))?;
    let report = scan(&index, &catalog(&export, namespace, &index));
    let identified = |one: &Finding| (one.package.name.clone(), one.package.version.clone(), one.id.clone());
    let found: BTreeSet<_> = report.findings.iter().map(identified).collect();
    assert_eq!(found.len(), report.findings.len(), "{image}: each once");
    let wanted: BTreeSet<_> =
        expected.iter().map(|row| (row[0].clone(), row[1].clone(), row[2].clone())).collect();
    assert_eq!(
        wanted.difference(&found).collect::<Vec<_>>(),
        [] as [&(String, String, String); 0],
        "{image}"
    );
    let more = found.difference(&wanted).map(|(name, _, id)| format!("{name} {id}")).collect();
    Some((report, expected, more))
}

/// What an advisory is, and in which functions.
fn said(words: &str) -> (&str, &str) {
    match words.split_once("only in ") {
        Some((kind, functions)) => (kind.trim_end_matches("; "), functions),
        None => (words, ""),
    }
}

fn finding<'a>(report: &'a Report, row: &[String]) -> &'a Finding {
    report.findings.iter().find(|one| one.package.name == row[0] && one.id == row[2]).unwrap()
}

#[test]
fn the_findings_of_a_program_of_go_are_those_of_its_database() {
    let Some((report, expected, more)) = report("scratch-esbuild-go", "Go", "govulndb") else { return };
    assert_eq!((expected.len(), more), (115, vec![]));
    for row in &expected {
        let found = finding(&report, row);
        let cves = row[3].split([' ', ',']).filter(|cve| !cve.is_empty());
        for cve in cves {
            assert!(found.aliases.iter().any(|alias| alias == cve), "{row:?}: {:?}", found.aliases);
        }
        // The table leaves out fixes that are no releases.
        let fixed = found.fixed_in.as_deref().unwrap_or_default();
        assert!(row[4].is_empty() || fixed == row[4], "{row:?}: {fixed}");
    }
    let words = |id: &str| {
        let found = report.findings.iter().find(|one| one.id == id).unwrap();
        assert!(found.why.ends_with(&format!(" ({})", found.vendor_status)), "{}", found.why);
        found.vendor_status.as_str()
    };
    assert_eq!(words("GO-2022-0477"), "only on windows; only in crypto/rand (Read)");
    assert_eq!(
        words("GO-2025-3447"),
        "only for ppc64le; only in crypto/internal/nistec (P256Point.ScalarBaseMult, P256Point.ScalarMult, P256Point.SetBytes and 1 more)"
    );
    // Its own module was not built from a version, and no advisory names it.
    assert_eq!((report.summary.packages, report.summary.judged), (3, 2));
    let told = |spot: &BlindSpot| (spot.reason, spot.subject.clone(), spot.packages, spot.counts);
    let told: Vec<_> = report.blind_spots.iter().map(told).collect();
    assert_eq!(told, [(Reason::UnidentifiedExecutables, "Go".to_owned(), 1, false)]);
    assert!(report.blind_spots[0].detail.contains("github.com/evanw/esbuild"));
}

#[test]
fn the_findings_of_a_program_of_rust_are_those_of_cargo_audit() {
    let Some((report, expected, more)) = report("scratch-rust-auditable", "crates.io", "cargo-audit") else {
        return;
    };
    // It holds on Windows alone, and says so; `cargo audit` knows for which system a program is.
    assert_eq!((expected.len(), more), (21, vec!["tokio RUSTSEC-2023-0001".to_owned()]));
    let windows = report.findings.iter().find(|one| one.id == "RUSTSEC-2023-0001").unwrap();
    assert_eq!(windows.vendor_status, "only on windows");
    for row in &expected {
        let found = finding(&report, row);
        for alias in row[3].split_whitespace() {
            assert!(found.aliases.iter().any(|one| one == alias), "{row:?}: {:?}", found.aliases);
        }
        // What only informs says what it is; what is known to be in some functions alone says in which.
        let (kind, functions) = said(&found.vendor_status);
        let informs = row[5] != "vulnerability";
        assert_eq!(kind, if informs { &*row[5] } else { "" }, "{row:?}");
        let words = format!(" ({})", found.vendor_status);
        assert_eq!(found.why.ends_with(&words), informs || !functions.is_empty(), "{row:?}: {}", found.why);
    }
    assert_eq!((report.summary.packages, report.summary.judged), (65, 65));
    assert_eq!(report.blind_spots, []);
}
