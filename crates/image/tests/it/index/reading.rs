//! From layers to evidence to reports: when layers are opened, and what is kept of them.

use std::{
    fs,
    io::Read,
    sync::Mutex,
    sync::atomic::{AtomicUsize, Ordering},
};

use limpid_core::wants::WantList;
use limpid_image::{
    evidence::Pack,
    layer::LayerError,
    limits::Limits,
    progress::{Progress, Quiet},
    read::{ReadError, read_directory},
    source::{LayerDescriptor, LayeredImage},
};
use limpid_testkit::{layer::gzip, tar::Tar};

use super::*;
use crate::packs::Store;

/// An image in memory, which counts how often its layers are opened.
struct Memory {
    facts: ImageFacts,
    layers: Vec<(LayerDescriptor, Option<Vec<u8>>)>,
    descriptors: Vec<LayerDescriptor>,
    opened: AtomicUsize,
}

impl Memory {
    fn new(tars: &[Vec<u8>]) -> Self {
        let layers: Vec<_> = tars
            .iter()
            .map(|tar| {
                let stored = gzip(tar);
                let descriptor = LayerDescriptor {
                    digest: Digest::of(&stored),
                    diff_id: Digest::of(tar),
                    media_type: String::new(),
                    size: Some(stored.len() as u64),
                };
                (descriptor, Some(stored))
            })
            .collect();
        let mut image =
            Self { facts: facts(0), layers, descriptors: Vec::new(), opened: AtomicUsize::new(0) };
        image.describe();
        image
    }

    fn describe(&mut self) {
        self.descriptors = self.layers.iter().map(|layer| layer.0.clone()).collect();
        self.facts.layers = self.descriptors.iter().map(|layer| layer.digest.clone()).collect();
    }

    fn opened(&self) -> usize {
        self.opened.swap(0, Ordering::Relaxed)
    }
}

impl LayeredImage for Memory {
    fn facts(&self) -> &ImageFacts {
        &self.facts
    }

    fn layers(&self) -> &[LayerDescriptor] {
        &self.descriptors
    }

    fn open_layer(&self, index: usize) -> Result<Box<dyn Read + Send>, SourceError> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let (descriptor, stored) = &self.layers[index];
        match stored.clone() {
            Some(stored) => Ok(Box::new(std::io::Cursor::new(stored))),
            None => Err(SourceError::LayerNotAvailable {
                digest: descriptor.digest.clone(),
                media_type: "foreign".to_owned(),
                place: "memory".to_owned(),
            }),
        }
    }
}

fn alpine() -> Vec<Vec<u8>> {
    let base = Tar::new()
        .file("etc/os-release", ALPINE)
        .file("lib/apk/db/installed", apk("musl", "1.2.3-r0", &["musl"]))
        .program("bin/musl", "\x7fELF\x02\x01\x01\0")
        .finish();
    let upper = Tar::new()
        .file("lib/apk/db/installed", apk("musl", "1.2.3-r0", &["musl"]) + &apk("zlib", "1-r0", &[]))
        .file("app/package.json", "{}")
        .finish();
    vec![base, Tar::new().finish(), upper]
}

fn read(image: &Memory, store: &Store, wants: &WantList) -> Result<Vec<Pack>, ReadError> {
    read_image(image, &store.evidence, wants, &Limits::default(), &Quiet)
}

fn pack_count(store: &Store, wants: &WantList) -> u64 {
    store.evidence.summary(wants).unwrap().packs
}

#[test]
fn layers_are_read_once_and_a_changed_detector_parses_their_evidence_again() {
    let (store, image) = (store(), Memory::new(&alpine()));
    let shipped = indexer();
    let packs = read(&image, &store, shipped.wants()).unwrap();
    assert_eq!(image.opened(), 3);
    let report = shipped.index(&image.facts, &packs).unwrap();
    assert_eq!(report.packages.len(), 2);
    assert_eq!(report.blind_spots, []);
    assert_eq!(named(&report, "musl").layer.as_ref(), Some(&image.facts.layers[0]));
    assert_eq!(named(&report, "zlib").layer.as_ref(), Some(&image.facts.layers[2]));

    let changed =
        Indexer::new(with_detector(|one| Detector { revision: "changed", parse: only_one, ..one }), "");
    assert_ne!(changed.index_state(), shipped.index_state());
    let packs = read(&image, &store, changed.wants()).unwrap();
    assert_eq!(image.opened(), 0, "no layer is needed");
    let report = changed.index(&image.facts, &packs).unwrap();
    assert_eq!(report.packages.iter().map(|one| one.package.name.as_str()).collect::<Vec<_>>(), ["other"]);
    assert_eq!(&report.index_state, changed.index_state());
}

