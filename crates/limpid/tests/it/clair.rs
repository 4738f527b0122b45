//! Clair's formats, held by what their readers demand: Quay validates every document before it reads it.
//!
//! Source: Clair's OpenAPI document, and what Quay's client demands beyond it.

use std::collections::BTreeSet;

use limpid_testkit::{
    alpine::System,
    image::{ImageBuilder, Layout, Stored},
};
use serde_json::{Map, Value, json};

use crate::support::{Place, advised, clean, vulnerable};

const SEVERITIES: [&str; 6] = ["Unknown", "Negligible", "Low", "Medium", "High", "Critical"];
const DISTRIBUTION: [&str; 9] =
    ["id", "did", "name", "version", "version_code_name", "version_id", "arch", "cpe", "pretty_name"];

fn object<'a>(value: &'a Value, what: &str) -> &'a Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{what} is no object: {value}"))
}

/// What holds of both reports.
fn hold_contents(document: &Value, image: &ImageBuilder) {
    no_nulls(document, "document");
    let layers: Vec<String> = image.layer_digests().iter().map(ToString::to_string).collect();
    let distributions = object(&document["distributions"], "distributions");
    for (id, distribution) in distributions {
        assert_eq!(distribution["id"], json!(id));
        for field in DISTRIBUTION {
            assert!(distribution[field].is_string(), "{field}: {distribution}");
        }
        assert_eq!(distribution.as_object().unwrap().len(), DISTRIBUTION.len());
    }
    object(&document["repository"], "repository");
    let packages = object(&document["packages"], "packages");
    let environments = object(&document["environments"], "environments");
    assert_eq!(packages.keys().collect::<Vec<_>>(), environments.keys().collect::<Vec<_>>());
    for (id, package) in packages {
        assert!(id.parse::<u64>().is_ok(), "{id} is a decimal number");
        assert_eq!(package["id"], json!(id));
        for field in ["name", "version", "kind", "normalized_version", "cpe"] {
            assert!(package[field].is_string(), "{field}: {package}");
        }
        if let Some(source) = package.get("source") {
            assert!(source.is_object() && source.get("source").is_none(), "{package}");
        }
        let environment = &environments[id][0];
        assert!(layers.iter().any(|layer| environment["introduced_in"] == json!(layer)), "{environment}");
        assert!(environment["package_db"].is_string() && environment["repository_ids"].is_array());
        let distribution = environment["distribution_id"].as_str().unwrap();
        assert!(distribution.is_empty() || distributions.contains_key(distribution), "{environment}");
    }
}

fn hold_vulnerabilities(document: &Value) {
    let packages = object(&document["packages"], "packages");
    let vulnerabilities = object(&document["vulnerabilities"], "vulnerabilities");
    let mut used = BTreeSet::new();
    for (package, ids) in object(&document["package_vulnerabilities"], "package_vulnerabilities") {
        assert!(packages.contains_key(package), "{package}");
        for id in ids.as_array().unwrap() {
            assert!(
                used.insert(id.as_str().unwrap().to_owned())
                    || vulnerabilities.contains_key(id.as_str().unwrap())
            );
        }
    }
    let known: BTreeSet<String> = vulnerabilities.keys().cloned().collect();
    assert_eq!(used, known, "each is of a package, and each that a package has is there");
    for (id, one) in vulnerabilities {
        assert_eq!(one["id"], json!(id));
        for field in ["updater", "name", "description", "links", "severity", "issued", "fixed_in_version"] {
            assert!(one[field].is_string(), "{field}: {one}");
        }
        assert!(SEVERITIES.contains(&one["normalized_severity"].as_str().unwrap()), "{one}");
        let (name, links) = (one["name"].as_str().unwrap(), one["links"].as_str().unwrap());
        assert!(links.split(' ').any(|link| link.contains(name)), "{one}");
        assert!(one.get("range").is_none(), "a range would have to be text");
        for field in ["package", "distribution", "repository"] {
            assert!(one[field].is_object(), "{field}: {one}");
        }
    }
    object(&document["enrichments"], "enrichments");
}

