//! Counts the requests to a router.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
};

use super::Metrics;

/// Counts the requests to these routes under the name of a face. A route is named by its pattern: paths are strangers'
/// words.
pub fn measure(routes: Router, metrics: Arc<Metrics>, face: &'static str) -> Router {
    let layer = middleware::from_fn(move |request: Request, next: Next| {
        let metrics = Arc::clone(&metrics);
        async move {
            let begun = Instant::now();
            let in_flight = metrics.request_began(face);
            let method = request.method().clone();
            let route = request.extensions().get::<MatchedPath>().cloned();
            let response = next.run(request).await;
            let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
            let code = response.status().as_u16();
            metrics.request_answered(face, route, &method, code, begun.elapsed());
            drop(in_flight);
            response
        }
    });
    routes.layer(layer)
}
