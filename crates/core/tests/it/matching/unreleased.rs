//! Packages without a version that can be compared: what counts of them depends on whether an advisory names them.

use limpid_core::{
    Advisory, Affected, BlindSpot, Verdict,
    advisory::Names,
    ecosystems,
    feed::FeedDocument,
    matching::{FeedState, Statement},
};

use super::{support::loaded, *};

/// A record of Go's database about one module.
fn record(module: &str, versions: &str) -> String {
    format!(
        r#"{{"id": "GO-2026-0001", "modified": "2026-01-01T00:00:00Z", "affected": [
            {{"package": {{"ecosystem": "Go", "name": "{module}"}}, {versions}}}]}}"#
    )
}

const BELOW: &str = r#""ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]}]"#;
const ODD: &str = r#""versions": ["(unknown)", "main"]"#;

/// What Go's database says with one record.
pub(super) fn catalog(record: &str) -> Written {
    let family = ecosystems::all().of_namespace("Go").unwrap().feeds;
    let source = (family.needed_by)("Go").remove(0);
    let mut statements = Vec::new();
    let mut reader = record.as_bytes();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let mut add = |record: limpid_core::advisory::Record| {
        statements.extend(record.affected.into_iter().map(|affected| Statement {
            feed: source.name.clone(),
            affected,
            advisory: record.advisory.clone(),
        }));
    };
    (family.parse)(&source, &mut document, &mut add).unwrap();
    let coverage = Coverage { feeds: vec![loaded("golang/osv")], unknown_upstream: false };
    Written { namespace: "Go", coverage, statements, ..Written::default() }
}

/// The blind spots and the verdict over one module that a program was built from.
fn judged(version: &str, catalog: &Written) -> (Vec<(Reason, String, bool)>, Verdict) {
    let mut index = image(&[("example.org/tool", version, "example.org/tool")]);
    index.packages[0].namespace = Some("Go".to_owned());
    let report = scan(&index, catalog);
    assert_eq!(report.summary.judged, u64::from(version.starts_with('v')), "{version}");
    let told = |spot: &BlindSpot| (spot.reason, spot.subject.clone(), spot.counts);
    (report.blind_spots.iter().map(told).collect(), report.verdict)
}

#[test]
fn what_has_no_version_counts_where_an_advisory_names_it() {
    let unparsable = |version: &str| (Reason::VersionUnparsable, format!("example.org/tool {version}"), true);
    let unreleased = (Reason::UnidentifiedExecutables, "Go".to_owned(), false);
    let [named, listed] = [BELOW, ODD].map(|versions| catalog(&record("example.org/tool", versions)));
    let other = catalog(&record("example.org/other", BELOW));
    for version in ["(devel)", "devel go1.25-abcdef"] {
        for catalog in [&named, &listed] {
            assert_eq!(judged(version, catalog), (vec![unparsable(version)], Verdict::Unproven), "{version}");
        }
    }
    assert_eq!(judged("(devel)", &other), (vec![unreleased], Verdict::Clean));
    let odd = "devel go1.25-abcdef";
    assert_eq!(judged(odd, &other), (vec![unparsable(odd)], Verdict::Unproven));
    assert_eq!(judged("v1.1.0", &named), (vec![], Verdict::Vulnerable));
    assert_eq!(judged("v1.1.0", &listed), (vec![], Verdict::Clean));
}

/// Programs at these places: (name, version, who built it, path).
fn programs(list: &[(&str, &str, Option<&str>, &str)]) -> limpid_core::IndexReport {
    let named: Vec<_> = list.iter().map(|(name, version, ..)| (*name, *version, *name)).collect();
    let mut index = image(&named);
    for (package, (_, _, vendor, path)) in index.packages.iter_mut().zip(list) {
        package.namespace = Some("programs".to_owned());
        package.package.source = None;
        package.package.vendor = vendor.map(str::to_owned);
        (*path).clone_into(&mut package.path);
    }
    index
}

const FEED: &str = "programs/bitnami";

/// Bitnami's feed, which names these in these ranges.
fn bitnami(statements: &[(&str, &str, AffectedRange)], feed: FeedState) -> Written {
    let statement = |(package, id, range): &(&str, &str, AffectedRange)| Statement {
        feed: FEED.to_owned(),
        affected: Affected::new("programs", *package, Names::Binary, range.clone()),
        advisory: Advisory { id: (*id).to_owned(), ..Advisory::default() },
    };
    Written {
        namespace: "programs",
        coverage: Coverage { feeds: vec![feed], unknown_upstream: false },
        statements: statements.iter().map(statement).collect(),
        ..Written::default()
    }
}

