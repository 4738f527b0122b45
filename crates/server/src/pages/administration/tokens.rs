//! Tokens of robots and people, on whichever page they stand.

use std::time::Duration;

use chrono::{DateTime, Utc};
use limpid_store::{
    StoreError,
    accounts::{self as store, Token},
};

use crate::{
    accounts::{
        administration::{self, Failure, MadeToken, NewTokenRequest},
        token_scopes,
    },
    engine::Engine,
    http::ApiError,
    limits::TOKENS,
    pages::{form::Form, parts::Moment},
};

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// A token in a list.
#[derive(Debug, Clone)]
pub(in crate::pages) struct TokenRow {
    pub(in crate::pages) id: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) scopes: String,
    pub(in crate::pages) made: Moment,
    pub(in crate::pages) ends: Moment,
    pub(in crate::pages) used: Option<Moment>,
    pub(in crate::pages) is_expired: bool,
}

/// The tokens of an account.
pub(super) fn rows(engine: &Engine, account: i64) -> Result<Vec<TokenRow>, StoreError> {
    let tokens = engine.database.read(|tx| store::list_tokens(tx, account, TOKENS))?;
    tokens.iter().map(|token| row(token, engine.now())).collect()
}

fn row(token: &Token, now: DateTime<Utc>) -> Result<TokenRow, StoreError> {
    let scopes: Vec<String> = token_scopes(token)?.iter().map(ToString::to_string).collect();
    Ok(TokenRow {
        id: token.id.clone(),
        name: token.name.clone(),
        scopes: scopes.join(" "),
        made: Moment::ago(token.created_at, now),
        ends: Moment::ahead(token.expires_at, now),
        used: token.used_at.map(|at| Moment::ago(at, now)),
        is_expired: token.is_expired,
    })
}

/// Makes the token that a form describes.
pub(super) fn make(engine: &Engine, account: &str, form: &Form) -> Result<MadeToken, Failure> {
    let scopes: Vec<String> = form.get("scopes").split_whitespace().map(str::to_owned).collect();
    let days: u64 = form
        .get("days")
        .trim()
        .parse()
        .map_err(|error| Failure::Invalid(format!("days: a number is expected: {error}")))?;
    let request = NewTokenRequest {
        account,
        name: form.get("name").trim(),
        scopes: &scopes,
        time: Duration::from_secs(days.saturating_mul(DAY)),
    };
    administration::create_token(engine, &request)
}

/// A token that was made: the one time that it is shown.
#[derive(Debug, Clone)]
pub(in crate::pages) struct NewToken {
    pub(in crate::pages) account: String,
    pub(in crate::pages) secret: String,
}

impl NewToken {
    pub(super) fn of(account: &str, made: &MadeToken) -> Self {
        Self { account: account.to_owned(), secret: made.secret.reveal().to_owned() }
    }
}

/// The account of a name.
pub(super) fn find(engine: &Engine, name: &str) -> Result<store::Account, ApiError> {
    let found = engine.database.read(|tx| store::find(tx, name))?;
    found.ok_or_else(crate::pages::problem::nothing)
}
