//! What a statement may say beside a range: which packages it means, what the vendor is going to do, and what outweighs it.

use limpid_core::{
    Advisory, Affected, AffectedRange, Ecosystem, IndexReport, Reason, Report, Severity,
    advisory::{Dated, Names, Only, Plan, Record, Stance},
    ecosystem::Ecosystems,
    ecosystems,
    feed::FeedFamily,
    matching::{Advisories as _, END_OF_LIFE, Statement, judge},
    policy::Policy,
    report::{self, Status},
    scope::{Scope, own_namespace},
};

use super::support::{COMMUNITY, MAIN, NAMESPACE, Written, day, fixed, ids, image, instant, reasons, scan};

const UNFIXED: AffectedRange = AffectedRange::Unfixed { introduced: None };

fn said(feed: &str, id: &str, names: Names, range: AffectedRange) -> Statement {
    Statement {
        feed: feed.to_owned(),
        affected: Affected::new(NAMESPACE, "curl", names, range),
        advisory: Advisory { id: id.to_owned(), severity: Severity::High, ..Advisory::default() },
    }
}

fn catalog(statements: impl IntoIterator<Item = Statement>) -> Written {
    Written { statements: statements.into_iter().collect(), ..Written::with(&[]) }
}

/// An image with curl in this version, built from `curl`.
fn curl(version: &str) -> IndexReport {
    image(&[("curl", version, "curl")])
}

/// Alpine, but changed.
fn scan_with(index: &IndexReport, catalog: &Written, change: impl FnOnce(&mut Ecosystem)) -> Report {
    let mut alpine = *ecosystems::all().of_namespace(NAMESPACE).unwrap();
    change(&mut alpine);
    let judgement = judge(index, &Ecosystems::new([alpine]), catalog, day());
    report::build(index, judgement, &Policy::default(), catalog.digest(), day(), instant())
}

#[test]
fn the_last_affected_version_and_listed_ones_are_affected_and_their_neighbours_are_not() {
    let through = AffectedRange::Through { introduced: Some("1.1-r0".to_owned()), last: "1.3-r0".to_owned() };
    let exactly = AffectedRange::Exactly { versions: vec!["1.1-r0".to_owned(), "1.3-r0".to_owned()] };
    for (range, affected) in
        [(&through, ["1.1-r0", "1.2-r0", "1.3-r0"]), (&exactly, ["1.1-r0", "1.3-r0", "1.3-r0"])]
    {
        let catalog = catalog([said(MAIN, "CVE-1", Names::Source, range.clone())]);
        for version in affected {
            let report = scan(&curl(version), &catalog);
            assert_eq!(
                (report.findings.len(), report.findings[0].status),
                (1, Status::Affected),
                "{version}"
            );
        }
        for version in ["1.0-r9", "1.3-r1"] {
            assert_eq!(ids(&scan(&curl(version), &catalog)), [], "{version}");
        }
    }
    // A listed version that follows no rule may be the one that is meant.
    let odd = AffectedRange::Exactly { versions: vec!["no version!".to_owned()] };
    let report = scan(&curl("1.0-r0"), &catalog([said(MAIN, "CVE-1", Names::Source, odd)]));
    assert_eq!(reasons(&report), [(Reason::VersionUnparsable, "curl 1.0-r0", 1)]);
}

#[test]
fn a_listed_version_of_a_language_that_follows_no_rule_is_the_one_with_this_text() {
    let odd = AffectedRange::Exactly { versions: vec!["1.1-r0".to_owned(), "no version!".to_owned()] };
    let catalog = catalog([said(MAIN, "CVE-1", Names::Source, odd)]);
    let judged = |version: &str| {
        let report = scan_with(&curl(version), &catalog, |alpine| alpine.identity = None);
        (report.findings.len(), reasons(&report).len())
    };
    // Of others it is not known whether they mean it.
    assert_eq!(judged("no version!"), (1, 1));
    assert_eq!(judged("1.1-r0"), (1, 0));
    assert_eq!(judged("1.0-r0"), (0, 0));
    assert_eq!(judged("another one!"), (0, 1));
}

