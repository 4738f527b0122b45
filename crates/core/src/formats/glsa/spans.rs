//! Sets of versions: what is in some ranges, and not in others, as spans that do not touch.
//!
//! Versions are cut between two of them. Just after `1.2-r3` is just before `1.2-r4`, because nothing is between; so every
//! end of every range is a place before a version, also that of “any revision of 1.2”, which is before a revision that
//! none has.

use std::cmp::Ordering;

use super::{super::portage, document::Range};
use crate::{AffectedRange, version::InvalidVersion};

/// The revision that no version has.
const BEYOND: u64 = u64::MAX;

/// A place in the row of all versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// Before all.
    Start,
    /// Before this revision of this version.
    Before {
        upstream: String,
        revision: u64,
        /// Whether the advisory names that revision, or the one before it as the last of a range.
        is_named: bool,
    },
    /// After all.
    End,
}

/// What a range has: from one place to another.
#[derive(Debug, Clone)]
pub(super) struct Span {
    from: Cut,
    to: Cut,
}

/// A range cannot be read: what is wrong.
pub(super) type Unread = String;

impl Cut {
    fn compare(&self, other: &Self) -> Result<Ordering, InvalidVersion> {
        Ok(match (self, other) {
            (Self::Start, Self::Start) | (Self::End, Self::End) => Ordering::Equal,
            (Self::Start, _) | (_, Self::End) => Ordering::Less,
            (Self::End, _) | (_, Self::Start) => Ordering::Greater,
            (
                Self::Before { upstream, revision, .. },
                Self::Before { upstream: other, revision: other_revision, .. },
            ) => (portage::VERSIONS.compare)(upstream, other)?.then(revision.cmp(other_revision)),
        })
    }

    fn is_named(&self) -> bool {
        matches!(self, Self::Before { is_named: true, .. })
    }
}

/// A version, spelled without the revision 0.
fn spelled(upstream: &str, revision: u64) -> String {
    if revision == 0 { upstream.to_owned() } else { format!("{upstream}-r{revision}") }
}

impl Span {
    pub(super) fn of(range: &Range) -> Result<Self, Unread> {
        let text = range.version.as_str();
        let unread = || format!("range “{}” of version “{text}”", range.word);
        let portage::Written { upstream, revision } = portage::written(text).map_err(|_invalid| unread())?;
        let after = revision.checked_add(1).filter(|after| *after < BEYOND).ok_or_else(unread)?;
        let at =
            |revision: u64, is_named: bool| Cut::Before { upstream: upstream.clone(), revision, is_named };
        let (before, after) = (at(revision, true), at(after, false));
        let (first, last) = (at(0, false), at(BEYOND, false));
        let (from, to) = match range.word.as_str() {
            "lt" => (Cut::Start, before),
            "le" => (Cut::Start, after),
            "eq" => (before, after),
            "ge" => (before, Cut::End),
            "gt" => (after, Cut::End),
            "rlt" => (first, before),
            "rle" => (first, after),
            "rge" => (before, last),
            "rgt" => (after, last),
            _ => return Err(unread()),
        };
        Ok(Self { from, to })
    }

    /// The first version of spans that begins after this one with a version that the advisory names.
    pub(super) fn next_of(&self, spans: &[Self]) -> Result<Option<String>, InvalidVersion> {
        let mut next: Option<&Cut> = None;
        for from in spans.iter().map(|span| &span.from).filter(|from| from.is_named()) {
            let is_after = from.compare(&self.to)? != Ordering::Less;
            if is_after && next.map_or(Ok(Ordering::Less), |next| from.compare(next))? == Ordering::Less {
                next = Some(from);
            }
        }
        Ok(match next {
            Some(Cut::Before { upstream, revision, .. }) => Some(spelled(upstream, *revision)),
            Some(Cut::Start | Cut::End) | None => None,
        })
    }

    /// As a statement about versions.
    pub(super) fn range(self) -> AffectedRange {
        let introduced = match self.from {
            Cut::Start | Cut::End => None,
            Cut::Before { upstream, revision, .. } => Some(spelled(&upstream, revision)),
        };
        match self.to {
            Cut::Start | Cut::End => AffectedRange::Unfixed { introduced },
            Cut::Before { upstream, revision, is_named: false } if revision > 0 => {
                AffectedRange::Through { introduced, last: spelled(&upstream, revision - 1) }
            }
            Cut::Before { upstream, revision, .. } => {
                AffectedRange::Fixed { introduced, fixed: spelled(&upstream, revision) }
            }
        }
    }
}

/// What is in one of the `vulnerable` spans and in none of the `unaffected` ones.
pub(super) fn without(vulnerable: &[Span], unaffected: &[Span]) -> Result<Vec<Span>, InvalidVersion> {
    let cuts = cuts(vulnerable.iter().chain(unaffected))?;
    let mut spans: Vec<Span> = Vec::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        if !has(vulnerable, from)? || has(unaffected, from)? {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.to == *from => last.to = to.clone(),
            Some(_) | None => spans.push(Span { from: from.clone(), to: to.clone() }),
        }
    }
    Ok(spans)
}

/// Whether all that is in some spans is in others.
pub(super) fn is_within(spans: &[Span], others: &[Span]) -> Result<bool, InvalidVersion> {
    Ok(without(spans, others)?.is_empty())
}

/// The ends of the spans in order, each place once: the one that an advisory names, where one does.
fn cuts<'a>(spans: impl Iterator<Item = &'a Span>) -> Result<Vec<Cut>, InvalidVersion> {
    let mut cuts: Vec<Cut> = Vec::new();
    for cut in spans.flat_map(|span| [&span.from, &span.to]) {
        let mut place = None;
        for (at, one) in cuts.iter().enumerate() {
            let order = cut.compare(one)?;
            if order != Ordering::Greater {
                place = Some((at, order));
                break;
            }
        }
        match place {
            None => cuts.push(cut.clone()),
            Some((at, Ordering::Less | Ordering::Greater)) => cuts.insert(at, cut.clone()),
            Some((at, Ordering::Equal)) => {
                if let Some(one) = cuts.get_mut(at).filter(|_| cut.is_named()) {
                    *one = cut.clone();
                }
            }
        }
    }
    Ok(cuts)
}

/// Whether what comes directly after a place is in one of the spans.
fn has(spans: &[Span], place: &Cut) -> Result<bool, InvalidVersion> {
    for span in spans {
        if span.from.compare(place)? != Ordering::Greater && span.to.compare(place)? == Ordering::Greater {
            return Ok(true);
        }
    }
    Ok(false)
}
