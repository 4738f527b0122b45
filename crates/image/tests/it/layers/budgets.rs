//! What goes past a limit is told, with the limit, and what was read before stays.

use std::{
    cell::Cell,
    io::{self, Read},
};

use limpid_core::{
    BlindSpot, Digest,
    Reason::{LayerUnsupported, OverBudget},
};
use limpid_image::{
    entry::{ContentId, Entry, EntrySink},
    layer::{ExpectedLayer, LayerError, Watch, read_layer},
    limits::Limits,
};
use limpid_testkit::{
    layer::{gzip, gzip_bomb, zstd_bomb},
    tar::{Header, Tar},
};

use super::support::{Seen, clean, expected, read_within, wants};

/// A file, and then so many zeros in one that claims as much.
fn bomb(compress: impl Fn(&[u8]) -> Vec<u8>, zeros: Vec<u8>, size: u64) -> Vec<u8> {
    let before =
        Tar::new().file("before/kept", "x").header(Header::new(b'0', "zeros").size(size)).unfinished();
    [compress(&before), zeros].concat()
}

#[test]
fn bombs_are_bombs_and_are_defused() {
    let size = 64 << 20;
    let gzipped = bomb(gzip, gzip_bomb(size), size);
    let zstandard = bomb(limpid_testkit::layer::zstd, zstd_bomb(size), size);
    let unguarded = Limits { ratio: u64::MAX, ..Limits::default() };
    let guards = [
        (Limits { ratio_free_bytes: 1 << 20, ..Limits::default() }, "500 times"),
        (Limits { layer_bytes: 1 << 20, ..Limits::default() }, "1048576 bytes"),
    ];
    for stored in [gzipped, zstandard] {
        assert!(stored.len() as u64 * 800 < size, "it is a bomb: {} bytes", stored.len());
        let (_, facts) = read_within(&stored, &unguarded);
        assert!(facts.uncompressed_size > size, "it goes off where nothing guards");
        for (limits, words) in &guards {
            let (seen, facts) = read_within(&stored, limits);
            assert!(
                facts.uncompressed_size < 3 << 20,
                "it was not uncompressed: {}",
                facts.uncompressed_size
            );
            assert_eq!(seen.listing(), ["f before/kept 1", "f zeros 67108864"]);
            assert_eq!(seen.told(), [(OverBudget, Digest::of(&stored).as_str())]);
            let detail = &seen.blind_spots[0].detail;
            assert!(detail.contains(words) && detail.contains("diff id is not verified"), "{detail}");
            assert_eq!((facts.diff_id, facts.size), (None, stored.len() as u64));
        }
    }
}

#[test]
fn a_defused_bomb_of_another_digest_is_an_error() {
    let stored = bomb(gzip, gzip_bomb(8 << 20), 8 << 20);
    let limits = Limits { layer_bytes: 1 << 20, ..Limits::default() };
    let wrong = ExpectedLayer { digest: Some(Digest::of(b"other")), ..ExpectedLayer::default() };
    let result = read_layer(&mut &*stored, &wrong, &wants(), &limits, &mut Seen::default(), &|_| {});
    assert!(matches!(result, Err(LayerError::DigestMismatch { .. })), "{result:?}");
}

#[test]
fn entries_and_their_names_are_counted() {
    let tar = Tar::new().file("one", "").file("two", "").symlink("three", "four").finish();
    let layer = Digest::of(&tar);
    for (limits, listing, place) in [
        (Limits { layer_entries: 3, ..Limits::default() }, 3, None),
        (Limits { layer_entries: 2, ..Limits::default() }, 2, Some("three")),
        (Limits { layer_path_bytes: 15, ..Limits::default() }, 3, None),
        (Limits { layer_path_bytes: 14, ..Limits::default() }, 2, Some("three")),
        (Limits { layer_path_bytes: 5, ..Limits::default() }, 1, Some("two")),
    ] {
        let (seen, facts) = read_within(&tar, &limits);
        assert_eq!(seen.entries.len(), listing);
        let told: Vec<_> = place.map(|_| (OverBudget, layer.as_str())).into_iter().collect();
        assert_eq!(seen.told(), told, "it is about all that follows, not about one path");
        assert!(place.is_none_or(|place| seen.blind_spots[0].detail.starts_with(place)), "{seen:?}");
        assert_eq!(facts.diff_id, Some(Digest::of(&tar)), "the rest is still hashed");
    }
}

#[test]
fn an_extended_header_at_the_limit_and_past_it() {
    let tar = |name: usize| {
        Tar::new().file("before", "").long_name("n".repeat(name)).file("x", "").file("after", "").finish()
    };
    let limits = Limits { extended_header_bytes: 1000, ..Limits::default() };
    let (seen, _) = read_within(&tar(999), &limits);
    assert_eq!((seen.entries.len(), seen.told().len()), (3, 0));
    for past in [1000, 1_000_000] {
        let tar = tar(past);
        let (seen, _) = read_within(&tar, &limits);
        assert_eq!(seen.listing(), ["f before 0"]);
        assert_eq!(seen.told(), [(OverBudget, Digest::of(&tar).as_str())]);
    }
}

