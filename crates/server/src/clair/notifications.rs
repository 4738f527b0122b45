//! Notifications, page by page, until the client deletes them.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use limpid_store::{
    StoreError,
    notifications::{self, Page},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::media_types;
use crate::{
    engine::Engine,
    face::{Document, Query, uuid, work},
    http::{ApiError, negotiation::negotiate},
    limits,
};

#[derive(Serialize)]
struct Body {
    page: Position,
    notifications: Vec<Value>,
}

#[derive(Serialize)]
struct Position {
    size: u64,
    /// Left out on the last page: clients go on while it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Uuid>,
}

/// `GET notification/{id}`.
///
/// One that is unknown has an empty page, as with Clair: a client is told of a notification at least once, so it may well
/// ask again for one that it has deleted, and then there is nothing more to be told.
pub(super) async fn page(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = uuid("id", &id)?;
    let query = Query::of(query.as_deref());
    let size = query.size("page_size", limits::PAGE, limits::MOST_PAGE)?;
    let after = query.uuid("next")?;
    let media_type = negotiate(&headers, media_types::NOTIFICATION_PAGE)?;
    let document = work(&engine, move |engine| {
        let page = engine.database.read::<_, StoreError>(|tx| notifications::page(tx, id, after, size))?;
        let page = page.unwrap_or(Page { entries: Vec::new(), next: None });
        let body = Body { page: Position { size, next: page.next }, notifications: entries(&page)? };
        Document::json(media_type, &body)
    })
    .await?;
    Ok(document.into_response())
}

fn entries(page: &Page) -> Result<Vec<Value>, ApiError> {
    let read = |entry: &Vec<u8>| {
        serde_json::from_slice(entry)
            .map_err(|error| ApiError::internal(format!("a stored notification cannot be read: {error}")))
    };
    page.entries.iter().map(read).collect()
}

/// `DELETE notification/{id}`: 200, also where there was none, because it may be said twice.
pub(super) async fn forget(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = uuid("id", &id)?;
    let delete = move |engine: &Engine| engine.database.write(|tx| notifications::delete(tx, id));
    work::<bool, StoreError>(&engine, delete).await?;
    Ok(StatusCode::OK)
}
