//! Packages of languages: who owns them, what is counted as identified, and what extracts cost.

use super::*;

const METADATA: &str = "usr/lib/python3/site-packages/six-1.16.0.dist-info/METADATA";

fn six(version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: six\nVersion: {version}\n\nSix\n")
}

/// An apk database with one package that has these files in one folder.
fn apk_in(name: &str, folder: &str, files: &[&str], more: &str) -> String {
    let files: String = files.iter().map(|file| format!("R:{file}\n")).collect();
    format!(
        "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:{name}\nV:1-r0\nA:x86_64\no:{name}\n{more}F:{folder}\n{files}\n"
    )
}

fn owned(version: &str) -> [Item; 3] {
    let folder = "usr/lib/python3/site-packages/six-1.16.0.dist-info";
    [
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk_in("py3-six", folder, &["METADATA"], "")),
        kept(METADATA, six(version)),
    ]
}

#[test]
fn a_package_whose_file_a_distribution_package_owns_is_judged_with_it() {
    let report = index(&[&owned("1.16.0")]);
    let six = named(&report, "six");
    assert_eq!(six.package.owned_by.as_deref(), Some("py3-six"));
    assert_eq!((six.namespace.as_deref(), &*six.path), (Some("PyPI"), METADATA));
    assert_eq!(six.purl, "pkg:pypi/six@1.16.0");
    assert_eq!(report.blind_spots, []);
}

#[test]
fn what_cannot_be_read_is_told_unless_a_package_of_the_distribution_has_it() {
    let [system, database, _] = owned("1.16.0");
    let odd = kept(METADATA, "Name: six\n".to_owned());
    assert_eq!(index(&[&[system.clone(), database.clone(), odd.clone()]]).blind_spots, []);
    let report = index(&[&[system, database], &[odd]]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, METADATA, 1)]);
}

#[test]
fn a_file_that_is_written_over_is_its_owners_no_more_unless_it_is_the_same() {
    let report = index(&[&owned("1.16.0"), &[kept(METADATA, six("1.17.0"))]]);
    let newer = named(&report, "six");
    assert_eq!((&*newer.package.version, newer.package.owned_by.as_deref()), ("1.17.0", None));
    assert_eq!(newer.layer, Some(layer(1)));
    let report = index(&[&owned("1.16.0"), &[kept(METADATA, six("1.16.0"))]]);
    assert_eq!(named(&report, "six").package.owned_by.as_deref(), Some("py3-six"));
}

#[test]
fn what_nobody_owns_is_judged_by_the_data_of_its_language() {
    let report = index(&[
        &[kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))],
        &[kept("opt/venv/lib/six-1.16.0.dist-info/METADATA", six("1.16.0"))],
    ]);
    let six = named(&report, "six");
    assert_eq!((six.namespace.as_deref(), six.package.owned_by.as_deref()), (Some("PyPI"), None));
    assert_eq!(six.layer, Some(layer(1)));
}

#[test]
fn what_belongs_to_a_package_of_no_known_distribution_is_judged_by_its_language() {
    let [_, database, metadata] = owned("1.16.0");
    let report = index(&[&[database, metadata]]);
    assert_eq!(named(&report, "six").package.owned_by, None);
}

#[test]
fn programs_that_a_package_of_a_language_has_are_not_unidentified() {
    let record = kept("opt/venv/lib/six-1.16.0.dist-info/RECORD", "six.py,,\n../bin/six,,\n".to_owned());
    let metadata = kept("opt/venv/lib/six-1.16.0.dist-info/METADATA", six("1.16.0"));
    let system = [kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    let report = index(&[&system, &[record, metadata, Item::Program("opt/venv/bin/six")]]);
    assert_eq!(spots(&report), []);
}

#[test]
fn programs_of_a_system_that_nobody_knows_count_beside_packages_of_languages() {
    let metadata = || kept("opt/six-1.16.0.dist-info/METADATA", six("1.16.0"));
    let report = index(&[&[metadata(), Item::Program("bin/busybox")]]);
    assert_eq!(
        spots(&report),
        [(Reason::UnidentifiedExecutables, "1 program", 0), (Reason::NothingRecognised, "image", 0)]
    );
    assert_eq!(index(&[&[metadata()]]).blind_spots, []);
}

#[test]
fn a_package_that_lists_itself_is_not_owned_by_one_of_the_system_of_the_same_name() {
    let metadata = "usr/local/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA";
    let record = "usr/local/lib/python3/dist-packages/six-1.16.0.dist-info/RECORD";
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("six", "1-r0", &["six"])),
        kept(metadata, six("1.16.0")),
        kept(record, "six-1.16.0.dist-info/METADATA,,\n".to_owned()),
    ]]);
    let of_python = report.packages.iter().find(|one| one.namespace.as_deref() == Some("PyPI")).unwrap();
    assert_eq!(of_python.package.owned_by, None);
}

#[test]
fn what_a_package_of_a_language_brought_of_another_kind_is_not_judged_with_it() {
    let program = "opt/six/app.deps.json";
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        kept("opt/six-1.16.0.dist-info/METADATA", six("1.16.0")),
        kept("opt/six-1.16.0.dist-info/RECORD", "six/app.deps.json,,\n".to_owned()),
        kept(program, "{}".to_owned()),
    ]]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, ".NET packages", 0)]);
}