#[test]
fn architectures_and_modules_say_which_packages_are_meant() {
    let only = |architectures: &[&str], module: Option<&str>| {
        let mut said = said(MAIN, "CVE-1", Names::Binary, UNFIXED);
        let architectures = architectures.iter().map(|&one| one.to_owned()).collect();
        said.affected.only = Only { architectures, module: module.map(str::to_owned), ..Only::default() };
        catalog([said])
    };
    let found = |catalog: &Written, architecture: Option<&str>, module: Option<&str>| {
        let mut index = curl("1.0-r0");
        index.packages[0].package.architecture = architecture.map(str::to_owned);
        index.packages[0].package.module = module.map(str::to_owned);
        !scan(&index, catalog).findings.is_empty()
    };
    let arm = only(&["aarch64"], None);
    // A package that is for all, or of which nobody knows, is meant by every statement.
    for (architecture, is_meant) in
        [(Some("aarch64"), true), (Some("x86_64"), false), (Some("noarch"), true), (None, true)]
    {
        assert_eq!(found(&arm, architecture, None), is_meant, "{architecture:?}");
    }
    assert!(found(&only(&[], None), Some("x86_64"), None), "an empty list excludes nothing");
    let (any, none, stream) = (only(&[], None), only(&[], Some("")), only(&[], Some("curl:8")));
    for (module, expected) in [
        (None, [true, true, false]),
        (Some("curl:8"), [true, false, true]),
        (Some("curl:9"), [true, false, false]),
    ] {
        assert_eq!(
            [&any, &none, &stream].map(|catalog| found(catalog, None, module)),
            expected,
            "{module:?}"
        );
    }
}

#[test]
fn what_the_vendor_says_of_one_package_is_shown() {
    let mut one = said(MAIN, "CVE-1", Names::Source, UNFIXED);
    one.affected.stance = Stance {
        severity: Severity::Low,
        severity_word: "low".to_owned(),
        plan: Plan::WillNotFix,
        words: "minor issue".to_owned(),
        ..Stance::default()
    };
    let finding = scan(&curl("1.0-r0"), &catalog([one])).findings.remove(0);
    assert_eq!((finding.severity, finding.status), (Severity::Low, Status::WillNotFix));
    assert_eq!(finding.vendor_status, "minor issue");
    assert_eq!(finding.why, "1.0-r0, no fix is known (minor issue)");
}

#[test]
fn a_finding_has_the_day_of_its_fix_and_never_that_of_the_vulnerability() {
    let dated = |feed: &str, id: &str, version: &str, (day, dated): (&str, Dated)| {
        let mut one = said(feed, id, Names::Source, fixed(version));
        one.advisory.published = Some(format!("{day}T12:00:00+02:00"));
        one.advisory.dated = dated;
        one.advisory.aliases = vec!["CVE-1".to_owned()];
        one
    };
    let known = |statements: Vec<Statement>| {
        let finding = scan(&curl("1.0-r0"), &catalog(statements)).findings.remove(0);
        finding.fix_known.map(|known| format!("{} {} {}", known.since, known.by.as_str(), known.feed))
    };
    let (vulnerability, advisory) = (("2023-01-01", Dated::Vulnerability), ("2023-01-02", Dated::Advisory));
    let (early, late) = (("2023-02-01", Dated::Fix), ("2023-03-01", Dated::Fix));
    assert_eq!(known(vec![dated(MAIN, "CVE-1", "2", vulnerability)]), None);
    let by_advisory = known(vec![dated(MAIN, "CVE-1", "2", advisory)]);
    assert_eq!(by_advisory, Some(format!("2023-01-02 advisory {MAIN}")));
    // Of several statements those count that name the fix that stands: the day of a fix before that of an advisory.
    let all = [dated(MAIN, "CVE-1", "2", advisory), dated(COMMUNITY, "X-1", "2", late)];
    assert_eq!(known(all.to_vec()), Some(format!("2023-03-01 fix {COMMUNITY}")));
    let other = dated(COMMUNITY, "X-2", "1.5", early);
    assert_eq!(known([&all[..], &[other]].concat()), Some(format!("2023-03-01 fix {COMMUNITY}")));
    // The day that is told for a package is nearer to it than that of the whole advisory.
    let mut own = dated(MAIN, "CVE-1", "2", vulnerability);
    own.affected.stance.fixed_on = Some("2023-04-01".parse().unwrap());
    assert_eq!(known(vec![own.clone()]), Some(format!("2023-04-01 fix {MAIN}")));
    own.affected.range = UNFIXED;
    assert_eq!(known(vec![own]), None, "what has no fix has no day of one");
    // Another document of the feed tells the day of a version.
    let fact = |version: &str, day: &str| {
        let Record { advisory, mut affected } =
            Record::fact("fixed on", format!("{NAMESPACE} curl {version}"), day);
        Statement { feed: MAIN.to_owned(), affected: affected.remove(0), advisory }
    };
    let facts = [fact("2", "2023-05-02"), fact("2", "2023-05-01"), fact("3", "2023-04-01")];
    let told = [&[dated(MAIN, "CVE-1", "2", vulnerability)], &facts[..]].concat();
    assert_eq!(known(told), Some(format!("2023-05-01 fix {MAIN}")));
}

