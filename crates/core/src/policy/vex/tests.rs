use super::*;
use crate::{
    Digest, ImageFacts, Severity,
    policy::Policy,
    report::{Finding, FindingPackage, Status},
};

const DIGEST: &str = "sha256:4ff3ca91275773af45cb4b0834e12b7eb47d1c18f770a0b151381cd227f4c253";
const PURL: &str = "pkg:apk/alpine/libssl1.1@1.1.1o-r0?arch=x86_64&distro=alpine-3.16.0&upstream=openssl";

fn image() -> ImageFacts {
    ImageFacts {
        reference: "registry.example/team/app:1.2".to_owned(),
        digest: DIGEST.parse::<Digest>().unwrap(),
        platform: "linux/amd64".to_owned(),
        layers: Vec::new(),
    }
}

fn finding() -> Finding {
    Finding {
        id: "CVE-2022-2097".to_owned(),
        aliases: vec!["GHSA-3wx7-46ch-7rq2".to_owned()],
        severity: Severity::Medium,
        cvss: Vec::new(),
        kev: None,
        epss: None,
        summary: String::new(),
        links: Vec::new(),
        package: FindingPackage {
            name: "libssl1.1".to_owned(),
            version: "1.1.1o-r0".to_owned(),
            kind: "apk".to_owned(),
            purl: PURL.to_owned(),
            source: Some("openssl".to_owned()),
            path: Some("lib/apk/db/installed".to_owned()),
            layer: None,
        },
        fixed_in: Some("1.1.1q-r0".to_owned()),
        fix_known: None,
        status: Status::Fixed,
        vendor_status: String::new(),
        origin: None,
        rated: None,
        feed: "alpine/v3.16/main".to_owned(),
        why: String::new(),
        suppressed: None,
    }
}

/// Why the finding is suppressed by documents; empty where it stands.
fn under(documents: &[&str]) -> String {
    let statements = documents.iter().flat_map(|document| read(document.as_bytes()).unwrap()).collect();
    let policy = Policy { statements, ..Policy::default() };
    let day = "2026-11-26".parse().unwrap();
    policy
        .suppression(&image(), day, &finding())
        .map_or(String::new(), |by| format!("{} | {}", by.by, by.reason))
}

fn openvex(vulnerability: &str, product: &str, status: &str, at: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Team", "timestamp": "{at}", "statements": [
            {{"vulnerability": {{"name": "{vulnerability}"}}, "products": [{product}], "status": "{status}",
              "justification": "vulnerable_code_not_present"}}]}}"#
    )
}

const NOT_AFFECTED: &str = "vex: Team | not affected: vulnerable_code_not_present";

