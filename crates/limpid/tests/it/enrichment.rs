//! What is known of vulnerabilities beside their advisories, from a mirror into reports and gates.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{Place, advised, corpus, vulnerable};

const KEV: &str = "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
const EPSS: &str = "epss.empiricalsecurity.com/epss_scores-current.csv.gz";

/// As many as are believed, one of them in [`vulnerable`].
fn kev() -> String {
    let others = (1..1000)
        .map(|number| json!({ "cveID": format!("CVE-2000-{number:04}"), "dateAdded": "2022-01-01" }));
    let own = json!({ "cveID": "CVE-2099-0003", "dateAdded": "2026-01-02", "dueDate": "2026-01-23",
        "knownRansomwareCampaignUse": "Known" });
    let all: Vec<Value> = others.chain([own]).collect();
    json!({ "dateReleased": "2026-08-07T16:45:47.0648Z", "count": all.len(), "vulnerabilities": all })
        .to_string()
}

fn place() -> Place {
    let place = advised();
    place.image("app.tar", &vulnerable());
    place
}

fn condition(place: &Place, feed: &str) -> Value {
    place.run("db status --format json").json()["feeds"][feed]["condition"].clone()
}

fn told(report: &Value) -> Vec<String> {
    let one =
        |one: &Value| format!("{} {} {}", one["id"].as_str().unwrap(), one["package"]["name"], one["kev"]);
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn a_gate_on_exploited_vulnerabilities_fetches_what_it_asks_for_and_never_passes_without() {
    let place = place();
    let mirror = place.path("mirror").display().to_string();
    place.write("policy.toml", "[gate]\nkev = true\n");
    let without =
        place.run("scan ../app.tar --offline --policy ../policy.toml --format json").ended(3).json();
    assert_eq!(
        without["blind_spots"],
        json!([{
            "reason": "feed-not-loaded", "subject": "enrichment/kev", "packages": 0, "counts": true,
            "detail": "never loaded; a gate asks for KEV, and cannot tell without it: limpid db update enrichment/kev, or \
                       the next update of a service",
        }])
    );
    // Nobody else's scan needs it.
    place.mirror().document(KEV, kev());
    place.run(&format!("scan ../app.tar --mirror {mirror} --fail-on critical")).ended(0);
    assert_eq!(condition(&place, "enrichment/kev"), Value::Null);
    let ran = place
        .run(&format!("scan ../app.tar --mirror {mirror} --policy ../policy.toml --format json"))
        .ended(1);
    let report = ran.json();
    assert_eq!(
        told(&report),
        [
            r#"CVE-2099-0003 "libcrypto3" {"added":"2026-01-02","due":"2026-01-23","ransomware":true}"#,
            r#"CVE-2099-0001 "busybox" null"#,
            r#"CVE-2099-0001 "ssl_client" null"#,
        ]
    );
    assert_eq!(condition(&place, "enrichment/kev"), "fresh");
    let feed =
        |name: &str| report["feeds"].as_array().unwrap().iter().find(|feed| feed["name"] == name).cloned();
    let loaded = feed("enrichment/kev").unwrap();
    assert_eq!(
        (&loaded["records"], &loaded["upstream_date"]),
        (&json!(1000), &json!("2026-08-07T16:45:47.0648Z"))
    );
    assert!(feed("enrichment/epss").is_none());
    // What is loaded is used by everybody.
    let lines = place.run("scan ../app.tar --offline").stdout;
    let first: Vec<&str> =
        lines.lines().find(|line| line.starts_with("finding")).unwrap().split('\t').collect();
    assert_eq!(
        (first[2], &first[12..]),
        ("CVE-2099-0003", &["2026-01-02", "-", "-", "-", "-", "-", "-", "-"][..])
    );
    let markdown = place.run("scan ../app.tar --offline --format markdown").stdout;
    assert!(markdown.contains("| Unknown (KEV) | CVE-2099-0003 |"), "{markdown}");
    let clair = place.run("scan ../app.tar --offline --format clair").json();
    let types: Vec<&String> = clair["enrichments"].as_object().unwrap().keys().collect();
    assert!(types[0].contains("enricher=clair.cvss") && types[1].contains("enricher=clair.kev"), "{types:?}");
    assert_eq!(clair["enrichments"][types[0]], json!([{}]));
    let number =
        clair["vulnerabilities"].as_object().unwrap().iter().find(|(_, one)| one["name"] == "CVE-2099-0003");
    let record = &clair["enrichments"][types[1]][0][number.unwrap().0];
    assert_eq!(
        record,
        &json!([{ "cve": "CVE-2099-0003", "date_added": "2026-01-02", "due_date": "2026-01-23",
            "known_ransomware_campaign_use": "Known" }])
    );
}

/// What is known of being exploited is told whatever it is in, and where no data was asked nothing is said of it.
#[test]
fn explanations_and_comparisons_tell_what_is_exploited() {
    let place = place();
    let explain = |id: &str| place.run(&format!("explain {id} ../app.tar --offline --format json")).json();
    assert_eq!(explain("CVE-2099-0003")["exploitation"], json!({ "feeds": [] }));
    let lines = |id: &str| {
        let text = place.run(&format!("explain {id} ../app.tar --offline")).stdout;
        text.lines().find(|line| line.starts_with("exploitation\t")).map(str::to_owned)
    };
    assert_eq!(lines("CVE-2099-0003"), None);
    place.write("before.json", place.run("scan ../app.tar --offline --format json").stdout);

    place.mirror().document(KEV, kev());
    let mirror = place.path("mirror").display().to_string();
    place.run(&format!("db update enrichment/kev --mirror {mirror}")).ended(0);
    let known = json!({ "added": "2026-01-02", "due": "2026-01-23", "ransomware": true });
    assert_eq!(
        explain("cve-2099-0003")["exploitation"],
        json!({ "kev": known, "feeds": ["enrichment/kev"] })
    );
    assert_eq!(lines("CVE-2099-0003").unwrap(), "exploitation\t2026-01-02\t-\t-\tenrichment/kev\t-");
    assert_eq!(lines("CVE-2099-0001").unwrap(), "exploitation\t-\t-\t-\tenrichment/kev\t-");
    // In no package of the image, and exploited all the same.
    assert_eq!(explain("CVE-2000-0007")["exploitation"]["kev"]["added"], "2022-01-01");
    let page =
        place.command("explain CVE-2099-0003 ../app.tar --offline").env("CLICOLOR_FORCE", "1").output();
    let page = String::from_utf8(page.unwrap().stdout).unwrap();
    assert!(page.contains("known to be exploited since 2026-01-02 (KEV), also for ransomware"), "{page}");

    // Data that only one side has is told as that, and no vulnerability is called newly exploited because of it.
    place.write("first.json", place.run("scan ../app.tar --offline --format json").stdout);
    let compare = |a: &str, b: &str| place.run(&format!("compare ../{a} ../{b} --format json")).json();
    let compared = compare("before.json", "first.json");
    assert_eq!(
        (&compared["findings"], &compared["feeds"][0]["name"]),
        (&json!([]), &json!("enrichment/kev"))
    );
    place.mirror().document(KEV, kev().replace("CVE-2000-0007", "CVE-2099-0001"));
    place.run(&format!("db update enrichment/kev --mirror {mirror}")).ended(0);
    place.write("second.json", place.run("scan ../app.tar --offline --format json").stdout);
    let compared = compare("first.json", "second.json");
    let told: Vec<(&str, &Value, &str)> = compared["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["package"]["name"].as_str().unwrap(), &one["fields"], one["cause"].as_str().unwrap()))
        .collect();
    let fields = json!([{ "field": "kev", "a": null, "b": "2022-01-01" }]);
    assert_eq!(told, [("busybox", &fields, "advisory-data"), ("ssl_client", &fields, "advisory-data")]);
    let lines = place.run("compare ../first.json ../second.json").stdout;
    let line = lines.lines().find(|line| line.starts_with("finding\tchanged")).unwrap();
    assert!(line.ends_with("\tadvisory-data\tkev none → 2022-01-01\t2022-01-01"), "{line}");
}

#[test]
fn scores_are_guarded_accepted_exported_and_gated() {
    let place = place();
    let mirror = place.path("mirror").display().to_string();
    let update = format!("db update enrichment/epss --mirror {mirror}");
    let head = "#model_version:v2025.03.14,score_date:2026-11-25T00:00:00+0000\n";
    place.mirror().document(EPSS, format!("{head}invalid,header,format\nCVE-2099-0001,0.1,0.9\n"));
    place.run(&update);
    assert_eq!(condition(&place, "enrichment/epss"), "quarantined");
    place.mirror().document(EPSS, format!("{head}cve,epss,percentile\nCVE-2099-0001,0.97565,0.99998\n"));
    let few = place.run(&update);
    let said = format!("{}{}", few.stdout, few.stderr);
    assert!(said.contains("1 record, fewer than the 100000"), "{said}");
    place.run("db accept enrichment/epss").ended(0);
    assert_eq!(condition(&place, "enrichment/epss"), "fresh");
    for (gate, status) in [("epss = 0.9", 1), ("epss = 0.98", 0), ("severity = 'high'\nepss = 0.9", 0)] {
        place.write("policy.toml", format!("[gate]\n{gate}\n"));
        place.run("scan ../app.tar --offline --policy ../policy.toml").ended(status);
    }
    place.write("policy.toml", "[[gate]]\nseverity = 'critical'\n[[gate]]\nepss = 0.9\n");
    let ran = place.run("scan ../app.tar --offline --policy ../policy.toml").ended(1);
    assert!(ran.stderr.contains("1 of the findings have no EPSS score"), "{}", ran.stderr);
    // It travels with the rest.
    place.run("db export ../catalog.tar").ended(0);
    let other = Place::new();
    other.run(&format!("db import {}", place.path("catalog.tar").display())).ended(0);
    other.image("app.tar", &vulnerable());
    let report = other.report("../app.tar");
    assert_eq!(
        report["findings"][0]["epss"],
        json!({ "score": 0.97565, "percentile": 0.99998, "date": "2026-11-25" })
    );
    assert_eq!(report["findings"][0]["id"], "CVE-2099-0001");
    assert_eq!(report["proof"]["catalog"], place.report("../app.tar")["proof"]["catalog"]);
}

#[test]
fn a_table_that_is_cut_off_is_not_taken() {
    let place = place();
    let mut table =
        "#model_version:v2025.03.14,score_date:2026-11-25T00:00:00+0000\ncve,epss,percentile\n".to_owned();
    (1..20).for_each(|number| writeln!(table, "CVE-2099-{number:04},0.5,0.5").unwrap());
    table.truncate(table.len() - 2);
    place.mirror().document(EPSS, table);
    let ran = place.run(&format!("db update enrichment --mirror {}", place.path("mirror").display()));
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("it ends within a line"), "{said}");
    assert_eq!(condition(&place, "enrichment/epss"), "quarantined");
}

const NVD: &str = "nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2099";

/// NVD's document of 2099, in which CVE-2099-0003 has two scores, that of NVD with this vector; and the digest beside it.
fn nvd(vector: &str) -> (String, String) {
    let metric = |kind: &str, source: &str, vector: &str| json!({ "source": source, "type": kind, "cvssData": { "vectorString": vector } });
    let other = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
    let scores = [metric("Secondary", "cna@example.org", other), metric("Primary", "nvd@nist.gov", vector)];
    let one = |id: &str, status: &str| json!({ "cve": { "id": id, "vulnStatus": status, "metrics": { "cvssMetricV31": scores } } });
    let all = [one("CVE-2099-0003", "Analyzed"), one("CVE-2099-0001", "Rejected")];
    let document = json!({ "totalResults": all.len(), "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2099-07-07T03:28:20.959", "vulnerabilities": all })
    .to_string();
    let digest = limpid_core::Digest::of(document.as_bytes()).to_string();
    let digest = digest.strip_prefix("sha256:").unwrap().to_uppercase();
    let meta = format!("lastModifiedDate:2099-07-07T03:28:20-04:00\r\nsha256:{digest}\r\n");
    (document, meta)
}

#[test]
fn scores_of_nvd_are_loaded_on_request_and_brought_up_to_date_from_then_on() {
    let place = place();
    let update =
        |what: &str| place.run(&format!("db update {what} --mirror {}", place.path("mirror").display()));
    let put = |document: &str, meta: &str| {
        place.mirror().document(&format!("{NVD}.json.gz"), document);
        place.mirror().document(&format!("{NVD}.meta"), meta);
    };
    let vectors = || -> Vec<(String, String)> {
        let report = place.report("../app.tar");
        let findings = report["findings"].as_array().unwrap();
        let scored = findings.iter().filter_map(|one| Some((one, one.get("cvss")?.as_array()?)));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let scored = scored.flat_map(|(one, all)| {
            all.iter().map(|cvss| (text(&one["id"]), format!("{} {}", text(&cvss["source"]), cvss["score"])))
        });
        scored.collect()
    };
    let (document, meta) = nvd("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    put(&document, &meta);
    // Neither a scan nor an update of all loads it.
    update("");
    assert_eq!((condition(&place, "nvd/2099"), vectors()), (Value::Null, vec![]));
    update("nvd").ended(0);
    assert_eq!(condition(&place, "nvd/2099"), "fresh");
    let told = |first: &str| {
        [first, "NVD (secondary, cna@example.org) 1.8"]
            .map(|score| ("CVE-2099-0003".to_owned(), score.to_owned()))
            .to_vec()
    };
    assert_eq!(vectors(), told("NVD 9.8"));
    let severity = |report: &Value| report["findings"][0]["severity"].clone();
    assert_eq!(severity(&place.report("../app.tar")), "Unknown", "it judges nothing");
    let clair = place.run("scan ../app.tar --offline --format clair").json();
    let (_, records) = clair["enrichments"].as_object().unwrap().iter().next().unwrap();
    let records: Vec<&Value> = records[0].as_object().unwrap().values().collect();
    assert_eq!((records.len(), &records[0][0]["baseScore"]), (1, &json!(9.8)));
    // As long as the digest beside it is the same, it is not looked at: this one is no document at all.
    place.mirror().document(&format!("{NVD}.json.gz"), "<html>");
    update("");
    assert_eq!((condition(&place, "nvd/2099"), vectors()), (json!("fresh"), told("NVD 9.8")));
    let (document, meta) = nvd("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
    put(&document, &meta);
    update("");
    assert_eq!(vectors(), told("NVD 7.5"));
    // Without the digest the document itself is compared; one of another form is not taken.
    std::fs::remove_file(place.path("mirror").join(format!("{NVD}.meta"))).unwrap();
    place.mirror().document(&format!("{NVD}.json.gz"), document.replace("NVD_CVE", "CVE"));
    update("nvd");
    assert_eq!((condition(&place, "nvd/2099"), vectors()), (json!("quarantined"), told("NVD 7.5")));
}

/// The real catalog of August 2026, and an image that has Log4j, Pillow and jQuery as of the year of their vulnerabilities.
#[test]
fn the_exploited_vulnerabilities_of_a_real_image_are_marked() {
    let (Some(mirror), Some(image)) = (corpus("mirror"), corpus("images/slim-debian-12-apps-v1.oci.tar"))
    else {
        return;
    };
    let place = Place::new();
    let (mirror, image) = (mirror.display(), image.display());
    place.run(&format!("db update enrichment/kev --mirror {mirror}")).ended(0);
    let status = place.run("db status --format json").json();
    assert_eq!(status["feeds"]["enrichment/kev"]["records"], 1662);
    let report = place.run(&format!("scan {image} --format json --mirror {mirror}")).ended(0).json();
    let findings = report["findings"].as_array().unwrap();
    let marked: Vec<&Value> = findings.iter().take_while(|one| one.get("kev").is_some()).collect();
    assert!(findings[marked.len()..].iter().all(|one| one.get("kev").is_none()), "they stand first");
    let names =
        |one: &Value, cve: &str| one["id"] == cve || one["aliases"].as_array().unwrap().contains(&json!(cve));
    for (cve, kev) in [
        ("CVE-2021-44228", json!({ "added": "2021-12-10", "due": "2021-12-24", "ransomware": true })),
        ("CVE-2020-11023", json!({ "added": "2025-01-23", "due": "2025-02-13" })),
        ("CVE-2023-4863", json!({ "added": "2023-09-13", "due": "2023-10-04" })),
    ] {
        let found: Vec<&&Value> = marked.iter().filter(|one| names(one, cve)).collect();
        assert!(!found.is_empty(), "{cve}");
        assert!(found.iter().all(|one| one["kev"] == kev), "{found:?}");
    }
    let log4j = marked.iter().find(|one| names(one, "CVE-2021-44228")).unwrap();
    assert_eq!((&log4j["id"], &log4j["cvss"][0]["source"]), (&json!("GHSA-jfh8-c2jp-5v3q"), &json!("GHSA")));
    assert_eq!(log4j["cvss"][0]["score"], 10.0);
}
