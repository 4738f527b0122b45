//! The header of a package: what rpm knows of it, as values with tags.
//!
//! Two counts, an index of entries of 16 bytes (tag, type, place, count), and the data that they point into, all numbers
//! big-endian. An entry's count is a claim: values are read until they or the data end.
//!
//! Source of the format: rpm's “RPM v4 header format” and the table of tags in its manual.

use super::{
    bytes::Order::{self, Big},
    limits::MOST_HEADER_ENTRIES,
};

/// Tags of the values that are read.
pub(super) mod tag {
    pub(in super::super) const SIGNATURE_PGP: u32 = 259;
    pub(in super::super) const SIGNATURE_GPG: u32 = 262;
    pub(in super::super) const HEADER_DSA: u32 = 267;
    pub(in super::super) const HEADER_RSA: u32 = 268;
    pub(in super::super) const OPENPGP: u32 = 278;
    pub(in super::super) const NAME: u32 = 1000;
    pub(in super::super) const VERSION: u32 = 1001;
    pub(in super::super) const RELEASE: u32 = 1002;
    pub(in super::super) const EPOCH: u32 = 1003;
    pub(in super::super) const VENDOR: u32 = 1011;
    pub(in super::super) const ARCHITECTURE: u32 = 1022;
    pub(in super::super) const OLD_FILE_NAMES: u32 = 1027;
    pub(in super::super) const FILE_DIGESTS: u32 = 1035;
    pub(in super::super) const SOURCE_RPM: u32 = 1044;
    pub(in super::super) const DIRECTORY_INDEXES: u32 = 1116;
    pub(in super::super) const BASE_NAMES: u32 = 1117;
    pub(in super::super) const DIRECTORY_NAMES: u32 = 1118;
    pub(in super::super) const MODULARITY_LABEL: u32 = 5096;
}

const NUMBERS: u32 = 4;
const TEXT: u32 = 6;
const BYTES: u32 = 7;
const TEXTS: u32 = 8;
const TRANSLATED_TEXTS: u32 = 9;
const ENTRY: usize = 16;

/// A header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

/// A value that may be missing, or there and not be what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<T> {
    Missing,
    Value(T),
    Unreadable,
}

impl<T> Field<T> {
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Unreadable => None,
        }
    }

    pub(super) fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> Field<U> {
        match self {
            Self::Value(value) => read(value).map_or(Field::Unreadable, Field::Value),
            Self::Missing => Field::Missing,
            Self::Unreadable => Field::Unreadable,
        }
    }

    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }
}

impl<'a> Header<'a> {
    /// Takes a header apart; `None` where it is none, or cut off.
    pub(super) fn read(blob: &'a [u8]) -> Option<Self> {
        let (entries, length) = (Big.size_at(blob, 0)?, Big.size_at(blob, 4)?);
        if entries == 0 || entries > MOST_HEADER_ENTRIES {
            return None;
        }
        let (index, data) = blob.get(8..)?.split_at_checked(entries * ENTRY)?;
        Some(Self { index, data: data.get(..length)? })
    }

    /// A text.
    pub(super) fn text(&self, tag: u32) -> Field<&'a [u8]> {
        self.find(tag, &[TEXT, TEXTS, TRANSLATED_TEXTS]).and_then(|(_, data)| texts(data).next())
    }

    /// A number.
    pub(super) fn number(&self, tag: u32) -> Field<u32> {
        self.find(tag, &[NUMBERS]).and_then(|(_, data)| Big.u32_at(data, 0))
    }

    /// Bytes.
    pub(super) fn bytes(&self, tag: u32) -> Field<&'a [u8]> {
        self.find(tag, &[BYTES]).and_then(|(count, data)| data.get(..count))
    }

    /// All texts of a list; one that is cut off is unreadable.
    pub(super) fn texts(&self, tag: u32) -> Field<Vec<&'a [u8]>> {
        self.find(tag, &[TEXT, TEXTS, TRANSLATED_TEXTS]).and_then(|(count, data)| {
            let texts: Vec<&[u8]> = texts(data).take(count).collect();
            (texts.len() == count).then_some(texts)
        })
    }

    /// All numbers of a list.
    pub(super) fn numbers(&self, tag: u32) -> Field<impl Iterator<Item = usize> + use<'a>> {
        self.find(tag, &[NUMBERS]).and_then(|(count, data)| {
            let numbers = data.get(..count.checked_mul(4)?)?.chunks_exact(4);
            Some(numbers.filter_map(|number| Order::size_at(Big, number, 0)))
        })
    }

    /// The count of the entry with this tag, and the data from its first value on. Where a tag comes twice, rpm has put the
    /// newer one behind.
    fn find(&self, tag: u32, kinds: &[u32]) -> Field<(usize, &'a [u8])> {
        let wanted = tag.to_be_bytes();
        let Some(entry) = self.index.chunks_exact(ENTRY).rfind(|entry| entry.starts_with(&wanted)) else {
            return Field::Missing;
        };
        let read = || {
            let (kind, at, count) = (Big.u32_at(entry, 4)?, Big.size_at(entry, 8)?, Big.size_at(entry, 12)?);
            (kinds.contains(&kind) && count > 0).then_some((count, self.data.get(at..)?))
        };
        read().map_or(Field::Unreadable, Field::Value)
    }
}

/// Texts, each ended by a zero byte.
fn texts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split_inclusive(|&byte| byte == 0).filter_map(|text| text.strip_suffix(b"\0"))
}
