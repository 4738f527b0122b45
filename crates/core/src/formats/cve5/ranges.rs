//! From the versions of a product to ranges.
//!
//! The schema gives a version the status of the entry that has it, and where none has, that of the whole product. All entries are
//! laid out as spans in the order of versions; where several overlap, which the schema does not allow, the worst counts. What
//! cannot be laid out is kept as unreadable, with the versions that it names.
//!
//! Source: the CVE record format 5.1, `affected[].versions[]` and “How version status is decided” in its `versions.md`.

use std::cmp::Ordering;

use super::{
    document::{Product, VersionEntry},
    limits,
    status::Status,
};
use crate::{AffectedRange, version::VersionOrder};

/// What is said of a part of the versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Which ones.
    pub range: AffectedRange,
    /// Whether nobody knows if they are affected.
    pub is_unknown: bool,
    /// The versions that it names, as written.
    pub versions: Vec<String>,
}

impl Stated {
    fn unreadable(text: String, versions: Vec<String>) -> Self {
        Self { range: AffectedRange::Unreadable { text }, is_unknown: false, versions }
    }
}

/// A place in the order of versions: in front of one, or right behind it.
#[derive(Debug, Clone, Copy)]
struct Cut<'a> {
    version: &'a str,
    is_behind: bool,
}

/// The versions between two places; without one, all from the first or up to the last.
#[derive(Debug, Clone, Copy)]
struct Span<'a> {
    from: Option<Cut<'a>>,
    to: Option<Cut<'a>>,
    status: Status,
}

/// All that is said of a product's versions, but that some are not affected.
pub(super) fn stated(product: &Product, order: &VersionOrder) -> Vec<Stated> {
    let entries = &product.versions;
    if entries.len() > limits::MOST_VERSIONS {
        return vec![Stated::unreadable(format!("{} entries of versions", entries.len()), Vec::new())];
    }
    if entries.is_empty() && product.default_status == Status::Unknown {
        return vec![Stated::unreadable("no versions".to_owned(), Vec::new())];
    }
    let (mut spans, mut found) = (Vec::new(), Vec::new());
    for entry in entries {
        match spans_of(entry, order) {
            Ok(of_entry) => spans.extend(of_entry),
            // What is not affected says nothing that could be missed: the versions stay what they are otherwise.
            Err(_) if entry.status == Status::Unaffected && entry.changes.is_empty() => {}
            Err(text) => found.push(Stated::unreadable(text, named(entry))),
        }
    }
    let says = |status: Status| status != Status::Unaffected;
    let names_commits = entries.iter().any(|entry| is_of_commits(entry) && says(entry.status));
    let names_versions = says(product.default_status) || spans.iter().any(|span| says(span.status));
    if names_commits && !names_versions && found.is_empty() {
        return vec![Stated::unreadable("only commits of a repository".to_owned(), Vec::new())];
    }
    match laid_out(&spans, product.default_status, order) {
        Some(ranges) => found.extend(ranges),
        None => found.push(Stated::unreadable("versions that have no order".to_owned(), Vec::new())),
    }
    found
}

/// The versions that an entry names.
fn named(entry: &VersionEntry) -> Vec<String> {
    let ends = [&entry.less_than, &entry.less_than_or_equal].into_iter().flatten();
    let changes = entry.changes.iter().map(|change| &change.at);
    std::iter::once(&entry.version).chain(ends).chain(changes).cloned().collect()
}

fn is_of_commits(entry: &VersionEntry) -> bool {
    entry.version_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("git"))
}

