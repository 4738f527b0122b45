//! Namespaces and their settings.

use axum::http::StatusCode;
use limpid_store::{StoreError, accounts};
use serde::Deserialize;
use serde_json::json;

use super::{Reply, change as changed, done, show as shown, shown::ShownNamespace, take};
use crate::{
    accounts::{
        Principal,
        administration::{self, Failure},
    },
    engine::Engine,
    face::{Query, work},
    limits::{ACCOUNTS_LIST, LIST},
    public::Call,
};

/// Those in which whoever asks may do anything; all for who may read everything.
pub(super) async fn list(call: Call) -> Reply {
    let query = Query::of(call.request.uri().query());
    let most = query.size("limit", LIST, ACCOUNTS_LIST)?;
    let after = query.get("after").unwrap_or_default().to_owned();
    let principal = call.principal;
    let namespaces = work(&call.engine, move |engine| seen(engine, &principal, &after, most)).await?;
    shown(StatusCode::OK, &json!({ "namespaces": namespaces }))
}

fn seen(engine: &Engine, principal: &Principal, after: &str, most: u64) -> Result<Vec<String>, StoreError> {
    let found = engine.database.read(|tx| match principal.account() {
        Some(account) if account.is_superuser() || account.is_auditor() => {
            accounts::list_namespaces(tx, after, most)
        }
        Some(account) => accounts::namespaces_of(tx, account.number, after, most),
        None => Ok(Vec::new()),
    })?;
    Ok(found.into_iter().map(|namespace| namespace.name).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
}

pub(super) async fn make(mut call: Call) -> Reply {
    let Wanted { name } = take(&mut call).await?;
    let namespace = changed(call, "make-namespace", format!("namespace {name}"), move |engine, _| {
        administration::create_namespace(engine, &name)?;
        found(engine, &name)
    })
    .await?;
    shown(StatusCode::CREATED, &namespace)
}

fn found(engine: &Engine, name: &str) -> Result<ShownNamespace, Failure> {
    let namespace = engine.database.read(|tx| accounts::find_namespace(tx, name))?;
    Ok(namespace.ok_or(Failure::NotFound("namespace"))?.try_into()?)
}

pub(super) async fn show(call: Call) -> Reply {
    let name = call.captures.get("namespace").to_owned();
    let namespace = work(&call.engine, move |engine| found(engine, &name)).await?;
    shown(StatusCode::OK, &namespace)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    writers_overwrite: bool,
}

pub(super) async fn change(mut call: Call) -> Reply {
    let name = call.captures.get("namespace").to_owned();
    let Settings { writers_overwrite } = take(&mut call).await?;
    let namespace = changed(call, "change-namespace", format!("namespace {name}"), move |engine, _| {
        administration::set_writers_overwrite(engine, &name, writers_overwrite)?;
        found(engine, &name)
    })
    .await?;
    shown(StatusCode::OK, &namespace)
}

pub(super) async fn remove(call: Call) -> Reply {
    let name = call.captures.get("namespace").to_owned();
    let object = format!("namespace {name}");
    let work = move |engine: &Engine, _: &Principal| administration::delete_namespace(engine, &name);
    changed(call, "remove-namespace", object, work).await?;
    done()
}
