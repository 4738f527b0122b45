use super::*;
use crate::formats::rpm;

fn ranges_of(json: &str) -> Vec<String> {
    let affected: AffectedPackage = serde_json::from_str(json).unwrap();
    ranges(&affected, &rpm::VERSIONS, false).iter().map(shown).collect()
}

fn shown(range: &AffectedRange) -> String {
    let from = |introduced: &Option<String>| introduced.clone().unwrap_or_else(|| "all".to_owned());
    match range {
        AffectedRange::Fixed { introduced, fixed } => format!("{} < {fixed}", from(introduced)),
        AffectedRange::Unfixed { introduced } => format!("{} on", from(introduced)),
        AffectedRange::Through { introduced, last } => format!("{} ≤ {last}", from(introduced)),
        AffectedRange::Exactly { versions } => format!("= {}", versions.join(" ")),
        AffectedRange::NeverAffected => "never".to_owned(),
        AffectedRange::Unreadable { .. } => "?".to_owned(),
    }
}

fn of_events(events: &str) -> Vec<String> {
    ranges_of(&format!(r#"{{"ranges": [{{"type": "ECOSYSTEM", "events": [{events}]}}]}}"#))
}

#[test]
fn each_pair_of_events_is_a_range() {
    for (events, expected) in [
        (r#"{"introduced":"0"},{"fixed":"1.2-3"}"#, vec!["all < 1.2-3"]),
        (r#"{"introduced":"0"}"#, vec!["all on"]),
        (r#"{"introduced":"1.0"}"#, vec!["1.0 on"]),
        (r#"{"introduced":"1.0"},{"last_affected":"1.9"}"#, vec!["1.0 ≤ 1.9"]),
        (
            r#"{"introduced":"0"},{"fixed":"1.2"},{"introduced":"2.0"},{"fixed":"2.1"},{"introduced":"3.0"}"#,
            vec!["all < 1.2", "2.0 < 2.1", "3.0 on"],
        ),
        (r#"{"introduced":"0","fixed":"1.2"}"#, vec!["all < 1.2"]),
    ] {
        assert_eq!(of_events(events), expected, "{events}");
    }
}

#[test]
fn events_are_walked_in_the_order_of_versions() {
    assert_eq!(
        of_events(r#"{"fixed":"2.10"},{"introduced":"2.9"},{"fixed":"1.2"},{"introduced":"0"}"#),
        ["all < 1.2", "2.9 < 2.10"]
    );
    assert_eq!(
        of_events(r#"{"introduced":"0"},{"introduced":"1"},{"fixed":"2"},{"fixed":"3"}"#),
        ["all < 2"]
    );
    assert_eq!(
        of_events(r#"{"introduced":"0"},{"fixed":"1"},{"introduced":"1"},{"fixed":"2"}"#),
        ["all < 1", "1 < 2"]
    );
    // The end of a range that nobody began is the end of one from the beginning.
    assert_eq!(of_events(r#"{"fixed":"1.2"}"#), ["all < 1.2"]);
    assert_eq!(of_events(r#"{"last_affected":"1.2"}"#), ["all ≤ 1.2"]);
}

#[test]
fn of_events_at_one_version_no_order_loses_an_affected_one() {
    let of = |events: &str| of_events(&format!(r#"{{"introduced":"0"}},{events}"#));
    for events in [
        r#"{"fixed":"1"},{"introduced":"1"},{"fixed":"2"}"#,
        r#"{"introduced":"1"},{"fixed":"1"},{"fixed":"2"}"#,
        r#"{"fixed":"2"},{"introduced":"1"},{"fixed":"1"}"#,
        r#"{"introduced":"1","fixed":"1"},{"fixed":"2"}"#,
    ] {
        assert_eq!(of(events), ["all < 1", "1 < 2"], "{events}");
    }
    for events in
        [r#"{"introduced":"1"},{"last_affected":"1"}"#, r#"{"last_affected":"1"},{"introduced":"1"}"#]
    {
        assert_eq!(of(events), ["all ≤ 1", "1 on"], "{events}");
        let again = format!(r#"{events},{{"last_affected":"3"}}"#);
        assert_eq!(of(&again), ["all ≤ 1", "1 ≤ 3"], "{events}");
    }
    // One that ends where it begins has no version, whichever is written first; RUSTSEC-2024-0399 has such a one.
    for empty in [r#"{"introduced":"1.0"},{"fixed":"1.0"}"#, r#"{"fixed":"1.0"},{"introduced":"1.0"}"#] {
        assert_eq!(of_events(empty), ["1.0 < 1.0"], "{empty}");
        let more = format!(r#"{empty},{{"introduced":"3"}},{{"fixed":"4"}}"#);
        assert_eq!(of_events(&more), ["1.0 < 1.0", "3 < 4"], "{empty}");
        // Here it is the end that is of something else.
        let end = format!(r#"{empty},{{"fixed":"4"}}"#);
        assert_eq!(of_events(&end), ["1.0 < 4"], "{empty}");
    }
    for one in [r#"{"introduced":"1"},{"last_affected":"1"}"#, r#"{"last_affected":"1"},{"introduced":"1"}"#]
    {
        assert_eq!(of_events(one), ["1 ≤ 1"], "{one}");
    }
}

#[test]
fn a_limit_ends_what_is_said() {
    assert_eq!(of_events(r#"{"introduced":"1"},{"limit":"2"}"#), ["1 < 2"]);
    assert_eq!(of_events(r#"{"introduced":"1"},{"limit":"*"}"#), ["1 on"]);
    assert_eq!(of_events(r#"{"introduced":"1"},{"limit":"2"},{"limit":"3"}"#), ["1 < 3"]);
    assert_eq!(of_events(r#"{"introduced":"1"},{"fixed":"1.5"},{"limit":"3"}"#), ["1 < 1.5"]);
}

#[test]
fn listed_versions_are_said_where_no_range_has_them() {
    let with = |versions: &str| {
        let events = r#"[{"introduced":"1"},{"fixed":"2"},{"introduced":"3"},{"last_affected":"4"}]"#;
        ranges_of(&format!(
            r#"{{"ranges": [{{"type": "SEMVER", "events": {events}}}], "versions": {versions}}}"#
        ))
    };
    assert_eq!(with(r#"["1", "1.5", "3", "4"]"#), ["1 < 2", "3 ≤ 4"]);
    assert_eq!(with(r#"["4.1", "0.9", "2", "1.5", "2"]"#), ["1 < 2", "3 ≤ 4", "= 0.9 2 4.1"]);
    assert_eq!(ranges_of(r#"{"versions": ["2", "1"]}"#), ["= 1 2"]);
    assert_eq!(ranges_of(r#"{"ranges": null, "versions": ["2"]}"#), ["= 2"]);
}

#[test]
fn commits_say_nothing_about_versions() {
    let git =
        r#"{"type": "GIT", "repo": "https://example.com", "events": [{"introduced":"0"},{"fixed":"abc"}]}"#;
    assert_eq!(ranges_of(&format!(r#"{{"ranges": [{git}]}}"#)), ["?"]);
    assert_eq!(ranges_of(&format!(r#"{{"ranges": [{git}], "versions": ["1"]}}"#)), ["= 1"]);
    let ecosystem = r#"{"type": "ECOSYSTEM", "events": [{"introduced":"0"},{"fixed":"1"}]}"#;
    assert_eq!(ranges_of(&format!(r#"{{"ranges": [{git}, {ecosystem}, {ecosystem}]}}"#)), ["all < 1"]);
}

#[test]
fn what_follows_no_rule_is_kept_as_unreadable() {
    for odd in [
        r"{}",
        r#"{"ranges": [{"type": "ECOSYSTEM", "events": []}]}"#,
        r#"{"ranges": [{"type": "MOON", "events": [{"introduced":"0"}]}]}"#,
        r#"{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced":"0"},{"waned":"1"}]}]}"#,
    ] {
        assert_eq!(ranges_of(odd), ["?"], "{odd}");
    }
    // What is sound beside it stands.
    assert_eq!(
        ranges_of(r#"{"ranges": [{"type": "ECOSYSTEM", "events": []}], "versions": ["1"]}"#),
        ["?", "= 1"]
    );
}

#[test]
fn what_cannot_be_put_in_order_is_never_lost() {
    let odd = r#"{"introduced":"0"},{"introduced":"3"},{"fixed":"1"},{"fixed":"not a version"}"#;
    assert_eq!(of_events(odd), ["?"]);
    // Written as people do, nothing of it is lost.
    let written = r#"{"introduced":"0"},{"fixed":"1"},{"introduced":"3"},{"fixed":"not a version"}"#;
    assert_eq!(of_events(written), ["all < 1", "3 < not a version"]);
}

#[test]
fn all_last_versions_are_affected() {
    let several =
        r#"{"introduced":"0"},{"last_affected":"7.2"},{"last_affected":"6.1"},{"last_affected":"5.3"}"#;
    assert_eq!(of_events(several), ["all ≤ 7.2"]);
    let fixed = r#"{"introduced":"0"},{"fixed":"1"},{"last_affected":"2"},{"introduced":"3"},{"fixed":"4"}"#;
    assert_eq!(of_events(fixed), ["all < 1", "= 2", "3 < 4"]);
}

#[test]
fn pairs_that_overlap_are_each_a_range() {
    // As Bitnami writes what NVD says of two editions of Node.js; the other way round what the schema's evaluation makes of it.
    let text = r#"{"package": {"ecosystem": "Bitnami", "name": "node"}, "ranges": [{"type": "SEMVER", "events": [
        {"introduced": "14.0.0"}, {"fixed": "14.14.0"}, {"introduced": "14.0.0"}, {"fixed": "14.21.3"},
        {"introduced": "19.0.0"}]}]}"#;
    let affected: AffectedPackage = serde_json::from_str(text).unwrap();
    let read = |in_pairs| -> Vec<String> {
        ranges(&affected, &rpm::VERSIONS, in_pairs).iter().map(AffectedRange::in_words).collect()
    };
    assert_eq!(
        read(true),
        ["from 14.0.0, fixed in 14.14.0", "from 14.0.0, fixed in 14.21.3", "from 19.0.0, no fix"]
    );
    assert_eq!(read(false), ["from 14.0.0, fixed in 14.14.0", "from 19.0.0, no fix"]);
}
