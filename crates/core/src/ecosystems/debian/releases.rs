//! Debian's releases: number, codename, and the day on which long-term support ended or will end.
//!
//! Data, in `releases.tsv`. A release that is not in it is judged all the same: the tracker's own document tells its number
//! (see [`super::feeds`]).
//!
//! Source: the package `distro-info-data` of Debian, `debian.csv`.

use chrono::NaiveDate;

const TABLE: &str = include_str!("releases.tsv");

/// The end of the release that a namespace such as `Debian:12` stands for.
pub(super) fn end_of_life(namespace: &str) -> Option<NaiveDate> {
    let release = namespace.strip_prefix("Debian:")?;
    rows().find(|(number, ..)| *number == release).and_then(|(.., end)| end.parse().ok())
}

/// The number of the release with this codename.
pub(super) fn number(codename: &str) -> Option<&'static str> {
    rows().find(|(_, one, _)| *one == codename).map(|(number, ..)| number)
}

/// Whether the table has a release of this number.
pub(super) fn has_number(number: &str) -> bool {
    rows().any(|(one, ..)| one == number)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TABLE.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_perhaps_a_day() {
        assert_eq!(rows().count(), TABLE.lines().count());
        for (number, codename, end) in rows() {
            assert!(number.split('.').all(|part| part.parse::<u32>().is_ok()), "{number}");
            assert_eq!(end_of_life(&format!("Debian:{number}")).is_some(), !end.is_empty(), "{codename}");
        }
    }

    #[test]
    fn long_term_support_counts_as_life() {
        assert_eq!(end_of_life("Debian:11"), NaiveDate::from_ymd_opt(2026, 8, 31));
        assert_eq!(end_of_life("Debian:bookworm"), None);
        assert_eq!(number("bookworm"), Some("12"));
        assert!(has_number("12") && !has_number("99") && number("sid").is_none());
    }
}
