//! Harbor's scanner adapter API, version 1.2: Limpid as a scanner of Harbor.
//!
//! A face: it reads requests, asks the engine and writes Harbor's JSON. Harbor waits 5 seconds for an answer and gives a scan
//! up at the first error, so every call is answered in time, and what passes by itself is never an error of a scan: Harbor is
//! told to come again.

mod access;
mod artifact;
mod media_types;
mod metadata;
mod progress;
mod refusal;
mod registry;
mod report;
mod request;
mod scan;
mod work;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use self::refusal::Refusal;
use crate::{
    engine::Engine,
    http::{
        self,
        limit::{BodyLimit, limit_bodies},
    },
    limits,
};

pub(crate) use self::work::scan_job;

/// What every path of this face begins with. In Harbor the scanner's endpoint is this without `/api/v1`.
pub(crate) const PREFIX: &str = "/harbor/";

const METADATA: &str = "/harbor/api/v1/metadata";
const SCAN: &str = "/harbor/api/v1/scan";
const REPORT: &str = "/harbor/api/v1/scan/{id}/report";

/// What is the end of the path of a report.
const OF_REPORT: &str = "/report";

/// The face, with who may ask: those who have `harbor.api_key`; where there is none, those who may use the API.
pub fn router(engine: &Arc<Engine>) -> Router {
    let body = BodyLimit { bytes: limits::SCAN_REQUEST_BYTES, time: limits::HARBOR_ANSWER_TIME };
    let routes = Router::new()
        .route(METADATA, get(metadata::metadata))
        .route(SCAN, post(scan::accept))
        .route(REPORT, get(report::find))
        .with_state(Arc::clone(engine))
        .fallback(|| async { Refusal::not_found("there is nothing at this path") })
        .method_not_allowed_fallback(|| async { Refusal::method_not_allowed() });
    let routes = limit_bodies(routes, body).layer(middleware::from_fn(in_time));
    let mut routes = http::compression::compress(routes);
    let configuration = &engine.configuration;
    match (&configuration.harbor.api_key, &configuration.auth) {
        (Some(key), _) => routes = access::guard(routes, key.clone()),
        (None, Some(auth)) => routes = http::auth::authenticate(routes, auth.clone(), &[]),
        (None, None) => {}
    }
    let routes = http::observe::survive(routes);
    let routes = crate::introspection::measure(routes, Arc::clone(&engine.metrics), "harbor");
    http::observe::observe(routes)
}

/// Answers before Harbor hangs up. The work goes on, and what it came to is there when Harbor asks again.
async fn in_time(request: Request, next: Next) -> Response {
    let path = request.uri().clone();
    match tokio::time::timeout(limits::HARBOR_ANSWER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) if path.path().ends_with(OF_REPORT) => report::come_again(&path, report::SOON),
        Err(_elapsed) => {
            Refusal::unavailable("the service does not answer in time; try again later").into_response()
        }
    }
}
