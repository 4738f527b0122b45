//! One header block of a tar, in any of its dialects: POSIX.1-2017 "pax" (ustar interchange format), the GNU tar
//! manual ("Basic Tar Format"), star's, and the Seventh Edition's, which has no magic.

use std::ops::Range;

use super::number::{self, NumberError};

/// The unit of a tar, in bytes.
pub(crate) const BLOCK_BYTES: usize = 512;

/// One unit of a tar.
pub(crate) type Block = [u8; BLOCK_BYTES];

const NAME: Range<usize> = 0..100;
const MODE: Range<usize> = 100..108;
const SIZE: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const KIND: usize = 156;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..263;
const VERSION: Range<usize> = 263..265;
const PREFIX: Range<usize> = 345..500;
/// star's prefix is shorter: two times follow it.
const STAR_PREFIX: Range<usize> = 345..476;
const STAR_TRAILER: Range<usize> = 508..512;
/// GNU has times where others have a prefix.
const GNU_TIMES: [Range<usize>; 2] = [345..357, 357..369];

/// What one header block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The name, with its prefix.
    pub(crate) name: Vec<u8>,
    /// The target of a link.
    pub(crate) link: Vec<u8>,
    /// Bytes of data.
    pub(crate) size: u64,
    /// Permission bits; an error where the field is no number.
    pub(super) mode: Result<u64, NumberError>,
    /// The type, as a character.
    pub(crate) kind: u8,
    /// Whether it is of the GNU dialect.
    pub(super) is_gnu: bool,
}

/// Why a block is no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    /// Damaged, or no header at all.
    #[error("the checksum of the header is wrong")]
    Checksum,
    /// Where the next header is cannot be known.
    #[error("the size in the header cannot be used: {0}")]
    Size(NumberError),
}

impl Header {
    /// Reads a block that is not all zeros.
    pub(crate) fn parse(block: &Block) -> Result<Self, HeaderError> {
        if !has_right_checksum(block) {
            return Err(HeaderError::Checksum);
        }
        let is_gnu = field(block, MAGIC) == b"ustar " && field(block, VERSION) == b" \0";
        let mut name = text(field(block, NAME)).to_vec();
        let prefix = prefix(block, is_gnu);
        if !prefix.is_empty() {
            name.splice(..0, prefix.iter().copied().chain([b'/']));
        }
        Ok(Self {
            name,
            link: text(field(block, LINK)).to_vec(),
            size: number::parse(field(block, SIZE)).map_err(HeaderError::Size)?,
            mode: number::parse(field(block, MODE)),
            kind: block.get(KIND).copied().unwrap_or_default(),
            is_gnu,
        })
    }
}

/// The bytes of a field.
pub(super) fn field(block: &Block, range: Range<usize>) -> &[u8] {
    block.get(range).unwrap_or_default()
}

/// A text field, up to its first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Whether a layer's first bytes are those of a tar: a header, or the zeros of an empty one.
pub(in crate::layer) fn looks_like_tar(first: &[u8]) -> bool {
    let block = first.get(..BLOCK_BYTES).and_then(|block| Block::try_from(block).ok());
    block.is_some_and(|block| is_zero(&block) || has_right_checksum(&block))
}

/// Whether all bytes are zero.
pub(crate) fn is_zero(block: &Block) -> bool {
    block.iter().fold(0, |all, byte| all | byte) == 0
}

fn prefix(block: &Block, is_gnu: bool) -> &[u8] {
    if is_gnu {
        // Go before 1.8, and so the Docker of that time, wrote a prefix over the times. Go reads it so to this day.
        let is_time = |range: Range<usize>| {
            let time = field(block, range);
            time.first() == Some(&0) || number::parse(time) != Err(NumberError::Malformed)
        };
        let prefix = text(field(block, PREFIX));
        let written_over = !GNU_TIMES.into_iter().all(is_time) && prefix.is_ascii();
        return if written_over { prefix } else { &[] };
    }
    match field(block, MAGIC) {
        b"ustar\0" if field(block, STAR_TRAILER) == b"tar\0" => text(field(block, STAR_PREFIX)),
        b"ustar\0" => text(field(block, PREFIX)),
        _ => &[],
    }
}

/// The sum of all bytes, with the checksum's own taken as spaces. Some old systems summed signed bytes.
fn has_right_checksum(block: &Block) -> bool {
    let own = field(block, CHECKSUM);
    let Ok(claimed) = number::parse(own) else { return false };
    let unsigned = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    let high = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte >> 7)).sum::<u32>();
    let spaces = 32 * own.len() as u32;
    let sum = unsigned(block) - unsigned(own) + spaces;
    let signed = i64::from(sum) - 256 * i64::from(high(block) - high(own));
    claimed == u64::from(sum) || i64::try_from(claimed) == Ok(signed)
}
