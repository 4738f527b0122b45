//! The gate of a namespace, as clients of a registry hear of it: refused with 403, or warned in a header.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use limpid_core::Digest;
use serde_json::to_value;

use super::{Named, RegistryError, text};
use crate::{
    accounts::Principal,
    engine::Engine,
    http::ApiError,
    security::{self, Gate},
};

/// RFC 7234, 5.5. Clients of registries show it (distribution specification, "Warnings").
pub(super) const WARNING: HeaderName = HeaderName::from_static("warning");

/// Asks the gate for a manifest that is about to be given out. Returns what is to be said beside it. Blocks.
///
/// # Errors
/// 403 where it may not be pulled; others where that cannot be decided.
pub(super) fn pass(
    engine: &Engine,
    named: &Named,
    digest: &Digest,
    principal: &Principal,
) -> Result<Option<HeaderValue>, RegistryError> {
    match security::gate(engine, &named.whole, digest, principal).map_err(ApiError::from)? {
        Gate::Allow => Ok(None),
        Gate::Warn(warning) => text(&warning).map(Some),
        Gate::Refuse(refusal) => {
            let detail = to_value(&refusal).map_err(|error| ApiError::internal(error.to_string()))?;
            Err(RegistryError::new(StatusCode::FORBIDDEN, "DENIED", refusal.message).detail(detail))
        }
    }
}
