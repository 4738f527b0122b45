//! Matching: which advisories speak about the packages of an image, and which packages could not be judged.
//!
//! Pure: the same index report, advisories and day give the same judgement. Every package ends either judged or under
//! a blind spot that says why not; one bad version or record never loses the rest.

mod affects;
mod aliases;
mod coverage;
mod dismissal;
mod elsewhere;
mod enrichment;
mod finding;
mod keeper;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    elsewhere::Elsewhere,
    enrichment::exploitation,
    finding::{Match, feed_unreadable as unreadable_feed},
    keeper::Keeper,
    trace::{Ruled, Ruling, Said, Traced, trace},
};
use crate::{
    Advisory, Affected, BlindSpot, Digest, Distribution, Ecosystem, IndexReport, IndexedPackage, Reason,
    advisory::Names, ecosystem::Ecosystems, scope::may_be_spoken_about,
};

/// Advisory data as of one instant. The catalog implements it; what is fresh and what is stale is decided before.
pub trait Advisories {
    /// Identifies the data as a whole.
    fn digest(&self) -> Digest;

    /// What is known about a namespace such as `Alpine:v3.16`.
    fn coverage(&self, namespace: &str) -> Coverage;

    /// Who keeps the data up to date: what is said of its gaps names what that one can do.
    fn keeper(&self) -> Keeper {
        Keeper::Command
    }

    /// What the loaded feeds say about a package name (of a source or an installed package) in a namespace, as far as
    /// it is `wanted`. Of most statements only the range is ever looked at; their texts need not be read.
    ///
    /// A feed that cannot be read is named in what is found; what others say comes along.
    fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found;

    /// The values of a fact ([`crate::advisory::Record::fact`]), sorted.
    fn facts(&self, subject: &str, key: &str) -> Facts {
        let found = self.find(subject, key, &mut |affected| affected.names == Names::Fact);
        let mut values: Vec<String> = found.statements.into_iter().map(|one| one.advisory.id).collect();
        values.sort();
        values.dedup();
        Facts { values, unreadable: found.unreadable }
    }
}

/// See [`Advisories::facts`].
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The values.
    pub values: Vec<String>,
    /// The feeds that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

/// The subject of facts about the ends of releases: the key is a namespace, the value a day (`2024-05-23`).
pub const END_OF_LIFE: &str = "end of life";

/// See [`Advisories::find`].
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What the feeds say, in a fixed order.
    pub statements: Vec<Statement>,
    /// The feeds that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl Found {
    /// Adds what a feed says.
    pub fn add(&mut self, feed: &str, said: impl IntoIterator<Item = (Affected, Advisory)>) {
        let statement = |(affected, advisory)| Statement { feed: feed.to_owned(), affected, advisory };
        self.statements.extend(said.into_iter().map(statement));
    }
}

/// One statement of one feed about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The feed.
    pub feed: String,
    /// What it says about versions.
    pub affected: Affected,
    /// What it says about the vulnerability.
    pub advisory: Advisory,
}

/// What the catalog knows about a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The feeds that would speak about it and those that do, sorted by name.
    pub feeds: Vec<FeedState>,
    /// Whether upstream is known not to have the namespace at all: it was asked and does not list it.
    pub unknown_upstream: bool,
}

/// One feed as of the instant of the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Its name.
    pub name: String,
    /// The data in force; `None` where nothing is.
    pub data: Option<FeedData>,
    /// Upstream was asked and has no such document.
    pub absent: bool,
    /// Newer data looked wrong and waits for a person: why.
    pub quarantined: Option<String>,
}

/// The data of a feed in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedData {
    /// The segment.
    pub segment: Digest,
    /// How many records it has about the namespace in question.
    pub records: u64,
    /// The date that upstream gives it.
    pub upstream_date: Option<String>,
    /// Why it may be the data of another feed.
    pub misfit: Option<String>,
    /// Parts of it that could not be read, and why.
    pub unread: Vec<String>,
    /// When the data changed last.
    pub changed_at: DateTime<Utc>,
    /// When upstream was last seen to have just this data.
    pub checked_at: DateTime<Utc>,
    /// Whether that is too long ago.
    pub stale: bool,
}

/// Stands for the namespace of packages that have none.
pub const NO_NAMESPACE: &str = "unknown";

/// How many packages of a namespace there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub packages: u64,
    /// Those that were judged.
    pub judged: u64,
}

/// What the matching of one image found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The findings, sorted.
    pub findings: Vec<Match>,
    /// What was not judged, in addition to the index report's own blind spots. Sorted.
    pub blind_spots: Vec<BlindSpot>,
    /// The feeds that were asked, by name.
    pub feeds: BTreeMap<String, FeedData>,
    /// How many packages were compared with all that the loaded feeds say about them. A package of a language that one of
    /// the distribution owns was where its owner was.
    pub judged: u64,
    /// The same by namespace, such as `Alpine:v3.16` or `PyPI`; [`NO_NAMESPACE`] for packages of which nobody knows it.
    pub counts: BTreeMap<String, Counts>,
    /// The distributions, with the end of life that was reckoned with.
    pub distributions: Vec<Distribution>,
    /// Why data that enriches may not be all that there is, by feed.
    pub doubts: BTreeMap<String, String>,
}

