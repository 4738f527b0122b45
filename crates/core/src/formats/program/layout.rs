//! How a program is laid out: the sections that say something, and where its memory is in the file.

use super::bytes::{Bytes, Order, Trouble};

/// Names of sections that say something.
pub(super) const GO: [&[u8]; 2] = [b".go.buildinfo", b"__go_buildinfo"];
pub(super) const RUST: &[u8] = b".dep-v0";
pub(super) const NOTE: &[u8] = b".note.package";

/// See the module.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) order: Order,
    /// The sections with the names above.
    pub(super) sections: Vec<Section>,
    pub(super) segments: Vec<Segment>,
    /// Whether there are no sections, or they cannot be read.
    pub(super) lacks_sections: bool,
}

/// A part of the file with a name.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) name: Vec<u8>,
    pub(super) place: u64,
    pub(super) size: u64,
}

/// A part of the file that is loaded into memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) address: u64,
    pub(super) place: u64,
    pub(super) size: u64,
    /// Whether it holds data that the program may change: where Go's linker puts its information.
    pub(super) is_data: bool,
}

/// Whether a section of this name is kept.
pub(super) fn says_something(name: &[u8]) -> bool {
    GO.contains(&name) || name == RUST || name == NOTE
}

impl Layout {
    pub(super) fn section(&self, names: &[&[u8]]) -> Option<&Section> {
        self.sections.iter().find(|section| names.contains(&section.name.as_slice()))
    }

    /// Memory of the program, as it stands in the file.
    pub(super) fn memory(
        &self,
        bytes: &mut Bytes<'_>,
        address: u64,
        length: u64,
        most: u64,
    ) -> Result<Vec<u8>, Trouble> {
        let place = self.place(address, length)?;
        bytes.exactly(place, length, most)
    }

    /// Where so much memory of the program is in the file.
    pub(super) fn place(&self, address: u64, length: u64) -> Result<u64, Trouble> {
        let within = |segment: &&Segment| {
            address.checked_sub(segment.address).is_some_and(|offset| offset < segment.size)
        };
        let Some(segment) = self.segments.iter().find(within) else {
            return Err(Trouble::Fault("it points to memory that is not in the file"));
        };
        let offset = address - segment.address;
        if length > segment.size - offset {
            return Err(Trouble::Fault("it points to memory that is not in the file"));
        }
        Ok(segment.place.saturating_add(offset))
    }
}
