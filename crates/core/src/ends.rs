//! Tables of the days on which releases end: lines of a namespace, a tab and a day.
//!
//! Data, not code. A release that is not in its table has no known end, which changes nothing about how it is judged.

use chrono::NaiveDate;

/// The end of the release that a namespace stands for.
pub(crate) fn end_in(table: &str, namespace: &str) -> Option<NaiveDate> {
    let row = |line: &str| line.split_once('\t').filter(|(one, _)| *one == namespace)?.1.parse().ok();
    table.lines().find_map(row)
}

/// For the tests of tables: every line is a namespace of this ecosystem and a day, and no namespace comes twice.
#[cfg(test)]
pub(crate) fn check(table: &str, ecosystem: &str) {
    let mut seen = std::collections::BTreeSet::new();
    for line in table.lines() {
        let (namespace, day) = line.split_once('\t').unwrap();
        assert!(namespace.starts_with(&format!("{ecosystem}:")), "{line}");
        assert_eq!(end_in(table, namespace), Some(day.parse().unwrap()), "{line}");
        assert!(seen.insert(namespace), "{line}");
    }
    assert!(!seen.is_empty());
    assert_eq!(end_in(table, ecosystem), None);
}
