//! The policy of a namespace: what it changes, where, and what it never changes.

use limpid_core::{Digest, Severity};
use limpid_store::accounts as rows;
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, vulnerable},
};
use crate::{
    accounts::{self, Principal},
    matching::{self, Decided},
    security::{self, Gate},
};

const PATH: &str = "/api/v1/namespaces/team/policy";

#[track_caller]
fn decide(place: &Place, text: &str) -> Value {
    place.send("admin", "PUT", PATH, text.to_owned()).json(200)
}

fn ignoring(expires: &str, image: &str) -> String {
    format!(
        "[[ignore]]\nid = \"CVE-2099-0001\"\nimage = \"{image}\"\nreason = \"not reachable\"\nowner = \"us\"\nexpires = {expires}\n\
         [[ignore]]\nid = \"CVE-2099-9999\"\nreason = \"of something else\"\n"
    )
}

/// The verdict in the repository, where it is decided, and who suppresses what.
fn told(place: &Place, repository: &str, digest: &Digest) -> (String, Vec<(String, Option<String>)>) {
    let path = format!("/repository/{repository}/-/image/{digest}/report.json");
    let report = place.get(&path);
    let findings = report["findings"].as_array().unwrap();
    let one = |finding: &Value| {
        let by = finding["suppressed"]["by"].as_str().map(str::to_owned);
        (finding["id"].as_str().unwrap().to_owned(), by)
    };
    (report["verdict"].as_str().unwrap().to_owned(), findings.iter().map(one).collect())
}

fn gate(place: &Place, digest: &Digest) -> Gate {
    security::gate(&place.engine, "team/app", digest, &Principal::Anonymous).unwrap()
}

#[test]
fn what_is_decided_holds_in_its_namespace_and_stays_in_its_reports() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.push_system("other/app", "1", &vulnerable());
        place.summary(&digest);
        let before = place.get(&format!("/repository/team/app/-/image/{digest}/report.json"));
        let stands = vec![("CVE-2099-0001".to_owned(), None)];
        assert_eq!(told(place, "team/app", &digest), ("vulnerable".to_owned(), stands.clone()));
        assert_eq!(
            place.get(PATH),
            json!({"policy": "", "changed_at": null, "changed_by": null, "ignores": 0, "severities": 0, "gates": 0})
        );

        // As the report that the command makes with the same file: the same digest stands for the same decisions.
        let text = ignoring("2999-12-31", "registry.test/team/app@*");
        let kept = decide(place, &text);
        assert_eq!(
            (&kept["policy"], &kept["changed_by"], &kept["ignores"]),
            (&json!(text), &json!("admin"), &json!(2))
        );
        let by = "ignore: CVE-2099-0001, image registry.test/team/app@*".to_owned();
        let ignored = vec![("CVE-2099-0001".to_owned(), Some(by))];
        assert_eq!(told(place, "team/app", &digest), ("clean".to_owned(), ignored));
        let report = place.get(&format!("/repository/team/app/-/image/{digest}/report.json"));
        let policy = limpid_core::policy::PolicyFile::read(&text).unwrap().policy();
        assert_eq!(report["proof"]["policy"], json!(policy.digest()));
        assert_ne!(report["proof"]["policy"], before["proof"]["policy"]);
        assert_eq!(report["findings"][0]["suppressed"]["reason"], "not reachable (us), until 2999-12-31");
        let states: Vec<&str> = report["decisions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["applied", "unused"]);
        let status = place.get(&format!("/api/v1/repository/team/app/manifest/{digest}/status"));
        assert_eq!(
            (&status["summary"]["verdict"], &status["summary"]["is_current"]),
            (&json!("clean"), &json!(true))
        );
        let page = place.ask("admin", "GET", "/repository/team/app/-/tags", &Value::Null).text;
        assert!(page.contains("Clean") && !page.contains("Vulnerable"), "{page}");

        // Elsewhere, and for those whose formats have no word for it, nothing is decided.
        assert_eq!(told(place, "other/app", &digest), ("vulnerable".to_owned(), stands.clone()));
        let quay = place.get(&format!("/api/v1/repository/team/app/manifest/{digest}/security"));
        assert!(quay.to_string().contains("CVE-2099-0001"), "{quay}");
        assert_eq!(quay["limpid"]["summary"]["verdict"], "vulnerable");
        let all = matching::judged_now(&place.engine, &digest, None).unwrap().unwrap().report;
        assert_eq!((all.standing().count(), all.decisions.len()), (1, 0));

        // What runs out stands again, and is told.
        decide(place, &ignoring("2020-01-01", "*"));
        assert_eq!(told(place, "team/app", &digest), ("vulnerable".to_owned(), stands.clone()));
        let report = place.get(&format!("/repository/team/app/-/image/{digest}/report.json"));
        assert_eq!(report["decisions"][0]["state"], "expired");
        // Another image's decision is not this one's.
        decide(place, &ignoring("2999-12-31", "*/team/other@*"));
        assert_eq!(told(place, "team/app", &digest).0, "vulnerable");
        assert_eq!(place.ask("admin", "DELETE", PATH, &Value::Null).status, 204);
        assert_eq!(
            place.get(&format!("/repository/team/app/-/image/{digest}/report.json"))["proof"],
            before["proof"]
        );
    });
}

