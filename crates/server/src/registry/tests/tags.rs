//! Tags that must stay, and tags that end.

use std::{sync::Barrier, thread};

use chrono::{DateTime, TimeDelta};
use limpid_core::Digest;
use limpid_store::{
    accounts::{Role, ServiceRole},
    registry as stored, security,
};
use serde_json::{Value, json};

use super::pushes::{MANIFEST, blob, code, config, image, manifest, put, send};
use crate::{
    accounts::{
        administration::{self, Grantee, grant},
        tests::place::{PASSWORD, Place, basic},
        write_audit,
    },
    limits::REGISTRY_GRACE,
    registry::tag_policy::TagPolicy,
};

const ONE: &str = "team/app";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The team's administrator `team`, its `writer`, and two images in `team/app`: `1` and `2`.
fn begun(place: &Place) -> [String; 2] {
    place.user("team", ServiceRole::None);
    place.user("writer", ServiceRole::None);
    let namespace = administration::Place::Namespace("team");
    grant(&place.engine, namespace, Grantee::Account("writer"), Role::Writer).unwrap();
    ["1", "2"].map(|tag| image(place, ONE, tag, &config(&json!({})), &format!("layer {tag}")))
}

fn change(place: &Place, who: &str, tag: &str, wanted: &Value) -> u16 {
    place.ask(who, "PUT", &format!("/api/v1/repository/{ONE}/tag/{tag}"), wanted).status
}

fn listed(place: &Place, tag: &str) -> Value {
    let answer = place.ask("team", "GET", &format!("/api/v1/repository/{ONE}/tag/"), &Value::Null).with(200);
    let tags = answer.json()["tags"].as_array().unwrap().clone();
    tags.into_iter().find(|listed| listed["name"] == tag).unwrap_or(Value::Null)
}

fn collect(place: &Place) -> u64 {
    place.engine.database.write(|tx| stored::collect_garbage(tx, REGISTRY_GRACE, None)).unwrap().tags
}

fn refused(place: &Place, who: &str, method: &str, path: &str, body: &str) {
    let answer = send(place, who, method, path, body).with(403);
    assert_eq!(code(&answer), "DENIED", "{path}");
}

#[test]
fn a_tag_that_must_stay_is_neither_pointed_elsewhere_nor_removed() {
    Place::on_each(|place| {
        let [one, two] = begun(place);
        assert_eq!(change(place, "writer", "1", &json!({"immutable": true})), 201);
        assert_eq!(listed(place, "1")["immutable"], true);
        let tag = format!("/v2/{ONE}/manifests/1");
        let digest = format!("/v2/{ONE}/manifests/{}", Digest::of(one.as_bytes()));
        refused(place, "team", "PUT", &tag, &two);
        refused(place, "team", "DELETE", &tag, "");
        refused(place, "team", "DELETE", &digest, "");
        // The same again changes nothing.
        put(place, "writer", ONE, "1", &one).with(201);
        let other = json!({"manifest_digest": Digest::of(two.as_bytes())});
        assert_eq!(change(place, "team", "1", &other), 409);
        assert_eq!(change(place, "team", "1", &json!({"expiration": 4_000_000_000_i64})), 409);
        let path = format!("/api/v1/repository/{ONE}/tag/1");
        place.ask("team", "DELETE", &path, &Value::Null).with(409);
        // That it need not stay any more is for administrators.
        assert_eq!(change(place, "writer", "1", &json!({"immutable": false})), 403);
        assert_eq!(change(place, "team", "1", &json!({"immutable": false})), 201);
        assert_eq!(change(place, "team", "1", &other), 201);
        assert_eq!(listed(place, "1")["manifest_digest"], Digest::of(two.as_bytes()).as_str());
        place.ask("writer", "DELETE", &path, &Value::Null).with(403);
        place.ask("team", "DELETE", &path, &Value::Null).with(204);
        place.ask("team", "DELETE", &path, &Value::Null).with(404);
        assert_eq!(listed(place, "1"), Value::Null);
    });
}

