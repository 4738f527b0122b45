//! The header of a segment: where its sections are. Everything else is found from there.
//!
//! The sections follow each other without gaps and fill the file, so no byte is outside of a checksum.

use xxhash_rust::xxh3::xxh3_64;

/// The format that this version writes and reads.
pub const FORMAT: u32 = 4;

/// Sections of a segment, in the order of the file.
pub(super) const SECTIONS: usize = 5;

const MAGIC: [u8; 8] = *b"limpid\0s";
const BODY_BYTES: usize = MAGIC.len() + 4 + 4 + 8 + SECTIONS * 24;

/// Length of the header: its body and a checksum over it.
pub(super) const HEADER_BYTES: usize = BODY_BYTES + 8;

/// Where a section is. The checksum is 0 for sections of blocks, whose checksums are in their index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) checksum: u64,
}

/// The sections: meta, entries, texts, entry index, text index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Header(pub(super) [Extent; SECTIONS]);

/// Why some bytes are not the header of a segment that this version reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoHeader {
    NewerFormat(u32),
    Damaged(&'static str),
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let length = self.0.iter().map(|extent| extent.length).sum::<u64>() + HEADER_BYTES as u64;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend((SECTIONS as u32).to_le_bytes());
        bytes.extend(length.to_le_bytes());
        for extent in &self.0 {
            for number in [extent.start, extent.length, extent.checksum] {
                bytes.extend(number.to_le_bytes());
            }
        }
        let checksum = xxh3_64(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    /// Reads the header of a whole file.
    pub(super) fn decode(file: &[u8]) -> Result<Self, NoHeader> {
        let damaged = NoHeader::Damaged;
        let mut rest = file;
        if take::<8>(&mut rest) != Some(MAGIC) {
            return Err(damaged("it does not begin as one"));
        }
        let format = take_u32(&mut rest).ok_or(damaged("it ends within the header"))?;
        if format > FORMAT {
            return Err(NoHeader::NewerFormat(format));
        }
        let (body, mut after) =
            file.split_at_checked(BODY_BYTES).ok_or(damaged("it ends within the header"))?;
        if take_u64(&mut after) != Some(xxh3_64(body)) {
            return Err(damaged("the header's checksum does not match"));
        }
        if format < FORMAT {
            return Err(damaged("it is of an earlier version of Limpid, in another format"));
        }
        if take_u32(&mut rest) != Some(SECTIONS as u32) {
            return Err(damaged("an unknown format"));
        }
        if take_u64(&mut rest) != Some(file.len() as u64) {
            return Err(damaged("it is longer or shorter than it was"));
        }
        Self::decode_extents(rest).ok_or(damaged("its sections do not fill it"))
    }

    fn decode_extents(mut bytes: &[u8]) -> Option<Self> {
        let mut header = Self::default();
        let mut expected = HEADER_BYTES as u64;
        for extent in &mut header.0 {
            *extent = Extent {
                start: take_u64(&mut bytes)?,
                length: take_u64(&mut bytes)?,
                checksum: take_u64(&mut bytes)?,
            };
            if extent.start != expected {
                return None;
            }
            expected = expected.checked_add(extent.length)?;
        }
        Some(header)
    }
}

/// The next bytes of a slice, which moves on.
pub(super) fn take<const LENGTH: usize>(bytes: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, rest) = bytes.split_first_chunk::<LENGTH>()?;
    *bytes = rest;
    Some(*taken)
}

pub(super) fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes).map(u32::from_le_bytes)
}

pub(super) fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    take(bytes).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_written_and_a_newer_format_is_told_apart_from_damage() {
        let mut header = Header::default();
        for extent in &mut header.0 {
            extent.start = HEADER_BYTES as u64;
        }
        let bytes = header.encode();
        assert_eq!(bytes.len(), HEADER_BYTES);
        assert_eq!(Header::decode(&bytes), Ok(header));

        let mut newer = bytes.clone();
        newer[8] += 1;
        assert_eq!(Header::decode(&newer), Err(NoHeader::NewerFormat(FORMAT + 1)));
        let mut older = bytes;
        older[8] = 0;
        assert!(matches!(Header::decode(&older), Err(NoHeader::Damaged(_))));
    }
}
