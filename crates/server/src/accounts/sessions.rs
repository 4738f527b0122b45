//! Sessions of browsers: a random number in a cookie that no script reads and no other site's page sends with a form.
//!
//! A new one begins with each sign-in. A session that has ended is nobody's, and not wrong credentials: people come back after
//! a night, and see what everybody sees.

use axum::http::{HeaderMap, header, request::Parts};
use limpid_store::{
    StoreError,
    accounts::{self, Account, NewSession},
    limits::SESSION_IDLE_TIME,
};

use super::{Principal, origin, principal::Signed, random};
use crate::{
    engine::Engine,
    limits::{SESSION_TIME, SESSION_TOUCH_PERIOD},
};

/// The cookie's name. With the prefix, browsers take it only by TLS, and from no neighbour of this host.
fn cookie_name(engine: &Engine) -> &'static str {
    if origin::is_secure(engine) { "__Host-limpid" } else { "limpid" }
}

/// Who has a session.
///
/// # Errors
/// Those of the database.
pub(super) fn authenticate(engine: &Engine, head: &Parts) -> Result<Principal, StoreError> {
    let Some(secret) = shown(engine, &head.headers) else { return Ok(Principal::Anonymous) };
    let hash = random::digest(&secret);
    let found = engine
        .database
        .read(|tx| accounts::session_account(tx, &hash, SESSION_IDLE_TIME, SESSION_TOUCH_PERIOD))?;
    let Some((account, is_to_touch)) = found else { return Ok(Principal::Anonymous) };
    if !origin::is_own(engine, head) {
        return Ok(Principal::Refused);
    }
    if is_to_touch {
        engine.database.write_soon(|tx| accounts::touch_session(tx, &hash))?;
    }
    Ok(Principal::Account(Signed::of(&account)))
}

/// The secret of the session's cookie.
fn shown(engine: &Engine, headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, cookie_name(engine))
}

/// What a cookie holds.
pub(super) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        texts.flat_map(|text| text.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
}

/// Begins a session in place of the one that the request shows. Returns the header `Set-Cookie`.
///
/// # Errors
/// Those of the database.
pub(crate) fn begin(engine: &Engine, headers: &HeaderMap, account: &Account) -> Result<String, StoreError> {
    let secret = random::text::<32>()?;
    let hash = random::digest(&secret);
    let before = shown(engine, headers).map(|secret| random::digest(&secret));
    engine.database.write(|tx| {
        if let Some(before) = &before {
            accounts::end_session(tx, before)?;
        }
        accounts::create_session(tx, &NewSession { hash: &hash, account: account.number, time: SESSION_TIME })
    })?;
    Ok(cookie(engine, &secret, SESSION_TIME.as_secs()))
}

/// Ends the session that a request shows. Returns the header `Set-Cookie` that takes the cookie away.
///
/// # Errors
/// Those of the database.
pub(crate) fn end(engine: &Engine, headers: &HeaderMap) -> Result<String, StoreError> {
    if let Some(secret) = shown(engine, headers) {
        let hash = random::digest(&secret);
        engine.database.write(|tx| accounts::end_session(tx, &hash))?;
    }
    Ok(cookie(engine, "", 0))
}

fn cookie(engine: &Engine, secret: &str, seconds: u64) -> String {
    cookie_text(engine, cookie_name(engine), secret, seconds)
}

/// The header `Set-Cookie` of a cookie that no script reads.
pub(super) fn cookie_text(engine: &Engine, name: &str, value: &str, seconds: u64) -> String {
    let secure = if origin::is_secure(engine) { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
