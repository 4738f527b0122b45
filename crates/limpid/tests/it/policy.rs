//! Policy files, and decisions written as VEX.

use serde_json::{Value, json};

use crate::support::{Place, advised, vulnerable};

fn place() -> Place {
    let place = advised();
    place.image("app.tar", &vulnerable());
    place
}

#[test]
fn a_policy_has_severities_of_ones_own_and_a_gate() {
    let place = place();
    place.run("scan ../app.tar --offline --fail-on high").ended(0);
    place.write(
        "policy.toml",
        "[gate]\nseverity = 'high'\n\
         [[severity]]\npackage = 'openssl'\nseverity = 'critical'\nreason = 'it faces the world'\nowner = 'platform'\n\
         [[severity]]\nid = 'CVE-1999-1'\nseverity = 'low'\nreason = 'long gone'\n\
         [[ignore]]\npackage = 'ssl_client'\nreason = 'not used'\n",
    );
    let ran = place.run("scan ../app.tar --offline --policy ../policy.toml --format json").ended(1);
    let report = ran.json();
    let told: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["severity"], one["package"]["name"], one["suppressed"]["by"]))
        .collect();
    assert_eq!(
        told,
        [
            r#""Critical" "libcrypto3" null"#,
            r#""Unknown" "busybox" null"#,
            r#""Unknown" "ssl_client" "ignore: package ssl_client""#,
        ]
    );
    let rated = json!({ "from": "Unknown", "by": "severity critical: package openssl",
        "reason": "it faces the world (platform)" });
    assert_eq!(report["findings"][0]["rated"], rated);
    assert_eq!(report["summary"]["findings"]["Critical"], 1);
    let states: Vec<&Value> =
        report["decisions"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["applied", "applied", "unused"]);
    assert!(ran.stderr.contains("“severity low: CVE-1999-1” is about no finding"), "{}", ran.stderr);
}

#[test]
fn gates_are_tripped_by_what_they_say() {
    let place = place();
    for (gate, status) in [
        ("severity = 'high'", 0),
        ("unknown = true", 1),
        ("severity = 'high'\nunknown = true", 1),
        ("fixable = true", 1),
        ("severity = 'low'\nfixable = true", 0),
        ("blind-spots = ['end-of-life']", 0),
    ] {
        place.write("policy.toml", format!("[gate]\n{gate}\n"));
        place.run("scan ../app.tar --offline --policy ../policy.toml").ended(status);
    }
    for (content, why) in [
        ("[gate]\n", "nothing could trip it"),
        ("[gate]\nseverity = 'bad'\n", "“bad” is not a severity"),
        ("[gate]\nseverity = 'high'\nfixed = true\n", "unknown field `fixed`"),
        ("[gate]\nblind-spots = ['dark']\n", "dark"),
        ("[gate]\nepss = 1.5\n", "“1.5” is not a number from 0 to 1"),
        ("[[gate]]\nkev = true\n[[gate]]\n", "nothing could trip it"),
        ("[[severity]]\nid = 'CVE-1'\nreason = 'r'\n", "severity 1: it says no severity"),
        ("[[severity]]\nid = 'CVE-1'\nseverity = 'low'\n", "severity 1: it has no reason"),
        (
            "[[ignore]]\nid = 'CVE-1'\nseverity = 'low'\nreason = 'r'\n",
            "a decision to ignore has no severity",
        ),
        ("[[ignore]]\nid = 'CVE-1'\njustification = 'x'\nreason = 'r'\n", "“x” is not a justification"),
    ] {
        place.write("policy.toml", content);
        let ran = place.run("scan ../app.tar --offline --policy ../policy.toml").ended(2);
        assert!(ran.stderr.contains(why), "{content}: {}", ran.stderr);
    }
    place.write("policy.toml", "[gate]\nseverity = 'high'\n");
    let ran = place.run("scan ../app.tar --offline --ignore ../policy.toml").ended(2);
    assert!(ran.stderr.contains("read from --policy FILE alone"), "{}", ran.stderr);
}

/// (identifier, package, whether it is suppressed)
fn suppressed(report: &Value) -> Vec<(Value, Value, bool)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| (one["id"].clone(), one["package"]["name"].clone(), one.get("suppressed").is_some()))
        .collect()
}

