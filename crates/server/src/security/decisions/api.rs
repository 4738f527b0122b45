//! Reading and setting the policy of a namespace.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{KeptPolicy, PolicyError, policy_of, set_policy};
use crate::{
    accounts::Action,
    face::{Document, work},
    http::{ApiError, limit},
    limits::POLICY_BYTES,
    public::{Call, Face, Route, Target},
    security::answered,
};

const PATH: &str = "/api/v1/namespaces/{namespace}/policy";

/// `GET`: the policy, who changed it last, and when; an empty one where none was set.
pub(in crate::security) const READ: Route = Route {
    methods: &[Method::GET],
    path: PATH,
    action: Action::ReadSettings,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(read(call).await) }),
};

/// `PUT`: sets it, from the text of a file.
pub(in crate::security) const WRITE: Route = Route {
    methods: &[Method::PUT],
    path: PATH,
    action: Action::Administer,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(write(call).await) }),
};

/// `DELETE`: takes it back.
pub(in crate::security) const REMOVE: Route = Route {
    methods: &[Method::DELETE],
    path: PATH,
    action: Action::Administer,
    target: Target::Namespace,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(remove(call).await) }),
};

async fn read(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    work(&call.engine, move |engine| told(&policy_of(engine, &namespace)?)).await
}

async fn write(call: Call) -> Result<Document, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let principal = call.principal;
    let bytes = limit::read_within(call.request, POLICY_BYTES as u64).await?;
    let body = String::from_utf8(bytes.to_vec())
        .map_err(|error| ApiError::bad_request(format!("the policy is no text in UTF-8: {error}")))?;
    work(&call.engine, move |engine| {
        set_policy(engine, &principal, &namespace, &body)?;
        told(&policy_of(engine, &namespace)?)
    })
    .await
}

async fn remove(call: Call) -> Result<StatusCode, ApiError> {
    let namespace = call.captures.get("namespace").to_owned();
    let principal = call.principal;
    work(&call.engine, move |engine| {
        set_policy(engine, &principal, &namespace, "")?;
        Ok::<_, ApiError>(StatusCode::NO_CONTENT)
    })
    .await
}

fn told(policy: &KeptPolicy) -> Result<Document, ApiError> {
    let (at, by) = policy.changed.clone().unzip();
    let body = json!({
        "policy": policy.body,
        "changed_at": at,
        "changed_by": by,
        "ignores": policy.file.ignores.len(),
        "severities": policy.file.ratings.len(),
        "gates": policy.file.gates.len(),
    });
    Document::json("application/json", &body)
}

impl From<PolicyError> for ApiError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Unreadable(_) | PolicyError::TooLong => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
            PolicyError::GateNeedsIt => Self::new(StatusCode::CONFLICT, error.to_string()),
            PolicyError::NoNamespace => Self::not_found(error.to_string()),
            PolicyError::Store(error) => error.into(),
        }
    }
}
