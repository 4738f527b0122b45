//! NVD's scores of vulnerabilities: a document for each year of CVEs, all of it anew whenever one of them changes.
//!
//! ```json
//! {"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-07-07T03:28:20.959",
//!  "vulnerabilities": [{"cve": {"id": "CVE-2024-3094", "vulnStatus": "Analyzed", "metrics": {"cvssMetricV31":
//!    [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"vectorString": "CVSS:3.1/…", …}}]}, …}}]}
//! ```
//!
//! A year has up to some 300 MB and is read as a stream, one vulnerability after the other. One that was rejected has no scores, and
//! what a document says beside scores is passed over. Beside each document a small one (`.meta`) tells its digest:
//!
//! ```text
//! lastModifiedDate:2026-07-07T03:28:20-04:00
//! sha256:0B6F…
//! ```
//!
//! Source of the format: `https://nvd.nist.gov/vuln/data-feeds`, and the schema `cve_api_json_2.0.schema` that it names.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Rows, cve, limits};
use crate::{
    advisory::Record,
    enrichment::{FIRST_YEAR, NvdScore, Rank, nvd_subject},
    feed::{
        DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Publisher,
        Upstream, probe,
    },
    revision,
};

/// The publisher. Its documents are large, and few need them: they are loaded where somebody asks for them.
pub const NVD: Publisher = Publisher {
    id: crate::enrichment::NVD,
    name: "NVD",
    feeds: &FeedFamily {
        needed_by,
        discover,
        locate: None,
        parse,
        increments: None,
        mark: Some(mark),
        guard: |_| Guard {
            floor: 1,
            // It forgets but single vulnerabilities.
            most_shrink_percent: 5,
            stale_after_hours: 72,
            most_bytes: limits::NVD_BYTES,
        },
        revisions: &[],
        is_second: |_| true,
    },
    revision: revision::of("formats/enrichment"),
    on_request: true,
};

/// The last year that is ever asked for: a program of today is not in use then.
const LAST_YEAR: u16 = 2099;

fn source(year: u16) -> FeedSource {
    FeedSource {
        name: format!("{}/{year}", crate::enrichment::NVD),
        namespace: nvd_subject(year),
        url: format!("https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz"),
    }
}

fn needed_by(subject: &str) -> Vec<FeedSource> {
    let years = (FIRST_YEAR..=LAST_YEAR).map(source);
    years.filter(|source| source.namespace == subject).collect()
}

/// Each year from the first that is there (a mirror may begin late) to the last.
fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut first = FIRST_YEAR;
    while !upstream.exists(&source(first).url)? {
        first += 1;
        if first > LAST_YEAR {
            return Ok(Vec::new());
        }
    }
    probe((first..=LAST_YEAR).map(source), 0, upstream)
}

/// The digest of the document as the small one beside it tells it; `None` where there is none, as in a mirror.
fn mark(source: &FeedSource, upstream: &dyn Upstream) -> Result<Option<String>, DiscoveryError> {
    let url = source.url.replace(".json.gz", ".meta");
    let Some(content) = upstream.read(&url)? else { return Ok(None) };
    let text = String::from_utf8_lossy(&content);
    let digest = text.lines().find_map(|line| line.trim().strip_prefix("sha256:"));
    let digest = digest.map(|digest| digest.trim().to_ascii_lowercase());
    Ok(digest.filter(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let mut read = Reading { subject: &source.namespace, rows: Rows::default(), head: Head::default(), sink };
    let mut json = serde_json::Deserializer::from_reader(&mut *document.reader);
    let finished = json.deserialize_map(Document(&mut read)).and_then(|()| json.end());
    finished.map_err(|error| {
        let why = error.to_string();
        if error.is_io() { FeedError::Unreadable(why) } else { FeedError::Malformed(why) }
    })?;
    let Reading { rows, head, .. } = read;
    let Head { format, version, date, told, has } = head;
    if format != "NVD_CVE" || version != "2.0" {
        return Err(FeedError::Malformed(format!(
            "its format is “{format}” {version} and not “NVD_CVE” 2.0"
        )));
    }
    if told != Some(has) {
        let told = told.map_or("nothing of how many".to_owned(), |told| format!("that it has {told}"));
        return Err(FeedError::Malformed(format!("it tells {told} vulnerabilities, and has {has}")));
    }
    let date = date.filter(|date| !date.is_empty());
    let unread = rows.finish()?;
    Ok(FeedHead { covers: vec![source.namespace.clone()], upstream_date: date, unread, misfit: None })
}

/// What stands around the vulnerabilities, and how many there are.
#[derive(Default)]
struct Head {
    format: String,
    version: String,
    date: Option<String>,
    told: Option<u64>,
    has: u64,
}

struct Reading<'a> {
    subject: &'a str,
    rows: Rows,
    head: Head,
    sink: &'a mut dyn FnMut(Record),
}

/// The document: hands each vulnerability on as it comes by.
struct Document<'r, 'a>(&'r mut Reading<'a>);

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document of NVD")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => self.0.head.format = map.next_value()?,
                "version" => self.0.head.version = map.next_value()?,
                "timestamp" => self.0.head.date = Some(map.next_value()?),
                "totalResults" => self.0.head.told = Some(map.next_value()?),
                "vulnerabilities" => map.next_value_seed(List(&mut *self.0))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct List<'r, 'a>(&'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of vulnerabilities")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<(), S::Error> {
        while let Some(one) = sequence.next_element::<Vulnerability>()? {
            self.0.head.has = self.0.head.has.checked_add(1).ok_or_else(|| S::Error::custom("too many"))?;
            self.0.add(&one.cve);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve {
    id: String,
    #[serde(default)]
    vuln_status: Option<String>,
    #[serde(default)]
    metrics: Metrics,
}

#[derive(Default, Deserialize)]
struct Metrics {
    #[serde(default, rename = "cvssMetricV40")]
    v40: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV31")]
    v31: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV30")]
    v30: Vec<Metric>,
    #[serde(default, rename = "cvssMetricV2")]
    v2: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    source: String,
    #[serde(rename = "type")]
    kind: String,
    cvss_data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    vector_string: String,
}

impl Reading<'_> {
    fn add(&mut self, one: &Cve) {
        if one.vuln_status.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("rejected")) {
            self.rows.all += 1;
            return;
        }
        let Metrics { v40, v31, v30, v2 } = &one.metrics;
        let metrics = [v40, v31, v30, v2].into_iter().flatten();
        for metric in metrics.take(limits::NVD_SCORES) {
            let record = record(self.subject, &one.id, metric);
            self.rows.add(&one.id, record, &mut *self.sink);
        }
    }
}

fn record(subject: &str, id: &str, metric: &Metric) -> Result<Record, String> {
    let id = cve(id).ok_or("is no identifier of CVE")?;
    let rank = match metric.kind.as_str() {
        "Primary" => Rank::Primary,
        "Secondary" => Rank::Secondary,
        other => return Err(format!("has a score of the type “{other}”")),
    };
    let (source, vector) = (metric.source.trim(), metric.cvss_data.vector_string.trim());
    if source.is_empty() || source.contains(char::is_whitespace) {
        return Err(format!("has a score of “{source}”, which is nobody's name"));
    }
    let score = NvdScore { rank, source: source.to_owned(), vector: vector.to_owned() };
    if score.scored().is_none() {
        return Err(format!("has a vector that is none: “{vector}”"));
    }
    Ok(score.fact(subject, &id))
}

#[cfg(test)]
mod tests;
