//! Values and rows: what goes into a statement and comes out, the same for both databases.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use uuid::Uuid;

use super::StoreError;
use crate::limits;

/// A parameter, or a column of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// `BIGINT`. Also instants, as microseconds since 1970, and truth, as 0 and 1.
    Integer(i64),
    /// `TEXT`. Also digests and UUIDs, as written. A NUL character, which PostgreSQL cannot keep, is put in as U+FFFD.
    Text(String),
    /// `BYTEA`.
    Bytes(Vec<u8>),
}

/// A row of an answer, its columns by place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(super) Vec<Value>);

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Integer(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(storable(text).into_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(if text.contains('\0') { storable(&text).into_owned() } else { text })
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&Digest> for Value {
    fn from(digest: &Digest) -> Self {
        Self::Text(digest.as_str().to_owned())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Integer(instant.timestamp_micros())
    }
}

/// A text as both databases can keep it. Names of packages and errors come from strangers; one of them must not make a
/// statement fail for ever.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// A count as a column keeps it.
pub(crate) fn integer(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|error| StoreError::Statement(format!("{count}: {error}")))
}

/// At most so many rows.
pub(crate) fn at_most(rows: u64) -> Value {
    Value::Integer(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// A time in microseconds, as the database's clock counts.
pub(crate) fn microseconds(time: Duration) -> Value {
    Value::Integer(i64::try_from(time.min(limits::LONGEST_TIME).as_micros()).unwrap_or(i64::MAX))
}

/// Rows of texts as one parameter: a JSON array of arrays, which a statement takes apart by itself.
pub(crate) fn rows<'text, const COLUMNS: usize>(
    rows: impl IntoIterator<Item = [&'text str; COLUMNS]>,
) -> Result<Value, StoreError> {
    let rows: Vec<Vec<Cow<'_, str>>> =
        rows.into_iter().map(|row| row.into_iter().map(storable).collect()).collect();
    json(&rows)
}

/// Numbers as one parameter: a JSON array.
pub(crate) fn numbers(numbers: &[i64]) -> Result<Value, StoreError> {
    json(&numbers)
}

fn json(list: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_string(list).map(Value::Text).map_err(|error| StoreError::Statement(error.to_string()))
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Row {
    /// A column that is not `NULL`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where it is something else than was asked for.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, StoreError> {
        let value = self.0.get(column);
        value.and_then(T::from_value).ok_or_else(|| {
            StoreError::Damaged(format!("column {column} of an answer is {}", described(value)))
        })
    }

    /// A column that may be `NULL`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where it is something else than was asked for.
    pub fn get_optional<T: FromValue>(&self, column: usize) -> Result<Option<T>, StoreError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.get(column).map(Some),
        }
    }
}

/// What a column is, without what is in it: payloads carry tokens.
fn described(value: Option<&Value>) -> String {
    match value {
        None => "missing".to_owned(),
        Some(Value::Null) => "NULL".to_owned(),
        Some(Value::Integer(number)) => format!("the number {number}"),
        Some(Value::Text(text)) => format!("a text of {} bytes", text.len()),
        Some(Value::Bytes(bytes)) => format!("{} bytes", bytes.len()),
    }
}

/// What can be read out of a column.
pub trait FromValue: Sized {
    /// The value, if it is one of these.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value) -> Option<Self> {
        Self::try_from(i64::from_value(value)?).ok()
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes.clone()) } else { None }
    }
}

impl FromValue for Digest {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }
}

impl FromValue for Uuid {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }
}

impl FromValue for DateTime<Utc> {
    fn from_value(value: &Value) -> Option<Self> {
        Self::from_timestamp_micros(i64::from_value(value)?)
    }
}
