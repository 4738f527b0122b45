//! Advisories: what upstream says, and about which versions of which packages.
//!
//! An advisory's text is kept apart from its ranges, because one text is about many packages. Nothing is dropped on
//! the way in: a range that could not be read is kept as [`AffectedRange::Unreadable`] and becomes a blind spot for
//! the images that have the package.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Package, Severity, cvss::Vector};

/// One upstream statement about one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Advisory {
    /// The identifier under which it is reported, such as `CVE-2022-2097`.
    pub id: String,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// The severity that upstream gives; `Unknown` where it gives none.
    pub severity: Severity,
    /// The word that upstream uses for the severity; empty where it gives none.
    pub severity_word: String,
    /// One or a few sentences.
    pub summary: String,
    /// Where to read more.
    pub links: Vec<String>,
    /// When it was published, RFC 3339, where upstream tells.
    pub published: Option<String>,
    /// What it is that was published then.
    pub dated: Dated,
    /// CVSS vectors, of its author; the one that counts most first.
    pub cvss: Vec<Vector>,
}

/// What it is that was published on the day of an advisory ([`Advisory::published`]). Each parser says it: the day of a
/// vulnerability is none of its fix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dated {
    /// The vulnerability: the fixes came whenever they came.
    #[default]
    Vulnerability,
    /// An advisory that names the fix. The fix itself may have been there before; nobody was told that it is one.
    Advisory,
    /// The fix: an update of the packages, with all of the fixed versions in it.
    Fix,
}

/// A package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Affected {
    /// Ecosystem and release, such as `Alpine:v3.16`.
    pub namespace: String,
    /// Name of the package.
    pub package: String,
    /// Whether it names a source package or an installed one.
    pub names: Names,
    /// What is said about its versions.
    pub range: AffectedRange,
    /// Which packages of the name are meant.
    pub only: Only,
    /// What the vendor says of this package beside its versions.
    pub stance: Stance,
}

/// Which packages of a name a statement is about. Empty lists exclude nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Only {
    /// Architectures, in the words of the package database (`x86_64`, `amd64`); sorted. A package of an architecture that
    /// is not listed, and is not independent of architectures, is not meant.
    pub architectures: Vec<String>,
    /// The module stream, such as `nodejs:18`, or the slot, such as `3.12`: packages of no module or of another are not meant. `None`: packages of any
    /// module, and of none.
    pub module: Option<String>,
    /// For what a package must be built, in Go's words for systems and processors: `windows/`, `/amd64`, `js/wasm`; sorted. What is
    /// built for others alone is not affected ([`Only::spares`]).
    pub builds: Vec<String>,
}

/// Systems that others are built as too: what is said of the first holds for the second (Go's package go/build, “Build constraints”).
const KINDS_OF: [(&str, &str); 3] = [("linux", "android"), ("darwin", "ios"), ("solaris", "illumos")];

impl Only {
    /// Why it is not about a package for what that is built for ([`Package::built_for`]); `None` where it is, or nobody tells.
    pub fn spares(&self, package: &Package) -> Option<String> {
        let built_for = package.built_for.as_deref()?;
        let (system, processor) = built_for.split_once('/')?;
        let is_system = |one: &str| one.is_empty() || one == system || KINDS_OF.contains(&(one, system));
        let is_meant = |build: &String| {
            build
                .split_once('/')
                .is_none_or(|(one, other)| is_system(one) && (other.is_empty() || other == processor))
        };
        if self.builds.is_empty() || self.builds.iter().any(is_meant) {
            return None;
        }
        let builds: Vec<&str> = self.builds.iter().map(|build| build.trim_matches('/')).collect();
        Some(format!("built for {built_for}, and only builds for {} are affected", builds.join(", ")))
    }
}

/// What a vendor says of one package of one release, where it differs from what the advisory says of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stance {
    /// The severity for this package; `Unknown` leaves that of the advisory.
    pub severity: Severity,
    /// The vendor's word for it; empty leaves that of the advisory.
    pub severity_word: String,
    /// What the vendor is going to do where there is no fix.
    pub plan: Plan,
    /// The vendor's own words for that, such as `no-dsa: Minor issue`; shown as they are. Empty where there are none.
    pub words: String,
    /// The day on which the fix of this package was published, where upstream tells it for each package.
    pub fixed_on: Option<NaiveDate>,
}

