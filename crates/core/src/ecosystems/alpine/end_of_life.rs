//! The days on which Alpine's releases ended or will end.
//!
//! Data, in `end-of-life.tsv`: release and day. A release that is not in it has no known end, which changes nothing
//! about how it is judged.
//!
//! Source: `https://alpinelinux.org/releases/`.

use chrono::NaiveDate;

const TABLE: &str = include_str!("end-of-life.tsv");

/// The end of the release that a namespace such as `Alpine:v3.16` stands for.
pub(super) fn end_of_life(namespace: &str) -> Option<NaiveDate> {
    let release = namespace.strip_prefix("Alpine:v")?;
    let (_, day) = rows().find(|(one, _)| *one == release)?;
    day.parse().ok()
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_release_and_a_day() {
        assert_eq!(rows().count(), TABLE.lines().count());
        for (release, day) in rows() {
            assert!(end_of_life(&format!("Alpine:v{release}")).is_some(), "{release} {day}");
        }
        let days: Vec<&str> = rows().map(|(_, day)| day).collect();
        assert!(days.is_sorted(), "an older release does not outlive a newer one");
    }

    #[test]
    fn a_release_that_is_not_in_the_table_has_no_known_end() {
        assert_eq!(end_of_life("Alpine:v3.16"), NaiveDate::from_ymd_opt(2024, 5, 23));
        assert_eq!(end_of_life("Alpine:v3.10"), NaiveDate::from_ymd_opt(2021, 5, 1));
        for unknown in ["Alpine:v99.9", "Alpine:edge", "Alpine", "Alpine:v", "Debian:3.16", ""] {
            assert_eq!(end_of_life(unknown), None, "{unknown}");
        }
    }
}
