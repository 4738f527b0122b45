//! What the rebuilds of Red Hat Enterprise Linux have in common: one export of OSV records, and modules.
//!
//! A record does not say to which module a package belongs; the versions of modular packages do (`.module_el8…`,
//! `.module+el8…`), and titles name the streams (`python38:3.8 and python38-devel:3.8 security update`). Statements about
//! modular packages stand under a namespace of their own, so that they do not hold for the package of the same name that
//! belongs to no module, nor the other way around. Where the title names no stream they hold for every stream: better one
//! too many.

use super::{Dialect, Document, Rating, Reported, Said, export::Export};
use crate::{
    Affected, AffectedRange, Severity,
    advisory::{Names, Record},
    ecosystem::{Identified, SystemFiles},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedHead, FeedSource, Upstream},
    formats::{builders::Builders, releases::Numbered, rpm},
    scope::{Scope, ScopeQuestion},
};

/// What follows a release's namespace for its modular packages.
const MODULES: &str = "::modules";

/// What sets one rebuild apart from another.
#[derive(Debug, Clone, Copy)]
pub struct Rebuild {
    /// How it is recognised, and OSV's name.
    pub releases: Numbered,
    /// Name of its one feed, such as `almalinux/osv`.
    pub feed: &'static str,
    /// Which packages its records name.
    pub names: Names,
    /// Who builds its packages.
    pub builders: Builders,
}

impl Rebuild {
    /// Whether a system is this one or made from it.
    pub fn identify(&self, files: &SystemFiles<'_>) -> Option<Identified> {
        self.releases.identify(files)
    }

    /// The one feed, for every release.
    pub fn needed_by(&self, namespace: &str) -> Vec<FeedSource> {
        self.export().needed_by(namespace)
    }

    /// The one feed, where upstream has it.
    pub fn discover(&self, upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
        self.export().discover(upstream)
    }

    /// Reads one record.
    pub fn parse(
        &self,
        source: &FeedSource,
        document: &mut FeedDocument<'_>,
        sink: &mut dyn FnMut(Record),
    ) -> Result<FeedHead, FeedError> {
        let dialect = Dialect {
            ecosystem: self.releases.name,
            versions: &rpm::VERSIONS,
            reported: Reported::ByCve,
            in_pairs: false,
            rate,
            state: &|said| state(said, self.names),
        };
        super::parse(&dialect, source, document, sink)
    }

    /// Whose statements hold for a package: those of the release, or those of its modules. Packages of others are
    /// nobody's.
    pub fn scope(&self, question: &ScopeQuestion<'_>) -> Scope {
        scope(question, &self.builders)
    }

    fn export(&self) -> Export {
        Export { feed: self.feed, ecosystem: self.releases.name }
    }
}

/// What is said with a range, in the release's namespace or that of its modules.
fn state(said: &Said<'_>, names: Names) -> Vec<Affected> {
    let plain = said.about(names);
    let is_modular = is_modular_range(said.range);
    if is_modular == Some(false) {
        return vec![plain];
    }
    let modular = Affected { namespace: format!("{}{MODULES}", plain.namespace), ..plain.clone() };
    let of_stream = |stream: String| {
        let mut one = modular.clone();
        one.only.module = Some(stream);
        one
    };
    let mut stated: Vec<Affected> = streams(said.document).into_iter().map(of_stream).collect();
    if stated.is_empty() {
        stated.push(modular);
    }
    stated.extend(is_modular.is_none().then_some(plain));
    stated
}

/// The severity that stands in front of the title: `Important: kernel security update`. What answers no CVE and has no
/// severity is no vulnerability: a correction or an enhancement, which is told so by the letters of its identifier.
fn rate(document: &Document) -> Option<Rating> {
    let known = |word: &str| Some(Rating::of_word(word)).filter(|one| one.severity != Severity::Unknown);
    let in_front = || known(document.summary.split_once(": ")?.0);
    // `ALSA-2022:5468: php:8.0 security update (Important)`
    let at_the_end = || known(document.summary.trim().strip_suffix(')')?.rsplit_once('(')?.1);
    let rated = in_front().or_else(at_the_end);
    let kind = document.id.split('-').next().unwrap_or_default();
    let answers = document.aliases.iter().chain(&document.upstream).chain(&document.related);
    let is_update = answers.filter_map(|id| super::cve(id)).next().is_none();
    let update = |word: &str| Rating { severity: Severity::Negligible, word: word.to_owned() };
    rated.or_else(|| match kind.get(2..) {
        Some("BA") if is_update => Some(update("bug fix")),
        Some("EA") if is_update => Some(update("enhancement")),
        Some(_) | None => None,
    })
}

/// See [`Rebuild::scope`].
fn scope(question: &ScopeQuestion<'_>, builders: &Builders) -> Scope {
    let package = question.package;
    if let Some(by) = builders.stranger(package) {
        return Scope::ThirdParty { by };
    }
    let (plain, modular) = (question.namespace.to_owned(), format!("{}{MODULES}", question.namespace));
    match (&package.module, is_modular(&package.version)) {
        (None, false) => Scope::Namespaces(vec![plain]),
        (Some(_), true) => Scope::Namespaces(vec![modular]),
        // The versions of what fixes it may have no mark of a module either.
        (Some(_), false) => Scope::Namespaces(vec![plain, modular]),
        (None, true) => {
            Scope::ThirdParty { by: "a module that the package database does not name".to_owned() }
        }
    }
}

/// Whether a range is one of versions of modular packages; `None` where no version tells.
fn is_modular_range(range: &AffectedRange) -> Option<bool> {
    match range {
        AffectedRange::Fixed { fixed: version, .. } | AffectedRange::Through { last: version, .. } => {
            Some(is_modular(version))
        }
        AffectedRange::Exactly { versions } => Some(versions.iter().any(|version| is_modular(version))),
        AffectedRange::Unfixed { introduced } => introduced.as_deref().map(is_modular),
        AffectedRange::NeverAffected | AffectedRange::Unreadable { .. } => None,
    }
}

/// Whether a version is one of a modular package.
fn is_modular(version: &str) -> bool {
    [".module_el", ".module+el"].iter().any(|mark| version.contains(mark))
}

/// The streams that a title names: words such as `nodejs:18`, and no identifiers such as `ALSA-2022:5468:`.
fn streams(document: &Document) -> Vec<String> {
    let mut streams: Vec<String> = Vec::new();
    for word in document.summary.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')', '.'])) {
        let Some((module, stream)) = word.split_once(':') else { continue };
        let plain = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
        };
        if plain(module) && plain(stream) && !is_update(module) && !streams.iter().any(|one| one == word) {
            streams.push(word.to_owned());
        }
    }
    streams
}

/// Whether this is the beginning of an update's identifier: `ALSA-2022`, `RHSA-2022`.
fn is_update(text: &str) -> bool {
    text.split_once('-').is_some_and(|(kind, year)| {
        kind.bytes().all(|byte| byte.is_ascii_uppercase()) && year.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests;
