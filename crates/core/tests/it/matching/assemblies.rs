//! Assemblies that only say themselves what they are: never clean by a name or a version that proves nothing.

use limpid_core::{Advisory, Affected, BlindSpot, Verdict, advisory::Names, matching::Statement};

use super::{support::loaded, *};

fn catalog(package: &str) -> Written {
    let range = fixed("13.0.1");
    let advisory = Advisory { id: "GHSA-5crp-9r3c-p9vr".to_owned(), ..Advisory::default() };
    let affected = Affected::new("NuGet", package, Names::Binary, range);
    let statements = vec![Statement { feed: "dotnet/osv".to_owned(), affected, advisory }];
    let coverage = Coverage { feeds: vec![loaded("dotnet/osv")], unknown_upstream: false };
    Written { namespace: "NuGet", coverage, statements, ..Written::default() }
}

fn judged(name: &str, version: &str, evidence: Option<&str>) -> (Verdict, u64, Vec<(Reason, String, bool)>) {
    let mut index = image(&[(name, version, name)]);
    let package = &mut index.packages[0];
    package.namespace = Some("NuGet".to_owned());
    package.package.source = None;
    package.package.evidence = evidence.map(str::to_owned);
    let named = if name.starts_with("system") { name } else { "newtonsoft.json" };
    let report = scan(&index, &catalog(named));
    let told = |spot: &BlindSpot| (spot.reason, spot.subject.clone(), spot.counts);
    (report.verdict, report.summary.judged, report.blind_spots.iter().map(told).collect())
}

#[test]
fn what_only_says_itself_what_it_is_counts_unless_somebody_speaks_of_what_is_called_so() {
    let itself = Some("assembly Newtonsoft.Json 13.0.0.0");
    assert_eq!(judged("newtonsoft.json", "12.0.1", itself), (Verdict::Vulnerable, 1, vec![]));
    assert_eq!(judged("newtonsoft.json", "13.0.3", itself), (Verdict::Clean, 1, vec![]));
    let spot = |reason, subject: &str| vec![(reason, subject.to_owned(), true)];
    let unknown = "(assembly 6.0.0.0)";
    let spots = spot(Reason::VersionUnparsable, "newtonsoft.json (assembly 6.0.0.0)");
    assert_eq!(judged("newtonsoft.json", unknown, itself), (Verdict::Unproven, 0, spots));
    let spots = spot(Reason::ThirdParty, "icsharpcode.sharpziplib 1.3.3");
    assert_eq!(judged("icsharpcode.sharpziplib", "1.3.3", itself), (Verdict::Unproven, 0, spots));
    // What somebody listed is what it is called.
    assert_eq!(judged("sharpziplib", "1.3.3", None), (Verdict::Clean, 1, vec![]));
}

#[test]
fn what_may_be_a_part_of_a_runtime_is_never_proven_by_what_is_said_of_a_package() {
    let spots = vec![(Reason::DatabaseUnreadable, "system.net.http 13.6.57".to_owned(), true)];
    let itself = Some("assembly System.Net.Http 4.0.0.0");
    assert_eq!(judged("system.net.http", "13.6.57", itself), (Verdict::Unproven, 1, spots));
    assert_eq!(judged("system.net.http", "13.6.57", None), (Verdict::Clean, 1, vec![]));
}
