//! Reading and setting how much a namespace may have.

use axum::http::Method;
use limpid_store::registry::{self as stored, Usage};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::{self, Action, administration::Failure},
    engine::Engine,
    face::{Document, work},
    http::{ApiError, Json},
    public::{Call, Face, Route, Target},
    security::answered,
};

const PATH: &str = "/api/v1/namespaces/{namespace}/quota";

/// `GET`: what it has, and may have.
pub(in crate::registry) const READ: Route = Route {
    methods: &[Method::GET],
    path: PATH,
    action: Action::ReadSettings,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(read(call).await) }),
};

/// `PUT`: says what it may have. Nobody gives room to themselves.
pub(in crate::registry) const WRITE: Route = Route {
    methods: &[Method::PUT],
    path: PATH,
    action: Action::Operate,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(write(call).await) }),
};

#[derive(Serialize)]
struct Shown {
    used_bytes: u64,
    warn_bytes: Option<u64>,
    limit_bytes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    warn_bytes: Option<u64>,
    #[serde(default)]
    limit_bytes: Option<u64>,
}

fn shown(engine: &Engine, namespace: &str) -> Result<Document, ApiError> {
    let usage = engine.database.read(|tx| stored::namespace_usage(tx, namespace))?;
    let Usage { used, warn, limit } = usage.ok_or(Failure::NotFound("namespace"))?;
    Document::json("application/json", &Shown { used_bytes: used, warn_bytes: warn, limit_bytes: limit })
}

async fn read(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    work(&call.engine, move |engine| shown(engine, &namespace)).await
}

async fn write(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let Json(wanted) = Json::<Wanted>::from_request_of(call.request).await?;
    let principal = call.principal;
    work(&call.engine, move |engine| {
        super::set(engine, &namespace, wanted.warn_bytes, wanted.limit_bytes)?;
        accounts::note_change(engine, &principal, "change-quota", &format!("namespace {namespace}"));
        shown(engine, &namespace)
    })
    .await
}
