//! Accounts: who asks, and what they may do.
//!
//! [`authorize`] is the one place where that is decided. Of what somebody may not see they are told that it is not there.

mod action;
pub mod administration;
mod api;
mod audit;
mod authenticate;
mod authorize;
mod bearer;
mod challenge;
mod first_start;
mod name;
mod oidc;
mod origin;
mod password;
mod principal;
mod random;
mod reset;
mod scope;
mod sessions;
mod sign_in;
mod state;
mod token_service;
mod tokens;
mod upkeep;

use axum::http::request::Parts;
use limpid_store::{StoreError, listing::Viewer};

pub(crate) use self::{
    action::{Action, Decision, Object},
    api::ROUTES,
    audit::{note_change, note_refused},
    authenticate::authenticate,
    authorize::authorize,
    challenge::challenge,
    first_start::prepare,
    name::whole as whole_name,
    oidc::{Linking, begin_link, provider_name},
    origin::authority,
    password::check as check_password,
    principal::{Principal, Signed},
    sessions::end as end_session,
    sign_in::seconds,
    state::State,
    tokens::scopes as token_scopes,
    upkeep::{keep, write_audit},
};
pub use self::{
    first_start::ADMINISTRATOR,
    password::BadPassword,
    reset::{ResetError, reset_password},
};
use crate::engine::Engine;

/// Tells who sent a request, decides whether they may do this, and writes it down.
///
/// # Errors
/// Those of the database.
pub(crate) fn admit(
    engine: &Engine,
    head: &Parts,
    action: Action,
    object: &Object,
) -> Result<(Principal, Decision), StoreError> {
    let principal = authenticate(engine, head)?;
    let decision = engine.database.read(|tx| authorize(tx, &principal, action, object))?;
    audit::note(engine, &principal, action, object, decision, origin::peer(engine, head))?;
    Ok((principal, decision))
}

/// Who looks, as lists of the store ask.
pub(crate) fn viewer(principal: &Principal) -> Viewer {
    let account = principal.account();
    Viewer {
        account: account.map_or(0, |account| account.number),
        sees_all: account.is_some_and(|account| account.is_superuser() || account.is_auditor()),
    }
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
    let decision = engine.database.read(|tx| authorize(tx, principal, action, object))?;
    let peer = principal.account().and_then(|account| account.peer);
    audit::note(engine, principal, action, object, decision, peer)?;
    Ok(decision)
}

/// What became of an attempt to sign in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A session began: the header `Set-Cookie`.
    Session(String),
    /// Name or password are wrong.
    Wrong,
    /// Too many attempts: not before this time is over.
    Later(std::time::Duration),
    /// The form was another site's.
    Foreign,
}

/// Signs in with a browser: begins a session in place of the one that the request shows. Blocks.
///
/// # Errors
/// Those of the database.
pub(crate) fn enter(
    engine: &Engine,
    head: &Parts,
    name: &str,
    password: &str,
) -> Result<Entered, StoreError> {
    if origin::is_foreign(engine, head) {
        return Ok(Entered::Foreign);
    }
    Ok(match sign_in::sign_in(engine, name, password, origin::peer(engine, head))? {
        sign_in::SignIn::Account(account) => {
            Entered::Session(sessions::begin(engine, &head.headers, &account)?)
        }
        sign_in::SignIn::Wrong => Entered::Wrong,
        sign_in::SignIn::Later(pause) => Entered::Later(pause),
    })
}

/// Whether somebody knows a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proven {
    /// They do.
    Yes,
    /// They do not, or the form was another site's.
    No,
    /// Too many attempts were made.
    Later,
}

/// Looks at a password, and begins no session. Blocks.
///
/// # Errors
/// Those of the database.
pub(crate) fn prove(engine: &Engine, head: &Parts, name: &str, password: &str) -> Result<Proven, StoreError> {
    if origin::is_foreign(engine, head) {
        return Ok(Proven::No);
    }
    Ok(match sign_in::sign_in(engine, name, password, origin::peer(engine, head))? {
        sign_in::SignIn::Account(_) => Proven::Yes,
        sign_in::SignIn::Wrong => Proven::No,
        sign_in::SignIn::Later(_) => Proven::Later,
    })
}

#[cfg(test)]
pub(crate) mod tests;
