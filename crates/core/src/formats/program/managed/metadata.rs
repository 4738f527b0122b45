//! The root of the metadata, and its heaps of texts and of bytes. Whatever is said of places, nothing outside the metadata is read.

use super::{
    super::{
        bytes::{Bytes, Order, Trouble},
        limits,
    },
    tables::{self, Tables},
};

/// A part of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) place: u64,
    pub(super) size: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Metadata {
    tables: Tables,
    strings: Part,
    blobs: Part,
}

/// An attribute: its constructor, coded, and where its value is in the heap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    pub(super) constructor: u64,
    pub(super) value: u64,
}

const DAMAGED: Trouble = Trouble::Fault("its metadata is damaged");

impl Metadata {
    /// Reads the root (II.24.2.1).
    pub(super) fn read(bytes: &mut Bytes<'_>, place: u64, size: u64) -> Result<Self, Trouble> {
        let root = bytes.up_to(place, size.min(limits::MOST_ROOT_BYTES))?;
        if !root.starts_with(b"BSJB") {
            return Err(DAMAGED);
        }
        let number = |at: usize, size: usize| Order::Little.number(&root, at, size).ok_or(DAMAGED);
        let version = usize::try_from(number(12, 4)?).unwrap_or(usize::MAX);
        let mut at = version.checked_add(16).ok_or(DAMAGED)?;
        let count = number(at.saturating_add(2), 2)?;
        at = at.saturating_add(4);
        let (mut tables, mut strings, mut blobs) = (None, None, None);
        for _ in 0..count {
            let (offset, length) = (number(at, 4)?, number(at.saturating_add(4), 4)?);
            let name = root.get(at.saturating_add(8)..).ok_or(DAMAGED)?;
            let end =
                name.iter().take(limits::MOST_STREAM_NAME).position(|&byte| byte == 0).ok_or(DAMAGED)?;
            at = at.saturating_add(8 + (end + 1).next_multiple_of(4));
            let kept = match name.get(..end) {
                Some(b"#~" | b"#-") => &mut tables,
                Some(b"#Strings") => &mut strings,
                Some(b"#Blob") => &mut blobs,
                Some(_) | None => continue,
            };
            let is_within = offset.checked_add(length).is_some_and(|end| end <= size);
            if !is_within || kept.is_some() {
                return Err(DAMAGED);
            }
            *kept = Some(Part { place: place.saturating_add(offset), size: length });
        }
        let nothing = Part { place, size: 0 };
        Ok(Self {
            tables: Tables::read(bytes, tables.ok_or(DAMAGED)?)?,
            strings: strings.unwrap_or(nothing),
            blobs: blobs.unwrap_or(nothing),
        })
    }

    /// The values of a row, counted from 1.
    pub(super) fn row(&self, bytes: &mut Bytes<'_>, table: usize, row: u64) -> Result<Vec<u64>, Trouble> {
        self.tables.row(bytes, table, row)
    }

    /// The attributes on what this coded index means.
    pub(super) fn attributes_of(
        &self,
        bytes: &mut Bytes<'_>,
        parent: u64,
    ) -> Result<Vec<Attribute>, Trouble> {
        let mut found = Vec::new();
        for row in self.tables.rows_that_begin(bytes, tables::CUSTOM_ATTRIBUTE, parent)? {
            let row = self.row(bytes, tables::CUSTOM_ATTRIBUTE, row)?;
            if let [_, constructor, value] = row.as_slice() {
                found.push(Attribute { constructor: *constructor, value: *value });
            }
        }
        Ok(found)
    }

    /// A text of the heap (II.24.2.3).
    pub(super) fn string(&self, bytes: &mut Bytes<'_>, at: u64) -> Result<String, Trouble> {
        let room = self.strings.size.checked_sub(at).ok_or(DAMAGED)?;
        let place = self.strings.place.saturating_add(at);
        let text = bytes.up_to(place, room.min(limits::MOST_NAME_LENGTH))?;
        let end = text.iter().position(|&byte| byte == 0).ok_or(DAMAGED)?;
        Ok(String::from_utf8_lossy(text.get(..end).unwrap_or_default()).into_owned())
    }

    /// The bytes of the heap (II.24.2.4).
    pub(super) fn blob(&self, bytes: &mut Bytes<'_>, at: u64) -> Result<Vec<u8>, Trouble> {
        let room = self.blobs.size.checked_sub(at).ok_or(DAMAGED)?;
        let place = self.blobs.place.saturating_add(at);
        let blob = bytes.up_to(place, room.min(limits::MOST_BLOB_BYTES))?;
        let (length, rest) = length(&blob).ok_or(DAMAGED)?;
        rest.get(..length).map(<[u8]>::to_vec).ok_or(DAMAGED)
    }
}

/// A number in its short form (II.23.2), and what follows it.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = match bytes {
        [one @ 0..=0x7f, rest @ ..] => (u32::from(*one), rest),
        [one @ 0x80..=0xbf, two, rest @ ..] => (u32::from_be_bytes([0, 0, one & 0x3f, *two]), rest),
        [one @ 0xc0..=0xdf, two, three, four, rest @ ..] => {
            (u32::from_be_bytes([one & 0x1f, *two, *three, *four]), rest)
        }
        _ => return None,
    };
    Some((usize::try_from(number).ok()?, rest))
}
