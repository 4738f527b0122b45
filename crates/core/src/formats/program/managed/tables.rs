//! The tables of metadata: which columns each has, and so how long its rows are and where it begins.
//!
//! A row's length depends on how many rows other tables have and on how large the heaps are. Tables behind that of assemblies are
//! never reached.

use super::{
    super::{
        bytes::{Bytes, Order, Trouble},
        limits,
    },
    metadata::Part,
};

pub(super) const TYPE_REF: usize = 0x01;
pub(super) const MEMBER_REF: usize = 0x0a;
pub(super) const CUSTOM_ATTRIBUTE: usize = 0x0c;
pub(super) const ASSEMBLY: usize = 0x20;

/// A column.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// A number of so many bytes.
    Bytes(usize),
    /// Places in heaps.
    Text,
    Identifier,
    Blob,
    /// A row of a table.
    Row(usize),
    /// A row of one of several tables, with a tag of so many bits.
    Coded(u32, &'static [usize]),
}

use Column::{Blob, Bytes as Number, Coded, Identifier, Row, Text};

// Coded indexes (II.24.2.6).
const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1b]);
const HAS_CONSTANT: Column = Coded(2, &[0x04, 0x08, 0x17]);
const HAS_CUSTOM_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20, 0x23, 0x26,
        0x27, 0x28, 0x2a, 0x2c, 0x2b,
    ],
);
const HAS_FIELD_MARSHAL: Column = Coded(1, &[0x04, 0x08]);
const HAS_DECL_SECURITY: Column = Coded(2, &[0x02, 0x06, 0x20]);
const MEMBER_REF_PARENT: Column = Coded(3, &[0x02, 0x01, 0x1a, 0x06, 0x1b]);
const HAS_SEMANTICS: Column = Coded(1, &[0x14, 0x17]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0a]);
const MEMBER_FORWARDED: Column = Coded(1, &[0x04, 0x06]);
const CUSTOM_ATTRIBUTE_TYPE: Column = Coded(3, &[0x06, 0x0a]);
const RESOLUTION_SCOPE: Column = Coded(2, &[0x00, 0x1a, 0x23, 0x01]);