#[test]
fn what_cannot_be_read_is_never_kept_and_never_no_decision() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        let good = ignoring("2999-12-31", "*");
        decide(place, &good);
        for (text, why) in [
            ("[[ignore]]\nid = 'CVE-1'\n", "line 1: decision 1: it has no reason"),
            ("# a\n\n[[ignore]]\nid = 'CVE-1'\nreson = 'r'\n", "line 5: unknown field `reson`"),
            ("[gate]\nseverity = 'awful'\n", "line 1: gate: "),
        ] {
            let refused = place.send("admin", "PUT", PATH, text.to_owned()).json(422);
            assert!(refused["message"].as_str().unwrap().starts_with(why), "{refused}");
        }
        let long = format!("# {}", "x".repeat(crate::limits::POLICY_BYTES));
        assert!(matches!(place.send("admin", "PUT", PATH, long).status, 413 | 422));
        assert_eq!(place.get(PATH)["policy"], json!(good));
        place.send("admin", "PUT", "/api/v1/namespaces/none/policy", String::new()).json(404);

        // Kept by a program that could read more than this one.
        place.write(|tx| tx.execute("UPDATE namespace_policy SET body = '[[other]]'", &[]));
        assert!(Decided::of(&place.engine, "team/app").is_err());
        let path = format!("/repository/team/app/-/image/{digest}/report.json");
        assert_eq!(place.ask("admin", "GET", &path, &Value::Null).status, 500);
        place
            .ask(
                "admin",
                "PUT",
                "/api/v1/namespaces/team/gate",
                &json!({"mode": "refuse", "severity": "low"}),
            )
            .json(200);
        assert!(security::gate(&place.engine, "team/app", &digest, &Principal::Anonymous).is_err());
        assert_eq!(place.ask("admin", "DELETE", PATH, &Value::Null).status, 204);
    });
}

#[test]
fn the_gate_sees_through_what_is_decided_and_counts_its_gates() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        let set = |policy: Value| place.ask("admin", "PUT", "/api/v1/namespaces/team/gate", &policy);
        set(json!({"mode": "refuse", "severity": "high"})).json(200);
        assert_eq!(gate(place, &digest), Gate::Allow);
        decide(
            place,
            "[[severity]]\nid = 'CVE-2099-0001'\nseverity = 'critical'\nreason = 'we run it as root'\n",
        );
        let Gate::Refuse(refusal) = gate(place, &digest) else { panic!("it is critical here") };
        assert!(
            refusal.message.contains("CVE-2099-0001 (Critical, busybox 1.36.0-r1"),
            "{}",
            refusal.message
        );
        let report = matching::judged_now(&place.engine, &digest, None).unwrap().unwrap().report;
        assert_eq!(report.findings[0].severity, Severity::Unknown, "nowhere else");
        decide(place, &ignoring("2999-12-31", "*"));
        set(json!({"mode": "refuse", "severity": "unknown"})).json(200);
        assert_eq!(gate(place, &digest), Gate::Allow);

        // Gates of the policy count where the gate says so, and it never says so where there is none.
        let by_policy = json!({"mode": "refuse", "policy": true});
        let refused = set(by_policy.clone()).json(400);
        assert!(refused["message"].as_str().unwrap().contains("has no gate"), "{refused}");
        decide(place, "[gate]\nfixable = true\n");
        set(json!({"mode": "refuse", "severity": "critical"})).json(200);
        assert_eq!(gate(place, &digest), Gate::Allow);
        set(by_policy.clone()).json(200);
        let Gate::Refuse(refusal) = gate(place, &digest) else { panic!("there is a fix") };
        assert!(
            refusal
                .message
                .starts_with("team does not let images that its policy does not let pass be pulled: ")
        );
        let kept =
            place.send("admin", "PUT", PATH, "[[ignore]]\nid = 'CVE-1'\nreason = 'r'\n".to_owned()).json(409);
        assert!(kept["message"].as_str().unwrap().contains("change the gate first"), "{kept}");
        assert_eq!(place.ask("admin", "DELETE", PATH, &Value::Null).status, 409);

        // Nobody knows what is exploited: that is not let through.
        decide(place, "[[gate]]\nkev = true\n");
        let Gate::Refuse(refusal) = gate(place, &digest) else { panic!("what is exploited is not known") };
        assert!(
            refusal.message.contains("not judged: feed-not-loaded: enrichment/kev"),
            "{}",
            refusal.message
        );
        decide(place, "[[gate]]\nblind-spots = ['end-of-life']\n");
        assert_eq!(gate(place, &digest), Gate::Allow);
    });
}

