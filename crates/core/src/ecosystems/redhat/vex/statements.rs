//! Statements of one document: rows that differ in nothing but the architecture become one.

use std::{collections::HashMap, rc::Rc};

use chrono::NaiveDate;

use super::{subject::Module, words};
use crate::{
    Affected, AffectedRange,
    advisory::{Names, Only, Plan, Stance},
};

/// What one row says, but for the architecture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Statement<'t> {
    pub(super) namespace: Rc<str>,
    pub(super) package: Rc<str>,
    pub(super) names: Names,
    /// As in [`Only::module`].
    pub(super) module: Option<Rc<str>>,
    pub(super) range: Range,
    pub(super) plan: Plan,
    pub(super) words: &'t str,
    pub(super) severity: &'t str,
    /// The day of the advisory that fixed it.
    pub(super) fixed_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Range {
    Fixed(Option<Rc<str>>, Rc<str>),
    Unfixed,
    Never,
    Unreadable(Rc<str>),
}

/// The statements in the order in which they were made first.
#[derive(Debug, Default)]
pub(super) struct Statements<'t> {
    places: HashMap<Statement<'t>, usize>,
    /// `None`: of every architecture.
    list: Vec<(Statement<'t>, Option<Vec<Rc<str>>>)>,
}

impl<'t> Statements<'t> {
    /// Adds a row. A package that is for all architectures may have been for one before: it excludes none.
    pub(super) fn add(&mut self, statement: Statement<'t>, architecture: Option<&Rc<str>>) {
        let architecture = architecture.filter(|one| &***one != "noarch");
        let place = match self.places.get(&statement) {
            Some(place) => *place,
            None => {
                let place = self.list.len();
                self.places.insert(statement.clone(), place);
                self.list.push((statement, Some(Vec::new())));
                place
            }
        };
        let Some((_, architectures)) = self.list.get_mut(place) else { return };
        match (architecture, architectures.as_mut()) {
            (None, _) => *architectures = None,
            (Some(_), None) => {}
            (Some(one), Some(listed)) if listed.contains(one) => {}
            (Some(one), Some(listed)) => listed.push(one.clone()),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Statement<'t>> {
        self.list.iter().map(|(statement, _)| statement)
    }

    pub(super) fn into_affected(self) -> Vec<Affected> {
        self.list.into_iter().map(|(statement, architectures)| affected(&statement, architectures)).collect()
    }
}

fn affected(statement: &Statement<'_>, architectures: Option<Vec<Rc<str>>>) -> Affected {
    let range = match &statement.range {
        Range::Fixed(introduced, fixed) => AffectedRange::Fixed {
            introduced: introduced.as_ref().map(ToString::to_string),
            fixed: fixed.to_string(),
        },
        Range::Unfixed => AffectedRange::Unfixed { introduced: None },
        Range::Never => AffectedRange::NeverAffected,
        Range::Unreadable(text) => AffectedRange::Unreadable { text: text.to_string() },
    };
    let mut architectures: Vec<String> =
        architectures.unwrap_or_default().iter().map(ToString::to_string).collect();
    architectures.sort();
    Affected {
        only: Only {
            architectures,
            module: statement.module.as_ref().map(ToString::to_string),
            ..Only::default()
        },
        stance: Stance {
            severity: words::severity(statement.severity),
            severity_word: statement.severity.to_owned(),
            plan: statement.plan,
            words: statement.words.to_owned(),
            fixed_on: statement.fixed_on,
        },
        ..Affected::new(&*statement.namespace, &*statement.package, statement.names, range)
    }
}

impl Module {
    /// What a statement that affects is restricted to: to nothing, where the module cannot be read.
    pub(super) fn only(&self) -> Option<Rc<str>> {
        match self {
            Self::None => Some("".into()),
            Self::Stream(stream) => Some(stream.clone()),
            Self::Unreadable => None,
        }
    }
}
