//! Matching and reports on small, made-up catalogs: each way in which a package is or is not judged.

mod assemblies;
mod builds;
mod enrichment;
mod statements;
pub(crate) mod support;
mod targets;
mod unreleased;

use std::collections::BTreeMap;

use limpid_core::{
    Affected, AffectedRange, BlindSpot, Digest, IndexReport, Reason, Report, Verdict, ecosystems,
    matching::{Advisories, Coverage, END_OF_LIFE, FeedState, Found, Keeper, Said, judge, trace},
    policy::Policy,
};

use self::support::{COMMUNITY, MAIN, NAMESPACE, Written, fixed, ids, image, reasons, scan, scan_by};

#[test]
fn a_version_below_the_fix_is_a_finding_for_every_package_of_the_source() {
    let catalog = Written::with(&[
        ("openssl", "CVE-2022-2097", &[], fixed("1.1.1q-r0")),
        ("openssl", "CVE-2021-0001", &[], fixed("1.1.1a-r0")),
        ("zlib", "CVE-2022-37434", &[], fixed("1.2.12-r2")),
    ]);
    let index = image(&[("libcrypto1.1", "1.1.1o-r0", "openssl"), ("openssl", "1.1.1o-r0", "openssl")]);
    let report = scan(&index, &catalog);
    assert_eq!(report.verdict, Verdict::Vulnerable);
    assert_eq!(
        ids(&report),
        [
            ("libcrypto1.1", "CVE-2022-2097", Some("1.1.1q-r0"), "openssl 1.1.1o-r0 < 1.1.1q-r0"),
            ("openssl", "CVE-2022-2097", Some("1.1.1q-r0"), "1.1.1o-r0 < 1.1.1q-r0"),
        ]
    );
    assert_eq!((report.summary.packages, report.summary.judged, report.summary.fixable), (2, 2, 2));
    assert!(report.blind_spots.is_empty());
}

#[test]
fn clean_is_said_when_everything_was_judged() {
    let catalog = Written::with(&[
        ("musl", "CVE-1", &[], fixed("1.0-r0")),
        ("musl", "CVE-2", &[], AffectedRange::NeverAffected),
    ]);
    let report = scan(&image(&[("musl", "1.2.3-r0", "musl")]), &catalog);
    assert_eq!((report.verdict, report.summary.judged), (Verdict::Clean, 1));
}

#[test]
fn what_a_package_of_the_distribution_brought_is_neither_judged_nor_explained_by_its_own_data() {
    let catalog = Written::with(&[("requests", "CVE-1", &[], fixed("2.0-r0"))]);
    let mut index = image(&[("requests", "1.0-r0", "requests")]);
    index.packages[0].package.owned_by = Some("py3-requests".to_owned());
    assert!(scan(&index, &catalog).findings.is_empty());
    let said = |index: &IndexReport| {
        let traced = trace(index, &ecosystems::all(), &catalog, &catalog.statements);
        traced.into_iter().map(|one| one.said).collect::<Vec<_>>()
    };
    assert_eq!(said(&index), [Said::Owned { by: "py3-requests".to_owned() }]);
    index.packages[0].package.owned_by = None;
    assert!(matches!(said(&index).as_slice(), [Said::Statements(ruled)] if ruled.len() == 1));
}

#[test]
fn aliases_and_repeated_fixes_are_one_finding() {
    let catalog = Written::with(&[
        ("xen", "XSA-1", &["CVE-2020-1"], fixed("4.1-r0")),
        ("xen", "CVE-2020-1", &[], fixed("4.2-r0")),
        ("xen", "CVE-2020-1", &[], fixed("4.1-r5")),
    ]);
    let report = scan(&image(&[("xen", "4.0-r0", "xen")]), &catalog);
    assert_eq!(ids(&report), [("xen", "CVE-2020-1", Some("4.2-r0"), "4.0-r0 < 4.2-r0")]);
    assert_eq!(report.findings[0].aliases, ["XSA-1"]);
}

