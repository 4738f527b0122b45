//! The gate: whether a namespace lets an image be pulled, by what is known of it now.
//!
//! It is asked for manifests, never for blobs, and what it cannot decide is not let through in silence. Whoever may push or ask for
//! a scan is let through: nobody else could mend what is refused. An index is what its images are. What the namespace decided about
//! findings holds here as on its pages.

mod api;
mod causes;
mod policy;
mod text;

use limpid_core::Digest;
use limpid_store::{StoreError, security as stored};
use serde::Serialize;

use self::causes::Cause;
pub(crate) use self::text::warning;
pub(crate) use self::{
    api::{READ, WRITE},
    policy::{Exception, Mode, Policy},
};
use crate::{
    accounts::{self, Action, Decision, Object, Principal, Signed},
    engine::Engine,
    matching::{Decided, MatchError},
    registry::name::namespace,
};

/// Whether an image may be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It may.
    Allow,
    /// It may, and this is said: the value of a `Warning` header.
    Warn(String),
    /// It may not.
    Refuse(Refusal),
}

/// Why an image may not be pulled, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// For people.
    #[serde(skip)]
    pub(crate) message: String,
    /// What stands against it, the worst first; not more than people read.
    pub(crate) causes: Vec<Cause>,
    /// How many more there are.
    pub(crate) more: usize,
    /// What can be done.
    pub(crate) way_out: Vec<String>,
}

/// Asks the gate of a repository (given by its whole name) for a manifest. Blocks.
///
/// # Errors
/// [`MatchError`]: nothing is decided then, and nothing may be given out.
pub(crate) fn gate(
    engine: &Engine,
    repository: &str,
    digest: &Digest,
    principal: &Principal,
) -> Result<Gate, MatchError> {
    let namespace = namespace(repository);
    let settings = engine.database.read(|tx| stored::namespace_settings(tx, namespace))?;
    let Some(policy) = settings.map(|settings| Policy::of_settings(&settings)).transpose()?.flatten() else {
        return Ok(Gate::Allow);
    };
    if policy.mode == Mode::Off || may_pass(engine, repository, principal)? {
        return Ok(Gate::Allow);
    }
    let decided = Decided::of(engine, repository)?;
    let standing = causes::of(engine, principal, &policy, decided.as_ref(), repository, digest)?;
    if standing.causes.is_empty() {
        return Ok(Gate::Allow);
    }
    let refusal = text::refusal(namespace, &policy, standing);
    Ok(match policy.mode {
        Mode::Refuse => Gate::Refuse(refusal),
        Mode::Warn | Mode::Off => Gate::Warn(text::warning(&refusal.message)),
    })
}

/// Whether somebody may push to the repository, or ask for a scan. A client of a registry asks for a bearer token for no more than
/// it does next, so what that is for does not count.
fn may_pass(engine: &Engine, repository: &str, principal: &Principal) -> Result<bool, StoreError> {
    let principal = match principal {
        Principal::Account(account) => Principal::Account(Signed { bearer: None, ..account.clone() }),
        Principal::Anonymous | Principal::Refused | Principal::Waiting(_) => return Ok(false),
    };
    let object = Object::Repository(repository.to_owned());
    engine.database.read(|tx| {
        for action in [Action::Push, Action::RequestIndex] {
            if accounts::authorize(tx, &principal, action, &object)? == Decision::Allowed {
                return Ok(true);
            }
        }
        Ok(false)
    })
}
