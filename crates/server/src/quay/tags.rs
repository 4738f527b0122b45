//! `GET /api/v1/repository/{name}/tag/`: the tags of a repository as Quay lists them, and the security of each beside.

use axum::http::Method;
use limpid_store::{
    StoreError,
    security::{self as stored, ListedTag},
};
use serde_json::{Value, json};

use crate::{
    accounts::Action,
    engine::Engine,
    face::{Document, Query, work},
    http::ApiError,
    public::{Call, Face, Route, Target},
    registry::tag_policy::TagPolicy,
    security::{self, answered},
};

pub(super) const ROUTE: Route = Route {
    methods: &[Method::GET],
    path: "/api/v1/repository/{name..}/tag/",
    action: Action::Pull,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { answered(list(call).await) }),
};

/// As Quay has it.
const DEFAULT: u64 = 50;
/// As Quay has it.
const MOST: u64 = 100;

async fn list(call: Call) -> Result<Document, ApiError> {
    let repository = security::repository_of(&call);
    let query = Query::of(call.request.uri().query());
    let page = query.size("page", 1, u64::from(u32::MAX))?;
    let most = query.size("limit", DEFAULT, MOST)?;
    let one = query.get("specificTag").map(str::to_owned);
    let part = filter(query.get("filter_tag_name"))?;
    work(&call.engine, move |engine| {
        let (exists, mut tags, policy) = engine.database.read(|tx| {
            let skipped = (page - 1).saturating_mul(most);
            let tags =
                stored::list_tags(tx, &repository, one.as_deref(), part.as_deref(), skipped, most + 1)?;
            let policy = TagPolicy::of(tx, &repository)?;
            Ok::<_, StoreError>((stored::repository(tx, &repository)?.is_some(), tags, policy))
        })?;
        if !exists {
            return Err(ApiError::not_found(format!("there is no repository {repository}")));
        }
        let has_more = tags.len() as u64 > most;
        tags.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let tags: Vec<Value> = tags
            .iter()
            .map(|tag| listed(engine, tag, tag.is_immutable || policy.keeps(&repository, &tag.name)))
            .collect::<Result<_, _>>()?;
        let body = json!({ "tags": tags, "page": page, "has_additional": has_more });
        Document::json("application/json", &body)
    })
    .await
}

/// `like:TEXT` or `eq:TEXT`.
fn filter(text: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    match text.split_once(':') {
        Some(("like" | "eq", part)) => Ok(Some(part.to_owned())),
        _other => Err(ApiError::bad_request("filter_tag_name: like:TEXT or eq:TEXT is expected")),
    }
}

/// Quay's date: RFC 2822.
fn date(instant: chrono::DateTime<chrono::Utc>) -> String {
    instant.format("%a, %d %b %Y %H:%M:%S -0000").to_string()
}

fn listed(engine: &Engine, tag: &ListedTag, is_immutable: bool) -> Result<Value, ApiError> {
    let (status, summary) = security::status_and_summary(engine, None, &tag.manifest)?;
    let mut listed = json!({
        "name": tag.name,
        "reversion": false,
        "start_ts": tag.changed_at.timestamp(),
        "manifest_digest": tag.manifest,
        "is_manifest_list": tag.is_index,
        "size": tag.bytes,
        "last_modified": date(tag.changed_at),
        "immutable": is_immutable,
        "limpid": {
            "state": status,
            "summary": summary,
        },
    });
    if let (Some(expires), Some(fields)) = (tag.expires_at, listed.as_object_mut()) {
        fields.insert("end_ts".to_owned(), json!(expires.timestamp()));
        fields.insert("expiration".to_owned(), json!(date(expires)));
    }
    Ok(listed)
}
