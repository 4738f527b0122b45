//! SBOMs on request: attached to what was pushed, found through its referrers, and never taken for an image.

use limpid_core::Digest;
use reqwest::Method;
use serde_json::{Value, json};

use crate::security::{Place, eventually, value};

const FORMS: [(&str, &str); 2] =
    [("cyclonedx", "application/vnd.cyclonedx+json"), ("spdx", "application/spdx+json")];

fn referrers(place: &Place, digest: &str, query: &str) -> Vec<Value> {
    let listed =
        place.done(Method::GET, &format!("/v2/library/demo/referrers/{digest}{query}"), &Value::Null);
    value(listed)["manifests"].as_array().unwrap().clone()
}

/// Where the API has a manifest.
fn of(digest: &str) -> String {
    format!("/api/v1/repository/library/demo/manifest/{digest}")
}

/// The document of a referrer, as a client that has its descriptor reads it.
fn document(place: &Place, referrer: &Value) -> (Value, Vec<u8>) {
    let base = "/v2/library/demo";
    let digest = referrer["digest"].as_str().unwrap();
    let manifest = place.done(Method::GET, &format!("{base}/manifests/{digest}"), &Value::Null);
    let manifest = value(manifest);
    let layer = manifest["layers"][0]["digest"].as_str().unwrap().to_owned();
    let bytes = place.done(Method::GET, &format!("{base}/blobs/{layer}"), &Value::Null).bytes().unwrap();
    assert_eq!(Digest::of(&bytes).as_str(), layer);
    assert_eq!(manifest["layers"][0]["size"], bytes.len());
    (manifest, bytes.to_vec())
}

#[test]
fn an_sbom_is_attached_once_and_is_no_image() {
    let place = Place::start();
    place.repository();
    let judged = || Some(place.tag()).filter(|tag| tag["limpid"]["summary"]["verdict"] == "vulnerable");
    let tag = eventually("it is judged", judged);
    let subject = tag["manifest_digest"].as_str().unwrap().to_owned();
    assert_eq!(referrers(&place, &subject, ""), [Value::Null; 0]);
    let mut made = Vec::new();
    for (form, media_type) in FORMS {
        let path = format!("{}/sbom?format={form}", of(&subject));
        let attached = place.done(Method::POST, &path, &Value::Null);
        assert_eq!(attached.status(), 201);
        let attached = value(attached);
        let digest = attached["digest"].as_str().unwrap().to_owned();
        let expected =
            json!({"subject": subject, "digest": digest, "artifact_type": media_type, "is_new": true});
        assert_eq!(attached, expected);
        let listed =
            referrers(&place, &subject, &format!("?artifactType={}", media_type.replace('+', "%2B")));
        assert_eq!(listed.len(), 1);
        let facts = ["digest", "artifactType", "mediaType"].map(|name| listed[0][name].clone());
        assert_eq!(
            facts,
            [json!(digest), json!(media_type), json!("application/vnd.oci.image.manifest.v1+json")]
        );
        let (manifest, bytes) = document(&place, &listed[0]);
        assert_eq!(manifest["subject"]["digest"], subject);
        assert_eq!(manifest["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
        assert_eq!(manifest["layers"][0]["mediaType"], media_type);
        let sbom: Value = serde_json::from_slice(&bytes).unwrap();
        let list = if form == "spdx" { &sbom["packages"] } else { &sbom["components"] };
        let names: Vec<&str> =
            list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        for name in ["busybox", "ssl_client", "musl"] {
            assert!(names.contains(&name), "{form}: {names:?}");
        }
        assert!(!String::from_utf8(bytes).unwrap().contains("CVE-"), "no advisory is in it");
        made.push(digest);
    }
    // Whoever asks again, also after it was read anew, gets what is there.
    place.done(Method::POST, &format!("{}/rescan", of(&subject)), &Value::Null);
    eventually("it is judged again", judged);
    for ((form, _), digest) in FORMS.iter().zip(&made) {
        let again = place.done(Method::POST, &format!("{}/sbom?format={form}", of(&subject)), &Value::Null);
        assert_eq!(again.status(), 200);
        let again = value(again);
        assert_eq!((&again["digest"], &again["is_new"]), (&json!(digest), &json!(false)));
    }
    assert_eq!(referrers(&place, &subject, "").len(), 2);
    no_sbom_is_an_image(&place, &subject, &made);
}

fn no_sbom_is_an_image(place: &Place, subject: &str, made: &[String]) {
    // What is attached is nothing to be judged, and changes nothing of the image.
    for digest in made {
        let status = value(place.done(Method::GET, &format!("{}/status", of(digest)), &Value::Null));
        assert_eq!(
            status["state"],
            json!({"status": "unsupported", "reason": "it is an SBOM", "is_artifact": true})
        );
        assert_eq!(status["summary"], Value::Null);
        let refused =
            place.ask("admin", Method::POST, &format!("{}/sbom?format=spdx", of(digest)), &Value::Null);
        assert_eq!(refused.status(), 409);
        assert!(refused.text().unwrap().contains("it is an SBOM"));
    }
    assert_eq!(place.tag()["limpid"]["summary"]["verdict"], "vulnerable");
    let unknown =
        place.ask("admin", Method::POST, &format!("{}/sbom?format=word", of(subject)), &Value::Null);
    assert_eq!(unknown.status(), 400);
    let missing = format!("{}/sbom?format=spdx", of(Digest::of(b"missing").as_str()));
    assert_eq!(place.ask("admin", Method::POST, &missing, &Value::Null).status(), 404);
}

#[test]
fn two_registries_make_the_same_sbom_of_an_image() {
    let digests = [(); 2].map(|()| {
        let place = Place::start();
        place.repository();
        let tag = eventually("it is indexed", || {
            Some(place.tag()).filter(|tag| tag["limpid"]["state"]["status"] == "indexed")
        });
        let subject = tag["manifest_digest"].as_str().unwrap();
        FORMS.map(|(form, _)| {
            let path = format!("/api/v1/repository/library/demo/manifest/{subject}/sbom?format={form}");
            value(place.done(Method::POST, &path, &Value::Null))["digest"].clone()
        })
    });
    assert_eq!(digests[0], digests[1]);
}
