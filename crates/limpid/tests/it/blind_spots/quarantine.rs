//! Data that looks wrong is not taken into force, and everybody is told until a good document ends it.

use limpid_testkit::alpine::{Fix, System, security_database};

use super::{spot, unproven};
use crate::support::{Place, counting, detail, findings};

/// Ten records about one source package.
const TEN: [&str; 10] = [
    "CVE-2099-1000",
    "CVE-2099-1001",
    "CVE-2099-1002",
    "CVE-2099-1003",
    "CVE-2099-1004",
    "CVE-2099-1005",
    "CVE-2099-1006",
    "CVE-2099-1007",
    "CVE-2099-1008",
    "CVE-2099-1009",
];

const COMMUNITY: Fix<'static> = ("nodejs", "20.1.0-r0", &["CVE-2099-0006"]);

fn document(fixes: &[Fix<'_>]) -> String {
    security_database("v3.99", "main", fixes).to_string()
}

fn ten() -> String {
    document(&[("busybox", "1.36.1-r0", &TEN)])
}

/// A place with ten records in force, a vulnerable image and one that is not.
fn begun() -> (Place, String, String) {
    let place = Place::new();
    publish(&place, &ten());
    place.mirror().alpine("v3.99", "community", &[COMMUNITY]);
    place.update().ended(0);
    let system = |version: &str| System::alpine("3.99.1").package("busybox", version, "busybox");
    let sick = place.image("sick.tar", &system("1.36.0-r1"));
    let whole = place.image("whole.tar", &system("1.36.1-r0"));
    assert_eq!(findings(&place.report(&sick)).len(), 10);
    assert_eq!(place.report(&whole)["verdict"], "clean");
    (place, sick, whole)
}

fn publish(place: &Place, main: &str) {
    place.mirror().document("secdb.alpinelinux.org/v3.99/main.json", main);
}

#[test]
fn what_looks_wrong_leaves_the_old_data_in_force() {
    let (place, sick, whole) = begun();
    let half = &ten()[..ten().len() / 2];
    let shrunk = document(&[("busybox", "1.36.1-r0", &TEN[..4])]);
    for (name, main, why) in [
        ("an HTML page", "<!DOCTYPE html><html><body>Sign in to the Wi-Fi</body></html>", "an HTML page"),
        ("nothing", "", "the document is empty"),
        ("white space", " \n\n", "the document is empty"),
        ("a part", half, "not a document of this feed"),
        ("an empty object", "{}", "not a document of this feed"),
        ("no packages", r#"{"distroversion":"v3.99","reponame":"main","packages":[]}"#, "fewer than the 1"),
        ("shrunk by 60 %", &shrunk, "4 records instead of 10"),
    ] {
        publish(&place, main);
        let ran = place.update().ended(3);
        assert!(ran.stdout.contains("quarantined") && ran.stdout.contains(why), "{name}: {ran:#?}");
        let status = place.run("db status --format json").ended(0).json();
        let feed = &status["feeds"]["alpine/v3.99/main"];
        assert_eq!((&feed["condition"], &feed["records"]), (&"quarantined".into(), &10.into()), "{name}");
        assert!(feed["quarantined"].as_str().unwrap().contains(why), "{name}: {feed}");

        let report = unproven(&place, &whole);
        assert_eq!(counting(&report), [spot("feed-quarantined", "alpine/v3.99/main", 1)], "{name}");
        assert!(detail(&report, "feed-quarantined").contains("older data is in force"), "{name}");
        assert_eq!(findings(&place.report(&sick)).len(), 10, "{name}");
        // Asking again does not let it in.
        place.update().ended(3);

        publish(&place, &ten());
        place.update().ended(0);
        assert_eq!(place.report(&whole)["verdict"], "clean", "{name}: a good document ends it");
    }
}

#[test]
fn a_person_lets_it_in() {
    let (place, sick, whole) = begun();
    publish(&place, &document(&[("busybox", "1.36.1-r0", &TEN[..4])]));
    place.update().ended(3);
    let ran = place.run("db status").ended(0);
    assert!(ran.stdout.contains("limpid db accept alpine/v3.99/main"), "{ran:#?}");
    let ran = place.run("db accept alpine/v3.99/main").ended(0);
    assert_eq!(ran.stdout, "alpine/v3.99/main  accepted, 4 records are in force\n");
    assert_eq!(findings(&place.report(&sick)).len(), 4);
    assert_eq!(place.report(&whole)["verdict"], "clean");
    place.update().ended(0);
    // There is nothing more to accept.
    let ran = place.run("db accept alpine/v3.99/main").ended(2);
    assert!(ran.stderr.contains("not in quarantine"), "{ran:#?}");
}

#[test]
fn what_nobody_could_read_cannot_be_let_in() {
    let (place, sick, _) = begun();
    publish(&place, "<html></html>");
    place.update().ended(3);
    let ran = place.run("db accept alpine/v3.99/main").ended(2);
    assert!(ran.stderr.contains("HTML page"), "{ran:#?}");
    assert_eq!(findings(&place.report(&sick)).len(), 10);
}

#[test]
fn data_that_looks_wrong_from_the_start_is_never_used() {
    let place = Place::new();
    publish(&place, "<html></html>");
    place.mirror().document("secdb.alpinelinux.org/v3.99/community.json", "{}");
    place.update().ended(3);
    let image = place.image("app.tar", &System::alpine("3.99.1").package("busybox", "1.36.1-r0", "busybox"));
    let report = unproven(&place, &image);
    let spots = counting(&report);
    assert_eq!(spots.len(), 1, "{spots:?}");
    assert_eq!(spots[0].0, "feed-quarantined");
    assert_eq!(report["summary"]["judged"], 0);
}

#[test]
fn data_that_says_that_it_is_of_another_release_is_used_and_proves_nothing() {
    let (place, sick, whole) = begun();
    let other = security_database("v3.98", "main", &[("busybox", "1.36.1-r0", &TEN)]);
    publish(&place, &other.to_string());
    place.update().ended(0);
    let report = unproven(&place, &whole);
    assert_eq!(counting(&report), [spot("release-not-covered", "alpine/v3.99/main", 1)]);
    assert!(detail(&report, "release-not-covered").contains("v3.98"), "{report:#}");
    assert_eq!(findings(&place.report(&sick)).len(), 10);
}
