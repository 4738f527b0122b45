//! Maps of sparse files: which parts of a file its data fills, the rest being zeros. GNU tar manual, "Storing Sparse
//! Files": the old format, and PAX formats 0.0, 0.1 and 1.0.

use super::{
    header::{Block, field},
    number,
    records::{SparseRecords, given},
};

/// Bytes of one entry in the old format: an offset and a length.
const GNU_ENTRY_BYTES: usize = 24;

/// A part of a file that its data fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fragment {
    /// Where it begins in the file, in bytes.
    pub(super) offset: u64,
    /// Its bytes.
    pub(super) length: u64,
}

/// A sound map: fragments in order, apart, within the file, and together as long as the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::layer) struct SparseMap {
    pub(super) fragments: Vec<Fragment>,
}

impl SparseMap {
    /// Whether the file does not begin with a hole.
    pub(in crate::layer) fn begins_with_data(&self) -> bool {
        self.fragments
            .iter()
            .find(|fragment| fragment.length > 0)
            .is_some_and(|fragment| fragment.offset == 0)
    }

    /// Adds a fragment.
    fn push(&mut self, offset: u64, length: u64) -> Result<(), SparseError> {
        let before = self.fragments.last().map_or(0, |last| last.offset.saturating_add(last.length));
        if offset < before {
            return Err(SparseError::Overlapping);
        }
        self.fragments.push(Fragment { offset, length });
        Ok(())
    }

    /// Holds the map against the size of the file and the bytes of data that there are.
    pub(super) fn check(self, size: u64, data: u64) -> Result<Self, SparseError> {
        let end = self.fragments.last().map_or(Some(0), |last| last.offset.checked_add(last.length));
        let filled = self.fragments.iter().try_fold(0, |sum: u64, fragment| sum.checked_add(fragment.length));
        if end.is_none_or(|end| end > size) {
            return Err(SparseError::PastEnd);
        }
        if filled == Some(data) { Ok(self) } else { Err(SparseError::WrongLength) }
    }

    /// Adds the entries of a block of the old format.
    pub(super) fn push_gnu(&mut self, block: &Block, layout: GnuLayout) -> Result<(), SparseError> {
        for entry in field(block, layout.entries()).chunks_exact(GNU_ENTRY_BYTES) {
            let (offset, length) = entry.split_at(GNU_ENTRY_BYTES / 2);
            if offset.first() == Some(&0) {
                break;
            }
            let number = |text| number::parse(text).map_err(|_number| SparseError::Malformed);
            self.push(number(offset)?, number(length)?)?;
        }
        Ok(())
    }

    /// Reads the map of formats 0.0 and 0.1: numbers and commas.
    pub(super) fn from_records(records: &SparseRecords) -> Result<Self, SparseError> {
        let text = given(records.map.as_ref()).unwrap_or_default();
        let count = decimal(records.count.as_deref().unwrap_or_default())?;
        let numbers = text.split(|&byte| byte == b',').filter(|_| !text.is_empty()).map(decimal);
        Self::from_numbers(numbers, count)
    }

    /// Reads the map of format 1.0, its count already taken off: numbers and line feeds.
    pub(super) fn from_lines(text: &[u8], count: u64) -> Result<Self, SparseError> {
        let numbers = count.saturating_mul(2);
        let lines = text.split(|&byte| byte == b'\n').take(usize::try_from(numbers).unwrap_or(usize::MAX));
        Self::from_numbers(lines.map(decimal), count)
    }

    fn from_numbers(
        mut numbers: impl Iterator<Item = Result<u64, SparseError>>,
        count: u64,
    ) -> Result<Self, SparseError> {
        let mut map = Self::default();
        while let Some(offset) = numbers.next() {
            let length = numbers.next().ok_or(SparseError::Malformed)?;
            map.push(offset?, length?)?;
        }
        if map.fragments.len() as u64 == count { Ok(map) } else { Err(SparseError::Malformed) }
    }
}

/// Where a block of the old format has its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GnuLayout {
    /// The header itself.
    Header,
    /// A further block.
    Extension,
}

impl GnuLayout {
    /// Where the old format has the file's real size, in the header.
    pub(super) const REAL_SIZE: std::ops::Range<usize> = 483..495;

    fn entries(self) -> std::ops::Range<usize> {
        match self {
            Self::Header => 386..482,
            Self::Extension => 0..504,
        }
    }

    /// Whether a further block follows this one.
    pub(super) fn is_continued(self, block: &Block) -> bool {
        block.get(self.entries().end).is_some_and(|&mark| mark != 0)
    }
}

/// What is wrong with a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SparseError {
    /// Not the numbers that were announced.
    #[error("it is malformed")]
    Malformed,
    /// Two parts fill the same place, or they are out of order.
    #[error("its parts overlap")]
    Overlapping,
    /// A part lies past the end of the file.
    #[error("it goes past the end of the file")]
    PastEnd,
    /// The parts are not as long as the data.
    #[error("it does not fit the data")]
    WrongLength,
    /// Announced by something that is no file.
    #[error("the entry is no file")]
    NoFile,
    /// Of a version that is not read.
    #[error("its version is not known")]
    UnknownVersion,
}

/// A number of a record or a line.
pub(super) fn decimal(text: &[u8]) -> Result<u64, SparseError> {
    number::parse_decimal(text).map_err(|_number| SparseError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(map: &str, count: &str) -> SparseRecords {
        SparseRecords { map: Some(map.into()), count: Some(count.into()), ..SparseRecords::default() }
    }

    #[test]
    fn a_sound_map_is_read() {
        let map = SparseMap::from_records(&records("0,3,10,4", "2")).unwrap();
        assert!(map.begins_with_data());
        assert!(map.clone().check(14, 7).is_ok());
        assert_eq!(map.clone().check(13, 7), Err(SparseError::PastEnd));
        assert_eq!(map.check(14, 8), Err(SparseError::WrongLength));
        assert_eq!(SparseMap::from_records(&records("", "0")), Ok(SparseMap::default()));
    }

    #[test]
    fn a_map_that_lies_is_refused() {
        for (map, count, error) in [
            ("0,3,2,4", "2", SparseError::Overlapping),
            ("0,3,10", "1", SparseError::Malformed),
            ("0,3", "2", SparseError::Malformed),
            ("0,3", "", SparseError::Malformed),
            ("-1,3", "1", SparseError::Malformed),
            ("9223372036854775807,9223372036854775807,1,1", "2", SparseError::Overlapping),
        ] {
            assert_eq!(SparseMap::from_records(&records(map, count)), Err(error), "{map}");
        }
        let largest = SparseMap::from_lines(b"9223372036854775807\n9223372036854775807\n", 1).unwrap();
        assert_eq!(largest.check(u64::MAX, 1), Err(SparseError::WrongLength));
    }
}
