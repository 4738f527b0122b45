//! The vulnerabilities that Clair names, as findings: one for each package, place and identifier.

use std::collections::BTreeMap;

use super::{
    ClairError,
    contents::Contents,
    documents::{Alias, Vulnerability, VulnerabilityDocument},
};
use crate::{
    IndexedPackage, Severity,
    enrichment::by_risk,
    report::{Finding, FindingPackage, Status},
};

/// The findings, sorted as those of a report.
pub(super) fn of(document: &VulnerabilityDocument, contents: &Contents) -> Result<Vec<Finding>, ClairError> {
    // Clair repeats a vulnerability for each repository that has it; one that knows a fix says more.
    let mut findings: BTreeMap<(FindingPackage, String), Finding> = BTreeMap::new();
    for (package, numbers) in &document.package_vulnerabilities {
        let mut places = contents.places(package).peekable();
        if places.peek().is_none() {
            return Err(ClairError::Apart(format!("package {package} is in one of them only")));
        }
        let places: Vec<&IndexedPackage> = places.collect();
        for number in numbers {
            let told = document.vulnerabilities.get(number);
            let told =
                told.ok_or_else(|| ClairError::Apart(format!("vulnerability {number} is not told")))?;
            for place in &places {
                let finding = finding(told, place);
                let known = findings.entry((finding.package.clone(), finding.id.clone()));
                let known = known.or_insert_with(|| finding.clone());
                if known.fixed_in.is_none() {
                    *known = finding;
                }
            }
        }
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    findings.sort_by(by_risk);
    Ok(findings)
}

fn finding(told: &Vulnerability, indexed: &IndexedPackage) -> Finding {
    let fixed_in = fixed_in(&told.fixed_in_version);
    let (id, aliases) = identifiers(told);
    let package = &indexed.package;
    Finding {
        id,
        aliases,
        // A word that is none of the six claims nothing that anybody knows.
        severity: told.normalized_severity.parse().unwrap_or(Severity::Unknown),
        cvss: Vec::new(),
        kev: None,
        epss: None,
        summary: told.description.clone(),
        links: told.links.split_whitespace().map(str::to_owned).collect(),
        package: FindingPackage {
            name: package.name.clone(),
            version: package.version.clone(),
            kind: package.kind.clone(),
            purl: indexed.purl.clone(),
            source: package
                .source
                .as_ref()
                .map(|source| source.name.clone())
                .filter(|name| *name != package.name),
            path: Some(indexed.path.clone()),
            layer: indexed.layer.clone(),
        },
        status: if fixed_in.is_some() { Status::Fixed } else { Status::Affected },
        fixed_in,
        fix_known: None,
        vendor_status: String::new(),
        origin: None,
        rated: None,
        feed: told.updater.clone(),
        why: format!("Clair says so, by {}", told.updater),
        suppressed: None,
    }
}

/// For some ecosystems Clair writes a query, such as `fixed=1.2.3&introduced=1.0`; for the others the version.
fn fixed_in(text: &str) -> Option<String> {
    let version =
        if text.contains('=') { text.split('&').find_map(|part| part.strip_prefix("fixed="))? } else { text };
    (!version.is_empty()).then(|| version.to_owned())
}

/// The identifier, and all others that are told. Clair's names may be sentences; a CVE in one is what they are about.
fn identifiers(told: &Vulnerability) -> (String, Vec<String>) {
    let in_name = cves(&told.name);
    let id = match in_name.first() {
        Some(first) if told.name.contains(char::is_whitespace) => first.clone(),
        Some(_) | None => told.name.clone(),
    };
    let mut aliases = in_name;
    aliases.extend(told.aliases.iter().map(alias));
    aliases.extend(cves(&told.links));
    aliases.retain(|alias| *alias != id);
    aliases.sort();
    aliases.dedup();
    (id, aliases)
}

fn alias(alias: &Alias) -> String {
    let Alias { space, name } = alias;
    if space.is_empty() || name.starts_with(space.as_str()) {
        name.clone()
    } else {
        format!("{space}-{name}")
    }
}

/// The CVE numbers in a text: `CVE-`, a year, and digits.
fn cves(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("CVE-").skip(1) {
        let number: String = part.chars().take_while(|one| one.is_ascii_digit() || *one == '-').collect();
        let number = number.trim_end_matches('-');
        if number.split_once('-').is_some_and(|(year, rest)| year.len() == 4 && rest.len() >= 4) {
            found.push(format!("CVE-{number}"));
        }
    }
    found
}
