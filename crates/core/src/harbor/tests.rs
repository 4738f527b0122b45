use serde_json::{Value, json};

use super::*;
use crate::{Digest, Verdict};

fn finding(id: &str, path: &str, severity: &str, fixed_in: Option<&str>) -> Value {
    let package = json!({"name": "libssl", "version": "1.0-r0", "type": "apk", "purl": "pkg:apk/alpine/libssl@1.0-r0",
        "path": path, "layer": null});
    let status = if fixed_in.is_some() { "fixed" } else { "fix-deferred" };
    let mut finding = json!({"id": id, "aliases": [], "severity": severity, "package": package, "status": status,
        "links": ["https://example.com/1", "javascript:alert(1)"], "feed": "alpine/main", "why": "1.0-r0 < 2.0-r0"});
    if let Some(fixed_in) = fixed_in {
        finding["fixed_in"] = json!(fixed_in);
    }
    finding
}

fn report(findings: &[Value], blind_spots: &[BlindSpot]) -> Report {
    let digest = Digest::of(b"any");
    let report = json!({
        "schema": crate::report::SCHEMA,
        "image": {"reference": "image", "digest": digest, "platform": "linux/amd64", "layers": []},
        "verdict": Verdict::of(findings.len(), blind_spots),
        "proof": {"index_state": digest, "catalog": digest, "policy": digest, "as_of": "2099-01-01", "stale": []},
        "observed": {"generated_at": "2099-01-01T00:00:00Z", "feeds": {}},
        "distributions": [], "feeds": [], "blind_spots": blind_spots, "findings": findings,
        "summary": {"packages": 1, "judged": 1, "findings": {}, "fixable": 0},
    });
    serde_json::from_value(report).unwrap()
}

fn spot(reason: crate::Reason, subject: &str, detail: &str) -> BlindSpot {
    BlindSpot::new(reason, subject, detail)
}

#[test]
fn one_row_of_harbors_is_one_vulnerability_with_the_worst_that_is_said() {
    let found = [
        finding("CVE-2099-0002", "a", "Low", None),
        finding("CVE-2099-0001", "a", "Medium", None),
        finding("CVE-2099-0001", "b", "High", Some("2.0-r0")),
    ];
    let told = serde_json::to_value(vulnerabilities(&report(&found, &[]))).unwrap();
    let attributes =
        json!({"feed": "alpine/main", "why": "1.0-r0 < 2.0-r0", "purl": "pkg:apk/alpine/libssl@1.0-r0"});
    let one = |id: &str, severity: &str, fix: &str, status: &str| {
        json!({"id": id, "package": "libssl", "version": "1.0-r0", "fix_version": fix, "severity": severity,
            "status": status, "description": "1.0-r0 < 2.0-r0", "links": ["https://example.com/1"],
            "vendor_attributes": attributes})
    };
    let expected = json!({
        "generated_at": "2099-01-01T00:00:00Z",
        "severity": "High",
        "vulnerabilities": [
            one("CVE-2099-0001", "High", "2.0-r0", "fixed"),
            one("CVE-2099-0002", "Low", "", "fix_deferred"),
        ],
    });
    assert_eq!(told, expected);
}

#[test]
fn what_is_not_judged_is_a_vulnerability_and_what_is_suppressed_is_none() {
    let mut suppressed = finding("CVE-2099-0001", "a", "Critical", None);
    suppressed["suppressed"] = json!({"by": "vendor", "reason": "not affected"});
    let mut does_not_count = spot(crate::Reason::FeedStale, "alpine/main", "old");
    does_not_count.counts = false;
    let spots = [
        spot(crate::Reason::EndOfLife, "Alpine:v3.16", "no more advisories").with_packages(14),
        spot(crate::Reason::EndOfLife, "Alpine:v3.16", "and more"),
        does_not_count,
    ];
    let told = vulnerabilities(&report(&[suppressed], &spots));
    assert_eq!(told.severity, "Unknown");
    let [one] = told.vulnerabilities.as_slice() else { panic!("{:?}", told.vulnerabilities) };
    assert_eq!((one.id.as_str(), one.package.as_str()), ("LIMPID-NOT-JUDGED-END-OF-LIFE", "Alpine:v3.16"));
    assert_eq!(one.severity, Severity::Unknown);
    assert_eq!(one.description, "Not judged: no more advisories (14 packages)\nNot judged: and more");
}

#[test]
fn an_image_in_which_nothing_is_wrong_has_no_severity() {
    let told = vulnerabilities(&report(&[], &[]));
    assert_eq!((told.severity, told.vulnerabilities.len()), ("None", 0));
}

#[test]
fn what_a_vulnerability_scores_is_the_first_of_each_version_that_harbor_knows() {
    let cvss = |version: &str, vector: &str, score: f64, source: &str| json!({"version": version, "vector": vector, "score": score, "source": source});
    let mut scored = finding("CVE-2099-0001", "a", "High", None);
    scored["cvss"] = json!([
        cvss("4.0", "CVSS:4.0/AV:N", 9.3, "Red Hat"),
        cvss("3.1", "CVSS:3.1/AV:N", 7.5, "Red Hat"),
        cvss("3.1", "CVSS:3.1/AV:L", 5.5, "NVD"),
        cvss("2.0", "AV:N/AC:L", 5.0, "NVD"),
    ]);
    let plain = finding("CVE-2099-0002", "a", "Low", None);
    let told = serde_json::to_value(vulnerabilities(&report(&[scored, plain], &[]))).unwrap();
    let expected =
        json!({"score_v3": 7.5, "vector_v3": "CVSS:3.1/AV:N", "score_v2": 5.0, "vector_v2": "AV:N/AC:L"});
    assert_eq!(told["vulnerabilities"][0]["preferred_cvss"], expected);
    assert_eq!(told["vulnerabilities"][1].get("preferred_cvss"), None);
}
