//! Under which identifiers a record is reported.

use std::collections::BTreeSet;

use super::document::Document;

/// Under which identifiers a record is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// Under its own; its aliases are other names of the same vulnerability. So it is with languages.
    AsItself,
    /// Under each CVE that it answers, with its own as an alias: what a distribution publishes is an update that fixes
    /// several, and the same one may be fixed again in a later update. Without any CVE, under its own.
    ByCve,
}

/// (identifier, aliases) of each vulnerability.
pub(super) fn vulnerabilities(document: &Document, reported: Reported) -> Vec<(String, Vec<String>)> {
    let own = || (document.id.clone(), unique(document.aliases.iter().cloned(), &document.id));
    match reported {
        Reported::AsItself => vec![own()],
        Reported::ByCve => {
            let cves = answered(document);
            if cves.is_empty() {
                return vec![own()];
            }
            let foreign = || document.aliases.iter().filter(|alias| cve(alias).is_none()).cloned();
            let names = |id: &str| unique(std::iter::once(document.id.clone()).chain(foreign()), id);
            cves.into_iter().map(|id| (id.clone(), names(&id))).collect()
        }
    }
}

/// The CVEs that a record answers: by its name, its aliases and `upstream`; by `related` only where there is none, because
/// that list also has what is merely similar.
fn answered(document: &Document) -> Vec<String> {
    let named = std::iter::once(&document.id).chain(&document.aliases).chain(&document.upstream);
    let named = unique(named.filter_map(|id| cve(id)), "");
    if named.is_empty() { unique(document.related.iter().filter_map(|id| cve(id)), "") } else { named }
}

fn unique(ids: impl Iterator<Item = String>, except: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| id != except && seen.insert(id.clone())).collect()
}

/// The CVE that an identifier is or is derived from: `CVE-2024-1`, `UBUNTU-CVE-2024-1`.
pub fn cve(id: &str) -> Option<String> {
    let (before, number) = id.trim().rsplit_once("CVE-")?;
    let (year, rest) = number.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let derived = before.is_empty() || before.ends_with('-');
    (derived && year.len() == 4 && digits(year) && digits(rest)).then(|| format!("CVE-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cve_is_found_in_what_is_derived_from_it() {
        for (id, expected) in [
            ("CVE-2024-1234", Some("CVE-2024-1234")),
            ("UBUNTU-CVE-2024-1234", Some("CVE-2024-1234")),
            ("DEBIAN-CVE-2024-1234", Some("CVE-2024-1234")),
            ("CVE-2024-", None),
            ("CVE-24-1", None),
            ("CVE-2024-1x", None),
            ("XCVE-2024-1", None),
            ("USN-1-1", None),
            ("", None),
        ] {
            assert_eq!(cve(id).as_deref(), expected, "{id}");
        }
    }
}