#[test]
fn the_namespace_says_which_tags_must_stay() {
    Place::on_each(|place| {
        let [one, two] = begun(place);
        let path = "/api/v1/namespaces/team/tag-policy";
        place.ask("team", "PUT", path, &json!({"immutable": ["other/app:v*"]})).with(422);
        place.ask("writer", "PUT", path, &json!({"immutable": ["v*"]})).with(403);
        let policy = json!({"immutable": ["v*", "team/app:?"]});
        // Tags that have an end already do not end where they are to stay; others do, and one that has ended is gone.
        let soon = (place.engine.now() + TimeDelta::days(1)).timestamp();
        for tag in ["2", "v0", "short"] {
            put(place, "team", ONE, tag, &two).with(201);
            assert_eq!(change(place, "team", tag, &json!({"expiration": soon})), 201);
        }
        place.execute("UPDATE tag SET expires_at = 1 WHERE name = 'v0'", &[]);
        place.ask("team", "PUT", path, &policy).with(200);
        assert_eq!(["2", "short"].map(|tag| listed(place, tag)["end_ts"].as_i64()), [None, Some(soon)]);
        assert_eq!((listed(place, "v0"), collect(place)), (Value::Null, 1));
        assert_eq!(place.ask("team", "GET", path, &Value::Null).with(200).json(), policy);
        refused(place, "team", "PUT", &format!("/v2/{ONE}/manifests/1"), &two);
        assert_eq!(listed(place, "1")["immutable"], true);
        put(place, "writer", ONE, "v1", &one).with(201);
        refused(place, "admin", "PUT", &format!("/v2/{ONE}/manifests/v1"), &two);
        refused(place, "admin", "DELETE", &format!("/v2/{ONE}/manifests/v1"), "");
        // An index that must stay keeps what it names.
        put(place, "writer", ONE, "latest", &two).with(201);
        let shown = place.send("GET", &format!("/repository/{ONE}/-/tags"), &[basic("team", PASSWORD)], "");
        assert!(shown.with(200).text.contains("kept by the namespace"));
        place.ask("team", "PUT", path, &json!({})).with(200);
        put(place, "team", ONE, "v1", &two).with(201);
    });
}

#[test]
fn an_index_that_must_stay_and_a_child_that_is_removed_wait_for_each_other() {
    Place::on_each(|place| {
        let [child, _] = begun(place);
        place
            .ask("team", "PUT", "/api/v1/namespaces/team/tag-policy", &json!({"immutable": ["v*"]}))
            .with(200);
        let digest = Digest::of(child.as_bytes());
        let path = format!("/v2/{ONE}/manifests/{digest}");
        for round in 0..30 {
            put(place, "team", ONE, "1", &child).with(201);
            let index = json!({
                "schemaVersion": 2,
                "mediaType": INDEX,
                "manifests": [{"mediaType": MANIFEST, "digest": digest, "size": child.len()}],
                "annotations": {"round": round.to_string()},
            });
            let (index, together) = (index.to_string(), Barrier::new(2));
            let (pushed, removed) = thread::scope(|scope| {
                let removed = scope.spawn(|| {
                    together.wait();
                    send(place, "team", "DELETE", &path, "").status
                });
                together.wait();
                let headers = [basic("team", PASSWORD), ("content-type", INDEX.to_owned())];
                let tag = format!("/v2/{ONE}/manifests/v{round}");
                (place.send("PUT", &tag, &headers, &index).status, removed.join().unwrap())
            });
            assert!(matches!((pushed, removed), (201, 403) | (400, 202)), "{pushed} {removed}");
            // Nothing else keeps the child in the next round.
            let tag = format!("v{round}");
            place.execute("UPDATE tag SET expires_at = 1 WHERE name = $1", &[tag.as_str().into()]);
        }
    });
}

