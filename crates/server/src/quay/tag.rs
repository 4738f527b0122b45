//! `PUT`, `DELETE /api/v1/repository/{name}/tag/{tag}`: a tag pointed elsewhere, given an end, kept as it is, removed.

use axum::{
    Json as Body,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use limpid_core::Digest;
use serde::{Deserialize, Deserializer};

use crate::{
    accounts::{self, Action, Decision, Object},
    face::work,
    http::{ApiError, Json},
    public::{Call, Face, Route, Target},
    registry::{
        name,
        tagging::{self, TagChange},
    },
    security::{self, answered},
};

const PATH: &str = "/api/v1/repository/{name..}/tag/{tag}";

/// Whoever may push may point a new tag to a manifest and lock one; for more see [`change`].
pub(super) const CHANGE: Route = Route {
    methods: &[Method::PUT],
    path: PATH,
    action: Action::Push,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(change(call).await) }),
};

pub(super) const DELETE: Route = Route {
    methods: &[Method::DELETE],
    path: PATH,
    action: Action::Delete,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(delete(call).await) }),
};

/// As Quay has it. What is left out stays.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    manifest_digest: Option<Digest>,
    /// Seconds since 1970; `null`: the tag does not expire.
    #[serde(default, deserialize_with = "said")]
    expiration: Option<Option<i64>>,
    #[serde(default)]
    immutable: Option<bool>,
}

/// `null` is something that is said.
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(value).map(Some)
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, ApiError> {
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| ApiError::bad_request("expiration: seconds since 1970 are expected"))
}

/// A tag's end is a removal to come, so it takes who may remove tags; that a tag need not stay any more is for administrators.
async fn change(call: Call) -> Result<Response, ApiError> {
    let (repository, tag) = (security::repository_of(&call), tag(&call)?);
    let Json(wanted) = Json::<Wanted>::from_request_of(call.request).await?;
    let change = TagChange {
        manifest: wanted.manifest_digest,
        expires_at: wanted.expiration.map(|at| at.map(instant).transpose()).transpose()?,
        is_immutable: wanted.immutable,
    };
    if change == TagChange::default() {
        let fields = "manifest_digest, expiration or immutable is expected";
        return Err(ApiError::bad_request(fields));
    }
    let principal = call.principal;
    work(&call.engine, move |engine| {
        let object = Object::Repository(repository.clone());
        let more = [
            change.expires_at.is_some().then_some(Action::Delete),
            (change.is_immutable == Some(false)).then_some(Action::Administer),
        ];
        for action in more.into_iter().flatten() {
            if accounts::decide(engine, &principal, action, &object)? != Decision::Allowed {
                return Err(ApiError::new(StatusCode::FORBIDDEN, "you may not do that"));
            }
        }
        tagging::change(engine, &principal, &repository, &tag, &change)?;
        accounts::note_change(engine, &principal, "change-tag", &change.told(&repository, &tag));
        Ok::<_, ApiError>(())
    })
    .await?;
    Ok((StatusCode::CREATED, Body("Updated")).into_response())
}

async fn delete(call: Call) -> Result<Response, ApiError> {
    let (repository, tag) = (security::repository_of(&call), tag(&call)?);
    let principal = call.principal;
    work(&call.engine, move |engine| {
        tagging::delete(engine, &repository, &tag)?;
        let object = format!("repository {repository}, tag {tag}");
        accounts::note_change(engine, &principal, "delete-tag", &object);
        Ok::<_, ApiError>(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn tag(call: &Call) -> Result<String, ApiError> {
    let tag = call.captures.get("tag");
    if name::is_tag(tag) { Ok(tag.to_owned()) } else { Err(ApiError::not_found("there is no such tag")) }
}
