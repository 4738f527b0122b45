//! Compression, told by magic, and the digests.

use std::cell::Cell;

use limpid_core::{Digest, Reason::LayerUnsupported, digest::Hasher};
use limpid_image::{
    layer::{Compression, ExpectedLayer, LayerError, read_layer},
    limits::Limits,
};
use limpid_testkit::{
    layer::{gzip, gzip_members, zstd, zstd_frames, zstd_skippable},
    tar::Tar,
};

use super::support::{Seen, expected, read, try_read, wants};

/// Larger than the buffers, and not all alike.
fn tar() -> Vec<u8> {
    let noise: Vec<u8> =
        (0..700_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    Tar::new().file("noise", &noise).file("kept", "content").file("more/kept", &noise[..300_000]).finish()
}

#[test]
fn every_framing_gives_the_same_layer() {
    let tar = tar();
    let (plain, _) = read(&tar);
    assert_eq!(plain.listing(), ["f noise 700000", "f kept 7", "f more/kept 300000"]);
    let zeros = vec![0; 5000];
    let layers = [
        (tar.clone(), Compression::Plain),
        (gzip(&tar), Compression::Gzip),
        (gzip_members(&tar, 10_007), Compression::Gzip),
        ([gzip(&[]), gzip_members(&tar, 300_000), gzip(&[])].concat(), Compression::Gzip),
        ([gzip(&tar), zeros.clone()].concat(), Compression::Gzip),
        (zstd(&tar), Compression::Zstd),
        (zstd_frames(&tar, 10_007), Compression::Zstd),
        (
            [zstd_skippable(b"first"), zstd_frames(&tar, 300_000), zstd_skippable(&zeros)].concat(),
            Compression::Zstd,
        ),
        ([zstd(&tar), zeros].concat(), Compression::Zstd),
    ];
    for (place, (stored, compression)) in layers.into_iter().enumerate() {
        let mut seen = Seen::default();
        let expected = expected(&stored, Some(&tar));
        let facts =
            read_layer(&mut &*stored, &expected, &wants(), &Limits::default(), &mut seen, &|_| {}).unwrap();
        assert_eq!(seen, plain, "layer {place}");
        assert_eq!(facts.compression, compression, "layer {place}");
        assert_eq!((facts.size, facts.uncompressed_size), (stored.len() as u64, tar.len() as u64));
        assert_eq!(facts.diff_id, expected.diff_id);
    }
}

#[test]
fn empty_layers_are_fine() {
    for stored in [vec![], gzip(&[]), gzip(&[0; 1024]), zstd(&[]), zstd_skippable(b""), vec![0; 1024]] {
        let (seen, facts) = read(&stored);
        assert_eq!(seen, Seen::default());
        assert!(facts.diff_id.is_some());
    }
}

#[test]
fn sha512_digests_are_verified_too() {
    let (tar, stored) = (tar(), gzip(&tar()));
    let sha512 = |bytes: &[u8]| {
        let mut hasher = Hasher::sha512();
        hasher.update(bytes);
        Some(hasher.finish())
    };
    let right = ExpectedLayer { digest: sha512(&stored), diff_id: sha512(&tar), size: None };
    assert_eq!(try_read(&stored, &right).unwrap().diff_id, right.diff_id);
    let wrong = ExpectedLayer { diff_id: sha512(b""), ..right };
    assert!(matches!(try_read(&stored, &wrong), Err(LayerError::DigestMismatch { what: "the diff id", .. })));
    let mixed = ExpectedLayer { digest: Some(Digest::of(&tar)), diff_id: sha512(&tar), size: None };
    assert_eq!(try_read(&tar, &mixed).unwrap().diff_id, mixed.diff_id);
}

#[test]
fn what_is_not_known_is_computed() {
    let (tar, stored) = (tar(), gzip(&tar()));
    let facts = try_read(&stored, &ExpectedLayer::default()).unwrap();
    assert_eq!((facts.digest, facts.diff_id), (Digest::of(&stored), Some(Digest::of(&tar))));
    let facts = try_read(&tar, &ExpectedLayer::default()).unwrap();
    assert_eq!((facts.digest, facts.diff_id), (Digest::of(&tar), Some(Digest::of(&tar))));
}

#[test]
fn another_layer_is_an_error() {
    for (stored, tar) in [(gzip(&tar()), tar()), (tar(), tar())] {
        let right = expected(&stored, Some(&tar));
        let other = Some(Digest::of(b"other"));
        let wrong = ExpectedLayer { digest: other.clone(), ..right.clone() };
        match try_read(&stored, &wrong) {
            Err(LayerError::DigestMismatch { what: "the digest", expected, got, .. }) => {
                assert_eq!((Some(expected), Some(got)), (other.clone(), right.digest.clone()));
            }
            result => panic!("{result:?}"),
        }
        let wrong = ExpectedLayer { diff_id: other.clone(), ..right.clone() };
        assert!(matches!(
            try_read(&stored, &wrong),
            Err(LayerError::DigestMismatch { what: "the diff id", .. })
        ));
        for size in [0, stored.len() as u64 - 1, stored.len() as u64 + 1] {
            let wrong = ExpectedLayer { size: Some(size), ..right.clone() };
            assert!(
                matches!(try_read(&stored, &wrong), Err(LayerError::SizeMismatch { expected, .. }) if expected == size)
            );
        }
    }
}

#[test]
fn a_damaged_layer_of_another_digest_is_an_error_all_the_same() {
    let stored = gzip(&tar());
    let right = expected(&stored, None);
    let cut = &stored[..stored.len() / 2];
    let without_size = ExpectedLayer { size: None, ..right };
    assert!(matches!(
        try_read(cut, &without_size),
        Err(LayerError::DigestMismatch { what: "the digest", .. })
    ));
}

#[test]
fn other_kinds_are_told_and_hashed() {
    let tar = tar();
    for (first, kind) in [
        (&b"BZh91AY&SY"[..], "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"Salted__", "neither"),
        (b"\x1e\xb5\x2f\xfd", "neither"),
        (b"<html><body>maintenance", "neither"),
        (b"x", "neither"),
    ] {
        let stored = [first, &tar].concat();
        let (seen, facts) = read(&stored);
        assert_eq!(seen.entries, []);
        assert_eq!(seen.told(), [(LayerUnsupported, Digest::of(&stored).as_str())]);
        assert!(seen.blind_spots[0].detail.contains(kind), "{}", seen.blind_spots[0].detail);
        assert_eq!((facts.compression, facts.diff_id), (Compression::Unsupported, None));
        assert_eq!(facts.size, stored.len() as u64);
    }
}

#[test]
fn data_behind_the_compressed_stream_is_told() {
    let tar = tar();
    for stored in [gzip(&tar), zstd(&tar)] {
        for rubbish in [&b"rubbish"[..], b"\0\0\0\x1f\x8b\x08", b"\x1f"] {
            let stored = [&stored, rubbish].concat();
            let (seen, facts) = read(&stored);
            assert_eq!(seen.entries.len(), 3);
            assert_eq!(seen.told(), [(LayerUnsupported, Digest::of(&stored).as_str())]);
            assert_eq!(facts.diff_id, Some(Digest::of(&tar)));
        }
    }
}

#[test]
fn a_window_larger_than_the_limit_is_told() {
    // A frame header that asks for a window of 2 GiB (RFC 8878, 3.1.1.1.2: exponent 21, mantissa 0) and an empty block.
    let stored = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0][..], b""].concat();
    let (seen, facts) = read(&stored);
    assert_eq!(seen.told(), [(LayerUnsupported, Digest::of(&stored).as_str())]);
    assert_eq!(facts.diff_id, None);
    let small = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 1, 0, 0];
    assert_eq!(read(&small).0, Seen::default());
}

#[test]
fn progress_counts_the_stored_bytes() {
    let stored = gzip(&tar());
    let count = Cell::new(0);
    let watch = |bytes| count.set(count.get() + bytes);
    let none = ExpectedLayer::default();
    read_layer(&mut &*stored, &none, &wants(), &Limits::default(), &mut Seen::default(), &watch).unwrap();
    assert_eq!(count.get(), stored.len() as u64);
}
