use std::{collections::BTreeSet, fmt::Write as _};

use super::*;
use crate::{
    Affected, AffectedRange,
    advisory::{Dated, Names},
};

const CURL: &str = include_str!("../fixtures/documents/cve-2023-38545.json");
const SNAKEYAML: &str = include_str!("../fixtures/feed/redhat/vex.json");
const RUBY: &str = include_str!("../fixtures/feed-broken/redhat/vex/an-advisory.json");
const MODULE: &str = include_str!("../fixtures/documents/module.json");
const DELETED: &str = include_str!("../fixtures/documents/deleted.json");

fn read(text: &str) -> (FeedHead, Vec<Record>) {
    let mut records = Vec::new();
    let mut reader = text.as_bytes();
    let head = parse(&mut FeedDocument { name: "", reader: &mut reader }, &mut |record| records.push(record))
        .unwrap();
    (head, records)
}

/// Namespace without `Red Hat:`, package (`src:` for a source), range, module, architectures, severity, plan, words.
fn shown(affected: &Affected) -> String {
    let range = match &affected.range {
        AffectedRange::Fixed { introduced: None, fixed } => format!("< {fixed}"),
        AffectedRange::Fixed { introduced: Some(first), fixed } => format!("{first} ≤ < {fixed}"),
        AffectedRange::Unfixed { introduced: None } => "all".to_owned(),
        AffectedRange::NeverAffected => "never".to_owned(),
        AffectedRange::Unreadable { text } => format!("? {text}"),
        other @ (AffectedRange::Unfixed { .. }
        | AffectedRange::Through { .. }
        | AffectedRange::Exactly { .. }) => panic!("{other:?}"),
    };
    let source = if affected.names == Names::Source { "src:" } else { "" };
    let namespace = affected.namespace.strip_prefix("Red Hat:").unwrap();
    let mut shown = format!("{namespace} {source}{} {range}", affected.package);
    match affected.only.module.as_deref() {
        Some("") => {}
        Some(module) => write!(shown, " module {module}").unwrap(),
        None => shown.push_str(" any module"),
    }
    for part in [affected.only.architectures.join(","), affected.stance.severity_word.clone()] {
        if !part.is_empty() {
            write!(shown, " {part}").unwrap();
        }
    }
    if affected.stance.plan != crate::advisory::Plan::Unsaid {
        write!(shown, " {:?}", affected.stance.plan).unwrap();
    }
    if !affected.stance.words.is_empty() {
        write!(shown, " “{}”", affected.stance.words).unwrap();
    }
    shown
}

fn about(text: &str, part: &str) -> Vec<String> {
    let (_, records) = read(text);
    let all = records.iter().flat_map(|record| &record.affected).map(shown);
    all.filter(|one| one.contains(part)).collect()
}

#[test]
fn fixes_are_those_of_installed_packages_by_product_and_architecture() {
    assert_eq!(
        about(CURL, "baseos curl "),
        [
            "rhel_eus:9.0::baseos curl < 7.76.1-14.el9_0.9 aarch64,ppc64le,s390x,x86_64 “RHSA-2023:5700”",
            "enterprise_linux:9::baseos curl < 7.76.1-23.el9_2.4 aarch64,ppc64le,s390x,x86_64 “RHSA-2023:5763”",
            "enterprise_linux:9::baseos curl 7.76.1-23.el9_3 ≤ < 7.76.1-26.el9_3.2 aarch64,ppc64le,s390x,x86_64 \
             “RHSA-2023:6745”",
        ]
    );
    assert_eq!(about(CURL, "baseos src:"), [""; 0], "the packages that were built from it speak for it");
    assert_eq!(
        about(CURL, "enterprise_linux:6 "),
        ["curl", "src:curl", "libcurl", "libcurl-devel"]
            .map(|name| format!("enterprise_linux:6 {name} never"))
    );
    let (head, records) = read(CURL);
    let advisory = &records[0].advisory;
    assert_eq!((advisory.id.as_str(), advisory.severity_word.as_str()), ("CVE-2023-38545", "Important"));
    assert_eq!(advisory.severity, crate::Severity::High);
    assert_eq!(advisory.summary, "curl: heap based buffer overflow in the SOCKS5 proxy handshake");
    assert_eq!(advisory.aliases, [""; 0]);
    assert_eq!((head.misfit, head.unread.len()), (None, 0));
    assert_eq!(head.upstream_date.as_deref(), Some("2025-11-21T14:31:32+00:00"));
    assert!(head.covers.contains(&"Red Hat:rhel_eus:9.0::baseos".to_owned()));
}

