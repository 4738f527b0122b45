//! What a document lacks, counted by kind, so that a document full of lacks says so in a few lines.

use std::collections::BTreeMap;

use super::limits::{MOST_TYPES, NAMED};
use crate::{BlindSpot, Reason};

/// Components that have the same lack: how many, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Those {
    count: usize,
    first: Vec<String>,
}

impl Those {
    pub(super) fn add(&mut self, title: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(title());
        }
    }

    fn named(&self) -> String {
        let more = self.count.saturating_sub(self.first.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", self.first.join(", "))
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Without a package URL, by what the document calls them.
    pub(super) unnamed: BTreeMap<String, Those>,
    /// With one that follows no rule.
    pub(super) damaged: Those,
    /// Of types that nobody judges.
    types: BTreeMap<String, Those>,
    /// Without a version.
    pub(super) versionless: Those,
    /// Of no distribution, by why that is not known.
    strange: BTreeMap<String, Those>,
    /// Of distributions that are judged by source packages, and of which none is told, by type.
    pub(super) sourceless: BTreeMap<String, Those>,
    /// Of modules of which the stream is not told.
    pub(super) streamless: Those,
    /// Of distributions that judge by who built a package, where that is not told, by type.
    pub(super) builderless: BTreeMap<String, Those>,
}

impl Gaps {
    /// A package of a type that nobody judges.
    pub(super) fn of_type(&mut self, kind: &str, title: impl FnOnce() -> String) {
        bounded(&mut self.types, kind, "other").add(title);
    }

    /// A package of no distribution.
    pub(super) fn of_no_distribution(&mut self, why: &str, title: impl FnOnce() -> String) {
        bounded(&mut self.strange, why, "their distributions are none that this version knows").add(title);
    }

    /// Whether packages of no distribution were found.
    pub(super) fn has_strange(&self) -> bool {
        !self.strange.is_empty()
    }

    /// One blind spot for each kind.
    pub(super) fn into_blind_spots(self) -> Vec<BlindSpot> {
        let mut spots = Vec::new();
        let mut tell = |reason, subject: String, those: &Those, detail: String| {
            if those.count > 0 {
                spots.push(BlindSpot::new(reason, subject, detail).with_packages(those.count));
            }
        };
        for (kind, those) in &self.unnamed {
            let kind = if kind.is_empty() { "components" } else { kind };
            let detail = format!(
                "listed without a package URL, by which advisories are found: {}; let the tool write package URLs (purl)",
                those.named()
            );
            tell(Reason::DatabaseUnreadable, format!("{kind} without package URL"), those, detail);
        }
        let detail = format!("their package URLs follow no rule: {}", self.damaged.named());
        tell(Reason::DatabaseUnreadable, "damaged package URLs".to_owned(), &self.damaged, detail);
        for (kind, those) in &self.types {
            let detail = format!("listed, and not judged by this version: {}", those.named());
            tell(Reason::DatabaseUnreadable, format!("{kind} packages"), those, detail);
        }
        let detail = format!("listed without a version: {}", self.versionless.named());
        tell(Reason::VersionUnparsable, "packages without version".to_owned(), &self.versionless, detail);
        for (why, those) in &self.strange {
            let detail = format!("{why}: {}", those.named());
            tell(Reason::NoDistribution, "packages of no distribution".to_owned(), those, detail);
        }
        for (kind, those) in &self.sourceless {
            let detail = format!(
                "the advisories name source packages, and the document does not tell these: only what is said under the \
                 packages' own names is found: {}",
                those.named()
            );
            tell(Reason::DatabaseUnreadable, format!("{kind} packages without source"), those, detail);
        }
        let detail = format!(
            "the document does not tell the streams of their modules, of which the advisories speak: {}",
            self.streamless.named()
        );
        tell(Reason::DatabaseUnreadable, "packages of unknown modules".to_owned(), &self.streamless, detail);
        for (kind, those) in &self.builderless {
            let detail = format!(
                "the document does not tell who built any of its {kind} packages: those of others are taken for the \
                 distribution's own"
            );
            tell(Reason::ThirdParty, format!("{kind} packages"), those, detail);
        }
        spots
    }
}

/// The entry of a key that a stranger chose: only so many are told apart.
fn bounded<'a>(map: &'a mut BTreeMap<String, Those>, key: &str, rest: &str) -> &'a mut Those {
    let key = if map.len() < MOST_TYPES || map.contains_key(key) { key } else { rest };
    map.entry(key.to_owned()).or_default()
}
