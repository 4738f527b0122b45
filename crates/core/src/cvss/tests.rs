//! Scores against FIRST's examples, and against what Red Hat's implementation (`cvss` 3.6 of PyPI) gives where those are few.

use super::*;

/// The three of “A Complete Guide to the Common Vulnerability Scoring System Version 2.0”, then others.
const VERSION_2: [(&str, &str); 21] = [
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C", "7.8"),
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C", "10.0"),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:C", "6.2"),
    ("AV:A/AC:H/Au:S/C:C/I:N/A:N", "4.3"),
    ("AV:N/AC:L/Au:M/C:N/I:C/A:C", "7.7"),
    ("AV:N/AC:M/Au:M/C:P/I:N/A:P", "4.3"),
    ("AV:A/AC:H/Au:S/C:P/I:N/A:C", "5.0"),
    ("AV:L/AC:L/Au:M/C:N/I:P/A:C", "5.0"),
    ("AV:A/AC:H/Au:M/C:P/I:C/A:N", "4.7"),
    ("AV:N/AC:M/Au:N/C:P/I:P/A:C", "8.3"),
    ("AV:A/AC:M/Au:S/C:N/I:C/A:C", "6.8"),
    ("AV:A/AC:L/Au:S/C:N/I:C/A:P", "6.2"),
    ("AV:L/AC:H/Au:S/C:N/I:P/A:C", "4.5"),
    ("AV:N/AC:H/Au:M/C:N/I:P/A:N", "1.7"),
    ("AV:A/AC:H/Au:M/C:C/I:P/A:N", "4.7"),
    ("AV:A/AC:M/Au:N/C:N/I:P/A:P", "4.3"),
    ("AV:L/AC:L/Au:M/C:N/I:P/A:N", "1.4"),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:N", "5.6"),
    ("AV:L/AC:H/Au:M/C:C/I:P/A:C", "5.6"),
    ("AV:N/AC:H/Au:M/C:P/I:N/A:N", "1.7"),
    ("AV:N/AC:L/Au:N/C:N/I:C/A:C", "9.4"),
];

/// Of “Common Vulnerability Scoring System v3.1: Examples”: the same in 3.0 and 3.1.
const VERSION_3: [(&str, &str); 24] = [
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1"),
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "6.4"),
    ("AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1"),
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "9.9"),
    ("AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "8.8"),
    ("AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", "4.2"),
    ("AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "7.8"),
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5"),
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8"),
    ("AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", "6.8"),
    ("AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "6.8"),
    ("AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", "5.8"),
    ("AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", "5.8"),
    ("AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", "9.3"),
    ("AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", "5.4"),
    ("AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "8.8"),
    ("AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "4.6"),
    ("AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "8.8"),
    ("AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", "7.4"),
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", "9.6"),
    ("AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:N", "6.8"),
    ("AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H", "7.5"),
    ("AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", "8.2"),
    ("AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "7.6"),
];

/// Of “Common Vulnerability Scoring System v4.0: Examples”.
const VERSION_4: [(&str, &str); 12] = [
    ("AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.3"),
    ("AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.7"),
    ("AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", "8.3"),
    ("AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "4.6"),
    ("AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", "5.1"),
    ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N", "6.9"),
    ("AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", "5.9"),
    ("AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "9.3"),
    ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", "8.7"),
    ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "10.0"),
    ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "9.3"),
    ("AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.0"),
];

/// With metrics of threat and environment.
const VERSION_4_MORE: [(&str, &str); 10] = [
    ("CVSS:4.0/AV:A/AC:L/AT:P/PR:N/UI:N/VC:H/VI:N/VA:H/SC:L/SI:L/SA:H/CR:L/MSI:S/MAV:L", "8.6"),
    ("CVSS:4.0/AV:A/AC:L/AT:P/PR:H/UI:P/VC:L/VI:N/VA:L/SC:L/SI:N/SA:H/E:A", "2.0"),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:A/VC:N/VI:L/VA:L/SC:N/SI:L/SA:N", "1.8"),
    ("CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:P/VC:N/VI:L/VA:L/SC:N/SI:L/SA:H/E:A/CR:H/MSI:H/MAV:A", "2.1"),
    ("CVSS:4.0/AV:P/AC:H/AT:P/PR:N/UI:P/VC:N/VI:L/VA:H/SC:H/SI:H/SA:H", "6.0"),
    ("CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:P/VC:L/VI:L/VA:L/SC:L/SI:H/SA:H/E:A", "5.0"),
    ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:H/SC:N/SI:L/SA:L/CR:L/MSI:S/MAV:N", "9.3"),
    ("CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:N/VC:N/VI:H/VA:L/SC:N/SI:H/SA:L/E:A", "7.0"),
    ("CVSS:4.0/AV:A/AC:L/AT:N/PR:H/UI:A/VC:H/VI:N/VA:N/SC:H/SI:L/SA:H", "7.0"),
    ("CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:N/SC:N/SI:H/SA:N/E:A/CR:M/MSI:N/MAV:N", "8.0"),
];

fn score(vector: &str) -> String {
    let vector = Vector { source: "s".to_owned(), vector: vector.to_owned() };
    vector.scored().map_or("none".to_owned(), |cvss| cvss.score.to_string())
}

#[test]
fn scores_are_those_of_the_specifications() {
    for (vector, expected) in VERSION_2.iter().chain(&VERSION_4_MORE) {
        assert_eq!(score(vector), *expected, "{vector}");
    }
    for (metrics, expected) in VERSION_3 {
        for version in ["CVSS:3.0", "CVSS:3.1"] {
            assert_eq!(score(&format!("{version}/{metrics}")), expected, "{version} {metrics}");
        }
    }
    for (metrics, expected) in VERSION_4 {
        assert_eq!(score(&format!("CVSS:4.0/{metrics}")), expected, "{metrics}");
    }
}

#[test]
fn what_cannot_be_scored_is_no_vector() {
    for none in [
        "",
        "7.5",
        "CVSS:9.9/AV:N",
        "CVSS:3.1/AV:N",
        "AV:N/AC:L",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Z",
    ] {
        assert_eq!((score(none).as_str(), base_severity(none)), ("none", None), "{none}");
    }
    let texts = [
        "7.5",
        "(AV:N/AC:L/Au:N/C:P/I:P/A:P)",
        " CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H ",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
    ];
    let found: Vec<String> = vectors("GHSA", texts).into_iter().map(|one| one.vector).collect();
    assert_eq!(found, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:P/I:P/A:P"]);
}

#[test]
fn a_score_is_written_as_a_number() {
    let vector = Vector { source: "GHSA".to_owned(), vector: "AV:N/AC:L/Au:N/C:C/I:C/A:C".to_owned() };
    let cvss = vector.scored().unwrap();
    let written = serde_json::to_string(&cvss).unwrap();
    assert_eq!(
        written,
        r#"{"version":"2.0","vector":"AV:N/AC:L/Au:N/C:C/I:C/A:C","score":10.0,"source":"GHSA"}"#
    );
    assert_eq!(serde_json::from_str::<Cvss>(&written).unwrap(), cvss);
    assert!(serde_json::from_str::<Cvss>(&written.replace("10.0", "10.1")).is_err());
}
