//! The description of what programs ask on this listener.

use axum::http::Method;
use limpid_core::Digest;

use super::{Call, Face, Route, Target};
use crate::{
    accounts::Action,
    face::{Document, openapi},
    http::ApiError,
    security::answered,
};

/// OpenAPI 3.1, written by hand; a test holds it to the table of routes.
const YAML: &str = include_str!("openapi.yaml");

/// Its routes.
pub(super) const ROUTES: &[Route] = &[Route {
    methods: &[Method::GET],
    path: "/api/v1/openapi.json",
    action: Action::Look,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async move { answered(document(&call)) }),
}];

fn document(call: &Call) -> Result<axum::response::Response, ApiError> {
    let body = openapi::json(YAML)?;
    let etag = Digest::of(&body);
    Ok(Document::new("application/json", body).tagged(etag.hex())?.unless_known(call.request.headers()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{super::TABLE, *};

    #[test]
    fn every_route_but_the_pages_is_described_and_everything_described_is_a_route() {
        let document: Value = serde_json::from_slice(&openapi::json(YAML).unwrap()).unwrap();
        let mut described = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys().filter(|key| *key != "parameters") {
                described.insert((path.clone(), method.to_uppercase()));
            }
        }
        let routes = TABLE.iter().flat_map(|face| face.iter()).filter(|route| route.face != Face::Page);
        let served: BTreeSet<_> = routes
            .flat_map(|route| {
                route.methods.iter().map(|method| (route.path.replace("..}", "}"), method.to_string()))
            })
            .filter(|(_, method)| method != "HEAD")
            .collect();
        assert_eq!(described, served);
        // Each operation has a name of its own, and each word of a path is a parameter.
        let paths = document["paths"].as_object().unwrap();
        let names = paths.values().flat_map(|path| path.as_object().unwrap().values());
        let names: Vec<&str> = names.filter_map(|operation| operation["operationId"].as_str()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), described.len());
        for (path, operations) in paths {
            let words = path.matches('{').count();
            assert_eq!(operations["parameters"].as_array().map_or(0, Vec::len), words, "{path}");
        }
    }
}
