//! PE, the programs of Windows: the table of sections, each of which is loaded.

use super::{
    bytes::{Bytes, Order, Trouble},
    layout::{Layout, Section, Segment, says_something},
};

const ORDER: Order = Order::Little;
/// Initialised data that may be read and written, whatever its alignment.
const DATA: u64 = 0x40 | 0x4000_0000 | 0x8000_0000;
const ALIGNMENT: u64 = 0x00f0_0000;
/// Begins the optional header of programs of 64 bits.
const LARGE: u64 = 0x20b;
/// Which of the directories at the end of the optional header is that of the Common Language Infrastructure.
const MANAGED: u64 = 14;

fn number(bytes: &[u8], at: usize, size: usize) -> Result<u64, Trouble> {
    ORDER.number(bytes, at, size).ok_or(Trouble::Fault("it is cut off"))
}

pub(super) fn layout(bytes: &mut Bytes<'_>) -> Result<Layout, Trouble> {
    let place = number(&bytes.at::<4>(0x3c)?, 0, 4)?;
    let header = bytes.at::<24>(place)?;
    if !header.starts_with(b"PE\0\0") {
        return Err(Trouble::Fault("it is a program for DOS"));
    }
    let (count, optional) = (number(&header, 6, 2)?, number(&header, 20, 2)?);
    let base = if optional == 0 { 0 } else { base(bytes, place + 24)? };
    let mut layout =
        Layout { order: ORDER, sections: Vec::new(), segments: Vec::new(), lacks_sections: true };
    for index in 0..count {
        let section = bytes.at::<40>(place + 24 + optional + index * 40)?;
        let name = section.split(|&byte| byte == 0).next().unwrap_or_default();
        let name = name.get(..8).unwrap_or(name);
        let (memory, address) = (number(&section, 8, 4)?, number(&section, 12, 4)?);
        let (size, place) = (number(&section, 16, 4)?, number(&section, 20, 4)?);
        if says_something(name) {
            // What is there is filled up to whole blocks.
            let size = if memory == 0 { size } else { size.min(memory) };
            layout.sections.push(Section { name: name.to_vec(), place, size });
        }
        let kind = number(&section, 36, 4)? & !ALIGNMENT;
        layout.segments.push(Segment {
            address: base.saturating_add(address),
            place,
            size,
            is_data: kind == DATA && size > 0,
        });
    }
    Ok(layout)
}

/// The address at which the program is meant to be loaded.
fn base(bytes: &mut Bytes<'_>, place: u64) -> Result<u64, Trouble> {
    let header = bytes.at::<32>(place)?;
    if number(&header, 0, 2)? == LARGE { number(&header, 24, 8) } else { number(&header, 28, 4) }
}

/// The base address, and where after it the header of the Common Language Infrastructure is; `None` where the program has none.
pub(super) fn managed(bytes: &mut Bytes<'_>) -> Result<Option<(u64, u64)>, Trouble> {
    let place = number(&bytes.at::<4>(0x3c)?, 0, 4)?;
    let size = number(&bytes.at::<24>(place)?, 20, 2)?;
    let place = place + 24;
    if size == 0 {
        return Ok(None);
    }
    let is_large = number(&bytes.at::<2>(place)?, 0, 2)? == LARGE;
    let directories = if is_large { 112 } else { 96 };
    let entry = directories + MANAGED * 8;
    if size < entry + 8 || number(&bytes.at::<4>(place + directories - 4)?, 0, 4)? <= MANAGED {
        return Ok(None);
    }
    let header = number(&bytes.at::<8>(place + entry)?, 0, 4)?;
    if header == 0 { Ok(None) } else { Ok(Some((base(bytes, place)?, header))) }
}