#[test]
fn a_vendor_outweighs_a_feed_of_somebody_else_and_the_finding_stays_in_sight() {
    static FAMILY: std::sync::OnceLock<FeedFamily> = std::sync::OnceLock::new();
    let family = FAMILY.get_or_init(|| FeedFamily {
        is_second: |feed| feed == COMMUNITY,
        ..*ecosystems::all().of_namespace(NAMESPACE).unwrap().feeds
    });
    let by = |statements: Vec<Statement>| {
        scan_with(&curl("1.5-r0"), &catalog(statements), |alpine| alpine.feeds = family)
    };
    let second = || said(COMMUNITY, "CVE-1", Names::Source, fixed("2.0-r0"));

    let alone = by(vec![second()]);
    assert_eq!(alone.standing().count(), 1);
    for (dismissing, is_fix) in [(AffectedRange::NeverAffected, false), (fixed("1.4-r0"), true)] {
        let report = by(vec![second(), said(MAIN, "CVE-1", Names::Source, dismissing)]);
        let suppression = report.findings[0].suppressed.as_ref().unwrap();
        assert_eq!((report.findings.len(), report.standing().count()), (1, 0));
        assert_eq!(suppression.by, MAIN);
        let is_fixed = suppression.reason == "the vendor fixed it in 1.4-r0";
        assert_eq!(is_fixed, is_fix, "{}", suppression.reason);
    }
    // A version before the first that is affected was never fixed, and the vendor did not say so.
    let later = AffectedRange::Fixed { introduced: Some("1.6-r0".to_owned()), fixed: "1.7-r0".to_owned() };
    let report = by(vec![second(), said(MAIN, "CVE-1", Names::Source, later)]);
    let suppression = report.findings[0].suppressed.as_ref().unwrap();
    assert_eq!(suppression.reason, "the vendor says that no version before 1.6-r0 is affected");
    // A vendor that does not speak of it, or cannot be compared, dismisses nothing.
    for other in [
        said(MAIN, "CVE-2", Names::Source, AffectedRange::NeverAffected),
        said(MAIN, "CVE-1", Names::Source, fixed("?")),
    ] {
        assert_eq!(by(vec![second(), other]).standing().count(), 1);
    }
    // And what somebody else says dismisses nothing that the vendor says.
    let vendors = said(MAIN, "CVE-1", Names::Source, fixed("1.6-r0"));
    let report = by(vec![vendors, said(COMMUNITY, "CVE-1", Names::Source, AffectedRange::NeverAffected)]);
    assert_eq!(ids(&report), [("curl", "CVE-1", Some("1.6-r0"), "1.5-r0 < 1.6-r0")]);
    assert_eq!(report.standing().count(), 1);
}

#[test]
fn a_package_of_a_third_party_is_a_blind_spot_and_not_judged() {
    let catalog = catalog([said(MAIN, "CVE-1", Names::Source, UNFIXED)]);
    let index = image(&[("curl", "1.0-r0", "curl"), ("musl", "1.0-r0", "musl")]);
    let report = scan_with(&index, &catalog, |alpine| {
        alpine.scope = |question| match question.package.name.as_str() {
            "curl" => Scope::ThirdParty { by: "Somebody".to_owned() },
            _other => own_namespace(question),
        };
    });
    assert_eq!(ids(&report), []);
    assert_eq!(reasons(&report), [(Reason::ThirdParty, "Somebody", 1)]);
    assert_eq!((report.summary.packages, report.summary.judged), (2, 1));
}

#[test]
fn an_end_that_the_data_tells_counts_instead_of_the_one_that_was_built_in() {
    let end = |days: &[&str]| {
        let facts = days.iter().map(|day| {
            let record = Record::fact(END_OF_LIFE, NAMESPACE, *day);
            let affected = record.affected.into_iter().next().unwrap();
            Statement { feed: MAIN.to_owned(), affected, advisory: record.advisory }
        });
        scan(&curl("1.0-r0"), &catalog(facts)).distributions[0].end_of_life
    };
    assert_eq!(end(&[]), None);
    assert_eq!(end(&["2099-01-31"]), "2099-01-31".parse().ok());
    assert_eq!(end(&["2099-01-31", "2099-06-30"]), "2099-06-30".parse().ok());
}

#[test]
fn an_end_that_cannot_be_read_is_told_and_the_built_in_one_holds() {
    let mut catalog = Written::with(&[]);
    catalog.unreadable = vec![("alpine/end-of-life".to_owned(), "cut off".to_owned())];
    // No package asks for anything, so that nobody else can tell.
    let report = scan(&image(&[]), &catalog);
    assert_eq!(reasons(&report), [(Reason::FeedNotLoaded, "alpine/end-of-life", 0)]);
    assert_eq!(report.distributions[0].end_of_life, None);
}
