//! What is known to affect a package if it had another version than it has: what an upgrade leads to is judged as what is
//! installed was.

use std::collections::BTreeMap;

use super::{
    Advisories, Judgement, Match,
    finding::{Court, Unjudged},
};
use crate::{Ecosystem, IndexReport, IndexedPackage, ecosystem::Ecosystems};

/// The packages of an image, to be judged under other versions.
pub struct Elsewhere<'a> {
    index: &'a IndexReport,
    ecosystems: &'a Ecosystems,
    advisories: &'a dyn Advisories,
    /// By namespace: whether data speaks of it, and whether some of that is not the vendor's own.
    namespaces: BTreeMap<&'a str, Option<bool>>,
}

impl<'a> Elsewhere<'a> {
    /// The packages of this image.
    pub fn new(index: &'a IndexReport, ecosystems: &'a Ecosystems, advisories: &'a dyn Advisories) -> Self {
        Self { index, ecosystems, advisories, namespaces: BTreeMap::new() }
    }

    /// The image.
    pub(crate) fn index(&self) -> &'a IndexReport {
        self.index
    }

    /// The ecosystem whose data judges a package.
    pub(crate) fn ecosystem(&self, package: &IndexedPackage) -> Option<&'a Ecosystem> {
        self.ecosystems.of_namespace(package.namespace.as_deref()?)
    }

    /// What would affect the package in this version; the source that it is built from has the same. `None` where it cannot be
    /// judged.
    pub(crate) fn at(&mut self, package: &'a IndexedPackage, version: &str) -> Option<Vec<Match>> {
        let (index, advisories) = (self.index, self.advisories);
        let namespace = package.namespace.as_deref().filter(|_| package.package.owned_by.is_none())?;
        let ecosystem = self.ecosystem(package)?;
        let has_second = self.namespaces.entry(namespace).or_insert_with(|| {
            let coverage = advisories.coverage(namespace);
            let mut loaded = coverage.feeds.iter().filter(|feed| feed.data.is_some()).peekable();
            loaded.peek()?;
            Some(loaded.any(|feed| (ecosystem.feeds.is_second)(&feed.name)))
        });
        let distribution = index.distributions.iter().find(|one| one.ecosystem == namespace);
        let court = Court {
            namespace,
            distribution: distribution.map_or("", |distribution| &distribution.id),
            index,
            ecosystem,
            advisories,
            has_second: (*has_second)?,
        };
        let mut there = package.clone();
        version.clone_into(&mut there.package.version);
        if let Some(source) = &mut there.package.source {
            version.clone_into(&mut source.version);
        }
        let mut judgement = Judgement::default();
        let judged = court.judge(&there, &mut judgement, &mut Unjudged::default());
        let found = judgement.findings.into_iter().filter(|found| found.dismissed.is_none());
        judged.compared.then(|| found.collect())
    }
}