fn no_nulls(value: &Value, place: &str) {
    match value {
        Value::Null => panic!("{place} is null"),
        Value::Array(items) => items.iter().for_each(|item| no_nulls(item, place)),
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| no_nulls(value, &format!("{place}.{key}")));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reports(place: &Place, image: &ImageBuilder) -> (Value, Value) {
    let layout = Layout::of(image, "latest");
    let file = place.write("image.tar", layout.tar().finish());
    let index = place.run(&format!("index {file} --format clair")).ended(0).json();
    let scan = place.run(&format!("scan {file} --offline --format clair")).json();
    for document in [&index, &scan] {
        assert_eq!(document["manifest_hash"], layout.entries[0]["digest"]);
        hold_contents(document, image);
    }
    assert_eq!(index["packages"], scan["packages"]);
    assert_eq!(index["environments"], scan["environments"]);
    assert_eq!(
        (&index["state"], &index["success"], &index["err"]),
        (&json!("IndexFinished"), &json!(true), &json!(""))
    );
    hold_vulnerabilities(&scan);
    (index, scan)
}

#[test]
fn a_vulnerable_image() {
    let place = advised();
    let (_, scan) = reports(&place, &vulnerable().image());
    assert_eq!(scan["limpid"]["verdict"], "vulnerable");
    let one = scan["vulnerabilities"]
        .as_object()
        .unwrap()
        .values()
        .find(|one| one["name"] == "CVE-2099-0001")
        .unwrap();
    assert_eq!(one["package"]["name"], "busybox");
    assert_eq!(one["fixed_in_version"], "1.36.1-r0");
    assert_eq!(one["updater"], "alpine/v3.99/main");
    assert_eq!(one["distribution"]["did"], "alpine");
    assert_eq!(one["distribution"]["version_id"], "3.99.1");
    assert_eq!(one["links"], "https://security.alpinelinux.org/vuln/CVE-2099-0001");
    let named = |name: &str| {
        let packages = scan["packages"].as_object().unwrap();
        packages.iter().find(|(_, package)| package["name"] == name).unwrap().0.clone()
    };
    let of = |name: &str| {
        scan["package_vulnerabilities"].get(named(name)).map_or(0, |ids| ids.as_array().unwrap().len())
    };
    assert_eq!(["busybox", "ssl_client", "libcrypto3", "musl"].map(of), [1, 1, 1, 0]);
}

#[test]
fn each_package_is_introduced_by_its_layer() {
    let place = advised();
    let below = clean();
    let above = clean().package("libcrypto3", "3.1.0-r0", "openssl");
    let image = below.image().layer(above.tar().finish(), Stored::Zstd);
    let (index, _) = reports(&place, &image);
    let layers = image.layer_digests();
    for (package, layer) in [("musl", &layers[0]), ("libcrypto3", &layers[1])] {
        let (id, _) =
            index["packages"].as_object().unwrap().iter().find(|(_, one)| one["name"] == package).unwrap();
        assert_eq!(index["environments"][id][0]["introduced_in"], json!(layer), "{package}");
    }
}

#[test]
fn images_without_findings_packages_or_distribution() {
    let place = advised();
    let (_, scan) = reports(&place, &clean().image());
    assert_eq!((&scan["vulnerabilities"], &scan["limpid"]["verdict"]), (&json!({}), &json!("clean")));
    let (_, scan) = reports(&place, &System::undeclared().file("hello", "hello").image());
    assert_eq!((&scan["packages"], &scan["limpid"]["verdict"]), (&json!({}), &json!("unproven")));
    assert_eq!(scan["limpid"]["blind_spots"][0]["reason"], "nothing-recognised");
    let (_, scan) = reports(&place, &System::undeclared().package("busybox", "1-r0", "busybox").image());
    assert_eq!(scan["environments"]["1"][0]["distribution_id"], "");
    assert_eq!(scan["limpid"]["verdict"], "unproven");
}
