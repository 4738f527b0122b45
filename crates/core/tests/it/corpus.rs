//! The real Alpine image and the real security database of the shared corpus, where that is at hand.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::BufReader,
    path::{Path, PathBuf},
};

use limpid_core::{
    AffectedRange, Distribution, Package, ecosystems, feed::FeedDocument, package::SourcePackage, purl::purl,
};

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

/// A table's rows as maps from column to value.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
    let columns: Vec<String> = lines.next().unwrap().collect();
    lines.map(|row| columns.iter().cloned().zip(row).collect()).collect()
}

/// The packages of the image, with the source package as their package URLs name it.
fn packages(corpus: &Path) -> Vec<(Package, String)> {
    let package = |row: BTreeMap<String, String>| {
        let upstream = row["purl"].split("upstream=").nth(1).unwrap_or(&row["name"]).to_owned();
        let package = Package {
            name: row["name"].clone(),
            version: row["version"].clone(),
            kind: row["type"].clone(),
            architecture: Some("x86_64".to_owned()),
            source: Some(SourcePackage::new(upstream, row["version"].clone())),
            ..Package::default()
        };
        (package, row["purl"].clone())
    };
    table(&corpus.join("packages/alpine-3.10.tsv")).into_iter().map(package).collect()
}

#[test]
fn the_security_database_speaks_about_the_image_as_the_reference_says() {
    let Some(corpus) = corpus() else { return };
    let all = ecosystems::all();
    let alpine = all.of_namespace("Alpine:v3.10").unwrap();
    let main = (alpine.feeds.needed_by)("Alpine:v3.10").remove(0);
    let document = fs::File::open(corpus.join("mirror/secdb.alpinelinux.org/v3.10/main.json")).unwrap();
    let mut records = Vec::new();
    let mut reader = BufReader::new(document);
    let mut document = FeedDocument { name: "", reader: &mut reader };
    (alpine.feeds.parse)(&main, &mut document, &mut |record| records.push(record)).unwrap();

    let mut found = BTreeSet::new();
    for (package, _) in packages(&corpus) {
        for record in &records {
            for affected in
                record.affected.iter().filter(|affected| affected.package == package.source_name())
            {
                let AffectedRange::Fixed { introduced: None, fixed } = &affected.range else { continue };
                if (alpine.versions.compare)(&package.version, fixed) == Ok(Ordering::Less) {
                    let name = package.name.clone();
                    found.insert((name, record.advisory.id.clone(), fixed.clone()));
                }
            }
        }
    }
    let expected: BTreeSet<(String, String, String)> =
        table(&corpus.join("expected/alpine-3.10.secdb-v3.10.tsv"))
            .into_iter()
            .map(|row| (row["package"].clone(), row["id"].clone(), row["fixed_version"].clone()))
            .collect();
    assert_eq!(found, expected);
}

#[test]
fn package_urls_equal_those_of_the_reference() {
    let Some(corpus) = corpus() else { return };
    let all = ecosystems::all();
    let release = Distribution {
        id: "alpine".to_owned(),
        version: "3.10.4".to_owned(),
        name: "Alpine Linux v3.10".to_owned(),
        ecosystem: "Alpine:v3.10".to_owned(),
        end_of_life: None,
    };
    for (package, expected) in packages(&corpus) {
        assert_eq!(purl(all.of_namespace("Alpine:v3.10"), &package, Some(&release)), expected);
    }
}

#[test]
fn every_security_database_of_the_mirror_is_read() {
    let Some(corpus) = corpus() else { return };
    let all = ecosystems::all();
    let mut read = BTreeMap::new();
    for namespace in ["Alpine:v3.10", "Alpine:v3.15", "Alpine:v3.16", "Alpine:v3.17", "Wolfi"] {
        let ecosystem = all.of_namespace(namespace).unwrap();
        for source in (ecosystem.feeds.needed_by)(namespace) {
            let path = corpus.join("mirror").join(source.url.strip_prefix("https://").unwrap());
            let (mut records, mut unknown) = (0, BTreeSet::new());
            let mut reader = BufReader::new(fs::File::open(path).unwrap());
            let mut document = FeedDocument { name: "", reader: &mut reader };
            (ecosystem.feeds.parse)(&source, &mut document, &mut |record| {
                records += 1;
                for affected in record.affected {
                    match affected.range {
                        AffectedRange::Fixed { fixed, .. } if (ecosystem.versions.check)(&fixed).is_err() => {
                            unknown.insert(fixed);
                        }
                        AffectedRange::Unreadable { text } => panic!("{}: {text}", source.name),
                        AffectedRange::Fixed { .. }
                        | AffectedRange::Unfixed { .. }
                        | AffectedRange::Through { .. }
                        | AffectedRange::Exactly { .. }
                        | AffectedRange::NeverAffected => {}
                    }
                }
            })
            .unwrap();
            assert!(
                records >= (ecosystem.feeds.guard)(&source.name).floor,
                "{} has {records} records",
                source.name
            );
            read.insert(source.name, unknown);
        }
    }
    assert_eq!(read.len(), 9);
    let unknown: BTreeSet<String> = read.into_values().flatten().collect();
    assert_eq!(unknown, ["1.1.0-r1-r0", "1.9.5p2-r0", "4.8.0.-r1", "6.6.2p1-r0"].map(str::to_owned).into());
}
