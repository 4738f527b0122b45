//! The account of whoever asks.

use std::time::Duration;

use axum::http::StatusCode;
use limpid_store::accounts;
use serde::Deserialize;
use serde_json::json;

use super::{
    Reply, change, done, show as shown,
    shown::{OwnAccount, ShownSecret, ShownToken, TokenRequest},
    take,
};
use crate::{
    accounts::{
        Principal,
        administration::{self, Failure, NewTokenRequest},
        audit, origin,
        sign_in::{SignIn, seconds, sign_in},
    },
    face::work,
    http::ApiError,
    limits::TOKENS,
    public::Call,
    secret::Secret,
};

/// Seconds of a day.
pub(super) const DAY: u64 = 24 * 60 * 60;

/// The name of whoever asks; nobody gets here without one.
fn own_name(principal: &Principal) -> Result<String, Failure> {
    principal.account().map(|account| account.name.clone()).ok_or(Failure::NotFound("account"))
}

pub(super) async fn show(call: Call) -> Reply {
    let Call { engine, principal, .. } = call;
    let account = work(&engine, move |engine| {
        let name = own_name(&principal)?;
        engine.database.read(|tx| accounts::find(tx, &name))?.ok_or(Failure::NotFound("account"))
    })
    .await?;
    shown(StatusCode::OK, &OwnAccount::from(account))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    current: Secret,
    new: Secret,
}

/// Asks for the current password, so that an open browser is not enough.
pub(super) async fn change_password(mut call: Call) -> Reply {
    let (head, body) = std::mem::take(&mut call.request).into_parts();
    let wanted: PasswordChange = super::read(axum::extract::Request::from_parts(head.clone(), body)).await?;
    let name = own_name(&call.principal)?;
    let Call { engine, principal, .. } = call;
    let outcome = work(&engine, move |engine| {
        let peer = origin::peer(engine, &head);
        let outcome = sign_in(engine, &name, wanted.current.reveal(), peer)?;
        if matches!(outcome, SignIn::Account(_)) {
            administration::set_password(engine, &name, wanted.new.reveal())?;
            audit::note_change(engine, &principal, "change-password", &format!("account {name}"));
        }
        Ok::<_, Failure>(outcome)
    })
    .await?;
    match outcome {
        SignIn::Account(_) => done(),
        SignIn::Wrong => Err(ApiError::new(StatusCode::FORBIDDEN, "the current password is another one")),
        SignIn::Later(pause) => {
            let error = ApiError::too_many_requests("too many attempts to sign in");
            Err(error.retry_after(seconds(pause)))
        }
    }
}

pub(super) async fn tokens(call: Call) -> Reply {
    let Call { engine, principal, .. } = call;
    let tokens = work(&engine, move |engine| list_tokens(engine, &own_name(&principal)?)).await?;
    shown(StatusCode::OK, &json!({ "tokens": tokens }))
}

/// The tokens of an account, by name.
pub(super) fn list_tokens(engine: &crate::engine::Engine, name: &str) -> Result<Vec<ShownToken>, Failure> {
    let tokens = engine.database.read(|tx| {
        let account = accounts::find(tx, name)?.ok_or(Failure::NotFound("account"))?;
        Ok::<_, Failure>(accounts::list_tokens(tx, account.number, TOKENS)?)
    })?;
    Ok(tokens.into_iter().map(ShownToken::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn make_token(mut call: Call) -> Reply {
    let wanted: TokenRequest = take(&mut call).await?;
    let name = own_name(&call.principal)?;
    make(call, name, wanted).await
}

/// Makes a token of an account, by name.
pub(super) async fn make(call: Call, account: String, wanted: TokenRequest) -> Reply {
    let object = format!("account {account}");
    let made = change(call, "make-token", object, move |engine, _principal| {
        let request = NewTokenRequest {
            account: &account,
            name: &wanted.name,
            scopes: &wanted.scopes,
            time: Duration::from_secs(u64::from(wanted.days) * DAY),
        };
        administration::create_token(engine, &request)
    })
    .await?;
    shown(StatusCode::CREATED, &ShownSecret::from(made))
}

pub(super) async fn revoke_token(call: Call) -> Reply {
    let name = own_name(&call.principal)?;
    revoke(call, name).await
}

/// Revokes a token of an account, by name.
pub(super) async fn revoke(call: Call, account: String) -> Reply {
    let id = call.captures.get("id").to_owned();
    let object = format!("account {account}, token {id}");
    change(call, "revoke-token", object, move |engine, _| {
        administration::revoke_token(engine, &account, &id)
    })
    .await?;
    done()
}
