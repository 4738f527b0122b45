//! What trips a gate: the truth table of `docs/output.md`.

use limpid_core::{
    Reason, Report, Severity,
    policy::{
        Gate,
        Outcome::{Passed, Tripped, Unproven},
        outcome,
    },
};
use serde_json::{Value, json};

fn report(findings: &[Value], blind_spots: &[Value]) -> Report {
    let digest = format!("sha256:{}", "0".repeat(64));
    serde_json::from_value(json!({
        "schema": "limpid/report/1", "verdict": "vulnerable",
        "image": { "reference": "app", "digest": digest, "platform": "linux/amd64", "layers": [] },
        "proof": { "index_state": digest, "catalog": digest, "policy": digest, "as_of": "2026-11-26", "stale": [] },
        "observed": { "generated_at": "2026-11-26T00:00:00Z", "feeds": {} },
        "distributions": [], "feeds": [], "findings": findings, "blind_spots": blind_spots,
        "summary": { "packages": 0, "judged": 0, "findings": {}, "fixable": 0 },
    }))
    .unwrap()
}

fn finding(severity: &str, fixed: bool, suppressed: bool) -> Value {
    let mut finding = json!({
        "id": "CVE-1", "aliases": [], "severity": severity, "status": "affected", "feed": "f", "why": "w",
        "package": { "name": "p", "version": "1", "type": "apk", "purl": "pkg:apk/p", "layer": null },
    });
    if fixed {
        finding["fixed_in"] = json!("2");
    }
    if suppressed {
        finding["suppressed"] = json!({ "by": "b", "reason": "r" });
    }
    finding
}

fn spot(reason: &str, counts: bool, waived: bool) -> Value {
    let mut spot =
        json!({ "reason": reason, "subject": "s", "detail": "d", "packages": 1, "counts": counts });
    if waived {
        spot["waived"] = json!(true);
    }
    spot
}

fn gates() -> [Gate; 6] {
    let gate = |severity, unknown, fixable| Gate { severity, unknown, fixable, ..Gate::default() };
    let high = Some(Severity::High);
    [
        gate(high, false, false),
        gate(None, true, false),
        gate(high, true, false),
        gate(high, false, true),
        gate(None, false, true),
        gate(high, true, true),
    ]
}

/// A row for each kind of finding; a column for each gate: high, unknown, both, high fixable, fixable, both fixable.
#[test]
fn the_truth_table_of_findings() {
    for (severity, fixed, expected) in [
        ("Critical", true, "101111"),
        ("Critical", false, "101000"),
        ("High", true, "101111"),
        ("High", false, "101000"),
        ("Medium", true, "000010"),
        ("Medium", false, "000000"),
        ("Low", true, "000010"),
        ("Low", false, "000000"),
        ("Negligible", true, "000010"),
        ("Negligible", false, "000000"),
        ("Unknown", true, "011011"),
        ("Unknown", false, "011000"),
    ] {
        let tripped = |suppressed: bool| -> String {
            let report = report(&[finding(severity, fixed, suppressed)], &[]);
            gates().map(|gate| if gate.trips(&report) { '1' } else { '0' }).iter().collect()
        };
        assert_eq!(tripped(false), expected, "{severity} {fixed}");
        assert_eq!(tripped(true), "000000", "{severity} {fixed}, suppressed");
    }
}

/// A row for each kind of finding; a column for each gate: kev, epss ≥ 0.1, both, high kev, kev fixable, high epss fixable.
#[test]
fn the_truth_table_of_exploitation() {
    let (high, likely) = (Some(Severity::High), Some("0.1".parse().unwrap()));
    let gate = |severity, kev, epss, fixable| Gate { severity, kev, epss, fixable, ..Gate::default() };
    let gates = [
        gate(None, true, None, false),
        gate(None, false, likely, false),
        gate(None, true, likely, false),
        gate(high, true, None, false),
        gate(None, true, None, true),
        gate(high, false, likely, true),
    ];
    for (severity, fixed, kev, epss, expected) in [
        ("High", true, true, Some(0.1), "111111"),
        ("High", true, true, Some(0.09999), "100110"),
        ("High", true, true, None, "100110"),
        ("High", true, false, Some(0.9), "010001"),
        ("High", false, true, Some(0.9), "111100"),
        ("High", false, false, Some(0.9), "010000"),
        ("High", true, false, Some(0.0), "000000"),
        ("High", true, false, None, "000000"),
        ("Unknown", true, true, Some(1.0), "111010"),
        ("Low", false, true, None, "100000"),
        ("Low", true, false, Some(0.5), "010000"),
    ] {
        let tripped = |suppressed: bool| -> String {
            let mut finding = finding(severity, fixed, suppressed);
            if kev {
                finding["kev"] = json!({ "added": "2021-12-10" });
            }
            if let Some(score) = epss {
                finding["epss"] = json!({ "score": score, "percentile": 0.5, "date": "2026-11-26" });
            }
            let report = report(&[finding], &[]);
            gates.iter().map(|gate| if gate.trips(&report) { '1' } else { '0' }).collect()
        };
        assert_eq!(tripped(false), expected, "{severity} {fixed} {kev} {epss:?}");
        assert_eq!(tripped(true), "000000", "{severity} {fixed} {kev} {epss:?}, suppressed");
    }
}

#[test]
fn the_truth_table_of_blind_spots() {
    let [high, ..] = gates();
    let ended = Gate { blind_spots: [Reason::EndOfLife].into(), ..Gate::default() };
    let named = Gate { blind_spots: [Reason::UnidentifiedExecutables].into(), ..Gate::default() };
    let low = finding("Low", true, false);
    let (counts, waived) = (spot("end-of-life", true, false), spot("end-of-life", false, true));
    let noted = spot("unidentified-executables", false, false);
    for (spot, with_finding, none, by_severity, by_end, by_executables) in [
        (&counts, false, Unproven, Unproven, Tripped, Unproven),
        (&counts, true, Passed, Unproven, Tripped, Unproven),
        (&waived, false, Passed, Passed, Passed, Passed),
        (&waived, true, Passed, Passed, Passed, Passed),
        (&noted, false, Passed, Passed, Passed, Tripped),
        (&noted, true, Passed, Passed, Passed, Tripped),
    ] {
        let findings = if with_finding { vec![low.clone()] } else { Vec::new() };
        let report = report(&findings, std::slice::from_ref(spot));
        let of =
            |gates: &[&Gate]| outcome(&gates.iter().map(|&gate| gate.clone()).collect::<Vec<_>>(), &report);
        let told = [of(&[]), of(&[&high]), of(&[&ended]), of(&[&named])];
        assert_eq!(told, [none, by_severity, by_end, by_executables], "{spot} {with_finding}");
        assert_eq!(of(&[&high, &ended]), by_end, "either trips");
    }
}
