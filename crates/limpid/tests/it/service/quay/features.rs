//! What Quay shows of a vulnerability report. Where Quay takes something for granted, so does this.

use std::collections::BTreeSet;

use serde_json::Value;

/// A package, as a page of Quay shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) added_by: String,
    pub(super) vulnerabilities: Vec<Vulnerability>,
}

/// One of its vulnerabilities.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Vulnerability {
    pub(super) name: String,
    pub(super) severity: String,
    pub(super) fixed_by: String,
    pub(super) namespace: String,
    pub(super) link: String,
}

pub(super) fn features(report: &Value) -> Vec<Feature> {
    let mut seen = BTreeSet::new();
    assert_eq!(report["enrichments"].as_object().and_then(|map| map.values().next()), None, "no CVSS here");
    let packages = report["packages"].as_object().unwrap();
    packages.iter().map(|(id, package)| feature(report, id, package, &mut seen)).collect()
}

fn feature(report: &Value, id: &str, package: &Value, seen: &mut BTreeSet<[String; 3]>) -> Feature {
    let (name, version) = (text(&package["name"]), text(&package["version"]));
    let mut vulnerabilities = Vec::new();
    for vulnerability in
        report["package_vulnerabilities"].get(id).into_iter().flat_map(|ids| ids.as_array().unwrap())
    {
        let found = &report["vulnerabilities"][vulnerability.as_str().unwrap()];
        if seen.insert([name.clone(), version.clone(), text(&found["name"])]) {
            vulnerabilities.push(shown(found));
        }
    }
    let added_by = text(&report["environments"][id][0]["introduced_in"]);
    Feature { name, version, added_by, vulnerabilities }
}

fn shown(found: &Value) -> Vulnerability {
    for object in ["repository", "distribution"] {
        assert!(found.get(object).is_none_or(Value::is_object), "null breaks Quay: {found:#}");
    }
    let fixed = text(&found["fixed_in_version"]);
    assert!(!fixed.contains('='), "Quay takes it for a query: {fixed}");
    Vulnerability {
        name: text(&found["name"]),
        severity: text(&found["normalized_severity"]),
        fixed_by: if fixed == "0" { String::new() } else { fixed },
        namespace: text(&found["updater"]),
        link: text(&found["links"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
