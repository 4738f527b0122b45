//! Metrics, health and readiness, on a listener of their own.
//!
//! What is asked here costs next to nothing, so that a busy service is not taken for a dead one: readiness is a value that
//! others set, and only the numbers of jobs are looked up when metrics are asked for.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};

use crate::http::{ApiError, blocking, error, observe};

mod families;
mod labels;
mod measure;
mod metrics;
mod readiness;

pub use measure::measure;
pub use metrics::{InFlight, JobCount, Metrics};
pub use readiness::{Phase, Readiness};

const METRICS_TYPE: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What the routes know.
#[derive(Debug, Clone)]
struct Introspected {
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
}

/// `/metrics`, `/healthz` and `/readyz`. Nobody is asked who they are: the listener is for the operator alone.
pub fn router(metrics: Arc<Metrics>, readiness: Arc<Readiness>) -> Router {
    let routes = Router::new()
        .route("/metrics", get(show_metrics))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", any(show_readiness))
        .with_state(Introspected { metrics, readiness })
        .fallback(error::unknown_path)
        .method_not_allowed_fallback(error::method_not_allowed);
    observe::survive(routes)
}

async fn show_metrics(State(introspected): State<Introspected>) -> Result<Response, ApiError> {
    let text = blocking(move || introspected.metrics.encode()).await?;
    let text = text.map_err(|error| ApiError::internal(format!("the metrics cannot be written: {error}")))?;
    Ok(([(header::CONTENT_TYPE, METRICS_TYPE)], text).into_response())
}

/// `GET` alone, as Clair has it, and without `HEAD`.
async fn show_readiness(method: Method, State(introspected): State<Introspected>) -> Response {
    if method != Method::GET {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET"))];
        return (allow, error::method_not_allowed().await).into_response();
    }
    let (status, body) = match introspected.readiness.check() {
        Ok(()) => (StatusCode::OK, Body::empty()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, Body::from(reason)),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests;
