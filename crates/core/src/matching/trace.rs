//! What the loaded feeds say of one vulnerability to each package of an image: also where it is no finding.
//!
//! It follows the same scope and the same comparisons as judging does, and decides nothing: what is a finding says the
//! judgement alone.

use std::{cmp::Ordering, collections::BTreeSet};

use super::{
    Advisories, Judgement, Statement,
    affects::{affects, lists, meant_version},
    finding::{Court, is_meant},
};
use crate::{
    Affected, AffectedRange, Ecosystem, IndexReport, IndexedPackage, Package, ecosystem::Ecosystems,
    scope::Scope,
};

/// A package that the vulnerability could be in, and what is said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The package.
    pub package: IndexedPackage,
    /// What is said.
    pub said: Said,
}

/// See [`Traced`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// These statements hold for the package.
    Statements(Vec<Ruled>),
    /// There is a package of that name in the advisory, and the statements that hold for this one say nothing of it.
    Nothing,
    /// There is a package of that name in the advisory, and no loaded feed speaks about what this one is judged under.
    NotCovered,
    /// There is a package of that name in the advisory, and this one is built by somebody of whom the feeds do not speak.
    ThirdParty {
        /// Who.
        by: String,
    },
    /// There is a package of that name in the advisory, and this one was brought by a package of the distribution, as which it is
    /// judged.
    Owned {
        /// The distribution's package.
        by: String,
    },
}

/// A statement, and what comes of it for the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// The statement.
    pub statement: Statement,
    /// What comes of it.
    pub ruling: Ruling,
    /// The comparison that decided, such as `1.1.1t-r0 ≥ 1.1.1q-r0`.
    pub why: String,
}

/// What a statement means for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruling {
    /// It affects it.
    Affects,
    /// It cannot be compared.
    NotComparable,
    /// The package has the fix.
    Fixed,
    /// The package's version is none of those that are affected, and was not before either.
    OtherVersions,
    /// The package is built for a system or a processor for which it is not affected.
    OtherBuilds,
    /// No version is affected.
    NeverAffected,
}

/// Traces statements of a vulnerability through an image. A package that has nothing to do with them is left out.
pub fn trace(
    index: &IndexReport,
    ecosystems: &Ecosystems,
    advisories: &dyn Advisories,
    statements: &[Statement],
) -> Vec<Traced> {
    let one = |indexed: &IndexedPackage| {
        let namespace = indexed.namespace.as_deref()?;
        let ecosystem = ecosystems.of_namespace(namespace)?;
        if let Some(owner) = &indexed.package.owned_by {
            let is_named = is_named_anywhere(&indexed.package, ecosystem, ecosystems, statements);
            return is_named
                .then(|| Traced { package: indexed.clone(), said: Said::Owned { by: owner.clone() } });
        }
        let distribution = index.distributions.iter().find(|one| one.ecosystem == namespace);
        let court = Court {
            namespace,
            distribution: distribution.map_or("", |distribution| &distribution.id),
            index,
            ecosystem,
            advisories,
            has_second: true,
        };
        if advisories.coverage(namespace).feeds.iter().all(|feed| feed.data.is_none()) {
            let is_named = is_named_anywhere(&indexed.package, ecosystem, ecosystems, statements);
            return is_named.then(|| Traced { package: indexed.clone(), said: Said::NotCovered });
        }
        // What is unreadable on the way, the judgement of the same image says.
        let scope = court.scope(&indexed.package, &mut Judgement::default());
        let said = said(&scope, &indexed.package, ecosystem, ecosystems, statements)?;
        Some(Traced { package: indexed.clone(), said })
    };
    index.packages.iter().filter_map(one).collect()
}

