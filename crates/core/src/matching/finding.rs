//! Judging one package: comparing its version with every range that names it.
//!
//! A version or range that cannot be read becomes a blind spot of its own and leaves the other advisories standing.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Advisories, Judgement, Keeper, Statement,
    affects::{affects, lists},
    aliases,
    dismissal::Dismissals,
};
use crate::{
    Advisory, Affected, BlindSpot, Ecosystem, IndexReport, IndexedPackage, Package, Reason, Severity,
    advisory::{Names, Plan},
    enrichment::Enrichment,
    fix::{self, FixKnown, FixWord},
    scope::{Scope, ScopeQuestion},
};

/// A package and an advisory that its version is affected by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The package.
    pub package: IndexedPackage,
    /// The advisory; its aliases are those of all feeds that speak of the same vulnerability, its severity that for this
    /// package.
    pub advisory: Advisory,
    /// The first version that is not affected, where one is known.
    pub fixed_in: Option<String>,
    /// Since when that is known; `None` where nobody says.
    pub fix_known: Option<FixKnown>,
    /// What the vendor is going to do where there is no fix.
    pub plan: Plan,
    /// The vendor's own words for that.
    pub words: String,
    /// The feed that says so.
    pub feed: String,
    /// Whether that is not the vendor's own feed.
    pub is_second: bool,
    /// The comparison that decided, such as `1.1.1n-r0 < 1.1.1q-r0`.
    pub why: String,
    /// Why the vendor says that it does not affect the package after all, with the feed that says so.
    pub dismissed: Option<(String, String)>,
    /// What is known of the vulnerability, whatever it is in.
    pub enrichment: Enrichment,
}

/// What all packages of a namespace are judged with.
pub(super) struct Court<'a> {
    pub(super) namespace: &'a str,
    /// `ID` of the distribution.
    pub(super) distribution: &'a str,
    pub(super) index: &'a IndexReport,
    pub(super) ecosystem: &'a Ecosystem,
    pub(super) advisories: &'a dyn Advisories,
    /// Whether a loaded feed is not the vendor's own.
    pub(super) has_second: bool,
}

/// How far a package was judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// Compared with everything that names it.
    pub(super) compared: bool,
    /// Named by at least one statement.
    pub(super) named: bool,
}

/// The names of packages of a namespace that are told together.
#[derive(Debug, Default)]
pub(super) struct Unjudged<'p> {
    /// Packages that the feeds do not speak about, by who built them.
    pub(super) strangers: BTreeMap<String, Vec<String>>,
    /// Packages that were built from source without a version, and that no statement names.
    pub(super) unreleased: Vec<String>,
    /// Packages that would be spoken about if the feeds knew them, and that they never name.
    pub(super) unknown: Vec<&'p IndexedPackage>,
}