#[test]
fn a_change_of_what_is_wanted_reads_layers_again() {
    const WANTS: &[Want] = &[
        Want::new(Pattern::System("lib/apk/db/installed"), 1 << 20),
        Want::new(Pattern::Name("package.json"), 1 << 20),
    ];
    let (store, image) = (store(), Memory::new(&alpine()));
    read(&image, &store, indexer().wants()).unwrap();
    image.opened();
    let wider = Indexer::new(with_detector(|one| Detector { wants: WANTS, parse: only_one, ..one }), "");
    assert_ne!(wider.index_state(), indexer().index_state());
    let packs = read(&image, &store, wider.wants()).unwrap();
    assert_eq!(image.opened(), 3);
    let report = wider.index(&image.facts, &packs).unwrap();
    let paths: Vec<_> = report.packages.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["app/package.json", "lib/apk/db/installed"]);
}

#[test]
fn the_report_is_the_same_whatever_was_read_when() {
    let image = Memory::new(&alpine());
    let all_at_once = store();
    let expected =
        indexer().index(&image.facts, &read(&image, &all_at_once, indexer().wants()).unwrap()).unwrap();
    let one_by_one = store();
    for number in [2, 0, 1] {
        let single = Memory::new(&alpine()[number..=number]);
        read(&single, &one_by_one, indexer().wants()).unwrap();
    }
    let packs = read(&image, &one_by_one, indexer().wants()).unwrap();
    assert_eq!(image.opened(), 3);
    assert_eq!(indexer().index(&image.facts, &packs).unwrap(), expected);
}

#[test]
fn a_layer_that_occurs_twice_is_read_once() {
    let mut tars = alpine();
    tars.push(tars[1].clone());
    tars.push(tars[0].clone());
    let (store, image) = (store(), Memory::new(&tars));
    let finished = Finished::default();
    let packs =
        read_image(&image, &store.evidence, indexer().wants(), &Limits::default(), &finished).unwrap();
    assert_eq!((packs.len(), image.opened()), (5, 3));
    let mut layers = finished.0.into_inner().unwrap();
    layers.sort_unstable();
    assert_eq!(layers, [0, 1, 2, 3, 4]);
    let report = indexer().index(&image.facts, &packs).unwrap();
    assert_eq!(report.packages.len(), 1, "the base's database is on top again");
}

#[derive(Default)]
struct Finished(Mutex<Vec<usize>>);

impl Progress for Finished {
    fn layer_finished(&self, index: usize, _from_evidence: bool) {
        self.0.lock().unwrap().push(index);
    }
}

#[test]
fn a_layer_that_is_not_what_the_image_says_leaves_no_evidence() {
    for change in 0..2 {
        let (store, mut image) = (store(), Memory::new(&alpine()[..1]));
        let wrong = digest("wrong");
        let descriptor = &mut image.layers[0].0;
        *(if change == 0 { &mut descriptor.digest } else { &mut descriptor.diff_id }) = wrong;
        image.describe();
        let error = read(&image, &store, indexer().wants()).unwrap_err();
        assert!(matches!(error, ReadError::Layer(LayerError::DigestMismatch { .. })), "{error}");
        assert_eq!(pack_count(&store, indexer().wants()), 0);
        assert_eq!(fs::read_dir(store.path().join("tmp")).unwrap().count(), 0);
    }
}

#[test]
fn a_layer_that_nobody_has_is_a_blind_spot() {
    let (store, mut image) = (store(), Memory::new(&alpine()));
    image.layers[1].1 = None;
    let packs = read(&image, &store, indexer().wants()).unwrap();
    let report = indexer().index(&image.facts, &packs).unwrap();
    assert_eq!(report.packages.len(), 2);
    assert_eq!(spots(&report), [(Reason::LayerUnsupported, image.facts.layers[1].as_str(), 0)]);
    assert_eq!(pack_count(&store, indexer().wants()), 2);
}

#[test]
fn a_layer_that_does_not_unpack_is_a_blind_spot_and_never_evidence() {
    let (store, mut image) = (store(), Memory::new(&alpine()));
    let (descriptor, stored) = &mut image.layers[2];
    let stored = stored.as_mut().unwrap();
    stored.truncate(stored.len() / 2);
    descriptor.digest = Digest::of(stored);
    descriptor.size = Some(stored.len() as u64);
    image.describe();
    let packs = read(&image, &store, indexer().wants()).unwrap();
    let report = indexer().index(&image.facts, &packs).unwrap();
    assert!(
        report.blind_spots.iter().any(|spot| spot.reason == Reason::LayerUnsupported),
        "{:?}",
        report.blind_spots
    );
    assert_eq!(pack_count(&store, indexer().wants()), 2);
}

