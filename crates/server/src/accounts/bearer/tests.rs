//! What is taken for a bearer token, and what is not.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

fn key() -> Key {
    Key::of_seed("one", &[7; 32], DateTime::UNIX_EPOCH).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn claims() -> Claims {
    Claims::new(None, "registry.example.com", Vec::new(), now(), now())
}

fn forged(header: &Value, claims: &Value) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(key().pair.sign(message.as_bytes())))
}

fn checked(token: &str) -> Result<Claims, Refusal> {
    key_id(token)?;
    verify(key().public(), token, "registry.example.com", now())
}

#[test]
fn a_token_of_ours_is_taken() {
    let token = sign(&key(), &claims()).unwrap();
    assert_eq!(key_id(&token), Ok("one".to_owned()));
    assert_eq!(checked(&token), Ok(claims_of(&token)));
    assert_eq!(claims_of(&token).exp - claims_of(&token).iat, 300);
}

fn claims_of(token: &str) -> Claims {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn headers_that_bring_keys_or_other_algorithms_are_refused() {
    let body = serde_json::to_value(claims()).unwrap();
    let good = json!({"alg": "EdDSA", "kid": "one"});
    assert!(checked(&forged(&good, &body)).is_ok());
    for (header, refusal) in [
        (json!({"alg": "none", "kid": "one"}), Refusal::Algorithm),
        (json!({"alg": "HS256", "kid": "one"}), Refusal::Algorithm),
        (json!({"alg": "eddsa", "kid": "one"}), Refusal::Algorithm),
        (json!({"kid": "one"}), Refusal::Malformed),
        (json!({"alg": "EdDSA"}), Refusal::Malformed),
        (json!({"alg": "EdDSA", "kid": "one", "crit": ["exp"]}), Refusal::Header),
        (json!({"alg": "EdDSA", "kid": "one", "jwk": {}}), Refusal::Header),
        (json!({"alg": "EdDSA", "kid": "one", "jku": "https://example.com"}), Refusal::Header),
        (json!({"alg": "EdDSA", "kid": "one", "x5u": "https://example.com"}), Refusal::Header),
        (json!({"alg": "EdDSA", "kid": "one", "x5c": []}), Refusal::Header),
    ] {
        assert_eq!(checked(&forged(&header, &body)), Err(refusal), "{header}");
    }
}

#[test]
fn what_was_changed_is_refused() {
    let token = sign(&key(), &claims()).unwrap();
    let [header, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let mut other = serde_json::to_value(claims()).unwrap();
    other["account"] = json!(1);
    let other = URL_SAFE_NO_PAD.encode(other.to_string());
    let stranger = Key::of_seed("one", &[8; 32], DateTime::UNIX_EPOCH).unwrap();
    for (token, refusal) in [
        (format!("{header}.{other}.{signature}"), Refusal::Signature),
        (format!("{header}.{body}."), Refusal::Signature),
        (format!("{header}.{body}"), Refusal::Malformed),
        (String::new(), Refusal::Malformed),
        ("...".to_owned(), Refusal::Malformed),
        (sign(&stranger, &claims()).unwrap(), Refusal::Signature),
    ] {
        assert_eq!(checked(&token), Err(refusal), "{token}");
    }
}

#[test]
fn a_token_is_for_one_registry_and_five_minutes() {
    let token = sign(&key(), &claims()).unwrap();
    let at =
        |seconds| verify(key().public(), &token, "registry.example.com", now() + TimeDelta::seconds(seconds));
    assert!(at(0).is_ok() && at(-15).is_ok() && at(314).is_ok());
    assert_eq!([at(-16), at(315)], [Err(Refusal::NotYet), Err(Refusal::Expired)]);
    assert_eq!(verify(key().public(), &token, "other.example.com", now()), Err(Refusal::Audience));
    let mut stranger = claims();
    stranger.iss = "other".to_owned();
    assert_eq!(checked(&sign(&key(), &stranger).unwrap()), Err(Refusal::Audience));
}