#[test]
fn settings_of_a_namespace_that_are_set_at_once_are_all_there() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        for round in 0..50 {
            let policy = TagPolicy { immutable: vec![format!("v{round}")] };
            let (allowed, together) = (round % 2 == 0, Barrier::new(2));
            thread::scope(|scope| {
                scope.spawn(|| {
                    together.wait();
                    assert!(place.engine.database.write(|tx| policy.set(tx, "team")).unwrap());
                });
                together.wait();
                administration::set_writers_overwrite(&place.engine, "team", allowed).unwrap();
            });
            let settings = place.engine.database.read(|tx| security::namespace_settings(tx, "team")).unwrap();
            let settings: Value = serde_json::from_str(&settings.unwrap()).unwrap();
            assert_eq!(settings, json!({"tags": policy, "writers_overwrite": allowed}));
        }
    });
}

#[test]
fn writers_overwrite_where_they_may_and_a_refusal_is_kept() {
    Place::on_each(|place| {
        let [_, two] = begun(place);
        refused(place, "writer", "PUT", &format!("/v2/{ONE}/manifests/1"), &two);
        assert_eq!(
            change(place, "writer", "1", &json!({"manifest_digest": Digest::of(two.as_bytes())})),
            409
        );
        // A new tag is for whoever may push.
        assert_eq!(
            change(place, "writer", "3", &json!({"manifest_digest": Digest::of(two.as_bytes())})),
            201
        );
        assert_eq!(change(place, "writer", "3", &json!({"manifest_digest": Digest::of(b"none")})), 404);
        assert_eq!(change(place, "writer", "1", &json!({})), 400);
        write_audit(&place.engine);
        let audit = place.ask("admin", "GET", "/api/v1/audit?account=writer", &Value::Null).with(200);
        let rows = audit.json()["audit"].as_array().unwrap_or(&Vec::new()).clone();
        let kept =
            rows.iter().find(|row| row["action"] == "overwrite").unwrap_or_else(|| panic!("{audit:?}"));
        assert_eq!(kept["object"], "repository team/app");
        assert_eq!(kept["detail"], "the tag 1 is there already, and you may not point it elsewhere");
        assert_eq!((&kept["decision"], &kept["times"]), (&json!("refused"), &json!(2)));
        place.ask("team", "PATCH", "/api/v1/namespaces/team", &json!({"writers_overwrite": true})).with(200);
        put(place, "writer", ONE, "1", &two).with(201);
    });
}

#[test]
fn a_tag_ends_when_it_should_and_the_garbage_job_removes_it() {
    Place::on_each(|place| {
        let [one, two] = begun(place);
        let soon = (place.engine.now() + TimeDelta::days(1)).timestamp();
        assert_eq!(change(place, "writer", "1", &json!({"expiration": soon})), 403);
        assert_eq!(change(place, "team", "1", &json!({"expiration": 1})), 422);
        assert_eq!(change(place, "team", "9", &json!({"expiration": soon})), 404);
        assert_eq!(change(place, "team", "1", &json!({"expiration": soon})), 201);
        assert_eq!(change(place, "team", "1", &json!({"immutable": true})), 409);
        assert_eq!(listed(place, "1")["end_ts"], soon);
        // What is left out stays, and the same again is no change; something else has its own end, which is none.
        let digest = |manifest: &str| json!({"manifest_digest": Digest::of(manifest.as_bytes())});
        assert_eq!(change(place, "writer", "1", &digest(&one)), 201);
        put(place, "writer", ONE, "1", &one).with(201);
        assert_eq!(listed(place, "1")["end_ts"], soon);
        assert_eq!(change(place, "team", "1", &digest(&two)), 201);
        assert_eq!(listed(place, "1").get("end_ts"), None);
        assert_eq!(change(place, "team", "1", &json!({"expiration": soon})), 201);
        assert_eq!(change(place, "team", "1", &json!({"expiration": null})), 201);
        assert_eq!(listed(place, "1").get("end_ts"), None);
        assert_eq!(change(place, "team", "1", &json!({"expiration": soon})), 201);
        assert_eq!(collect(place), 0);
        place.execute("UPDATE tag SET expires_at = limpid_now() WHERE name = '1'", &[]);
        // It is not there any more, and its row is removed by the job alone.
        send(place, "team", "GET", &format!("/v2/{ONE}/manifests/1"), "").with(404);
        assert_eq!(listed(place, "1"), Value::Null);
        assert_eq!((collect(place), collect(place)), (1, 0));
    });
}

