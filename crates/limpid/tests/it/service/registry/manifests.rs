//! Manifests: exact bytes, what they need, their tags, and their referrers.

use limpid_core::Digest;
use serde_json::json;

use super::support::{Asker, Home, INDEX, MANIFEST, descriptor, digest, image};

#[test]
fn a_manifest_is_given_back_as_it_was_sent() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app"]);
        let manifest = asker.image("test/app", "1", b"layer");
        // Other bytes of the same document are another manifest.
        let spaced = serde_json::to_vec_pretty(&manifest).unwrap();
        let made = asker
            .send("PUT", "/v2/test/app/manifests/spaced", &[("content-type", MANIFEST)], spaced.clone())
            .has(201);
        let spaced_digest = Digest::of(&spaced);
        assert_eq!(made.header("docker-content-digest"), spaced_digest.as_str());
        assert_eq!(made.header("location"), format!("/v2/test/app/manifests/{spaced_digest}"));
        for reference in ["spaced", spaced_digest.as_str()] {
            let path = format!("/v2/test/app/manifests/{reference}");
            let found = asker.get(&path).has(200);
            assert_eq!((found.body.as_slice(), found.header("content-type")), (spaced.as_slice(), MANIFEST));
            let head = asker.head(&path).has(200);
            assert_eq!(head.header("content-length"), spaced.len().to_string());
            assert_eq!(head.header("docker-content-digest"), spaced_digest.as_str());
            let etag = head.header("etag").to_owned();
            asker.send("GET", &path, &[("if-none-match", &etag)], "").has(304);
        }
        asker.get("/v2/test/app/manifests/none").error(404, "MANIFEST_UNKNOWN");
        asker.get("/v2/test/none/manifests/1").has(401);
    });
}

#[test]
fn a_manifest_that_names_what_is_not_there_is_refused() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app", "test/other"]);
        asker.blob("test/app", b"{}");
        // It is there, but in another repository.
        asker.blob("test/other", b"layer");
        let refused = asker.put("test/app", "1", &image(b"{}", b"layer")).error(400, "MANIFEST_BLOB_UNKNOWN");
        assert_eq!(refused.json()["errors"][0]["detail"]["digests"], json!([Digest::of(b"layer")]));
        asker.get("/v2/test/app/manifests/1").error(404, "MANIFEST_UNKNOWN");
        let index =
            json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(MANIFEST, b"child")]});
        asker.put("test/app", "1", &index).error(400, "MANIFEST_BLOB_UNKNOWN");
        // What registries need not have, and what it is about.
        let mut foreign = image(b"{}", b"layer");
        foreign["layers"][0]["mediaType"] = json!("application/vnd.oci.image.layer.nondistributable.v1.tar");
        foreign["subject"] = descriptor(MANIFEST, b"never pushed");
        let made = asker.put("test/app", "1", &foreign).has(201);
        assert_eq!(made.header("oci-subject"), Digest::of(b"never pushed").as_str());
    });
}

#[test]
fn what_is_no_manifest_is_refused() {
    let home = Home::small();
    let service = home.start("node");
    let asker = Asker::admin(&service, &["test/app"]);
    let put = |reference: &str, media_type: &str, body: &str| {
        asker.send(
            "PUT",
            &format!("/v2/test/app/manifests/{reference}"),
            &[("content-type", media_type)],
            body,
        )
    };
    put("1", MANIFEST, "{").error(400, "MANIFEST_INVALID");
    put("1", "text/plain", "{\"schemaVersion\": 2}").error(400, "MANIFEST_INVALID");
    put("1", INDEX, &image(b"{}", b"").to_string()).error(400, "MANIFEST_INVALID");
    put(".1", MANIFEST, "{}").error(400, "MANIFEST_INVALID");
    put("sha256:1", MANIFEST, "{}").error(400, "DIGEST_INVALID");
    put(Digest::of(b"other").as_str(), MANIFEST, "{}").error(400, "DIGEST_INVALID");
    let large = format!(
        "{{\"schemaVersion\": 2, \"manifests\": [], \"annotations\": {{\"a\": \"{}\"}}}}",
        "x".repeat(8 << 20)
    );
    put("1", INDEX, &large).error(413, "SIZE_INVALID");
    let fits = format!(
        "{{\"schemaVersion\": 2, \"manifests\": [], \"annotations\": {{\"a\": \"{}\"}}}}",
        "x".repeat(5 << 20)
    );
    put("1", INDEX, &fits).has(201);
}

