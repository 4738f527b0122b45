//! The policy of a namespace: what it decided about findings, as the text of a file of decisions. Read and changed here.
//!
//! What cannot be read whole is refused before it is kept. A gate that counts on it is never left without.

mod api;

use chrono::{DateTime, Utc};
use limpid_core::{
    Digest,
    policy::{InvalidPolicyFile, PolicyFile},
    words::counted,
};
use limpid_store::{StoreError, security as stored};

pub(super) use self::api::{READ, REMOVE, WRITE};
use super::{GateMode, GatePolicy};
use crate::{
    accounts::{self, Principal},
    engine::Engine,
    limits::POLICY_BYTES,
};

/// The policy of a namespace.
#[derive(Debug, Clone)]
pub(crate) struct KeptPolicy {
    /// Its text.
    pub(crate) body: String,
    /// When it was changed last; `None` where nothing was decided ever.
    pub(crate) changed: Option<(DateTime<Utc>, String)>,
    /// What it says.
    pub(crate) file: PolicyFile,
}

/// Why a policy was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// It cannot be read: the line, and why.
    #[error("{}", .0.sentence())]
    Unreadable(#[from] InvalidPolicyFile),
    /// It is longer than policies are.
    #[error("the policy has more than {POLICY_BYTES} bytes")]
    TooLong,
    /// The gate of the namespace counts on it.
    #[error(
        "the gate of the namespace counts what trips the gates of its policy, and this one has none; change the gate first"
    )]
    GateNeedsIt,
    /// There is no such namespace.
    #[error("there is no such namespace")]
    NoNamespace,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The policy of a namespace; an empty one where nothing was decided. Blocks.
///
/// # Errors
/// [`StoreError::Damaged`] where what is kept cannot be read; those of the database.
pub(crate) fn policy_of(engine: &Engine, namespace: &str) -> Result<KeptPolicy, StoreError> {
    let (kept, file) = engine.database.read(|tx| {
        let file = crate::matching::policy_file(tx, namespace)?;
        Ok::<_, StoreError>((stored::namespace_policy(tx, namespace)?, file))
    })?;
    let changed = kept.map(|kept| (kept.changed_at, kept.changed_by));
    let (body, file) = file.unwrap_or_default();
    Ok(KeptPolicy { body, changed, file })
}

/// Sets the policy of a namespace; an empty text takes it back. Kept in the audit with what it says. Blocks.
///
/// # Errors
/// [`PolicyError`].
pub(crate) fn set_policy(
    engine: &Engine,
    principal: &Principal,
    namespace: &str,
    body: &str,
) -> Result<(), PolicyError> {
    if body.len() > POLICY_BYTES {
        return Err(PolicyError::TooLong);
    }
    let file = PolicyFile::read(body)?;
    let by = principal.account().map(|signed| signed.name.clone()).unwrap_or_default();
    engine.database.write(|tx| {
        // Locked, so that nobody makes the gate count on what goes at this moment.
        let Some(settings) = stored::lock_namespace_settings(tx, namespace)? else {
            return Err(PolicyError::NoNamespace);
        };
        let gate = GatePolicy::of_settings(&settings)?;
        let counts_on_it = gate.is_some_and(|gate| gate.policy && gate.mode != GateMode::Off);
        if counts_on_it && file.gates.is_empty() {
            return Err(PolicyError::GateNeedsIt);
        }
        if body.trim().is_empty() {
            stored::remove_namespace_policy(tx, namespace)?;
        } else {
            stored::set_namespace_policy(tx, namespace, body, &by)?;
        }
        Ok(())
    })?;
    let told = format!("namespace {namespace}: {}, {}", summed(&file), Digest::of(body.as_bytes()));
    accounts::note_change(engine, principal, "change-policy", &told);
    Ok(())
}

/// What a policy says, in numbers.
pub(crate) fn summed(file: &PolicyFile) -> String {
    if *file == PolicyFile::default() {
        return "nothing is decided".to_owned();
    }
    let counts = [
        (file.ignores.len(), "decision to ignore", "decisions to ignore"),
        (file.ratings.len(), "severity", "severities"),
        (file.gates.len(), "gate", "gates"),
    ];
    let told = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, several)| if count == 1 { counted(1, one) } else { format!("{count} {several}") });
    told.collect::<Vec<_>>().join(", ")
}