#[test]
fn a_decision_about_one_vulnerability_is_none_about_another_that_an_advisory_is_also_about() {
    let catalog = Written::with(&[
        ("netty", "GHSA-1", &["CVE-1"], fixed("4.2-r0")),
        ("netty", "GHSA-2", &["CVE-1", "CVE-2"], fixed("4.3-r0")),
        ("netty", "GHSA-3", &["CVE-2", "GHSA-2", "CVE-1"], fixed("4.3-r0")),
    ]);
    let index = image(&[("netty", "4.0-r0", "netty")]);
    let report = scan(&index, &catalog);
    assert_eq!(ids(&report).iter().map(|one| one.1).collect::<Vec<_>>(), ["GHSA-1", "GHSA-2"]);
    let left = |named: &[&str]| {
        let is_named = |id: &str| named.contains(&id);
        report
            .findings
            .iter()
            .filter(|one| !one.is_covered_by(is_named))
            .map(|one| &*one.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(left(&["CVE-1"]), ["GHSA-2"]);
    assert_eq!(left(&["CVE-2"]), ["GHSA-1", "GHSA-2"]);
    assert!(left(&["CVE-1", "CVE-2"]).is_empty());
    assert_eq!(left(&["GHSA-3"]), ["GHSA-1"]);
}

#[test]
fn an_advisory_of_another_body_never_makes_one_vulnerability_of_two() {
    let catalog = Written::with(&[
        ("xen", "CVE-2020-1", &["XSA-1"], fixed("4.1-r0")),
        ("xen", "CVE-2020-2", &["XSA-1"], fixed("4.1-r0")),
        ("xen", "XSA-1", &[], fixed("4.1-r0")),
        ("xen", "XSA-2", &[], fixed("4.1-r0")),
    ]);
    let report = scan(&image(&[("xen", "4.0-r0", "xen")]), &catalog);
    let ids: Vec<&str> = report.findings.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2020-1", "CVE-2020-2", "XSA-2"]);
}

#[test]
fn packages_about_which_nobody_publishes_advisories_are_listed_and_never_judged() {
    let mut index = image(&[("lpeg", "1.0.2-1", "lpeg"), ("musl", "1.2.3-r0", "musl")]);
    index.packages[0].namespace = Some("LuaRocks".to_owned());
    let report = scan(&index, &Written::with(&[]));
    assert_eq!(reasons(&report), [(Reason::ThirdParty, "lpeg 1.0.2-1", 1)]);
    let detail = "no advisory data that Limpid reads speaks about LuaRocks: listed, and compared with nothing; found at ";
    assert!(report.blind_spots[0].detail.starts_with(detail), "{report:?}");
    assert_eq!((report.verdict, report.summary.packages, report.summary.judged), (Verdict::Unproven, 2, 1));

    let names: Vec<String> = (10..21).map(|number| format!("rock{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (&**name, "1-1", &**name)).collect();
    let mut index = image(&many);
    for package in &mut index.packages {
        package.namespace = Some("LuaRocks".to_owned());
    }
    let report = scan(&index, &Written::with(&[]));
    assert_eq!(reasons(&report), [(Reason::ThirdParty, "LuaRocks", 11)]);
    assert!(report.blind_spots[0].detail.ends_with("; rock10 1-1, rock11 1-1, rock12 1-1, rock13 1-1, rock14 1-1, rock15 1-1, rock16 1-1, rock17 1-1, rock18 1-1, rock19 1-1 and 1 more"), "{report:?}");
}

#[test]
fn a_release_that_upstream_lacks_is_not_covered() {
    let catalog = Written::with(&[])
        .change(MAIN, |feed| {
            *feed = FeedState { name: MAIN.to_owned(), absent: true, ..FeedState::default() }
        })
        .change(COMMUNITY, |feed| {
            *feed = FeedState { name: COMMUNITY.to_owned(), absent: true, ..FeedState::default() }
        });
    let report = scan(&image(&[("musl", "1.2.3-r0", "musl")]), &catalog);
    assert_eq!(report.verdict, Verdict::Unproven);
    assert_eq!(reasons(&report), [(Reason::ReleaseNotCovered, NAMESPACE, 1)]);
    assert_eq!(report.summary.judged, 0);
}

#[test]
fn feeds_that_were_never_loaded_are_told_from_releases_that_are_not_covered() {
    let never = |feed: &mut FeedState| *feed = FeedState { name: feed.name.clone(), ..FeedState::default() };
    let none = Written::with(&[]).change(MAIN, never).change(COMMUNITY, never);
    let index = image(&[("musl", "1.2.3-r0", "musl"), ("zlib", "1-r0", "zlib")]);
    assert_eq!(reasons(&scan(&index, &none)), [(Reason::FeedNotLoaded, NAMESPACE, 2)]);

    let half = Written::with(&[("musl", "CVE-1", &[], fixed("1.0-r0"))]).change(COMMUNITY, never);
    let report = scan(&index, &half);
    assert_eq!(reasons(&report), [(Reason::FeedNotLoaded, COMMUNITY, 1)], "zlib might be in community");
    assert_eq!(report.verdict, Verdict::Unproven);
}

#[test]
fn quarantined_and_stale_feeds_are_said() {
    let index = image(&[("musl", "1.2.3-r0", "musl")]);
    let quarantined =
        Written::with(&[]).change(MAIN, |feed| feed.quarantined = Some("shrunk by 60 %".to_owned()));
    assert_eq!(reasons(&scan(&index, &quarantined)), [(Reason::FeedQuarantined, MAIN, 1)]);

    let stale = Written::with(&[]).change(MAIN, |feed| feed.data.as_mut().unwrap().stale = true);
    let report = scan(&index, &stale);
    assert_eq!(reasons(&report), [(Reason::FeedStale, MAIN, 1)]);
    assert_eq!(report.proof.stale, [MAIN]);
}

#[test]
fn who_keeps_the_data_is_told_what_that_one_can_do() {
    let index = image(&[("musl", "1.2.3-r0", "musl")]);
    let never = |feed: &mut FeedState| *feed = FeedState { name: feed.name.clone(), ..FeedState::default() };
    let absent = |feed: &mut FeedState| {
        *feed = FeedState { name: feed.name.clone(), absent: true, ..FeedState::default() };
    };
    let wrong = |feed: &mut FeedState| feed.quarantined = Some("shrunk".to_owned());
    let stale = |feed: &mut FeedState| feed.data.as_mut().unwrap().stale = true;
    let with = |change: fn(&mut FeedState)| Written::with(&[]).change(MAIN, change).change(COMMUNITY, change);
    let unreadable =
        Written { unreadable: vec![(MAIN.to_owned(), "cut off".to_owned())], ..Written::with(&[]) };
    for (catalog, by_command, by_service) in [
        (
            with(never),
            "limpid db update loads them",
            "the next update loads them: by the schedule, or at once by POST /api/v1/updates",
        ),
        (
            with(absent),
            "limpid db update asks upstream again",
            "the next update asks upstream again: by the schedule, or at once by POST /api/v1/updates",
        ),
        (with(wrong), "see limpid db status alpine/v3.99/community", "see GET /api/v1/feeds"),
        (
            with(stale),
            "limpid db update alpine/v3.99/community",
            "POST /api/v1/updates, and see the jobs of kind update",
        ),
        (
            unreadable,
            "limpid db update alpine/v3.99/main fetches it again",
            "the next update fetches it again: by the schedule, or at once by POST /api/v1/updates",
        ),
    ] {
        let detail = |catalog: &Written| scan(&index, catalog).blind_spots[0].detail.clone();
        let said = detail(&catalog);
        assert!(said.ends_with(by_command), "{said}");
        let said = detail(&Written { keeper: Keeper::Service, ..catalog });
        assert!(said.ends_with(by_service) && !said.contains("limpid db"), "{said}");
    }
}

#[test]
fn data_that_may_be_of_another_feed_is_used_and_said() {
    let catalog = Written::with(&[("musl", "CVE-1", &[], fixed("9.9-r0"))])
        .change(MAIN, |feed| feed.data.as_mut().unwrap().misfit = Some("it says v3.98".to_owned()));
    let report = scan(&image(&[("musl", "1.2.3-r0", "musl")]), &catalog);
    assert_eq!(reasons(&report), [(Reason::ReleaseNotCovered, MAIN, 1)]);
    assert_eq!(report.verdict, Verdict::Vulnerable);
}

#[test]
fn what_does_not_parse_is_never_not_vulnerable() {
    let catalog = Written::with(&[
        ("odd", "CVE-1", &[], fixed("1.0-r0")),
        ("musl", "CVE-2", &[], AffectedRange::Unreadable { text: "{}".to_owned() }),
        ("musl", "CVE-3", &[], fixed("9.9-r0")),
    ]);
    let report = scan(&image(&[("odd", "not a version", "odd"), ("musl", "1.2.3-r0", "musl")]), &catalog);
    assert_eq!(
        reasons(&report),
        [
            (Reason::VersionUnparsable, "musl 1.2.3-r0", 1),
            (Reason::VersionUnparsable, "odd not a version", 1)
        ]
    );
    assert_eq!(ids(&report), [("musl", "CVE-3", Some("9.9-r0"), "1.2.3-r0 < 9.9-r0")], "the rest is judged");
    assert_eq!(report.summary.judged, 0);
}

#[test]
fn a_segment_that_cannot_be_read_is_a_blind_spot() {
    let catalog =
        Written { unreadable: vec![(MAIN.to_owned(), "bad checksum".to_owned())], ..Written::with(&[]) };
    let report = scan(&image(&[("musl", "1.2.3-r0", "musl"), ("libssl3", "3.0.7-r0", "openssl")]), &catalog);
    assert_eq!(reasons(&report), [(Reason::FeedNotLoaded, MAIN, 2)], "each once, by whatever names");
    assert_eq!((report.verdict, report.summary.judged), (Verdict::Unproven, 0));
}

#[test]
fn a_release_past_its_end_is_judged_up_to_that_day() {
    let mut index = image(&[("musl", "1.2.3-r0", "musl")]);
    index.packages[0].namespace = Some("Alpine:v3.16".to_owned());
    index.distributions[0].ecosystem = "Alpine:v3.16".to_owned();
    struct Everywhere(Written);
    impl Advisories for Everywhere {
        fn digest(&self) -> Digest {
            self.0.digest()
        }
        fn coverage(&self, _namespace: &str) -> Coverage {
            self.0.coverage(NAMESPACE)
        }
        fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
            self.0.find(namespace, package, wanted)
        }
    }
    let catalog = Everywhere(Written::with(&[]));
    let on = |day: &str| judge(&index, &ecosystems::all(), &catalog, day.parse().unwrap());
    assert!(on("2024-05-23").blind_spots.is_empty(), "the last day still counts");
    let after = on("2024-05-24");
    assert_eq!(after.blind_spots[0].reason, Reason::EndOfLife);
    assert!(after.blind_spots[0].detail.contains("judged up to 2024-05-23"));
    assert_eq!(after.distributions[0].end_of_life, "2024-05-23".parse().ok());
}

#[test]
fn a_feed_of_ends_that_cannot_be_read_is_a_blind_spot() {
    struct WithoutEnds(Written);
    impl Advisories for WithoutEnds {
        fn digest(&self) -> Digest {
            self.0.digest()
        }
        fn coverage(&self, namespace: &str) -> Coverage {
            self.0.coverage(namespace)
        }
        fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
            if namespace == END_OF_LIFE {
                let unreadable = vec![("ends".to_owned(), "bad checksum".to_owned())];
                return Found { unreadable, ..Found::default() };
            }
            self.0.find(namespace, package, wanted)
        }
    }
    let index = image(&[("musl", "1.2.3-r0", "musl")]);
    let catalog = WithoutEnds(Written::with(&[]));
    let judgement = judge(&index, &ecosystems::all(), &catalog, "2024-01-01".parse().unwrap());
    let told: Vec<_> = judgement.blind_spots.iter().map(|one| (one.reason, one.subject.as_str())).collect();
    assert_eq!(told, [(Reason::FeedNotLoaded, "ends")]);
}

#[test]
fn a_waived_blind_spot_stays_in_the_report_and_does_not_count() {
    let index = IndexReport {
        blind_spots: vec![BlindSpot::new(Reason::OverBudget, "var/big", "too large")],
        ..image(&[("musl", "1.2.3-r0", "musl")])
    };
    let catalog = Written::with(&[]);
    assert_eq!(scan(&index, &catalog).verdict, Verdict::Unproven);
    let policy = Policy { accept: [Reason::OverBudget].into(), ..Policy::default() };
    let report = scan_by(&index, &catalog, &policy);
    assert_eq!(report.verdict, Verdict::Clean);
    assert!(report.blind_spots[0].waived && !report.blind_spots[0].counts);
    assert_ne!(report.proof.policy, Policy::default().digest());
}

#[test]
fn only_fixed_suppresses_and_shows() {
    let catalog = Written::with(&[("musl", "CVE-1", &[], AffectedRange::Unfixed { introduced: None })]);
    let index = image(&[("musl", "1.2.3-r0", "musl")]);
    assert_eq!(ids(&scan(&index, &catalog)), [("musl", "CVE-1", None, "1.2.3-r0, no fix is known")]);
    let report = scan_by(&index, &catalog, &Policy { only_fixed: true, ..Policy::default() });
    assert_eq!((report.verdict, report.findings.len()), (Verdict::Clean, 1));
    assert!(report.findings[0].suppressed.is_some());
    assert_eq!(report.summary.findings.values().sum::<u64>(), 0);
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_the_order_of_the_statements() {
    let mut catalog = Written::with(&[
        ("xen", "XSA-1", &["CVE-2020-1"], fixed("4.1-r0")),
        ("xen", "CVE-2020-1", &[], fixed("4.2-r0")),
        ("xen", "CVE-2020-2", &["XSA-1"], fixed("4.3-r0")),
        ("xen", "CVE-2020-3", &[], fixed("4.3-r0")),
    ]);
    let index = image(&[("xen", "4.0-r0", "xen")]);
    let first = serde_json::to_string(&scan(&index, &catalog)).unwrap();
    catalog.statements.reverse();
    assert_eq!(first, serde_json::to_string(&scan(&index, &catalog)).unwrap());
    let read: BTreeMap<String, serde_json::Value> = serde_json::from_str(&first).unwrap();
    assert_eq!(read["schema"], "limpid/report/1");
    let again: Report = serde_json::from_str(&first).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), first, "a saved report reads back");
}
