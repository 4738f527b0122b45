//! Compresses layers, as honest tools and as hostile ones do.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything")
}

/// A gzip member for every so many bytes, as eStargz and bgzip write it.
pub fn gzip_members(bytes: &[u8], each: usize) -> Vec<u8> {
    bytes.chunks(each).flat_map(gzip).collect()
}

/// One zstd frame with a checksum.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).expect("zstd starts");
    encoder.include_checksum(true).expect("zstd knows checksums");
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything")
}

/// One zstd frame whose window is 2 to the power of `window_log` bytes, which a reader has to hold.
pub fn zstd_window(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).expect("zstd starts");
    encoder
        .set_parameter(zstd::stream::raw::CParameter::WindowLog(window_log))
        .expect("a window that zstd knows");
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything")
}

/// A zstd frame for every so many bytes.
pub fn zstd_frames(bytes: &[u8], each: usize) -> Vec<u8> {
    bytes.chunks(each).flat_map(zstd).collect()
}

/// A frame that decoders skip. zstd:chunked keeps its index in such ones.
pub fn zstd_skippable(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a test's frame is small").to_le_bytes();
    [&[0x50, 0x2a, 0x4d, 0x18], &length, bytes].concat()
}

/// A gzip member that inflates to so many zeros, made without holding them.
pub fn gzip_bomb(zeros: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    pour_zeros(&mut encoder, zeros);
    encoder.finish().expect("a vector takes everything")
}

/// A zstd frame that decompresses to so many zeros, made without holding them.
pub fn zstd_bomb(zeros: u64) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).expect("zstd starts");
    pour_zeros(&mut encoder, zeros);
    encoder.finish().expect("a vector takes everything")
}

fn pour_zeros(to: &mut impl Write, mut zeros: u64) {
    let some = vec![0; 1 << 20];
    while zeros > 0 {
        let bytes = zeros.min(some.len() as u64);
        to.write_all(&some[..bytes as usize]).expect("a vector takes everything");
        zeros -= bytes;
    }
}
