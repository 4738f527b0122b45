//! `GET /api/v1/vulnerability/{id}/images`: which images have it.

use axum::http::Method;
use limpid_store::listing::ImagePlace;
use serde_json::{Value, json};

use super::{Hit, search};
use crate::{
    accounts::{Action, viewer},
    face::{Document, Query, identifier, turn, work},
    http::ApiError,
    public::{Call, Face, Route, Target},
    security::answered,
};

pub(in crate::security) const ROUTE: Route = Route {
    methods: &[Method::GET],
    path: "/api/v1/vulnerability/{id}/images",
    action: Action::ListCatalog,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(find(call).await) }),
};

async fn find(call: Call) -> Result<Document, ApiError> {
    let id = identifier(call.captures.get("id"))?;
    let query = Query::of(call.request.uri().query());
    let package = query.get("package").unwrap_or_default().trim().to_owned();
    let viewer = viewer(&call.principal);
    let turn = turn(&call.engine).await?;
    work(&call.engine, move |engine| {
        let found = search(engine, viewer, &id, &package)?;
        // Kept as long as the work lasts, also where its client is gone.
        drop(turn);
        Document::json(
            "application/json",
            &json!({
                "id": id,
                "identifiers": found.identifiers,
                "is_complete": found.lacks.is_empty(),
                "lacks": found.lacks,
                "images": found.hits.iter().map(told).collect::<Vec<_>>(),
            }),
        )
    })
    .await
}

fn told(hit: &Hit) -> Value {
    let Hit { digest, places, finding } = hit;
    let place = |(name, tag): &ImagePlace| {
        if tag.is_empty() { format!("{name}@{digest}") } else { format!("{name}:{tag}") }
    };
    json!({
        "digest": digest,
        "places": places.iter().map(place).collect::<Vec<_>>(),
        "id": finding.id,
        "severity": finding.severity,
        "package": finding.package.name,
        "version": finding.package.version,
        "fixed_in": finding.fixed_in,
        "suppressed": finding.suppressed,
    })
}