#[test]
fn what_is_not_fixed_says_what_red_hat_is_going_to_do() {
    assert_eq!(
        about(SNAKEYAML, "enterprise_linux:7 "),
        ["enterprise_linux:7 src:snakeyaml all EndOfLife “Out of support scope”"]
    );
    assert_eq!(about(SNAKEYAML, "ocp_tools "), ["ocp_tools src:jenkins-2-plugins all “Affected”"]);
    assert_eq!(
        about(SNAKEYAML, "src:rh-maven36-byte-buddy"),
        ["rhel_software_collections:3 src:rh-maven36-byte-buddy all WillNotFix “Will not fix”"]
    );
    let deferred = SNAKEYAML.replace("\"Will not fix\"", "\"Fix deferred\"");
    assert_eq!(
        about(&deferred, "src:rh-maven36-byte-buddy"),
        ["rhel_software_collections:3 src:rh-maven36-byte-buddy all Deferred “Fix deferred”"]
    );
    let undecided = SNAKEYAML.replace("\"known_affected\"", "\"under_investigation\"");
    assert_eq!(
        about(&undecided, "ocp_tools "),
        ["ocp_tools src:jenkins-2-plugins all UnderInvestigation “Under investigation”"]
    );
}

#[test]
fn a_package_for_all_architectures_restricts_nothing_and_an_image_neither() {
    assert_eq!(
        about(SNAKEYAML, " eap7-"),
        [
            "jboss_enterprise_application_platform:7.4::el7 eap7-snakeyaml < 1.33.0-2.SP1_redhat_00001.1.el7eap \
             “RHSA-2023:1512”",
            "jboss_enterprise_application_platform:7.4::el7 eap7-activemq-artemis-native never",
        ]
    );
    assert_eq!(
        about(SNAKEYAML, "sso76-openshift-rhel8"),
        ["containers sso76-openshift-rhel8 < 7.6-22 any module “RHSA-2023:2710”"]
    );
    assert_eq!(
        about(SNAKEYAML, " udi-rhel8"),
        [
            "openshift_devspaces:3::el8 udi-rhel8 all any module “Affected”",
            "containers udi-rhel8 all any module “Affected”"
        ]
    );
}

#[test]
fn packages_of_a_module_are_told_apart_by_its_stream() {
    let mut ruby = about(RUBY, " ruby ");
    ruby.dedup();
    assert_eq!(
        ruby,
        ["enterprise_linux:8::appstream ruby < 2.5.9-111.module+el8.9.0+19193+435404ae module ruby:2.5 \
          aarch64,i686,ppc64le,s390x,x86_64 “RHSA-2023:7025”"]
    );
    assert_eq!(about(MODULE, ""), ["enterprise_linux:8 src:go-toolset all module go-toolset:rhel8"]);
    let unread = RUBY.replace("&rpmmod=ruby:2.5:8090020230627084142:b46abd14", "");
    assert!(
        about(&unread, " ruby ")[0].contains("any module"),
        "a module that is not told restricts nothing"
    );
    assert!(read(RUBY).0.misfit.is_some_and(|why| why.contains("csaf_security_advisory")));
}

#[test]
fn a_document_that_was_taken_back_says_nothing() {
    let (head, records) = read(DELETED);
    assert_eq!((head.covers, records), (vec!["Red Hat".to_owned()], vec![]));
}

