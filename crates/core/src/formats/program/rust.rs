//! The list of crates that cargo-auditable writes into a program: JSON, compressed with zlib, in a section of its own.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

use super::{
    bytes::{Bytes, Trouble},
    layout::{Layout, RUST},
    limits,
};

/// The list; `None` where the program has none.
pub(super) fn read(bytes: &mut Bytes<'_>, layout: &Layout) -> Result<Option<String>, Trouble> {
    let Some(section) = layout.section(&[RUST]) else { return Ok(None) };
    let packed = bytes.exactly(section.place, section.size, limits::MOST_CRATES_BYTES)?;
    let mut list = Vec::new();
    let mut unpacked = ZlibDecoder::new(packed.as_slice()).take(limits::MOST_CRATES_BYTES + 1);
    unpacked.read_to_end(&mut list).map_err(|_odd| Trouble::Fault("its list of crates is damaged"))?;
    if list.len() as u64 > limits::MOST_CRATES_BYTES {
        return Err(Trouble::Fault("its list of crates is larger than such lists are"));
    }
    String::from_utf8(list).map(Some).map_err(|_odd| Trouble::Fault("its list of crates is no text"))
}
