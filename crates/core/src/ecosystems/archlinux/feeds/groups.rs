//! Groups of vulnerabilities (AVG): what is said about the versions of some packages, for several vulnerabilities at once.
//!
//! ```json
//! [{"name": "AVG-2843", "packages": ["openssl"], "status": "Fixed", "severity": "High", "type": "multiple issues",
//!   "affected": "1.1.1.q-1", "fixed": "3.0.7-2", "ticket": null, "issues": ["CVE-2022-3786", "CVE-2022-3602"],
//!   "advisories": ["ASA-202211-1"]}]
//! ```
//!
//! Every vulnerability of a group is a record of its own, with the names of group and advisories as aliases. A group's
//! `affected` is the version that was looked at first, so that earlier ones count as affected too. A status that is not known
//! or does not fit is an unreadable range; a group without packages or vulnerabilities is told with the feed.
//!
//! Source of the format: `tracker/view/index.py` and `tracker/model/enum.py` of arch-security-tracker.

use std::io::BufRead;

use serde::Deserialize;

use crate::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Names, Plan, Record, Stance},
    feed::FeedError,
};

#[derive(Deserialize)]
struct Group {
    name: String,
    packages: Vec<String>,
    status: String,
    severity: String,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    issues: Vec<String>,
    #[serde(default)]
    advisories: Vec<String>,
}

/// Reads a document to its very end; what of it cannot be used is returned.
pub(super) fn read(
    reader: &mut dyn BufRead,
    namespace: &str,
    sink: &mut dyn FnMut(Record),
) -> Result<Vec<String>, FeedError> {
    let groups: Vec<Group> = serde_json::from_reader(reader).map_err(|error| {
        if error.is_io() {
            FeedError::Unreadable(error.to_string())
        } else {
            FeedError::Malformed(error.to_string())
        }
    })?;
    if groups.is_empty() {
        return Err(FeedError::Malformed("it has no group".to_owned()));
    }
    let mut unread = Vec::new();
    for group in &groups {
        let texts = group.packages.iter().chain(&group.issues).chain([&group.name]);
        if texts.clone().any(|text| !is_graphic(text)) {
            return Err(FeedError::Malformed(format!("{:?} has names that are none", group.name)));
        }
        if group.packages.is_empty() || group.issues.is_empty() {
            unread.push(format!("{} names no package or no vulnerability", group.name));
            continue;
        }
        group.issues.iter().for_each(|issue| sink(group.record(issue, namespace)));
    }
    Ok(unread)
}

fn is_graphic(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Group {
    fn record(&self, issue: &str, namespace: &str) -> Record {
        let page = |name: &str| format!("https://security.archlinux.org/{name}");
        let advisory = Advisory {
            id: issue.to_owned(),
            aliases: std::iter::once(&self.name).chain(&self.advisories).cloned().collect(),
            severity: Severity::of_word(&self.severity).unwrap_or_default(),
            severity_word: self.severity.clone(),
            summary: self.kind.clone().unwrap_or_default(),
            links: [&self.name, issue].map(page).to_vec(),
            ..Advisory::default()
        };
        let affected = |package: &String| Affected {
            stance: self.stance(),
            ..Affected::new(namespace, &**package, Names::Binary, self.range())
        };
        Record { advisory, affected: self.packages.iter().map(affected).collect() }
    }

    fn range(&self) -> AffectedRange {
        match (&*self.status, &self.fixed) {
            ("Fixed" | "Testing" | "Vulnerable" | "Unknown", Some(fixed)) => {
                AffectedRange::Fixed { introduced: None, fixed: fixed.clone() }
            }
            ("Vulnerable" | "Unknown", None) => AffectedRange::Unfixed { introduced: None },
            ("Not affected", _) => AffectedRange::NeverAffected,
            (status, fixed) => {
                let fixed = fixed.as_deref().unwrap_or("no version");
                AffectedRange::Unreadable { text: format!("status {status}, fixed in {fixed}") }
            }
        }
    }

    fn stance(&self) -> Stance {
        match &*self.status {
            "Testing" => {
                Stance { words: "the fix is in the testing repository".to_owned(), ..Stance::default() }
            }
            "Unknown" => Stance { plan: Plan::UnderInvestigation, ..Stance::default() },
            _ => Stance::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<(Vec<Record>, Vec<String>), FeedError> {
        let mut records = Vec::new();
        let unread = read(&mut text.as_bytes(), "Arch Linux", &mut |record| records.push(record))?;
        Ok((records, unread))
    }

    fn group(status: &str, fixed: &str) -> String {
        format!(
            r#"[{{"name": "AVG-1", "packages": ["a"], "status": "{status}", "severity": "High", "fixed": {fixed},
                "issues": ["CVE-2020-1"], "advisories": []}}]"#
        )
    }

    #[test]
    fn every_status_is_a_statement() {
        let fixed = || AffectedRange::Fixed { introduced: None, fixed: "2-1".to_owned() };
        let unfixed = AffectedRange::Unfixed { introduced: None };
        for (status, version, range, plan) in [
            ("Fixed", "\"2-1\"", fixed(), Plan::Unsaid),
            ("Testing", "\"2-1\"", fixed(), Plan::Unsaid),
            ("Vulnerable", "null", unfixed.clone(), Plan::Unsaid),
            ("Unknown", "null", unfixed, Plan::UnderInvestigation),
            ("Not affected", "null", AffectedRange::NeverAffected, Plan::Unsaid),
        ] {
            let (records, unread) = read_all(&group(status, version)).unwrap();
            let affected = &records[0].affected[0];
            assert_eq!((&affected.range, affected.stance.plan), (&range, plan), "{status}");
            assert_eq!((records[0].advisory.severity, unread.len()), (Severity::High, 0));
        }
        for (status, version) in [("Fixed", "null"), ("Testing", "null"), ("Something new", "\"2-1\"")] {
            let (records, _) = read_all(&group(status, version)).unwrap();
            let range = &records[0].affected[0].range;
            assert!(matches!(range, AffectedRange::Unreadable { .. }), "{status}: {range:?}");
        }
    }

    #[test]
    fn a_group_that_says_nothing_is_told() {
        let text = group("Fixed", "\"2-1\"").replace("[\"a\"]", "[]");
        let (records, unread) = read_all(&text).unwrap();
        assert_eq!((records, unread.len()), (vec![], 1));
        assert!(matches!(read_all("[]"), Err(FeedError::Malformed(_))));
        assert!(matches!(read_all(&group("Fixed", "2")), Err(FeedError::Malformed(_))));
    }
}
