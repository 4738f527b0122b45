//! Uploads: in parts, in order, on any node, and nobody else's.

use limpid_core::{Digest, digest::Hasher};
use serde_json::json;

use super::support::{Asker, Home, PASSWORD};

const REPOSITORY: &str = "test/app";

fn with_digest(location: &str, digest: &Digest) -> String {
    format!("{location}?digest={digest}")
}

#[test]
fn an_upload_goes_on_where_it_was_on_another_node() {
    let Some(home) = Home::large() else { return };
    let (first, second) = (home.start("first"), home.start("second"));
    let one = Asker::admin(&first, &[REPOSITORY]);
    let other = one.at(&second);
    let location = one.begin(REPOSITORY);
    let sent = one.send("PATCH", &location, &[("content-range", "0-4")], "hello").has(202);
    assert_eq!((sent.header("range"), sent.header("location")), ("0-4", location.as_str()));
    // Nothing of it is that node's.
    first.kill();
    assert_eq!(other.get(&location).has(204).header("range"), "0-4");
    other.send("PATCH", &location, &[("content-range", "5-5")], " ").has(202);
    let digest = Digest::of(b"hello world");
    let done =
        other.send("PUT", &with_digest(&location, &digest), &[("content-range", "6-10")], "world").has(201);
    assert_eq!(done.header("docker-content-digest"), digest.as_str());
    assert_eq!(other.bytes(REPOSITORY, &digest), b"hello world");
    other.get(&location).error(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn what_is_out_of_order_or_wrong_changes_nothing() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &[REPOSITORY]);
        let location = asker.begin(REPOSITORY);
        asker.send("PATCH", &location, &[("content-range", "0-4")], "hello").has(202);
        for (method, range) in [("PATCH", "6-7"), ("PATCH", "0-1"), ("PUT", "6-7")] {
            let path =
                if method == "PUT" { with_digest(&location, &Digest::of(b"x")) } else { location.clone() };
            let refused = asker.send(method, &path, &[("content-range", range)], "xy").has(416);
            assert_eq!(refused.header("range"), "0-4", "{method} {range}");
        }
        asker.send("PATCH", &location, &[("content-range", "5-9")], "x").error(400, "SIZE_INVALID");
        asker.send("PATCH", &location, &[("content-range", "words")], "x").error(400, "BLOB_UPLOAD_INVALID");
        asker.send("PUT", &location, &[], "").error(400, "DIGEST_INVALID");
        asker.send("PUT", &format!("{location}?digest=sha256:1"), &[], "").error(400, "DIGEST_INVALID");
        asker
            .send("PUT", &with_digest(&location, &Digest::of(b"else")), &[], "")
            .error(400, "DIGEST_INVALID");
        assert_eq!(asker.get(&location).has(204).header("range"), "0-4");
        // One part that is all of it, by a digest of another algorithm.
        let mut hasher = Hasher::sha512();
        hasher.update(b"hello");
        let digest = hasher.finish();
        asker.send("PUT", &with_digest(&location, &digest), &[], "").has(201);
        assert_eq!(asker.bytes(REPOSITORY, &digest), b"hello");
        asker.head(&format!("/v2/{REPOSITORY}/blobs/{}", Digest::of(b"hello"))).has(404);
    });
}

#[test]
fn an_upload_that_is_given_up_is_gone() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &[REPOSITORY]);
        let location = asker.begin(REPOSITORY);
        asker.send("PATCH", &location, &[], "hello").has(202);
        asker.delete(&location).has(204);
        asker.delete(&location).error(404, "BLOB_UPLOAD_UNKNOWN");
        asker.send("PATCH", &location, &[], "more").error(404, "BLOB_UPLOAD_UNKNOWN");
        asker.get(&format!("/v2/{REPOSITORY}/blobs/uploads/none")).error(404, "BLOB_UPLOAD_UNKNOWN");
    });
}

#[test]
fn an_upload_is_nobody_elses() {
    let home = Home::small();
    let service = home.start("node");
    let admin = Asker::admin(&service, &[REPOSITORY, "test/other"]);
    let location = admin.begin(REPOSITORY);
    admin.begin("test/other");
    // The same principal, by another repository.
    admin.get(&location.replace("test/app", "test/other")).error(404, "BLOB_UPLOAD_UNKNOWN");
    // Another principal, who may do everything else.
    let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let made = client
        .post(format!("{}/api/v1/users", service.public.as_deref().unwrap()))
        .basic_auth("admin", Some(PASSWORD))
        .header("content-type", "application/json")
        .body(json!({"name": "eve", "password": PASSWORD, "email": "", "role": "superuser"}).to_string())
        .send()
        .unwrap();
    assert!(made.status().is_success(), "{}", made.text().unwrap());
    let eve = Asker::of(&service, "eve", PASSWORD, &[REPOSITORY]);
    eve.get(&location).error(404, "BLOB_UPLOAD_UNKNOWN");
    eve.send("PATCH", &location, &[], "mine").error(404, "BLOB_UPLOAD_UNKNOWN");
    eve.delete(&location).error(404, "BLOB_UPLOAD_UNKNOWN");
    admin.get(&location).has(204);
}
