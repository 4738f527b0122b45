//! A report as Quay shows it: features with their vulnerabilities.
//!
//! Source: Quay's reshaping of Clair's reports. Each package is one feature with all of its vulnerabilities, also where another
//! copy of it has the same: Quay leaves them out there.

use std::collections::BTreeSet;

use limpid_core::{
    IndexReport, Report, Severity,
    clair::{self, ClairVulnerability, ClairVulnerabilityReport},
};
use serde_json::{Value, json};

/// The features of an image, the blind spots that count among their vulnerabilities.
pub(super) fn features(index: &IndexReport, report: &Report) -> Vec<Value> {
    let report = clair::show_blind_spots(clair::vulnerability_report(index, report), index);
    report.contents.packages.keys().map(|number| feature(&report, number)).collect()
}

fn feature(report: &ClairVulnerabilityReport, number: &str) -> Value {
    let package = report.contents.packages.get(number);
    let environment = report.contents.environments.get(number).and_then(|all| all.first());
    let numbers = report.package_vulnerabilities.get(number).map(Vec::as_slice).unwrap_or_default();
    let found: Vec<(&ClairVulnerability, Option<&Value>)> = numbers
        .iter()
        .filter_map(|number| Some((report.vulnerabilities.get(number)?, report.cvss(number))))
        .collect();
    let names: BTreeSet<&str> = found.iter().flat_map(|(one, _)| cve_names(&one.links)).collect();
    json!({
        "Name": package.map(|package| package.name.as_str()),
        "VersionFormat": "",
        "NamespaceName": "",
        "AddedBy": environment.map(|environment| environment.introduced_in.as_str()).unwrap_or_default(),
        "Version": package.map(|package| package.version.as_str()),
        "BaseScores": [],
        "CVEIds": names,
        "Vulnerabilities": found.into_iter().map(|(one, cvss)| vulnerability(one, cvss)).collect::<Vec<_>>(),
    })
}

fn vulnerability(found: &ClairVulnerability, cvss: Option<&Value>) -> Value {
    // Quay takes no null here.
    let of_cvss = |field: &str| cvss.and_then(|cvss| cvss.get(field)).cloned().unwrap_or_else(|| json!(""));
    json!({
        "Severity": found.normalized_severity,
        "NamespaceName": found.updater,
        "Link": found.links,
        "FixedBy": found.fixed_in_version,
        "Description": found.description,
        "Name": found.name,
        "Metadata": {
            "UpdatedBy": found.updater,
            "RepoName": null,
            "RepoLink": null,
            "DistroName": found.distribution.name,
            "DistroVersion": found.distribution.version,
            "NVD": {"CVSSv3": {"Vectors": of_cvss("vectorString"), "Score": of_cvss("baseScore")}},
        },
    })
}

/// The CVE identifiers in addresses.
fn cve_names(links: &str) -> impl Iterator<Item = &str> {
    links.match_indices("CVE-").filter_map(|(start, _)| {
        let rest = links.get(start..)?;
        let is_part = |letter: char| letter.is_ascii_digit() || letter == '-';
        let length = rest.get(4..)?.find(|letter| !is_part(letter)).map_or(rest.len(), |end| end + 4);
        let name = rest.get(..length)?.trim_end_matches('-');
        // CVE, a year of four digits, a number.
        (name.len() > 9 && name.get(8..9) == Some("-")).then_some(name)
    })
}

/// A feature that stands for an image of an index of which nothing is known: it is not clean.
pub(super) fn unknown(platform: &str, why: &str) -> Value {
    json!({
        "Name": "limpid-unproven",
        "VersionFormat": "",
        "NamespaceName": "",
        "AddedBy": "",
        "Version": "unknown",
        "BaseScores": [],
        "CVEIds": [],
        "Vulnerabilities": [{
            "Severity": Severity::Unknown,
            "NamespaceName": "limpid",
            "Link": "",
            "FixedBy": "",
            "Description": format!("Not judged: {platform}: {why}"),
            "Name": "LIMPID-IMAGE-NOT-JUDGED",
            "Metadata": {
                "UpdatedBy": "limpid",
                "RepoName": null,
                "RepoLink": null,
                "DistroName": "",
                "DistroVersion": "",
                "NVD": {"CVSSv3": {"Vectors": "", "Score": ""}},
            },
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_out_of_addresses() {
        let links =
            "https://nvd.nist.gov/vuln/detail/CVE-2024-12345 https://a.example/CVE-2023-1/x CVE-2020 CVE-";
        assert_eq!(cve_names(links).collect::<Vec<_>>(), ["CVE-2024-12345", "CVE-2023-1"]);
    }
}
