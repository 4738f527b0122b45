//! What a vendor says against a finding: that its package is not affected, or is fixed already.
//!
//! It outweighs what a feed of somebody else says about the same vulnerability, and, where it names the very package, what
//! the vendor says about the source that it was built from. A dismissed finding stays in the report, with who dismissed it.

use std::collections::BTreeMap;

use super::{Statement, affects::affects};
use crate::{
    Affected, AffectedRange, Ecosystem, Package,
    advisory::{Names, is_cve},
};

/// The dismissals of one package.
pub(super) struct Dismissals {
    by_id: BTreeMap<String, Vec<Dismissal>>,
}

struct Dismissal {
    namespace: String,
    names: Names,
    feed: String,
    why: String,
}

impl Dismissals {
    /// Whether a statement could dismiss what the same feed says.
    pub(super) fn could_be(affected: &Affected) -> bool {
        affected.names == Names::Binary && affected.range == AffectedRange::NeverAffected
    }

    /// What the vendor's own statements dismiss. Statements of other feeds dismiss nothing.
    pub(super) fn of(statements: &[Statement], package: &Package, ecosystem: &Ecosystem) -> Self {
        let mut by_id: BTreeMap<String, Vec<Dismissal>> = BTreeMap::new();
        for statement in statements.iter().filter(|one| !(ecosystem.feeds.is_second)(&one.feed)) {
            let Some(why) = dismisses(&statement.affected, package, ecosystem) else { continue };
            let advisory = &statement.advisory;
            for id in std::iter::once(&advisory.id).chain(&advisory.aliases) {
                by_id.entry(id.clone()).or_default().push(Dismissal {
                    namespace: statement.affected.namespace.clone(),
                    names: statement.affected.names,
                    feed: statement.feed.clone(),
                    why: why.clone(),
                });
            }
        }
        Self { by_id }
    }

    /// The feed that dismisses a statement, and why. A statement of another feed that names several CVEs is dismissed by
    /// its own identifier, or by all that it is an alias of: one that is left may be the one that affects.
    pub(super) fn of_statement(&self, statement: &Statement, is_second: bool) -> Option<(String, String)> {
        let outweighs = |one: &&Dismissal| {
            is_second
                || (statement.affected.names == Names::Source
                    && one.names == Names::Binary
                    && one.namespace == statement.affected.namespace)
        };
        let by = |id: &String| self.by_id.get(id)?.iter().find(outweighs);
        let advisory = &statement.advisory;
        let found = by(&advisory.id).or_else(|| {
            let cves = advisory.aliases.iter().filter(|alias| is_cve(alias));
            let all: Option<Vec<_>> = cves.map(by).collect();
            all?.into_iter().next()
        })?;
        Some((found.feed.clone(), found.why.clone()))
    }
}

/// Whether the package's version is one since the first that is affected.
fn is_reached(
    affected: &Affected,
    introduced: &Option<String>,
    package: &Package,
    ecosystem: &Ecosystem,
) -> bool {
    let range = AffectedRange::Unfixed { introduced: introduced.clone() };
    matches!(affects(&Affected { range, ..affected.clone() }, package, ecosystem), Ok(Some(_)))
}

/// Why the package is not affected, where the statement says so. One that cannot be compared dismisses nothing.
fn dismisses(affected: &Affected, package: &Package, ecosystem: &Ecosystem) -> Option<String> {
    match (&affected.range, affects(affected, package, ecosystem)) {
        (AffectedRange::NeverAffected, _) => Some("the vendor says that it is not affected".to_owned()),
        (AffectedRange::Fixed { introduced, fixed }, Ok(None)) => Some(
            match introduced.as_deref().filter(|_| !is_reached(affected, introduced, package, ecosystem)) {
                Some(first) => format!("the vendor says that no version before {first} is affected"),
                None => format!("the vendor fixed it in {fixed}"),
            },
        ),
        (
            AffectedRange::Fixed { .. }
            | AffectedRange::Unfixed { .. }
            | AffectedRange::Through { .. }
            | AffectedRange::Exactly { .. }
            | AffectedRange::Unreadable { .. },
            _,
        ) => None,
    }
}