/// Judges the packages of an image as of a day, and adds what is known of the vulnerabilities that are found.
pub fn judge(
    index: &IndexReport,
    ecosystems: &Ecosystems,
    advisories: &dyn Advisories,
    as_of: NaiveDate,
) -> Judgement {
    let mut judgement = judge_alone(index, ecosystems, advisories, as_of);
    enrichment::enrich(&mut judgement, advisories);
    judgement
}

/// As [`judge`], without what is known of the vulnerabilities beside their advisories.
pub fn judge_alone(
    index: &IndexReport,
    ecosystems: &Ecosystems,
    advisories: &dyn Advisories,
    as_of: NaiveDate,
) -> Judgement {
    let mut judgement = Judgement::default();
    judgement.distributions = dated_distributions(index, ecosystems, advisories, &mut judgement.blind_spots);
    let mut by_namespace: BTreeMap<&str, Vec<&IndexedPackage>> = BTreeMap::new();
    let mut owned: Vec<&IndexedPackage> = Vec::new();
    for package in &index.packages {
        let namespace = package.namespace.as_deref().unwrap_or(NO_NAMESPACE);
        judgement.counts.entry(namespace.to_owned()).or_default().packages += 1;
        match &package.namespace {
            Some(_) if package.package.owned_by.is_some() => owned.push(package),
            Some(namespace) => by_namespace.entry(namespace).or_default().push(package),
            None => {}
        }
    }
    let session = Session { index, ecosystems, advisories, as_of };
    let mut owners = Owners::default();
    for (namespace, packages) in by_namespace {
        session.judge_namespace(namespace, &packages, &mut owners, &mut judgement);
    }
    for package in owned.into_iter().filter(|one| owners.have_judged(one)) {
        judgement.count(package);
    }
    judgement.findings.sort();
    judgement.blind_spots.sort();
    judgement.blind_spots.dedup_by(|later, earlier| {
        if later == earlier {
            return true;
        }
        // One feed cannot be read, for packages of several namespaces and for facts beside them.
        let is_same = later.reason == Reason::FeedNotLoaded
            && later.reason == earlier.reason
            && (&later.subject, &later.detail) == (&earlier.subject, &earlier.detail);
        if is_same {
            earlier.packages += later.packages;
        }
        is_same
    });
    judgement
}

/// The feeds that could not be read for packages, and for how many: each package is counted once, whatever was asked about
/// it.
#[derive(Default)]
struct Unreadable(BTreeMap<BlindSpot, usize>);

impl Unreadable {
    /// Judges one package, and takes what is said of feeds meanwhile out of the blind spots.
    fn while_judging<T>(&mut self, judgement: &mut Judgement, judge: impl FnOnce(&mut Judgement) -> T) -> T {
        let before = judgement.blind_spots.len();
        let judged = judge(judgement);
        let is_feed = |spot: &BlindSpot| spot.reason == Reason::FeedNotLoaded;
        let said = judgement.blind_spots.split_off(before).into_iter();
        let (feeds, others): (Vec<_>, Vec<_>) = said.partition(is_feed);
        for feed in feeds.into_iter().collect::<BTreeSet<_>>() {
            *self.0.entry(feed).or_default() += 1;
        }
        judgement.blind_spots.extend(others);
        judged
    }

    fn blind_spots(self) -> impl Iterator<Item = BlindSpot> {
        self.0.into_iter().map(|(spot, packages)| spot.with_packages(packages))
    }
}

impl Judgement {
    /// Counts a package that was judged.
    fn count(&mut self, package: &IndexedPackage) {
        self.judged += 1;
        let namespace = package.namespace.as_deref().unwrap_or(NO_NAMESPACE);
        self.counts.entry(namespace.to_owned()).or_default().judged += 1;
    }
}

/// The names of the packages that may own others: whether each that has the name was judged.
#[derive(Default)]
struct Owners<'a>(BTreeMap<&'a str, bool>);

impl Owners<'_> {
    fn have_judged(&self, package: &IndexedPackage) -> bool {
        let owner = package.package.owned_by.as_deref();
        owner.is_some_and(|owner| self.0.get(owner).copied().unwrap_or_default())
    }
}

/// What a judgement is made of.
struct Session<'a> {
    index: &'a IndexReport,
    ecosystems: &'a Ecosystems,
    advisories: &'a dyn Advisories,
    as_of: NaiveDate,
}

