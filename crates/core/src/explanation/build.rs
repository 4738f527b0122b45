//! Makes an explanation of a report, and of what the feeds say to each package.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Answer, Concerned, ExplainedPackage, ExplainedStatement, Explanation, Known, KnownAdvisory, SCHEMA,
    sentence::sentence,
};
use crate::{
    AffectedRange, BlindSpot, IndexReport, IndexedPackage, Reason, Report,
    advisory::Names,
    enrichment::Exploitation,
    fix::FixKnown,
    matching::{Keeper, Ruled, Ruling, Said, Traced, unreadable_feed},
    report::Finding,
};

impl Explanation {
    /// The explanation of what a report says, or does not say, of a vulnerability. The index and the traces are those of the
    /// same image; `keeper` has the data.
    pub fn of(
        known: &Known,
        index: &IndexReport,
        report: &Report,
        traces: Vec<Traced>,
        exploitation: Exploitation,
        keeper: Keeper,
    ) -> Self {
        let mut packages = packages(known, index, report, traces);
        packages.sort_by(|a, b| (a.answer, &a.package).cmp(&(b.answer, &b.package)));
        let words = Words::of(&packages);
        let mut blind_spots: Vec<BlindSpot> =
            report.blind_spots.iter().filter(|spot| could_hide(spot, &words, report)).cloned().collect();
        let lost = known.found.unreadable.iter().cloned();
        blind_spots.extend(lost.map(|one| unreadable_feed(one, keeper)));
        blind_spots.sort();
        blind_spots.dedup();
        let answer = answer(known, &packages, &blind_spots);
        let mut explanation = Self {
            schema: SCHEMA.to_owned(),
            asked: known.asked.clone(),
            identifiers: known.identifiers.clone(),
            image: report.image.clone(),
            distributions: report.distributions.clone(),
            answer,
            explanation: String::new(),
            proof: report.proof.clone(),
            observed: report.observed.clone(),
            packages,
            advisories: advisories(known),
            exploitation,
            blind_spots,
        };
        explanation.explanation = sentence(&explanation);
        explanation
    }
}

/// The first that holds. What could hide a package, or what is said of one, outweighs all but a finding.
fn answer(known: &Known, packages: &[Concerned], blind_spots: &[BlindSpot]) -> Answer {
    let best = packages.iter().map(|one| one.answer).min();
    let otherwise = || match known.found.statements.is_empty() {
        true => Answer::UnknownAdvisory,
        false => Answer::PackageAbsent,
    };
    let told = best.unwrap_or_else(otherwise);
    if blind_spots.iter().any(|spot| spot.counts) { told.min(Answer::NotJudged) } else { told }
}

/// What somebody has said of the vulnerability in the image: under which namespaces, and by which families of feeds.
struct Words<'a> {
    namespaces: BTreeSet<&'a str>,
    families: BTreeSet<&'a str>,
}

impl<'a> Words<'a> {
    /// That a package was not judged is no word about it: what kept it from that is to be seen.
    fn of(packages: &'a [Concerned]) -> Self {
        let is_word = |one: &&Concerned| match one.answer {
            Answer::Affected | Answer::Suppressed | Answer::Fixed | Answer::NotAffected => true,
            Answer::NotJudged | Answer::NotListed | Answer::PackageAbsent | Answer::UnknownAdvisory => false,
        };
        let said = packages.iter().filter(is_word);
        let feeds =
            said.clone().flat_map(|one| one.statements.iter().map(|one| &*one.feed).chain([&*one.by]));
        Self {
            namespaces: said.filter_map(|one| one.package.namespace.as_deref()).collect(),
            families: feeds.filter_map(family).collect(),
        }
    }

    /// Whether one of them is about a namespace, or by a feed beside this one.
    fn are_about(&self, subject: &str) -> bool {
        self.namespaces.contains(subject) || family(subject).is_some_and(|one| self.families.contains(one))
    }

    fn are_about_the_distribution(&self, report: &Report) -> bool {
        report.distributions.iter().any(|one| self.namespaces.contains(&*one.ecosystem))
    }
}

