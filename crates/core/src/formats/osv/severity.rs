//! Ratings: the words of distributions, and the scores of CVSS vectors.

use serde_json::Value;

use super::document::{Document, Score};
use crate::{
    Severity,
    cvss::{self, Vector, base_severity},
};

/// A severity, and the word that upstream uses for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rating {
    /// The severity.
    pub severity: Severity,
    /// The word; empty where it follows from a score.
    pub word: String,
}

impl Rating {
    /// What a word says; a word that nobody knows is kept, and rates nothing.
    pub fn of_word(word: &str) -> Self {
        Self { severity: Severity::of_word(word).unwrap_or_default(), word: word.trim().to_owned() }
    }
}

/// The rating of a record, in the words of its database where it has any, else by its scores.
pub(super) fn of_document(document: &Document) -> Option<Rating> {
    of_scores(&document.severity, true).or_else(|| {
        let word = document.database_specific.get("severity").and_then(Value::as_str);
        let word = word.filter(|word| Severity::of_word(word).is_some());
        word.map(Rating::of_word).or_else(|| of_scores(&document.severity, false))
    })
}

/// The rating that is given for one package.
pub(super) fn of_package(scores: &[Score]) -> Option<Rating> {
    of_scores(scores, true).or_else(|| of_scores(scores, false))
}

/// By the words among the ratings, or by their vectors: those of version 3 before those of 4, and 2 last. Of several of a
/// kind the worst counts, so that their order does not.
fn of_scores(scores: &[Score], words: bool) -> Option<Rating> {
    let of_kind = |kind: &str| {
        let vectors = scores.iter().filter(|one| one.kind.eq_ignore_ascii_case(kind));
        vectors.filter_map(|one| base_severity(&one.score)).max()
    };
    if words {
        let is_word = |one: &&Score| !one.kind.starts_with("CVSS") && Severity::of_word(&one.score).is_some();
        return scores
            .iter()
            .filter(is_word)
            .map(|one| Rating::of_word(&one.score))
            .max_by_key(|one| one.severity);
    }
    let severity = ["CVSS_V3", "CVSS_V4", "CVSS_V2"].into_iter().find_map(of_kind)?;
    Some(Rating { severity, word: String::new() })
}

/// All vectors of a record, of the vulnerability and of single packages.
pub(super) fn vectors(document: &Document, ecosystem: &str) -> Vec<Vector> {
    let of_packages = document.affected.iter().flat_map(|affected| &affected.severity);
    let scores = document.severity.iter().chain(of_packages);
    let texts = scores.filter(|one| one.kind.starts_with("CVSS")).map(|one| one.score.as_str());
    cvss::vectors(source(&document.id, ecosystem), texts)
}

/// Whose they are: a database's that is known by its identifiers, or the ecosystem's own.
fn source<'a>(id: &'a str, ecosystem: &'a str) -> &'a str {
    const DATABASES: [&str; 3] = ["GHSA", "PYSEC", "MAL"];
    let begin = id.split('-').next().unwrap_or_default();
    if DATABASES.contains(&begin) { begin } else { ecosystem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(list: &[(&str, &str)]) -> Vec<Score> {
        list.iter()
            .map(|(kind, score)| Score { kind: (*kind).to_owned(), score: (*score).to_owned() })
            .collect()
    }

    #[test]
    fn vectors_of_every_version_are_rated() {
        for (vector, expected) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Severity::Critical),
            ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:H", Severity::Medium),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", Severity::Negligible),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Severity::Critical),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", Severity::High),
        ] {
            assert_eq!(base_severity(vector), Some(expected), "{vector}");
        }
        for none in ["", "7.5", "CVSS:9.9/AV:N", "CVSS:3.1/AV:N"] {
            assert_eq!(base_severity(none), None, "{none}");
        }
    }

    #[test]
    fn words_come_before_scores_and_the_worst_of_a_kind_counts() {
        let v3 = ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
        let low = ("CVSS_V3", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N");
        let v2 = ("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C");
        let rated = |list: &[(&str, &str)], word: Value| {
            let database_specific = serde_json::json!({ "severity": word });
            let document = Document { severity: scores(list), database_specific, ..Document::default() };
            of_document(&document).map(|rating| (rating.severity, rating.word))
        };
        let word = |severity, word: &str| Some((severity, word.to_owned()));
        assert_eq!(rated(&[v3, ("Ubuntu", "medium")], "LOW".into()), word(Severity::Medium, "medium"));
        assert_eq!(rated(&[v3], "MODERATE".into()), word(Severity::Medium, "MODERATE"));
        assert_eq!(rated(&[v3], Value::Null), word(Severity::Critical, ""));
        assert_eq!(rated(&[v3], "odd".into()), word(Severity::Critical, ""));
        assert_eq!(rated(&[v3, low], Value::Null), rated(&[low, v3], Value::Null));
        assert_eq!(rated(&[v2, low], Value::Null), word(Severity::Low, ""));
        assert_eq!(rated(&[v2], Value::Null), word(Severity::High, ""));
        assert_eq!(rated(&[("CVSS_V3", "7.5")], Value::Null), None);
    }
}