/// What a vendor is going to do about a vulnerability without a fix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Plan {
    /// It does not say.
    #[default]
    Unsaid,
    /// It has not found out yet whether the package is affected.
    UnderInvestigation,
    /// A fix is put off.
    Deferred,
    /// It will not fix it.
    WillNotFix,
    /// The release, or the package in it, gets no fixes any more.
    EndOfLife,
}

/// Which packages a name in an advisory stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Names {
    /// A source package: everything that was built from it. Versions are those of the source.
    Source,
    /// An installed package.
    Binary,
    /// No package: a fact under a key, such as the products that a repository belongs to. See [`Record::fact`].
    Fact,
}

/// Which versions are affected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AffectedRange {
    /// All versions from `introduced` (or the first) up to, not including, `fixed`.
    Fixed {
        /// The first affected version; `None` is “from the beginning”.
        introduced: Option<String>,
        /// The first version that is not affected any more.
        fixed: String,
    },
    /// All versions from `introduced` (or the first) on; no fix is known.
    Unfixed {
        /// The first affected version; `None` is “from the beginning”.
        introduced: Option<String>,
    },
    /// All versions from `introduced` (or the first) up to and including `last`.
    Through {
        /// The first affected version; `None` is “from the beginning”.
        introduced: Option<String>,
        /// The last affected version.
        last: String,
    },
    /// These versions and no others.
    Exactly {
        /// The versions, sorted as text.
        versions: Vec<String>,
    },
    /// No version was ever affected: upstream looked and says so. Outweighs what feeds of others say.
    NeverAffected,
    /// Upstream says something about the package that could not be read.
    Unreadable {
        /// What it says, as written.
        text: String,
    },
}

/// One advisory with all packages that it is about: what a feed's parser yields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// The text.
    pub advisory: Advisory,
    /// The packages. Never empty.
    pub affected: Vec<Affected>,
}

impl AffectedRange {
    /// Such as `from 3.0, fixed in 3.0.2-r0`.
    pub fn in_words(&self) -> String {
        match self {
            Self::Fixed { introduced: None, fixed } => format!("fixed in {fixed}"),
            Self::Fixed { introduced: Some(first), fixed } => format!("from {first}, fixed in {fixed}"),
            Self::Unfixed { introduced: None } => "no fix".to_owned(),
            Self::Unfixed { introduced: Some(first) } => format!("from {first}, no fix"),
            Self::Through { introduced: None, last } => format!("up to {last}, no fix"),
            Self::Through { introduced: Some(first), last } => format!("from {first} to {last}, no fix"),
            Self::Exactly { versions } => format!("only {}", versions.join(", ")),
            Self::NeverAffected => "never affected".to_owned(),
            Self::Unreadable { text } => format!("unreadable: {text}"),
        }
    }
}

/// Whether an identifier is one of CVE, which speaks of one vulnerability alone.
pub(crate) fn is_cve(id: &str) -> bool {
    id.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("CVE-"))
}

impl Advisory {
    /// Whether an identifier is one of its own, whatever its capitalisation.
    pub fn is_called(&self, id: &str) -> bool {
        std::iter::once(&self.id).chain(&self.aliases).any(|own| own.eq_ignore_ascii_case(id))
    }
}

impl Affected {
    /// A statement about every package of the name, without a stance.
    pub fn new(
        namespace: impl Into<String>,
        package: impl Into<String>,
        names: Names,
        range: AffectedRange,
    ) -> Self {
        let (namespace, package) = (namespace.into(), package.into());
        Self { namespace, package, names, range, only: Only::default(), stance: Stance::default() }
    }
}

impl Record {
    /// A fact instead of an advisory: under `subject`, `key` has `value` (one of several, perhaps).
    ///
    /// Facts are what advisories cannot be read without, or what is known of releases: data that an update refreshes.
    /// They travel in segments like advisories, so they are guarded, dated and exported like them.
    pub fn fact(subject: impl Into<String>, key: impl Into<String>, value: impl Into<String>) -> Self {
        let advisory = Advisory { id: value.into(), ..Advisory::default() };
        let affected = vec![Affected::new(subject, key, Names::Fact, AffectedRange::NeverAffected)];
        Self { advisory, affected }
    }
}