/// A document made after the schema: components with package URLs, in RHEL 9 or another product.
fn made(components: &[(&str, &str)], status: &str, more: &str) -> String {
    let branch = |(id, purl): &(&str, &str)| {
        format!(
            r#"{{"category": "product_version", "name": "{id}", "product": {{"name": "{id}", "product_id": "{id}",
               "product_identification_helper": {{"purl": "{purl}"}}}}}}"#
        )
    };
    let part = |(id, _): &(&str, &str)| {
        format!(
            r#"{{"category": "default_component_of", "full_product_name": {{"name": "", "product_id": "9:{id}"}},
               "product_reference": "{id}", "relates_to_product_reference": "9"}}"#
        )
    };
    let branches: Vec<String> = components.iter().map(branch).collect();
    let parts: Vec<String> = components.iter().map(part).collect();
    format!(
        r#"{{"document": {{"category": "csaf_vex", "tracking": {{"id": "CVE-1"}}}}, "product_tree": {{"branches": [
           {{"product": {{"product_id": "9", "product_identification_helper": {{"cpe": "cpe:/o:redhat:enterprise_linux:9"}}}}}},
           {}], "relationships": [{}]}}, "vulnerabilities": [{{"cve": "CVE-1", "product_status": {status}{more}}}]}}"#,
        branches.join(","),
        parts.join(",")
    )
}

#[test]
fn severities_differ_by_product() {
    let text = made(
        &[("a", "pkg:rpm/redhat/a?arch=src"), ("b", "pkg:rpm/redhat/b"), ("c", "pkg:rpm/redhat/c")],
        r#"{"known_affected": ["9:a", "9:b", "9:c"]}"#,
        r#", "threats": [{"category": "impact", "details": "Low", "product_ids": ["9:a"]},
            {"category": "impact", "details": "Critical", "product_ids": ["9:b"]}]"#,
    );
    assert_eq!(
        about(&text, ""),
        ["enterprise_linux:9 src:a all Low", "enterprise_linux:9 b all Critical", "enterprise_linux:9 c all"]
    );
    let (_, records) = read(&text);
    assert_eq!(records[0].affected[1].stance.severity, crate::Severity::Critical);
}

#[test]
fn a_source_speaks_for_itself_where_nothing_built_from_it_is_named() {
    let text = made(
        &[
            ("a", "pkg:rpm/redhat/a@1-2.el9?arch=src&epoch=2"),
            ("b", "pkg:rpm/redhat/b@1-2.el9?arch=src"),
            ("b-libs", "pkg:rpm/redhat/b-libs@1-2.el9?arch=x86_64"),
        ],
        r#"{"fixed": ["9:a", "9:b", "9:b-libs"]}"#,
        "",
    );
    assert_eq!(
        about(&text, ""),
        ["enterprise_linux:9 src:a < 2:1-2.el9", "enterprise_linux:9 b-libs < 1-2.el9 x86_64"]
    );
}

#[test]
fn what_is_affected_somewhere_is_not_taken_for_unaffected() {
    let text = made(
        &[
            ("a", "pkg:rpm/redhat/a"),
            ("a1", "pkg:rpm/redhat/a@1-1.el9?arch=x86_64"),
            ("b", "pkg:rpm/redhat/b@1-1.module%2Bel9?arch=x86_64"),
            ("c", "pkg:rpm/redhat/c"),
        ],
        r#"{"known_affected": ["9:a"], "known_not_affected": ["9:a1", "9:b", "9:c"]}"#,
        "",
    );
    assert_eq!(about(&text, ""), ["enterprise_linux:9 a all", "enterprise_linux:9 c never"]);
}

