//! The policy of a namespace, as a form: what it decided about findings. What cannot be read is shown again, with the line.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use limpid_store::StoreError;

use crate::{
    accounts::Principal,
    engine::Engine,
    http::ApiError,
    pages::parts::Moment,
    security::{PolicyError, policy_of, set_policy, summed},
};

/// The policy, as a page shows it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct PolicyView {
    pub(in crate::pages) text: String,
    /// What is in force, in numbers.
    pub(in crate::pages) told: String,
    /// When it was changed last, and by whom.
    pub(in crate::pages) changed: Option<(Moment, String)>,
    /// Why what was sent is not in force; empty where it is.
    pub(in crate::pages) error: String,
}

/// A policy that was not taken, and why.
pub(super) struct Refused {
    text: String,
    error: String,
}

/// The policy of a namespace, or what somebody wanted in its place. Blocks.
pub(super) fn view(
    engine: &Engine,
    namespace: &str,
    refused: Option<Refused>,
    now: DateTime<Utc>,
) -> Result<PolicyView, StoreError> {
    let kept = policy_of(engine, namespace)?;
    let told = summed(&kept.file);
    let changed = kept.changed.map(|(at, by)| (Moment::ago(at, now), by));
    let (text, error) = match refused {
        Some(refused) => (refused.text, refused.error),
        None => (kept.body, String::new()),
    };
    Ok(PolicyView { text, told, changed, error })
}

/// Sets the policy of a namespace. What is not taken comes back. Blocks.
pub(super) fn change(
    engine: &Engine,
    principal: &Principal,
    namespace: &str,
    text: &str,
) -> Result<Option<(StatusCode, Refused)>, ApiError> {
    // As a file has it; browsers send both characters.
    let text = text.replace("\r\n", "\n");
    match set_policy(engine, principal, namespace, &text) {
        Ok(()) => Ok(None),
        Err(error) => {
            let status = match &error {
                PolicyError::Unreadable(_) | PolicyError::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
                PolicyError::GateNeedsIt => StatusCode::CONFLICT,
                PolicyError::NoNamespace | PolicyError::Store(_) => return Err(error.into()),
            };
            Ok(Some((status, Refused { text, error: error.to_string() })))
        }
    }
}