impl<'i> Session<'i> {
    fn judge_namespace(
        &self,
        namespace: &str,
        packages: &[&'i IndexedPackage],
        owners: &mut Owners<'i>,
        judgement: &mut Judgement,
    ) {
        let Some(ecosystem) = self.ecosystems.of_namespace(namespace) else {
            let detail = format!("no ecosystem of this version of Limpid judges {namespace}");
            let spot = BlindSpot::new(Reason::ReleaseNotCovered, namespace, detail);
            judgement.blind_spots.push(spot.with_packages(packages.len()));
            return;
        };
        let (packages, strangers) = spoken_about(ecosystem, packages);
        if !strangers.is_empty() {
            judgement.blind_spots.extend(coverage::of_feedless(namespace, &strangers));
        }
        if packages.is_empty() {
            return;
        }
        let coverage = self.advisories.coverage(namespace);
        let loaded = || coverage.feeds.iter().filter(|feed| feed.data.is_some());
        let mut unnamed = 0;
        let mut unjudged = finding::Unjudged::default();
        if loaded().next().is_some() {
            let distribution = self.index.distributions.iter().find(|one| one.ecosystem == namespace);
            let court = finding::Court {
                namespace,
                distribution: distribution.map_or("", |distribution| &distribution.id),
                index: self.index,
                ecosystem,
                advisories: self.advisories,
                has_second: loaded().any(|feed| (ecosystem.feeds.is_second)(&feed.name)),
            };
            let mut unreadable = Unreadable::default();
            for &package in &packages {
                let judged = unreadable
                    .while_judging(judgement, |judgement| court.judge(package, judgement, &mut unjudged));
                if judged.compared {
                    judgement.count(package);
                }
                if ecosystem.identity.is_some() {
                    *owners.0.entry(&package.package.name).or_insert(true) &= judged.compared;
                }
                unnamed += usize::from(!judged.named);
            }
            judgement.blind_spots.extend(unreadable.blind_spots());
        }
        judgement.blind_spots.extend(coverage::of_strangers(namespace, unjudged.strangers));
        judgement.blind_spots.extend(coverage::of_unreleased(namespace, unjudged.unreleased));
        judgement.blind_spots.extend(coverage::of_unknown(namespace, &unjudged.unknown));
        let end_of_life = end_of_life(namespace, ecosystem, self.advisories, &mut judgement.blind_spots)
            .filter(|&end| end < self.as_of);
        let scope = coverage::Scope {
            namespace,
            packages: packages.len(),
            unnamed,
            end_of_life,
            keeper: self.advisories.keeper(),
        };
        judgement.blind_spots.extend(coverage::blind_spots(&coverage, &scope));
        for feed in coverage.feeds {
            if let Some(data) = feed.data {
                judgement.feeds.insert(feed.name, data);
            }
        }
    }
}

/// The packages about which the feeds of a language may speak, and the others with what it is that they do not speak about. Of distributions
/// the data itself may decide, so all of them are asked about.
fn spoken_about<'i>(
    ecosystem: &Ecosystem,
    packages: &[&'i IndexedPackage],
) -> (Vec<&'i IndexedPackage>, Vec<(&'i IndexedPackage, String)>) {
    if ecosystem.identity.is_some() {
        return (packages.to_vec(), Vec::new());
    }
    let (mut own, mut strangers) = (Vec::new(), Vec::new());
    for &package in packages {
        match may_be_spoken_about(ecosystem, &package.package) {
            Ok(()) => own.push(package),
            Err(about) => strangers.push((package, about)),
        }
    }
    (own, strangers)
}

fn dated_distributions(
    index: &IndexReport,
    ecosystems: &Ecosystems,
    advisories: &dyn Advisories,
    blind_spots: &mut Vec<BlindSpot>,
) -> Vec<Distribution> {
    let mut end_of = |namespace: &str| {
        let ecosystem = ecosystems.of_namespace(namespace)?;
        end_of_life(namespace, ecosystem, advisories, blind_spots)
    };
    let dated = |distribution: &Distribution| Distribution {
        end_of_life: end_of(&distribution.ecosystem),
        ..distribution.clone()
    };
    index.distributions.iter().map(dated).collect()
}

/// The end of a release: the latest that the advisory data tells, or else what was known when this program was built. Data
/// that is there and cannot be read becomes a blind spot.
fn end_of_life(
    namespace: &str,
    ecosystem: &Ecosystem,
    advisories: &dyn Advisories,
    blind_spots: &mut Vec<BlindSpot>,
) -> Option<NaiveDate> {
    let Facts { values, unreadable } = advisories.facts(END_OF_LIFE, namespace);
    let keeper = advisories.keeper();
    blind_spots.extend(unreadable.into_iter().map(|one| finding::feed_unreadable(one, keeper)));
    let told = values.iter().filter_map(|day| day.parse().ok()).max();
    told.or_else(|| (ecosystem.end_of_life)(namespace))
}