#[test]
fn a_claimed_size_is_no_allocation() {
    let claims = Header::new(b'x', "h").size(8 << 30);
    let (seen, _) = read_within(&Tar::new().header(claims).data("x").finish(), &Limits::default());
    assert_eq!(seen.told().len(), 1);
    let within = Limits { extended_header_bytes: u64::MAX, ..Limits::default() };
    let claims = Header::new(b'L', "h").size((8 << 30) - 1);
    let (seen, _) = read_within(&Tar::new().header(claims).data("x").finish(), &within);
    assert_eq!(seen.told().len(), 1, "it is cut off");
}

#[test]
fn wanted_files_over_their_limit_are_told() {
    let tar = |size: usize| Tar::new().file("kept", vec![b'x'; size]).file("a/kept", "yes").finish();
    assert_eq!(clean(&tar(1_000_000)).contents.len(), 2);
    let (seen, _) = read_within(&tar(1_000_001), &Limits::default());
    assert_eq!(seen.listing(), ["f kept 1000001", "f a/kept 3"]);
    assert_eq!((seen.contents, seen.blind_spots.len()), (vec![b"yes".to_vec()], 1));

    let limits = Limits { kept_bytes: 10, ..Limits::default() };
    let (seen, _) = read_within(&tar(11), &limits);
    assert_eq!(seen.told(), [(OverBudget, "kept")]);
    let (seen, _) = read_within(&tar(10), &limits);
    assert_eq!(seen.told(), [(OverBudget, "a/kept")]);
}

#[test]
fn many_faults_become_a_number() {
    let escapes = (0..150).fold(Tar::new(), |tar, number| tar.file(format!("../{number}"), ""));
    let large = (0..70).fold(escapes, |tar, number| tar.file(format!("{number}/kept"), "too much"));
    let (seen, _) = read_within(&large.finish(), &Limits { kept_bytes: 7, ..Limits::default() });
    assert_eq!((seen.entries.len(), seen.blind_spots.len()), (220, 102));
    for (reason, count) in [(LayerUnsupported, "50 more"), (OverBudget, "70 more")] {
        let rest = seen.blind_spots[100..].iter().find(|spot| spot.reason == reason).unwrap();
        assert!(rest.detail.starts_with(count), "{rest:?}");
    }
}

/// Says after some asking that time is up.
struct Impatient {
    patience: Cell<u32>,
}

impl Watch for Impatient {
    fn is_time_up(&self) -> bool {
        let left = self.patience.get();
        self.patience.set(left.saturating_sub(1));
        left == 0
    }
}

#[test]
fn a_layer_that_takes_too_long_is_told_and_hashed() {
    let tar = Tar::new().file("before", "").file("long", vec![1; 2 << 20]).file("after", "").finish();
    for stored in [gzip(&tar), tar.clone()] {
        let mut seen = Seen::default();
        let watch = Impatient { patience: Cell::new(2) };
        let expected = expected(&stored, Some(&tar));
        let facts =
            read_layer(&mut &*stored, &expected, &wants(), &Limits::default(), &mut seen, &watch).unwrap();
        assert_eq!(seen.listing(), ["f before 0", "f long 2097152"]);
        assert_eq!(seen.told(), [(OverBudget, Digest::of(&stored).as_str())]);
        assert_eq!((facts.diff_id, facts.size), (None, stored.len() as u64));
    }
}

#[test]
fn a_stream_without_end_and_without_size_is_refused() {
    let limits = Limits { stored_layer_bytes: 10 << 20, ..Limits::default() };
    let mut endless = io::repeat(0);
    let none = ExpectedLayer::default();
    let result = read_layer(&mut endless, &none, &wants(), &limits, &mut Seen::default(), &|_| {});
    assert!(matches!(result, Err(LayerError::TooLarge { limit, .. }) if limit == 10 << 20), "{result:?}");
}

#[test]
fn input_that_fails_is_an_error() {
    let stored = gzip(&Tar::new().file("x", vec![1; 100_000]).finish());
    let broken = || io::Error::new(io::ErrorKind::ConnectionReset, "gone");
    let mut input = stored[..200].chain(Failing(broken()));
    let result = read_layer(
        &mut input,
        &ExpectedLayer::default(),
        &wants(),
        &Limits::default(),
        &mut Seen::default(),
        &|_| {},
    );
    assert!(matches!(result, Err(LayerError::Unreadable { offset: 200, .. })), "{result:?}");
}

struct Failing(io::Error);

impl Read for Failing {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0.kind(), self.0.to_string()))
    }
}

/// Has no room.
struct FullDisk;

impl EntrySink for FullDisk {
    fn keep(&mut self, _content: &mut dyn Read) -> io::Result<ContentId> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn entry(&mut self, _entry: Entry) -> io::Result<()> {
        Ok(())
    }

    fn blind_spot(&mut self, blind_spot: BlindSpot) {
        panic!("our own trouble is no blind spot: {blind_spot:?}");
    }
}

#[test]
fn a_sink_that_fails_is_an_error() {
    let tar = Tar::new().file("kept", "x").finish();
    let result = read_layer(
        &mut &*tar,
        &ExpectedLayer::default(),
        &wants(),
        &Limits::default(),
        &mut FullDisk,
        &|_| {},
    );
    assert!(matches!(result, Err(LayerError::Sink { .. })), "{result:?}");
}
