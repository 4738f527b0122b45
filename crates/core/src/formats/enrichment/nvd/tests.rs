use serde_json::json;

use super::*;

fn vulnerability(id: &str, metrics: &serde_json::Value) -> serde_json::Value {
    json!({ "cve": { "id": id, "vulnStatus": "Analyzed", "configurations": [{ "nodes": [] }], "metrics": metrics } })
}

fn metric(kind: &str, source: &str, vector: &str) -> serde_json::Value {
    json!({ "source": source, "type": kind, "cvssData": { "vectorString": vector, "baseScore": 7.5 } })
}

fn document(vulnerabilities: &[serde_json::Value]) -> serde_json::Value {
    json!({
        "resultsPerPage": vulnerabilities.len(), "startIndex": 0, "totalResults": vulnerabilities.len(),
        "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-07-07T03:28:20.959",
        "vulnerabilities": vulnerabilities
    })
}

type Read = Result<(Vec<(String, String)>, FeedHead), FeedError>;

fn read(content: &str) -> Read {
    let source = source(2024);
    let mut found = Vec::new();
    let mut document = FeedDocument { name: "", reader: &mut content.as_bytes() };
    let head = parse(&source, &mut document, &mut |record| {
        let affected = &record.affected[0];
        assert_eq!(affected.namespace, "scores of 2024");
        found.push((affected.package.clone(), record.advisory.id));
    })?;
    Ok((found, head))
}

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const OLD: &str = "AV:N/AC:L/Au:N/C:P/I:P/A:P";

#[test]
fn scores_are_read_with_whose_they_are_and_rejected_ones_have_none() {
    let scores = json!({
        "cvssMetricV31": [metric("Primary", "nvd@nist.gov", HIGH), metric("Secondary", "cna@example.org", HIGH)],
        "cvssMetricV2": [metric("Primary", "nvd@nist.gov", OLD)]
    });
    let mut rejected = vulnerability("CVE-2024-2", &scores);
    rejected["cve"]["vulnStatus"] = json!("Rejected");
    let unscored = vulnerability("CVE-2024-3", &json!({}));
    let all = document(&[vulnerability("CVE-2024-1", &scores), rejected, unscored]);
    let (found, head) = read(&all.to_string()).unwrap();
    let expected = [
        format!("Primary nvd@nist.gov {HIGH}"),
        format!("Secondary cna@example.org {HIGH}"),
        format!("Primary nvd@nist.gov {OLD}"),
    ];
    assert_eq!(found, expected.map(|value| ("CVE-2024-1".to_owned(), value)));
    assert_eq!(
        (head.covers, head.upstream_date.as_deref(), head.unread),
        (vec!["scores of 2024".to_owned()], Some("2026-07-07T03:28:20.959"), vec![])
    );
}

#[test]
fn what_is_no_document_of_a_whole_year_is_refused() {
    let one = vulnerability("CVE-2024-1", &json!({}));
    let whole = document(std::slice::from_ref(&one));
    let changed = |key: &str, value: serde_json::Value| {
        let mut changed = whole.clone();
        changed[key] = value;
        changed.to_string()
    };
    assert!(read(&whole.to_string()).is_ok());
    let cut = whole.to_string();
    for odd in [
        "<!DOCTYPE html><html></html>",
        "[]",
        "{}",
        cut.strip_suffix('}').unwrap(),
        &format!("{cut} {{}}"),
        &changed("totalResults", json!(2)),
        &changed("format", json!("CVE")),
        &changed("version", json!("1.1")),
        &changed("vulnerabilities", json!({})),
        &document(&[vulnerability(
            "CVE-2024-1",
            &json!({ "cvssMetricV31": [metric("Primary", "a", "7.5")] }),
        )])
        .to_string(),
        &document(&[vulnerability("CVE-2024-1", &json!({ "cvssMetricV31": [metric("Own", "a", HIGH)] }))])
            .to_string(),
        &document(&[vulnerability("GHSA-1", &json!({ "cvssMetricV31": [metric("Primary", "a", HIGH)] }))])
            .to_string(),
    ] {
        assert!(matches!(read(odd), Err(FeedError::Malformed(_))), "{odd}");
    }
}

/// A mirror of these years, and what stands beside each document.
struct Years(std::ops::RangeInclusive<u16>, &'static str);

impl Upstream for Years {
    fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        Ok(None)
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        Ok(self.0.clone().any(|year| url == source(year).url))
    }

    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        Ok(url.ends_with("nvdcve-2.0-2024.meta").then(|| self.1.as_bytes().to_vec()))
    }
}

#[test]
fn years_are_found_wherever_they_begin_and_each_is_needed_for_its_own_subject() {
    let names = |years| -> Vec<String> {
        discover(&Years(years, "")).unwrap().into_iter().map(|source| source.name).collect()
    };
    assert_eq!(names(2002..=2004), ["nvd/2002", "nvd/2003", "nvd/2004"]);
    assert_eq!(names(2023..=2024), ["nvd/2023", "nvd/2024"]);
    assert_eq!(names(1990..=1990), Vec::<String>::new());
    assert_eq!(needed_by(&nvd_subject(2024)), [source(2024)]);
    assert_eq!(needed_by("Alpine:v3.16"), []);
}

#[test]
fn the_digest_beside_a_document_is_read() {
    let digest = "0B6F".repeat(16);
    let text =
        format!("lastModifiedDate:2026-07-07T03:28:20-04:00\r\nsize:1\r\ngzSize:1\r\nsha256:{digest}\r\n");
    let text: &'static str = text.leak();
    assert_eq!(mark(&source(2024), &Years(2024..=2024, text)), Ok(Some(digest.to_lowercase())));
    assert_eq!(mark(&source(2023), &Years(2024..=2024, text)), Ok(None));
    assert_eq!(mark(&source(2024), &Years(2024..=2024, "<html>")), Ok(None));
}
