//! Mach-O, the programs of macOS: alone, or several in one file.

use super::{
    bytes::{Bytes, Order, Trouble},
    layout::{Layout, Section, Segment, says_something},
    limits,
};

const SEGMENT: u64 = 1;
const LARGE_SEGMENT: u64 = 0x19;

fn number(order: Order, bytes: &[u8], at: usize, size: usize) -> Result<u64, Trouble> {
    order.number(bytes, at, size).ok_or(Trouble::Fault("it is cut off"))
}

/// All programs in the file that can be read, and what is wrong with others.
pub(super) fn layouts(
    bytes: &mut Bytes<'_>,
    magic: [u8; 4],
) -> Result<(Vec<Layout>, Vec<&'static str>), Trouble> {
    let (is_large, order) = match magic {
        [0xca, 0xfe, 0xba, 0xbe] => (false, Order::Big),
        [0xca, 0xfe, 0xba, 0xbf] => (true, Order::Big),
        [0xbe, 0xba, 0xfe, 0xca] => (false, Order::Little),
        [0xbf, 0xba, 0xfe, 0xca] => (true, Order::Little),
        _ => return layout(bytes, 0).map(|layout| (vec![layout], Vec::new())),
    };
    let count = number(order, &bytes.at::<4>(4)?, 0, 4)?;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    if count > limits::MOST_ARCHITECTURES {
        faults.push("it is for more architectures than are read");
    }
    for index in 0..count.min(limits::MOST_ARCHITECTURES) {
        let place = if is_large {
            number(order, &bytes.at::<32>(8 + index * 32)?, 8, 8)?
        } else {
            number(order, &bytes.at::<20>(8 + index * 20)?, 8, 4)?
        };
        match layout(bytes, place) {
            Ok(layout) => found.push(layout),
            Err(Trouble::Fault(fault)) => faults.push(fault),
            Err(trouble @ Trouble::Ours(_)) => return Err(trouble),
        }
    }
    faults.dedup();
    Ok((found, faults))
}

/// The program at this place of the file.
fn layout(bytes: &mut Bytes<'_>, start: u64) -> Result<Layout, Trouble> {
    let (order, is_large) = match bytes.at::<4>(start)? {
        [0xce, 0xfa, 0xed, 0xfe] => (Order::Little, false),
        [0xcf, 0xfa, 0xed, 0xfe] => (Order::Little, true),
        [0xfe, 0xed, 0xfa, 0xce] => (Order::Big, false),
        [0xfe, 0xed, 0xfa, 0xcf] => (Order::Big, true),
        _ => return Err(Trouble::Fault("it is no program that is known")),
    };
    let commands = number(order, &bytes.at::<28>(start)?, 16, 4)?;
    let mut place = start + if is_large { 32 } else { 28 };
    let mut layout = Layout { order, sections: Vec::new(), segments: Vec::new(), lacks_sections: false };
    if commands > limits::MOST_SEGMENTS {
        return Err(Trouble::Fault("it has more commands than programs have"));
    }
    for _ in 0..commands {
        let command = bytes.at::<8>(place)?;
        let (kind, size) = (number(order, &command, 0, 4)?, number(order, &command, 4, 4)?);
        if size < 8 {
            return Err(Trouble::Fault("its commands are damaged"));
        }
        if kind == SEGMENT || kind == LARGE_SEGMENT {
            segment(bytes, &mut layout, (start, place, size), kind == LARGE_SEGMENT)?;
        }
        place += size;
    }
    Ok(layout)
}

/// Reads the segment at the second place, of so many bytes, of the program at the first, and its sections.
fn segment(
    bytes: &mut Bytes<'_>,
    layout: &mut Layout,
    (start, place, size): (u64, u64, u64),
    is_large: bool,
) -> Result<(), Trouble> {
    let order = layout.order;
    let (header, width, section_bytes) = if is_large { (72, 8, 80) } else { (56, 4, 68) };
    let segment = bytes.exactly(place, header, header)?;
    let field = |small: usize, large: usize, size: usize| {
        number(order, &segment, if is_large { large } else { small }, size)
    };
    let name = segment.get(8..24).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
    layout.segments.push(Segment {
        address: field(24, 24, width)?,
        place: start.saturating_add(field(32, 40, width)?),
        size: field(36, 48, width)?,
        is_data: name == b"__DATA",
    });
    let count = field(48, 64, 4)?;
    if header + count * section_bytes > size {
        return Err(Trouble::Fault("its sections are damaged"));
    }
    for index in 0..count {
        let section = bytes.exactly(place + header + index * section_bytes, section_bytes, section_bytes)?;
        let name = section.get(..16).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
        if says_something(name) {
            let [at_size, at_place] = if is_large { [40, 48] } else { [36, 40] };
            layout.sections.push(Section {
                name: name.to_vec(),
                place: start.saturating_add(number(order, &section, at_place, 4)?),
                size: number(order, &section, at_size, width)?,
            });
        }
    }
    Ok(())
}
