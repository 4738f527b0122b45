//! The gate: every policy by every state of an image, and who is let through.

use limpid_core::Digest;
use limpid_store::accounts::{self as rows, Role, ServiceRole};
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, clean, vulnerable},
};
use crate::{
    accounts::{
        self, Principal, Signed,
        administration::{Grantee, Place as Where, grant},
    },
    security::{Gate, gate},
};

fn set(place: &Place, policy: &Value) {
    place.ask("admin", "PUT", "/api/v1/namespaces/team/gate", policy).json(200);
}

pub(super) fn signed(place: &Place, name: &str) -> Principal {
    let account = place.engine.database.read(|tx| rows::find(tx, name)).unwrap().unwrap();
    Principal::Account(Signed::of(&account))
}

fn ask(place: &Place, digest: &Digest) -> Gate {
    gate(&place.engine, "team/app", digest, &Principal::Anonymous).unwrap()
}

fn word(gate: &Gate) -> &'static str {
    match gate {
        Gate::Allow => "allow",
        Gate::Warn(_) => "warn",
        Gate::Refuse(_) => "refuse",
    }
}

#[test]
fn each_policy_refuses_what_it_says_and_nothing_else() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let bad = place.push_system("team/app", "bad", &vulnerable());
        let good = place.push_system("team/app", "good", &clean());
        let future = limpid_testkit::alpine::System::alpine("4.0.0").package("busybox", "2.0-r0", "busybox");
        let unproven = place.push_system("team/app", "unproven", &future);
        let layer = json!({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
            "digest": Digest::of(b"secret"), "size": 6});
        let config = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "digest": Digest::of(b"c"), "size": 1});
        let sealed = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer]});
        let sealed = place.push("team/app", Some("sealed"), sealed.to_string().as_bytes());
        let signature = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [
            {"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "digest": Digest::of(b"s"), "size": 1}]});
        let signature = place.push("team/app", None, signature.to_string().as_bytes());
        let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": good, "size": 1},
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": bad, "size": 1,
                "platform": {"os": "linux", "architecture": "arm64"}}]});
        let index = place.push("team/app", Some("index"), index.to_string().as_bytes());
        for digest in [&bad, &good, &unproven] {
            place.status(digest, "indexed");
        }
        let unknown = Digest::of(b"never pushed");
        let all = [&bad, &good, &unproven, &sealed, &signature, &index, &unknown];
        let findings = json!({"mode": "refuse", "severity": "unknown"});
        let (r, a) = ("refuse", "allow");
        for (policy, expected) in [
            (json!({"mode": "off"}), [a, a, a, a, a, a, a]),
            (findings.clone(), [r, a, a, a, a, r, a]),
            (json!({"mode": "refuse", "severity": "low"}), [a, a, a, a, a, a, a]),
            (json!({"mode": "refuse", "unproven": true}), [a, a, r, a, a, a, a]),
            (json!({"mode": "refuse", "unscanned": true}), [a, a, a, r, a, a, r]),
            (
                json!({"mode": "refuse", "severity": "unknown", "unproven": true, "unscanned": true}),
                [r, a, r, r, a, r, r],
            ),
        ] {
            set(place, &policy);
            let told = all.map(|digest| word(&ask(place, digest)));
            assert_eq!(told, expected, "{policy}");
        }

        set(place, &findings);
        let Gate::Refuse(refusal) = ask(place, &index) else { panic!("an index is what its images are") };
        let expected = json!({
            "causes": [{"cause": "finding", "id": "CVE-2099-0001", "severity": "Unknown", "package": "busybox",
                "version": "1.36.0-r1", "fixed_in": "1.36.1-r0", "platform": "linux/arm64"}],
            "more": 0,
            "way_out": ["build the image with the fixed versions, and push it again",
                "ask an administrator of team to let it pass, with a reason, at /api/v1/namespaces/team/gate"],
        });
        assert_eq!(serde_json::to_value(&refusal).unwrap(), expected);
        assert!(
            refusal
                .message
                .contains("linux/arm64: CVE-2099-0001 (Unknown, busybox 1.36.0-r1, fixed in 1.36.1-r0)"),
            "{}",
            refusal.message
        );
    });
}

