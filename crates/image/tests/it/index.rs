//! Index reports from evidence: what is found, what is said of what is not, and what a change of a detector costs.

use limpid_core::{
    BlindSpot, Detector, Digest, Ecosystem, FoundFile, ImageFacts, IndexReport, IndexedPackage, Package,
    Parsed, ParsedPackage, Reason,
    ecosystem::Ecosystems,
    ecosystems,
    wants::{Pattern, Want},
};
use limpid_image::{index::Indexer, read::read_image, source::SourceError};

use crate::packs::{Item, digest, kept, store};

mod assemblies;
mod beside;
mod corpus;
mod documents;
mod dpkg;
mod jars;
mod languages;
#[cfg(unix)]
mod own_tools;
mod portage;
mod programs;
mod reading;
mod reference;

const ALPINE: &str = "ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME=\"Alpine Linux v3.16\"\n";

/// An entry of an apk database; the files are programs in `bin`.
fn apk(name: &str, version: &str, files: &[&str]) -> String {
    let files: String = files.iter().map(|file| format!("R:{file}\n")).collect();
    format!(
        "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:{name}\nV:{version}\nA:x86_64\no:{name}-src\nF:bin\n{files}\n"
    )
}

fn facts(layers: usize) -> ImageFacts {
    ImageFacts {
        reference: "image".to_owned(),
        digest: digest("manifest"),
        platform: "linux/amd64".to_owned(),
        layers: (0..layers).map(layer).collect(),
    }
}

fn layer(number: usize) -> Digest {
    digest(&format!("layer {number}"))
}

fn indexer() -> Indexer {
    Indexer::new(ecosystems::all(), "")
}

fn index(layers: &[&[Item]]) -> IndexReport {
    index_with(&indexer(), layers)
}

fn index_with(indexer: &Indexer, layers: &[&[Item]]) -> IndexReport {
    let store = store();
    indexer.index(&facts(layers.len()), &store.packs(layers)).unwrap()
}

fn spots(report: &IndexReport) -> Vec<(Reason, &str, u64)> {
    report.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str(), spot.packages)).collect()
}

fn named<'a>(report: &'a IndexReport, name: &str) -> &'a IndexedPackage {
    report.packages.iter().find(|one| one.package.name == name).unwrap()
}

#[test]
fn packages_get_namespace_purl_path_and_the_layer_that_introduced_them() {
    let database = |packages: &[(&str, &str)]| {
        let text: String = packages.iter().map(|(name, version)| apk(name, version, &[])).collect();
        kept("lib/apk/db/installed", text)
    };
    let report = index(&[
        &[
            kept("etc/os-release", ALPINE),
            database(&[("musl", "1.2.3-r0"), ("zlib", "1.2.12-r1"), ("gone", "1-r0")]),
        ],
        &[database(&[("musl", "1.2.3-r0"), ("zlib", "1.2.12-r1"), ("curl", "7-r0")])],
        &[database(&[("musl", "1.2.3-r0"), ("zlib", "1.2.12-r2"), ("curl", "7-r0"), ("gone", "1-r0")])],
        &[Item::Plain("etc/motd")],
    ]);
    assert_eq!(report.blind_spots, []);
    let distribution = &report.distributions[0];
    assert_eq!((distribution.id.as_str(), distribution.version.as_str()), ("alpine", "3.16.2"));
    let from = |name: &str| named(&report, name).layer.clone();
    assert_eq!(from("musl"), Some(layer(0)));
    assert_eq!(from("zlib"), Some(layer(2)), "another version is another package");
    assert_eq!(from("curl"), Some(layer(1)));
    assert_eq!(from("gone"), Some(layer(2)), "it was away in between");
    let musl = named(&report, "musl");
    assert_eq!(musl.namespace.as_deref(), Some("Alpine:v3.16"));
    assert_eq!(musl.path, "lib/apk/db/installed");
    assert!(musl.purl.starts_with("pkg:apk/alpine/musl@1.2.3-r0"), "{}", musl.purl);
    assert_eq!(musl.package.source_name(), "musl-src");
}

#[test]
fn a_database_that_went_and_came_back_with_its_directory_is_a_new_one() {
    let database = || kept("lib/apk/db/installed", apk("musl", "1-r0", &[]));
    let lower = [kept("etc/os-release", ALPINE), database()];
    let report = index(&[&lower, &[Item::Whiteout("lib/apk")], &[database()]]);
    assert_eq!(named(&report, "musl").layer, Some(layer(2)));
    let report = index(&[&lower, &[Item::Opaque("lib/apk"), database()]]);
    assert_eq!(named(&report, "musl").layer, Some(layer(0)), "no layer was without it");
}

