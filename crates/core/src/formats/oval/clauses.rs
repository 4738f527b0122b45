//! A tree of criteria as alternatives: these packages, in these products, on these architectures.
//!
//! A condition that is not understood stays with the packages that it restricts, which become unreadable. Where criteria
//! ask for several packages at once, each of them is named: rather one finding too many than one that is missing.

use std::{collections::BTreeSet, rc::Rc};

use super::{
    definition::Criteria,
    limits,
    meaning::{self, Meaning},
    tables::Tables,
};
use crate::AffectedRange;

/// One alternative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) only: Conditions,
    /// Any of them.
    pub(super) packages: Vec<Package>,
}

/// What restricts an alternative; `None` restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) products: Option<BTreeSet<Rc<str>>>,
    pub(super) architectures: Option<BTreeSet<Rc<str>>>,
    pub(super) module: Option<Rc<str>>,
    pub(super) release_word: Option<Rc<str>>,
    /// A condition that was not understood.
    pub(super) unknown: Option<String>,
}

/// A package in a range of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: Rc<str>,
    pub(super) range: AffectedRange,
    pub(super) architectures: Option<BTreeSet<Rc<str>>>,
}

/// The alternatives of a tree.
pub(super) fn of(tables: &Tables, criteria: &Criteria) -> Vec<Clause> {
    match criteria {
        Criteria::Any(children) => any(children.iter().flat_map(|child| of(tables, child))),
        Criteria::All(children) => {
            let mut clauses = vec![Clause::default()];
            for child in children {
                clauses = both(&clauses, &of(tables, child));
            }
            clauses
        }
        Criteria::Test { id, comment } => {
            vec![of_meaning(meaning::of(tables, *id, tables.comment(*comment)))]
        }
        Criteria::Unknown(unknown) => {
            let (text, children) = &**unknown;
            let unknown = Conditions { unknown: Some(text.clone()), ..Conditions::default() };
            let packages = children.iter().flat_map(|child| of(tables, child)).flat_map(|one| one.packages);
            vec![Clause { only: unknown, packages: packages.collect() }]
        }
    }
}

fn of_meaning(meaning: Meaning) -> Clause {
    let mut clause = Clause::default();
    match meaning {
        Meaning::Always => {}
        Meaning::Product(name) => clause.only.products = Some(BTreeSet::from([name])),
        Meaning::Architectures(names) => clause.only.architectures = Some(names),
        Meaning::Module(name) => clause.only.module = Some(name),
        Meaning::ReleaseWord(word) => clause.only.release_word = Some(word),
        Meaning::Packages { names, range, architectures } => {
            let package = |name| Package { name, range: range.clone(), architectures: architectures.clone() };
            clause.packages = names.into_iter().map(package).collect();
        }
        Meaning::Unknown { text, names } => {
            let range = AffectedRange::Unreadable { text: text.clone() };
            let package = |name| Package { name, range: range.clone(), architectures: None };
            clause.packages = names.into_iter().map(package).collect();
            clause.only.unknown = Some(text);
        }
    }
    clause
}

/// Alternatives side by side. Those that differ only in their packages, or that name nothing but products, become one.
fn any(clauses: impl Iterator<Item = Clause>) -> Vec<Clause> {
    let mut all: Vec<Clause> = Vec::new();
    for clause in clauses {
        if let Some(last) = all.last_mut() {
            if last.packages.is_empty() && clause.packages.is_empty() && last.only.joins(&clause.only) {
                continue;
            }
            if last.only == clause.only && !last.packages.is_empty() && !clause.packages.is_empty() {
                last.packages.extend(clause.packages);
                continue;
            }
        }
        all.push(clause);
    }
    all
}

/// What fulfils an alternative of each side.
fn both(a: &[Clause], b: &[Clause]) -> Vec<Clause> {
    if a.len().saturating_mul(b.len()) > limits::MOST_ALTERNATIVES {
        let packages = a.iter().chain(b).flat_map(|clause| clause.packages.iter().cloned()).collect();
        let unknown = Some("a condition with too many alternatives".to_owned());
        return vec![Clause { only: Conditions { unknown, ..Conditions::default() }, packages }];
    }
    any(a.iter().flat_map(|a| b.iter().filter_map(|b| a.and(b))))
}

