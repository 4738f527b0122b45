//! The repositories that whoever asks may pull, in the order of their names. Of others nothing is told.

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use limpid_store::registry as stored;
use serde_json::json;

use super::{RegistryError, page::Page, work};
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    face::Query,
    limits::{NAMES_PAGE, REPOSITORIES_LOOKED_AT},
    public::Call,
};

/// `GET /v2/_catalog`.
pub(super) async fn list(call: Call) -> Result<Response, RegistryError> {
    let page = Page::of(&Query::of(call.request.uri().query()))?;
    let (wanted, principal) = (page.clone(), without_bearer(call.principal.clone()));
    let (names, last) = work(&call.engine, move |engine| visible(engine, &principal, &wanted)).await?;
    let mut response = Json(json!({ "repositories": names })).into_response();
    if let Some(last) = last {
        response.headers_mut().insert(header::LINK, page.link("/v2/_catalog", &last)?);
    }
    Ok(response)
}

/// A bearer token that was asked for to read this list is for no repository: what counts is what its account may pull.
fn without_bearer(principal: Principal) -> Principal {
    match principal {
        Principal::Account(mut account) => {
            account.bearer = None;
            Principal::Account(account)
        }
        Principal::Anonymous | Principal::Refused => principal,
    }
}

/// A page of names, and behind which one the next begins, where there may be more. Blocks.
fn visible(
    engine: &Engine,
    principal: &Principal,
    page: &Page,
) -> Result<(Vec<String>, Option<String>), RegistryError> {
    let found = engine.database.read(|tx| {
        let (mut names, mut after, mut looked_at) = (Vec::new(), page.after.clone(), 0);
        while page.most > 0 && looked_at < REPOSITORIES_LOOKED_AT {
            let next = stored::list_repositories(tx, &after, NAMES_PAGE)?;
            if next.is_empty() {
                return Ok((names, None));
            }
            looked_at += next.len() as u64;
            for repository in next {
                if names.len() as u64 == page.most {
                    return Ok((names, Some(after)));
                }
                after.clone_from(&repository.name);
                let object = Object::Repository(repository.name.clone());
                if accounts::authorize(tx, principal, Action::Pull, &object)? == Decision::Allowed {
                    names.push(repository.name);
                }
            }
        }
        let is_more = page.most > 0;
        Ok::<_, limpid_store::StoreError>((names, is_more.then_some(after)))
    })?;
    Ok(found)
}
