//! The catalog in force, and taking over one that comes from elsewhere.

use std::{
    error::Error,
    fs::File,
    io::{self, Seek},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use limpid_core::matching::Advisories as _;
use serde_json::json;

use super::JSON;
use crate::{
    engine::Engine,
    face::{BodyReader, Document, Query, room, work},
    http::{ApiError, limit::BodyError},
    limits::CATALOG_REQUESTS,
    updating,
};

/// `GET catalog`.
pub(super) async fn find(State(engine): State<Arc<Engine>>) -> Result<Response, ApiError> {
    let document = work(&engine, |engine| {
        let open = updating::open(engine)?;
        let catalog = &open.catalog;
        let body = json!({
            "digest": catalog.digest(),
            "version": open.version,
            "as_of": catalog.as_of(),
            "namespaces": catalog.namespaces(),
        });
        Document::json(JSON, &body)
    })
    .await?;
    Ok(document.into_response())
}

/// `PUT catalog`: what `limpid db export` wrote. With `force=true` also where that is older than what is in force.
///
/// It is taken over when all of it is here, so that a slow client holds up no update.
pub(super) async fn import(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Response, ApiError> {
    let force = Query::of(query.as_deref()).flag("force")?;
    let room = room(&engine, CATALOG_REQUESTS)?;
    let mut body = BodyReader::new(body);
    let document = work(&engine, move |engine| {
        let mut archive = kept(engine, &mut body).map_err(|error| not_kept(&error))?;
        let imported = updating::import(engine, &mut archive, force)?;
        drop(room);
        Document::json(JSON, &imported)
    })
    .await?;
    Ok(document.into_response())
}

/// The body as a file that nobody else sees, and that is gone when it is closed.
fn kept(engine: &Engine, body: &mut BodyReader) -> io::Result<File> {
    let mut archive = tempfile::tempfile_in(&engine.configuration.data)?;
    io::copy(body, &mut archive)?;
    archive.rewind()?;
    Ok(archive)
}

fn not_kept(error: &io::Error) -> ApiError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(of_client) = one.downcast_ref::<BodyError>() {
            return (*of_client).into();
        }
        cause = match one.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => one.source(),
        };
    }
    ApiError::internal(format!("the archive cannot be kept: {error}"))
}
