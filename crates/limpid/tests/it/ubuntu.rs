//! Ubuntu's certified builds (FIPS): their versions are higher than the fixes of the release's archive, so only what is said
//! of themselves may tell that they are fixed; and where nothing is, a report says so.
//!
//! The documents are made in the form of Canonical's, with the names and versions of real packages.

use std::fs;

use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    tar::Tar,
};
use serde_json::{Value, json};

use crate::support::{Place, counting, findings};

const ARCHIVE: &str = "Ubuntu:22.04:LTS";
const CERTIFIED: &str = "Ubuntu:Pro:FIPS-updates:22.04:LTS";

/// Ubuntu 22.04 with a certified build of OpenSSL, and zlib of the archive.
fn image(place: &Place) -> String {
    let stanza = |name: &str, source: &str, version: &str| {
        let maintainer = "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>";
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nSource: {source}\nVersion: {version}\n\
             Maintainer: {maintainer}\n\n"
        )
    };
    let status = stanza("libssl3", "openssl", "3.0.2-0ubuntu1.10+Fips1")
        + &stanza("zlib1g", "zlib", "1:1.2.11.dfsg-2ubuntu9.1");
    let layer = Tar::new()
        .file("etc/os-release", "ID=ubuntu\nVERSION_ID=\"22.04\"\n")
        .file("var/lib/dpkg/status", status)
        .finish();
    let image = ImageBuilder::new().layer(layer, Stored::Plain);
    place.write("ubuntu.tar", Layout::of(&image, "latest").tar().finish())
}

/// A document about OpenSSL: in each namespace the events after `introduced`.
fn document(id: &str, affected: &[(&str, Value)]) -> Value {
    let one = |(namespace, event): &(&str, Value)| {
        let mut events = vec![json!({"introduced": "0"})];
        events.extend(event.is_object().then(|| event.clone()));
        json!({
            "package": {"ecosystem": namespace, "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        })
    };
    json!({"id": format!("UBUNTU-{id}"), "affected": affected.iter().map(one).collect::<Vec<_>>()})
}

fn scan(documents: &[Value]) -> Value {
    let place = Place::new();
    let archive = documents.iter().fold(Tar::new(), |tar, document| {
        tar.file(format!("osv/cve/{}.json", document["id"].as_str().unwrap()), document.to_string())
    });
    let folder = place.path("mirror").join("security-metadata.canonical.com/osv");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("osv-all.tar.xz"), archive.finish()).unwrap();
    let words = format!("scan {} --format json --mirror {}", image(&place), place.path("mirror").display());
    place.run(&words).json()
}

fn fixed(version: &str) -> Value {
    json!({"fixed": version})
}

/// Fixed in the archive by a version that the certified build is above, without having the fix.
fn of_the_archive() -> Vec<Value> {
    vec![
        document("CVE-2099-0001", &[(ARCHIVE, fixed("3.0.2-0ubuntu1.9"))]),
        document("CVE-2099-0002", &[(ARCHIVE, Value::Null)]),
        document("CVE-2099-0003", &[(ARCHIVE, Value::Null)]),
    ]
}

#[test]
fn certified_builds_of_which_nothing_is_said_are_a_blind_spot() {
    let report = scan(&of_the_archive());
    let spots = counting(&report);
    let certified: Vec<_> = spots.iter().filter(|(_, subject, _)| subject.contains("FIPS")).collect();
    let expected = ("release-not-covered".to_owned(), "Ubuntu:Pro:FIPS:22.04:LTS".to_owned(), 0);
    assert_eq!(certified, [&expected], "{report:#}");
    assert_eq!(findings(&report), [("CVE-2099-0002", "libssl3"), ("CVE-2099-0003", "libssl3")]);
}

#[test]
fn what_is_said_of_certified_builds_holds_for_them() {
    let mut documents = of_the_archive();
    documents[0] = document(
        "CVE-2099-0001",
        &[(ARCHIVE, fixed("3.0.2-0ubuntu1.9")), (CERTIFIED, fixed("3.0.2-0ubuntu1.12+Fips1"))],
    );
    documents[1] =
        document("CVE-2099-0002", &[(ARCHIVE, Value::Null), (CERTIFIED, fixed("3.0.2-0ubuntu1.10+Fips1"))]);
    let report = scan(&documents);
    assert_eq!(counting(&report).iter().filter(|(_, subject, _)| subject.contains("FIPS")).count(), 0);
    assert_eq!(findings(&report), [("CVE-2099-0001", "libssl3"), ("CVE-2099-0003", "libssl3")]);
}