/// What stands first in the name of a feed.
fn family(feed: &str) -> Option<&str> {
    feed.split_once('/').map(|(family, _)| family)
}

/// Whether behind a blind spot the vulnerability could be: always, where packages are hidden; where what is said of them is
/// missing or old, as long as nobody has said something under the same namespace; in what others have built, as long as the
/// distribution has said nothing. Single packages have their own answer.
fn could_hide(spot: &BlindSpot, words: &Words<'_>, report: &Report) -> bool {
    match spot.reason {
        Reason::NoDistribution
        | Reason::DatabaseUnreadable
        | Reason::OverBudget
        | Reason::LayerUnsupported
        | Reason::DetectorFailed
        | Reason::NothingRecognised => true,
        Reason::ReleaseNotCovered
        | Reason::FeedNotLoaded
        | Reason::FeedStale
        | Reason::FeedQuarantined
        | Reason::EndOfLife => !words.are_about(&spot.subject),
        Reason::ThirdParty => !words.are_about_the_distribution(report),
        Reason::VersionUnparsable | Reason::UnidentifiedExecutables => false,
    }
}

/// Where a package is: its package URL and path.
type Place = (String, String);

fn packages(known: &Known, index: &IndexReport, report: &Report, traces: Vec<Traced>) -> Vec<Concerned> {
    let is_asked = |finding: &&Finding| known.is_called(std::iter::once(&finding.id).chain(&finding.aliases));
    let mut findings: BTreeMap<Place, &Finding> = BTreeMap::new();
    for finding in report.findings.iter().filter(is_asked) {
        let path = finding.package.path.clone().unwrap_or_default();
        // Of two findings under one name, the one that stands.
        let known = findings.entry((finding.package.purl.clone(), path)).or_insert(finding);
        if finding.suppressed.is_none() {
            *known = finding;
        }
    }
    let mut concerned = Vec::new();
    for Traced { package, said } in traces {
        let place = (package.purl.clone(), package.path.clone());
        let finding = findings.remove(&place);
        concerned.push(one(&package, said, finding, report));
    }
    // A finding that no trace leads to would be a fault of tracing: it is told all the same.
    let rest = findings.into_iter().filter_map(|((purl, path), finding)| {
        let package = index.packages.iter().find(|one| one.purl == purl && one.path == path)?;
        Some(one(package, Said::Nothing, Some(finding), report))
    });
    concerned.extend(rest.collect::<Vec<_>>());
    concerned
}

fn one(package: &IndexedPackage, said: Said, finding: Option<&Finding>, report: &Report) -> Concerned {
    let (ruled, otherwise) = match said {
        Said::Statements(ruled) => (ruled, None),
        Said::Nothing => (Vec::new(), None),
        Said::NotCovered => {
            let namespace = package.namespace.as_deref().unwrap_or_default();
            let why = format!("no feed that is loaded speaks about {namespace}");
            (Vec::new(), Some((Answer::NotJudged, why)))
        }
        Said::ThirdParty { by } => {
            let namespace = package.namespace.as_deref().unwrap_or_default();
            let why = format!("of what {by} builds, the advisories of {namespace} do not speak");
            (Vec::new(), Some((Answer::NotJudged, why)))
        }
        // What that package's own answer is, stands beside it.
        Said::Owned { by } => {
            let why = format!("{by} of the distribution brought it, and it is judged as that");
            (Vec::new(), Some((Answer::NotListed, why)))
        }
    };
    let (answer, why, by) = match (finding, otherwise) {
        (Some(finding), _) => of_finding(finding, report),
        (None, Some((answer, why))) => (answer, why, String::new()),
        (None, None) => of_statements(&ruled),
    };
    Concerned {
        answer,
        why,
        by,
        package: explained(package, report),
        severity: finding.map(|finding| finding.severity),
        fixed_in: finding.and_then(|finding| finding.fixed_in.clone()),
        fix_known: finding.and_then(|finding| finding.fix_known.clone()),
        status: finding.map(|finding| finding.status),
        suppressed: finding.and_then(|finding| finding.suppressed.clone()),
        statements: ruled.into_iter().map(|one| statement(one, report)).collect(),
    }
}

