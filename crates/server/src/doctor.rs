//! What would keep a service from its work, looked at without starting it: nothing is migrated, and nobody is told anything.
//!
//! No secret is in what it says: addresses are shown as the rest of the service shows them, without passwords.

mod certificates;
mod check;
mod state;
mod surroundings;

pub use self::check::{Check, State};
use crate::Configuration;

/// Looks at everything that a configuration names. `offline`: nobody is asked but the database and the storage of blobs.
/// Blocks, for some seconds where somebody does not answer.
///
/// # Panics
/// Where an async runtime is being driven by this thread.
pub fn examine(configuration: &Configuration, offline: bool) -> Vec<Check> {
    let mut checks = vec![state::database(configuration), state::blobs(configuration)];
    checks.extend(certificates::checks(configuration));
    checks.extend(surroundings::addresses(configuration));
    checks.extend(surroundings::credentials(configuration));
    checks.extend(surroundings::targets(configuration, offline));
    checks.extend(surroundings::others(configuration, offline));
    checks
}

#[cfg(test)]
mod tests;