impl Court<'_> {
    /// Judges one package, and adds what it finds to the judgement.
    pub(super) fn judge<'p>(
        &self,
        indexed: &'p IndexedPackage,
        judgement: &mut Judgement,
        unjudged: &mut Unjudged<'p>,
    ) -> Judged {
        let package = &indexed.package;
        let mut doubts_if_named = None;
        let groups = match self.scope(package, judgement) {
            Scope::Namespaces(namespaces) => vec![namespaces],
            Scope::Ranked { groups, doubts } => {
                judgement.blind_spots.extend(doubts);
                groups
            }
            Scope::IfNamed { namespaces, doubts } => {
                doubts_if_named = Some(doubts);
                vec![namespaces]
            }
            Scope::ThirdParty { by } => {
                unjudged.strangers.entry(by).or_default().push(package.name.clone());
                return Judged { compared: false, named: true };
            }
        };
        let mut judged = Judged { compared: true, named: false };
        let statements = self.statements_of(&groups, package, judgement, &mut judged);
        if let Some(doubts) = doubts_if_named {
            if !judged.named {
                unjudged.unknown.push(indexed);
                return Judged { compared: false, named: true };
            }
            judgement.blind_spots.extend(doubts);
        }
        if let Err(invalid) = (self.ecosystem.versions.check)(&package.version) {
            judged.compared = false;
            if package.is_unreleased() && !judged.named {
                unjudged.unreleased.push(package.name.clone());
            } else {
                judgement.blind_spots.push(unparsable(package, &invalid.to_string()));
            }
        }
        let dismissals = Dismissals::of(&statements, package, self.ecosystem);
        let mut matches = Vec::new();
        for statement in statements {
            match affects(&statement.affected, package, self.ecosystem) {
                Ok(Some(reason)) => {
                    let dismissed = dismissals.of_statement(&statement, self.is_second(&statement));
                    matches.push(self.found(indexed, statement, reason, dismissed));
                }
                Ok(None) => {}
                Err(unread) => {
                    judged.compared = false;
                    let detail = format!("{} of {}: {unread}", statement.advisory.id, statement.feed);
                    judgement.blind_spots.push(unparsable(package, &detail));
                }
            }
        }
        judgement.findings.extend(aliases::merge(matches, self.ecosystem));
        judged
    }

    pub(super) fn scope(&self, package: &Package, judgement: &mut Judgement) -> Scope {
        let unreadable = RefCell::new(Vec::new());
        let facts = |subject: &str, key: &str| {
            let found = self.advisories.facts(subject, key);
            unreadable.borrow_mut().extend(found.unreadable);
            found.values
        };
        let scope = (self.ecosystem.scope)(&ScopeQuestion {
            namespace: self.namespace,
            distribution: self.distribution,
            package,
            repositories: &self.index.repositories,
            facts: &facts,
        });
        judgement.blind_spots.extend(
            unreadable.into_inner().into_iter().map(|one| feed_unreadable(one, self.advisories.keeper())),
        );
        scope
    }

    /// What is said about the package in groups of namespaces: of each vulnerability what the first group says that speaks
    /// of it.
    fn statements_of(
        &self,
        groups: &[Vec<String>],
        package: &Package,
        judgement: &mut Judgement,
        judged: &mut Judged,
    ) -> Vec<Statement> {
        let mut statements: Vec<Statement> = Vec::new();
        for (place, group) in groups.iter().enumerate() {
            // What does not affect outweighs too.
            let whole = place + 1 < groups.len();
            let spoken_of: BTreeSet<String> = statements.iter().map(|one| one.advisory.id.clone()).collect();
            for namespace in group {
                let said = self.statements_about(namespace, package, whole, judgement, judged);
                statements.extend(said.into_iter().filter(|one| !spoken_of.contains(&one.advisory.id)));
            }
        }
        statements
    }

    /// What is said about the package, under its own name or its source's, that affects it, cannot be compared, or
    /// dismisses what another says; and, where the `whole` is asked for, what does nothing of it. A feed that cannot be read
    /// becomes a blind spot.
    fn statements_about(
        &self,
        namespace: &str,
        package: &Package,
        whole: bool,
        judgement: &mut Judgement,
        judged: &mut Judged,
    ) -> Vec<Statement> {
        let mut statements = Vec::new();
        // A version that follows no rule has its blind spot already; where it is listed as it is, it is affected too.
        let is_comparable = (self.ecosystem.versions.check)(&package.version).is_ok();
        for name in BTreeSet::from([package.source_name(), &package.name]) {
            let found = self.advisories.find(namespace, name, &mut |affected| {
                let is_meant = is_meant(affected, name, package);
                judged.named |= is_meant;
                let matters = || {
                    whole
                        || self.has_second
                        || Dismissals::could_be(affected)
                        || !matches!(affects(affected, package, self.ecosystem), Ok(None))
                };
                is_meant && if is_comparable { matters() } else { lists(affected, package) }
            });
            statements.extend(found.statements);
            judged.compared &= found.unreadable.is_empty();
            judgement.blind_spots.extend(
                found.unreadable.into_iter().map(|one| feed_unreadable(one, self.advisories.keeper())),
            );
        }
        statements
    }

    /// Since when a fixed version is known: as the statement says, or another document of its feed. What cannot be read there is
    /// no blind spot: a fix of which nobody says the day is taken for an old one.
    fn fix_known(&self, statement: &Statement, fixed: &str) -> Option<FixKnown> {
        FixKnown::of(statement).or_else(|| {
            let Affected { namespace, package, .. } = &statement.affected;
            let days = self.advisories.facts(fix::FIXED_ON, &fix::key(namespace, package, fixed)).values;
            let since = days.iter().filter_map(|day| fix::day(day)).min()?;
            Some(FixKnown { since, by: FixWord::Fix, feed: statement.feed.clone() })
        })
    }

    fn is_second(&self, statement: &Statement) -> bool {
        (self.ecosystem.feeds.is_second)(&statement.feed)
    }

    fn found(
        &self,
        indexed: &IndexedPackage,
        statement: Statement,
        reason: super::affects::Affecting,
        dismissed: Option<(String, String)>,
    ) -> Match {
        let is_second = self.is_second(&statement);
        let fix_known = reason.fixed_in.as_deref().and_then(|fixed| self.fix_known(&statement, fixed));
        let stance = statement.affected.stance;
        let why = match stance.words.as_str() {
            "" => reason.why,
            words => format!("{} ({words})", reason.why),
        };
        let mut advisory = statement.advisory;
        if stance.severity != Severity::Unknown {
            advisory.severity = stance.severity;
        }
        if !stance.severity_word.is_empty() {
            advisory.severity_word = stance.severity_word;
        }
        Match {
            package: indexed.clone(),
            advisory,
            fixed_in: reason.fixed_in,
            fix_known,
            plan: stance.plan,
            words: stance.words,
            feed: statement.feed,
            is_second,
            why,
            dismissed,
            enrichment: Enrichment::default(),
        }
    }
}

/// Whether a statement under `name` is about the package.
pub(super) fn is_meant(affected: &Affected, name: &str, package: &Package) -> bool {
    let is_named = match affected.names {
        Names::Source => name == package.source_name(),
        Names::Binary => name == package.name,
        Names::Fact => false,
    };
    let module = package.module.as_deref().unwrap_or_default();
    is_named
        && affected.only.module.as_deref().is_none_or(|only| only == module)
        && is_of_architecture(&affected.only.architectures, package.architecture.as_deref())
}

/// A package whose architecture is not told, or that is for all, is meant by every statement: better one too many.
fn is_of_architecture(listed: &[String], architecture: Option<&str>) -> bool {
    const INDEPENDENT: [&str; 4] = ["noarch", "all", "any", ""];
    let Some(architecture) = architecture.filter(|one| !INDEPENDENT.contains(one)) else { return true };
    listed.is_empty() || listed.iter().any(|one| one == architecture)
}

fn unparsable(package: &Package, detail: &str) -> BlindSpot {
    let subject = format!("{} {}", package.name, package.version);
    BlindSpot::new(Reason::VersionUnparsable, subject, detail).with_packages(1)
}

/// The blind spot of a feed whose data cannot be read, given the feed and why.
pub fn feed_unreadable((feed, why): (String, String), keeper: Keeper) -> BlindSpot {
    let remedy = keeper.update(Some(&feed), "fetches it again");
    BlindSpot::new(Reason::FeedNotLoaded, feed, format!("its data cannot be read ({why}); {remedy}"))
}
