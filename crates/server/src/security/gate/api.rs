//! Reading and setting the gate of a namespace.

use axum::http::Method;
use limpid_store::security as stored;

use super::Policy;
use crate::{
    accounts::Action,
    face::{Document, work},
    http::{ApiError, Json},
    public::{Call, Face, Route, Target},
    security::answered,
};

const PATH: &str = "/api/v1/namespaces/{namespace}/gate";

/// `GET`: the policy; one that is off where none was set.
pub(crate) const READ: Route = Route {
    methods: &[Method::GET],
    path: PATH,
    action: Action::ReadSettings,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(read(call).await) }),
};

/// `PUT`: sets it.
pub(crate) const WRITE: Route = Route {
    methods: &[Method::PUT],
    path: PATH,
    action: Action::Administer,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(write(call).await) }),
};

async fn read(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    work(&call.engine, move |engine| {
        let settings = engine.database.read(|tx| stored::namespace_settings(tx, &namespace))?;
        let settings = settings.ok_or_else(|| unknown(&namespace))?;
        let policy = Policy::of_settings(&settings)?.unwrap_or_default();
        Document::json("application/json", &policy)
    })
    .await
}

async fn write(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let Json(policy) = Json::<Policy>::from_request_of(call.request).await?;
    policy.check().map_err(ApiError::bad_request)?;
    work(&call.engine, move |engine| {
        let is_there = engine.database.write(|tx| {
            let Some(settings) = stored::lock_namespace_settings(tx, &namespace)? else { return Ok(false) };
            policy.check_in(tx, &namespace)?.map_err(ApiError::bad_request)?;
            stored::set_namespace_settings(tx, &namespace, &policy.put_into(&settings)?)?;
            Ok::<_, ApiError>(true)
        })?;
        if is_there { Document::json("application/json", &policy) } else { Err(unknown(&namespace)) }
    })
    .await
}

fn unknown(namespace: &str) -> ApiError {
    ApiError::not_found(format!("there is no namespace {namespace}"))
}