#[test]
fn os_release_is_found_through_links_of_other_layers() {
    let report = index(&[
        &[Item::Symlink("etc/os-release", "../usr/lib/os-release"), Item::Symlink("lib", "usr/lib")],
        &[kept("usr/lib/os-release", ALPINE)],
        &[kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))],
    ]);
    assert_eq!(named(&report, "musl").namespace.as_deref(), Some("Alpine:v3.16"));
    assert_eq!(named(&report, "musl").path, "usr/lib/apk/db/installed");
    assert_eq!(report.packages.len(), 1, "one database, by two paths");
    assert_eq!(report.blind_spots, []);
}

#[test]
fn packages_without_a_known_distribution_are_listed_and_not_silent() {
    let database = || kept("lib/apk/db/installed", apk("musl", "1-r0", &[]) + &apk("zlib", "1-r0", &[]));
    let report = index(&[&[database()]]);
    assert_eq!(spots(&report), [(Reason::NoDistribution, "image", 2)]);
    assert_eq!(named(&report, "musl").namespace, None);

    let report =
        index(&[&[kept("etc/os-release", "ID=strange\nPRETTY_NAME=\"Strange Linux\"\n"), database()]]);
    assert_eq!(spots(&report), [(Reason::NoDistribution, "image", 2)]);
    assert!(
        report.blind_spots[0].detail.contains("“Strange Linux” (ID strange)"),
        "{}",
        report.blind_spots[0].detail
    );
    let report = index(&[&[kept("etc/os-release", "ID=strange\n")]]);
    assert_eq!(spots(&report), [(Reason::NoDistribution, "image", 0)]);
}

#[test]
fn a_distribution_without_packages_is_a_blind_spot() {
    for database in [vec![], vec![kept("lib/apk/db/installed", "")]] {
        let mut items = database;
        items.push(kept("etc/os-release", ALPINE));
        let report = index(&[&items]);
        assert_eq!(report.distributions.len(), 1);
        let unreadable: Vec<_> = report.blind_spots.iter().map(|spot| spot.reason).collect();
        assert_eq!(unreadable, [Reason::DatabaseUnreadable], "{:?}", report.blind_spots);
    }
}

#[test]
fn an_image_of_nothing_known_says_so() {
    assert_eq!(spots(&index(&[&[]])), [(Reason::NothingRecognised, "image", 0)]);
    let report = index(&[&[Item::Program("app"), Item::Plain("data")]]);
    let expected =
        [(Reason::UnidentifiedExecutables, "1 program", 0), (Reason::NothingRecognised, "image", 0)];
    assert_eq!(spots(&report), expected);
}

#[test]
fn a_nested_file_system_says_nothing_about_programs_outside() {
    let mut items = vec![
        kept("srv/root/etc/os-release", ALPINE),
        kept("srv/root/lib/apk/db/installed", apk("musl", "1-r0", &["tool"])),
        Item::Program("srv/root/bin/tool"),
    ];
    assert_eq!(spots(&index(&[&items])), [], "there is nothing else");
    items.push(Item::Program("bin/busybox"));
    let expected =
        [(Reason::UnidentifiedExecutables, "1 program", 0), (Reason::NothingRecognised, "image", 0)];
    assert_eq!(spots(&index(&[&items])), expected);
}

#[test]
fn nested_file_systems_are_judged_by_their_own_os_release() {
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        kept("opt/root/etc/os-release", "ID=alpine\nVERSION_ID=3.10.9\n"),
        kept("opt/root/lib/apk/db/installed", apk("old", "1-r0", &["tool"])),
        Item::Program("opt/root/bin/tool"),
        kept("srv/other/lib/apk/db/installed", apk("lost", "1-r0", &[])),
    ]]);
    assert_eq!(named(&report, "musl").namespace.as_deref(), Some("Alpine:v3.16"));
    assert_eq!(named(&report, "old").namespace.as_deref(), Some("Alpine:v3.10"));
    assert_eq!(named(&report, "lost").namespace, None);
    assert_eq!(spots(&report), [(Reason::NoDistribution, "the file system in srv/other", 1)]);
    assert_eq!(report.distributions.len(), 2);
}

#[test]
fn programs_of_packages_are_known_and_others_are_listed() {
    let report = index(&[
        &[
            kept("etc/os-release", ALPINE),
            kept("lib/apk/db/installed", apk("busybox", "1-r0", &["busybox"])),
            Item::Symlink("bin", "usr/bin"),
            Item::Program("usr/bin/busybox"),
            Item::Program("removed"),
        ],
        &[Item::Program("usr/local/bin/own"), Item::Program("a"), Item::Whiteout("removed")],
    ]);
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "2 programs", 0)]);
    assert!(
        report.blind_spots[0].detail.ends_with(": a, usr/local/bin/own"),
        "{}",
        report.blind_spots[0].detail
    );
    assert!(!report.blind_spots[0].counts);
}

