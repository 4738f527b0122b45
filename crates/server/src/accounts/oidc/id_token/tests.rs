//! What is taken for an ID token, and what is not.

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::*;
use crate::configuration::Egress;

const ISSUER: &str = "https://login.example.com/realms/staff";

struct Signer {
    pair: EcdsaKeyPair,
    key: Key,
}

impl Signer {
    fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
        let [kty, crv] = ["EC", "P-256"].map(str::to_owned);
        let key = Key { kid: Some(kid.to_owned()), kty, crv, x, y, ..Key::default() };
        Self { pair, key }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "1234", "aud": "limpid", "exp": now().timestamp() + 300, "iat": now().timestamp(),
        "nonce": "n", "preferred_username": "alice", "email": "alice@example.com",
    })
}

fn oidc() -> Oidc {
    Oidc {
        issuer: ISSUER.to_owned(),
        client_id: "limpid".to_owned(),
        client_secret: None,
        create_users: true,
        egress: Egress::default(),
    }
}

fn check(keys: &[Key], token: &str) -> Result<Person, String> {
    let told = |error: OidcError| match error {
        OidcError::Refused(why) => why,
        other @ (OidcError::NotConfigured
        | OidcError::Provider(_)
        | OidcError::NoAccount
        | OidcError::Store(_)) => panic!("{other}"),
    };
    let header = header(token).map_err(told)?;
    let key = key(keys, &header).ok_or("no key")?;
    checked(&oidc(), key, &header, token, "n", now()).map_err(told)
}

#[test]
fn a_token_names_who_it_vouches_for() {
    let signer = Signer::new("one");
    let token = signer.sign(&json!({"alg": "ES256", "kid": "one"}), &claims());
    let [subject, name, email] = ["1234", "alice", "alice@example.com"].map(str::to_owned);
    assert_eq!(check(std::slice::from_ref(&signer.key), &token), Ok(Person { subject, name, email }));
}

#[test]
fn claims_that_are_not_for_this_are_refused() {
    let signer = Signer::new("one");
    let at = now().timestamp();
    for (claim, value, why) in [
        ("iss", json!("https://login.example.com/realms/staff/"), "the ID token is another provider's"),
        ("aud", json!("other"), "the ID token is for another client"),
        ("aud", json!(["limpid", "other"]), "the ID token is for another client"),
        ("azp", json!("other"), "the ID token is for another client"),
        ("exp", json!(at - 15), "the ID token has expired"),
        ("iat", json!(at + 16), "the ID token was not made just now"),
        ("iat", json!(at - 601), "the ID token was not made just now"),
        ("nonce", json!("m"), "the ID token answers another question"),
        ("nonce", Value::Null, "the ID token answers another question"),
        ("sub", json!(""), "the ID token names nobody"),
        ("sub", json!("a".repeat(256)), "the ID token names nobody"),
        ("exp", json!("soon"), "the ID token cannot be read"),
    ] {
        let mut wrong = claims();
        wrong[claim] = value.clone();
        let token = signer.sign(&json!({"alg": "ES256", "kid": "one"}), &wrong);
        assert_eq!(check(std::slice::from_ref(&signer.key), &token), Err(why.to_owned()), "{claim}: {value}");
    }
    let mut several = claims();
    several["aud"] = json!(["other", "limpid"]);
    several["azp"] = json!("limpid");
    let token = signer.sign(&json!({"alg": "ES256", "kid": "one"}), &several);
    assert!(check(std::slice::from_ref(&signer.key), &token).is_ok());
}

#[test]
fn keys_and_algorithms_are_not_for_the_token_to_choose() {
    let [signer, stranger] = ["one", "one"].map(Signer::new);
    let keys = [signer.key.clone()];
    for (header, why) in [
        (json!({"alg": "none"}), "no key"),
        (json!({"alg": "HS256", "kid": "one"}), "no key"),
        (json!({"alg": "RS256", "kid": "one"}), "no key"),
        (json!({"alg": "ES256", "kid": "two"}), "no key"),
        (json!({"alg": "ES256", "kid": "one", "crit": []}), "the ID token has critical extensions"),
        (json!({}), "the ID token cannot be read"),
    ] {
        assert_eq!(check(&keys, &signer.sign(&header, &claims())), Err(why.to_owned()), "{header}");
    }
    let unnamed = json!({"alg": "ES256"});
    assert!(check(&keys, &signer.sign(&unnamed, &claims())).is_ok());
    // Where it names none, and there are two, nobody chooses.
    let two = [signer.key.clone(), Signer::new("two").key];
    assert_eq!(check(&two, &signer.sign(&unnamed, &claims())), Err("no key".to_owned()));
    let named = json!({"alg": "ES256", "kid": "one"});
    let forged = stranger.sign(&named, &claims());
    assert_eq!(check(&keys, &forged), Err("the ID token's signature is wrong".to_owned()));
    let other_use = [Key { purpose: Some("enc".to_owned()), ..signer.key.clone() }];
    assert_eq!(check(&other_use, &signer.sign(&named, &claims())), Err("no key".to_owned()));
    for token in ["", "a", "a.b", "a.b.c", "e30.e30.e30"] {
        assert!(check(&keys, token).is_err(), "{token}");
    }
}
