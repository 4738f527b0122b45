//! A new release needs data and no code; and what a distribution is told by.

use limpid_testkit::alpine::{Mirror, System, rolling_security_database};
use serde_json::Value;

use crate::support::{Place, findings};

/// A place whose mirror says about a release of Alpine that busybox before 1.36.1-r0 is vulnerable.
fn knowing(release: &str) -> Place {
    let place = Place::new();
    place.mirror().alpine(release, "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]);
    place.mirror().alpine(release, "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place
}

/// Scans a system with a vulnerable busybox, with the data that it needs from the mirror.
fn scanned(place: &Place, system: System) -> Value {
    let image = place.image("app.tar", &system.package("busybox", "1.36.0-r1", "busybox"));
    let mirror = place.path("mirror").display().to_string();
    place.run(&format!("scan {image} --format json --mirror {mirror}")).ended(0).json()
}

#[track_caller]
fn hold(report: &Value, ecosystem: &str, name: &str) {
    assert_eq!(report["distributions"][0]["ecosystem"], ecosystem, "{report:#}");
    assert_eq!(report["distributions"][0]["name"], name);
    assert_eq!(findings(report), [("CVE-2099-0001", "busybox")]);
    assert_eq!(report["blind_spots"], serde_json::json!([]));
}

fn os_release(version: &str, name: &str) -> String {
    format!("NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID={version}\nPRETTY_NAME=\"{name}\"\n")
}

#[test]
fn releases_that_nobody_has_heard_of() {
    for (release, version) in
        [("v3.99", "3.99.0"), ("v3.99", "3.99.0_rc1"), ("v3.100", "3.100.2"), ("v4.0", "4.0.0")]
    {
        let report = scanned(&knowing(release), System::alpine(version));
        let name = format!("Alpine Linux v{}", version.rsplit_once('.').unwrap().0);
        hold(&report, &format!("Alpine:{release}"), &name);
        assert_eq!(report["distributions"][0]["version"], version);
    }
}

#[test]
fn a_release_appears_and_nothing_is_indexed_again() {
    let place = knowing("v3.98");
    place.update().ended(0);
    let image = place.image("app.tar", &System::alpine("3.99.0").package("busybox", "1.36.0-r1", "busybox"));
    let before = place.run(&format!("scan {image} --offline --format json")).ended(3).json();
    let evidence = crate::support::listing(&place.db().join("evidence"));
    place.mirror().alpine("v3.99", "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]);
    place.mirror().alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    place.update().ended(0);
    let after = place.run(&format!("scan {image} --offline --format json")).ended(0).json();
    assert_eq!(
        (before["verdict"].as_str(), after["verdict"].as_str()),
        (Some("unproven"), Some("vulnerable"))
    );
    assert_eq!(before["proof"]["index_state"], after["proof"]["index_state"]);
    assert_eq!(evidence, crate::support::listing(&place.db().join("evidence")));
}

#[test]
fn edge() {
    let place = knowing("edge");
    let report = scanned(&place, System::declared(&os_release("3.23_alpha20250612", "Alpine Linux edge")));
    hold(&report, "Alpine:edge", "Alpine Linux edge");
}

#[test]
fn a_customised_name_changes_nothing() {
    let report =
        scanned(&knowing("v3.99"), System::declared(&os_release("3.99.0", "ACME Appliance 7 (Debian 12)")));
    hold(&report, "Alpine:v3.99", "ACME Appliance 7 (Debian 12)");
}

#[test]
fn a_derived_distribution_is_judged_by_what_it_was_made_from() {
    let derived = System::declared("ID=acme\nID_LIKE=\"alpine\"\nVERSION_ID=7.2\nPRETTY_NAME=\"ACME 7.2\"\n");
    let report = scanned(&knowing("v3.99"), derived.clone().file("etc/alpine-release", "3.99.0\n"));
    hold(&report, "Alpine:v3.99", "ACME 7.2");
    assert_eq!(report["distributions"][0]["id"], "acme");
}

#[test]
fn a_release_is_told_without_os_release() {
    for (file, content) in [
        ("etc/alpine-release", "3.99.0\n"),
        ("etc/issue", "Welcome to Alpine Linux 3.99\nKernel \\r on an \\m (\\l)\n\n"),
        ("usr/lib/os-release", "ID=alpine\nVERSION_ID=3.99.0\n"),
    ] {
        let report = scanned(&knowing("v3.99"), System::undeclared().file(file, content));
        hold(&report, "Alpine:v3.99", "Alpine Linux v3.99");
    }
}

/// A document with enough records to be believed.
fn rolling(mirror: &Mirror, repository: &str, address: &str) {
    let others: Vec<String> = (0..20).map(|number| format!("CVE-2099-20{number:02}")).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let fixes: [(&str, &str, &[&str]); 2] =
        [("busybox", "1.36.1-r0", &["CVE-2099-0001"]), ("zlib", "1.3-r0", &others)];
    mirror.document(address, rolling_security_database(repository, &fixes).to_string());
}

#[test]
fn rolling_distributions() {
    for (id, name, repository, address) in [
        ("wolfi", "Wolfi", "os", "packages.wolfi.dev/os/security.json"),
        ("chainguard", "Chainguard", "chainguard", "packages.cgr.dev/chainguard/security.json"),
    ] {
        let place = Place::new();
        rolling(&place.mirror(), repository, address);
        let system = System::declared(&format!(
            "ID={id}\nNAME=\"{name}\"\nPRETTY_NAME=\"{name}\"\nVERSION_ID=20230201\n"
        ));
        let report = scanned(&place, system);
        hold(&report, name, name);
        let purl = report["findings"][0]["package"]["purl"].as_str().unwrap();
        assert!(purl.starts_with(&format!("pkg:apk/{id}/busybox@1.36.0-r1?")), "{purl}");
    }
}
