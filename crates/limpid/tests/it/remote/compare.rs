//! `limpid compare` with sides that are servers.

use limpid_testkit::http::{Answer, Server};
use serde_json::{Value, json};

use super::{Stage, clair, failure, json_answer, unknown_digest};
use crate::support::Ran;

fn compared(ran: Ran) -> Value {
    let comparison = ran.ended(0).json();
    assert_eq!(comparison["schema"], "limpid/comparison/1");
    comparison
}

/// (name, whether it is the same) of the inputs.
fn inputs(comparison: &Value) -> Vec<(&str, Option<bool>)> {
    let inputs = comparison["inputs"].as_object().unwrap().iter();
    inputs.map(|(name, input)| (name.as_str(), input["same"].as_bool())).collect()
}

/// (change, cause, identifier) of each finding that differs.
fn changes(comparison: &Value) -> Vec<[&str; 3]> {
    let changes = comparison["findings"].as_array().unwrap().iter();
    changes
        .map(|one| [&one["change"], &one["cause"], &one["id"]].map(|field| field.as_str().unwrap()))
        .collect()
}

#[test]
fn an_old_clair_and_a_limpid_tell_the_public_case() {
    let stage = Stage::new();
    let clair = clair("before", stage.digest());
    let a = format!("{}@{}", clair.url(), stage.digest());
    let words = format!("compare {a} {}", stage.side());
    let comparison = compared(stage.place.run(&format!("{words} --format json")));
    assert_eq!(comparison["a"]["reference"], a.as_str());
    assert_eq!(
        (&comparison["a"]["verdict"], &comparison["b"]["verdict"]),
        (&json!("unproven"), &json!("vulnerable"))
    );
    let expected = [
        ("as_of", None),
        ("catalog", None),
        ("image", Some(true)),
        ("index_state", Some(false)),
        ("policy", None),
        ("stale", None),
    ];
    assert_eq!(inputs(&comparison), expected);
    assert_eq!(comparison["inputs"]["catalog"]["a"], Value::Null);
    assert_eq!(
        changes(&comparison),
        ["CVE-2022-30065", "CVE-2022-2097", "CVE-2022-37434"].map(|id| ["added", "index-state", id])
    );
    let gone = &comparison["blind_spots"][0];
    assert_eq!((&gone["change"], &gone["cause"]), (&json!("removed"), &json!("index-state")));
    assert_eq!((&gone["a"]["reason"], &gone["a"]["packages"]), (&json!("no-distribution"), &json!(4)));
    assert_eq!((&comparison["feeds"], &comparison["advisories"]), (&Value::Null, &Value::Null));
    let explanation = comparison["explanation"].as_str().unwrap();
    let expected = "The image is the same; the index state differs, so another version of the detectors read the image (4 \
        packages under another release or source package); A does not tell its advisory data, policy and day. 3 findings \
        are new in B because of the index state. 1 blind spot is new in B and 1 blind spot is gone in B. The verdict was \
        unproven and is vulnerable.";
    assert_eq!(explanation, expected);
    let lines = stage.place.run(&words).ended(0).stdout;
    assert!(lines.contains("input\tadvisory-data\tunknown\t-\tsha256:"), "{lines}");
    assert!(lines.contains("blind-spot\tremoved\tno-distribution\timage\tindex-state\t"), "{lines}");
}

#[test]
fn two_clairs() {
    let digest = unknown_digest();
    let (before, after) = (clair("before", &digest), clair("after", &digest));
    let stage = Stage::new();
    let words = format!("compare {}@{digest} {}@{digest} --format json", before.url(), after.url());
    let comparison = compared(stage.place.run(&words));
    assert_eq!(changes(&comparison).len(), 3);
    assert_eq!(comparison["inputs"]["index_state"]["a"], "44c9f1b2c4dd1f1f2f3a8f8f0a4d6d0e");
    assert_eq!(comparison["inputs"]["index_state"]["same"], false);
    assert!(
        comparison["explanation"]
            .as_str()
            .unwrap()
            .contains("neither side tells its advisory data, policy and day")
    );
}

#[test]
fn an_upgraded_clair_and_a_limpid_find_the_same() {
    let stage = Stage::new();
    let clair = clair("after", stage.digest());
    let words = format!("compare {}@{} {} --format json", clair.url(), stage.digest(), stage.side());
    let comparison = compared(stage.place.run(&words));
    assert_eq!((&comparison["packages"], &comparison["findings"]), (&json!([]), &json!([])));
}

