//! What is refused, where, and that no refusal shows a secret.

use serde_json::json;

use super::*;

fn read(value: &Value) -> Result<Submission, String> {
    Manifest::deserialize(value).unwrap().checked()
}

fn digest_text() -> String {
    Digest::of(b"layer").to_string()
}

fn one_layer(layer: &Value) -> Result<Submission, String> {
    read(&json!({"hash": Digest::of(b"manifest"), "layers": [layer]}))
}

#[test]
fn what_quay_sends_is_read() {
    let layer = json!({"hash": digest_text(), "uri": "https://quay.example/blob?token=x&y=%2F", "media_type": "other",
        "headers": {"Accept": ["application/gzip"], "Authorization": ["Bearer abc"], "X-None": null}});
    let submission = one_layer(&layer).unwrap();
    assert_eq!(submission.manifest, Digest::of(b"manifest"));
    let [layer] = &submission.layers[..] else { panic!("one layer") };
    assert_eq!(layer.uri, "https://quay.example/blob?token=x&y=%2F", "to the letter: it may be signed");
    assert_eq!(layer.headers["Authorization"], ["Bearer abc"]);
    assert_eq!(layer.headers["X-None"], Vec::<String>::new());
    for headers in [
        json!({"hash": digest_text(), "uri": "http://a/b"}),
        json!({"hash": digest_text(), "uri": "http://a/b", "headers": null}),
    ] {
        assert!(one_layer(&headers).unwrap().layers[0].headers.is_empty());
    }
}

#[test]
fn the_recorded_shape_of_quays_request_is_read() {
    let sent = include_str!("../../../tests/fixtures/requests/quay-manifest.json");
    let submission = serde_json::from_str::<Manifest>(sent).unwrap().checked().unwrap();
    assert_eq!(submission.layers[0].headers.len(), 2);
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    let hash = digest_text();
    for (layer, place) in [
        (json!({"uri": "http://a/b"}), "layers[0].hash: a digest is expected"),
        (json!({"hash": 5, "uri": "http://a/b"}), "layers[0].hash: a digest is expected"),
        (json!({"hash": hash.to_uppercase(), "uri": "http://a/b"}), "layers[0].hash: “SHA256:"),
        (
            json!({"hash": "md5:d41d8cd98f00b204e9800998ecf8427e", "uri": "http://a/b"}),
            "layers[0].hash: “md5:",
        ),
        (json!({"hash": hash}), "layers[0].uri: an absolute"),
        (json!({"hash": hash, "uri": "/v2/blob"}), "layers[0].uri: an absolute"),
        (json!({"hash": hash, "uri": "file:///etc/passwd"}), "layers[0].uri: an absolute"),
        (json!({"hash": hash, "uri": "http://a/b", "headers": []}), "layers[0].headers: an object"),
        (
            json!({"hash": hash, "uri": "http://a/b", "headers": {"A": "b"}}),
            "layers[0].headers: a list of texts",
        ),
        (
            json!({"hash": hash, "uri": "http://a/b", "headers": {"A": ["b\n"]}}),
            "layers[0].headers: a list of texts",
        ),
        (json!({"hash": hash, "uri": "http://a/b", "headers": {"A b": ["c"]}}), "layers[0].headers: “A b”"),
    ] {
        let error = one_layer(&layer).unwrap_err();
        assert!(error.starts_with(place), "{layer}: {error}");
    }
    let layer = json!({"hash": hash, "uri": "http://a/b"});
    for (manifest, place) in [
        (json!({"layers": [layer]}), "hash: a digest is expected"),
        (json!({"hash": hash}), "layers: at least one"),
        (json!({"hash": hash, "layers": null}), "layers: at least one"),
        (json!({"hash": hash, "layers": []}), "layers: at least one"),
        (json!({"hash": hash, "layers": [layer, {}]}), "layers[1].hash: "),
        (json!({"hash": hash, "layers": vec![layer.clone(); 513]}), "layers: at most 512"),
    ] {
        let error = read(&manifest).unwrap_err();
        assert!(error.starts_with(place), "{error}");
    }
    assert_eq!(read(&json!({"hash": hash, "layers": vec![layer; 512]})).unwrap().layers.len(), 512);
}

#[test]
fn no_refusal_shows_a_token() {
    let hash = digest_text();
    for layer in [
        json!({"hash": hash, "uri": "secret"}),
        json!({"hash": hash, "uri": "ftp://user:secret@host/x?secret"}),
        json!({"hash": hash, "uri": "https://host/secret", "headers": {"Authorization": "secret"}}),
        json!({"hash": hash, "uri": "https://host/secret", "headers": {"Authorization": ["secret\u{7}"]}}),
        json!({"hash": hash, "uri": "https://host/secret", "headers": "secret"}),
    ] {
        let error = one_layer(&layer).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn a_layer_that_was_sent_before_has_no_address() {
    let hash = digest_text();
    assert_eq!(one_layer(&json!({"hash": hash, "uri": ""})).unwrap().layers[0].uri, "");
}
