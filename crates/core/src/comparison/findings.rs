//! Findings that are on one side only, or not the same, and which input explains each.

use serde::{Deserialize, Serialize};

use super::{Cause, Change, Inputs, Side, packages::PackageFacts};
use crate::{
    IndexedPackage, Severity,
    enrichment::{Kev, Kind},
    report::{Finding, FindingPackage, Suppression},
};

/// A finding that is not the same on both sides. Its text and links are not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingChange {
    /// Where it is.
    pub change: Change,
    /// Which input explains it.
    pub cause: Cause,
    /// The advisory's identifier; as in B where it is in both.
    pub id: String,
    /// How bad it is; as in B where it is in both.
    pub severity: Severity,
    /// The package; as in B where it is in both.
    pub package: FindingPackage,
    /// The first version that is not affected; as in B where it is in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Whether it is known to be exploited; as in B where it is in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<Kev>,
    /// The feed that says so; as in B where it is in both.
    pub feed: String,
    /// Whether it is suppressed; as in B where it is in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
    /// What differs, where it is in both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// A field that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in the report; `installed` is the package's version.
    pub field: String,
    /// In A.
    pub a: Option<String>,
    /// In B.
    pub b: Option<String>,
}

/// The findings that differ.
pub(super) fn changes(a: &Side, b: &Side, inputs: &Inputs) -> Vec<FindingChange> {
    let (pairs, gone, new) = paired(a, b);
    let mut changes: Vec<FindingChange> = Vec::new();
    for finding in new {
        changes.push(change(Change::Added, finding, Vec::new(), one_sided(finding, b, a, inputs)));
    }
    for finding in gone {
        changes.push(change(Change::Removed, finding, Vec::new(), one_sided(finding, a, b, inputs)));
    }
    for (old, new) in pairs {
        let fields = fields(old, new, Comparable::of(a, b));
        if !fields.is_empty() {
            let cause = cause_of_change(old, new, &fields, (a, b), inputs);
            changes.push(change(Change::Changed, new, fields, cause));
        }
    }
    changes.sort_by(|a, b| {
        (a.change, b.severity, &a.package, &a.id).cmp(&(b.change, a.severity, &b.package, &b.id))
    });
    changes
}

fn change(change: Change, finding: &Finding, fields: Vec<FieldChange>, cause: Cause) -> FindingChange {
    FindingChange {
        change,
        cause,
        id: finding.id.clone(),
        severity: finding.severity,
        package: finding.package.clone(),
        fixed_in: finding.fixed_in.clone(),
        kev: finding.kev.clone(),
        feed: finding.feed.clone(),
        suppressed: finding.suppressed.clone(),
        fields,
    }
}

/// Pairs, then what is left of A, then what is left of B.
type Paired<'a> = (Vec<(&'a Finding, &'a Finding)>, Vec<&'a Finding>, Vec<&'a Finding>);

/// Pairs the findings that are the same vulnerability of the same package: first where version and identifier agree,
/// then where the identifier does, then where an alias does.
fn paired<'a>(a: &'a Side, b: &'a Side) -> Paired<'a> {
    let mut gone: Vec<&Finding> = a.findings.iter().collect();
    let mut new: Vec<&Finding> = b.findings.iter().collect();
    let mut pairs = Vec::new();
    let rounds: [fn(&Finding, &Finding) -> bool; 3] = [
        |a, b| a.id == b.id && a.package.version == b.package.version,
        |a, b| a.id == b.id,
        |a, b| identifiers(a).any(|id| identifiers(b).any(|other| id == other)),
    ];
    for agree in rounds {
        gone.retain(|old| {
            let place =
                new.iter().position(|new| same_package(&old.package, &new.package) && agree(old, new));
            let partner = place.map(|place| new.remove(place));
            pairs.extend(partner.map(|partner| (*old, partner)));
            partner.is_none()
        });
    }
    (pairs, gone, new)
}

fn same_package(a: &FindingPackage, b: &FindingPackage) -> bool {
    a.kind == b.kind && a.name == b.name && a.path == b.path
}

fn identifiers(finding: &Finding) -> impl Iterator<Item = &String> {
    std::iter::once(&finding.id).chain(&finding.aliases)
}

/// What of findings is compared beside that which every side tells.
#[derive(Clone, Copy)]
struct Comparable {
    /// Who does not tell its feeds calls them otherwise too.
    feed: bool,
    /// What one side has no data about has not changed: the feed is told as one that the other has more.
    kev: bool,
}

impl Comparable {
    fn of(a: &Side, b: &Side) -> Self {
        let has_kev = |side: &Side| {
            side.feeds.as_ref().is_some_and(|feeds| feeds.iter().any(|feed| feed.name == Kind::Kev.feed()))
        };
        Self { feed: a.feeds.is_some() && b.feeds.is_some(), kev: has_kev(a) && has_kev(b) }
    }
}

