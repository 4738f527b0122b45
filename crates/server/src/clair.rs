//! Clair v4's HTTP API, as its clients use it.
//!
//! A face: it reads requests, asks the engine and writes Clair's JSON ([`limpid_core::clair`]). Where Clair says something
//! untrue (the state of another report, an empty report that was never made, the type of another document) this says what
//! is true, in a way that Quay and clairctl accept.

mod affected;
mod differences;
mod index_reports;
mod index_state;
mod media_types;
mod notifications;
mod openapi;
mod updates;
mod vulnerability_reports;

use std::sync::Arc;

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    routing::{delete, get, post},
};

use crate::{
    engine::Engine,
    http::limit::{BodyLimit, limit_bodies},
    limits,
};

const INDEX_REPORTS: &str = "/indexer/api/v1/index_report";
const INDEX_REPORT: &str = "/indexer/api/v1/index_report/{digest}";
const INDEX_STATE: &str = "/indexer/api/v1/index_state";
const AFFECTED: &str = "/indexer/api/v1/internal/affected_manifest";
/// As Clair's own client asks for it.
const AFFECTED_FOLDER: &str = "/indexer/api/v1/internal/affected_manifest/";
const VULNERABILITY_REPORT: &str = "/matcher/api/v1/vulnerability_report/{digest}";
const UPDATE_OPERATIONS: &str = "/matcher/api/v1/internal/update_operation";
const UPDATE_OPERATION: &str = "/matcher/api/v1/internal/update_operation/{ref}";
const UPDATE_DIFF: &str = "/matcher/api/v1/internal/update_diff";
const NOTIFICATION: &str = "/notifier/api/v1/notification/{id}";
const OPENAPI: &str = "/openapi/v1";
const ROBOTS: &str = "/robots.txt";

/// The paths that anybody may ask for, also where the API wants authentication.
pub const EXEMPT: &[&str] = &[ROBOTS];

/// The routes of Clair's API. All of them, whatever the roles of this process: each node answers from the shared state.
pub fn router(engine: Arc<Engine>) -> Router {
    let bounded = |routes, bytes| limit_bodies(routes, BodyLimit { bytes, ..BodyLimit::default() });
    let submissions =
        Router::new().route(INDEX_REPORTS, post(index_reports::submit).delete(index_reports::delete_many));
    let affected = Router::new()
        .route(AFFECTED, post(affected::affected))
        .route(AFFECTED_FOLDER, post(affected::affected));
    Router::new()
        .merge(bounded(submissions, limits::MANIFEST_BYTES))
        .merge(bounded(affected, limits::STATEMENTS_BYTES))
        .route(INDEX_REPORT, get(index_reports::find).delete(index_reports::delete_one))
        .route(INDEX_STATE, get(index_state::index_state))
        .route(VULNERABILITY_REPORT, get(vulnerability_reports::find))
        .route(UPDATE_OPERATIONS, get(updates::list))
        .route(UPDATE_OPERATION, delete(updates::forget))
        .route(UPDATE_DIFF, get(differences::differences))
        .route(NOTIFICATION, get(notifications::page).delete(notifications::forget))
        .route(OPENAPI, get(openapi::document))
        .route(ROBOTS, get(robots))
        .with_state(engine)
}

async fn robots() -> ([(axum::http::HeaderName, &'static str); 2], &'static str) {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (headers, "User-agent: *\nDisallow: /\n")
}

#[cfg(test)]
mod tests;