#[test]
fn programs_of_which_no_feed_speaks_count_by_name_and_version() {
    let index = programs(&[
        ("busybox", "1.36.1", None, "usr/bin/busybox"),
        ("java", "17.0.9", Some("Eclipse Adoptium"), "opt/java/release"),
        ("java", "17.0.9", Some("Eclipse Adoptium"), "usr/java/release"),
        ("nginx", "1.25.3", Some("nginx-plus-r31"), "usr/sbin/nginx"),
    ]);
    // Not even where nothing is loaded: no update would change it.
    for catalog in [
        bitnami(&[("nginx", "BIT-1", fixed("1.26.0"))], loaded(FEED)),
        bitnami(&[], FeedState { name: FEED.to_owned(), ..FeedState::default() }),
    ] {
        let report = scan(&index, &catalog);
        assert_eq!(
            reasons(&report),
            [
                (Reason::ThirdParty, "busybox 1.36.1", 1),
                (Reason::ThirdParty, "java 17.0.9", 2),
                (Reason::ThirdParty, "nginx 1.25.3", 1)
            ]
        );
        assert!(report.blind_spots.iter().all(|spot| spot.counts));
        let detail = &report.blind_spots[1].detail;
        assert!(detail.contains("speaks about java of Eclipse Adoptium: listed"), "{detail}");
        assert!(detail.ends_with("found at opt/java/release, usr/java/release"), "{detail}");
        assert_eq!(
            (report.verdict, report.summary.packages, report.summary.judged),
            (Verdict::Unproven, 4, 0)
        );
    }
}

#[test]
fn well_known_programs_are_judged_where_their_feed_names_them() {
    let named = [("node", "BIT-node-2026-1", fixed("20.20.3")), ("node", "BIT-node-2026-2", fixed("20.1.0"))];
    let catalog = bitnami(&named, loaded(FEED));
    let judged = |list: &[(&str, &str, Option<&str>, &str)], catalog: &Written| {
        let report = scan(&programs(list), catalog);
        let ids: Vec<String> = report.findings.iter().map(|one| one.id.clone()).collect();
        let spots: Vec<(Reason, String, u64)> =
            report.blind_spots.iter().map(|one| (one.reason, one.subject.clone(), one.packages)).collect();
        (ids, spots, report.summary.judged, report.verdict)
    };
    let node = |version: &'static str| ("node", version, None, "usr/local/bin/node");
    let found = vec!["BIT-node-2026-1".to_owned()];
    assert_eq!(judged(&[node("20.20.2")], &catalog), (found, vec![], 1, Verdict::Vulnerable));
    assert_eq!(judged(&[node("20.20.3")], &catalog), (vec![], vec![], 1, Verdict::Clean));
    let spot = |reason, subject: &str| vec![(reason, subject.to_owned(), 1)];
    // One that the feed could name and never does is not judged by it.
    assert_eq!(
        judged(&[node("20.20.3"), ("redis", "7.2.4", None, "usr/local/bin/redis-server")], &catalog),
        (vec![], spot(Reason::ThirdParty, "redis 7.2.4"), 1, Verdict::Unproven)
    );
    // A version of somebody else's, and one from before the data begins.
    assert_eq!(
        judged(&[node("20.20.3-acme4")], &catalog),
        (vec![], spot(Reason::VersionUnparsable, "node 20.20.3-acme4"), 0, Verdict::Unproven)
    );
    let old = bitnami(&named[1..], loaded(FEED));
    let ids = vec!["BIT-node-2026-2".to_owned()];
    assert_eq!(
        judged(&[node("12.0.0")], &old),
        (ids, spot(Reason::ReleaseNotCovered, "node 12.0.0"), 1, Verdict::Vulnerable)
    );
    let missing = bitnami(&[], FeedState { name: FEED.to_owned(), ..FeedState::default() });
    assert_eq!(
        judged(&[node("20.20.3")], &missing),
        (vec![], spot(Reason::FeedNotLoaded, "programs"), 0, Verdict::Unproven)
    );
}
