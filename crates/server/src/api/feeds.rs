//! Feeds: how fresh they are, and what a person can do about them.

use std::sync::Arc;

use axum::{
    body::HttpBody as _,
    extract::{FromRequest as _, Path, Request, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use limpid_catalog::{Outcome, Selection};
use serde::Deserialize;
use serde_json::json;

use super::JSON;
use crate::{
    engine::Engine,
    face::{Document, work},
    http::{ApiError, Json},
    updating,
};

/// Where the jobs of updates are listed.
const UPDATE_JOBS: &str = "/api/v1/jobs?kind=update";

/// `GET feeds`: all of them, with what is covered and what upstream has.
pub(super) async fn list(State(engine): State<Arc<Engine>>) -> Result<Response, ApiError> {
    let document = work(&engine, |engine| Document::json(JSON, &updating::status(engine)?)).await?;
    Ok(document.into_response())
}

/// `GET feeds/{name}`.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let document = work(&engine, move |engine| {
        let status = updating::status(engine)?;
        let feed = status.feeds.get(&name);
        let feed = feed.ok_or_else(|| ApiError::not_found(format!("there is no feed {name}")))?;
        Document::json(JSON, feed)
    })
    .await?;
    Ok(document.into_response())
}

/// `POST feeds/{name}/accept`: takes what is in quarantine into force.
pub(super) async fn accept(
    State(engine): State<Arc<Engine>>,
    Path(path): Path<String>,
) -> Result<Response, ApiError> {
    let Some(name) = path.strip_suffix("/accept").map(str::to_owned) else {
        return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "a feed can be read, or accepted"));
    };
    let outcome = work(&engine, move |engine| updating::accept(engine, &name)).await?;
    let status = match &outcome {
        Outcome::Updated { .. } | Outcome::Unchanged => StatusCode::OK,
        Outcome::Quarantined { .. } | Outcome::Absent => StatusCode::CONFLICT,
        Outcome::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Ok(Document::json(JSON, &outcome)?.status(status).into_response())
}

/// Which feeds to update.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// Prefixes of names; none: all.
    #[serde(default)]
    feeds: Vec<String>,
}

/// `POST updates`: asks for an update soon. Without a body, of all feeds.
pub(super) async fn update(
    State(engine): State<Arc<Engine>>,
    request: Request,
) -> Result<Response, ApiError> {
    let wish = if request.body().is_end_stream() {
        Wish::default()
    } else {
        Json::<Wish>::from_request(request, &()).await?.0
    };
    if wish.feeds.iter().any(String::is_empty) {
        return Err(ApiError::bad_request("feeds: the beginning of a feed's name is expected, not nothing"));
    }
    // What no publisher here can have, whatever upstream says. Of the rest the job tells.
    let ecosystems = engine.indexer.ecosystems();
    if let Some(other) =
        wish.feeds.iter().find(|feed| !ecosystems.publishers().any(|one| one.owns_feed(feed)))
    {
        return Err(ApiError::not_found(format!("there is no feed {other}")));
    }
    let selection = if wish.feeds.is_empty() { Selection::All } else { Selection::Prefixes(wish.feeds) };
    let job = work(&engine, move |engine| updating::trigger(engine, &selection)).await?;
    let body = json!({ "job": job, "links": { "jobs": UPDATE_JOBS } });
    let document = Document::json(JSON, &body)?.status(StatusCode::ACCEPTED);
    Ok(document.with(LOCATION, UPDATE_JOBS)?.into_response())
}
