use serde_json::{Value, json};

use super::*;
use crate::{advisory::Names, version};

fn record(state: &str, cna: impl Into<Value>) -> Value {
    let cna: Value = cna.into();
    json!({ "dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": { "cveId": "CVE-2030-0001", "state": state },
            "containers": { "cna": cna } })
}

fn read(record: &Value) -> Result<Option<Record>, FeedError> {
    let content = record.to_string();
    let mut reader = content.as_bytes();
    let state = |stated: &Stated| Affected::new("Stone", "stone", Names::Binary, stated.range.clone());
    let dialect = Dialect {
        is_meant: |product| product.product == "Stone",
        versions: version::order("semver").unwrap(),
        state: &state,
    };
    parse(&dialect, &mut FeedDocument { name: "", reader: &mut reader })
}

#[test]
fn a_record_is_an_advisory() {
    let versions = json!([{ "version": "1.0.0", "lessThan": "1.1.0", "status": "affected" }]);
    let cna = json!({
        "providerMetadata": { "shortName": "stone" }, "title": "It falls", "datePublic": "2030-01-01T00:00:00Z",
        "descriptions": [{ "lang": "de", "value": "Er fällt." }, { "lang": "en-US", "value": "It falls down." }],
        "affected": [
            { "product": "Stone", "defaultStatus": "unaffected", "versions": versions },
            { "product": "Pebble", "defaultStatus": "affected" },
        ],
        "references": [{ "url": "https://a.example/" }, { "url": "https://b.example/", "tags": ["vendor-advisory"] }],
        "metrics": [
            { "format": "CVSS", "cvssV3_1": { "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } },
            { "format": "other", "other": { "type": "own", "content": { "text": "Moderate" } } },
        ],
    });
    let Record { advisory, affected } = read(&record("PUBLISHED", cna.clone())).unwrap().unwrap();
    assert_eq!((advisory.id.as_str(), advisory.severity), ("CVE-2030-0001", Severity::Medium));
    assert_eq!((advisory.severity_word.as_str(), advisory.summary.as_str()), ("Moderate", "It falls"));
    let links =
        ["https://www.cve.org/CVERecord?id=CVE-2030-0001", "https://b.example/", "https://a.example/"];
    assert_eq!(advisory.links, links);
    assert_eq!(advisory.published.as_deref(), Some("2030-01-01T00:00:00Z"));
    assert_eq!(advisory.cvss.len(), 1);
    assert_eq!(affected.len(), 1);
    assert_eq!(affected[0].range.in_words(), "from 1.0.0, fixed in 1.1.0");
    assert_eq!(read(&record("REJECTED", cna)).unwrap(), None);
    assert_eq!(read(&record("REJECTED", json!({ "rejectedReasons": [] }))).unwrap(), None);
}

#[test]
fn what_nobody_knows_is_said_so() {
    let cna = json!({ "affected": [{ "product": "Stone", "versions": [] }] });
    let found = read(&record("PUBLISHED", cna)).unwrap().unwrap();
    assert_eq!(found.affected[0].range.in_words(), "unreadable: no versions");
    // Without a product it could be about any.
    let found = read(&record("PUBLISHED", json!({}))).unwrap().unwrap();
    assert_eq!(found.affected[0].range.in_words(), "unreadable: no versions");
    let versions = json!([{ "version": "1.0.0", "lessThan": "1.1.0", "status": "unknown" }]);
    let cna =
        json!({ "affected": [{ "product": "Stone", "defaultStatus": "unaffected", "versions": versions }] });
    let found = read(&record("PUBLISHED", cna)).unwrap().unwrap();
    assert_eq!(found.affected[0].stance.plan, Plan::UnderInvestigation);
    // Of another product alone nothing is said here.
    let cna = json!({ "affected": [{ "product": "Pebble", "versions": [] }] });
    assert_eq!(read(&record("PUBLISHED", cna)).unwrap(), None);
}

#[test]
fn another_form_is_refused() {
    let good = record("PUBLISHED", json!({}));
    let mut others = vec![json!([]), json!({ "id": "CVE-2030-0001" })];
    for (place, value) in [
        ("/dataType", "CVE"),
        ("/dataVersion", "4.0"),
        ("/cveMetadata/cveId", "GHSA-1"),
        ("/containers", "x"),
    ] {
        let mut other = good.clone();
        *other.pointer_mut(place).unwrap() = value.into();
        others.push(other);
    }
    others.push(record("PUBLISHED", json!({ "affected": {} })));
    others.push(record(
        "PUBLISHED",
        json!({ "affected": [{ "versions": [{ "version": 1, "status": "affected" }] }] }),
    ));
    for other in others {
        assert!(matches!(read(&other), Err(FeedError::Malformed(_))), "{other}");
    }
}