#[test]
fn two_limpids_of_which_one_has_no_data_about_the_release() {
    let (with, without) = (Stage::new(), Stage::new());
    let report = with.place.run(&format!("scan {} --offline --format json", with.image)).ended(3).json();
    without.serve("report", &report);
    let words = format!("compare {} {}", without.side(), with.side());
    let comparison = compared(with.place.run(&format!("{words} --format json")));
    assert_eq!(comparison["inputs"]["catalog"]["same"], false);
    assert_eq!(comparison["inputs"]["index_state"]["same"], true);
    assert!(
        changes(&comparison).iter().all(|[change, cause, _]| (*change, *cause) == ("added", "advisory-data"))
    );
    assert_eq!(changes(&comparison).len(), 3);
    // What the servers have of a feed is not here to be looked at.
    assert_eq!(comparison["advisories"], Value::Null);
    assert_eq!(comparison["feeds"][0]["name"], "alpine/v3.16/community");
}

#[test]
fn a_server_and_an_image_and_a_saved_report() {
    let stage = Stage::new();
    let saved = stage.judge.write("saved.json", stage.report.to_string());
    for other in [&stage.image, &saved] {
        let words = format!("compare {} {other} --offline --format json", stage.side());
        let comparison = compared(stage.judge.run(&words));
        assert!(inputs(&comparison).iter().all(|(_, same)| *same == Some(true)), "{comparison:#}");
        assert_eq!((changes(&comparison).len(), &comparison["blind_spots"]), (0, &json!([])));
    }
    let words =
        format!("compare {} {} --accept end-of-life --offline --format json", stage.side(), stage.image);
    let comparison = compared(stage.judge.run(&words));
    assert_eq!(comparison["inputs"]["policy"]["same"], true);
}

#[test]
fn what_a_server_does_not_have_is_said_with_the_way_out() {
    let stage = Stage::new();
    let clair = clair("before", stage.digest());
    let nobody = Server::start();
    let (digest, other) = (stage.digest(), unknown_digest());
    let refused = |side: &str, said: &[&str]| {
        let ran = stage.place.run(&format!("compare {side} {}", stage.side())).ended(2);
        assert_eq!(ran.stdout, "");
        for said in said {
            assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        }
    };
    for server in [&stage.server, &clair] {
        refused(&format!("{}@{other}", server.url()), &[&other, "does not know", "limpid scan --server"]);
    }
    refused(&format!("{}@{digest}", nobody.url()), &["neither a Limpid service nor a Clair"]);
    refused(&stage.server.url(), &["@sha256:"]);
    refused(&format!("{}@sha256:12", stage.server.url()), &["not a digest"]);

    let vulnerabilities = format!("/matcher/api/v1/vulnerability_report/{digest}");
    let side = format!("{}@{digest}", clair.url());
    clair.answer(&vulnerabilities, Answer::status(202));
    refused(&side, &["no advisory data"]);
    clair.answer(&vulnerabilities, failure(500, "connection refused"));
    refused(&side, &["connection refused"]);
    let unfinished = json!({"manifest_hash": digest, "state": "IndexError", "success": false, "err": "no route to host",
        "packages": {}, "distributions": {}, "repository": {}, "environments": {}});
    clair.answer(&format!("/indexer/api/v1/index_report/{digest}"), json_answer(&unfinished));
    refused(&side, &["could not index the image", "no route to host"]);
    stage.server.answer(&stage.manifest("report"), Answer::status(202));
    refused(&side.replace(&clair.url(), &stage.server.url()), &["no advisory data"]);
    let ran = stage.place.run(&format!("compare {} --as-of 2022-08-01", stage.side())).ended(2);
    assert!(ran.stderr.contains("--as-of is for images"), "{ran:#?}");
}

#[test]
fn each_side_may_have_a_key_of_its_own() {
    let (a, b) = (Stage::new(), Stage::new());
    let key = a.place.write("key", "c2VjcmV0");
    let issuers = |options: &str| {
        a.place.run(&format!("compare {} {} --format json {options}", a.side(), b.side())).ended(0);
        [&a.server, &b.server].map(|server| {
            let token = server.take_requests()[0].headers.get("authorization").cloned();
            token.map(|token| super::claims(&token)["iss"].as_str().unwrap().to_owned())
        })
    };
    assert_eq!(issuers(""), [None, None]);
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(issuers(&format!("--server-key {key}")), [named("limpid"), named("limpid")]);
    let options =
        format!("--server-key {key} --server-key {key} --server-issuer quay --server-issuer clairctl");
    assert_eq!(issuers(&options), [named("quay"), named("clairctl")]);
}
