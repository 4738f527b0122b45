//! ELF: section headers (which may be missing) and program headers.

use super::{
    bytes::{Bytes, Order, Trouble},
    layout::{Layout, Section, Segment, says_something},
    limits,
};

const LOADED: u64 = 1;
const EXECUTABLE: u64 = 1;
const WRITABLE: u64 = 2;
/// A number of sections, or the section of their names, that stands in the first section.
const ELSEWHERE: u64 = 0xffff;

/// The header's fields: where they are, and how large addresses are.
struct Header {
    order: Order,
    is_large: bool,
    bytes: [u8; 64],
}

impl Header {
    /// The field at one place in files of 32 bits, at another in those of 64.
    fn field(&self, [small, large]: [usize; 2], size: usize) -> Result<u64, Trouble> {
        number(self.order, &self.bytes, if self.is_large { large } else { small }, size)
    }

    fn address_bytes(&self) -> usize {
        if self.is_large { 8 } else { 4 }
    }
}

fn number(order: Order, bytes: &[u8], at: usize, size: usize) -> Result<u64, Trouble> {
    order.number(bytes, at, size).ok_or(Trouble::Fault("it is cut off"))
}

pub(super) fn layout(bytes: &mut Bytes<'_>) -> Result<Layout, Trouble> {
    let identification = bytes.at::<6>(0)?;
    let (class, data) = (identification.get(4).copied(), identification.get(5).copied());
    let header = Header {
        order: if data == Some(2) { Order::Big } else { Order::Little },
        is_large: class == Some(2),
        bytes: first(bytes)?,
    };
    let segments = segments(bytes, &header)?;
    let (sections, lacks_sections) = match sections(bytes, &header) {
        Ok(Some(sections)) => (sections, false),
        Ok(None) | Err(Trouble::Fault(_)) => (Vec::new(), true),
        Err(trouble @ Trouble::Ours(_)) => return Err(trouble),
    };
    Ok(Layout { order: header.order, sections, segments, lacks_sections })
}

/// The header. That of 32 bits is shorter, and so may be the file.
fn first(bytes: &mut Bytes<'_>) -> Result<[u8; 64], Trouble> {
    let mut first = [0; 64];
    for (to, from) in first.iter_mut().zip(bytes.up_to(0, 64)?) {
        *to = from;
    }
    Ok(first)
}

fn segments(bytes: &mut Bytes<'_>, header: &Header) -> Result<Vec<Segment>, Trouble> {
    let width = header.address_bytes();
    let (place, size, count) =
        (header.field([28, 32], width)?, header.field([42, 54], 2)?, header.field([44, 56], 2)?);
    if count > limits::MOST_SEGMENTS {
        return Err(Trouble::Fault("it has more segments than programs have"));
    }
    let mut segments = Vec::new();
    for index in 0..count {
        let one = bytes.up_to(place.saturating_add(index * size), size)?;
        let field = |small: usize, large: usize, size: usize| {
            number(header.order, &one, if header.is_large { large } else { small }, size)
        };
        if field(0, 0, 4)? == LOADED {
            let flags = field(24, 4, 4)?;
            segments.push(Segment {
                place: field(4, 8, width)?,
                address: field(8, 16, width)?,
                size: field(16, 32, width)?,
                is_data: flags & (EXECUTABLE | WRITABLE) == WRITABLE,
            });
        }
    }
    Ok(segments)
}

/// The sections that say something; `None` where there are no sections.
fn sections(bytes: &mut Bytes<'_>, header: &Header) -> Result<Option<Vec<Section>>, Trouble> {
    let place = header.field([32, 40], header.address_bytes())?;
    let size = header.field([46, 58], 2)?;
    let (mut count, mut names) = (header.field([48, 60], 2)?, header.field([50, 62], 2)?);
    if place == 0 {
        return Ok(None);
    }
    let first = Raw::read(bytes, header, place)?;
    count = if count == 0 { first.size } else { count };
    names = if names == ELSEWHERE { first.link } else { names };
    if count > limits::MOST_SECTIONS || names >= count {
        return Err(Trouble::Fault("its sections are damaged"));
    }
    let of_names = Raw::read(bytes, header, place.saturating_add(names * size))?;
    let names = bytes.exactly(of_names.place, of_names.size, limits::MOST_NAME_BYTES)?;
    let mut sections = Vec::new();
    for index in 0..count {
        let raw = Raw::read(bytes, header, place.saturating_add(index * size))?;
        let name = usize::try_from(raw.name).ok().and_then(|at| names.get(at..)).unwrap_or_default();
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        if says_something(name) {
            sections.push(Section { name: name.to_vec(), place: raw.place, size: raw.size });
        }
    }
    Ok(Some(sections))
}

/// A section's header.
struct Raw {
    name: u64,
    place: u64,
    size: u64,
    link: u64,
}

impl Raw {
    fn read(bytes: &mut Bytes<'_>, header: &Header, place: u64) -> Result<Self, Trouble> {
        let (order, width) = (header.order, header.address_bytes());
        let length = if header.is_large { 64 } else { 40 };
        let one = bytes.exactly(place, length, length)?;
        let [at_place, at_size, at_link] = if header.is_large { [24, 32, 40] } else { [16, 20, 24] };
        Ok(Self {
            name: number(order, &one, 0, 4)?,
            place: number(order, &one, at_place, width)?,
            size: number(order, &one, at_size, width)?,
            link: number(order, &one, at_link, 4)?,
        })
    }
}
