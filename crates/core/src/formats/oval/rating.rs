//! Words and scores of severity, as the vendors of OVAL documents write them.

use crate::Severity;

/// The severity that a vendor's word stands for; `None` where it stands for none.
pub(super) fn of_word(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "low" => Severity::Low,
        "moderate" | "medium" => Severity::Medium,
        "important" | "high" => Severity::High,
        "critical" => Severity::Critical,
        _ => return None,
    })
}

/// The severity of a score such as `7.5/CVSS:3.1/AV:N/…`: CVSS v3.1 specification, “Qualitative Severity Rating Scale”.
pub(super) fn of_score(cvss: &str) -> Option<Severity> {
    let score: f64 = cvss.split('/').next()?.trim().parse().ok()?;
    Some(match score {
        score if score >= 9.0 => Severity::Critical,
        score if score >= 7.0 => Severity::High,
        score if score >= 4.0 => Severity::Medium,
        score if score > 0.0 => Severity::Low,
        _ => return None,
    })
}

/// The vector behind such a score.
pub(super) fn vector(cvss: &str) -> Option<&str> {
    cvss.split_once('/').map(|(_, vector)| vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_vendors_are_known() {
        for (word, severity) in [
            ("LOW", Severity::Low),
            ("MODERATE", Severity::Medium),
            ("Medium", Severity::Medium),
            ("Important", Severity::High),
            ("High", Severity::High),
            (" critical ", Severity::Critical),
        ] {
            assert_eq!(of_word(word), Some(severity), "{word}");
        }
        for none in ["", "N/A", "None", "severe"] {
            assert_eq!(of_word(none), None, "{none}");
        }
    }

    #[test]
    fn a_score_counts_where_there_is_no_word() {
        for (cvss, severity) in [
            ("5.5/CVSS:3.1/AV:L/AC:L", Some(Severity::Medium)),
            ("9.8", Some(Severity::Critical)),
            ("7.0/x", Some(Severity::High)),
            ("1.2/AV:L", Some(Severity::Low)),
            ("0/AV:L", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(of_score(cvss), severity, "{cvss}");
        }
    }
}
