//! What is known of vulnerabilities beside their advisories: on findings, in their order, and where a gate asks and nobody knows.

use limpid_core::{
    Advisory, Affected, AffectedRange, Digest, IndexReport, Reason, Report, Severity, Verdict,
    advisory::{Names, Record},
    cvss::Vector,
    ecosystems,
    enrichment::{Epss, Kev, Kind},
    matching::{Advisories, Coverage, FeedData, FeedState, Found, Statement, judge},
    policy::{Gate, Outcome, Policy, outcome},
    report,
};

use super::support::{MAIN, NAMESPACE, Written, day, image, instant, loaded, reasons};

/// What is done to a catalog, and the reason that a gate is told.
type Case<'a> = (&'a dyn Fn(&mut Enriched), Option<Reason>);

/// A catalog with what enriches, as far as it is loaded.
struct Enriched {
    written: Written,
    feeds: Vec<FeedState>,
    facts: Vec<Record>,
}

impl Advisories for Enriched {
    fn digest(&self) -> Digest {
        self.written.digest()
    }

    fn coverage(&self, namespace: &str) -> Coverage {
        let kind = Kind::ALL.into_iter().find(|kind| kind.subject() == namespace);
        let Some(kind) = kind else { return self.written.coverage(namespace) };
        let feeds = self.feeds.iter().filter(|feed| feed.name == kind.feed()).cloned().collect();
        Coverage { feeds, unknown_upstream: false }
    }

    fn find(&self, namespace: &str, package: &str, wanted: &mut dyn FnMut(&Affected) -> bool) -> Found {
        let mut found = self.written.find(namespace, package, wanted);
        for record in &self.facts {
            let affected = &record.affected[0];
            if affected.namespace == namespace && affected.package == package {
                found.add("facts", [(affected.clone(), record.advisory.clone())]);
            }
        }
        found
    }
}

fn feed(kind: Kind, change: impl FnOnce(&mut FeedState, &mut FeedData)) -> FeedState {
    let mut feed = loaded(kind.feed());
    let mut data = feed.data.take().unwrap();
    data.upstream_date = Some("2023-11-14".to_owned());
    change(&mut feed, &mut data);
    FeedState { data: Some(data), ..feed }
}

fn catalog(said: &[(&str, &[&str], Severity, bool)]) -> Enriched {
    let statement = |&(id, aliases, severity, is_fixed): &(&str, &[&str], Severity, bool)| {
        let fixed = AffectedRange::Fixed { introduced: None, fixed: "2.0-r0".to_owned() };
        let range = if is_fixed { fixed } else { AffectedRange::Unfixed { introduced: None } };
        let aliases = aliases.iter().map(|&alias| alias.to_owned()).collect();
        Statement {
            feed: MAIN.to_owned(),
            affected: Affected::new(NAMESPACE, "curl", Names::Source, range),
            advisory: Advisory { id: id.to_owned(), aliases, severity, ..Advisory::default() },
        }
    };
    let written = Written { statements: said.iter().map(statement).collect(), ..Written::with(&[]) };
    let kev = |added: &str, due: Option<&str>, ransomware| Kev {
        added: added.parse().unwrap(),
        due: due.map(|due| due.parse().unwrap()),
        ransomware,
    };
    let share = |text: &str| text.parse().unwrap();
    let facts = vec![
        kev("2021-12-10", Some("2021-12-24"), true).fact("CVE-2021-1").unwrap(),
        kev("2022-01-01", None, false).fact("CVE-2021-2").unwrap(),
        Epss::fact("CVE-2021-1", share("0.97565"), share("0.99998")),
        Epss::fact("CVE-2021-3", share("0.1"), share("0.9")),
        Epss::fact("CVE-2021-4", share("0.2"), share("0.95")),
    ];
    let feeds = Kind::ALL.map(|kind| feed(kind, |_, _| {})).to_vec();
    Enriched { written, feeds, facts }
}

fn curl() -> IndexReport {
    image(&[("curl", "1.0-r0", "curl")])
}

fn scan(catalog: &Enriched, policy: &Policy) -> Report {
    let judgement = judge(&curl(), &ecosystems::all(), catalog, day());
    report::build(&curl(), judgement, policy, catalog.digest(), day(), instant())
}

#[test]
fn a_finding_has_what_is_known_of_its_own_cve_and_an_advisory_the_worst_of_those_that_it_is_about() {
    let catalog = catalog(&[
        ("CVE-2021-1", &["GHSA-1"], Severity::Low, true),
        // Another vulnerability, whatever its aliases say.
        ("CVE-2021-9", &["CVE-2021-1"], Severity::Low, true),
        ("GHSA-2", &["CVE-2021-2", "CVE-2021-3", "CVE-2021-4"], Severity::Low, true),
        ("GHSA-3", &[], Severity::Low, true),
    ]);
    let report = scan(&catalog, &Policy::default());
    let told: Vec<(&str, String, String)> = report
        .findings
        .iter()
        .map(|one| {
            let (kev, epss) = (serde_json::to_string(&one.kev), serde_json::to_string(&one.epss));
            (one.id.as_str(), kev.unwrap(), epss.unwrap())
        })
        .collect();
    let one = |id, kev: &str, epss: &str| (id, kev.to_owned(), epss.to_owned());
    assert_eq!(
        told,
        [
            one(
                "CVE-2021-1",
                r#"{"added":"2021-12-10","due":"2021-12-24","ransomware":true}"#,
                r#"{"score":0.97565,"percentile":0.99998,"date":"2023-11-14"}"#
            ),
            one(
                "GHSA-2",
                r#"{"added":"2022-01-01"}"#,
                r#"{"score":0.2,"percentile":0.95,"date":"2023-11-14"}"#
            ),
            one("CVE-2021-9", "null", "null"),
            one("GHSA-3", "null", "null"),
        ]
    );
    let feeds: Vec<&str> = report.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert!(feeds.contains(&"enrichment/kev") && feeds.contains(&"enrichment/epss"), "{feeds:?}");
    let again: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(again, report, "a saved report reads back");
}

