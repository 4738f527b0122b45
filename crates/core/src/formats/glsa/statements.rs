//! What an advisory says of one package, as statements.
//!
//! Where ranges name slots, there is a statement for each of those slots, and one for packages of any slot with what is said
//! of every slot. The latter would say too much of a slot whose own ranges except more: that cannot be said, and is told as
//! unreadable, so that nobody takes it for nothing.

use std::collections::BTreeSet;

use super::{
    document::{Package, Range},
    limits::MOST_RANGES,
    spans::{Span, is_within, without},
};
use crate::{
    Affected, AffectedRange,
    advisory::{Names, Only, Stance},
    version::InvalidVersion,
};

/// The statements about a package.
pub(super) fn of(namespace: &str, package: &Package) -> Vec<Affected> {
    let said = said(package).unwrap_or_else(|text| vec![Said::unreadable(text)]);
    let affected = |Said { slot, range, words }: Said<'_>| Affected {
        only: Only {
            architectures: package.architectures.clone(),
            module: slot.map(str::to_owned),
            ..Only::default()
        },
        stance: Stance { words, ..Stance::default() },
        ..Affected::new(namespace, &*package.name, Names::Binary, range)
    };
    said.into_iter().map(affected).collect()
}

struct Said<'a> {
    /// `None` is any.
    slot: Option<&'a str>,
    range: AffectedRange,
    /// The first unaffected version, where what is vulnerable does not reach up to it.
    words: String,
}

impl<'a> Said<'a> {
    fn unreadable(text: String) -> Self {
        Self { slot: None, range: AffectedRange::Unreadable { text }, words: String::new() }
    }

    fn of(slot: Option<&'a str>, span: Span, unaffected: &[Span]) -> Result<Self, InvalidVersion> {
        let next = span.next_of(unaffected)?;
        let range = span.range();
        let is_open = matches!(range, AffectedRange::Through { .. });
        let words = next.filter(|_| is_open).map(|first| format!("unaffected: >= {first}"));
        Ok(Self { slot, range, words: words.unwrap_or_default() })
    }
}

fn said(package: &Package) -> Result<Vec<Said<'_>>, String> {
    if package.ranges.len() > MOST_RANGES {
        return Err(format!("{} ranges", package.ranges.len()));
    }
    if !package.ranges.iter().any(|range| range.is_vulnerable) {
        return Err("no version is said to be vulnerable".to_owned());
    }
    let mut spans = Vec::new();
    for range in &package.ranges {
        spans.push((range, Span::of(range)?));
    }
    by_slot(&spans).map_err(|invalid| invalid.to_string())
}

/// What of one slot, or what is said of all slots, is affected, and what is unaffected.
fn affected_in(
    slot: Option<&str>,
    spans: &[(&Range, Span)],
) -> Result<(Vec<Span>, Vec<Span>), InvalidVersion> {
    let pick = |is_vulnerable: bool| -> Vec<Span> {
        let holds = |range: &Range| range.slot.is_none() || range.slot.as_deref() == slot;
        let picked = spans.iter().filter(|(range, _)| range.is_vulnerable == is_vulnerable && holds(range));
        picked.map(|(_, span)| span.clone()).collect()
    };
    let unaffected = pick(false);
    Ok((without(&pick(true), &unaffected)?, unaffected))
}

fn by_slot<'a>(spans: &[(&'a Range, Span)]) -> Result<Vec<Said<'a>>, InvalidVersion> {
    let slots: BTreeSet<&str> = spans.iter().filter_map(|(range, _)| range.slot.as_deref()).collect();
    let (any, unaffected_in_any) = affected_in(None, spans)?;
    let (mut said, mut is_sayable) = (Vec::new(), true);
    for slot in slots {
        let (own, unaffected) = affected_in(Some(slot), spans)?;
        is_sayable &= is_within(&any, &own)?;
        for span in own {
            said.push(Said::of(Some(slot), span, &unaffected)?);
        }
    }
    if !is_sayable {
        let text = "what is said of all slots holds for some of them only in part";
        said.push(Said::unreadable(text.to_owned()));
        return Ok(said);
    }
    for span in any {
        said.push(Said::of(None, span, &unaffected_in_any)?);
    }
    Ok(said)
}