#[test]
fn an_image_says_how_long_its_tags_last() {
    Place::on_each(|place| {
        begun(place);
        let push = |tag: &str, config: &str| {
            blob(place, "writer", ONE, config).with(201);
            put(place, "writer", ONE, tag, &manifest(config, "layer 1")).with(201)
        };
        let lasting = config(&json!({"quay.expires-after": "2w"}));
        let answer = push("short", &lasting);
        assert_eq!(answer.header("warning"), "");
        let end = DateTime::from_timestamp(listed(place, "short")["end_ts"].as_i64().unwrap(), 0).unwrap();
        let lasts = end - place.engine.now();
        assert!(lasts > TimeDelta::days(13) && lasts <= TimeDelta::days(14), "{lasts}");
        let answer = push("wrong", &config(&json!({"quay.expires-after": "soon"})));
        assert!(answer.header("warning").starts_with("299 - \"quay.expires-after is not understood"));
        assert_eq!(listed(place, "wrong").get("end_ts"), None);
        // What must stay does not end.
        place
            .ask("team", "PUT", "/api/v1/namespaces/team/tag-policy", &json!({"immutable": ["v*"]}))
            .with(200);
        push("v1", &lasting);
        assert_eq!(listed(place, "v1").get("end_ts"), None);
        // Nor does a tag that was locked by itself, when the same is pushed again.
        push("locked", &lasting);
        assert_eq!(change(place, "team", "locked", &json!({"expiration": null, "immutable": true})), 201);
        push("locked", &lasting);
        assert_eq!(listed(place, "locked").get("end_ts"), None);
    });
}

#[test]
fn the_page_of_tags_changes_them() {
    Place::on_each(|place| {
        begun(place);
        let path = format!("/repository/{ONE}/-/tags");
        let form = |who: &str, fields: &str| {
            let headers =
                [basic(who, PASSWORD), ("content-type", "application/x-www-form-urlencoded".to_owned())];
            place.send("POST", &path, &headers, fields).status
        };
        assert_eq!(form("writer", "do=delete&tag=1"), 403);
        assert_eq!(form("team", "do=expire&tag=1&until=2999-12-31"), 303);
        assert_eq!(listed(place, "1")["end_ts"], 32_503_680_000_i64);
        let shown = place.send("GET", &path, &[basic("team", PASSWORD)], "").with(200);
        assert!(shown.text.contains("value=\"2999-12-31\""), "{}", shown.text);
        let shown = place.send("GET", &path, &[basic("writer", PASSWORD)], "").with(200);
        assert!(!shown.text.contains("value=\"delete\""));
        assert_eq!(form("team", "do=expire&tag=1&until=tomorrow"), 422);
        assert_eq!(form("team", "do=expire&tag=1&until="), 303);
        assert_eq!(form("team", "do=lock&tag=1"), 303);
        assert_eq!(form("team", "do=delete&tag=1"), 409);
        assert_eq!(form("team", "do=unlock&tag=1"), 303);
        assert_eq!(form("team", "do=delete&tag=1"), 303);
        assert_eq!(form("team", "do=something&tag=2"), 400);
        assert_eq!(listed(place, "1"), Value::Null);
        assert_eq!(listed(place, "2")["immutable"], false);
    });
}
