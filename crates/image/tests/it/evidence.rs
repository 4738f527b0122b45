//! Evidence: what comes back, what is refused, what is kept and what is swept away.

use std::{
    fs::{self, File},
    io::Read,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use limpid_core::{
    BlindSpot, FilePath, Reason,
    wants::{Pattern, Want, WantList},
};
use limpid_image::{
    entry::{ContentId, Entry, EntryKind, EntrySink, FileEntry, Program},
    evidence::{EvidenceStore, KindView, Pack, PackError},
    limits::BLIND_SPOTS_PER_LAYER,
};

use crate::packs::{Item, Store, descriptor, kept, store};

fn wants(most: u64) -> WantList {
    WantList::new([Want::new(Pattern::Name("installed"), most)])
}

fn items() -> Vec<Item> {
    vec![
        Item::Directory("lib"),
        kept("lib/installed", "database"),
        Item::Symlink("lib64", "lib"),
        Item::HardLink("lib/copy", "lib/installed"),
        Item::Whiteout("etc/old"),
        Item::Opaque("var"),
        Item::BlindSpot(BlindSpot::new(Reason::OverBudget, "big", "too big").with_packages(3)),
    ]
}

/// Every pack in the store.
fn pack_files(store: &Store) -> Vec<PathBuf> {
    let directories = fs::read_dir(store.path().join("evidence")).unwrap();
    let files = directories.flat_map(|directory| fs::read_dir(directory.unwrap().path()).unwrap());
    let mut packs: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    packs.retain(|path| path.extension().is_some_and(|extension| extension == "pack"));
    packs.sort();
    packs
}

fn temporary_files(store: &Store) -> usize {
    fs::read_dir(store.path().join("tmp")).unwrap().count()
}

fn listing(pack: &Pack) -> Vec<(FilePath, EntryKind)> {
    let mut listing = Vec::new();
    let mut entries = pack.entries();
    while let Some(entry) = entries.next().unwrap() {
        let kind = match entry.kind {
            KindView::Directory => EntryKind::Directory,
            KindView::File(file) => EntryKind::File(file),
            KindView::Symlink(target) => EntryKind::Symlink(target.to_vec()),
            KindView::HardLink(target) => EntryKind::HardLink(FilePath::new(target)),
            KindView::Other => EntryKind::Other,
            KindView::Whiteout => EntryKind::Whiteout,
            KindView::Opaque => EntryKind::Opaque,
        };
        listing.push((FilePath::new(entry.path), kind));
    }
    listing
}

#[test]
fn what_was_kept_comes_back() {
    let store = store();
    let pack = store.pack(&items());
    let file = FileEntry { size: 8, program: Program::No, content: Some(ContentId(0)) };
    let expected = [
        ("lib", EntryKind::Directory),
        ("lib/installed", EntryKind::File(file)),
        ("lib64", EntryKind::Symlink(b"lib".to_vec())),
        ("lib/copy", EntryKind::HardLink("lib/installed".into())),
        ("etc/old", EntryKind::Whiteout),
        ("var", EntryKind::Opaque),
    ];
    assert_eq!(listing(&pack), expected.map(|(path, kind)| (FilePath::from(path), kind)));
    assert_eq!(pack.content(ContentId(0)).unwrap(), b"database");
    assert_eq!(pack.content_size(ContentId(0)), Some(8));
    assert!(pack.has_whiteouts());
    assert_eq!(pack.blind_spots(), [BlindSpot::new(Reason::OverBudget, "big", "too big").with_packages(3)]);
    assert!(matches!(pack.content(ContentId(1)), Err(PackError::Damaged(_))));
    assert_eq!(temporary_files(&store), 0);
}

/// Bytes that do not compress, the same for the same seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn contents_of_every_size_come_back_and_equal_ones_are_kept_once() {
    let sizes = [0, 1, 1000, 131_071, 131_072, 131_073, 1_000_000];
    let store = store();
    let mut writer = store.evidence.writer().unwrap();
    let contents: Vec<Vec<u8>> = sizes.iter().map(|&size| noise(size as u64 + 7, size)).collect();
    for round in 0..2 {
        for (number, content) in (0..).zip(&contents) {
            let id = writer.keep(&mut content.as_slice()).unwrap();
            assert_eq!(id, ContentId(number), "size {} round {round}", content.len());
            let file = FileEntry { size: content.len() as u64, program: Program::No, content: Some(id) };
            writer.entry(Entry { path: "f".into(), kind: EntryKind::File(file) }).unwrap();
        }
        // Small contents that wait in a block while a large one is taken back.
        writer.keep(&mut format!("round {round}").as_bytes()).unwrap();
    }
    let pack = writer.finish_unstored().unwrap();
    for (number, content) in (0..).zip(&contents) {
        assert_eq!(&pack.content(ContentId(number)).unwrap(), content);
    }
    assert_eq!(pack.content(ContentId(7)).unwrap(), b"round 0");
    assert_eq!(pack.content(ContentId(8)).unwrap(), b"round 1");
    assert_eq!(pack.content_size(ContentId(9)), None);
}

