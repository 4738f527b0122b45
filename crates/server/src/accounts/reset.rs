//! A new password for a user, set by whoever has the machine: they have the database, so nothing is opened that was not open.
//!
//! It is drawn here and shown once, counts with the next request on every node, and is noted in the audit.

use limpid_store::{
    Database, DatabaseUrl, StoreError, Transaction,
    accounts::{self, AccountKind, NewAuditRow},
};

use super::{password, random, sign_in};
use crate::{Configuration, secret::Secret};

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// There is no such user.
    #[error("there is no user {0}")]
    NoUser(String),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets a password of a user that nobody knows yet, and returns it. A user who was disabled is enabled; sessions and bearer tokens
/// from before end. The service may be running. Blocks.
///
/// # Errors
/// [`ResetError`].
pub fn reset_password(configuration: &Configuration, name: &str) -> Result<Secret, ResetError> {
    let url: DatabaseUrl = configuration.database.url.reveal().parse()?;
    let database = Database::open(&url, 1)?;
    let secret = Secret::new(random::text::<18>()?);
    let hash = password::hash(secret.reveal())?;
    database.write(|tx| set(tx, name, &hash))?;
    Ok(secret)
}

fn set(tx: &mut Transaction<'_>, name: &str, hash: &str) -> Result<(), ResetError> {
    let user = accounts::find(tx, name)?.filter(|account| account.kind == AccountKind::User);
    let user = user.ok_or_else(|| ResetError::NoUser(name.to_owned()))?;
    accounts::set_password(tx, user.number, hash)?;
    if !user.is_enabled {
        accounts::change(tx, user.number, &user.email, user.role, true)?;
    }
    accounts::clear_failures(tx, &sign_in::account_key(name))?;
    let row = NewAuditRow {
        account: String::new(),
        action: "reset-password".to_owned(),
        object: format!("account {name}"),
        decision: "done".to_owned(),
        detail: "on a machine of the service".to_owned(),
        peer: String::new(),
    };
    Ok(accounts::audit(tx, &[(row, 1)])?)
}
