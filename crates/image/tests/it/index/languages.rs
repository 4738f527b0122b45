//! Packages of languages: who owns them, what is counted as identified, and what extracts cost.

use base64::Engine as _;
use md5::{Digest as _, Md5};
use sha1::Sha1;

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
fn a_digest_tells_what_was_written_over_in_the_layer_of_its_owner() {
    let folder = "usr/lib/python3/site-packages/six-1.16.0.dist-info";
    let brought = six("1.16.0");
    let sha1 = base64::engine::general_purpose::STANDARD.encode(Sha1::digest(&brought));
    let line = format!("METADATA\nZ:Q1{sha1}");
    let database = || kept("lib/apk/db/installed", apk_in("py3-six", folder, &[&line], ""));
    let release = || kept("etc/os-release", ALPINE);
    let md5: String = Md5::digest(&brought).iter().map(|byte| format!("{byte:02x}")).collect();
    let debian = |content: &str| {
        let status = "Package: python3-six\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n";
        [
            kept("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n".to_owned()),
            kept("var/lib/dpkg/status", status.to_owned()),
            kept("var/lib/dpkg/info/python3-six.list", format!("/{METADATA}\n")),
            kept("var/lib/dpkg/info/python3-six.md5sums", format!("{md5}  {METADATA}\n")),
            // Of an older version of another package, whose list does not have it any more.
            kept("var/lib/dpkg/info/other.md5sums", format!("{}  {METADATA}\n", "0".repeat(32))),
            kept(METADATA, content.to_owned()),
        ]
    };
    let owner = |layers: &[&[Item]]| named(&index(layers), "six").package.owned_by.clone();
    let alpine = |content: &str| [release(), database(), kept(METADATA, content.to_owned())];
    assert_eq!(owner(&[&alpine(&brought)]).as_deref(), Some("py3-six"));
    assert_eq!(owner(&[&debian(&brought)]).as_deref(), Some("python3-six"));
    for over in [six("1.17.0"), format!("{brought}more\n")] {
        assert_eq!(owner(&[&alpine(&over)]), None);
        assert_eq!(owner(&[&debian(&over)]), None);
        // And what was written back is the owner's again.
        let back = [kept(METADATA, brought.clone())];
        assert_eq!(owner(&[&alpine(&over), &back]).as_deref(), Some("py3-six"));
    }
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
fn assemblies_that_a_package_of_dotnet_brought_are_not_unidentified() {
    let list = r#"{"targets": {"net8.0": {"Acme/1.0.0": {"runtime": {"lib/net8.0/Acme.dll": {}}}}},
        "libraries": {"shop/1.0.0": {"type": "project"}, "Acme/1.0.0": {"type": "package"}}}"#;
    let system = [kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    let application =
        [kept("app/shop.deps.json", list), Item::Program("app/Acme.dll"), Item::Program("app/shop.dll")];
    let report = index(&[&system, &application]);
    assert_eq!(named(&report, "acme").purl, "pkg:nuget/acme@1.0.0");
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program", 0)]);
}

#[test]
fn what_lies_in_a_prefix_of_conda_is_of_its_packages_and_what_lies_beside_is_not() {
    let record = r#"{"name": "bzip2", "version": "1.0.8", "files": ["bin/bzip2", "lib/libbz2.so"]}"#;
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        kept("opt/conda/envs/a/conda-meta/bzip2-1.0.8-h4bc722e_7.json", record),
        kept("opt/conda/envs/a/share/other.json", record),
        Item::Program("opt/conda/envs/a/bin/bzip2"),
        Item::Inert("opt/conda/envs/a/lib/libbz2.so"),
        Item::Program("opt/conda/envs/a/bin/other"),
    ]]);
    let bzip2 = named(&report, "bzip2");
    assert_eq!((&*bzip2.purl, bzip2.namespace.as_deref()), ("pkg:conda/bzip2@1.0.8", Some("Conda")));
    assert_eq!((report.packages.len(), report.distributions.len()), (2, 1));
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program", 0)]);
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
    let program = "opt/six/.pnp.cjs";
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        kept("opt/six-1.16.0.dist-info/METADATA", six("1.16.0")),
        kept("opt/six-1.16.0.dist-info/RECORD", "six/.pnp.cjs,,\n".to_owned()),
        kept(program, "{}".to_owned()),
    ]]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, "Node.js packages (Yarn's Plug'n'Play)", 0)]);
}

