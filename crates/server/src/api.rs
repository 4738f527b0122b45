//! Limpid's own JSON API, `/api/v1/`.
//!
//! What Clair's API has no place for: verdicts and blind spots, the freshness of feeds, what a person decides about updates
//! and notifications, jobs, and what it takes to compare two services. Errors have Clair's form.

mod catalog;
mod feeds;
pub(crate) mod jobs;
mod layers;
mod manifests;
mod notifications;
mod openapi;
mod state;

use std::sync::Arc;

use axum::{
    Router,
    routing::{delete, get, post, put},
};

use limpid_image::limits::{LAYER_TIME, STORED_LAYER_BYTES};

use crate::{
    engine::Engine,
    http::limit::{BodyLimit, limit_bodies},
    limits,
};

const MANIFESTS: &str = "/api/v1/manifests";
const MANIFEST: &str = "/api/v1/manifests/{digest}";
const REPORT: &str = "/api/v1/manifests/{digest}/report";
const EXPLANATION: &str = "/api/v1/manifests/{digest}/explain";
const INDEX: &str = "/api/v1/manifests/{digest}/index";
const LAYER: &str = "/api/v1/layers/{digest}";
const CATALOG: &str = "/api/v1/catalog";
const FEEDS: &str = "/api/v1/feeds";
/// A feed's name has slashes, so `/accept` after it is told apart by the handler.
const FEED: &str = "/api/v1/feeds/{*name}";
const UPDATES: &str = "/api/v1/updates";
const JOBS: &str = "/api/v1/jobs";
const JOB: &str = "/api/v1/jobs/{kind}/{*key}";
const NOTIFICATIONS: &str = "/api/v1/notifications";
const NOTIFICATION: &str = "/api/v1/notifications/{id}";
const RELEASE: &str = "/api/v1/notifications/{id}/release";
const STATE: &str = "/api/v1/state";
const OPENAPI: &str = "/api/v1/openapi.json";

/// The type of all answers.
const JSON: &str = "application/json";

/// The routes of Limpid's own API.
pub fn router(engine: Arc<Engine>) -> Router {
    let manifests = Router::new().route(MANIFESTS, post(manifests::submit));
    let import = Router::new().route(CATALOG, put(catalog::import));
    let of_manifest = BodyLimit { bytes: limits::MANIFEST_BYTES, ..BodyLimit::default() };
    let of_catalog = BodyLimit { bytes: limits::CATALOG_BYTES, time: limits::CATALOG_TIME };
    let layers = Router::new().route(LAYER, get(layers::find).put(layers::receive));
    let of_layer = BodyLimit { bytes: STORED_LAYER_BYTES, time: LAYER_TIME };
    Router::new()
        .merge(limit_bodies(layers, of_layer))
        .merge(limit_bodies(manifests, of_manifest))
        .merge(limit_bodies(import, of_catalog))
        .route(MANIFEST, get(manifests::find))
        .route(REPORT, get(manifests::report))
        .route(EXPLANATION, get(manifests::explain))
        .route(INDEX, get(manifests::index))
        .route(CATALOG, get(catalog::find))
        .route(FEEDS, get(feeds::list))
        .route(FEED, get(feeds::find).post(feeds::accept))
        .route(UPDATES, post(feeds::update))
        .route(JOBS, get(jobs::list))
        .route(JOB, get(jobs::find))
        .route(NOTIFICATIONS, get(notifications::list))
        .route(NOTIFICATION, delete(notifications::forget))
        .route(RELEASE, post(notifications::release))
        .route(STATE, get(state::state))
        .route(OPENAPI, get(openapi::document))
        .with_state(engine)
}

#[cfg(test)]
mod tests;
