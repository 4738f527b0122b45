//! From the events of a record to ranges of versions.
//!
//! As the schema's “Evaluation” has it: a version is affected where it is listed, or where a range has it; a range is
//! walked in the order of versions, not in that of the document. What does not follow the rules is kept as unreadable.
//!
//! Source: the OSV schema 1.7, `affected[].ranges[]` and `affected[].versions`.

use std::cmp::Ordering;

use super::document::{AffectedPackage, Event, Range};
use crate::{AffectedRange, version::VersionOrder};

/// All that is said of a package's versions, of ranges in pairs where that is how they are meant. Never empty.
pub(super) fn ranges(affected: &AffectedPackage, order: &VersionOrder, in_pairs: bool) -> Vec<AffectedRange> {
    let mut ranges: Vec<AffectedRange> = Vec::new();
    for range in affected.ranges.iter().filter(|range| range.kind != "GIT") {
        let found = if in_pairs { of_pairs(range, order) } else { of_range(range, order) };
        for one in found {
            if !ranges.contains(&one) {
                ranges.push(one);
            }
        }
    }
    let mut listed: Vec<String> =
        affected.versions.iter().filter(|version| !covered(version, &ranges, order)).cloned().collect();
    listed.sort();
    listed.dedup();
    if !listed.is_empty() {
        ranges.push(AffectedRange::Exactly { versions: listed });
    }
    if ranges.is_empty() {
        let text = if affected.ranges.is_empty() {
            "neither ranges nor versions"
        } else {
            "only commits of a repository, or ranges in which no version is"
        };
        ranges.push(AffectedRange::Unreadable { text: text.to_owned() });
    }
    ranges
}

/// Whether a range has a listed version already, so that it need not be said twice.
fn covered(version: &str, ranges: &[AffectedRange], order: &VersionOrder) -> bool {
    let at_least = |first: &Option<String>| {
        first.as_ref().is_none_or(|first| matches!((order.compare)(version, first), Ok(one) if one.is_ge()))
    };
    let against = |other: &String| (order.compare)(version, other);
    ranges.iter().any(|range| match range {
        AffectedRange::Fixed { introduced, fixed } => {
            at_least(introduced) && against(fixed) == Ok(Ordering::Less)
        }
        AffectedRange::Unfixed { introduced } => {
            // A version that follows no rule is not in a range, also in none without an end.
            (order.check)(version).is_ok() && at_least(introduced)
        }
        AffectedRange::Through { introduced, last } => {
            at_least(introduced) && matches!(against(last), Ok(one) if one.is_le())
        }
        AffectedRange::Exactly { .. } | AffectedRange::NeverAffected | AffectedRange::Unreadable { .. } => {
            false
        }
    })
}

