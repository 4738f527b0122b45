//! The first start: one administrator, whose password nobody knows before.

use limpid_store::{
    StoreError,
    accounts::{self, NewAccount, ServiceRole},
};

use super::{bearer, name::LIBRARY, password, random};
use crate::{engine::Engine, secret::Secret};

/// The administrator's name.
pub const ADMINISTRATOR: &str = "admin";

/// Makes the administrator where there is no account yet, and what else must be there. Returns the password where it was drawn:
/// it is to be shown now, and never again.
///
/// # Errors
/// Those of the database.
pub(crate) fn prepare(engine: &Engine) -> Result<Option<Secret>, StoreError> {
    bearer::keep_fresh(engine)?;
    if engine.database.read(|tx| accounts::find(tx, ADMINISTRATOR))?.is_some() {
        return Ok(None);
    }
    let given = engine.configuration.registry.admin_password.clone();
    let secret = match &given {
        Some(secret) => secret.clone(),
        None => Secret::new(random::text::<18>()?),
    };
    let hash = password::hash(secret.reveal())?;
    let is_made = engine.database.write(|tx| {
        let new = NewAccount {
            name: ADMINISTRATOR,
            robot_of: None,
            email: "",
            password: Some(&hash),
            role: ServiceRole::Superuser,
        };
        // It may have been removed in favour of others.
        if accounts::superusers(tx)? > 0 {
            return Ok(false);
        }
        // Of several nodes that start at once, one makes it.
        let made = accounts::create(tx, &new)?;
        if made.is_some() {
            accounts::create_namespace(tx, LIBRARY)?;
            own_namespace(tx, ADMINISTRATOR, made)?;
        }
        Ok::<_, StoreError>(made.is_some())
    })?;
    Ok((is_made && given.is_none()).then_some(secret))
}

/// Gives an account the namespace of its name.
fn own_namespace(
    tx: &mut limpid_store::Transaction<'_>,
    name: &str,
    account: Option<i64>,
) -> Result<(), StoreError> {
    let namespace = accounts::create_namespace(tx, name)?;
    if let (Some(namespace), Some(account)) = (namespace, account) {
        accounts::grant(tx, namespace, 0, &accounts::Holder::Account(account), accounts::Role::Admin)?;
    }
    Ok(())
}
