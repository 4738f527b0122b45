//! `GET /api/v1/repository/{name..}/manifest/{digest}/base`: what an image was built on, and what became of that.

use limpid_store::listing;
use serde_json::{Map, Value, json};

use super::{Built, built};
use crate::{
    accounts::{Action, Principal},
    engine::Engine,
    face::{Document, digest, work},
    http::ApiError,
    matching::{self, Decided},
    public::{Call, Face, Route, Target},
    security::{answered, held_by, repository_of},
};

pub(in crate::security) const ROUTE: Route = Route {
    methods: &[axum::http::Method::GET],
    path: "/api/v1/repository/{name..}/manifest/{digest}/base",
    action: Action::ReadReport,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(find(call).await) }),
};

async fn find(call: Call) -> Result<Document, ApiError> {
    let digest = digest(call.captures.get("digest"))?;
    let repository = repository_of(&call);
    let principal = call.principal;
    work(&call.engine, move |engine| {
        let number = held_by(engine, &repository, &digest)?;
        let manifest = engine.database.read(|tx| listing::manifest(tx, number, digest.as_str()))?;
        let decided = Decided::of(engine, &repository)?;
        let judged = matching::judged_now(engine, &digest, decided.as_ref())?;
        let (Some(manifest), Some(judged)) = (manifest, judged) else {
            return Err(ApiError::not_found("there is no report of this image yet"));
        };
        told(engine, &principal, &manifest.body, &judged.report, decided.as_ref())
    })
    .await
}

fn told(
    engine: &Engine,
    principal: &Principal,
    manifest: &[u8],
    report: &limpid_core::Report,
    decided: Option<&Decided>,
) -> Result<Document, ApiError> {
    let Some(Built { base, report, rebuilt }) = built(engine, principal, manifest, report, decided)? else {
        return Err(ApiError::not_found("nobody knows here what this image was built on"));
    };
    let counts = report.base.as_ref();
    let mut body = json!({
        "name": base.name,
        "digest": base.digest,
        "repository": base.repository,
        "layers": base.layers,
        "findings": counts.map(|base| base.findings),
        "fixable": counts.map(|base| base.fixable),
        "above": counts.map(|base| base.above),
    });
    if let (Some(tag), Some(fields)) = (base.tag, body.as_object_mut()) {
        let mut told = Map::from_iter([
            ("name".to_owned(), json!(tag.name)),
            ("is_moved".to_owned(), json!(tag.now.is_some())),
        ]);
        let optional: [(&str, Option<Value>); 4] = [
            ("digest", tag.now.map(|digest| json!(digest))),
            ("clears", rebuilt.map(|rebuilt| json!(rebuilt.clears))),
            ("adds", rebuilt.map(|rebuilt| json!(rebuilt.adds))),
            ("newer", tag.newer.map(|newer| json!(newer))),
        ];
        told.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        fields.insert("tag".to_owned(), Value::Object(told));
    }
    Document::json("application/json", &body)
}
