//! A small, made-up catalog, and an image to judge by it.

use chrono::{DateTime, NaiveDate, Utc};
use limpid_core::{
    Advisory, Affected, AffectedRange, Digest, Distribution, ImageFacts, IndexReport, IndexedPackage,
    Package, Reason, Report,
    advisory::Names,
    ecosystems,
    matching::{Advisories, Coverage, FeedData, FeedState, Found, Keeper, Statement, judge},
    package::SourcePackage,
    policy::Policy,
    report,
};

pub(crate) const NAMESPACE: &str = "Alpine:v3.99";
pub(crate) const MAIN: &str = "alpine/v3.99/main";
pub(crate) const COMMUNITY: &str = "alpine/v3.99/community";

/// A catalog in which every statement is written out.
pub(crate) struct Written {
    pub(crate) namespace: &'static str,
    pub(crate) coverage: Coverage,
    pub(crate) statements: Vec<Statement>,
    pub(crate) unreadable: Vec<(String, String)>,
    pub(crate) keeper: Keeper,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            namespace: NAMESPACE,
            coverage: Coverage::default(),
            statements: Vec::new(),
            unreadable: Vec::new(),
            keeper: Keeper::Command,
        }
    }
}

impl Advisories for Written {
    fn digest(&self) -> Digest {
        Digest::of(b"written")
    }

    fn keeper(&self) -> Keeper {
        self.keeper
    }

    fn coverage(&self, namespace: &str) -> Coverage {
        if namespace == self.namespace { self.coverage.clone() } else { Coverage::default() }
    }

    fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
        let about = |one: &&Statement| {
            one.affected.namespace == namespace && one.affected.package == package && wanted(&one.affected)
        };
        Found {
            statements: self.statements.iter().filter(about).cloned().collect(),
            unreadable: self.unreadable.clone(),
        }
    }
}

impl Written {
    /// Both feeds loaded, fresh, with these statements of `main`: (package, id, aliases, range).
    pub(crate) fn with(statements: &[(&str, &str, &[&str], AffectedRange)]) -> Self {
        let feeds = vec![loaded(COMMUNITY), loaded(MAIN)];
        let statement = |(package, id, aliases, range): &(&str, &str, &[&str], AffectedRange)| Statement {
            feed: MAIN.to_owned(),
            affected: Affected::new(NAMESPACE, *package, Names::Source, range.clone()),
            advisory: Advisory {
                id: (*id).to_owned(),
                aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
                ..Advisory::default()
            },
        };
        Self {
            coverage: Coverage { feeds, unknown_upstream: false },
            statements: statements.iter().map(statement).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn change(mut self, name: &str, change: impl Fn(&mut FeedState)) -> Self {
        self.coverage.feeds.iter_mut().filter(|feed| feed.name == name).for_each(change);
        self
    }
}

pub(crate) fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(crate) fn day() -> NaiveDate {
    instant().date_naive()
}

pub(crate) fn loaded(name: &str) -> FeedState {
    let data = FeedData {
        segment: Digest::of(name.as_bytes()),
        records: 7,
        upstream_date: None,
        misfit: None,
        unread: Vec::new(),
        changed_at: instant(),
        checked_at: instant(),
        stale: false,
    };
    FeedState { name: name.to_owned(), data: Some(data), ..FeedState::default() }
}

pub(crate) fn fixed(version: &str) -> AffectedRange {
    AffectedRange::Fixed { introduced: None, fixed: version.to_owned() }
}

pub(crate) fn image(packages: &[(&str, &str, &str)]) -> IndexReport {
    let layer = Digest::of(b"layer");
    let package = |(name, version, origin): &(&str, &str, &str)| IndexedPackage {
        package: Package {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            kind: "apk".to_owned(),
            architecture: None,
            source: Some(SourcePackage::new(*origin, *version)),
            ..Package::default()
        },
        namespace: Some(NAMESPACE.to_owned()),
        purl: format!("pkg:apk/alpine/{name}@{version}"),
        path: "lib/apk/db/installed".to_owned(),
        layer: Some(layer.clone()),
    };
    IndexReport {
        schema: "limpid/index/1".to_owned(),
        image: ImageFacts {
            reference: "test".to_owned(),
            digest: Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: vec![layer.clone()],
        },
        index_state: Digest::of(b"state"),
        repositories: Vec::new(),
        distributions: vec![Distribution {
            id: "alpine".to_owned(),
            version: "3.99.1".to_owned(),
            name: "Alpine Linux v3.99".to_owned(),
            ecosystem: NAMESPACE.to_owned(),
            end_of_life: None,
        }],
        packages: packages.iter().map(package).collect(),
        blind_spots: Vec::new(),
        archives: Vec::new(),
    }
}

pub(crate) fn scan(index: &IndexReport, catalog: &Written) -> Report {
    scan_by(index, catalog, &Policy::default())
}

pub(crate) fn scan_by(index: &IndexReport, catalog: &Written, policy: &Policy) -> Report {
    let judgement = judge(index, &ecosystems::all(), catalog, day());
    report::build(index, judgement, policy, catalog.digest(), day(), instant())
}

pub(crate) fn ids(report: &Report) -> Vec<(&str, &str, Option<&str>, &str)> {
    report
        .findings
        .iter()
        .map(|one| (one.package.name.as_str(), one.id.as_str(), one.fixed_in.as_deref(), one.why.as_str()))
        .collect()
}

pub(crate) fn reasons(report: &Report) -> Vec<(Reason, &str, u64)> {
    report.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str(), spot.packages)).collect()
}
