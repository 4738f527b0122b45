//! Update operations: which feed went from what to what, and when.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use limpid_core::{
    Digest,
    clair::{ClairUpdateOperation, ENRICHMENT, VULNERABILITY},
    enrichment,
};
use limpid_store::{
    StoreError,
    catalog::{self, UpdateOperation},
};

use super::media_types;
use crate::{
    engine::Engine,
    face::{Document, Query, uuid, work},
    http::ApiError,
};

/// `GET update_operation`: by feed, the newest first.
pub(super) async fn list(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref());
    let latest = query.flag("latest")?;
    let kind = match query.get("kind") {
        None | Some(VULNERABILITY) => VULNERABILITY,
        Some(ENRICHMENT) => ENRICHMENT,
        Some(other) => {
            return Err(ApiError::bad_request(format!(
                "kind: “{other}” is neither {VULNERABILITY} nor {ENRICHMENT}"
            )));
        }
    };
    let mut operations = work(&engine, move |engine| load(engine, latest)).await?;
    operations.retain(|operation| kind_of(operation) == kind);
    let mut by_feed: BTreeMap<String, Vec<ClairUpdateOperation>> = BTreeMap::new();
    for operation in &operations {
        by_feed.entry(operation.feed.clone()).or_default().push(clair_operation(operation));
    }
    let document = Document::json(media_types::JSON, &by_feed)?;
    // Clair's is the newest operation, which does not tell when an older one was deleted.
    let etag = Digest::of(document.bytes());
    Ok(document.tagged(etag.hex())?.unless_known(&headers))
}

fn load(engine: &Engine, latest: bool) -> Result<Vec<UpdateOperation>, StoreError> {
    engine.database.read(|tx| catalog::operations(tx, latest))
}

fn kind_of(operation: &UpdateOperation) -> &'static str {
    if enrichment::is_feed(&operation.feed) { ENRICHMENT } else { VULNERABILITY }
}

/// An operation in Clair's form.
pub(super) fn clair_operation(operation: &UpdateOperation) -> ClairUpdateOperation {
    ClairUpdateOperation {
        reference: operation.id.to_string(),
        updater: operation.feed.clone(),
        fingerprint: operation.after.to_string(),
        date: operation.at.to_rfc3339(),
        kind: kind_of(operation),
    }
}

/// `DELETE update_operation/{ref}`: 200, also where there was none.
pub(super) async fn forget(
    State(engine): State<Arc<Engine>>,
    Path(reference): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = uuid("ref", &reference)?;
    let delete = move |engine: &Engine| engine.database.write(|tx| catalog::delete_operation(tx, id));
    work::<bool, StoreError>(&engine, delete).await?;
    Ok(StatusCode::OK)
}
