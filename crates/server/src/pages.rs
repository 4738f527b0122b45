//! Pages for people, made on the server.
//!
//! They work without JavaScript, and one small file of it makes them quicker. Everything that strangers wrote (images, tags,
//! advisories) is escaped by the templates and made visible on the way out ([`visible`]); links of theirs lead to http and https
//! alone. No page says of an image that it is clean whose report does not say so.

mod administration;
mod answer;
mod assets;
mod compare;
mod feeds;
mod form;
mod frame;
mod image;
mod jobs;
mod link;
mod overview;
mod paging;
mod parts;
mod problem;
mod repositories;
mod search;
mod seen;
mod sign_in;
mod standing;
mod tags;
#[cfg(test)]
mod tests;
mod visible;

pub(crate) use self::{
    problem::{failed, refused, unknown},
    seen::SeenReports,
};
use crate::{
    accounts::Action,
    public::{Call, Face, Handler, Route, Target},
};
use axum::http::Method;

const GET: &[Method] = &[Method::GET, Method::HEAD];
const POST: &[Method] = &[Method::POST];

const fn service(methods: &'static [Method], path: &'static str, action: Action, handler: Handler) -> Route {
    Route { methods, path, action, target: Target::Service, face: Face::Page, handler }
}

const fn namespace(
    methods: &'static [Method],
    path: &'static str,
    action: Action,
    handler: Handler,
) -> Route {
    Route { target: Target::Namespace, ..service(methods, path, action, handler) }
}

const fn repository(
    methods: &'static [Method],
    path: &'static str,
    action: Action,
    handler: Handler,
) -> Route {
    Route { target: Target::Repository, ..service(methods, path, action, handler) }
}

use Action::{
    Administer, ChangeSelf, Delete, ListCatalog, Look, Operate, Pull, Push, ReadReport, ReadService,
    ReadSettings, RequestIndex,
};
use answer::answered;

/// Its routes. `/-/` divides what follows from a repository's name, no part of which can be a hyphen.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    service(GET, "/assets/{file}", Look, |call| Box::pin(assets::answer(call))),
    service(GET, "/", Look, |call| answered(call, overview::start)),
    service(GET, "/sign-in", Look, |call| answered(call, sign_in::show)),
    service(POST, "/sign-in", Look, |call| answered(call, sign_in::enter)),
    service(POST, "/sign-out", Look, |call| answered(call, sign_in::leave)),
    service(POST, "/theme", Look, |call| answered(call, sign_in::theme)),
    service(GET, "/repositories", ListCatalog, |call| answered(call, repositories::list)),
    service(GET, "/search", ListCatalog, |call| answered(call, search::show)),
    service(GET, "/compare", ListCatalog, |call| answered(call, compare::show)),
    service(GET, "/feeds", ReadService, |call| answered(call, feeds::list)),
    service(POST, "/feeds/update", Operate, |call| answered(call, feeds::update)),
    service(POST, "/feeds/accept", Operate, |call| answered(call, feeds::accept)),
    service(GET, "/jobs", ReadService, |call| answered(call, jobs::list)),
    repository(GET, "/repository/{name..}/-/tags", Pull, |call| answered(call, tags::list)),
    repository(POST, "/repository/{name..}/-/tags", Delete, |call| answered(call, tags::change)),
    repository(GET, "/repository/{name..}/-/image/{reference}", ReadReport, |call| answered(call, image::findings)),
    repository(GET, "/repository/{name..}/-/image/{reference}/packages", ReadReport, |call| answered(call, image::packages)),
    repository(GET, "/repository/{name..}/-/image/{reference}/layers", ReadReport, |call| answered(call, image::layers)),
    repository(GET, "/repository/{name..}/-/image/{reference}/report.csv", ReadReport, |call| answered(call, image::csv)),
    repository(GET, "/repository/{name..}/-/image/{reference}/report.json", ReadReport, |call| answered(call, image::json)),
    repository(GET, "/repository/{name..}/-/image/{reference}/explain", ReadReport, |call| answered(call, image::explain)),
    repository(GET, "/repository/{name..}/-/image/{reference}/explanation.json", ReadReport, |call| answered(call, image::explanation)),
    repository(POST, "/repository/{name..}/-/image/{reference}/rescan", RequestIndex, |call| answered(call, image::rescan)),
    repository(POST, "/repository/{name..}/-/image/{reference}/sbom", Push, |call| answered(call, image::sbom)),
    repository(GET, "/repository/{name..}/-/settings", ReadSettings, |call| answered(call, administration::repository::show)),
    repository(POST, "/repository/{name..}/-/settings", Administer, |call| answered(call, administration::repository::change)),
    repository(GET, "/repository/{name..}/-/notifications", Administer, |call| answered(call, administration::notifications::show)),
    repository(POST, "/repository/{name..}/-/notifications", Administer, |call| answered(call, administration::notifications::change)),
    service(GET, "/manifest/{digest}", ReadService, |call| answered(call, image::findings)),
    service(GET, "/manifest/{digest}/packages", ReadService, |call| answered(call, image::packages)),
    service(GET, "/manifest/{digest}/layers", ReadService, |call| answered(call, image::layers)),
    service(GET, "/manifest/{digest}/report.csv", ReadService, |call| answered(call, image::csv)),
    service(GET, "/manifest/{digest}/report.json", ReadService, |call| answered(call, image::json)),
    service(GET, "/manifest/{digest}/explain", ReadService, |call| answered(call, image::explain)),
    service(GET, "/manifest/{digest}/explanation.json", ReadService, |call| answered(call, image::explanation)),
    service(POST, "/manifest/{digest}/rescan", Operate, |call| answered(call, image::rescan)),
    service(GET, "/account", ChangeSelf, |call| answered(call, administration::account::show)),
    service(POST, "/account", ChangeSelf, |call| answered(call, administration::account::change)),
    service(GET, "/administration", ReadService, |call| answered(call, administration::service::show)),
    service(POST, "/administration", Operate, |call| answered(call, administration::service::change)),
    service(GET, "/administration/audit", ReadService, |call| answered(call, administration::audit::list)),
    service(GET, "/namespaces", ListCatalog, |call| answered(call, administration::namespace::list)),
    namespace(GET, "/namespaces/{namespace}", ReadSettings, |call| answered(call, administration::namespace::show)),
    namespace(POST, "/namespaces/{namespace}", Administer, |call| answered(call, administration::namespace::change)),
];

/// The query of a request.
fn query(call: &Call) -> form::Form {
    form::Form::of_query(call.request.uri().query())
}
