//! Go's build information: the version of Go and the modules, which its linker writes into every program.
//!
//! Since Go 1.18 the two texts stand behind the header, each after its length; before, the header points to them.

use super::{
    GoBuild,
    bytes::{Bytes, Order, Trouble},
    layout::{GO, Layout},
    limits,
};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The header is where an address is a multiple of this.
const ALIGNMENT: u64 = 16;
const HEADER_BYTES: usize = 32;
/// The list of modules stands between two marks of this length.
const MARK_BYTES: usize = 16;

const BIG: u8 = 1;
const INLINE: u8 = 2;

/// The build information; `None` where the program is none of Go's.
pub(super) fn read(bytes: &mut Bytes<'_>, layout: &Layout) -> Result<Option<GoBuild>, Trouble> {
    let section = layout.section(&GO).map(|section| (section.place, section.size));
    let data = || {
        let data = layout.segments.iter().find(|segment| layout.lacks_sections && segment.is_data)?;
        let before = data.address.next_multiple_of(ALIGNMENT) - data.address;
        Some((data.place.saturating_add(before), data.size.saturating_sub(before)))
    };
    let Some((place, size)) = section.or_else(data) else { return Ok(None) };
    // What is claimed beyond the end of the file is not there.
    let size = size.min(bytes.length().saturating_sub(place));
    let Some(place) = find(bytes, place, size)? else {
        return match (section, size > limits::SEARCHED_BYTES) {
            (Some(_), _) => {
                Err(Trouble::Fault("it has a section for Go's build information, and none is in it"))
            }
            (None, true) => {
                Err(Trouble::Fault("it has more data than is searched for Go's build information"))
            }
            (None, false) => Ok(None),
        };
    };
    let header = bytes.at::<HEADER_BYTES>(place)?;
    let (version, modules) = match header.get(15) {
        Some(flags) if flags & INLINE != 0 => inline(bytes, place + HEADER_BYTES as u64)?,
        flags => pointed(bytes, layout, &header, flags.is_some_and(|flags| flags & BIG != 0))?,
    };
    if version.is_empty() {
        return Err(Trouble::Fault("its Go build information names no version"));
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Some(GoBuild { version: text(&version), modules: text(without_marks(&modules)) }))
}

/// Where the header is in a part of the file.
fn find(bytes: &mut Bytes<'_>, start: u64, size: u64) -> Result<Option<u64>, Trouble> {
    let end = start.saturating_add(size.min(limits::SEARCHED_BYTES));
    let mut place = start;
    while place < end {
        let searched = bytes.up_to(place, (end - place).min(limits::SEARCHED_AT_ONCE))?;
        let found =
            (0_u64..).zip(searched.chunks(ALIGNMENT as usize)).find(|(_, chunk)| chunk.starts_with(MAGIC));
        if let Some((chunk, _)) = found {
            return Ok(Some(place + chunk * ALIGNMENT));
        }
        if searched.is_empty() {
            break;
        }
        place += searched.len() as u64;
    }
    Ok(None)
}

fn without_marks(modules: &[u8]) -> &[u8] {
    let end = modules.len().checked_sub(MARK_BYTES);
    let list = end.and_then(|end| modules.get(MARK_BYTES..end)).unwrap_or_default();
    if list.ends_with(b"\n") { list } else { &[] }
}

fn inline(bytes: &mut Bytes<'_>, place: u64) -> Result<(Vec<u8>, Vec<u8>), Trouble> {
    let (version, next) = counted(bytes, place, limits::MOST_VERSION_BYTES)?;
    let (modules, _) = counted(bytes, next, limits::MOST_MODULES_BYTES)?;
    Ok((version, modules))
}

/// A text after its length, and the place behind it.
fn counted(bytes: &mut Bytes<'_>, place: u64, most: u64) -> Result<(Vec<u8>, u64), Trouble> {
    let (mut length, mut read) = (0_u64, 0_u64);
    for byte in bytes.up_to(place, 10)? {
        length |=
            u64::from(byte & 0x7f).checked_shl(u32::try_from(7 * read).unwrap_or(u32::MAX)).unwrap_or(0);
        read += 1;
        if byte & 0x80 == 0 {
            let text = bytes.exactly(place + read, length, most)?;
            return Ok((text, place + read + length));
        }
    }
    Err(Trouble::Fault("its Go build information is damaged"))
}

/// The texts to which the header's pointers lead: to address and length of each.
fn pointed(
    bytes: &mut Bytes<'_>,
    layout: &Layout,
    header: &[u8],
    is_big: bool,
) -> Result<(Vec<u8>, Vec<u8>), Trouble> {
    let order = if is_big { Order::Big } else { Order::Little };
    let size = usize::from(header.get(14).copied().unwrap_or_default());
    if size != 4 && size != 8 {
        return Err(Trouble::Fault("its Go build information is damaged"));
    }
    let mut text = |at: usize, most: u64| {
        let pointer = number(order, header, at, size)?;
        if pointer == 0 {
            return Ok(Vec::new());
        }
        let string = layout.memory(bytes, pointer, 2 * size as u64, 16)?;
        let (address, length) = (number(order, &string, 0, size)?, number(order, &string, size, size)?);
        if length == 0 { Ok(Vec::new()) } else { layout.memory(bytes, address, length, most) }
    };
    Ok((text(16, limits::MOST_VERSION_BYTES)?, text(16 + size, limits::MOST_MODULES_BYTES)?))
}

fn number(order: Order, bytes: &[u8], at: usize, size: usize) -> Result<u64, Trouble> {
    order.number(bytes, at, size).ok_or(Trouble::Fault("its Go build information is damaged"))
}
