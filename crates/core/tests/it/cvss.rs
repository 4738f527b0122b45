//! Scores of vectors against a table that another implementation made.
//!
//! `LIMPID_CVSS_TABLE=FILE cargo test -p limpid-core --test it -- --ignored a_table_of_somebody_else`; a line has a vector and its
//! score, separated by a tab.

use std::{env, fs};

use limpid_core::cvss::Vector;

#[test]
#[ignore = "needs a table: LIMPID_CVSS_TABLE names it"]
fn a_table_of_somebody_else() {
    let table = fs::read_to_string(env::var_os("LIMPID_CVSS_TABLE").unwrap()).unwrap();
    assert!(!table.is_empty());
    for line in table.lines() {
        let (vector, expected) = line.split_once('\t').unwrap();
        let vector = Vector { source: "table".to_owned(), vector: vector.to_owned() };
        let score = vector.scored().map_or("none".to_owned(), |cvss| cvss.score.to_string());
        assert_eq!(score, expected, "{vector:?}");
    }
}
