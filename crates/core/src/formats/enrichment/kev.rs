//! CISA's catalog of vulnerabilities that are known to be exploited.
//!
//! ```json
//! {"title": "…", "catalogVersion": "2026.08.07", "dateReleased": "2026-08-07T16:45:47.0648Z", "count": 1662,
//!  "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "dueDate": "2021-12-24",
//!    "knownRansomwareCampaignUse": "Known", …}]}
//! ```
//!
//! Source of the format: the schema that CISA names beside the catalog, `known_exploited_vulnerabilities_schema.json`.

use std::io::BufRead;

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;

use super::{Rows, cve};
use crate::{advisory::Record, enrichment::Kev, feed::FeedError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    date_released: String,
    count: u64,
    vulnerabilities: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "cveID")]
    id: String,
    date_added: String,
    #[serde(default)]
    due_date: Option<String>,
    /// `Known` or `Unknown`; not there before 2023.
    #[serde(default)]
    known_ransomware_campaign_use: Option<String>,
}

pub(super) fn read(
    reader: &mut dyn BufRead,
    sink: &mut dyn FnMut(Record),
) -> Result<(String, Rows), FeedError> {
    let catalog: Catalog = serde_json::from_reader(reader).map_err(|error| {
        let why = error.to_string();
        if error.is_io() { FeedError::Unreadable(why) } else { FeedError::Malformed(why) }
    })?;
    let Catalog { date_released: date, count, vulnerabilities } = catalog;
    if DateTime::parse_from_rfc3339(&date).is_err() {
        return Err(FeedError::Malformed(format!("“{date}” is no instant at which it could be released")));
    }
    let has = vulnerabilities.len() as u64;
    if has != count {
        return Err(FeedError::Malformed(format!(
            "it says that it has {count} vulnerabilities, and has {has}"
        )));
    }
    let mut rows = Rows::default();
    for row in &vulnerabilities {
        rows.add(&row.id, row.record(), sink);
    }
    Ok((date, rows))
}

impl Row {
    fn record(&self) -> Result<Record, String> {
        let id = cve(&self.id).ok_or("is no identifier of CVE")?;
        let due = self.due_date.as_deref().filter(|due| !due.is_empty()).map(day).transpose()?;
        let ransomware = self.known_ransomware_campaign_use.as_deref();
        let ransomware = ransomware.is_some_and(|word| word.eq_ignore_ascii_case("known"));
        let kev = Kev { added: day(&self.date_added)?, due, ransomware };
        kev.fact(&id).map_err(|error| error.to_string())
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_no_day| format!("“{text}” is no day"))
}