#[test]
fn a_long_listing_comes_back_in_its_order() {
    let store = store();
    let mut writer = store.evidence.writer().unwrap();
    let path = |number: u32| FilePath::from(format!("usr/share/{}/file-{number}", number % 100).as_str());
    for number in 0..50_000 {
        writer.entry(Entry { path: path(number), kind: EntryKind::Other }).unwrap();
    }
    let pack = writer.finish_unstored().unwrap();
    assert_eq!(pack.entry_count(), 50_000);
    assert!(listing(&pack).into_iter().map(|entry| entry.0).eq((0..50_000).map(path)));
}

#[test]
fn blind_spots_without_end_are_counted() {
    let store = store();
    let spot = |number| Item::BlindSpot(BlindSpot::new(Reason::OverBudget, format!("{number}"), "too big"));
    let pack = store.pack(&(0..BLIND_SPOTS_PER_LAYER + 5).map(spot).collect::<Vec<_>>());
    assert_eq!(pack.blind_spots().len(), BLIND_SPOTS_PER_LAYER + 1);
    let last = pack.blind_spots().last().unwrap();
    assert_eq!(last.detail, "5 more parts of this layer could not be read");
}

#[test]
fn equal_layers_give_equal_bytes() {
    let (a, b) = (store(), store());
    let layer = descriptor("layer");
    a.commit(&items(), &layer, &wants(1));
    b.commit(&items(), &layer, &wants(1));
    assert_eq!(fs::read(&pack_files(&a)[0]).unwrap(), fs::read(&pack_files(&b)[0]).unwrap());
    assert_eq!(a.pack(&items()).digest(), b.pack(&items()).digest());
    assert_ne!(a.pack(&items()).digest(), a.pack(&items()[1..]).digest());
    assert_ne!(a.pack(&[kept("a", "x")]).digest(), a.pack(&[kept("a", "y")]).digest());
}

#[test]
fn a_layer_is_known_only_under_the_pair_of_digests_that_was_verified() {
    let store = store();
    let layer = descriptor("layer");
    store.commit(&items(), &layer, &wants(1));
    assert!(store.evidence.find(&layer, &wants(1)).unwrap().is_some());
    let lie = limpid_image::source::LayerDescriptor { digest: descriptor("other").digest, ..layer.clone() };
    assert!(store.evidence.find(&lie, &wants(1)).unwrap().is_none());
    let lie = limpid_image::source::LayerDescriptor { diff_id: descriptor("other").diff_id, ..layer.clone() };
    assert!(store.evidence.find(&lie, &wants(1)).unwrap().is_none());
    // Another program, or another run, finds it too.
    let again = EvidenceStore::open(store.path()).unwrap();
    assert_eq!(again.find(&layer, &wants(1)).unwrap().unwrap().entry_count(), 6);
}

#[test]
fn other_wants_do_not_find_what_was_read_with_these() {
    let store = store();
    let layer = descriptor("layer");
    store.commit(&items(), &layer, &wants(1));
    assert!(store.evidence.find(&layer, &wants(2)).unwrap().is_none());
    let summary = store.evidence.summary(&wants(2)).unwrap();
    assert_eq!((summary.packs, summary.outdated_packs), (1, 1));
    assert_eq!(store.evidence.summary(&wants(1)).unwrap().outdated_packs, 0);
}

#[test]
fn every_damaged_or_truncated_pack_is_dropped() {
    let store = store();
    let layer = descriptor("layer");
    drop(store.commit(&items(), &layer, &wants(1)));
    let path = pack_files(&store).remove(0);
    let whole = fs::read(&path).unwrap();
    let flipped = (0..whole.len()).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    });
    let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
    let longer = [whole.iter().copied().chain([0]).collect(), [whole.clone(), whole.clone()].concat()];
    for bytes in flipped.chain(cut).chain(longer) {
        fs::write(&path, &bytes).unwrap();
        assert!(store.evidence.find(&layer, &wants(1)).unwrap().is_none(), "{} bytes", bytes.len());
        assert!(!path.exists());
    }
    fs::write(&path, &whole).unwrap();
    assert!(store.evidence.find(&layer, &wants(1)).unwrap().is_some());
}

