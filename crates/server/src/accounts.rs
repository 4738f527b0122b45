//! Accounts: who asks, and what they may do.
//!
//! [`authorize`] is the one place where that is decided. Of what somebody may not see they are told that it is not there.

mod action;
mod principal;

use axum::http::request::Parts;
use limpid_store::{StoreError, Transaction};

pub(crate) use self::{
    action::{Action, Decision, Object},
    principal::Principal,
};
use crate::{engine::Engine, public::Route};

/// The routes of accounts: sign-in, tokens, users, teams, robots, permissions.
pub(crate) const ROUTES: &[Route] = &[];

/// Tells who sent a request.
///
/// # Errors
/// Those of the database. Credentials that are wrong are a principal too: one that may do nothing.
pub(crate) fn authenticate(_engine: &Engine, head: &Parts) -> Result<Principal, StoreError> {
    let has_credentials = head.headers.contains_key(axum::http::header::AUTHORIZATION);
    Ok(if has_credentials { Principal::Refused } else { Principal::Anonymous })
}

/// Decides whether somebody may do something, and writes it down.
///
/// # Errors
/// Those of the database.
pub(crate) fn decide(
    engine: &Engine,
    principal: &Principal,
    action: Action,
    object: &Object,
) -> Result<Decision, StoreError> {
    engine.database.read(|tx| authorize(tx, principal, action, object))
}

/// Whether somebody may do something.
///
/// # Errors
/// Those of the database.
pub(crate) fn authorize(
    _tx: &mut Transaction<'_>,
    principal: &Principal,
    action: Action,
    _object: &Object,
) -> Result<Decision, StoreError> {
    Ok(match (principal, action) {
        (_, Action::Look) => Decision::Allowed,
        (Principal::Anonymous | Principal::Refused, _) => Decision::SignIn,
        (Principal::Account(account), _) if account.is_superuser() => Decision::Allowed,
        (Principal::Account(_), _) => Decision::Hidden,
    })
}

/// How a client of a registry is asked to say who it is (`WWW-Authenticate`).
pub(crate) fn challenge(_engine: &Engine, _path: &str, _method: &axum::http::Method) -> String {
    "Basic realm=\"Limpid\"".to_owned()
}
