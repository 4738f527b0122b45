//! Texts that are stored compressed, with a checksum of their own.

use std::io::Read as _;

use crate::{StoreError, limits};

/// Compresses a text.
pub(crate) fn pack(text: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Statement(format!("zstd: {error}"));
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), limits::COMPRESSION_LEVEL).map_err(failed)?;
    encoder.include_checksum(true).map_err(failed)?;
    std::io::Write::write_all(&mut encoder, text).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// The text again.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = |error: std::io::Error| StoreError::Damaged(format!("zstd: {error}"));
    let decoder = zstd::stream::Decoder::with_buffer(packed).map_err(damaged)?;
    let mut text = Vec::new();
    decoder.take(limits::UNCOMPRESSED_BYTES + 1).read_to_end(&mut text).map_err(damaged)?;
    if text.len() as u64 > limits::UNCOMPRESSED_BYTES {
        return Err(StoreError::Damaged("a compressed text is too long".to_owned()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{StoreError, pack, unpack};

    #[test]
    fn what_was_packed_comes_back_and_what_was_damaged_does_not() {
        let text: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        let packed = pack(&text).unwrap();
        assert!(packed.len() < text.len());
        assert_eq!(unpack(&packed), Ok(text));
        assert_eq!(unpack(&pack(b"").unwrap()), Ok(Vec::new()));
        for place in (0..packed.len()).step_by(997) {
            let mut damaged = packed.clone();
            damaged[place] ^= 0x10;
            assert!(matches!(unpack(&damaged), Err(StoreError::Damaged(_))), "byte {place}");
        }
        assert!(matches!(unpack(&packed[..packed.len() - 1]), Err(StoreError::Damaged(_))));
        assert!(matches!(unpack(b""), Err(StoreError::Damaged(_))));
    }
}
