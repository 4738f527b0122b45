//! Ubuntu's releases: number, codename, and the day on which security updates without Ubuntu Pro ended or will end.
//!
//! Data, in `releases.tsv`; a release that is not in it is judged all the same. Only a derived system that tells no more
//! than the codename needs it.
//!
//! Source: the package `distro-info-data` of Debian, `ubuntu.csv`.

use chrono::NaiveDate;

const TABLE: &str = include_str!("releases.tsv");

/// The namespace of a release: `Ubuntu:22.04:LTS`, `Ubuntu:23.10`. The release of each second April is supported for long.
pub(super) fn namespace(number: &str) -> String {
    let is_long = number
        .split_once('.')
        .and_then(|(year, month)| Some(month == "04" && year.parse::<u32>().ok()?.is_multiple_of(2)))
        .unwrap_or_default();
    if is_long || number == FIRST_LONG { format!("Ubuntu:{number}:LTS") } else { format!("Ubuntu:{number}") }
}

/// It was late.
const FIRST_LONG: &str = "6.06";

/// The end of the release that a namespace such as `Ubuntu:22.04:LTS` stands for.
pub(super) fn end_of_life(namespace: &str) -> Option<NaiveDate> {
    let number = namespace.strip_prefix("Ubuntu:")?.trim_end_matches(":LTS");
    rows().find(|(one, ..)| *one == number).and_then(|(.., end)| end.parse().ok())
}

/// The number of the release with this codename.
pub(super) fn number(codename: &str) -> Option<&'static str> {
    rows().find(|(_, one, _)| one.eq_ignore_ascii_case(codename)).map(|(number, ..)| number)
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
    fn every_row_is_a_release_and_a_day() {
        assert_eq!(rows().count(), TABLE.lines().count());
        for (number, codename, _) in rows() {
            assert!(end_of_life(&namespace(number)).is_some(), "{number} {codename}");
        }
    }

    #[test]
    fn releases_are_named_by_rule() {
        for (number, expected) in [
            ("22.04", "Ubuntu:22.04:LTS"),
            ("28.04", "Ubuntu:28.04:LTS"),
            ("23.04", "Ubuntu:23.04"),
            ("24.10", "Ubuntu:24.10"),
            ("6.06", "Ubuntu:6.06:LTS"),
            ("x", "Ubuntu:x"),
        ] {
            assert_eq!(namespace(number), expected);
        }
        assert_eq!(end_of_life("Ubuntu:18.04:LTS"), NaiveDate::from_ymd_opt(2023, 5, 31));
        assert_eq!((end_of_life("Ubuntu:99.04"), number("jammy"), number("x")), (None, Some("22.04"), None));
    }
}
