//! Clair's forms of made-up reports, statements and questions.

use serde_json::{Value, json};

use super::*;
use crate::{
    Advisory, Affected, AffectedRange, Digest, Reason, Severity,
    advisory::Names,
    ecosystems,
    index_report::ImageFacts,
    matching::{Judgement, Match},
    package::SourcePackage,
    policy::Policy,
    report,
};

const NAMESPACE: &str = "Alpine:v3.99";

fn indexed(name: &str, source: Option<&str>) -> IndexedPackage {
    IndexedPackage {
        package: Package {
            name: name.to_owned(),
            version: "1.0-r0".to_owned(),
            kind: "apk".to_owned(),
            architecture: None,
            source: source.map(|source| SourcePackage::new(source, "1.0-r0")),
            ..Package::default()
        },
        namespace: Some(NAMESPACE.to_owned()),
        purl: format!("pkg:apk/alpine/{name}@1.0-r0"),
        path: "lib/apk/db/installed".to_owned(),
        layer: Some(Digest::of(b"upper")),
    }
}

fn alpine() -> Distribution {
    Distribution {
        id: "alpine".to_owned(),
        version: "3.99.1".to_owned(),
        name: "Alpine Linux v3.99".to_owned(),
        ecosystem: NAMESPACE.to_owned(),
        end_of_life: None,
    }
}

fn image(packages: &[IndexedPackage], blind_spots: &[BlindSpot]) -> IndexReport {
    IndexReport {
        schema: crate::index_report::SCHEMA.to_owned(),
        image: ImageFacts {
            reference: "test".to_owned(),
            digest: Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: vec![Digest::of(b"lower"), Digest::of(b"upper")],
        },
        index_state: Digest::of(b"state"),
        distributions: vec![alpine()],
        repositories: Vec::new(),
        packages: packages.to_vec(),
        blind_spots: blind_spots.to_vec(),
        archives: Vec::new(),
    }
}

fn advisory() -> Advisory {
    Advisory {
        id: "CVE-2099-0001".to_owned(),
        severity: Severity::High,
        severity_word: "important".to_owned(),
        summary: "A flaw.".to_owned(),
        links: vec!["https://example.org/one".to_owned()],
        published: Some("2099-01-02T03:04:05Z".to_owned()),
        ..Advisory::default()
    }
}

fn found(package: IndexedPackage) -> Match {
    Match {
        package,
        advisory: advisory(),
        fixed_in: Some("1.1-r0".to_owned()),
        fix_known: None,
        plan: crate::advisory::Plan::Unsaid,
        words: String::new(),
        feed: "alpine/v3.99/main".to_owned(),
        is_second: false,
        why: "1.0-r0 < 1.1-r0".to_owned(),
        dismissed: None,
        enrichment: Default::default(),
    }
}