/// The columns of each table (II.22), up to that of assemblies. Those that only compilers leave behind (II.24.2.6 does not have
/// them) point to rows of the table after them.
const TABLES: [&[Column]; ASSEMBLY + 1] = [
    &[Number(2), Text, Identifier, Identifier, Identifier],
    &[RESOLUTION_SCOPE, Text, Text],
    &[Number(4), Text, Text, TYPE_DEF_OR_REF, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[Number(2), Text, Blob],
    &[Row(0x06)],
    &[Number(4), Number(2), Number(2), Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[Number(2), Number(2), Text],
    &[Row(0x02), TYPE_DEF_OR_REF],
    &[MEMBER_REF_PARENT, Text, Blob],
    &[Number(2), HAS_CONSTANT, Blob],
    &[HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, Blob],
    &[HAS_FIELD_MARSHAL, Blob],
    &[Number(2), HAS_DECL_SECURITY, Blob],
    &[Number(2), Number(4), Row(0x02)],
    &[Number(4), Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[Number(2), Text, TYPE_DEF_OR_REF],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[Number(2), Text, Blob],
    &[Number(2), Row(0x06), HAS_SEMANTICS],
    &[Row(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],
    &[Text],
    &[Blob],
    &[Number(2), MEMBER_FORWARDED, Text, Row(0x1a)],
    &[Number(4), Row(0x04)],
    &[Number(4), Number(4)],
    &[Number(4)],
    &[Number(4), Number(2), Number(2), Number(2), Number(2), Number(4), Blob, Text, Text],
];

const DAMAGED: Trouble = Trouble::Fault("its metadata is damaged");
const HEADER_BYTES: u64 = 24;
/// Rows are counted with 24 bits (II.22, “metadata tokens”).
const MOST_ROWS: u64 = (1 << 24) - 1;

/// See the module.
#[derive(Debug)]
pub(super) struct Tables {
    stream: Part,
    /// Where the first table begins, in the stream.
    start: u64,
    rows: [u64; 64],
    /// Which heaps are large: a bit each.
    heaps: u8,
}

impl Tables {
    /// Reads the head of the stream of tables (II.24.2.6).
    pub(super) fn read(bytes: &mut Bytes<'_>, stream: Part) -> Result<Self, Trouble> {
        let most = stream.size.min(HEADER_BYTES + 64 * 4 + 4);
        let head = bytes.up_to(stream.place, most)?;
        let number = |at: usize, size: usize| Order::Little.number(&head, at, size).ok_or(DAMAGED);
        let heaps = head.get(6).copied().ok_or(DAMAGED)?;
        let there = number(8, 8)?;
        let mut at = usize::try_from(HEADER_BYTES).unwrap_or(usize::MAX);
        let mut rows = [0; 64];
        for (table, count) in rows.iter_mut().enumerate().filter(|(table, _)| there >> table & 1 == 1) {
            *count = number(at, 4)?;
            if *count > MOST_ROWS || (table == ASSEMBLY && *count != 1) {
                return Err(DAMAGED);
            }
            at += 4;
        }
        // A number that nobody describes follows where this bit is set.
        at += if heaps & 0x40 == 0 { 0 } else { 4 };
        Ok(Self { stream, start: at as u64, rows, heaps })
    }

    fn count(&self, table: usize) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    fn width(&self, column: Column) -> usize {
        let of_heap = |bit: u8| if self.heaps & bit == 0 { 2 } else { 4 };
        let is_small = |rows: u64, bits: u32| rows < 1 << (16 - bits);
        let of_rows = |is_small: bool| if is_small { 2 } else { 4 };
        match column {
            Number(size) => size,
            Text => of_heap(1),
            Identifier => of_heap(2),
            Blob => of_heap(4),
            Row(table) => of_rows(is_small(self.count(table), 0)),
            Coded(bits, tables) => of_rows(tables.iter().all(|&table| is_small(self.count(table), bits))),
        }
    }

    /// Bytes of a row.
    fn length(&self, table: usize) -> usize {
        let columns = TABLES.get(table).copied().unwrap_or_default();
        columns.iter().map(|&column| self.width(column)).sum()
    }

    /// Where the first row of a table is in the file.
    fn place(&self, table: usize) -> u64 {
        let before = (0..table).map(|table| self.count(table) * self.length(table) as u64);
        self.stream.place.saturating_add(self.start).saturating_add(before.sum())
    }

    /// The values of a row, counted from 1.
    pub(super) fn row(&self, bytes: &mut Bytes<'_>, table: usize, row: u64) -> Result<Vec<u64>, Trouble> {
        if row == 0 || row > self.count(table) {
            return Err(if table == ASSEMBLY {
                Trouble::Fault("it is a part of an assembly, and no assembly")
            } else {
                DAMAGED
            });
        }
        let length = self.length(table) as u64;
        let place = self.place(table).saturating_add((row - 1) * length);
        self.is_within(place, length)?;
        let raw = bytes.exactly(place, length, length)?;
        let mut at = 0;
        let mut values = Vec::new();
        for &column in TABLES.get(table).copied().unwrap_or_default() {
            let width = self.width(column);
            values.push(Order::Little.number(&raw, at, width).ok_or(DAMAGED)?);
            at += width;
        }
        Ok(values)
    }

    /// The rows, counted from 1, of which the first column has this value.
    pub(super) fn rows_that_begin(
        &self,
        bytes: &mut Bytes<'_>,
        table: usize,
        value: u64,
    ) -> Result<Vec<u64>, Trouble> {
        let (count, length) = (self.count(table), self.length(table));
        let width = TABLES.get(table).and_then(|columns| columns.first()).map_or(0, |one| self.width(*one));
        let at_once = (limits::SEARCHED_AT_ONCE / (length as u64).max(1)).max(1);
        let mut found = Vec::new();
        let mut row = 0;
        while row < count {
            let place = self.place(table).saturating_add(row * length as u64);
            let size = (count - row).min(at_once) * length as u64;
            self.is_within(place, size)?;
            let raw = bytes.exactly(place, size, size)?;
            let rows = (row + 1..).zip(raw.chunks(length.max(1)));
            found.extend(
                rows.filter(|(_, raw)| Order::Little.number(raw, 0, width) == Some(value)).map(|one| one.0),
            );
            if found.len() > limits::MOST_ATTRIBUTES {
                return Err(Trouble::Fault("the assembly has more attributes than assemblies have"));
            }
            row += at_once;
        }
        Ok(found)
    }

    fn is_within(&self, place: u64, size: u64) -> Result<(), Trouble> {
        let end = self.stream.place.saturating_add(self.stream.size);
        if place.checked_add(size).is_some_and(|last| last <= end) { Ok(()) } else { Err(DAMAGED) }
    }
}
