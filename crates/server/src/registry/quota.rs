//! How much a namespace may have, as clients of the registry hear of it: refused with 403 as Quay does, or warned in a header.

mod api;

use axum::http::StatusCode;
use limpid_core::words::size;
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, Room, Usage},
};
use serde_json::json;

pub(super) use self::api::{READ, WRITE};
use super::{RegistryError, name::namespace};
use crate::{accounts::administration::Failure, engine::Engine};

/// What there is no room for is refused, and the transaction taken back.
pub(super) fn check(room: Room, repository: &str) -> Result<(), RegistryError> {
    match room {
        Room::Enough | Room::Little(_) => Ok(()),
        Room::Exceeded(usage) => Err(refusal(usage, repository)),
    }
}

/// Refuses what comes where there is no room for anything, before it comes.
pub(super) fn check_before(tx: &mut Transaction<'_>, repository: &str) -> Result<(), RegistryError> {
    let usage = stored::namespace_usage(tx, namespace(repository))?.unwrap_or_default();
    if usage.is_full() { Err(refusal(usage, repository)) } else { Ok(()) }
}

fn refusal(usage: Usage, repository: &str) -> RegistryError {
    let namespace = namespace(repository);
    let limit = usage.limit.unwrap_or_default();
    let message = format!("Quota has been exceeded on namespace {namespace}: it may have {}", size(limit));
    RegistryError::new(StatusCode::FORBIDDEN, "DENIED", message)
        .detail(json!({ "namespace": namespace, "limit_bytes": limit }))
}

/// What is said to whoever pushed, where little room is left.
pub(super) fn warning(engine: &Engine, repository: &str) -> Result<Option<String>, StoreError> {
    let namespace = namespace(repository);
    let usage = engine.database.read(|tx| stored::namespace_usage(tx, namespace))?.unwrap_or_default();
    Ok(match usage.room() {
        Room::Enough => None,
        Room::Little(usage) | Room::Exceeded(usage) => {
            let most = usage.limit.map(|limit| format!(" of the {} that it may have", size(limit)));
            Some(format!("namespace {namespace} has {}{}", size(usage.used), most.unwrap_or_default()))
        }
    })
}

/// Says how much a namespace may have.
///
/// # Errors
/// [`Failure::Invalid`] where it would be warned of when it is too late.
pub(crate) fn set(
    engine: &Engine,
    namespace: &str,
    warn: Option<u64>,
    limit: Option<u64>,
) -> Result<(), Failure> {
    if warn.zip(limit).is_some_and(|(warn, limit)| warn > limit) {
        return Err(Failure::Invalid("a warning comes before the limit".to_owned()));
    }
    if [warn, limit].into_iter().flatten().any(|bytes| i64::try_from(bytes).is_err()) {
        return Err(Failure::Invalid("that is more than can be counted".to_owned()));
    }
    let is_there = engine.database.write(|tx| stored::set_namespace_quota(tx, namespace, warn, limit))?;
    if is_there { Ok(()) } else { Err(Failure::NotFound("namespace")) }
}
