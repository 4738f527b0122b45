//! Who sent a request: by password, token, bearer token or the cookie of a session.
//!
//! Credentials that are wrong are never taken for none: who shows them is refused, also where nobody needs any.

use axum::http::{HeaderValue, header, request::Parts};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use limpid_store::StoreError;

use super::{
    Principal, bearer, origin,
    principal::Signed,
    sessions,
    sign_in::{SignIn, sign_in},
    tokens,
};
use crate::engine::Engine;

/// Tells who sent a request. Blocks.
///
/// # Errors
/// Those of the database. Credentials that are wrong are a principal too: one that may do nothing.
pub(crate) fn authenticate(engine: &Engine, head: &Parts) -> Result<Principal, StoreError> {
    let mut values = head.headers.get_all(header::AUTHORIZATION).iter();
    let principal = match (values.next(), values.next()) {
        (None, _) => sessions::authenticate(engine, head)?,
        // A browser that was once told a password adds it to what another site's page sends.
        (Some(_), None) if origin::is_foreign(engine, head) => Principal::Refused,
        (Some(value), None) => by_header(engine, head, value)?,
        (Some(_), Some(_)) => Principal::Refused,
    };
    Ok(principal.from(origin::peer(engine, head)))
}

fn by_header(engine: &Engine, head: &Parts, value: &HeaderValue) -> Result<Principal, StoreError> {
    // What is no text is no credentials.
    let Some((scheme, credentials)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return Ok(Principal::Refused);
    };
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        return match basic(credentials) {
            Some((name, password)) => by_password(engine, head, &name, &password),
            None => Ok(Principal::Refused),
        };
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Principal::Refused);
    }
    if credentials.starts_with(tokens::PREFIX) {
        return tokens::authenticate(engine, credentials, None);
    }
    bearer::authenticate(engine, credentials, &origin::authority(engine, &head.uri, &head.headers))
}

/// Name and password of the scheme `Basic` (RFC 7617).
fn basic(credentials: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// By name and password, or a token in place of the password.
pub(super) fn by_password(
    engine: &Engine,
    head: &Parts,
    name: &str,
    password: &str,
) -> Result<Principal, StoreError> {
    if password.starts_with(tokens::PREFIX) {
        return tokens::authenticate(engine, password, Some(name));
    }
    match sign_in(engine, name, password, origin::peer(engine, head))? {
        SignIn::Account(account) => Ok(Principal::Account(Signed::of(&account))),
        SignIn::Wrong | SignIn::Later(_) => Ok(Principal::Refused),
    }
}
