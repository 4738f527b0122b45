//! Assemblies of .NET: told by themselves where no list has them, and only there.

use std::{fs, path::Path};

use limpid_image::{limits::Limits, read::read_directory};

use super::*;

/// Newtonsoft.Json 12.0.1, as it says itself.
const LIBRARY: &str = "opt/shop/Newtonsoft.Json.dll";
const SATELLITE: &str = "opt/shop/de/Newtonsoft.Json.resources.dll";
const REFERENCE: &str = "opt/shop/Shop.Contracts.dll";

fn assembly(path: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/ecosystems/dotnet/fixtures");
    fs::read(fixtures.join("ok/assemblies").join(path)).unwrap()
}

fn report(files: &[(&str, &[u8])]) -> IndexReport {
    let store = store();
    let root = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let indexer = indexer();
    let pack = read_directory(root.path(), &store.evidence, indexer.wants(), &Limits::default()).unwrap();
    indexer.index(&facts(0), &[pack]).unwrap()
}

/// Each package of NuGet: name and version, where it was found, and whether it was only told by itself.
fn found(report: &IndexReport) -> Vec<(String, &str, bool)> {
    let of_nuget = report.packages.iter().filter(|one| one.namespace.as_deref() == Some("NuGet"));
    let one = |one: &'_ IndexedPackage| format!("{} {}", one.package.name, one.package.version);
    of_nuget.map(|indexed| (one(indexed), &*indexed.path, indexed.package.evidence.is_some())).collect()
}

fn listing(version: &str) -> String {
    format!(
        r#"{{"targets": {{"net8.0": {{
            "shop/1.0.0": {{"runtime": {{"Shop.Contracts.dll": {{}}}}}},
            "Newtonsoft.Json/{version}": {{"runtime": {{"lib/net6.0/Newtonsoft.Json.dll": {{}}}}}}}}}},
        "libraries": {{"shop/1.0.0": {{"type": "project"}}, "Newtonsoft.Json/{version}": {{"type": "package"}}}}}}"#
    )
}

#[test]
fn what_no_list_has_says_itself_what_it_is() {
    let [library, satellite, reference] = [LIBRARY, SATELLITE, REFERENCE].map(assembly);
    let report = report(&[
        ("etc/os-release", ALPINE.as_bytes()),
        ("lib/apk/db/installed", apk("musl", "1-r0", &[]).as_bytes()),
        (LIBRARY, &library),
        (SATELLITE, &satellite),
        (REFERENCE, &reference),
        ("srv/cut-off.dll", &library[..900]),
    ]);
    assert_eq!(found(&report), [("newtonsoft.json 12.0.1".to_owned(), LIBRARY, true)]);
    assert_eq!(named(&report, "newtonsoft.json").purl, "pkg:nuget/newtonsoft.json@12.0.1");
    // What has no code of its own is told as what nothing identifies, which does not count.
    let told = [
        (Reason::DatabaseUnreadable, "srv/cut-off.dll", 0),
        (Reason::UnidentifiedExecutables, "3 libraries", 0),
    ];
    assert_eq!(spots(&report), told);
}

#[test]
fn what_a_list_has_is_not_told_twice_unless_it_is_another_than_the_list_says() {
    let library = assembly(LIBRARY);
    let of = |version: &str, place: &str| {
        let listing = listing(version);
        let report = report(&[
            ("opt/shop/shop.deps.json", listing.as_bytes()),
            (place, &library),
            ("opt/shop/Shop.Contracts.dll", &library),
        ]);
        assert_eq!(spots(&report), []);
        found(&report)
            .into_iter()
            .map(|(name, path, itself)| (name, path.to_owned(), itself))
            .collect::<Vec<_>>()
    };
    let told =
        |version: &str, path: &str, itself| (format!("newtonsoft.json {version}"), path.to_owned(), itself);
    let list = "opt/shop/shop.deps.json";
    assert_eq!(of("12.0.1", LIBRARY), [told("12.0.1", list, false)]);
    assert_eq!(of("13.0.3", LIBRARY), [told("12.0.1", LIBRARY, true), told("13.0.3", list, false)]);
    let elsewhere = "opt/plugins/Newtonsoft.Json.dll";
    assert_eq!(of("12.0.1", elsewhere), [told("12.0.1", list, false), told("12.0.1", elsewhere, true)]);
}

#[test]
fn what_a_wheel_lists_tells_itself_and_what_the_distribution_has_does_not() {
    let library = assembly(LIBRARY);
    let report = report(&[
        ("etc/os-release", ALPINE.as_bytes()),
        ("lib/apk/db/installed", apk("json", "1-r0", &["Newtonsoft.Json.dll"]).as_bytes()),
        ("bin/Newtonsoft.Json.dll", &library),
        ("opt/web-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: web\nVersion: 1.0\n\n"),
        ("opt/web-1.0.dist-info/RECORD", b"web/Newtonsoft.Json.dll,,\n"),
        ("opt/web/Newtonsoft.Json.dll", &library),
    ]);
    let own = ("newtonsoft.json 12.0.1".to_owned(), "opt/web/Newtonsoft.Json.dll", true);
    assert_eq!((found(&report), spots(&report)), (vec![own], vec![]));
}
