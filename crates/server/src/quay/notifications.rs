//! Notifications of a repository, as Quay's API has them: who is told of what, and how.
//!
//! Addresses may carry secrets, so they are shown to those who may change them and to nobody else.

use axum::http::{Method, StatusCode};
use limpid_store::security::Subscription;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    accounts::Action,
    face::{Document, uuid, work},
    http::{ApiError, Json},
    limits::TELL_FAILURES,
    public::{Call, Face, Handler, Route, Target},
    security::{answered, repository_of, subscriptions},
};

const ALL: &str = "/api/v1/repository/{name..}/notification/";
const ONE: &str = "/api/v1/repository/{name..}/notification/{id}";
const TESTED: &str = "/api/v1/repository/{name..}/notification/{id}/test";

const fn route(methods: &'static [Method], path: &'static str, handler: Handler) -> Route {
    Route { methods, path, action: Action::Administer, target: Target::Repository, face: Face::Api, handler }
}

pub(super) const LIST: Route =
    route(&[Method::GET], ALL, |call| Box::pin(async { answered(list(call).await) }));
pub(super) const CREATE: Route =
    route(&[Method::POST], ALL, |call| Box::pin(async { answered(create(call).await) }));
pub(super) const FIND: Route =
    route(&[Method::GET], ONE, |call| Box::pin(async { answered(find(call).await) }));
pub(super) const RESET: Route =
    route(&[Method::POST], ONE, |call| Box::pin(async { answered(reset(call).await) }));
pub(super) const DELETE: Route =
    route(&[Method::DELETE], ONE, |call| Box::pin(async { answered(delete(call).await) }));
pub(super) const TEST: Route =
    route(&[Method::POST], TESTED, |call| Box::pin(async { answered(test(call).await) }));

/// What is sent to make one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    event: String,
    method: String,
    config: Value,
    #[serde(default)]
    event_config: Value,
    #[serde(default)]
    title: Option<String>,
}

impl From<Wanted> for subscriptions::Wanted {
    fn from(wanted: Wanted) -> Self {
        let Wanted { event, method, config, event_config, title } = wanted;
        Self { event, method, config, event_config, title: title.unwrap_or_default() }
    }
}

fn shown(one: &Subscription) -> Result<Value, ApiError> {
    let read = |text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| ApiError::internal(error.to_string()))
    };
    Ok(json!({
        "uuid": one.id,
        "title": one.title,
        "event": one.event,
        "method": one.method,
        "config": read(&one.config)?,
        "event_config": read(&one.event_config)?,
        "number_of_failures": one.failures,
        "limpid": {"error": one.error, "is_stopped": one.failures >= TELL_FAILURES},
    }))
}

async fn list(call: Call) -> Result<Document, ApiError> {
    let name = repository_of(&call);
    work(&call.engine, move |engine| {
        let all = subscriptions::all(engine, &name)?;
        let all: Vec<Value> = all.iter().map(shown).collect::<Result<_, _>>()?;
        Document::json("application/json", &json!({ "notifications": all }))
    })
    .await
}

async fn create(call: Call) -> Result<Document, ApiError> {
    let name = repository_of(&call);
    let Json(wanted) = Json::<Wanted>::from_request_of(call.request).await?;
    work(&call.engine, move |engine| {
        let one = subscriptions::add(engine, &name, &wanted.into())?;
        Ok::<_, ApiError>(Document::json("application/json", &shown(&one)?)?.status(StatusCode::CREATED))
    })
    .await
}

/// The repository and the notification that a path names.
fn named(call: &Call) -> Result<(String, Uuid), ApiError> {
    Ok((repository_of(call), uuid("id", call.captures.get("id"))?))
}

async fn find(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        Document::json("application/json", &shown(&subscriptions::find(engine, &name, id)?)?)
    })
    .await
}

async fn reset(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        subscriptions::reset(engine, &name, id)?;
        Ok::<_, ApiError>(Document::empty(StatusCode::NO_CONTENT))
    })
    .await
}

async fn delete(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        subscriptions::remove(engine, &name, id)?;
        Ok::<_, ApiError>(Document::empty(StatusCode::NO_CONTENT))
    })
    .await
}

/// Sends at once, and says how that went.
async fn test(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        subscriptions::test(engine, &name, id)?;
        Document::json("application/json", &json!({}))
    })
    .await
}
