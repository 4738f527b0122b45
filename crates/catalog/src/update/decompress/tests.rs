use std::io::Write;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn compressed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(bytes).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
    xz.write_all(bytes).unwrap();
    vec![
        ("gzip", gzip(bytes)),
        ("bzip2", bzip2.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("zstd", zstd::encode_all(bytes, 3).unwrap()),
    ]
}

fn read(bytes: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    decompressed(bytes, most)?.read_to_end(&mut out).map(|_| out)
}

fn sample() -> Vec<u8> {
    (0..5000).flat_map(|number| format!("CVE-2024-{number} package{number}\n").into_bytes()).collect()
}

#[test]
fn what_is_compressed_comes_out_whole_also_in_several_members() {
    let sample = sample();
    for (name, once) in compressed(&sample) {
        assert!(read(&once, 1 << 20).unwrap() == sample, "{name}");
        let twice = [once.clone(), once.clone()].concat();
        assert!(read(&twice, 1 << 20).unwrap() == [sample.clone(), sample.clone()].concat(), "{name}");
        assert!(read(&gzip(&once), 1 << 20).unwrap() == sample, "{name} in gzip");
    }
}

#[test]
fn a_stream_that_is_cut_off_anywhere_is_an_error() {
    for (name, whole) in compressed(&sample()) {
        for part in 1..16 {
            let cut = &whole[..whole.len() * part / 16];
            // Less than the magic is no compressed stream: then the parser sees bytes that are no document.
            assert!(read(cut, 1 << 20).is_err(), "{name} {part}");
        }
        assert!(read(&whole[..whole.len() - 1], 1 << 20).is_err(), "{name}");
    }
}

#[test]
fn a_damaged_stream_is_an_error() {
    for (name, mut whole) in compressed(&sample()) {
        let middle = whole.len() / 2;
        whole[middle] ^= 0x55;
        // zstd writes no checksum unless asked: what it cannot tell, the parser must.
        assert!(name == "zstd" || read(&whole, 1 << 20).is_err(), "{name}");
    }
}

#[test]
fn a_bomb_is_an_error_and_what_just_fits_is_not() {
    let zeros = vec![0; 1 << 20];
    for (name, bomb) in compressed(&zeros) {
        assert_eq!(read(&bomb, 1 << 20).unwrap().len(), 1 << 20, "{name}");
        let error = read(&bomb, (1 << 20) - 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge, "{name}");
    }
    assert_eq!(read(b"12345", 5).unwrap(), b"12345");
    assert_eq!(read(b"12345", 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
}

#[test]
fn compression_within_compression_ends_somewhere() {
    let mut nested = sample();
    for _ in 0..limits::COMPRESSION_LAYERS {
        nested = gzip(&nested);
    }
    assert!(read(&nested, 1 << 20).unwrap() == sample());
    let error = read(&gzip(&nested), 1 << 20).unwrap_err();
    assert!(error.to_string().contains("more often"), "{error}");
}

#[test]
fn texts_that_begin_like_a_magic_are_texts() {
    for text in ["BZh9 is no stream", "PK", "", "\u{1f}", "{}"] {
        assert_eq!(read(text.as_bytes(), 100).unwrap(), text.as_bytes());
    }
}
