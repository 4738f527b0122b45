//! That the page for operators knows every number.

use std::{collections::BTreeSet, fs, path::Path};

/// The names in the order of the source, as they are shown: with the prefix and the unit, without the `_total` of counters.
fn registered() -> Vec<String> {
    let calls = include_str!("families.rs").split("registry.register").skip(1);
    calls
        .map(|call| {
            let name = call.split('"').nth(1).unwrap();
            let unit = match call.split_once(';').unwrap().0 {
                call if call.contains("Unit::Seconds") => "_seconds",
                call if call.contains("Unit::Bytes") => "_bytes",
                call => {
                    assert!(!call.contains("Unit::"), "a unit that this test does not know: {call}");
                    ""
                }
            };
            format!("limpid_{name}{unit}")
        })
        .collect()
}

#[test]
fn the_page_has_a_row_for_every_number_and_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/service.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `limpid_"));
    let shown: Vec<String> = rows
        .map(|row| {
            let name = row.split('`').next().unwrap();
            format!("limpid_{}", name.strip_suffix("_total").unwrap_or(name))
        })
        .collect();
    let sorted = |names: &[String]| names.iter().cloned().collect::<BTreeSet<String>>();
    assert_eq!(sorted(&shown), sorted(&registered()));
    assert_eq!(shown.len(), registered().len(), "a row a number");
}