#[test]
fn what_is_written_as_vex_is_read_back_to_the_same_decisions() {
    let place = place();
    place.write(
        "policy.toml",
        "[[ignore]]\nid = 'XSA-9'\npackage = 'busybox'\nreason = 'no awk'\nowner = 'platform'\n\
         justification = 'vulnerable_code_not_in_execute_path'\n\
         [[ignore]]\npackage = 'openssl'\nreason = 'accepted until spring'\n\
         [[ignore]]\nid = 'CVE-2099-0003'\nreason = 'not built in'\nexpires = 2999-12-31\n\
         justification = 'component_not_present'\n",
    );
    let ran = place.run("vex ../app.tar --offline --policy ../policy.toml --author us@example.com").ended(0);
    assert!(
        ran.stderr.contains("“ignore: package openssl” says not why nothing is affected"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("“ignore: CVE-2099-0003” holds until a day only"), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["@context"], "https://openvex.dev/ns/v0.2.0");
    let statement = &document["statements"][0];
    assert_eq!(document["statements"].as_array().unwrap().len(), 1);
    assert_eq!(statement["vulnerability"]["name"], "CVE-2099-0001");
    assert_eq!(statement["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(statement["impact_statement"], "no awk (platform)");
    assert_eq!(statement["products"][0]["subcomponents"].as_array().unwrap().len(), 2);
    place.write("us.json", &ran.stdout);
    place.write("ours.toml", "[[ignore]]\nid = 'XSA-9'\npackage = 'busybox'\nreason = 'no awk'\n");
    let scan =
        |options: &str| place.run(&format!("scan ../app.tar --offline --format json {options}")).json();
    let (by_vex, by_decision) = (scan("--vex ../us.json"), scan("--ignore ../ours.toml"));
    assert_eq!(suppressed(&by_vex), suppressed(&by_decision));
    assert!(suppressed(&by_vex).iter().filter(|one| one.2).count() == 2, "{by_vex:#}");
    // It is about this image alone.
    place.image("other.tar", &vulnerable().file("x", "y"));
    let other = place.run("scan ../other.tar --offline --format json --vex ../us.json").json();
    assert!(suppressed(&other).iter().all(|one| !one.2), "{other:#}");
    // What could say nothing in such a document is no option.
    for option in ["--only-fixed", "--accept end-of-life", "--vex ../us.json"] {
        place.run(&format!("vex ../app.tar --offline --policy ../policy.toml --author us {option}")).ended(2);
    }
    let ran = place.run("vex ../app.tar --offline --ignore ../ours.toml --author us").ended(2);
    assert!(ran.stderr.contains("there is no decision with a justification"), "{}", ran.stderr);
}

/// What the document says how to make a table of a repository of Maven's.
fn table_of_repository(place: &Place) -> String {
    let document = include_str!("../../../../docs/output.md");
    let script = document.split("```sh\n").find(|block| block.starts_with("cd ~/.m2/repository")).unwrap();
    let script = script.split("```").next().unwrap();
    let made = std::process::Command::new("sh")
        .args(["-c", script])
        .env("HOME", place.path("home"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap()
}

#[test]
fn jars_are_identified_by_a_table_of_ones_own_and_by_nobody_else() {
    let place = Place::new();
    // An archive without members, which says nothing at all.
    let jar = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    let repository = place.path("home/.m2/repository/org/yaml/snakeyaml/1.24");
    std::fs::create_dir_all(&repository).unwrap();
    std::fs::write(repository.join("snakeyaml-1.24.jar"), &jar).unwrap();
    let root = place.path("root/app");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("odd.jar"), &jar).unwrap();
    place.write("jars.tsv", table_of_repository(&place));
    let scan = |options: &str| {
        place.run(&format!("scan dir:../root --offline --format json {options}")).ended(3).json()
    };
    let (plain, known) = (scan(""), scan("--jars ../jars.tsv"));
    let unread = |report: &Value| {
        let spots = report["blind_spots"].as_array().unwrap();
        spots.iter().filter(|spot| spot["reason"] == "database-unreadable").count()
    };
    assert_eq!((unread(&plain), unread(&known)), (1, 0));
    assert_eq!((&plain["summary"]["packages"], &known["summary"]["packages"]), (&json!(0), &json!(1)));
    assert_eq!(plain["proof"]["index_state"], known["proof"]["index_state"]);
    assert_ne!(plain["proof"]["policy"], known["proof"]["policy"]);
    // Said otherwise, it is the same table.
    let text = format!("# ours\n\n{}", std::fs::read_to_string(place.path("jars.tsv")).unwrap());
    place.write("same.tsv", text);
    assert_eq!(scan("--jars ../same.tsv")["proof"], known["proof"]);
    let index = place.run("index dir:../root --format json").ended(0).json();
    assert_eq!(index["archives"][0]["path"], "app/odd.jar");
    place.write("wrong.tsv", "org.yaml:snakeyaml:1.24\n");
    let wrong = place.run("scan dir:../root --offline --jars ../wrong.tsv").ended(2);
    assert!(wrong.stderr.contains("wrong.tsv: line 1: there is no tab"), "{}", wrong.stderr);
}
