//! `GET /api/v1/repository/{name}/manifest/{digest}/security`, as Quay answers it.
//!
//! Beside Quay's fields stands `limpid`, with what Quay has no place for. Of an index, where Quay knows nothing, the features of
//! all its images are told; one of them that is not judged is a feature with a vulnerability of severity Unknown.

use axum::http::Method;
use limpid_core::Digest;
use serde_json::{Value, json};

use super::features;
use crate::{
    accounts::Action,
    engine::Engine,
    face::{Document, Query, digest, work},
    http::{ApiError, compression::Encoding},
    matching::{self, Answer, Form},
    public::{Call, Face, Route, Target},
    security::{self, Status, answered},
};

pub(super) const ROUTE: Route = Route {
    methods: &[Method::GET],
    path: "/api/v1/repository/{name..}/manifest/{digest}/security",
    action: Action::ReadReport,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(find(call).await) }),
};

/// The features, remembered as all reports are.
const FEATURES: Form =
    Form { name: "quay", write: |index, report| serde_json::to_vec(&features::features(index, report)) };

async fn find(call: Call) -> Result<Document, ApiError> {
    let digest = digest(call.captures.get("digest"))?;
    let repository = security::repository_of(&call);
    let query = Query::of(call.request.uri().query());
    // Left out, Quay shows them.
    let shows_vulnerabilities = query.get("vulnerabilities").is_none() || query.flag("vulnerabilities")?;
    work(&call.engine, move |engine| {
        security::held_by(engine, &repository, &digest)?;
        let mut body = answer(engine, &digest)?;
        if !shows_vulnerabilities {
            leave_out(&mut body);
        }
        Document::json("application/json", &body)
    })
    .await
}

fn answer(engine: &Engine, digest: &Digest) -> Result<Value, ApiError> {
    let (status, summary) = security::status_and_summary(engine, None, digest)?;
    let features =
        if status == Status::Indexed { all_features(engine, digest, summary.as_ref())? } else { None };
    // No advisory data at all was loaded yet: Quay's clients come back later, and show no green meanwhile.
    let word = match (&status, &features) {
        (Status::Indexed, Some(_)) => "scanned",
        (Status::Indexed, None) | (Status::Queued | Status::Indexing | Status::Unknown, _) => "queued",
        (Status::Failed { .. }, _) => "failed",
        (Status::Unsupported { .. }, _) => "unsupported",
    };
    let data = features.map(|features| {
        json!({"Layer": {
            "Name": digest,
            "ParentName": "",
            "NamespaceName": "",
            "IndexedByVersion": 4,
            "Features": features,
        }})
    });
    Ok(json!({ "status": word, "data": data, "limpid": {"state": status, "summary": summary} }))
}

/// The features of an image, or of all images of an index. `None` where there is no advisory data.
fn all_features(
    engine: &Engine,
    digest: &Digest,
    summary: Option<&security::Summary>,
) -> Result<Option<Vec<Value>>, ApiError> {
    let children = summary.map(|summary| summary.children.as_slice()).unwrap_or_default();
    if children.is_empty() {
        return of_image(engine, digest);
    }
    let mut all = Vec::new();
    for child in children {
        match all_features(engine, &child.digest, child.summary.as_ref())? {
            Some(features) => all.extend(features),
            None if child.status == Status::Indexed => return Ok(None),
            None => all.push(features::unknown(&child.platform, child.status.word())),
        }
    }
    Ok(Some(all))
}

fn of_image(engine: &Engine, digest: &Digest) -> Result<Option<Vec<Value>>, ApiError> {
    match matching::report(engine, digest, FEATURES, Encoding::Plain, None)? {
        Answer::NotIndexed | Answer::NoData => Ok(None),
        Answer::Report(_etag, finished) => {
            let features = serde_json::from_slice(&finished.body);
            features.map(Some).map_err(|error| ApiError::internal(error.to_string()))
        }
    }
}

/// Takes the vulnerabilities out. The key is not there then: an empty list would be said of what is clean.
fn leave_out(body: &mut Value) {
    let features = body.pointer_mut("/data/Layer/Features").and_then(Value::as_array_mut);
    for feature in features.into_iter().flatten().filter_map(Value::as_object_mut) {
        for key in ["Vulnerabilities", "BaseScores", "CVEIds"] {
            feature.remove(key);
        }
    }
}
