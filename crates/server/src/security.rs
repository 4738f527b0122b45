//! The security of what was pushed: queued with the push, indexed, judged, and told, by digest.
//!
//! Its state is a value with a reason, never an empty success. What is not judged is not clean: an index is what the worst of its
//! images is, and one of them that is not there, not read or not judged makes it unproven.

mod base;
mod contents;
mod decisions;
mod events;
mod gate;
mod kinds;
mod letter;
mod push;
mod rescan;
mod roll_up;
mod sbom;
mod search;
mod status;
pub(crate) mod subscriptions;
mod summarize;
mod summary;
mod tell;
mod template;
#[cfg(test)]
mod tests;
mod watch;

use axum::response::{IntoResponse, Response};
use limpid_core::Digest;

pub(crate) use self::{
    base::{Built, Rebuilt, built},
    decisions::{PolicyError, policy_of, set_policy, summed},
    events::{floor, note_tagged, registry_address},
    gate::{Exception as GateException, Gate, Mode as GateMode, Policy as GatePolicy, gate, warning},
    push::{note_push, pushed},
    rescan::request as rescan,
    sbom::{SbomForm, attach_sbom},
    search::{Hit, search},
    status::{Status, status, status_and_summary},
    summarize::{note_indexed, summarize_job},
    summary::{ChildSummary, Summary, summary},
    tell::tell_job,
    watch::{collect, index_again, watch},
};
use crate::{
    accounts,
    engine::Engine,
    http::ApiError,
    public::{Call, Route},
};

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[
    rescan::ROUTE,
    status::ROUTE,
    sbom::ROUTE,
    gate::READ,
    gate::WRITE,
    base::ROUTE,
    search::ROUTE,
    decisions::READ,
    decisions::WRITE,
    decisions::REMOVE,
];

/// An answer, or the error in its place.
pub(crate) fn answered(answer: Result<impl IntoResponse, ApiError>) -> Response {
    answer.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
}

/// The whole name of the repository that a path names: one of one part is of `library`. It has passed the accounts, so it is one.
pub(crate) fn repository_of(call: &Call) -> String {
    accounts::whole_name(call.captures.get("name")).unwrap_or_default()
}

/// The number of the repository, given by its whole name, that has a manifest. Blocks.
///
/// # Errors
/// 404 where it does not.
pub(crate) fn held_by(engine: &Engine, repository: &str, digest: &Digest) -> Result<i64, ApiError> {
    let holder = engine.database.read(|tx| limpid_store::security::holder(tx, repository, digest))?;
    holder.ok_or_else(|| ApiError::not_found(format!("{repository} has no manifest {digest}")))
}
