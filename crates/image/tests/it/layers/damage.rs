//! Layers that are cut off or changed anywhere: no panic, no hang, nothing made up, and never a silence.

use limpid_core::{Digest, Reason::LayerUnsupported};
use limpid_image::limits::Limits;
use limpid_testkit::{
    layer::{gzip, gzip_members, zstd, zstd_frames},
    tar::{GNU, Header, Tar, at},
};

use super::support::{Seen, read, read_within};

/// Something of every dialect.
fn tar() -> Vec<u8> {
    let long = "directory/".repeat(12);
    let sparse = Header::new(b'S', "sparse/kept").magic(GNU).size(3).field(at::REAL_SIZE, "00000005670\0");
    let mut map = b"2\n0\n1\n1024\n2\n".to_vec();
    map.resize(512, 0);
    let one_zero: &[(&str, &[u8])] = &[
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"pax/kept"),
        ("GNU.sparse.realsize", b"3000"),
    ];
    Tar::new()
        .directory("etc/")
        .file("etc/kept", "0123456789".repeat(200))
        .pax(&[("path", format!("{long}name").as_bytes()), ("size", b"3")])
        .file("short", "abc")
        .long_name(format!("{long}kept"))
        .member(Header::new(b'0', "short").magic(GNU), "xyz")
        .header(sparse.sparse(0, 0, 1).sparse(1, 1024, 2).sparse(2, 3000, 0))
        .data("abc")
        .pax(one_zero)
        .file("GNUSparseFile.0/kept", [map, b"abc".to_vec()].concat())
        .symlink("link", "etc/kept")
        .hard_link("hard", "etc/kept")
        .file("etc/.wh.gone", "")
        .finish()
}

/// Every entry of a cut layer is one of the whole layer, in order.
#[track_caller]
fn expect_beginning(cut: &Seen, whole: &Seen) {
    let (cut, whole) = (cut.listing(), whole.listing());
    assert!(whole.starts_with(&cut), "{cut:?} does not begin {whole:?}");
}

#[test]
fn a_tar_that_is_cut_off_anywhere_is_told() {
    let tar = tar();
    let (whole, _) = read(&tar);
    assert_eq!((whole.entries.len(), whole.blind_spots.len()), (9, 0));
    let mut silent = Vec::new();
    for length in 1..tar.len() {
        let (seen, facts) = read(&tar[..length]);
        expect_beginning(&seen, &whole);
        assert!(facts.size == length as u64);
        for (cut, content) in seen.contents.iter().zip(&whole.contents) {
            assert!(content.starts_with(cut), "content made up at {length}");
        }
        if seen.blind_spots.is_empty() {
            silent.push(seen.entries.len());
        }
    }
    // Silent only where a tar without its end blocks, or without the padding of its last entry, would end.
    let possible: Vec<usize> = (0..=whole.entries.len()).collect();
    silent.dedup();
    assert_eq!(silent, possible[1..], "{silent:?}");
}

#[test]
fn a_compressed_layer_that_is_cut_off_anywhere_is_told() {
    let tar = tar();
    let (whole, _) = read(&tar);
    for stored in [gzip(&tar), zstd(&tar), gzip_members(&tar, 1000), zstd_frames(&tar, 1000)] {
        for length in 20..stored.len() {
            let cut = &stored[..length];
            let (seen, facts) = read(cut);
            expect_beginning(&seen, &whole);
            let subject = Digest::of(cut);
            let told_of_stream = seen.told().contains(&(LayerUnsupported, subject.as_str()));
            let at_a_boundary = facts.diff_id.is_some();
            assert!(told_of_stream || at_a_boundary, "{length} of {}: {:?}", stored.len(), seen.blind_spots);
        }
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_what_was_readable() {
    let tar = Tar::new().file("etc/kept", "0123456789".repeat(200)).finish();
    let (seen, _) = read(&tar[..1512]);
    assert_eq!(seen.listing(), ["f etc/kept 2000"]);
    assert_eq!(seen.content("etc/kept").unwrap(), "0123456789".repeat(100).as_bytes());
    assert_eq!(seen.told(), [(LayerUnsupported, "etc/kept")]);
}

/// A generator of numbers that are the same on every machine (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Changes some bytes, and mends the checksums of headers half of the time, so that the parser sees the change.
fn mutate(tar: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = tar.to_vec();
    for _ in 0..=numbers.below(4) {
        let block = numbers.below(bytes.len() / 512);
        // Most of what a parser looks at is in the first 512 bytes after a boundary, and in these fields.
        let field = [
            0,
            at::MODE,
            at::SIZE,
            at::KIND,
            at::LINK,
            at::MAGIC,
            at::PREFIX,
            at::SPARSE,
            at::IS_EXTENDED,
            at::REAL_SIZE,
        ];
        let place = block * 512 + (field[numbers.below(field.len())] + numbers.below(13)).min(511);
        match numbers.below(6) {
            0 => bytes[place] ^= 1 << numbers.below(8),
            1 => bytes[place] = 0xff,
            2 => bytes[place] = b"0123456789xgLKS157\0/"[numbers.below(20)],
            3 => bytes[place] = 0,
            4 => bytes.truncate(place.max(512)),
            _ => {
                let to = numbers.below(bytes.len() / 512) * 512;
                bytes.copy_within(block * 512..(block + 1) * 512, to);
            }
        }
    }
    if numbers.below(2) == 0 {
        bytes.chunks_exact_mut(512).filter(|block| block[at::MAGIC..].starts_with(b"ustar")).for_each(mend);
    }
    bytes
}

fn mend(block: &mut [u8]) {
    block[at::CHECKSUM..at::CHECKSUM + 8].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[at::CHECKSUM..at::CHECKSUM + 8].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn ten_thousand_mutations_do_no_harm() {
    let tar = tar();
    let mut numbers = Numbers(0x5eed);
    let limits = Limits { extended_header_bytes: 4096, ..Limits::default() };
    let mut told = 0;
    for _ in 0..10_000 {
        let changed = mutate(&tar, &mut numbers);
        let (seen, facts) = read_within(&changed, &limits);
        assert!(seen.entries.len() <= changed.len() / 512);
        assert!(seen.contents.iter().all(|content| content.len() <= 1_000_000));
        assert!(facts.diff_id.is_some() || !seen.blind_spots.is_empty());
        told += usize::from(!seen.blind_spots.is_empty());
    }
    assert!(told > 5_000, "most mutations are told: {told}");
}

#[test]
fn mutations_of_compressed_streams_do_no_harm() {
    let tar = tar();
    let mut numbers = Numbers(0xc0de);
    for stored in [gzip(&tar), zstd(&tar), gzip_members(&tar, 700), zstd_frames(&tar, 700)] {
        for _ in 0..1_000 {
            let mut changed = stored.clone();
            for _ in 0..=numbers.below(3) {
                let place = numbers.below(changed.len());
                changed[place] ^= 1 << numbers.below(8);
            }
            let (seen, facts) = read(&changed);
            assert!(facts.diff_id.is_some() || !seen.blind_spots.is_empty());
        }
    }
}
