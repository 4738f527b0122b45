//! `/.well-known/app-capabilities`: where Quay's clients find the report of a manifest.

use axum::http::Method;
use serde_json::json;

use crate::{
    accounts::Action,
    face::Document,
    http::ApiError,
    public::{Call, Face, Route, Target},
    security::{answered, registry_address},
};

pub(super) const ROUTE: Route = Route {
    methods: &[Method::GET],
    path: "/.well-known/app-capabilities",
    action: Action::Look,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async move { answered(document(&call)) }),
};

fn document(call: &Call) -> Result<Document, ApiError> {
    let base = registry_address(&call.engine);
    let repository = format!("{base}/api/v1/repository/{{namespace}}/{{reponame}}");
    let body = json!({
        "appName": "io.quay",
        "capabilities": {
            "io.quay.view-image": {"url-template": format!("{base}/{{namespace}}/{{reponame}}:{{tag}}")},
            "io.quay.image-security": {
                "rest-api-template": format!("{repository}/image/{{imageid}}/security"),
                "deprecated": true,
            },
            "io.quay.manifest-security": {
                "rest-api-template": format!("{repository}/manifest/{{digest}}/security"),
            },
        },
    });
    Document::json("application/json", &body)
}