#[test]
fn libraries_that_nobody_may_run_are_listed_as_programs_are() {
    let libraries = || {
        [
            Item::Inert("usr/local/lib/libssl.so.3"),
            Item::Inert("usr/local/lib/libz.so"),
            Item::Inert("app/shop.dll"),
            Item::Inert("boot/kernel"),
        ]
    };
    let system = [kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    let report = index(&[&system, &libraries(), &[Item::Program("a")]]);
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program and 3 libraries", 0)]);
    let named = ": a, app/shop.dll, usr/local/lib/libssl.so.3, usr/local/lib/libz.so";
    assert!(report.blind_spots[0].detail.ends_with(named), "{}", report.blind_spots[0].detail);

    let owned = [
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("ssl", "1-r0", &["libssl.so.3"])),
        Item::Inert("bin/libssl.so.3"),
    ];
    assert_eq!(spots(&index(&[&owned])), []);

    let metadata = kept("opt/six-1.16.0.dist-info/METADATA", "Name: six\nVersion: 1.16.0\n\n");
    let expected =
        [(Reason::UnidentifiedExecutables, "3 libraries", 0), (Reason::NothingRecognised, "image", 0)];
    assert_eq!(spots(&index(&[&[metadata], &libraries()])), expected, "nothing else tells what they are");
}

#[test]
fn an_image_for_another_system_is_no_image_of_packages_alone() {
    let metadata = || kept("Files/six-1.16.0.dist-info/METADATA", "Name: six\nVersion: 1.16.0\n\n");
    let on = |platform: &str, items: &[Item]| {
        let facts = ImageFacts { platform: platform.to_owned(), ..facts(1) };
        let report = indexer().index(&facts, &store().packs(&[items])).unwrap();
        report.blind_spots.iter().map(|spot| (spot.reason, spot.detail.clone())).collect::<Vec<_>>()
    };
    assert_eq!(on("linux/amd64", &[metadata()]), []);
    let windows = "it is for windows, a system that this version does not know".to_owned();
    assert_eq!(on("windows/amd64", &[metadata()]), [(Reason::NoDistribution, windows)]);
    let told = on("freebsd/amd64", &[metadata(), kept("etc/os-release", "ID=freebsd\n")]);
    assert_eq!(told.len(), 1, "os-release tells, and once is enough: {told:?}");
}

#[test]
fn archives_behind_scripts_are_told_unless_a_package_owns_them() {
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("rebar3", "1-r0", &["rebar3"])),
        Item::Packed("bin/rebar3"),
        Item::Packed("usr/local/bin/composer"),
        Item::Packed("app/tool.pyz"),
    ]]);
    let told: Vec<_> = report.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str())).collect();
    let unreadable = Reason::DatabaseUnreadable;
    let packed = "archives behind a script (zipapp, pex, phar, escript)";
    assert_eq!(told, [(unreadable, "Python packages (archives that run)"), (unreadable, packed)]);
    let detail = &report.blind_spots[1].detail;
    assert!(detail.ends_with(": usr/local/bin/composer"), "{detail}");
}

#[test]
fn packages_of_a_store_are_told_by_their_folders() {
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("musl", "1-r0", &[])),
        Item::Plain("nix/store/a-openssl-3.0.13/lib/libssl.so.3"),
        Item::Plain("nix/store/a-openssl-3.0.13/lib/libcrypto.so.3"),
        Item::Plain("nix/store/b-zlib-1.3/lib/libz.so"),
    ]]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, "Nix packages", 0)]);
    let detail = &report.blind_spots[0].detail;
    assert!(detail.ends_with(": nix/store/a-openssl-3.0.13, nix/store/b-zlib-1.3"), "{detail}");
}

#[test]
fn what_nobody_reads_yet_is_told_unless_a_package_owns_it() {
    let report = index(&[&[
        kept("etc/os-release", ALPINE),
        kept("lib/apk/db/installed", apk("net", "1-r0", &[".pnp.cjs"])),
        Item::Plain("bin/.pnp.cjs"),
        Item::Plain("b/.pnp.cjs"),
        Item::Plain("a/.pnp.cjs"),
        Item::Plain("var/lib/opkg/status"),
    ]]);
    let told: Vec<_> = report.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str())).collect();
    let unreadable = Reason::DatabaseUnreadable;
    let yarn = "Node.js packages (Yarn's Plug'n'Play)";
    assert_eq!(told, [(unreadable, yarn), (unreadable, "opkg packages")]);
    assert!(
        report.blind_spots[0].detail.ends_with(": a/.pnp.cjs, b/.pnp.cjs"),
        "{}",
        report.blind_spots[0].detail
    );
}