fn fields(a: &Finding, b: &Finding, comparable: Comparable) -> Vec<FieldChange> {
    let suppression =
        |finding: &Finding| finding.suppressed.as_ref().map(|one| format!("{}: {}", one.by, one.reason));
    let severity = |finding: &Finding| Some(finding.severity.to_string());
    let known_since = |finding: &Finding| finding.kev.as_ref().map(|kev| kev.added.to_string());
    let compared = [
        ("installed", Some(a.package.version.clone()), Some(b.package.version.clone())),
        ("suppressed", suppression(a), suppression(b)),
        ("id", Some(a.id.clone()), Some(b.id.clone())),
        ("severity", severity(a), severity(b)),
        ("fixed_in", a.fixed_in.clone(), b.fixed_in.clone()),
        ("kev", known_since(a), known_since(b)),
        ("feed", Some(a.feed.clone()), Some(b.feed.clone())),
    ];
    let is_compared = |field: &str| match field {
        "feed" => comparable.feed,
        "kev" => comparable.kev,
        _ => true,
    };
    let differing = compared.into_iter().filter(|(field, a, b)| a != b && is_compared(field));
    differing.map(|(field, a, b)| FieldChange { field: field.to_owned(), a, b }).collect()
}

/// Why a finding of one side is not in the other. The package is asked first: without it no data could speak of it.
fn one_sided(finding: &Finding, here: &Side, there: &Side, inputs: &Inputs) -> Cause {
    match package_is_there(finding, here, there, inputs) {
        Some(false) => Cause::first_that_differs(&[Cause::Image, Cause::IndexState], inputs),
        Some(true) if segment_differs(&finding.feed, here, there) == Some(true) => Cause::AdvisoryData,
        Some(true) => Cause::first_that_differs(&[Cause::Policy, Cause::AdvisoryData], inputs),
        None => {
            let mut candidates = vec![Cause::Image, Cause::IndexState, Cause::Policy];
            if segment_differs(&finding.feed, here, there) != Some(false) {
                candidates.push(Cause::AdvisoryData);
            }
            Cause::only_that_differs(&candidates, inputs)
        }
    }
}

/// Whether the other side has the very package of a finding, judged under the same namespace. `None`: nobody knows.
fn package_is_there(finding: &Finding, here: &Side, there: &Side, inputs: &Inputs) -> Option<bool> {
    if inputs.image.same == Some(true) && inputs.index_state.same == Some(true) {
        return Some(true);
    }
    let (Some(here), Some(packages)) = (&here.packages, &there.packages) else {
        let named = there.findings.iter().any(|other| other.package.purl == finding.package.purl);
        return named.then_some(true);
    };
    let facts = PackageFacts::of(package_of(finding, here)?);
    Some(packages_named(finding, packages).any(|package| PackageFacts::of(package) == facts))
}

fn packages_named<'a>(
    finding: &'a Finding,
    packages: &'a [IndexedPackage],
) -> impl Iterator<Item = &'a IndexedPackage> {
    packages.iter().filter(|indexed| {
        let path = finding.package.path.as_ref().is_none_or(|path| *path == indexed.path);
        path && indexed.package.name == finding.package.name && indexed.package.kind == finding.package.kind
    })
}

fn package_of<'a>(finding: &'a Finding, packages: &'a [IndexedPackage]) -> Option<&'a IndexedPackage> {
    packages_named(finding, packages).find(|indexed| indexed.package.version == finding.package.version)
}

/// Whether a feed had other data on the two sides, or none on one of them. `None`: one side does not tell.
fn segment_differs(feed: &str, a: &Side, b: &Side) -> Option<bool> {
    let segment = |side: &Side| {
        let feeds = side.feeds.as_ref()?;
        Some(feeds.iter().find(|one| one.name == feed).map(|one| one.segment.clone()))
    };
    Some(segment(a)? != segment(b)?)
}

fn cause_of_change(
    a: &Finding,
    b: &Finding,
    fields: &[FieldChange],
    sides: (&Side, &Side),
    inputs: &Inputs,
) -> Cause {
    let differs = |field: &str| fields.iter().any(|one| one.field == field);
    let has_other_data = |finding: &Finding| segment_differs(&finding.feed, sides.0, sides.1) == Some(true);
    if differs("installed") {
        Cause::first_that_differs(&[Cause::Image, Cause::IndexState], inputs)
    } else if differs("suppressed") && inputs.may_differ(Cause::Policy) {
        Cause::Policy
    } else if fields.iter().all(|one| one.field == "kev") || has_other_data(a) || has_other_data(b) {
        Cause::AdvisoryData
    } else {
        Cause::only_that_differs(
            &[Cause::AdvisoryData, Cause::Policy, Cause::Image, Cause::IndexState],
            inputs,
        )
    }
}
