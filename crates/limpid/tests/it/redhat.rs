//! Real package databases of Red Hat's images, judged by Red Hat's own documents: as an archive of VEX documents, and the
//! mapping of repositories to products.
//!
//! The expectations were worked out by hand from the rows of the documents. Neither document is as large as the real ones, so
//! both wait for a person first, who lets them in.

use std::{fs, path::Path};

use limpid_testkit::tar::Tar;
use serde_json::Value;

use crate::support::{Place, corpus};

const VEX: &str = "security.access.redhat.com/data/csaf/v2/vex";
const MAPPING: &str = "security.access.redhat.com/data/metrics/repository-to-cpe.json";

const DOCUMENTS: [&str; 3] = ["cve-2023-0049.json", "cve-2023-0051.json", "cve-2023-38545.json"];

fn fixture(path: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/ecosystems/redhat/fixtures");
    fs::read(folder.join(path)).unwrap()
}

/// A place that has Red Hat's data.
fn advised() -> Place {
    let place = Place::new();
    let mirror = place.path("mirror");
    for folder in [mirror.join(VEX), mirror.join(MAPPING).parent().unwrap().to_owned()] {
        fs::create_dir_all(folder).unwrap();
    }
    let archive = DOCUMENTS.iter().fold(Tar::new(), |archive, name| {
        archive.file(format!("2023/{name}"), fixture(&format!("documents/{name}")))
    });
    fs::write(mirror.join(VEX).join("archive_latest.txt"), "csaf_vex_2023-12-13.tar.zst\n").unwrap();
    fs::write(mirror.join(VEX).join("csaf_vex_2023-12-13.tar.zst"), archive.finish()).unwrap();
    fs::write(mirror.join(MAPPING), fixture("feed/redhat/repositories.json")).unwrap();
    place.run(&format!("db update redhat --mirror {}", mirror.display()));
    for feed in ["redhat/vex", "redhat/repositories"] {
        place.run(&format!("db accept {feed}")).ended(0);
    }
    place
}

/// The report of an image of the corpus.
fn report(image: &str) -> Option<Value> {
    let image = corpus(&format!("images/{image}.oci.tar"))?;
    Some(advised().report(&image.display().to_string()))
}

/// identifier, package, version, fix, status
fn rows(report: &Value) -> Vec<String> {
    let row = |finding: &Value| {
        let (package, text) = (&finding["package"], |value: &Value| value.as_str().unwrap_or("-").to_owned());
        let fields =
            [&finding["id"], &package["name"], &package["version"], &finding["fixed_in"], &finding["status"]];
        fields.map(text).join(" ")
    };
    report["findings"].as_array().unwrap().iter().map(row).collect()
}

/// CVE-2023-0049: `red_hat_enterprise_linux_8:vim` is affected and will not be fixed. CVE-2023-0051: its 8 is known not to be
/// affected. CVE-2023-38545: curl of 8 is known not to be affected.
#[test]
fn the_findings_of_ubi_8_are_those_of_the_documents() {
    let Some(report) = report("rpm-ubi8-bdb") else { return };
    assert_eq!(rows(&report), ["CVE-2023-0049 vim-minimal 2:8.0.1763-10.el8 - will-not-fix"]);
    judged(&report, "Red Hat:enterprise_linux:8", 178);
}

/// Both of vim are affected in 9 and will not be fixed. CVE-2023-38545: BaseOS of 9 was fixed by 7.76.1-23.el9_2.4, and again
/// by 7.76.1-26.el9_3.2 in the next minor release; the image is of 9.0 and from the main repositories, so the first one is due.
#[test]
fn the_findings_of_ubi_9_are_those_of_the_documents() {
    let Some(report) = report("rpm-ubi9-sqlite") else { return };
    let expected = [
        "CVE-2023-0049 vim-minimal 2:8.2.2637-15.el9 - will-not-fix",
        "CVE-2023-0051 vim-minimal 2:8.2.2637-15.el9 - will-not-fix",
        "CVE-2023-38545 curl-minimal 7.76.1-14.el9 7.76.1-23.el9_2.4 fixed",
        "CVE-2023-38545 libcurl-minimal 7.76.1-14.el9 7.76.1-23.el9_2.4 fixed",
    ];
    let mut found = rows(&report);
    found.sort();
    assert_eq!(found, expected);
    judged(&report, "Red Hat:enterprise_linux:9", 181);
}

/// Nothing is kept out of the judgement.
#[track_caller]
fn judged(report: &Value, namespace: &str, packages: u64) {
    assert_eq!(report["distributions"][0]["ecosystem"], namespace);
    assert_eq!(
        (&report["summary"]["packages"], &report["summary"]["judged"]),
        (&packages.into(), &packages.into())
    );
    assert_eq!(report["blind_spots"], Value::Array(Vec::new()));
}