#[test]
fn a_statement_holds_for_what_it_names_and_for_nothing_else() {
    let product = |id: &str| format!(r#"{{"@id": "{id}"}}"#);
    let within =
        |id: &str, part: &str| format!(r#"{{"@id": "{id}", "subcomponents": [{{"@id": "{part}"}}]}}"#);
    let other = DIGEST.replace('4', "5");
    for (named, holds) in [
        // The package, as closely as is said.
        (product(PURL), true),
        (product("pkg:apk/alpine/libssl1.1@1.1.1o-r0"), true),
        (product("pkg:apk/alpine/libssl1.1"), true),
        (product("pkg:apk/alpine/libssl1.1@1.1.1n-r0"), false),
        (product("pkg:apk/alpine/libssl1.1@1.1.1o-r0?arch=aarch64"), false),
        (product("pkg:apk/wolfi/libssl1.1"), false),
        (product("pkg:apk/libssl1.1"), false),
        (product("pkg:deb/debian/libssl1.1"), false),
        (product("pkg:apk/alpine/libssl"), false),
        // The image.
        (product("registry.example/team/app:1.2"), true),
        (product(DIGEST), true),
        (product(&format!("pkg:oci/app@{DIGEST}")), true),
        (product(&format!("pkg:oci/app@{other}?repository_url=registry.example/team/app")), false),
        (product("pkg:oci/app?repository_url=registry.example/team/app"), true),
        (product("pkg:oci/app?repository_url=registry.example/team/app&tag=1.2"), true),
        (product("pkg:oci/app?repository_url=registry.example/team/app&tag=1.3"), false),
        (product("pkg:oci/app?repository_url=registry.example/other/app"), false),
        (product("pkg:oci/app"), false),
        // The package in the image.
        (within(&format!("pkg:oci/app@{DIGEST}"), "pkg:apk/alpine/libssl1.1"), true),
        (within(&format!("pkg:oci/app@{DIGEST}"), "pkg:apk/alpine/busybox"), false),
        (within(&format!("pkg:oci/app@{other}"), "pkg:apk/alpine/libssl1.1"), false),
        (within("pkg:golang/example.com/app", "pkg:apk/alpine/libssl1.1"), false),
        (product("no name of anything"), false),
        // Parts are meant, and what they are cannot be met: never all of the image.
        (
            format!(
                r#"{{"@id": "{DIGEST}", "subcomponents": [{{"identifiers": {{"cpe23": "cpe:2.3:a:x:y"}}}}]}}"#
            ),
            false,
        ),
    ] {
        let document = openvex("CVE-2022-2097", &named, "not_affected", "2026-01-01T00:00:00Z");
        assert_eq!(under(&[&document]), if holds { NOT_AFFECTED } else { "" }, "{named}");
    }
}

#[test]
fn aliases_count_and_other_vulnerabilities_do_not() {
    let product = format!(r#"{{"@id": "{DIGEST}"}}"#);
    for (id, holds) in [("GHSA-3wx7-46ch-7rq2", true), ("cve-2022-2097", true), ("CVE-2022-2098", false)] {
        let document = openvex(id, &product, "not_affected", "2026-01-01T00:00:00Z");
        assert_eq!(!under(&[&document]).is_empty(), holds, "{id}");
    }
}

#[test]
fn the_latest_statement_decides_whatever_the_order_is() {
    let product = format!(r#"{{"@id": "{DIGEST}"}}"#);
    let said = |status: &str, at: &str| openvex("CVE-2022-2097", &product, status, at);
    let (old, new) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    for (earlier, later, expected) in [
        ("not_affected", "affected", ""),
        ("not_affected", "under_investigation", ""),
        ("affected", "not_affected", NOT_AFFECTED),
        ("affected", "fixed", "vex: Team | fixed: vulnerable_code_not_present"),
    ] {
        let [earlier, later] = [said(earlier, old), said(later, new)];
        assert_eq!(under(&[&earlier, &later]), expected);
        assert_eq!(under(&[&later, &earlier]), expected);
    }
}

#[test]
fn csaf_names_products_by_package_urls_and_relations() {
    let document = |status: &str, product: &str| {
        format!(
            r#"{{"document": {{"csaf_version": "2.0", "publisher": {{"name": "Vendor"}},
                "tracking": {{"current_release_date": "2026-01-01T00:00:00Z"}}}},
              "product_tree": {{"branches": [{{"branches": [
                  {{"product": {{"product_id": "P", "product_identification_helper": {{"purl": "pkg:apk/alpine/libssl1.1"}}}}}},
                  {{"product": {{"product_id": "I", "product_identification_helper": {{"purl": "pkg:oci/app@{DIGEST}"}}}}}},
                  {{"product": {{"product_id": "N", "name": "without a helper"}}}}]}}],
                "relationships": [{{"product_reference": "P", "relates_to_product_reference": "I",
                  "full_product_name": {{"product_id": "I:P"}}}},
                  {{"product_reference": "P", "relates_to_product_reference": "N",
                  "full_product_name": {{"product_id": "N:P"}}}}]}},
              "vulnerabilities": [{{"cve": "CVE-2022-2097", "product_status": {{"{status}": ["{product}"]}},
                "flags": [{{"label": "component_not_present", "product_ids": ["{product}"]}}],
                "threats": [{{"category": "impact", "details": "not built in"}}]}}]}}"#
        )
    };
    let expected = "vex: Vendor | not affected: component_not_present; not built in";
    for (status, product, told) in [
        ("known_not_affected", "P", expected),
        ("known_not_affected", "I", expected),
        ("known_not_affected", "I:P", expected),
        ("known_not_affected", "N", ""),
        ("known_not_affected", "N:P", ""),
        ("known_affected", "P", ""),
    ] {
        assert_eq!(under(&[&document(status, product)]), told, "{status} {product}");
    }
}

#[test]
fn cyclonedx_names_components_by_references() {
    let document = |state: &str, reference: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:1",
              "components": [{{"bom-ref": "c", "purl": "pkg:apk/alpine/libssl1.1@1.1.1o-r0"}}],
              "vulnerabilities": [{{"id": "CVE-2022-2097", "affects": [{{"ref": "{reference}"}}],
                "analysis": {{"state": "{state}", "justification": "code_not_reachable", "detail": "never called"}}}},
                {{"id": "CVE-2022-2097"}}]}}"#
        )
    };
    let expected = "vex: urn:uuid:1 | not affected: code_not_reachable; never called";
    for (state, reference, told) in [
        ("not_affected", "c", expected),
        ("false_positive", "c", expected),
        ("not_affected", "pkg:apk/alpine/libssl1.1", expected),
        ("not_affected", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg:apk/alpine/libssl1.1", expected),
        ("not_affected", "d", ""),
        ("exploitable", "c", ""),
        ("in_triage", "c", ""),
    ] {
        assert_eq!(under(&[&document(state, reference)]), told, "{state} {reference}");
    }
}

#[test]
fn what_cannot_be_understood_is_an_error_with_its_place() {
    let wrong = |document: &str| read(document.as_bytes()).unwrap_err().to_string();
    let product = r#"{"@id": "x"}"#;
    for (document, why) in [
        ("{", "it is no JSON: EOF while parsing an object at line 1 column 1".to_owned()),
        ("{}", "it is neither OpenVEX, CSAF nor CycloneDX".to_owned()),
        (
            &openvex("CVE-1", product, "harmless", ""),
            "statements[0].status: “harmless” is no status".to_owned(),
        ),
        (&openvex("CVE-1", "", "fixed", ""), "statements[0].products: it names none".to_owned()),
        (&openvex("", product, "fixed", ""), "statements[0].vulnerability: it names none".to_owned()),
        (
            &openvex("CVE-1", product, "fixed", "yesterday"),
            "document.timestamp: “yesterday”: input contains invalid characters".to_owned(),
        ),
    ] {
        assert_eq!(wrong(document), why);
    }
}