fn reported(index: &IndexReport, findings: Vec<Match>) -> ClairVulnerabilityReport {
    let day = chrono::NaiveDate::from_ymd_opt(2099, 1, 1).unwrap();
    let judgement = Judgement { findings, ..Judgement::default() };
    let instant = chrono::DateTime::UNIX_EPOCH;
    let report = report::build(index, judgement, &Policy::default(), Digest::of(b"catalog"), day, instant);
    vulnerability_report(index, &report)
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_notification_has_both_spellings_and_no_null() {
    let found = found(indexed("libssl", Some("openssl")));
    let one = notification("7", &Digest::of(b"image"), ChangeReason::Added, &found, Some(&alpine()));
    let distribution = json!({"id": "", "did": "alpine", "name": "Alpine Linux v3.99", "version": "3.99.1",
        "version_code_name": "", "version_id": "3.99.1", "arch": "", "cpe": "", "pretty_name": "Alpine Linux v3.99"});
    let expected = json!({
        "id": "7",
        "manifest": Digest::of(b"image").as_str(),
        "reason": "added",
        "vulnerability": {
            "name": "CVE-2099-0001",
            "description": "A flaw.",
            "package": {"id": "", "name": "openssl", "version": "", "kind": "source", "normalized_version": "", "cpe": ""},
            "distribution": distribution,
            "repo": {"cpe": ""},
            "repository": {"cpe": ""},
            "severity": "High",
            "normalized_severity": "High",
            "fixed_in_version": "1.1-r0",
            "links": "https://example.org/one https://nvd.nist.gov/vuln/detail/CVE-2099-0001",
        },
    });
    assert_eq!(json(&one), expected);
    let without = notification("8", &Digest::of(b"image"), ChangeReason::Removed, &found, None);
    let without = json(&without);
    assert_eq!(without["reason"], "removed");
    assert!(without["vulnerability"].get("distribution").is_none(), "null would break Quay");
}

fn statement(range: AffectedRange) -> Affected {
    Affected::new(NAMESPACE, "openssl", Names::Source, range)
}

#[test]
fn a_statement_is_a_vulnerability_unless_it_says_that_there_is_none() {
    let fixed = AffectedRange::Fixed { introduced: None, fixed: "1.1-r0".to_owned() };
    let one = vulnerability(&statement(fixed), &advisory(), "alpine/v3.99/main", "1".to_owned()).unwrap();
    assert_eq!((one.fixed_in_version.as_str(), one.issued.as_str()), ("1.1-r0", "2099-01-02T03:04:05Z"));
    assert_eq!((one.severity.as_str(), one.normalized_severity), ("important", Severity::High));
    assert_eq!((one.package.name.as_str(), one.package.kind), ("openssl", "source"));
    assert_eq!((one.distribution.version_id.as_str(), one.distribution.did.as_str()), ("v3.99", ""));
    assert!(one.links.contains("CVE-2099-0001"));

    let never = vulnerability(&statement(AffectedRange::NeverAffected), &advisory(), "feed", "1".to_owned());
    assert_eq!(never, None);
    let unread = AffectedRange::Unreadable { text: "~weird".to_owned() };
    let unread = vulnerability(&statement(unread), &advisory(), "feed", "1".to_owned()).unwrap();
    assert_eq!(unread.fixed_in_version, "");
    assert!(unread.description.contains("~weird"));

    let undated = Advisory { published: Some("last year".to_owned()), ..advisory() };
    let undated =
        vulnerability(&statement(AffectedRange::Unfixed { introduced: None }), &undated, "f", "1".to_owned());
    assert_eq!(undated.unwrap().issued, "0001-01-01T00:00:00Z");
}

#[test]
fn an_unfinished_report_has_all_that_is_demanded_and_never_success() {
    let manifest = Digest::of(b"image");
    for (unfinished, state, err) in [
        (Unfinished::Waiting, "CheckManifest", ""),
        (Unfinished::Failed("no route"), "IndexError", "no route"),
    ] {
        let document = json(&unfinished_index_report(&manifest, unfinished));
        assert_eq!(
            document,
            json!({"manifest_hash": manifest.as_str(), "packages": {}, "distributions": {}, "repository": {},
                "environments": {}, "state": state, "success": false, "err": err, "limpid": {"blind_spots": []}})
        );
    }
}

#[test]
fn each_counting_blind_spot_is_shown_at_the_package_that_it_is_about() {
    let spots = [
        BlindSpot::new(Reason::VersionUnparsable, "musl 1.0-r0", "of no order").with_packages(1),
        BlindSpot::new(Reason::ReleaseNotCovered, NAMESPACE, "nobody speaks about it"),
        BlindSpot::new(Reason::UnidentifiedExecutables, "usr/bin/odd", "one file"),
    ];
    let index = image(&[indexed("busybox", None), indexed("musl", None)], &spots);
    let plain = reported(&index, vec![found(indexed("busybox", None))]);
    let shown = show_blind_spots(plain.clone(), &index);
    assert_eq!(plain.contents, shown.contents, "there are packages: none is made up");
    assert_eq!(plain.limpid, shown.limpid);
    let names: Vec<(&str, Vec<&str>)> = shown
        .package_vulnerabilities
        .iter()
        .map(|(package, ids)| {
            let names = ids.iter().map(|id| shown.vulnerabilities[id].name.as_str()).collect();
            (shown.contents.packages[package].name.as_str(), names)
        })
        .collect();
    assert_eq!(
        names,
        [
            ("busybox", vec!["CVE-2099-0001", "LIMPID-RELEASE-NOT-COVERED"]),
            ("musl", vec!["LIMPID-VERSION-UNPARSABLE"]),
        ]
    );
    assert_eq!(shown.vulnerabilities.len(), 3, "what does not count is not shown");
    let made = &shown.vulnerabilities["3"];
    assert_eq!(
        (made.id.as_str(), made.normalized_severity, made.updater.as_str()),
        ("3", Severity::Unknown, "limpid")
    );
    assert_eq!(made.package.name, "musl");
    assert_eq!(made.description, "Not judged: musl 1.0-r0: of no order");
}

#[test]
fn an_image_without_packages_gets_one_that_stands_for_it() {
    let spot = BlindSpot::new(Reason::NothingRecognised, "image", "nothing is known");
    let index = image(&[], std::slice::from_ref(&spot));
    let shown = show_blind_spots(reported(&index, Vec::new()), &index);
    assert_eq!(shown.contents.packages["1"].name, "limpid-unproven");
    assert_eq!(shown.contents.environments["1"][0].introduced_in, Digest::of(b"lower").to_string());
    assert_eq!(shown.package_vulnerabilities["1"], ["1"]);
    assert_eq!(shown.vulnerabilities["1"].name, "LIMPID-NOTHING-RECOGNISED");
}

#[test]
fn waived_blind_spots_and_clean_images_are_left_as_they_are() {
    let waived =
        BlindSpot { counts: false, waived: true, ..BlindSpot::new(Reason::NoDistribution, "a", "b") };
    for spots in [vec![], vec![waived]] {
        let index = image(&[], &spots);
        let plain = reported(&index, Vec::new());
        assert_eq!(show_blind_spots(plain.clone(), &index), plain);
    }
}

fn ask(document: Value) -> Result<AskedVulnerability, String> {
    asked(document, &ecosystems::all())
}

fn asked_in(distribution: &Value, repository: &Value) -> Scope {
    let document = json!({"id": "1", "package": {"name": "openssl", "kind": "source"}, "fixed_in_version": "1",
        "distribution": distribution, "repository": repository});
    ask(document).unwrap().scope
}

#[test]
fn our_own_statements_are_found_again() {
    let fixed = AffectedRange::Fixed { introduced: None, fixed: "1.1-r0".to_owned() };
    for namespace in [NAMESPACE, "Wolfi"] {
        let said = Affected { namespace: namespace.to_owned(), ..statement(fixed.clone()) };
        let sent = vulnerability(&said, &advisory(), "feed", "5".to_owned()).unwrap();
        let read = ask(json(&sent)).unwrap();
        assert_eq!(read.scope, Scope::Namespace(namespace.to_owned()));
        assert_eq!((read.id.as_str(), read.package.as_str(), read.is_source), ("5", "openssl", true));
        assert_eq!(read.fixed_in, "1.1-r0");
    }
}

#[test]
fn distributions_are_recognised_as_those_of_images() {
    let alpine = json!({"id": "3", "did": "alpine", "name": "Alpine Linux", "version": "3.16", "version_id": "3.16",
        "version_code_name": "", "arch": "", "cpe": "", "pretty_name": "Alpine Linux v3.16"});
    assert_eq!(asked_in(&alpine, &json!({"cpe": ""})), Scope::Namespace("Alpine:v3.16".to_owned()));
    assert_eq!(
        asked_in(&json!({"did": "foo", "version_id": "1"}), &Value::Null),
        Scope::Unknown("foo 1".to_owned())
    );
    let hostile = json!({"did": "a\"\nID=alpine", "version_id": "$(3.16)`\\"});
    assert_eq!(asked_in(&hostile, &Value::Null), Scope::Unknown("a\"\nID=alpine $(3.16)`\\".to_owned()));
    assert_eq!(asked_in(&Value::Null, &json!({"name": "nowhere"})), Scope::Unknown("nowhere".to_owned()));
    let empty = json!({"id": "", "did": "", "name": "", "version": "", "version_id": "", "pretty_name": ""});
    for distribution in [empty, Value::Null] {
        assert_eq!(asked_in(&distribution, &json!({"cpe": ""})), Scope::Anywhere);
    }
}

#[test]
fn a_question_that_is_none_names_the_place() {
    for (document, place) in [
        (json!({"id": "1"}), ".package.name: "),
        (json!({"id": "1", "package": {"name": ""}}), ".package.name: "),
        (json!({"package": {"name": "a"}}), ".id: "),
        (json!({"id": "1", "package": {"name": "a"}, "normalized_severity": "Dire"}), ": "),
        (json!([]), ": "),
    ] {
        let error = ask(document).unwrap_err();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn the_answer_has_the_worst_first_and_names_what_was_not_judged() {
    let question = |id: &str, severity: &str, did: &str| {
        let document = json!({"id": id, "package": {"name": "a"}, "normalized_severity": severity,
            "distribution": {"did": did}, "range": {"[": "x"}});
        ask(document).unwrap()
    };
    let asked = [
        question("10", "Low", ""),
        question("11", "Critical", ""),
        question("12", "High", "foo"),
        question("13", "High", ""),
    ];
    let answer = json(&affected_manifests(&asked, [(Digest::of(b"image"), vec![1, 0, 1])]));
    let manifest = Digest::of(b"image");
    assert_eq!(answer["vulnerable_manifests"], json!({manifest.as_str(): ["11", "10"]}));
    let vulnerabilities = answer["vulnerabilities"].as_object().unwrap();
    assert_eq!(vulnerabilities.keys().collect::<Vec<_>>(), ["10", "11"]);
    assert_eq!(vulnerabilities["10"]["range"], json!({"[": "x"}), "as it was sent");
    assert_eq!(
        answer["limpid"]["not_judged"],
        json!({"12": "no ecosystem of this version of Limpid is “foo”"})
    );
}

#[test]
fn enrichments_have_the_type_that_clients_take_first_with_a_score_in_each_record() {
    const V3: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const V4: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    let package = indexed("libssl", Some("openssl"));
    let index = image(std::slice::from_ref(&package), &[]);
    let (mut scored, mut likely) = (found(package.clone()), found(package));
    scored.advisory.cvss = crate::cvss::vectors("GHSA", [V4, V3]);
    likely.advisory.id = "CVE-2099-0002".to_owned();
    likely.enrichment.epss = Some(crate::enrichment::Epss {
        score: "0.97565".parse().unwrap(),
        percentile: "0.99998".parse().unwrap(),
        date: "2025-02-20".parse().unwrap(),
    });
    let report = json(&reported(&index, vec![scored, likely]));
    let all: Vec<(&String, &Value)> = report["enrichments"].as_object().unwrap().iter().collect();
    let number = |id: &str| {
        let all = report["vulnerabilities"].as_object().unwrap();
        all.iter().find(|(_, one)| one["name"] == id).unwrap().0.clone()
    };
    let cvss = json!([{ "version": "3.1", "vectorString": V3, "baseScore": 9.8, "baseSeverity": "CRITICAL",
        "source": "GHSA" }]);
    let epss =
        json!([{ "cve": "CVE-2099-0002", "date": "2025-02-20", "epss": 0.97565, "percentile": 0.99998 }]);
    assert_eq!(
        all,
        [
            (
                &"message/vnd.clair.map.vulnerability; enricher=clair.cvss \
                  schema=https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema"
                    .to_owned(),
                &json!([{ (number("CVE-2099-0001")): cvss }])
            ),
            (
                &"message/vnd.clair.map.vulnerability; enricher=clair.epss schema=none".to_owned(),
                &json!([{ (number("CVE-2099-0002")): epss }])
            ),
        ]
    );
    let none = json(&reported(&index, vec![found(indexed("libssl", Some("openssl")))]));
    assert_eq!(none["enrichments"], json!({}));
}

#[test]
fn the_score_by_which_nvd_goes_comes_before_the_vendors_as_in_clair() {
    let vector = |source: &str, vector: &str| crate::cvss::Vector {
        source: source.to_owned(),
        vector: vector.to_owned(),
    };
    let of_3 = |version: &str, availability: &str| {
        format!("CVSS:3.{version}/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:{availability}")
    };
    let vendor = vector("Red Hat", &of_3("1", "L"));
    let second = vector("NVD (secondary, cna@example.org)", &of_3("1", "L"));
    let old = vector("NVD", &of_3("0", "H"));
    let others = vector("NVD (primary, cna@example.org)", &of_3("1", "H"));
    let version_2 = vector("NVD", "AV:N/AC:L/Au:N/C:P/I:P/A:P");
    for (vectors, expected) in [
        (vec![&vendor, &second], &vendor),
        (vec![&vendor, &version_2], &vendor),
        (vec![&vendor, &old, &second], &old),
        (vec![&vendor, &old, &others], &others),
    ] {
        let package = indexed("libssl", Some("openssl"));
        let index = image(std::slice::from_ref(&package), &[]);
        let mut finding = found(package);
        finding.advisory.cvss = vectors.into_iter().cloned().collect();
        let report = json(&reported(&index, vec![finding]));
        let all = report["enrichments"].as_object().unwrap().values().next().unwrap()[0].as_object().unwrap();
        let record = &all.values().next().unwrap()[0];
        let told = (&record["source"], &record["vectorString"]);
        assert_eq!(told, (&json!(expected.source), &json!(expected.vector)));
    }
}
