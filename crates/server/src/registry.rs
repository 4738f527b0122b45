//! The registry: `/v2/` of the OCI distribution specification, 1.1 and what its next version adds.
//!
//! What is acknowledged is durable; nobody reads a blob but through a repository that has it.

mod attach;
mod blobs;
mod catalog;
pub(crate) mod copies;
mod error;
mod gate;
mod incoming;
pub(crate) mod manifest;
mod manifests;
mod mount;
pub(crate) mod name;
mod outgoing;
mod page;
mod push;
pub(crate) mod quota;
mod range;
mod referrers;
pub(crate) mod tag_policy;
pub(crate) mod tagging;
mod tags;
#[cfg(test)]
mod tests;
mod uploads;

use std::sync::Arc;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use limpid_core::{Digest, digest::InvalidDigest};
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, Repository},
};

pub(crate) use self::{
    attach::{Artifact, Attached, attach},
    error::RegistryError,
};
use crate::{
    accounts::{Action, Principal},
    engine::Engine,
    http::blocking,
    public::{Call, Face, Handler, Route, Target},
};

const READ: &[Method] = &[Method::GET, Method::HEAD];

const fn route(
    methods: &'static [Method],
    path: &'static str,
    action: Action,
    target: Target,
    handler: Handler,
) -> Route {
    Route { methods, path, action, target, face: Face::Registry, handler }
}

/// A handler out of a function that may fail.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin(async move { answered($function(call).await) })
    };
}

const BLOB: &str = "/v2/{name..}/blobs/{digest}";
const UPLOAD: &str = "/v2/{name..}/blobs/uploads/{id}";
const MANIFEST: &str = "/v2/{name..}/manifests/{reference}";

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[
    route(READ, "/v2/", Action::Enter, Target::Service, handler!(base)),
    route(READ, "/v2/_catalog", Action::ListCatalog, Target::Service, handler!(catalog::list)),
    route(READ, BLOB, Action::Pull, Target::Repository, handler!(blobs::pull)),
    route(&[Method::DELETE], BLOB, Action::Delete, Target::Repository, handler!(blobs::delete)),
    route(
        &[Method::POST],
        "/v2/{name..}/blobs/uploads/",
        Action::Push,
        Target::Repository,
        handler!(uploads::begin),
    ),
    route(
        &[Method::POST],
        "/v2/{name..}/blobs/uploads",
        Action::Push,
        Target::Repository,
        handler!(uploads::begin),
    ),
    route(READ, UPLOAD, Action::Push, Target::Repository, handler!(uploads::status)),
    route(&[Method::PATCH], UPLOAD, Action::Push, Target::Repository, handler!(uploads::append)),
    route(&[Method::PUT], UPLOAD, Action::Push, Target::Repository, handler!(uploads::finish)),
    route(&[Method::DELETE], UPLOAD, Action::Push, Target::Repository, handler!(uploads::cancel)),
    route(READ, MANIFEST, Action::Pull, Target::Repository, handler!(manifests::pull)),
    route(&[Method::PUT], MANIFEST, Action::Push, Target::Repository, handler!(push::put)),
    route(&[Method::DELETE], MANIFEST, Action::Delete, Target::Repository, handler!(manifests::delete)),
    route(READ, "/v2/{name..}/tags/list", Action::Pull, Target::Repository, handler!(tags::list)),
    route(
        READ,
        "/v2/{name..}/referrers/{digest}",
        Action::Pull,
        Target::Repository,
        handler!(referrers::list),
    ),
    copies::READ,
    copies::WRITE,
    copies::REMOVE,
    quota::READ,
    quota::WRITE,
    tag_policy::READ,
    tag_policy::WRITE,
];

/// `GET /v2/`: this is a registry, and you may come in.
async fn base(_call: Call) -> Result<Response, RegistryError> {
    Ok(Json(serde_json::json!({})).into_response())
}

fn answered(answer: Result<Response, RegistryError>) -> Response {
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// Does work that blocks, on a thread for it.
async fn work<T: Send + 'static>(
    engine: &Arc<Engine>,
    work: impl FnOnce(&Engine) -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    let engine = Arc::clone(engine);
    blocking(move || work(&engine)).await?
}

/// The repository that a request names.
#[derive(Debug, Clone)]
struct Named {
    /// As the client writes it.
    spelled: String,
    /// The whole name.
    whole: String,
}

impl Named {
    fn of(call: &Call) -> Result<Self, RegistryError> {
        let spelled = call.captures.get("name");
        let whole = name::whole(spelled).ok_or_else(RegistryError::name_invalid)?;
        Ok(Self { spelled: spelled.to_owned(), whole })
    }

    /// A path below this repository, as a header.
    fn location(&self, rest: &str) -> Result<HeaderValue, RegistryError> {
        text(&format!("/v2/{}/{rest}", self.spelled))
    }

    fn find(&self, tx: &mut Transaction<'_>) -> Result<Option<Repository>, StoreError> {
        stored::find_repository(tx, &self.whole)
    }

    /// Its number.
    fn number(&self, tx: &mut Transaction<'_>) -> Result<i64, RegistryError> {
        self.find(tx)?.map(|found| found.number).ok_or_else(RegistryError::name_unknown)
    }
}

/// A text as the value of a header.
fn text(text: &str) -> Result<HeaderValue, RegistryError> {
    HeaderValue::from_str(text).map_err(|error| {
        let message = format!("{text:?} cannot be a header: {error}");
        RegistryError::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", message)
    })
}

/// A digest, in a path or a query.
fn digest(written: &str) -> Result<Digest, RegistryError> {
    name::unescaped(written)
        .parse()
        .map_err(|error: InvalidDigest| RegistryError::digest_invalid(error.to_string()))
}

/// `Docker-Content-Digest`.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Something was made, and is at a place.
fn created(location: HeaderValue, digest: &Digest) -> Result<Response, RegistryError> {
    let headers = [(header::LOCATION, location), (CONTENT_DIGEST, text(digest.as_str())?)];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// Who asks, in uploads and manifests.
fn written(principal: &Principal) -> String {
    principal.account().map(|account| account.name.clone()).unwrap_or_default()
}