/// `None` where the vulnerability has nothing to do with the package.
fn said(
    scope: &Scope,
    package: &Package,
    ecosystem: &Ecosystem,
    ecosystems: &Ecosystems,
    statements: &[Statement],
) -> Option<Said> {
    let groups = match scope {
        Scope::Namespaces(namespaces) | Scope::IfNamed { namespaces, .. } => std::slice::from_ref(namespaces),
        Scope::Ranked { groups, .. } => groups.as_slice(),
        Scope::ThirdParty { by } => {
            let is_named = is_named_anywhere(package, ecosystem, ecosystems, statements);
            return is_named.then(|| Said::ThirdParty { by: by.clone() });
        }
    };
    let mut ruled: Vec<Ruled> = Vec::new();
    for group in groups {
        // Of each advisory counts what the first group says that speaks of it.
        let spoken_of: BTreeSet<String> = ruled.iter().map(|one| one.statement.advisory.id.clone()).collect();
        let holds = |one: &&Statement| {
            let (affected, name) = (&one.affected, one.affected.package.as_str());
            group.contains(&affected.namespace)
                && is_meant(affected, name, package)
                && !spoken_of.contains(&one.advisory.id)
        };
        ruled.extend(statements.iter().filter(holds).map(|one| rule(one, package, ecosystem)));
    }
    if !ruled.is_empty() {
        return Some(Said::Statements(ruled));
    }
    is_named_anywhere(package, ecosystem, ecosystems, statements).then_some(Said::Nothing)
}

/// Whether a package of the same name is in a statement of a namespace in which it could be the same program: one of its own
/// ecosystem, or of any distribution where it is a distribution's.
fn is_named_anywhere(
    package: &Package,
    own: &Ecosystem,
    ecosystems: &Ecosystems,
    statements: &[Statement],
) -> bool {
    statements.iter().any(|statement| {
        let affected = &statement.affected;
        let is_kin = ecosystems
            .of_namespace(&affected.namespace)
            .is_some_and(|other| other.id == own.id || (other.identity.is_some() && own.identity.is_some()));
        is_kin && (affected.package == package.name || affected.package == package.source_name())
    })
}

fn rule(statement: &Statement, package: &Package, ecosystem: &Ecosystem) -> Ruled {
    let affected = &statement.affected;
    if let Some(why) = affected.only.spares(package) {
        return Ruled { statement: statement.clone(), ruling: Ruling::OtherBuilds, why };
    }
    let compared = match (ecosystem.versions.check)(&package.version) {
        Err(invalid) if !lists(affected, package) => Err(invalid.to_string()),
        Ok(()) | Err(_) => affects(affected, package, ecosystem),
    };
    let (ruling, why) = match compared {
        Ok(Some(reason)) => (Ruling::Affects, reason.why),
        Ok(None) => spared(affected, package, ecosystem),
        Err(why) => (Ruling::NotComparable, why),
    };
    Ruled { statement: statement.clone(), ruling, why }
}

/// Why a statement does not affect a package, where it does not.
fn spared(affected: &Affected, package: &Package, ecosystem: &Ecosystem) -> (Ruling, String) {
    let (owner, version) = meant_version(affected, package);
    let is_before =
        |first: &&String| matches!((ecosystem.versions.compare)(version, first), Ok(Ordering::Less));
    let before = |introduced: &Option<String>| {
        let first = introduced.as_ref().filter(is_before)?;
        Some((Ruling::OtherVersions, format!("{owner}{version} < {first}, the first that is affected")))
    };
    match &affected.range {
        AffectedRange::Fixed { introduced, fixed } => {
            before(introduced).unwrap_or_else(|| (Ruling::Fixed, format!("{owner}{version} ≥ {fixed}")))
        }
        AffectedRange::Through { introduced, last } => before(introduced).unwrap_or_else(|| {
            (Ruling::OtherVersions, format!("{owner}{version} > {last}, the last that is affected"))
        }),
        AffectedRange::Exactly { versions } => {
            let those = versions.join(", ");
            (Ruling::OtherVersions, format!("{owner}{version} is none of those that are affected: {those}"))
        }
        AffectedRange::Unfixed { introduced } => before(introduced)
            .unwrap_or_else(|| (Ruling::OtherVersions, format!("{owner}{version} is not affected"))),
        AffectedRange::NeverAffected | AffectedRange::Unreadable { .. } => {
            (Ruling::NeverAffected, "no version is affected".to_owned())
        }
    }
}