#[test]
fn who_changed_it_is_in_the_audit() {
    Place::on_each(|place| {
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        place.user("reader");
        assert_eq!(place.send("reader", "PUT", PATH, String::new()).status, 404);
        let text = "[[ignore]]\nid = 'CVE-1'\nreason = 'r'\n";
        decide(place, text);
        accounts::write_audit(&place.engine);
        let filter = rows::AuditFilter { account: "admin", ..rows::AuditFilter::default() };
        let found = place.engine.database.read(|tx| rows::audited(tx, &filter, 100)).unwrap();
        let changes: Vec<String> = found
            .into_iter()
            .filter(|row| row.row.action == "change-policy")
            .map(|row| row.row.object)
            .collect();
        let expected = format!("namespace team: 1 decision to ignore, {}", Digest::of(text.as_bytes()));
        assert_eq!(changes, [expected]);
    });
}

/// Attaches a document to an image, as `oras attach` does. Returns the document's digest.
fn attach(place: &Place, subject: &Digest, document: &str) -> Digest {
    let blob = |text: &str| {
        let digest = Digest::of(text.as_bytes());
        let path = format!("/v2/team/app/blobs/uploads/?digest={digest}");
        assert_eq!(place.send("admin", "POST", &path, text.to_owned()).status, 201);
        digest
    };
    let (config, layer) = (blob("{}"), blob(document));
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.openvex+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2},
        "layers": [{"mediaType": "application/json", "digest": layer, "size": document.len()}],
        "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject, "size": 1},
    })
    .to_string();
    let path = format!("/v2/team/app/manifests/{}", Digest::of(manifest.as_bytes()));
    assert_eq!(place.send("admin", "PUT", &path, manifest).status, 201);
    layer
}

#[test]
fn attached_documents_are_believed_where_the_policy_says_so_and_nowhere_else() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        let vex = json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Platform team",
            "timestamp": "2026-01-01T00:00:00Z", "statements": [{
                "vulnerability": {"name": "CVE-2099-0001"}, "products": [{"@id": format!("pkg:oci/app@{digest}")}],
                "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
            }],
        });
        let document = attach(place, &digest, &vex.to_string());
        let stands = ("vulnerable".to_owned(), vec![("CVE-2099-0001".to_owned(), None)]);
        assert_eq!(told(place, "team/app", &digest), stands, "who may push may not silence by that alone");
        decide(place, "[vex]\nreferrers = false\n");
        assert_eq!(told(place, "team/app", &digest), stands);

        decide(place, "[vex]\nreferrers = true\n");
        let by = format!("vex: referrer {document} (Platform team)");
        assert_eq!(
            told(place, "team/app", &digest),
            ("clean".to_owned(), vec![("CVE-2099-0001".to_owned(), Some(by))])
        );
        // What cannot be read takes nothing away, and is told; what is attached later is seen at once.
        let garbage = attach(place, &digest, "{\"neither\": \"nor\"}");
        let report = place.get(&format!("/repository/team/app/-/image/{digest}/report.json"));
        let decision = &report["decisions"][0];
        assert_eq!(decision["by"], json!(format!("vex: referrer {garbage}")));
        assert_eq!(decision["reason"], "it is not believed: it is neither OpenVEX, CSAF nor CycloneDX");
        let status = place.get(&format!("/api/v1/repository/team/app/manifest/{digest}/status"));
        assert_eq!(status["summary"]["verdict"], "clean");
        let all = matching::judged_now(&place.engine, &digest, None).unwrap().unwrap().report;
        assert_eq!(all.standing().count(), 1);
    });
}