#[test]
fn an_entry_that_was_left_out_stays_a_blind_spot_whatever_a_higher_layer_replaces() {
    let long = format!("{}etc/os-release/../../{}lib/apk/db/installed", "./".repeat(249), "./".repeat(2000));
    let hidden = Tar::new().long_name(&long).file("x", apk("musl", "1.0.0-r0", &[])).finish();
    let above = Tar::new().file("etc/os-release", ALPINE).finish();
    let image = Memory::new(&[alpine()[2].clone(), hidden, above]);
    let report = indexer().index(&image.facts, &read(&image, &store(), indexer().wants()).unwrap()).unwrap();
    assert_eq!(spots(&report), [(Reason::OverBudget, image.facts.layers[1].as_str(), 0)]);
}

#[test]
fn what_is_told_of_one_stored_form_of_a_layer_is_not_told_of_another() {
    let tars = &alpine()[..1];
    let (whole, mut followed) = (Memory::new(tars), Memory::new(tars));
    let (descriptor, stored) = &mut followed.layers[0];
    let stored = stored.as_mut().unwrap();
    stored.extend_from_slice(b"more");
    (descriptor.digest, descriptor.size) = (Digest::of(stored), Some(stored.len() as u64));
    followed.describe();
    let store = store();
    for _ in 0..2 {
        for (image, told) in [(&followed, 1), (&whole, 0)] {
            let packs = read(image, &store, indexer().wants()).unwrap();
            let report = indexer().index(&image.facts, &packs).unwrap();
            assert_eq!(report.blind_spots.len(), told, "{:?}", report.blind_spots);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_root_file_system_is_walked_and_nothing_outside_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let store = store();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("os-release"), "ID=outside\n").unwrap();
    let top = tempfile::tempdir().unwrap();
    let path = |path: &str| top.path().join(path);
    fs::create_dir_all(path("usr/lib/apk/db")).unwrap();
    fs::create_dir_all(path("etc")).unwrap();
    fs::create_dir_all(path("bin")).unwrap();
    fs::write(path("usr/lib/apk/db/installed"), apk("musl", "1-r0", &["tool"])).unwrap();
    fs::write(path("usr/lib/os-release"), ALPINE).unwrap();
    symlink("usr/lib", path("lib")).unwrap();
    symlink(outside.path().join("os-release"), path("etc/os-release")).unwrap();
    symlink("/", path("usr/all")).unwrap();
    for program in ["bin/tool", "bin/stray"] {
        fs::write(path(program), "\x7fELF\x02\x01\x01\0").unwrap();
        fs::set_permissions(path(program), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let walk = || read_directory(top.path(), &store.evidence, indexer().wants(), &Limits::default()).unwrap();
    let pack = walk();
    assert_eq!(pack.digest(), walk().digest());
    let report = indexer().index(&facts(0), std::slice::from_ref(&pack)).unwrap();
    assert_eq!(named(&report, "musl").namespace.as_deref(), Some("Alpine:v3.16"));
    assert_eq!(named(&report, "musl").layer, None);
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program", 0)]);
    fs::write(path("etc/new"), "").unwrap();
    assert_ne!(walk().digest(), pack.digest());
    assert_eq!(pack_count(&store, indexer().wants()), 0);

    let limits = Limits { layer_entries: 3, ..Limits::default() };
    let pack = read_directory(top.path(), &store.evidence, indexer().wants(), &limits).unwrap();
    assert!(pack.blind_spots().iter().any(|spot| spot.reason == Reason::OverBudget));
    assert!(read_directory(&path("missing"), &store.evidence, indexer().wants(), &limits).is_err());
}

#[test]
fn a_file_of_php_without_a_header_is_nothing_and_an_archive_that_was_not_kept_is_told() {
    let system = [kept("etc/os-release", ALPINE), kept("lib/apk/db/installed", apk("musl", "1-r0", &[]))];
    let plain = Item::Plain("srv/wp-content/plugins/a/a.php");
    assert_eq!(spots(&index(&[&system, &[plain]])), []);
    let linked = [
        Item::Plain("srv/blob"),
        Item::HardLink("srv/wp-content/plugins/a/a.php", "srv/blob"),
        Item::HardLink("srv/a.jar", "srv/blob"),
    ];
    let report = index(&[&system, &linked]);
    let told: Vec<&str> = report.blind_spots.iter().map(|spot| spot.subject.as_str()).collect();
    assert_eq!(told, ["srv/a.jar"]);
}
