//! Notifications, for the operator: which there are, which are held, and letting them go.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use limpid_store::{
    StoreError,
    notifications::{self, Notification},
};
use serde::Serialize;
use uuid::Uuid;

use super::JSON;
use crate::{
    engine::Engine,
    face::{Document, Query, uuid, work},
    http::ApiError,
    limits, notifying,
};

#[derive(Serialize)]
struct List {
    notifications: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    id: Uuid,
    operation: Uuid,
    feed: String,
    /// Why nobody is told of it yet.
    held: Option<String>,
    entries: u64,
    created_at: DateTime<Utc>,
    links: Links,
}

#[derive(Serialize)]
struct Links {
    entries: String,
}

impl From<Notification> for Shown {
    fn from(notification: Notification) -> Self {
        let Notification { id, operation, feed, held, entries, created_at } = notification;
        let links = Links { entries: format!("/notifier/api/v1/notification/{id}") };
        Self { id, operation, feed, held, entries, created_at, links }
    }
}

/// `GET notifications`: the newest first.
pub(super) async fn list(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let most = Query::of(query.as_deref()).size("limit", limits::LIST, limits::MOST_LIST)?;
    let read = move |engine: &Engine| engine.database.read(|tx| notifications::list(tx, most));
    let found = work::<_, StoreError>(&engine, read).await?;
    let list = List { notifications: found.into_iter().map(Shown::from).collect() };
    Ok(Document::json(JSON, &list)?.into_response())
}

/// `POST notifications/{id}/release`: tells the targets of one that was held. 204; 404 where none is held.
pub(super) async fn release(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = uuid("id", &id)?;
    if work(&engine, move |engine| notifying::release(engine, id)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(format!("no notification {id} is held")))
    }
}

/// `DELETE notifications/{id}`: 204, also where there was none.
pub(super) async fn forget(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = uuid("id", &id)?;
    let delete = move |engine: &Engine| engine.database.write(|tx| notifications::delete(tx, id));
    work::<bool, StoreError>(&engine, delete).await?;
    Ok(StatusCode::NO_CONTENT)
}
