//! Numbers in bytes of strangers.

/// The order of the bytes in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

impl Order {
    /// The number of four bytes at this place; `None` where they are not all there.
    pub(super) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Big => u32::from_be_bytes(bytes),
            Self::Little => u32::from_le_bytes(bytes),
        })
    }

    /// The same as a size or a place.
    pub(super) fn size_at(self, bytes: &[u8], at: usize) -> Option<usize> {
        self.u32_at(bytes, at).and_then(|number| usize::try_from(number).ok())
    }

    /// The number of two bytes at this place, as a size or a place.
    pub(super) fn short_at(self, bytes: &[u8], at: usize) -> Option<usize> {
        let bytes: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(usize::from(match self {
            Self::Big => u16::from_be_bytes(bytes),
            Self::Little => u16::from_le_bytes(bytes),
        }))
    }
}
