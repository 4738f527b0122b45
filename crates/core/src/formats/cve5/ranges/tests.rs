use serde_json::{Value, json};

use super::*;
use crate::version;

/// The parts of a product's versions that are affected or not known, by SemVer's order.
fn parts(default: &str, versions: impl Into<Value>) -> Vec<String> {
    let versions: Value = versions.into();
    let product = json!({ "product": "x", "defaultStatus": default, "versions": versions });
    let order = version::order("semver").unwrap();
    let found = stated(&serde_json::from_value(product).unwrap(), order);
    found
        .iter()
        .map(|one| if one.is_unknown { format!("{}?", one.range.in_words()) } else { one.range.in_words() })
        .collect()
}

#[test]
fn spans_and_single_versions_are_laid_out() {
    let one = json!([{ "version": "1.2.0", "status": "affected" }]);
    assert_eq!(parts("unaffected", one), ["only 1.2.0"]);
    let two = json!([
        { "version": "3.0.0", "lessThan": "3.0.2", "status": "affected" },
        { "version": "1.0.0", "lessThanOrEqual": "1.0.9", "status": "affected" },
    ]);
    assert_eq!(parts("unaffected", two), ["from 1.0.0 to 1.0.9, no fix", "from 3.0.0, fixed in 3.0.2"]);
    for all in ["0", "unspecified", "*"] {
        let to = json!([{ "version": all, "lessThan": "2.0.0", "status": "affected" }]);
        assert_eq!(parts("unaffected", to), ["fixed in 2.0.0"], "{all}");
    }
    let open = json!([{ "version": "2.0.0", "lessThan": "*", "status": "affected" }]);
    assert_eq!(parts("unaffected", open), ["from 2.0.0, no fix"]);
    assert_eq!(parts("unaffected", json!([{ "version": "*", "status": "affected" }])), ["no fix"]);
}

#[test]
fn what_is_not_said_is_as_the_default_says() {
    let sound = json!([{ "version": "1.5.0", "lessThan": "2.0.0", "status": "unaffected" }]);
    assert_eq!(parts("affected", sound.clone()), ["fixed in 1.5.0", "from 2.0.0, no fix"]);
    assert_eq!(parts("unaffected", sound.clone()), [""; 0]);
    assert_eq!(parts("unknown", sound.clone()), ["fixed in 1.5.0?", "from 2.0.0, no fix?"]);
    // A word of nobody's is no word for sound.
    assert_eq!(parts("mitigated", sound), ["fixed in 1.5.0?", "from 2.0.0, no fix?"]);
    let affected = json!([{ "version": "1.0.0", "lessThan": "2.0.0", "status": "affected" }]);
    let expected = ["fixed in 1.0.0?", "from 1.0.0, fixed in 2.0.0", "from 2.0.0, no fix?"];
    assert_eq!(parts("unknown", affected), expected);
    assert_eq!(parts("affected", json!([])), ["no fix"]);
    assert_eq!(parts("unaffected", json!([])), [""; 0]);
    assert_eq!(parts("unknown", json!([])), ["unreadable: no versions"]);
    let none: Product = serde_json::from_value(json!({ "product": "x" })).unwrap();
    assert_eq!(stated(&none, version::order("semver").unwrap()).len(), 1);
}

#[test]
fn a_status_changes_within_a_span() {
    let changes = json!([{ "version": "1.0.0", "lessThan": "*", "status": "affected", "changes": [
        { "at": "1.0.5", "status": "unaffected" }, { "at": "1.1.0", "status": "affected" }, { "at": "1.2.0", "status": "unknown" },
    ] }]);
    let expected = ["from 1.0.0, fixed in 1.0.5", "from 1.1.0, fixed in 1.2.0", "from 1.2.0, no fix?"];
    assert_eq!(parts("unaffected", changes), expected);
    let without_end = json!([{ "version": "1.0.0", "status": "affected", "changes": [{ "at": "1.0.5", "status": "unaffected" }] }]);
    assert_eq!(parts("unaffected", without_end), ["from 1.0.0, fixed in 1.0.5"]);
}

#[test]
fn of_spans_that_overlap_the_worst_counts() {
    let overlapping = json!([
        { "version": "0", "lessThan": "2.0.0", "status": "affected" },
        { "version": "1.5.0", "lessThan": "3.0.0", "status": "unaffected" },
        { "version": "2.5.0", "status": "unknown" },
    ]);
    assert_eq!(parts("unaffected", overlapping), ["fixed in 2.0.0", "only 2.5.0?"]);
}

#[test]
fn what_follows_no_rule_is_kept() {
    for (versions, expected) in [
        (json!([{ "version": "before 2", "status": "affected" }]), "unreadable: Affected from before 2"),
        (json!([{ "version": "n/a", "status": "affected" }]), "unreadable: Affected from n/a"),
        (json!([{ "version": "0", "status": "affected" }]), "unreadable: Affected from 0"),
        (
            json!([{ "version": "1.0.0", "lessThan": "1.0.x", "status": "affected" }]),
            "unreadable: Affected from 1.0.0 to 1.0.x",
        ),
        // No version is in it, which nobody meant.
        (
            json!([{ "version": "2.0.0", "lessThan": "1.0.0", "status": "affected" }]),
            "unreadable: Affected from 2.0.0 to 1.0.0",
        ),
        (
            json!([{ "version": "1.0.0", "lessThan": "2.0.0", "lessThanOrEqual": "3.0.0", "status": "affected" }]),
            "unreadable: Affected from 1.0.0 to 2.0.0 to 3.0.0",
        ),
        (
            json!([{ "version": "2.0.0", "lessThan": "3.0.0", "status": "affected", "changes": [{ "at": "1.0.0", "status": "unaffected" }] }]),
            "unreadable: Affected from 2.0.0 to 3.0.0 to 1.0.0",
        ),
        (
            json!([{ "version": "6c3b", "status": "affected", "versionType": "git" }]),
            "unreadable: only commits of a repository",
        ),
    ] {
        assert_eq!(parts("unaffected", versions), [expected]);
    }
    let beside = json!([
        { "version": "6c3b", "status": "affected", "versionType": "git" },
        { "version": "1.0.0", "lessThan": "1.1.0", "status": "affected", "versionType": "semver" },
        { "version": "odd", "status": "unaffected" },
    ]);
    assert_eq!(parts("unaffected", beside), ["from 1.0.0, fixed in 1.1.0"]);
    let many =
        Value::from(vec![json!({ "version": "1.0.0", "status": "affected" }); limits::MOST_VERSIONS + 1]);
    assert_eq!(parts("unaffected", many), ["unreadable: 1001 entries of versions"]);
}
