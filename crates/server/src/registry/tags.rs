//! The tags of a repository, in the order of their names.

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use limpid_store::registry::{self as stored, TagOrder};
use serde_json::json;

use super::{Named, RegistryError, page::Page, work};
use crate::{face::Query, public::Call};

/// `GET /v2/NAME/tags/list`.
pub(super) async fn list(call: Call) -> Result<Response, RegistryError> {
    let named = Named::of(&call)?;
    let page = Page::of(&Query::of(call.request.uri().query()))?;
    let (asked, wanted) = (named.clone(), page.clone());
    let mut tags: Vec<String> = work(&call.engine, move |engine| {
        engine.database.read(|tx| {
            let repository = asked.number(tx)?;
            let tags = stored::list_tags(tx, repository, &wanted.after, wanted.most + 1, TagOrder::Name)?;
            Ok(tags.into_iter().map(|listed| listed.tag.name).collect())
        })
    })
    .await?;
    let is_more = tags.len() as u64 > page.most;
    tags.truncate(usize::try_from(page.most).unwrap_or(usize::MAX));
    let mut response = Json(json!({ "name": named.spelled, "tags": tags })).into_response();
    if let (true, Some(last)) = (is_more, tags.last()) {
        let link = page.link(&format!("/v2/{}/tags/list", named.spelled), last)?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}
