//! Clair's enrichments of a vulnerability report: what is known of its vulnerabilities, by their numbers in it.
//!
//! Each type is a list of one object. Clients take the first type for CVSS's, and a score from each record of it: so it is there,
//! perhaps without a record, wherever any other is. Its records are of version 3, the only ones that clients read.
//!
//! Source: claircore's enrichers `cvss`, `epss` and `kev`; the records are NVD's `cvssData`, and FIRST's and CISA's as those write
//! them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Id;
use crate::{enrichment::is_primary_of_nvd, report::Finding};

/// Sorts before the others.
const CVSS: &str = "message/vnd.clair.map.vulnerability; enricher=clair.cvss \
                    schema=https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema";
const EPSS: &str = "message/vnd.clair.map.vulnerability; enricher=clair.epss schema=none";
const KEV: &str = "message/vnd.clair.map.vulnerability; enricher=clair.kev schema=none";

/// Records by the number of their vulnerability.
type Records = BTreeMap<Id, [Value; 1]>;

/// Collects the enrichments of one report.
#[derive(Debug, Default)]
pub(super) struct Enrichments {
    cvss: Records,
    epss: Records,
    kev: Records,
}

impl Enrichments {
    /// Adds what is known of a vulnerability.
    pub(super) fn add(&mut self, vulnerability: &Id, finding: &Finding) {
        let mut put = |records: fn(&mut Self) -> &mut Records, record: Option<Value>| {
            if let Some(record) = record {
                records(self).entry(vulnerability.clone()).or_insert([record]);
            }
        };
        put(|all| &mut all.cvss, cvss(finding));
        put(|all| &mut all.epss, epss(finding));
        put(|all| &mut all.kev, kev(finding));
    }

    /// By type, as a report has them.
    pub(super) fn finish(self) -> BTreeMap<String, Vec<Value>> {
        let Self { cvss, epss, kev } = self;
        let is_empty = cvss.is_empty() && epss.is_empty() && kev.is_empty();
        let all = [(CVSS, cvss, !is_empty), (EPSS, epss, false), (KEV, kev, false)];
        let some = all.into_iter().filter(|(_, records, always)| *always || !records.is_empty());
        some.map(|(name, records, _)| (name.to_owned(), vec![json!(records)])).collect()
    }
}

/// That by which NVD goes, in its newer version, where NVD's data is loaded: the one that Clair has. Else what counts most of
/// version 3.
fn cvss(finding: &Finding) -> Option<Value> {
    let of_3 = || finding.cvss.iter().filter(|one| one.is_of_version_3());
    let of_nvd = of_3().filter(|one| is_primary_of_nvd(&one.source));
    // Of equal ones the first.
    let newest = of_nvd.reduce(|a, b| if b.version > a.version { b } else { a });
    let one = newest.or_else(|| of_3().next())?;
    Some(json!({
        "version": one.version,
        "vectorString": one.vector,
        "baseScore": one.score,
        "baseSeverity": one.severity().map_or("NONE", crate::cvss::upper_case),
        "source": one.source,
    }))
}

fn epss(finding: &Finding) -> Option<Value> {
    let epss = finding.epss.as_ref()?;
    Some(json!({
        "cve": cve(finding), "date": epss.date, "epss": epss.score, "percentile": epss.percentile,
    }))
}

fn kev(finding: &Finding) -> Option<Value> {
    let kev = finding.kev.as_ref()?;
    Some(json!({
        "cve": cve(finding),
        "date_added": kev.added,
        "due_date": kev.due.map_or(String::new(), |due| due.to_string()),
        "known_ransomware_campaign_use": if kev.ransomware { "Known" } else { "Unknown" },
    }))
}

/// The CVE that a finding is about; the first of several.
fn cve(finding: &Finding) -> &str {
    let mut all = std::iter::once(&finding.id).chain(&finding.aliases);
    all.find(|id| crate::advisory::is_cve(id)).unwrap_or(&finding.id)
}
