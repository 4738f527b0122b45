//! What changed between two segments: two sorted files walked side by side.

use std::{cmp::Ordering, iter::Peekable};

use limpid_core::{Advisory, Affected};

use super::{Segment, SegmentError, Statements};

/// One statement that one of two segments has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only the newer segment says it.
    Added(Affected, Advisory),
    /// Only the older segment says it.
    Removed(Affected, Advisory),
}

/// Hands each difference from `from` to `to` to the sink, sorted by namespace and package. Holds no more than the
/// statements about one package.
///
/// # Errors
/// [`SegmentError::Damaged`].
pub fn diff(from: &Segment, to: &Segment, sink: &mut dyn FnMut(Change)) -> Result<(), SegmentError> {
    let mut from = from.iter().peekable();
    let mut to = to.iter().peekable();
    loop {
        let order = match (key(&mut from)?, key(&mut to)?) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(&b),
        };
        let removed = if order.is_le() { group(&mut from)? } else { Vec::new() };
        let added = if order.is_ge() { group(&mut to)? } else { Vec::new() };
        for (affected, advisory) in removed.iter().filter(|said| added.binary_search(said).is_err()).cloned()
        {
            sink(Change::Removed(affected, advisory));
        }
        for (affected, advisory) in added.iter().filter(|said| removed.binary_search(said).is_err()).cloned()
        {
            sink(Change::Added(affected, advisory));
        }
    }
}

type Walk<'a> = Peekable<Statements<'a>>;

fn key(walk: &mut Walk<'_>) -> Result<Option<(String, String)>, SegmentError> {
    if let Some(error) = walk.next_if(Result::is_err) {
        error?;
    }
    let said = walk.peek().and_then(|said| said.as_ref().ok());
    Ok(said.map(|(affected, _)| (affected.namespace.clone(), affected.package.clone())))
}

/// All statements about the next package, sorted.
fn group(walk: &mut Walk<'_>) -> Result<Vec<(Affected, Advisory)>, SegmentError> {
    let Some(wanted) = key(walk)? else { return Ok(Vec::new()) };
    let mut group = Vec::new();
    let same = |said: &Result<(Affected, Advisory), SegmentError>| {
        said.as_ref()
            .map_or(true, |(affected, _)| (&affected.namespace, &affected.package) == (&wanted.0, &wanted.1))
    };
    while let Some(said) = walk.next_if(same) {
        group.push(said?);
    }
    group.sort();
    Ok(group)
}
