//! The days on which the releases of Red Hat Enterprise Linux end.
//!
//! The end of the maintenance phase: after it, fixes are for those who pay for the extended life phase (ELS), and what is not
//! fixed there is no longer said. A release that is not in the table has no known end.
//!
//! Source: Red Hat Enterprise Linux Life Cycle, `https://access.redhat.com/support/policy/updates/errata`.

use chrono::NaiveDate;

/// Major release, end of maintenance. Extended life ends: 5 on 2020-11-30, 6 on 2025-06-30, 7 on 2029-05-31.
const MAINTENANCE_ENDS: &[(&str, (i32, u32, u32))] = &[
    ("4", (2012, 2, 29)),
    ("5", (2017, 3, 31)),
    ("6", (2020, 11, 30)),
    ("7", (2024, 6, 30)),
    ("8", (2029, 5, 31)),
    ("9", (2032, 5, 31)),
    ("10", (2035, 5, 31)),
];

/// The end of the release that a namespace such as `Red Hat:enterprise_linux:8` stands for.
pub(super) fn end_of_life(namespace: &str) -> Option<NaiveDate> {
    let release = namespace.strip_prefix("Red Hat:enterprise_linux:")?.split([':', '.']).next()?;
    let (_, (year, month, day)) = MAINTENANCE_ENDS.iter().find(|(one, _)| *one == release)?;
    NaiveDate::from_ymd_opt(*year, *month, *day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_that_of_maintenance() {
        assert_eq!(end_of_life("Red Hat:enterprise_linux:7"), NaiveDate::from_ymd_opt(2024, 6, 30));
        assert_eq!(end_of_life("Red Hat:enterprise_linux:10::baseos"), NaiveDate::from_ymd_opt(2035, 5, 31));
        for (release, _) in MAINTENANCE_ENDS {
            assert!(end_of_life(&format!("Red Hat:enterprise_linux:{release}")).is_some(), "{release}");
        }
        for unknown in ["Red Hat:enterprise_linux:99", "Red Hat:rhel_eus:8.6", "Red Hat", "Alpine:8", ""] {
            assert_eq!(end_of_life(unknown), None, "{unknown}");
        }
    }
}