/// An entry as spans; none where it is about commits. The error is what it says, for people.
fn spans_of<'a>(entry: &'a VersionEntry, order: &VersionOrder) -> Result<Vec<Span<'a>>, String> {
    if is_of_commits(entry) {
        return Ok(Vec::new());
    }
    let text = || format!("{:?} from {}", entry.status, named(entry).join(" to "));
    let cut = |version: &'a str, is_behind: bool| match (order.check)(version) {
        Ok(()) => Ok(Cut { version, is_behind }),
        Err(_invalid) => Err(text()),
    };
    let (first, to) = (entry.version.trim(), (&entry.less_than, &entry.less_than_or_equal));
    let is_one = to == (&None, &None) && entry.changes.is_empty();
    let from = match first {
        "*" => None,
        "0" if is_one => return Err(text()),
        "0" | "unspecified" if !is_one => None,
        version => Some(cut(version, false)?),
    };
    let to = match to {
        (Some(end), None) | (None, Some(end)) if end.trim() == "*" => None,
        (Some(end), None) => Some(cut(end.trim(), false)?),
        (None, Some(end)) => Some(cut(end.trim(), true)?),
        (None, None) if is_one => from.map(|from| Cut { is_behind: true, ..from }),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(text()),
    };
    let mut spans = Vec::new();
    let mut begun = Span { from, to, status: entry.status };
    for change in &entry.changes {
        let at = Some(cut(change.at.trim(), false)?);
        spans.push(Span { to: at, ..begun });
        begun = Span { from: at, to, status: change.status };
    }
    spans.push(begun);
    // An end that is not behind its beginning is a mistake of somebody, and no word that nothing is affected.
    let runs_on = |span: &Span<'_>| match (span.from, span.to) {
        (Some(from), Some(to)) => compare(from, to, order) == Some(Ordering::Less),
        (None, _) | (_, None) => true,
    };
    if spans.iter().all(runs_on) { Ok(spans) } else { Err(text()) }
}

fn compare(a: Cut<'_>, b: Cut<'_>, order: &VersionOrder) -> Option<Ordering> {
    let versions = (order.compare)(a.version, b.version).ok()?;
    Some(versions.then(a.is_behind.cmp(&b.is_behind)))
}

/// The stretches that are affected, or of which that is not known. `None` where two versions cannot be compared.
fn laid_out(spans: &[Span<'_>], default: Status, order: &VersionOrder) -> Option<Vec<Stated>> {
    let mut cuts: Vec<Cut<'_>> = spans.iter().flat_map(|span| [span.from, span.to]).flatten().collect();
    let mut is_ordered = true;
    cuts.sort_by(|a, b| {
        compare(*a, *b, order).unwrap_or_else(|| {
            is_ordered = false;
            Ordering::Equal
        })
    });
    cuts.dedup_by(|a, b| compare(*a, *b, order) == Some(Ordering::Equal));
    if !is_ordered {
        return None;
    }
    let begins = std::iter::once(None).chain(cuts.iter().copied().map(Some));
    let ends = cuts.iter().copied().map(Some).chain([None]);
    let mut stretches: Vec<Span<'_>> = Vec::new();
    for (from, to) in begins.zip(ends) {
        let has = |span: &&Span<'_>| {
            let is_begun = match (span.from, from) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(begin), Some(from)) => compare(begin, from, order).is_some_and(Ordering::is_le),
            };
            is_begun
                && match (span.to, to) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(end), Some(to)) => compare(to, end, order).is_some_and(Ordering::is_le),
                }
        };
        let status = spans.iter().filter(has).map(|span| span.status).max().unwrap_or(default);
        match stretches.last_mut().filter(|last| last.status == status) {
            Some(last) => last.to = to,
            None => stretches.push(Span { from, to, status }),
        }
    }
    Some(stretches.iter().filter(|one| one.status != Status::Unaffected).map(of_stretch).collect())
}

/// A stretch as a range. One that begins right behind a version begins with it: rather that one too many than a rule that the
/// order of versions does not have.
fn of_stretch(stretch: &Span<'_>) -> Stated {
    let introduced = stretch.from.map(|cut| cut.version.to_owned());
    let range = match (stretch.from, stretch.to) {
        (_, None) => AffectedRange::Unfixed { introduced },
        (Some(from), Some(to)) if to.is_behind && !from.is_behind && from.version == to.version => {
            AffectedRange::Exactly { versions: vec![to.version.to_owned()] }
        }
        (_, Some(to)) if to.is_behind => AffectedRange::Through { introduced, last: to.version.to_owned() },
        (_, Some(to)) => AffectedRange::Fixed { introduced, fixed: to.version.to_owned() },
    };
    // Where it has no beginning or no end, it is about more than these.
    let versions = match (stretch.from, stretch.to) {
        (Some(from), Some(to)) => vec![from.version.to_owned(), to.version.to_owned()],
        (None, _) | (_, None) => Vec::new(),
    };
    Stated { range, is_unknown: stretch.status == Status::Unknown, versions }
}

#[cfg(test)]
mod tests;