#[test]
fn a_pack_in_the_place_of_another_is_dropped() {
    let store = store();
    let (one, other) = (descriptor("one"), descriptor("other"));
    drop(store.commit(&items(), &one, &wants(1)));
    let path = pack_files(&store).remove(0);
    drop(store.commit(&items(), &other, &wants(1)));
    let other_path = pack_files(&store).into_iter().find(|found| *found != path).unwrap();
    fs::copy(&path, &other_path).unwrap();
    assert!(store.evidence.find(&other, &wants(1)).unwrap().is_none());
    assert!(store.evidence.find(&one, &wants(1)).unwrap().is_some());
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let store = store();
    let writer = store.written(&items());
    assert_eq!(temporary_files(&store), 1);
    drop(writer);
    assert_eq!(temporary_files(&store), 0);
    assert!(pack_files(&store).is_empty());
}

#[test]
fn what_a_killed_process_left_is_swept_once_it_is_old_and_nobody_has_it() {
    let store = store();
    let leftover = |name: &str, age: u64| {
        let path = store.path().join("tmp").join(name);
        let file = File::create(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        (path, file)
    };
    let (old, _) = leftover("evidence-old", 7200);
    let (young, _) = leftover("evidence-young", 60);
    let (locked, file) = leftover("evidence-locked", 7200);
    file.try_lock().unwrap();
    let (foreign, _) = leftover("other", 7200);
    EvidenceStore::open(store.path()).unwrap();
    let left = [old, young, locked, foreign].map(|path| path.exists());
    assert_eq!(left, [false, true, true, true]);
}

#[test]
fn eviction_takes_what_was_not_used_for_longest_and_never_what_is_in_use() {
    let store = store();
    let layers = ["a", "b", "c"].map(descriptor);
    for layer in &layers {
        drop(store.commit(&items(), layer, &wants(1)));
    }
    let known = || layers.each_ref().map(|layer| store.evidence.find(layer, &wants(1)).unwrap().is_some());
    let bytes = store.evidence.summary(&wants(1)).unwrap().bytes;
    let long_ago = SystemTime::now() - Duration::from_secs(1000);
    for path in pack_files(&store) {
        File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    assert_eq!(store.evidence.summary(&wants(1)).unwrap().newest_use, Some(long_ago));
    // Finding one is using it.
    drop(store.evidence.find(&layers[1], &wants(1)).unwrap());
    assert!(store.evidence.summary(&wants(1)).unwrap().newest_use > Some(long_ago));
    assert_eq!(store.evidence.evict(bytes).unwrap().packs, 0);
    let evicted = store.evidence.evict(bytes / 3).unwrap();
    assert_eq!((evicted.packs, evicted.bytes), (2, bytes / 3 * 2));
    assert_eq!(known(), [false, true, false]);

    let in_use = store.evidence.find(&layers[1], &wants(1)).unwrap().unwrap();
    assert_eq!(EvidenceStore::open(store.path()).unwrap().clear().unwrap().packs, 0);
    assert_eq!(in_use.content(ContentId(0)).unwrap(), b"database");
    drop(in_use);
    assert_eq!(store.evidence.clear().unwrap().packs, 1);
    assert_eq!(known(), [false; 3]);
    assert_eq!(fs::read_dir(store.path().join("evidence")).unwrap().count(), 0);
    store.commit(&items(), &layers[0], &wants(1));
    assert_eq!(known(), [true, false, false]);
}

#[test]
fn several_writers_of_one_pack_do_not_disturb_each_other() {
    let store = store();
    let layer = descriptor("layer");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let pack = store.commit(&items(), &layer, &wants(1));
                    assert_eq!(pack.content(ContentId(0)).unwrap(), b"database");
                    drop(pack);
                    store.evidence.evict(0).unwrap();
                }
            });
        }
    });
    store.commit(&items(), &layer, &wants(1));
    assert!(store.evidence.find(&layer, &wants(1)).unwrap().is_some());
    assert_eq!(temporary_files(&store), 0);
}

#[test]
fn a_content_that_cannot_be_read_is_an_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("cut"))
        }
    }
    let store = store();
    let mut writer = store.evidence.writer().unwrap();
    assert_eq!(writer.keep(&mut Broken).unwrap_err().to_string(), "cut");
}
