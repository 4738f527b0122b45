use chrono::DateTime;
use serde_json::{Value, json};

use super::*;
use crate::configuration::SecretBytes;

const NOW: i64 = 1_700_000_000;

fn auth(key: &[u8]) -> Auth {
    Auth { key: SecretBytes::new(key.to_vec()), issuers: vec!["quay".to_owned()] }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed<D: Digest + EagerHash>(key: &[u8], header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let mut code = keyed::<D>(key);
    code.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(code.finalize().into_bytes()))
}

fn hs256(claims: &Value) -> String {
    signed::<Sha256>(b"key", &json!({"alg": "HS256"}), claims)
}

/// The vectors of RFC 4231, test cases 1 and 6: a short key, and one that is longer than a block.
#[test]
fn the_code_is_that_of_the_standard() {
    let code = |key: &[u8], data: &[u8]| {
        let mut code = keyed::<Sha256>(key);
        code.update(data);
        code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(
        code(&[0x0b; 20], b"Hi There"),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(
        code(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

/// The example of RFC 7515, appendix A.1: its header has a line break, its issuer is `joe`, and it expired in 2011.
#[test]
fn a_token_that_others_made_is_understood() {
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let mut auth = auth(&URL_SAFE_NO_PAD.decode(key).unwrap());
    let then = DateTime::from_timestamp(1_300_819_380, 0).unwrap();
    assert_eq!(verify(&auth, token, then), Err(Refusal::Issuer));
    auth.issuers.push("joe".to_owned());
    assert_eq!(verify(&auth, token, then), Ok(()));
    assert_eq!(verify(&auth, token, now()), Err(Refusal::Expired));
}

#[test]
fn what_is_signed_here_is_taken_here_for_a_minute() {
    let auth = auth(&[7; 200]);
    let token = sign(&auth, INTRASERVICE, now());
    for (seconds, expected) in [
        (0, Ok(())),
        (75, Ok(())),
        (76, Err(Refusal::Expired)),
        (-15, Ok(())),
        (-16, Err(Refusal::NotYet)),
        (-76, Err(Refusal::NotYet)),
    ] {
        let then = DateTime::from_timestamp(NOW + seconds, 0).unwrap();
        assert_eq!(verify(&auth, &token, then), expected, "{seconds}");
    }
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims, json!({"iss": INTRASERVICE, "iat": NOW, "nbf": NOW - 60, "exp": NOW + 60}));
}

#[test]
fn times_count_where_they_are_given() {
    for (claims, expected) in [
        (json!({"iss": "quay"}), Ok(())),
        (json!({"iss": "quay", "exp": null, "aud": ["other"], "sub": 7}), Ok(())),
        (json!({"iss": "quay", "exp": NOW - 15}), Ok(())),
        (json!({"iss": "quay", "exp": NOW - 16}), Err(Refusal::Expired)),
        (json!({"iss": "quay", "exp": -1}), Err(Refusal::Expired)),
        (json!({"iss": "quay", "exp": NOW as f64 - 15.5}), Err(Refusal::Expired)),
        (json!({"iss": "quay", "nbf": NOW + 15}), Ok(())),
        (json!({"iss": "quay", "nbf": NOW + 16}), Err(Refusal::NotYet)),
        (json!({"iss": "quay", "iat": NOW + 15}), Ok(())),
        (json!({"iss": "quay", "iat": NOW + 16}), Err(Refusal::NotYet)),
        (json!({"iss": "quay", "exp": "tomorrow"}), Err(Refusal::Malformed)),
        (json!({"iss": "quay", "nbf": [1]}), Err(Refusal::Malformed)),
        (json!({"iss": "Quay"}), Err(Refusal::Issuer)),
        (json!({"iss": ["quay"]}), Err(Refusal::Malformed)),
        (json!({"iss": null}), Err(Refusal::Issuer)),
        (json!({}), Err(Refusal::Issuer)),
        (json!([]), Err(Refusal::Issuer)),
        (json!("quay"), Err(Refusal::Malformed)),
    ] {
        assert_eq!(verify(&auth(b"key"), &hs256(&claims), now()), expected, "{claims}");
    }
}

#[test]
fn only_three_algorithms_are_known_and_each_is_checked_as_itself() {
    let claims = json!({"iss": "quay"});
    let header = |name: &str| json!({"alg": name, "typ": "JWT", "kid": "x"});
    for (token, expected) in [
        (signed::<Sha256>(b"key", &header("HS256"), &claims), Ok(())),
        (signed::<Sha384>(b"key", &header("HS384"), &claims), Ok(())),
        (signed::<Sha512>(b"key", &header("HS512"), &claims), Ok(())),
        (signed::<Sha256>(b"key", &header("HS384"), &claims), Err(Refusal::Signature)),
        (signed::<Sha256>(b"key", &header("none"), &claims), Err(Refusal::Algorithm)),
        (signed::<Sha256>(b"key", &header("hs256"), &claims), Err(Refusal::Algorithm)),
        (signed::<Sha256>(b"key", &header("RS256"), &claims), Err(Refusal::Algorithm)),
        (signed::<Sha256>(b"other", &header("HS256"), &claims), Err(Refusal::Signature)),
        (
            signed::<Sha256>(b"key", &json!({"alg": "HS256", "crit": ["exp"]}), &claims),
            Err(Refusal::Critical),
        ),
        (signed::<Sha256>(b"key", &json!({"typ": "JWT"}), &claims), Err(Refusal::Malformed)),
        (signed::<Sha256>(b"key", &json!({"alg": null}), &claims), Err(Refusal::Malformed)),
    ] {
        assert_eq!(verify(&auth(b"key"), &token, now()), expected, "{token}");
    }
    let everybodys = signed::<Sha256>(b"", &header("HS256"), &claims);
    assert_eq!(verify(&auth(b""), &everybodys, now()), Err(Refusal::Signature));
}

#[test]
fn a_changed_token_is_refused() {
    let token = hs256(&json!({"iss": "quay"}));
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = encode(&json!({"iss": "quay", "exp": NOW + 999}));
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}.{other}.{signature}"),
        format!("{header}.{claims}.{signature}."),
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.{}", signature.get(1..).unwrap()),
        format!("{header}.{claims}.x.{signature}"),
        format!(" {header}.{claims}.{signature}"),
        format!("{}.{claims}.{signature}", encode(&json!({"alg": "none"}))),
        format!("{}.{claims}.", encode(&json!({"alg": "none"}))),
    ] {
        assert!(verify(&auth(b"key"), &token, now()).is_err(), "{token}");
    }
    assert_eq!(verify(&auth(b"key"), &token, now()), Ok(()));
}