impl Conditions {
    /// Takes in another's products where nothing else tells them apart.
    fn joins(&mut self, other: &Self) -> bool {
        let without = |one: &Self| Self { products: None, ..one.clone() };
        if without(self) != without(other) {
            return false;
        }
        match (&mut self.products, &other.products) {
            (Some(products), Some(others)) => {
                products.extend(others.iter().cloned());
                true
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// `None` where nothing fulfils both.
    fn and(&self, other: &Self) -> Option<Self> {
        let mut unknown = self.unknown.clone().or_else(|| other.unknown.clone());
        let mut one = |a: &Option<Rc<str>>, b: &Option<Rc<str>>| {
            if let (Some(a), Some(b)) = (a, b)
                && a != b
            {
                unknown.get_or_insert_with(|| format!("both {a} and {b}"));
            }
            a.clone().or_else(|| b.clone())
        };
        let (module, release_word) =
            (one(&self.module, &other.module), one(&self.release_word, &other.release_word));
        Some(Self {
            products: together(self.products.as_ref(), other.products.as_ref(), &mut unknown),
            architectures: common(self.architectures.as_ref(), other.architectures.as_ref())?,
            module,
            release_word,
            unknown,
        })
    }
}

impl Clause {
    fn and(&self, other: &Self) -> Option<Self> {
        let only = self.only.and(&other.only)?;
        let packages = match (&*self.packages, &*other.packages) {
            ([a], [b]) if a.name == b.name => vec![a.and(b)],
            (a, b) => [a, b].concat(),
        };
        Some(Self { only, packages })
    }
}

impl Package {
    /// The part of the range that is in both.
    fn and(&self, other: &Self) -> Self {
        let range = within(&self.range, &other.range)
            .or_else(|| within(&other.range, &self.range))
            .unwrap_or_else(|| {
                let text = format!("{:?} and {:?}", self.range, other.range);
                AffectedRange::Unreadable { text }
            });
        let architectures = self.architectures.clone().or_else(|| other.architectures.clone());
        Self { name: Rc::clone(&self.name), range, architectures }
    }
}

/// A range that begins where another says.
fn within(range: &AffectedRange, from: &AffectedRange) -> Option<AffectedRange> {
    let AffectedRange::Unfixed { introduced } = from else { return (range == from).then(|| range.clone()) };
    match range {
        AffectedRange::Fixed { introduced: None, fixed } => {
            Some(AffectedRange::Fixed { introduced: introduced.clone(), fixed: fixed.clone() })
        }
        AffectedRange::Through { introduced: None, last } => {
            Some(AffectedRange::Through { introduced: introduced.clone(), last: last.clone() })
        }
        AffectedRange::Unfixed { introduced: None } => Some(from.clone()),
        AffectedRange::Fixed { .. }
        | AffectedRange::Through { .. }
        | AffectedRange::Unfixed { .. }
        | AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => None,
    }
}

/// The products that both sides ask for. A system has several at once, so that none in common excludes nothing: it holds for
/// those of both sides, but how is not understood.
fn together(
    a: Option<&BTreeSet<Rc<str>>>,
    b: Option<&BTreeSet<Rc<str>>>,
    unknown: &mut Option<String>,
) -> Option<BTreeSet<Rc<str>>> {
    common(a, b).unwrap_or_else(|| {
        unknown.get_or_insert_with(|| "several products at once".to_owned());
        Some(a.into_iter().chain(b).flatten().cloned().collect())
    })
}

/// What both sets have; all where one is not given, `None` where they share nothing.
#[allow(clippy::option_option, reason = "no restriction is not the same as no solution")]
fn common(a: Option<&BTreeSet<Rc<str>>>, b: Option<&BTreeSet<Rc<str>>>) -> Option<Option<BTreeSet<Rc<str>>>> {
    let (Some(a), Some(b)) = (a, b) else { return Some(a.or(b).cloned()) };
    let both: BTreeSet<Rc<str>> = a.intersection(b).cloned().collect();
    (!both.is_empty()).then_some(Some(both))
}