/// A vendor's word against another feed is no decision of the reader's.
fn of_finding(finding: &Finding, report: &Report) -> (Answer, String, String) {
    match &finding.suppressed {
        None => (Answer::Affected, finding.why.clone(), finding.feed.clone()),
        Some(by) if report.feeds.iter().any(|feed| feed.name == by.by) => {
            (Answer::NotAffected, by.reason.clone(), by.by.clone())
        }
        Some(by) => (Answer::Suppressed, by.reason.clone(), by.by.clone()),
    }
}

/// What the statements come to where they are no finding: of several ranges the one that says most.
fn of_statements(ruled: &[Ruled]) -> (Answer, String, String) {
    let decisive = ruled.iter().min_by_key(|one| one.ruling);
    decisive.map_or_else(
        || (Answer::NotListed, "the data that it is judged by says nothing of it".to_owned(), String::new()),
        |one| (of_ruling(one.ruling), one.why.clone(), one.statement.feed.clone()),
    )
}

fn of_ruling(ruling: Ruling) -> Answer {
    match ruling {
        Ruling::Affects => Answer::Affected,
        Ruling::NotComparable => Answer::NotJudged,
        Ruling::Fixed => Answer::Fixed,
        Ruling::OtherVersions | Ruling::OtherBuilds | Ruling::NeverAffected => Answer::NotAffected,
    }
}

fn explained(indexed: &IndexedPackage, report: &Report) -> ExplainedPackage {
    let package = &indexed.package;
    let place = |layer| report.image.layers.iter().position(|one| one == layer);
    ExplainedPackage {
        layer: indexed.layer.clone(),
        layer_number: indexed.layer.as_ref().and_then(place).map(|place| place + 1),
        path: indexed.path.clone(),
        name: package.name.clone(),
        version: package.version.clone(),
        kind: package.kind.clone(),
        purl: indexed.purl.clone(),
        source: package.source.as_ref().map(|source| (source.name.clone(), source.version.clone())),
        namespace: indexed.namespace.clone(),
    }
}

fn statement(ruled: Ruled, report: &Report) -> ExplainedStatement {
    let Ruled { statement, ruling, why } = ruled;
    let data = report.feeds.iter().find(|feed| feed.name == statement.feed);
    let names_a_fix = matches!(statement.affected.range, AffectedRange::Fixed { .. });
    let fix_known = FixKnown::of(&statement).filter(|_| names_a_fix);
    let affected = statement.affected;
    let names = match affected.names {
        Names::Source => "source",
        Names::Binary | Names::Fact => "binary",
    };
    ExplainedStatement {
        advisory: statement.advisory.id,
        fix_known,
        published: statement.advisory.published,
        range: affected.range.in_words(),
        namespace: affected.namespace,
        package: affected.package,
        names: names.to_owned(),
        answer: of_ruling(ruling),
        why,
        segment: data.map(|feed| feed.segment.clone()),
        upstream_date: data.and_then(|feed| feed.upstream_date.clone()),
        feed: statement.feed,
    }
}

fn advisories(known: &Known) -> Vec<KnownAdvisory> {
    let mut advisories: BTreeMap<(&str, &str), KnownAdvisory> = BTreeMap::new();
    for statement in &known.found.statements {
        let advisory = &statement.advisory;
        let one = advisories.entry((&statement.feed, &advisory.id)).or_insert_with(|| KnownAdvisory {
            feed: statement.feed.clone(),
            id: advisory.id.clone(),
            aliases: advisory.aliases.clone(),
            severity: advisory.severity,
            summary: advisory.summary.clone(),
            links: advisory.links.clone(),
            published: advisory.published.clone(),
            namespaces: Default::default(),
            packages: Default::default(),
        });
        one.namespaces.insert(statement.affected.namespace.clone());
        one.packages.insert(statement.affected.package.clone());
    }
    advisories.into_values().collect()
}