#[test]
fn each_stream_of_an_image_has_its_own_fix() {
    let image = |tag: &str| {
        format!("pkg:oci/ose@sha256:1?arch=amd64&repository_url=registry.redhat.io/openshift4/ose&tag={tag}")
    };
    let (old, new) = (image("v4.14.0-202409181705.p0"), image("v4.16.0-202409181705.p0"));
    let instant = image("1738555506");
    let text = made(
        &[("old", &old), ("new", &new), ("instant", &instant)],
        r#"{"fixed": ["9:new", "9:old", "9:instant"]}"#,
        "",
    );
    assert_eq!(
        about(&text, "containers"),
        [
            "containers ose v4.16 ≤ < v4.16.0-202409181705.p0 any module",
            "containers ose < v4.14.0-202409181705.p0 any module",
        ]
    );
    assert_eq!(about(&text, "enterprise_linux:9"), ["enterprise_linux:9 ose < 1738555506 any module"]);
}

#[test]
fn what_no_image_has_is_passed_over_and_what_cannot_be_read_is_not() {
    let text = made(
        &[
            ("jar", "pkg:maven/io.netty/netty-codec@4.1"),
            ("npm", "pkg:npm/lodash"),
            ("theirs", "pkg:rpm/theirs"),
            ("odd", "pkg:rpm"),
            ("flatpak", "pkg:rpm/redhat/firefox-flatpak?arch=src&rpmmod=rhel10"),
        ],
        r#"{"known_affected": ["9:jar", "9:npm", "9:theirs", "9:odd", "9:flatpak", "9", "9:unknown"]}"#,
        "",
    );
    assert_eq!(
        about(&text, ""),
        [
            "enterprise_linux:9 theirs all",
            "enterprise_linux:9 src:odd ? pkg:rpm any module",
            "enterprise_linux:9 odd ? pkg:rpm any module",
            "enterprise_linux:9 src:firefox-flatpak all any module",
        ]
    );
    assert_eq!(read(&text).0.unread, ["9:unknown is spoken of, and is not in the tree of products"]);
    let (head, records) = read(&text.replace("cpe:/o:redhat:enterprise_linux:9", "cpe:/o:else:9"));
    assert_eq!((records.len(), head.unread.len()), (0, 4), "{:?}", head.unread);
}

#[test]
fn rows_without_package_url_are_told_by_their_names() {
    let ids = ["sudo-2:1.9-7.el9.x86_64", "c-0:1-2.el9.src", "nodejs:18", "a"];
    let components = ids.map(|id| (id, "none"));
    let text = made(
        &components,
        r#"{"fixed": ["9:sudo-2:1.9-7.el9.x86_64", "9:c-0:1-2.el9.src"], "known_affected": ["9:nodejs:18", "9:a"]}"#,
        "",
    );
    let text = text.replace(r#""purl": "none""#, "").replace("default_component_of", "installed_on");
    assert_eq!(
        about(&text, ""),
        [
            "enterprise_linux:9 sudo < 2:1.9-7.el9 x86_64",
            "enterprise_linux:9 src:c < 1-2.el9",
            "enterprise_linux:9 src:nodejs all module nodejs:18",
            "enterprise_linux:9 src:a all",
        ]
    );
}

#[test]
fn a_document_without_a_vulnerability_is_told() {
    let (head, records) = read(r#"{"document": {"category": "csaf_vex", "tracking": {"id": "CVE-1"}}}"#);
    assert_eq!(head.unread, ["CVE-1: it says nothing of any vulnerability"]);
    assert_eq!(records, []);
}

#[test]
fn a_fix_has_the_day_of_its_advisory_and_not_that_of_the_vulnerability() {
    let (_, records) = read(CURL);
    let advisory = &records[0].advisory;
    assert_eq!((advisory.dated, advisory.day()), (Dated::Vulnerability, "2023-10-11".parse().ok()));
    let of = |wanted: &str| {
        let all = records.iter().flat_map(|record| &record.affected);
        all.filter(|one| one.stance.words == wanted).map(|one| one.stance.fixed_on).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("RHSA-2023:5763"), ["2023-10-17".parse().ok()].into());
    assert_eq!(of("RHSA-2023:6745"), ["2023-11-07".parse().ok()].into());
    assert_eq!(of(""), [None].into(), "what has no fix has no day of one");
}