#[test]
fn what_a_link_describes_is_read_through_it_or_told() {
    let metadata = "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n\n";
    let place = "lib/six-1.16.0.dist-info/METADATA";
    // The store's own path does not say what it is, and it is kept because of its name.
    let store = kept("store/0f/METADATA", metadata);
    let report = index(&[&[store, Item::Symlink(place, "../../store/0f/METADATA")]]);
    assert_eq!(report.packages.len(), 1, "{:?}", report.blind_spots);
    assert_eq!((&*named(&report, "six").path, spots(&report)), ("store/0f/METADATA", vec![]));
    // What another name hides was not kept.
    for target in ["../../store/six", "../nowhere"] {
        let report = index(&[&[Item::Plain("store/six"), Item::Symlink(place, target)]]);
        assert_eq!(
            (report.packages.len(), spots(&report)),
            (0, vec![(Reason::DatabaseUnreadable, place, 0)])
        );
    }
    // A list of its files says what it is.
    let record = kept("lib/six-1.16.0.dist-info/RECORD", "six.py,,\n");
    let report = index(&[&[record, Item::Symlink(place, "../nowhere")]]);
    assert_eq!((report.packages.len(), report.blind_spots.len()), (1, 1));
    let record = kept("lib/six-1.16.0.dist-info/RECORD", "six.py,,\n");
    let report = index(&[&[record]]);
    assert_eq!((&*named(&report, "six").package.version, spots(&report)), ("1.16.0", vec![]));
    // With metadata, it is one package.
    let record = kept("lib/six-1.16.0.dist-info/RECORD", "six.py,,\n");
    assert_eq!(index(&[&[record, kept(place, metadata)]]).packages.len(), 1);
    // A link that describes nothing where it stands, and one that would be a package itself.
    let report = index(&[&[
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        Item::Symlink("doc/METADATA", "nowhere"),
        Item::Symlink("java/a.jar", "nowhere.jar"),
        Item::Symlink("app/node_modules/a/package.json", "../../../nowhere"),
    ]]);
    let unreadable: Vec<_> =
        spots(&report).into_iter().filter(|spot| spot.0 == Reason::DatabaseUnreadable).collect();
    assert_eq!(unreadable, [(Reason::DatabaseUnreadable, "app/node_modules/a/package.json", 0)]);
}

#[test]
fn a_database_that_is_links_is_read_through_them_or_told() {
    let bash = "Package: bash\nStatus: install ok installed\nVersion: 5\nArchitecture: amd64\n\n";
    let report = index(&[&[
        kept("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        kept("var/lib/dpkg/status.d/zlib", "Package: zlib\nVersion: 1\nArchitecture: amd64\n"),
        kept("store/var/lib/dpkg/status", bash),
        Item::Symlink("var/lib/dpkg/status", "../../../store/var/lib/dpkg/status"),
        Item::Plain("store/curl"),
        Item::Symlink("var/lib/dpkg/status.d/curl", "../../../../store/curl"),
        Item::Symlink("var/lib/dpkg/status.d/gone", "../../../../store/gone"),
    ]]);
    let names: std::collections::BTreeSet<&str> =
        report.packages.iter().map(|one| one.package.name.as_str()).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["bash", "zlib"]);
    let told: Vec<_> = report.blind_spots.iter().map(|spot| spot.subject.as_str()).collect();
    assert_eq!(
        told,
        ["var/lib/dpkg/status.d/curl", "var/lib/dpkg/status.d/gone"],
        "{:?}",
        report.blind_spots
    );
}