/// What one event says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step<'a> {
    /// `None` is “from the beginning”.
    Introduced(Option<&'a str>),
    Fixed(&'a str),
    Last(&'a str),
    Limit(&'a str),
}

impl<'a> Step<'a> {
    fn version(&self) -> Option<&'a str> {
        match self {
            Self::Introduced(version) => *version,
            Self::Fixed(version) | Self::Last(version) | Self::Limit(version) => Some(version),
        }
    }

    fn of(event: &'a Event) -> impl Iterator<Item = Self> {
        let introduced = |version: &'a String| Self::Introduced((version != "0").then_some(version.as_str()));
        let text = |version: &'a Option<String>| version.as_deref();
        [
            event.introduced.as_ref().map(introduced),
            text(&event.fixed).map(Self::Fixed),
            text(&event.last_affected).map(Self::Last),
            text(&event.limit).filter(|limit| *limit != "*").map(Self::Limit),
        ]
        .into_iter()
        .flatten()
    }
}

/// Each pair of a beginning and its end by itself. What does not alternate is read as a whole.
fn of_pairs(range: &Range, order: &VersionOrder) -> Vec<AffectedRange> {
    let steps: Vec<Step<'_>> = range.events.iter().flat_map(Step::of).collect();
    let has_limit = steps.iter().any(|step| matches!(step, Step::Limit(_)));
    if steps.len() != range.events.len() || has_limit || !alternates(&steps) {
        return of_range(range, order);
    }
    let pair = |events: &[Event]| Range { kind: range.kind.clone(), events: events.to_vec() };
    range.events.chunks(2).flat_map(|events| of_range(&pair(events), order)).collect()
}

fn of_range(range: &Range, order: &VersionOrder) -> Vec<AffectedRange> {
    let known = matches!(range.kind.as_str(), "SEMVER" | "ECOSYSTEM");
    let odd = |event: &Event| event == &Event::default();
    if !known || range.events.is_empty() || range.events.iter().any(odd) {
        let events: Vec<String> = range.events.iter().map(|event| format!("{event:?}")).collect();
        let text = format!("a range of type {} with the events {}", range.kind, events.join(", "));
        return vec![AffectedRange::Unreadable { text }];
    }
    let mut steps: Vec<Step<'_>> = range.events.iter().flat_map(Step::of).collect();
    let in_order = sort(&mut steps, order);
    // The schema asks for one; without it everything up to the end is meant, rather than nothing.
    if !steps.iter().any(|step| matches!(step, Step::Introduced(_))) {
        steps.insert(0, Step::Introduced(None));
    }
    match in_order {
        Err(version) if !alternates(&steps) => {
            vec![AffectedRange::Unreadable { text: format!("a range in which “{version}” has no place") }]
        }
        Ok(()) => walk(untied(&steps, order)),
        // Nothing is lost in the order in which they stand.
        Err(_) => walk(steps),
    }
}

/// Puts steps into the order of versions. Where one follows no rule they stay as they stand, which is the order in which
/// people write them, and the error is that version.
fn sort<'a>(steps: &mut [Step<'a>], order: &VersionOrder) -> Result<(), &'a str> {
    let odd = |version: &&str| (order.check)(version).is_err();
    if let Some(version) = steps.iter().filter_map(Step::version).find(odd) {
        return Err(version);
    }
    let mut uncompared = None;
    steps.sort_by(|a, b| match (a.version(), b.version()) {
        (Some(a), Some(b)) => (order.compare)(a, b).unwrap_or_else(|_| {
            uncompared = Some(a);
            Ordering::Equal
        }),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    uncompared.map_or(Ok(()), Err)
}

/// Settles which of several events at one version comes first, which upstream's order does not say: that which leaves more
/// versions affected. What is open ends before it begins anew, and what begins ends at once, which is no version, as RUSTSEC writes
/// it, unless an end follows that would have no beginning.
fn untied<'a>(steps: &[Step<'a>], order: &VersionOrder) -> Vec<Step<'a>> {
    let is_same = |a: &Step<'_>, b: &Step<'_>| match (a.version(), b.version()) {
        (Some(a), Some(b)) => (order.compare)(a, b) == Ok(Ordering::Equal),
        (a, b) => a.is_none() && b.is_none(),
    };
    let begins = |step: &&Step<'_>| matches!(step, Step::Introduced(_));
    let ends = |step: &&Step<'_>| matches!(step, Step::Fixed(_) | Step::Last(_));
    let (mut untied, mut is_open) = (Vec::with_capacity(steps.len()), false);
    let mut rest = steps;
    for tied in steps.chunk_by(is_same) {
        rest = rest.get(tied.len()..).unwrap_or_default();
        let next_ends = rest.iter().find(|step| begins(step) || ends(step)).is_some_and(|step| ends(&step));
        let begins_first = !is_open && !next_ends;
        let (first, last): (Vec<&Step<'_>>, Vec<_>) =
            tied.iter().partition(|step| begins(step) == begins_first);
        untied.extend(first.into_iter().chain(last).cloned());
        is_open = match (tied.iter().any(|step| begins(&step)), tied.iter().any(|step| ends(&step))) {
            (true, true) => !begins_first,
            (true, false) => true,
            (false, true) => false,
            (false, false) => is_open,
        };
    }
    untied
}

/// Whether each beginning is followed by its end, so that nothing is lost on the way, in whatever order it stands.
fn alternates(steps: &[Step<'_>]) -> bool {
    let mut is_open = false;
    steps.iter().filter(|step| !matches!(step, Step::Limit(_))).all(|step| {
        let fits = matches!(step, Step::Introduced(_)) != is_open;
        is_open = !is_open;
        fits
    })
}

/// Each stretch between a beginning and an end.
fn walk(steps: Vec<Step<'_>>) -> Vec<AffectedRange> {
    // A version is within the limits where any limit is above it: the last one counts.
    let limit = steps.iter().rev().find_map(|step| match step {
        Step::Limit(version) => Some((*version).to_owned()),
        Step::Introduced(_) | Step::Fixed(_) | Step::Last(_) => None,
    });
    let mut ranges: Vec<AffectedRange> = Vec::new();
    let mut open: Option<Option<String>> = None;
    for step in steps {
        match (step, open.take()) {
            (Step::Introduced(version), None) => open = Some(version.map(str::to_owned)),
            (Step::Introduced(_) | Step::Limit(_), Some(earlier)) => open = Some(earlier),
            (Step::Fixed(fixed), Some(introduced)) => {
                ranges.push(AffectedRange::Fixed { introduced, fixed: fixed.to_owned() });
            }
            (Step::Last(last), Some(introduced)) => {
                ranges.push(AffectedRange::Through { introduced, last: last.to_owned() });
            }
            // Whoever names several last versions means that all of them are affected, which the schema's own evaluation
            // forgets: what comes after the first would be said to be sound.
            (Step::Last(later), None) => match ranges.last_mut() {
                Some(AffectedRange::Through { last, .. }) => later.clone_into(last),
                _ => ranges.push(AffectedRange::Exactly { versions: vec![later.to_owned()] }),
            },
            (Step::Fixed(_) | Step::Limit(_), None) => {}
        }
    }
    if let Some(introduced) = open {
        ranges.push(match limit {
            Some(fixed) => AffectedRange::Fixed { introduced, fixed },
            None => AffectedRange::Unfixed { introduced },
        });
    }
    ranges
}

#[cfg(test)]
mod tests;
