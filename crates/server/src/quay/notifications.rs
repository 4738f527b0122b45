//! Notifications of a repository, as Quay's API has them: who is told of what, and how.
//!
//! Addresses may carry secrets, so they are shown to those who may change them and to nobody else.

use axum::http::{Method, StatusCode};
use limpid_store::{
    StoreError,
    security::{self as stored, Subscription},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::severity;
use crate::{
    accounts::Action,
    engine::Engine,
    face::{Document, uuid, work},
    http::{ApiError, Json},
    limits::{NOTIFICATIONS_OF_A_REPOSITORY, TELL_FAILURES},
    public::{Call, Face, Handler, Route, Target},
    security::{answered, repository_of, send_test},
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

const EVENTS: &[&str] = &["repo_push", "vulnerability_found"];
/// Longest title and address.
const LONGEST: usize = 2_000;

impl Wanted {
    fn checked(self, repository: i64) -> Result<Subscription, String> {
        if !EVENTS.contains(&self.event.as_str()) {
            return Err(format!("event: one of {} is expected", EVENTS.join(", ")));
        }
        if self.method != "webhook" {
            return Err("method: webhook is what there is".to_owned());
        }
        let address = self.config.get("url").and_then(Value::as_str).unwrap_or_default();
        let url = url::Url::parse(address).map_err(|error| format!("config.url: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || address.len() > LONGEST {
            return Err("config.url: an absolute http:// or https:// address is expected".to_owned());
        }
        let template = self.config.get("template").and_then(Value::as_str);
        if template.is_some_and(|template| !template.trim().is_empty()) {
            return Err("config.template: templates are not there; the body is as Quay sends it".to_owned());
        }
        let has_level = self.event_config.get("level").is_some_and(|level| !level.is_null());
        if has_level && severity::of_event_config(&self.event_config).is_none() {
            return Err("eventConfig.level: a level from 0 (critical) to 5 (unknown) is expected".to_owned());
        }
        let title = self.title.unwrap_or_default();
        if title.len() > LONGEST {
            return Err(format!("title: at most {LONGEST} bytes are kept"));
        }
        Ok(Subscription {
            id: Uuid::new_v4(),
            repository,
            event: self.event,
            method: self.method,
            title,
            config: json!({ "url": address }).to_string(),
            event_config: if self.event_config.is_object() { self.event_config } else { json!({}) }
                .to_string(),
            failures: 0,
            error: String::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        })
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

fn repository(engine: &Engine, name: &str) -> Result<i64, ApiError> {
    let number = engine.database.read(|tx| stored::repository(tx, name))?;
    number.ok_or_else(|| ApiError::not_found(format!("there is no repository {name}")))
}

/// A notification of this repository and of no other.
fn one_of(engine: &Engine, name: &str, id: Uuid) -> Result<Subscription, ApiError> {
    let number = repository(engine, name)?;
    let found = engine.database.read(|tx| stored::find_subscription(tx, id))?;
    found
        .filter(|one| one.repository == number)
        .ok_or_else(|| ApiError::not_found(format!("{name} has no notification {id}")))
}

async fn list(call: Call) -> Result<Document, ApiError> {
    let name = repository_of(&call);
    work(&call.engine, move |engine| {
        let number = repository(engine, &name)?;
        let all = engine.database.read(|tx| stored::list_subscriptions(tx, number))?;
        let all: Vec<Value> = all.iter().map(shown).collect::<Result<_, _>>()?;
        Document::json("application/json", &json!({ "notifications": all }))
    })
    .await
}

async fn create(call: Call) -> Result<Document, ApiError> {
    let name = repository_of(&call);
    let Json(wanted) = Json::<Wanted>::from_request_of(call.request).await?;
    work(&call.engine, move |engine| {
        let one = wanted.checked(repository(engine, &name)?).map_err(ApiError::bad_request)?;
        let kept = engine.database.write(|tx| {
            let has_room =
                stored::list_subscriptions(tx, one.repository)?.len() < NOTIFICATIONS_OF_A_REPOSITORY;
            if has_room {
                stored::insert_subscription(tx, &one)?;
            }
            Ok::<_, StoreError>(has_room)
        })?;
        if !kept {
            let most = NOTIFICATIONS_OF_A_REPOSITORY;
            return Err(ApiError::bad_request(format!("a repository has at most {most} notifications")));
        }
        Ok(Document::json("application/json", &shown(&one)?)?.status(StatusCode::CREATED))
    })
    .await
}

/// The repository and the notification that a path names.
fn named(call: &Call) -> Result<(String, Uuid), ApiError> {
    Ok((repository_of(call), uuid("id", call.captures.get("id"))?))
}

async fn find(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| Document::json("application/json", &shown(&one_of(engine, &name, id)?)?))
        .await
}

async fn reset(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        one_of(engine, &name, id)?;
        engine.database.write(|tx| stored::reset_subscription(tx, id))?;
        Ok::<_, ApiError>(Document::empty(StatusCode::NO_CONTENT))
    })
    .await
}

async fn delete(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        one_of(engine, &name, id)?;
        engine.database.write(|tx| stored::delete_subscription(tx, id))?;
        Ok::<_, ApiError>(Document::empty(StatusCode::NO_CONTENT))
    })
    .await
}

/// Sends at once, and says how that went.
async fn test(call: Call) -> Result<Document, ApiError> {
    let (name, id) = named(&call)?;
    work(&call.engine, move |engine| {
        let one = one_of(engine, &name, id)?;
        send_test(engine, &one, &name)
            .map_err(|error| ApiError::new(StatusCode::BAD_GATEWAY, error.to_string()))?;
        Document::json("application/json", &json!({}))
    })
    .await
}
