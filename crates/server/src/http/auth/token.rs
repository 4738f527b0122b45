//! Tokens: JWTs with a symmetric signature, as Clair and Quay make them.
//!
//! Nothing of a token is believed before its signature was compared, but for the name of the algorithm, which must be one of
//! three that the key is for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{EagerHash, Hmac, KeyInit, Mac, digest::Key};
use serde::{Deserialize, de::IgnoredAny};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::{configuration::Auth, limits};

/// Who signs what the services send each other. Always allowed, as by Clair.
pub const INTRASERVICE: &str = "clair-intraservice";

/// Why a token is not taken. For the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or more than one.
    #[error("there is no bearer token")]
    NoToken,
    /// It cannot be read.
    #[error("the token is no JWT")]
    Malformed,
    /// It is signed in a way that is not taken.
    #[error("the token's algorithm is not HS256, HS384 or HS512")]
    Algorithm,
    /// It wants to be understood in a way that is not known here.
    #[error("the token has critical extensions")]
    Critical,
    /// The key did not sign it.
    #[error("the token's signature is wrong")]
    Signature,
    /// It is not valid any more.
    #[error("the token has expired")]
    Expired,
    /// It is not valid yet, or was made in the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// Its issuer may not sign.
    #[error("the token's issuer is not allowed")]
    Issuer,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    exp: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    iat: Option<f64>,
}

/// Checks a token. Its times count where it has them, with some seconds of leeway.
pub fn verify(auth: &Auth, token: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let header: Header = decode(header)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(malformed)?;
    let key = auth.key.reveal();
    let is_signed = match header.alg.as_str() {
        "HS256" => is_signed::<Sha256>(key, message, &signature),
        "HS384" => is_signed::<Sha384>(key, message, &signature),
        "HS512" => is_signed::<Sha512>(key, message, &signature),
        _other => return Err(Refusal::Algorithm),
    };
    // An empty key is everybody's.
    if !is_signed || key.is_empty() {
        return Err(Refusal::Signature);
    }
    if header.crit.is_some() {
        return Err(Refusal::Critical);
    }
    check(auth, &decode(claims)?, now)
}

fn check(auth: &Auth, claims: &Claims, now: DateTime<Utc>) -> Result<(), Refusal> {
    let (earliest, latest) =
        (now.timestamp() - limits::TOKEN_LEEWAY_SECONDS, now.timestamp() + limits::TOKEN_LEEWAY_SECONDS);
    if claims.exp.is_some_and(|end| end < earliest as f64) {
        return Err(Refusal::Expired);
    }
    if [claims.nbf, claims.iat].into_iter().flatten().any(|begin| begin > latest as f64) {
        return Err(Refusal::NotYet);
    }
    let is_allowed = |issuer: &str| issuer == INTRASERVICE || auth.issuers.iter().any(|own| own == issuer);
    if claims.iss.as_deref().is_some_and(is_allowed) { Ok(()) } else { Err(Refusal::Issuer) }
}

/// A token of ours: HS256, valid for a minute around `now`.
pub fn sign(auth: &Auth, issuer: &str, now: DateTime<Utc>) -> String {
    let now = now.timestamp();
    let (begin, end) = (now - limits::TOKEN_SECONDS, now + limits::TOKEN_SECONDS);
    let header = serde_json::json!({"alg": "HS256", "typ": "JWT"}).to_string();
    let claims = serde_json::json!({"iss": issuer, "iat": now, "nbf": begin, "exp": end}).to_string();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut code = keyed::<Sha256>(auth.key.reveal());
    code.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(code.finalize().into_bytes()))
}

fn is_signed<D: Digest + EagerHash>(key: &[u8], message: &str, signature: &[u8]) -> bool {
    let mut code = keyed::<D>(key);
    code.update(message.as_bytes());
    // Compares in constant time.
    code.verify_slice(signature).is_ok()
}

/// Whether a secret that was given is the one that is expected. The time that it takes tells nothing of either.
pub fn is_same(given: &[u8], expected: &[u8]) -> bool {
    let mut code = keyed::<Sha256>(expected);
    code.update(expected);
    let wanted = code.finalize().into_bytes();
    let mut code = keyed::<Sha256>(expected);
    code.update(given);
    code.verify_slice(&wanted).is_ok()
}

/// As `new_from_slice`, which takes every key too but says that it may fail: RFC 2104 fills up short keys with zeros, and of
/// long ones takes the digest.
fn keyed<D: Digest + EagerHash>(key: &[u8]) -> Hmac<D> {
    let mut block = Key::<Hmac<D>>::default();
    let digest = D::digest(key);
    let given = if key.len() > block.len() { digest.as_slice() } else { key };
    block.iter_mut().zip(given).for_each(|(place, byte)| *place = *byte);
    Hmac::new(&block)
}

fn decode<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(malformed)?;
    serde_json::from_slice(&bytes).map_err(malformed)
}

/// What exactly is wrong with a forged token helps nobody but its maker.
fn malformed(_error: impl std::error::Error) -> Refusal {
    Refusal::Malformed
}

#[cfg(test)]
mod tests;
