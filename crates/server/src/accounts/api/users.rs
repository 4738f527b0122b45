//! Users.

use axum::http::StatusCode;
use limpid_store::accounts::{self, AccountKind, ServiceRole};
use serde::Deserialize;
use serde_json::json;

use super::{Reply, change as changed, done, show as shown, shown::User, take};
use crate::{
    accounts::administration::{self, Failure, NewUser, UserChange},
    engine::Engine,
    face::{Query, work},
    limits::{ACCOUNTS_LIST, LIST},
    public::Call,
    secret::Secret,
};

pub(super) async fn list(call: Call) -> Reply {
    let query = Query::of(call.request.uri().query());
    let most = query.size("limit", LIST, ACCOUNTS_LIST)?;
    let after = query.get("after").unwrap_or_default().to_owned();
    let users =
        work(&call.engine, move |engine| engine.database.read(|tx| accounts::list(tx, &after, most))).await?;
    let users: Vec<User> = users.into_iter().map(User::from).collect();
    shown(StatusCode::OK, &json!({ "users": users }))
}

fn found(engine: &Engine, name: &str) -> Result<User, Failure> {
    let account = engine.database.read(|tx| accounts::find(tx, name))?;
    let user = account.filter(|account| account.kind == AccountKind::User);
    user.map(User::from).ok_or(Failure::NotFound("user"))
}

pub(super) async fn show(call: Call) -> Reply {
    let name = call.captures.get("user").to_owned();
    let user = work(&call.engine, move |engine| found(engine, &name)).await?;
    shown(StatusCode::OK, &user)
}

fn role(word: &str) -> Result<ServiceRole, Failure> {
    let wrong = || Failure::Invalid("a role is auditor, superuser or empty".to_owned());
    ServiceRole::of_word(word).ok_or_else(wrong)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    password: Option<Secret>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

pub(super) async fn make(mut call: Call) -> Reply {
    let wanted: Wanted = take(&mut call).await?;
    let role = role(&wanted.role)?;
    let object = format!("account {}", wanted.name);
    let user = changed(call, "make-user", object, move |engine, _| {
        let new = NewUser {
            name: &wanted.name,
            password: wanted.password.as_ref().map(Secret::reveal),
            email: &wanted.email,
            role,
        };
        administration::create_user(engine, &new)?;
        found(engine, &wanted.name)
    })
    .await?;
    shown(StatusCode::CREATED, &user)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    password: Option<Secret>,
    email: Option<String>,
    role: Option<String>,
    enabled: Option<bool>,
}

pub(super) async fn change(mut call: Call) -> Reply {
    let name = call.captures.get("user").to_owned();
    let wanted: Changes = take(&mut call).await?;
    let role = wanted.role.as_deref().map(role).transpose()?;
    let user = changed(call, "change-user", format!("account {name}"), move |engine, _| {
        let change = UserChange {
            password: wanted.password.as_ref().map(Secret::reveal),
            email: wanted.email.as_deref(),
            role,
            is_enabled: wanted.enabled,
        };
        administration::change_user(engine, &name, &change)?;
        found(engine, &name)
    })
    .await?;
    shown(StatusCode::OK, &user)
}

pub(super) async fn remove(call: Call) -> Reply {
    let name = call.captures.get("user").to_owned();
    let object = format!("account {name}");
    changed(call, "remove-user", object, move |engine, _| administration::delete_user(engine, &name)).await?;
    done()
}