#[test]
fn a_wanted_file_without_content_is_never_silent() {
    let os_release = || kept("etc/os-release", ALPINE);
    for by in [
        vec![Item::Symlink("lib/apk/db/installed", "/srv/database"), Item::Plain("srv/database")],
        vec![Item::Plain("srv/database"), Item::HardLink("lib/apk/db/installed", "srv/database")],
        vec![Item::HardLink("lib/apk/db/installed", "nowhere")],
        vec![Item::Symlink("lib/apk", "/srv"), Item::Plain("srv/db/installed")],
    ] {
        let mut items = by;
        items.push(os_release());
        assert_eq!(
            spots(&index(&[&items])),
            [(Reason::DatabaseUnreadable, "lib/apk/db/installed", 0)],
            "{items:?}"
        );
    }
    let over = BlindSpot::new(Reason::OverBudget, "lib/apk/db/installed", "too large");
    let large = [os_release(), Item::Plain("lib/apk/db/installed"), Item::BlindSpot(over.clone())];
    let report = index(&[&large]);
    assert_eq!(report.blind_spots, std::slice::from_ref(&over));
    let upper = [kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    assert_eq!(index(&[&large, &upper]).blind_spots, [], "what is read now was replaced");
    let odd = BlindSpot { reason: Reason::LayerUnsupported, ..over };
    let odd_below = [os_release(), Item::Plain("lib/apk/db/installed"), Item::BlindSpot(odd.clone())];
    assert_eq!(index(&[&odd_below, &upper]).blind_spots, [odd], "more may be lost than what was replaced");
    let os_release_elsewhere =
        [Item::Symlink("etc/os-release", "/srv/x"), Item::Plain("srv/x"), upper[0].clone()];
    let expected = [(Reason::NoDistribution, "image", 1), (Reason::DatabaseUnreadable, "etc/os-release", 0)];
    assert_eq!(spots(&index(&[&os_release_elsewhere])), expected);
}

/// The shipped ecosystems with another detector in place of apk's.
fn with_detector(change: impl Fn(Detector) -> Detector) -> Ecosystems {
    let mut detectors = ecosystems::all().detectors();
    let apk = detectors.iter_mut().find(|detector| detector.id == "apk").unwrap();
    *apk = Box::leak(Box::new(change(**apk)));
    // All of them everywhere, so that the same files are wanted.
    let list: &'static [&'static Detector] = detectors.leak();
    Ecosystems::new(
        ecosystems::all().iter().map(|one| Ecosystem { detectors: list, ..*one }).collect::<Vec<_>>(),
    )
}

fn only_one(_file: &FoundFile<'_>) -> Parsed {
    let package = Package { name: "other".to_owned(), version: "1".to_owned(), ..Package::default() };
    Parsed { packages: vec![ParsedPackage::new(package)], ..Parsed::default() }
}

fn panics(_file: &FoundFile<'_>) -> Parsed {
    panic!("a fault of the detector")
}

#[test]
fn a_detector_that_panics_is_a_blind_spot() {
    let indexer = Indexer::new(with_detector(|one| Detector { parse: panics, ..one }), "");
    let items = [kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    let report = index_with(&indexer, &[&items]);
    assert_eq!(spots(&report), [(Reason::DetectorFailed, "lib/apk/db/installed", 0)]);
}

#[test]
fn the_index_state_follows_detectors_and_settings() {
    let state = |ecosystems, settings| Indexer::new(ecosystems, settings).index_state().clone();
    let shipped = state(ecosystems::all(), "");
    assert_eq!(shipped, state(ecosystems::all(), ""));
    assert_ne!(shipped, state(ecosystems::all(), "other settings"));
    assert_ne!(shipped, state(with_detector(|one| Detector { revision: "changed", ..one }), ""));
}

#[test]
fn a_database_is_parsed_once_for_all_images() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PARSES: AtomicUsize = AtomicUsize::new(0);
    fn counts(file: &FoundFile<'_>) -> Parsed {
        PARSES.fetch_add(1, Ordering::Relaxed);
        only_one(file)
    }
    let indexer = Indexer::new(with_detector(|one| Detector { parse: counts, ..one }), "");
    for motd in ["a", "b", "c"] {
        let items = [
            kept("lib/apk/db/installed", "database"),
            kept("etc/os-release", ALPINE),
            kept("etc/issue", motd),
        ];
        assert_eq!(index_with(&indexer, &[&items]).packages.len(), 1);
    }
    assert_eq!(PARSES.load(Ordering::Relaxed), 1);
}