#[test]
fn exceptions_end_and_a_dry_run_warns() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let bad = place.push_system("team/app", "bad", &vulnerable());
        place.status(&bad, "indexed");
        let policy = |mode: &str, expires: &str| {
            json!({"mode": mode, "severity": "unknown",
                "allow": [{"id": "CVE-2099-0001", "reason": "not reachable", "expires": expires}]})
        };
        set(place, &policy("refuse", "2999-01-01T00:00:00Z"));
        assert_eq!(ask(place, &bad), Gate::Allow);
        set(place, &policy("refuse", "2020-01-01T00:00:00Z"));
        assert_eq!(word(&ask(place, &bad)), "refuse");
        set(place, &policy("warn", "2020-01-01T00:00:00Z"));
        let Gate::Warn(warning) = ask(place, &bad) else { panic!("a dry run warns") };
        assert!(
            warning.starts_with("299 - \"team does not let images") && warning.contains("CVE-2099-0001"),
            "{warning}"
        );
        let told = place.get("/api/v1/namespaces/team/gate");
        assert_eq!((&told["mode"], &told["severity"]), (&json!("warn"), &json!("unknown")));
        for wrong in [
            json!({"mode": "refuse"}),
            json!({"mode": "sometimes", "severity": "high"}),
            json!({"mode": "refuse", "severity": "awful"}),
            json!({"mode": "refuse", "severity": "high", "allow": [{"id": "CVE-1", "reason": ""}]}),
        ] {
            place.ask("admin", "PUT", "/api/v1/namespaces/team/gate", &wrong).json(400);
        }
        place
            .ask("admin", "PUT", "/api/v1/namespaces/none/gate", &policy("warn", "2999-01-01T00:00:00Z"))
            .json(404);
    });
}

#[test]
fn who_may_push_is_not_locked_out() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let bad = place.push_system("team/app", "bad", &vulnerable());
        place.status(&bad, "indexed");
        for name in ["reader", "writer"] {
            place.user(name);
        }
        let namespace = Where::Namespace("team");
        grant(&place.engine, namespace, Grantee::Account("reader"), Role::Reader).unwrap();
        grant(&place.engine, namespace, Grantee::Account("writer"), Role::Writer).unwrap();
        set(place, &json!({"mode": "refuse", "severity": "unknown"}));
        for (name, expected) in [("reader", "refuse"), ("writer", "allow"), ("admin", "allow")] {
            let asked = gate(&place.engine, "team/app", &bad, &signed(place, name)).unwrap();
            assert_eq!(word(&asked), expected, "{name}");
        }
        let account = place.engine.database.read(|tx| rows::find(tx, "admin")).unwrap().unwrap();
        assert_eq!(account.role, ServiceRole::Superuser);
    });
}

#[test]
fn what_is_refused_by_the_gate_or_because_a_tag_is_there_is_in_the_audit() {
    Place::on_each(|place| {
        let bad = place.push_system("team/app", "1", &vulnerable());
        for (name, role) in [("reader", Role::Reader), ("writer", Role::Writer)] {
            place.user(name);
            grant(&place.engine, Where::Namespace("team"), Grantee::Account(name), role).unwrap();
        }
        // In whatever state it is by now.
        set(place, &json!({"mode": "refuse", "severity": "unknown", "unproven": true, "unscanned": true}));
        let manifest = "/v2/team/app/manifests/1";
        place.ask("reader", "GET", manifest, &Value::Null).json(403);
        place.ask("reader", "GET", manifest, &Value::Null).json(403);
        let other = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []});
        place.ask("writer", "PUT", manifest, &other).json(403);
        place.write(|tx| tx.execute("UPDATE tag SET is_immutable = 1", &[]));
        place.ask("admin", "PUT", manifest, &other).json(403);
        accounts::write_audit(&place.engine);
        let filter = rows::AuditFilter { object: "repository team/app", ..rows::AuditFilter::default() };
        let found = place.engine.database.read(|tx| rows::audited(tx, &filter, 100)).unwrap();
        let mut refused: Vec<_> = found.into_iter().filter(|row| row.row.decision == "refused").collect();
        refused.sort_by(|one, other| one.row.account.cmp(&other.row.account));
        let told: Vec<_> = refused
            .iter()
            .map(|row| (row.row.account.as_str(), row.row.action.as_str(), row.row.detail.clone(), row.times))
            .collect();
        assert_eq!(
            told,
            [
                ("admin", "overwrite", "the tag 1 must stay as it is".to_owned(), 1),
                ("reader", "pull", format!("the gate refuses {bad}"), 2),
                (
                    "writer",
                    "overwrite",
                    "the tag 1 is there already, and you may not point it elsewhere".to_owned(),
                    1
                ),
            ]
        );
    });
}
