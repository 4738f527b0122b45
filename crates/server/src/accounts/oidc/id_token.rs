//! ID tokens: JWTs by the provider, RS256 or ES256 (OpenID Connect Core 1.0, section 3.1.3.7).
//!
//! Nothing of a token is believed before its signature was checked, but for the name of the key and the algorithm, which must be
//! the one that the key is for.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    OidcError,
    provider::{Key, Provider},
};
use crate::{
    configuration::Oidc,
    engine::Engine,
    limits::{OIDC_KEYS_PAUSE, OIDC_TIME, TOKEN_LEEWAY_SECONDS},
};

/// Longest name that a provider may have for somebody (OpenID Connect Core 1.0, section 2).
const SUBJECT_BYTES: usize = 255;

/// Whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) email: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    #[serde(default)]
    preferred_username: String,
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

fn refused(why: &str) -> OidcError {
    OidcError::Refused(why.to_owned())
}

fn malformed(_error: impl std::error::Error) -> OidcError {
    refused("the ID token cannot be read")
}

/// Whom a token vouches for. A key that is not known makes the keys be fetched again, now and then.
pub(super) fn verify(
    engine: &Engine,
    oidc: &Oidc,
    provider: &Arc<Provider>,
    token: &str,
    nonce: &str,
) -> Result<Person, OidcError> {
    let header = header(token)?;
    let now = engine.now();
    if let Some(key) = key(&provider.keys, &header) {
        return checked(oidc, key, &header, token, nonce, now);
    }
    let fresh = engine.accounts.provider.get(oidc, OIDC_KEYS_PAUSE)?;
    let key = key(&fresh.keys, &header).ok_or_else(|| refused("the ID token's key is not the provider's"))?;
    checked(oidc, key, &header, token, nonce, now)
}

fn header(token: &str) -> Result<Header, OidcError> {
    let (header, _) = token.split_once('.').ok_or_else(|| refused("the ID token is no JWT"))?;
    let bytes = URL_SAFE_NO_PAD.decode(header).map_err(malformed)?;
    let header: Header = serde_json::from_slice(&bytes).map_err(malformed)?;
    if header.crit.is_some() {
        return Err(refused("the ID token has critical extensions"));
    }
    Ok(header)
}

/// The key that a header names, where it is for the header's algorithm. Where it names none there must be one alone.
fn key<'a>(keys: &'a [Key], header: &Header) -> Option<&'a Key> {
    let fits = |key: &&Key| {
        let is_kind = match header.alg.as_str() {
            "RS256" => key.kty == "RSA",
            "ES256" => key.kty == "EC" && key.crv == "P-256",
            _other => false,
        };
        let is_named = header.kid.is_none() || header.kid == key.kid;
        is_kind && is_named && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
    };
    let mut fitting = keys.iter().filter(fits);
    let first = fitting.next();
    if fitting.next().is_some() { None } else { first }
}

fn is_signed(key: &Key, header: &Header, message: &[u8], signature: &[u8]) -> Result<bool, OidcError> {
    let number = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(malformed);
    Ok(if header.alg == "RS256" {
        let components = RsaPublicKeyComponents { n: number(&key.n)?, e: number(&key.e)? };
        components.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    } else {
        let point = [vec![4], number(&key.x)?, number(&key.y)?].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
    })
}

fn checked(
    oidc: &Oidc,
    key: &Key,
    header: &Header,
    token: &str,
    nonce: &str,
    now: DateTime<Utc>,
) -> Result<Person, OidcError> {
    let no_jwt = || refused("the ID token is no JWT");
    let (message, signature) = token.rsplit_once('.').ok_or_else(no_jwt)?;
    let (_, claims) = message.split_once('.').ok_or_else(no_jwt)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(malformed)?;
    if !is_signed(key, header, message.as_bytes(), &signature)? {
        return Err(refused("the ID token's signature is wrong"));
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(malformed)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(malformed)?;
    if claims.iss != oidc.issuer {
        return Err(refused("the ID token is another provider's"));
    }
    let is_ours = match &claims.aud {
        Audience::One(one) => *one == oidc.client_id,
        Audience::Several(several) => {
            several.contains(&oidc.client_id) && (several.len() == 1 || claims.azp.is_some())
        }
    };
    if !is_ours || claims.azp.as_ref().is_some_and(|party| *party != oidc.client_id) {
        return Err(refused("the ID token is for another client"));
    }
    let now = now.timestamp();
    if claims.exp <= now - TOKEN_LEEWAY_SECONDS {
        return Err(refused("the ID token has expired"));
    }
    let oldest = now - OIDC_TIME.as_secs().cast_signed();
    if claims.iat > now + TOKEN_LEEWAY_SECONDS || claims.iat < oldest {
        return Err(refused("the ID token was not made just now"));
    }
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(refused("the ID token answers another question"));
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT_BYTES {
        return Err(refused("the ID token names nobody"));
    }
    Ok(Person { subject: claims.sub, name: claims.preferred_username, email: claims.email })
}

#[cfg(test)]
mod tests;
