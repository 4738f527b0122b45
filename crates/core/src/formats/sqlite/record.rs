//! Rows, and the values in their columns.

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Its number, which a column that is the integer primary key stands for.
    pub(crate) number: i64,
    record: &'a [u8],
}

/// The value in one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Real,
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

impl<'a> Row<'a> {
    pub(super) fn new(number: i64, record: &'a [u8]) -> Self {
        Self { number, record }
    }

    /// The value in the column with this index; one that was added to the table after the row is null. `None` where the
    /// record is damaged.
    pub(crate) fn value(&self, index: usize) -> Option<Value<'a>> {
        let (header, start) = varint(self.record)?;
        let header = usize::try_from(header).ok()?;
        let mut types = self.record.get(start..header)?;
        let mut at = header;
        for _ in 0..index {
            let Some((kind, length)) = varint(types) else {
                return types.is_empty().then_some(Value::Null);
            };
            types = types.get(length..)?;
            at = at.checked_add(size(kind)?)?;
        }
        let Some((kind, _)) = varint(types) else { return types.is_empty().then_some(Value::Null) };
        let bytes = self.record.get(at..at.checked_add(size(kind)?)?)?;
        Some(match kind {
            0 => Value::Null,
            1..=6 => Value::Integer(integer(bytes)),
            7 => Value::Real,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            kind if kind % 2 == 0 => Value::Blob(bytes),
            _ => Value::Text(bytes),
        })
    }
}

/// The size of a value of this serial type.
fn size(kind: i64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        kind if kind >= 12 => usize::try_from((kind - 12) / 2).ok(),
        _ => None,
    }
}

/// A big-endian number of up to 8 bytes, with its sign.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |value, &byte| (value << 8) | i64::from(byte))
}

/// A number of 1 to 9 bytes, seven bits in each but the ninth, and how many bytes it has.
pub(super) fn varint(bytes: &[u8]) -> Option<(i64, usize)> {
    let mut value: i64 = 0;
    for (length, &byte) in (1..).zip(bytes.iter().take(9)) {
        if length == 9 {
            return Some(((value << 8) | i64::from(byte), length));
        }
        value = (value << 7) | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, length));
        }
    }
    None
}
