//! Tokens as the clients of Clair sign them, and as they verify those of Clair: JWT, HS256.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// A token with these claims.
pub(super) fn sign(key: &[u8], claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(code(key, &message)))
}

/// A token as Quay signs it: who, and until when, and nothing else.
pub(super) fn quays(key: &[u8]) -> String {
    sign(key, &json!({"iss": "quay", "exp": chrono::Utc::now().timestamp() + 300}))
}

/// The claims of a token, if it is signed with this key.
pub(super) fn claims(key: &[u8], token: &str) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let is_signed = URL_SAFE_NO_PAD.decode(signature).ok()? == code(key, message);
    (is_signed && json(header)?["alg"] == "HS256").then(|| json(claims))?
}

fn code(key: &[u8], message: &str) -> Vec<u8> {
    let mut code = Hmac::<Sha256>::new_from_slice(key).unwrap();
    code.update(message.as_bytes());
    code.finalize().into_bytes().to_vec()
}
