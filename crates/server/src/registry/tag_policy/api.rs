//! Reading and setting which tags of a namespace must stay.

use axum::http::{Method, StatusCode};

use super::TagPolicy;
use crate::{
    accounts::{self, Action},
    face::{Document, work},
    http::{ApiError, Json},
    public::{Call, Face, Route, Target},
    security::answered,
};

const PATH: &str = "/api/v1/namespaces/{namespace}/tag-policy";

/// `GET`: the policy; an empty one where none was set.
pub(in crate::registry) const READ: Route = Route {
    methods: &[Method::GET],
    path: PATH,
    action: Action::ReadSettings,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(read(call).await) }),
};

/// `PUT`: sets it.
pub(in crate::registry) const WRITE: Route = Route {
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
        let settings =
            engine.database.read(|tx| limpid_store::security::namespace_settings(tx, &namespace))?;
        let settings = settings.ok_or_else(|| unknown(&namespace))?;
        Document::json("application/json", &TagPolicy::of_settings(&settings)?)
    })
    .await
}

async fn write(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let Json(policy) = Json::<TagPolicy>::from_request_of(call.request).await?;
    policy.check(&namespace).map_err(|why| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    let principal = call.principal;
    work(&call.engine, move |engine| {
        if !engine.database.write(|tx| policy.set(tx, &namespace))? {
            return Err(unknown(&namespace));
        }
        accounts::note_change(engine, &principal, "change-tag-policy", &format!("namespace {namespace}"));
        Document::json("application/json", &policy)
    })
    .await
}

fn unknown(namespace: &str) -> ApiError {
    ApiError::not_found(format!("there is no namespace {namespace}"))
}
