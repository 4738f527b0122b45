//! A list of records in one document, as projects publish their own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Dialect, document::Document, hand_on, limits};
use crate::{
    advisory::Record,
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
    formats::unread::Unread,
};

/// Reads a list of records, each as `completed` makes it: with what only this list says elsewhere than the schema has it.
///
/// One that cannot be read is named, and none of it is used.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no list, cut off or empty, or has more than a few records that cannot be read;
/// [`FeedError::Unreadable`] where the reader fails.
pub fn parse_list(
    dialect: &Dialect<'_>,
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    completed: fn(Document) -> Result<Document, String>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let list: Vec<Value> = serde_json::from_reader(&mut document.reader).map_err(|error| {
        if error.is_io() {
            FeedError::Unreadable(error.to_string())
        } else {
            FeedError::Malformed(error.to_string())
        }
    })?;
    let (count, mut refused) = (list.len(), 0_usize);
    let mut unread = Unread::default();
    let mut covers = BTreeSet::from([source.namespace.clone()]);
    for (place, value) in list.into_iter().enumerate() {
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let read = serde_json::from_value::<Document>(value).map_err(|error| error.to_string());
        match read.and_then(Document::checked).and_then(completed) {
            Ok(record) => covers.extend(hand_on(dialect, &record, sink)),
            Err(why) => {
                refused += 1;
                unread.add(format!("{}: {why}", id.unwrap_or_else(|| format!("record {place}"))));
            }
        }
    }
    if refused.saturating_mul(limits::BELIEVED_OF_REFUSED) >= count {
        let first = unread.finish().into_iter().next().unwrap_or_else(|| "it is empty".to_owned());
        return Err(FeedError::Malformed(format!("{refused} of {count} records cannot be read: {first}")));
    }
    let covers = covers.into_iter().collect();
    Ok(FeedHead { covers, unread: unread.finish(), ..FeedHead::default() })
}
