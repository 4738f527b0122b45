//! Blobs: whole and in part, mounted, redirected, and removed.

use limpid_core::Digest;

use super::support::{Asker, Home};

#[test]
fn a_blob_is_read_in_whole_and_in_part() {
    let home = Home::small();
    let service = home.start("node");
    let asker = Asker::admin(&service, &["test/app"]);
    let digest = asker.blob("test/app", b"0123456789");
    let path = format!("/v2/test/app/blobs/{digest}");
    let head = asker.head(&path).has(200);
    assert_eq!(
        (head.header("content-length"), head.header("docker-content-digest")),
        ("10", digest.as_str())
    );
    assert_eq!(asker.get(&path).has(200).body, b"0123456789");
    // As some clients write it.
    assert_eq!(asker.get(&path.replace(":", "%3A")).has(200).body, b"0123456789");
    for (range, bytes, says) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=5-100", "56789", "bytes 5-9/10"),
    ] {
        let part = asker.send("GET", &path, &[("range", range)], "").has(206);
        assert_eq!((part.body.as_slice(), part.header("content-range")), (bytes.as_bytes(), says));
    }
    let refused = asker.send("GET", &path, &[("range", "bytes=10-")], "").has(416);
    assert_eq!(refused.header("content-range"), "bytes */10");
    let etag = head.header("etag").to_owned();
    assert_eq!(asker.send("GET", &path, &[("if-none-match", &etag)], "").has(304).body, b"");
    asker.get(&format!("/v2/test/app/blobs/{}", Digest::of(b"none"))).error(404, "BLOB_UNKNOWN");
    asker.get("/v2/test/app/blobs/sha256:1").error(400, "DIGEST_INVALID");
    assert_eq!(asker.get_with_password(&format!("/v2/test/App/blobs/{digest}")), 400);
}

#[test]
fn a_blob_in_s3_is_read_from_there() {
    let Some(home) = Home::large() else { return };
    let service = home.start("node");
    let asker = Asker::admin(&service, &["test/app"]);
    let digest = asker.blob("test/app", b"far away");
    let told = asker.get(&format!("/v2/test/app/blobs/{digest}")).has(307);
    assert!(told.header("location").starts_with(&home.s3.as_ref().unwrap().url()), "{told:?}");
    assert_eq!(asker.bytes("test/app", &digest), b"far away");
    drop(service);
    let options = home.options("without").env("LIMPID_REGISTRY_REDIRECT", "false");
    let service = crate::service::support::Service::start(&home.place, &options);
    let answer = asker.at(&service).get(&format!("/v2/test/app/blobs/{digest}")).has(200);
    assert_eq!(answer.body, b"far away");
}

#[test]
fn a_blob_is_given_to_another_repository_without_being_sent() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app", "test/other", "test/third"]);
        let digest = asker.blob("test/app", b"shared");
        let mount = |to: &str, from: &str| {
            asker.send("POST", &format!("/v2/{to}/blobs/uploads/?mount={digest}{from}"), &[], "")
        };
        asker.head(&format!("/v2/test/other/blobs/{digest}")).has(404);
        let made = mount("test/other", "&from=test/app").has(201);
        assert_eq!(made.header("location"), format!("/v2/test/other/blobs/{digest}"));
        assert_eq!(asker.bytes("test/other", &digest), b"shared");
        mount("test/third", "&from=test/none").has(202);
        mount("test/third", "").has(201);
        assert_eq!(asker.bytes("test/third", &digest), b"shared");
        asker.send("POST", "/v2/test/third/blobs/uploads/?mount=x", &[], "").error(400, "DIGEST_INVALID");
    });
}

#[test]
fn a_blob_is_removed_from_one_repository_and_not_while_a_manifest_needs_it() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app", "test/other"]);
        let digest = asker.blob("test/app", b"alone");
        asker.blob("test/other", b"alone");
        let path = format!("/v2/test/app/blobs/{digest}");
        asker.delete(&path).has(202);
        asker.delete(&path).error(404, "BLOB_UNKNOWN");
        asker.head(&path).has(404);
        assert_eq!(asker.bytes("test/other", &digest), b"alone");
        asker.image("test/app", "1", b"needed");
        asker.delete(&format!("/v2/test/app/blobs/{}", Digest::of(b"needed"))).error(405, "UNSUPPORTED");
    });
}

#[test]
fn nothing_at_all_is_a_blob_too() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app"]);
        let digest = Digest::of(b"");
        let location = asker.begin("test/app");
        asker.send("PUT", &format!("{location}?digest={digest}"), &[], "").has(201);
        assert_eq!(asker.bytes("test/app", &digest), b"");
        assert_eq!(asker.blob("test/app", b""), digest);
    });
}
