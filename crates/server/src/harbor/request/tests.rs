use serde_json::json;

use super::*;

const DIGEST: &str = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b";

fn request() -> Value {
    json!({
        "registry": {"url": "https://core.harbor.domain/", "authorization": "Bearer CANARY", "insecure": true},
        "artifact": {"repository": "library/mongo", "digest": DIGEST, "tag": "3.14", "mime_type": media_types::OCI_MANIFEST,
            "size": 3248},
        "enabled_capabilities": [{"type": "sbom", "produces_mime_types": [media_types::SBOM],
            "parameters": {"sbom_media_types": [media_types::SPDX]}}],
    })
}

fn with(place: &str, value: Value) -> Value {
    let mut request = request();
    *request.pointer_mut(place).unwrap() = value;
    request
}

/// The status of an error, which shows nothing of the request.
fn status(body: &Value) -> u16 {
    let refusal = ScanRequest::of(body).err().unwrap_or_else(|| panic!("taken: {body}"));
    assert!(!format!("{refusal:?}").contains("CANARY"), "{refusal:?}");
    axum::response::IntoResponse::into_response(refusal).status().as_u16()
}

#[test]
fn a_request_is_read_as_harbor_writes_it() {
    let read = ScanRequest::of(&request()).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(read.registry.url, "https://core.harbor.domain");
    assert_eq!(read.registry.authorization, "Bearer CANARY");
    assert!(read.registry.insecure);
    assert_eq!((read.artifact.repository.as_str(), read.artifact.tag.as_str()), ("library/mongo", "3.14"));
    let least =
        json!({"registry": {"url": "http://r:5000/sub"}, "artifact": {"repository": "a", "digest": DIGEST}});
    let read = ScanRequest::of(&least).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!((read.registry.url.as_str(), read.registry.authorization.as_str()), ("http://r:5000/sub", ""));
    assert!(ScanRequest::of(&with("/enabled_capabilities", Value::Null)).is_ok());
}

#[test]
fn what_is_wrong_is_refused_and_nothing_of_it_is_shown() {
    for body in [
        json!([]),
        json!({"registry": "CANARY", "artifact": {}}),
        with("/artifact", json!("CANARY")),
        with("/registry/authorization", json!(["CANARY"])),
        with("/registry/url", json!({"CANARY": 1})),
        with("/registry/insecure", json!("CANARY")),
        with("/enabled_capabilities", json!("CANARY")),
    ] {
        assert_eq!(status(&body), 400, "{body}");
    }
    for (place, value) in [
        ("/registry/url", "CANARY"),
        ("/registry/url", "ftp://r/CANARY"),
        ("/registry/url", "https://user:CANARY@r/"),
        ("/registry/url", "https://r/?CANARY"),
        ("/registry/url", "https://r/#CANARY"),
        ("/registry/authorization", "CANARY"),
        ("/registry/authorization", "Digest CANARY"),
        ("/registry/authorization", "Bearer CANARY\r\nX: 1"),
        ("/artifact/digest", "CANARY"),
        ("/artifact/repository", ""),
        ("/artifact/repository", "a//b"),
        ("/artifact/repository", "a/../../CANARY"),
        ("/artifact/repository", "a?CANARY"),
        ("/artifact/repository", "a%2f..CANARY"),
        ("/artifact/mime_type", manifest::INDEX_TYPES[0]),
        ("/artifact/mime_type", manifest::INDEX_TYPES[1]),
    ] {
        assert_eq!(status(&with(place, json!(value))), 422, "{place} {value}");
    }
    assert_eq!(status(&with("/artifact/mime_type", json!("application/vnd.CANARY"))), 501);
    assert_eq!(status(&with("/enabled_capabilities/0/type", json!("CANARY"))), 501);
}
