//! Packages without a version that can be compared: what counts of them depends on whether an advisory names them.

use limpid_core::{BlindSpot, Verdict, ecosystems, feed::FeedDocument, matching::Statement};

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
fn catalog(record: &str) -> Written {
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

#[test]
fn programs_of_which_no_feed_speaks_count_by_name_and_version() {
    let mut index =
        image(&[("node", "20.20.2", "node"), ("node", "20.20.2", "node"), ("nginx", "1.22.1", "nginx")]);
    for (package, path) in index.packages.iter_mut().zip(["usr/bin/node", "opt/bin/node", "usr/sbin/nginx"]) {
        package.namespace = Some("programs".to_owned());
        path.clone_into(&mut package.path);
    }
    let report = scan(&index, &Written::with(&[]));
    assert_eq!(
        reasons(&report),
        [(Reason::ThirdParty, "nginx 1.22.1", 1), (Reason::ThirdParty, "node 20.20.2", 2)]
    );
    assert!(report.blind_spots.iter().all(|spot| spot.counts));
    assert!(report.blind_spots[1].detail.ends_with("found at opt/bin/node, usr/bin/node"), "{report:?}");
    assert_eq!((report.verdict, report.summary.packages, report.summary.judged), (Verdict::Unproven, 3, 0));
}
