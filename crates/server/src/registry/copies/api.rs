//! Reading and setting of which registry a namespace is a copy.

use axum::{
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::Address;
use crate::{
    accounts::{self, Action, administration::Failure},
    face::{Document, work},
    http::{ApiError, Json},
    public::{Call, Face, Route, Target},
    security::answered,
};

const PATH: &str = "/api/v1/namespaces/{namespace}/upstream";

/// `GET`: its address; `null` where it is no copy.
pub(in crate::registry) const READ: Route = Route {
    methods: &[Method::GET],
    path: PATH,
    action: Action::ReadSettings,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(read(call).await) }),
};

/// `PUT`: sets it. Whoever names an upstream spends this service's name and password there, so that is for superusers.
pub(in crate::registry) const WRITE: Route = Route {
    methods: &[Method::PUT],
    path: PATH,
    action: Action::Operate,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(write(call).await) }),
};

/// `DELETE`: it is no copy any more.
pub(in crate::registry) const REMOVE: Route = Route {
    methods: &[Method::DELETE],
    path: PATH,
    action: Action::Operate,
    target: Target::Service,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(remove(call).await) }),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    address: String,
}

async fn read(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    work(&call.engine, move |engine| {
        let address = engine.database.read(|tx| {
            limpid_store::accounts::find_namespace(tx, &namespace)?.ok_or(Failure::NotFound("namespace"))?;
            Ok::<_, Failure>(limpid_store::registry::namespace_upstream(tx, &namespace)?)
        })?;
        Document::json("application/json", &json!({ "address": address }))
    })
    .await
}

async fn write(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let Json(wanted) = Json::<Wanted>::from_request_of(call.request).await?;
    let address: Address =
        wanted.address.parse().map_err(|why| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    let principal = call.principal;
    work(&call.engine, move |engine| {
        super::set(engine, &namespace, Some(&address))?;
        let object = format!("namespace {namespace}: {address}");
        accounts::note_change(engine, &principal, "change-upstream", &object);
        Document::json("application/json", &json!({ "address": address.to_string() }))
    })
    .await
}

async fn remove(call: Call) -> Result<Response, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let principal = call.principal;
    work(&call.engine, move |engine| {
        super::set(engine, &namespace, None)?;
        accounts::note_change(engine, &principal, "remove-upstream", &format!("namespace {namespace}"));
        Ok::<_, ApiError>(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