#[test]
fn findings_stand_in_the_order_of_risk() {
    let catalog = catalog(&[
        ("CVE-2021-2", &[], Severity::Low, false),
        ("CVE-2021-3", &[], Severity::High, true),
        ("CVE-2021-4", &[], Severity::High, false),
        ("CVE-2021-5", &[], Severity::Critical, false),
        ("CVE-2021-6", &[], Severity::High, false),
        ("CVE-2021-7", &[], Severity::High, true),
        ("CVE-2021-8", &[], Severity::High, true),
    ]);
    let report = scan(&catalog, &Policy::default());
    let order: Vec<&str> = report.findings.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        order,
        [
            "CVE-2021-2", // known to be exploited
            "CVE-2021-5", // worse
            "CVE-2021-4", // likelier
            "CVE-2021-3",
            "CVE-2021-7", // with a fix, then by identifier
            "CVE-2021-8",
            "CVE-2021-6",
        ]
    );
}

#[test]
fn missing_enrichment_takes_nothing_from_a_report_and_lets_no_gate_pass_that_asks_for_it() {
    let gates = [Gate { kev: true, ..Gate::default() }];
    let asking = Policy { asked: gates.iter().flat_map(Gate::asked).collect(), ..Policy::default() };
    let of = |change: &dyn Fn(&mut Enriched)| {
        let mut catalog = catalog(&[("CVE-2021-7", &[], Severity::Low, true)]);
        change(&mut catalog);
        (scan(&catalog, &Policy::default()), scan(&catalog, &asking))
    };
    let change = |how: fn(&mut FeedState, &mut FeedData)| {
        move |catalog: &mut Enriched| catalog.feeds[0] = feed(Kind::Kev, how)
    };
    let not_loaded = |catalog: &mut Enriched| catalog.feeds.clear();
    let stale = change(|_, data| data.stale = true);
    let quarantined = change(|feed, _| feed.quarantined = Some("much smaller".to_owned()));
    let unread = change(|_, data| data.unread = vec!["CVE-1: no day".to_owned()]);
    let cases: [Case<'_>; 5] = [
        (&|_: &mut Enriched| {}, None),
        (&not_loaded, Some(Reason::FeedNotLoaded)),
        (&stale, Some(Reason::FeedStale)),
        (&quarantined, Some(Reason::FeedQuarantined)),
        (&unread, Some(Reason::FeedQuarantined)),
    ];
    for (change, reason) in cases {
        let (plain, asked) = of(change);
        assert!(plain.blind_spots.is_empty() && plain.verdict == Verdict::Vulnerable, "{reason:?}");
        let told: Vec<(Reason, &str, u64)> =
            reason.map(|reason| (reason, "enrichment/kev", 0)).into_iter().collect();
        assert_eq!(reasons(&asked), told);
        assert_eq!(asked.verdict, Verdict::Vulnerable);
        let expected = if reason.is_some() { Outcome::Unproven } else { Outcome::Passed };
        assert_eq!(outcome(&gates, &asked), expected, "{reason:?}");
        assert_ne!(plain.proof.policy, asked.proof.policy);
        assert_eq!(plain.under(&asking), asked, "the same afterwards");
    }
    // Without findings there is nothing to be known, and waived it is passed.
    let mut empty = catalog(&[]);
    empty.feeds.clear();
    let report = scan(&empty, &asking);
    assert_eq!((report.verdict, outcome(&gates, &report)), (Verdict::Clean, Outcome::Passed));
    let mut catalog = catalog(&[("CVE-2021-7", &[], Severity::Low, true)]);
    catalog.feeds.clear();
    let accepting = Policy { accept: [Reason::FeedNotLoaded].into(), ..asking };
    assert_eq!(outcome(&gates, &scan(&catalog, &accepting)), Outcome::Passed);
}

#[test]
fn a_fact_that_cannot_be_read_is_told_where_a_gate_asks() {
    let mut catalog = catalog(&[("CVE-2021-1", &[], Severity::Low, true)]);
    catalog.facts = vec![Record::fact(Kind::Kev.subject(), "CVE-2021-1", "soon")];
    let asking = Policy { asked: [Kind::Kev].into(), ..Policy::default() };
    let report = scan(&catalog, &asking);
    assert_eq!(report.findings[0].kev, None);
    assert_eq!(reasons(&report), [(Reason::FeedQuarantined, "enrichment/kev", 0)]);
}

#[test]
fn scores_stand_with_who_gives_them_and_the_word_of_the_feed_stays() {
    const VECTOR: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let mut catalog = catalog(&[
        ("CVE-2021-7", &[], Severity::Low, true),
        ("GHSA-7", &["CVE-2021-7"], Severity::High, true),
    ]);
    let vector = |source: &str| vec![Vector { source: source.to_owned(), vector: VECTOR.to_owned() }];
    for (statement, source) in catalog.written.statements.iter_mut().zip(["Vendor", "GHSA"]) {
        statement.advisory.cvss = vector(source);
    }
    let report = scan(&catalog, &Policy::default());
    let told: Vec<(f64, &str)> =
        report.findings[0].cvss.iter().map(|one| (one.score.number(), one.source.as_str())).collect();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(told, [(9.8, "Vendor"), (9.8, "GHSA")]);
    assert_eq!(report.findings[0].severity, Severity::High, "the worst word of the feed");
}
