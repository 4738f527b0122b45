//! The token that a webhook is signed with: HS256 with the pre-shared key.
//!
//! Quay demands `iat`, `nbf` and `exp`, and refuses `aud`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::configuration::Auth;

/// How far a receiver's clock may differ, in seconds, as Clair has it.
const LEEWAY: i64 = 60;
/// Bytes of a block of SHA-256, as HMAC wants its key.
const BLOCK: usize = 64;

/// A token of this issuer, good for a minute around now.
pub(super) fn sign(auth: &Auth, issuer: &str, now: DateTime<Utc>) -> String {
    let now = now.timestamp();
    let claims = json!({"iss": issuer, "iat": now, "nbf": now - LEEWAY, "exp": now + LEEWAY}).to_string();
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256","typ":"JWT"}"#), encode(claims.as_bytes()));
    let mut mac = Hmac::<Sha256>::new(&block(auth.key.reveal()).into());
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}

/// The key as HMAC defines it: filled up with zeros, and digested before where it is longer than a block.
fn block(key: &[u8]) -> [u8; BLOCK] {
    let digest;
    let key = if key.len() > BLOCK {
        digest = Sha256::digest(key);
        digest.as_slice()
    } else {
        key
    };
    let mut block = [0; BLOCK];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
