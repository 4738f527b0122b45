//! The entries of a security database: mostly one identifier, sometimes several, sometimes with a remark.

/// What one entry names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identifiers<'a> {
    entry: &'a str,
    vulnerabilities: Vec<String>,
    others: Vec<String>,
    remarked: bool,
}

impl<'a> Identifiers<'a> {
    /// Reads an entry such as `CVE-2016-9386 XSA-191` or `CVE-2017-2616 (+ regression fix)`.
    pub(super) fn read(entry: &'a str) -> Self {
        let entry = entry.trim();
        let mut read = Self { entry, vulnerabilities: Vec::new(), others: Vec::new(), remarked: false };
        for word in entry.split(|one: char| one.is_whitespace() || matches!(one, ',' | ';')) {
            let word = word.trim_matches(['(', ')', '[', ']', '"', '\'', ':', '.', '+']);
            let (list, word) = match (cve(word), is_identifier(word)) {
                (Some(cve), _) => (&mut read.vulnerabilities, cve),
                (None, true) => (&mut read.others, word.to_owned()),
                (None, false) => {
                    read.remarked = true;
                    continue;
                }
            };
            if !list.contains(&word) {
                list.push(word);
            }
        }
        read
    }

    /// Whether there is nothing in the entry.
    pub(super) fn is_empty(&self) -> bool {
        self.entry.is_empty()
    }

    /// The entry as written, where it has more than identifiers.
    pub(super) fn remark(&self) -> Option<&'a str> {
        self.remarked.then_some(self.entry)
    }

    /// (identifier, aliases) of each vulnerability. A CVE is one; so is an entry without any, under its first
    /// identifier, or as a whole where it has none.
    pub(super) fn vulnerabilities(&self) -> impl Iterator<Item = (String, Vec<String>)> {
        let named: Vec<(String, Vec<String>)> =
            match (self.vulnerabilities.as_slice(), self.others.as_slice()) {
                ([], []) => vec![(self.entry.to_owned(), Vec::new())],
                ([], [first, rest @ ..]) => vec![(first.clone(), rest.to_vec())],
                (cves, others) => cves.iter().map(|cve| (cve.clone(), others.to_vec())).collect(),
            };
        named.into_iter()
    }
}

/// The identifier in its one spelling, where it is one of the CVE programme: `CVE-YEAR-NUMBER`.
fn cve(word: &str) -> Option<String> {
    let mut parts = word.split('-');
    let prefix = parts.next()?.eq_ignore_ascii_case("CVE");
    let (year, number) = (parts.next()?, parts.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (prefix && year.len() == 4 && digits(year) && digits(number) && parts.next().is_none())
        .then(|| word.to_ascii_uppercase())
}

/// Whether a word is an identifier and not a word of a remark: it begins with a letter and has a digit (`XSA-204`,
/// `VSV00001`), or stands for one that was not known yet (`CVE-2019-????`).
fn is_identifier(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:?/".contains(&byte);
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.bytes().all(plain)
        && word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'?')
}

/// Whether an identifier can stand in an address as it is.
pub(super) fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entry: &str) -> Vec<(String, Vec<String>)> {
        Identifiers::read(entry).vulnerabilities().collect()
    }

    fn one(id: &str, aliases: &[&str]) -> (String, Vec<String>) {
        (id.to_owned(), aliases.iter().map(|&alias| alias.to_owned()).collect())
    }

    #[test]
    fn every_cve_of_an_entry_is_a_vulnerability_with_the_other_identifiers_as_aliases() {
        assert_eq!(read("CVE-2022-30065"), [one("CVE-2022-30065", &[])]);
        assert_eq!(read("CVE-2016-9386 XSA-191"), [one("CVE-2016-9386", &["XSA-191"])]);
        assert_eq!(
            read("XSA-320 CVE-2020-0543, CVE-2020-0544"),
            [one("CVE-2020-0543", &["XSA-320"]), one("CVE-2020-0544", &["XSA-320"])]
        );
        assert_eq!(read("CVE-2020-1 CVE-2020-1"), [one("CVE-2020-1", &[])]);
        assert_eq!(read(" cve-2020-1\t"), [one("CVE-2020-1", &[])]);
    }

    #[test]
    fn an_entry_without_cve_is_one_vulnerability() {
        assert_eq!(read("GHSA-fhpf-pp6p-55qc"), [one("GHSA-fhpf-pp6p-55qc", &[])]);
        assert_eq!(read("TALOS-2017-0488 XSA-1"), [one("TALOS-2017-0488", &["XSA-1"])]);
        for odd in ["VSV00001", "CVE_2019-2426", "CVE-2019-????", "CVE-2019-", "N/A", "no number", "CVE"] {
            assert_eq!(read(odd), [one(odd, &[])], "{odd}");
        }
    }

    #[test]
    fn a_remark_is_kept_as_text() {
        let entry = "CVE-2017-2616 (+ regression fix)";
        assert_eq!(read(entry), [one("CVE-2017-2616", &[])]);
        assert_eq!(Identifiers::read(entry).remark(), Some(entry));
        assert_eq!(Identifiers::read("CVE-2016-9386 XSA-191").remark(), None);
        assert!(Identifiers::read("  ").is_empty());
    }
}
