//! Programs that say what they were built from: those of the corpus against Syft's list.

use std::{collections::BTreeSet, fs, path::Path};

use limpid_image::{limits::Limits, read::read_directory};

use super::{corpus, *};

#[test]
fn programs_of_go_and_rust_have_the_modules_and_crates_that_syft_lists() {
    for (image, namespace, count) in
        [("scratch-esbuild-go", "Go", 3), ("scratch-rust-auditable", "crates.io", 65)]
    {
        let Some(report) = corpus::report(&format!("{image}.oci.tar")) else { return };
        let Some(table) = corpus::corpus(&format!("packages/{image}.tsv")) else { return };
        let table = std::fs::read_to_string(table).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        // Syft writes the version of Go's library as Go does that of itself; Go's database, and we, as that of a module.
        let expected: BTreeSet<String> =
            rows.map(|row| format!("{} {}", row[1], row[2].strip_prefix("go").unwrap_or(row[2]))).collect();
        let found = report.packages.iter().map(|one| &one.package);
        let found: BTreeSet<String> = found.map(|one| format!("{} {}", one.name, one.version)).collect();
        assert_eq!((&found, found.len()), (&expected, count), "{image}");
        assert!(report.packages.iter().all(|one| one.namespace.as_deref() == Some(namespace)), "{image}");
        assert_eq!(report.blind_spots, [], "{image}");
    }
}

#[test]
fn a_well_known_program_is_listed_where_no_package_brought_it() {
    let store = store();
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &[u8]| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/ecosystems/programs/fixtures");
    let nginx = fs::read(fixtures.join("ok/made/usr/sbin/nginx")).unwrap();
    write("etc/os-release", ALPINE.as_bytes());
    write("lib/apk/db/installed", apk("nginx", "1-r0", &["nginx"]).as_bytes());
    write("opt/web-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: web\nVersion: 1.0\n\n");
    write("opt/web-1.0.dist-info/RECORD", b"web/nginx,,\n");
    for path in ["bin/nginx", "opt/nginx", "opt/other", "opt/web/nginx"] {
        write(path, &nginx);
    }
    let indexer = indexer();
    let pack = read_directory(root.path(), &store.evidence, indexer.wants(), &Limits::default()).unwrap();
    let report = indexer.index(&facts(0), &[pack]).unwrap();
    let told = |one: &IndexedPackage| (one.purl.clone(), one.path.clone());
    let found: Vec<_> = report.packages.iter().map(told).filter(|one| one.0.contains("generic")).collect();
    // What is said of a wheel says nothing of the programs in it.
    let nginx = |path: &str| ("pkg:generic/nginx@1.22.1".to_owned(), path.to_owned());
    assert_eq!(found, [nginx("opt/nginx"), nginx("opt/web/nginx")]);
    assert_eq!((report.packages.len(), &*report.blind_spots), (4, &[][..]));
}