#[test]
fn tags_go_alone_and_manifests_with_their_tags() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app"]);
        let manifest = asker.image("test/app", "1", b"layer");
        let digest = digest(&manifest);
        // Several tags at once, by digest.
        let path = format!("{digest}?tag=2&tag=3");
        let made = asker.put("test/app", &path, &manifest).has(201);
        let tags: Vec<_> = made.headers.get_all("oci-tag").iter().collect();
        assert_eq!(tags, ["2", "3"]);
        asker.delete("/v2/test/app/manifests/1").has(202);
        asker.delete("/v2/test/app/manifests/1").error(404, "MANIFEST_UNKNOWN");
        asker.get(&format!("/v2/test/app/manifests/{digest}")).has(200);
        assert_eq!(asker.get("/v2/test/app/tags/list").json()["tags"], json!(["2", "3"]));
        asker.delete(&format!("/v2/test/app/manifests/{digest}")).has(202);
        asker.get("/v2/test/app/manifests/2").error(404, "MANIFEST_UNKNOWN");
        assert_eq!(asker.get("/v2/test/app/tags/list").json()["tags"], json!([]));
        // A tag is pointed elsewhere.
        asker.image("test/app", "1", b"one");
        let other = asker.image("test/app", "1", b"other");
        assert_eq!(asker.get("/v2/test/app/manifests/1").has(200).body, other.to_string().into_bytes());
    });
}

#[test]
fn referrers_are_found_by_their_subject_and_by_the_tag_of_older_clients() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app"]);
        let subject = asker.image("test/app", "1", b"layer");
        let subject_digest = digest(&subject);
        let path = format!("/v2/test/app/referrers/{subject_digest}");
        assert_eq!(asker.get(&path).has(200).json()["manifests"], json!([]));
        assert_eq!(asker.get("/v2/test/app/referrers/x").status, 400);
        asker.blob("test/app", b"{}");
        let artifact = |kind: &str, has_subject: bool| {
            let mut artifact = image(b"{}", b"layer");
            artifact["config"]["mediaType"] = json!("application/vnd.oci.empty.v1+json");
            artifact["artifactType"] = json!(kind);
            artifact["annotations"] = json!({"kind": kind});
            if has_subject {
                artifact["subject"] = descriptor(MANIFEST, subject.to_string().as_bytes());
            }
            artifact
        };
        let (signature, sbom, older) =
            (artifact("a/sig", true), artifact("a/sbom", true), artifact("a/old", false));
        for pushed in [&signature, &sbom, &older] {
            asker.put("test/app", digest(pushed).as_str(), pushed).has(201);
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            descriptor(MANIFEST, older.to_string().as_bytes()), descriptor(MANIFEST, sbom.to_string().as_bytes())]});
        asker.put("test/app", &subject_digest.to_string().replace(':', "-"), &index).has(201);
        let listed = |path: &str| {
            let answer = asker.get(path).has(200);
            assert_eq!(answer.header("content-type"), INDEX);
            let json = answer.json();
            let mut types: Vec<String> = json["manifests"]
                .as_array()
                .unwrap()
                .iter()
                .map(|found| {
                    assert_eq!(found["annotations"]["kind"], found["artifactType"]);
                    found["artifactType"].as_str().unwrap().to_owned()
                })
                .collect();
            types.sort();
            (types, answer)
        };
        assert_eq!(listed(&path).0, ["a/old", "a/sbom", "a/sig"]);
        let (types, answer) = listed(&format!("{path}?artifactType=a/sbom"));
        assert_eq!(
            (types, answer.header("oci-filters-applied")),
            (vec!["a/sbom".to_owned()], "artifactType")
        );
        // A page ends where it should, and says where it goes on.
        let (_, answer) = listed(&format!("{path}?n=1"));
        let link = answer.header("link").split_once('>').unwrap().0.trim_start_matches('<').to_owned();
        assert_eq!(listed(&link).0.len(), 1);
    });
}
