//! Users: people, each with a namespace of the own name.

use limpid_store::{
    StoreError, Transaction,
    accounts::{self, Account, AccountKind, Holder, NewAccount, Role, ServiceRole},
};

use super::{Failure, account, check_name, taken};
use crate::{accounts::password, configuration::Oidc, engine::Engine};

/// A user who is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// The name, also of the namespace.
    pub name: &'a str,
    /// The password; `None`: nobody signs in with one.
    pub password: Option<&'a str>,
    /// The address for mail; may be empty.
    pub email: &'a str,
    /// The role in the service.
    pub role: ServiceRole,
}

/// What is to change of a user; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserChange<'a> {
    /// The password.
    pub password: Option<&'a str>,
    /// The address for mail.
    pub email: Option<&'a str>,
    /// The role in the service.
    pub role: Option<ServiceRole>,
    /// Whether the user may sign in.
    pub is_enabled: Option<bool>,
}

fn hashed(password: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(text) = password else { return Ok(None) };
    password::check(text).map_err(|bad| Failure::Invalid(bad.to_string()))?;
    Ok(Some(password::hash(text)?))
}

pub(crate) fn check_email(email: &str) -> Result<(), Failure> {
    let is_address = email.len() <= 254
        && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !email.chars().any(|character| character.is_whitespace() || character.is_control());
    if email.is_empty() || is_address {
        return Ok(());
    }
    Err(Failure::Invalid("this is no address for mail".to_owned()))
}

/// Makes a user and the namespace of that name, which the user administers. Returns the account's number.
///
/// # Errors
/// [`Failure::Conflict`] where an account or a namespace has the name: images of others may be in it.
pub fn create_user(engine: &Engine, new: &NewUser<'_>) -> Result<i64, Failure> {
    create_user_of(engine, new, None)
}

/// As [`create_user`], for somebody whom a provider of sign-in names so.
pub(crate) fn create_user_of(
    engine: &Engine,
    new: &NewUser<'_>,
    subject: Option<&str>,
) -> Result<i64, Failure> {
    check_name(new.name)?;
    check_email(new.email)?;
    let hash = hashed(new.password)?;
    engine.database.write(|tx| {
        let account = NewAccount {
            name: new.name,
            robot_of: None,
            email: new.email,
            password: hash.as_deref(),
            role: new.role,
        };
        let number = accounts::create(tx, &account)?.ok_or_else(|| taken("user", new.name))?;
        let namespace =
            accounts::create_namespace(tx, new.name)?.ok_or_else(|| taken("namespace", new.name))?;
        accounts::grant(tx, namespace, 0, &Holder::Account(number), Role::Admin)?;
        if let Some(subject) = subject {
            accounts::set_subject(tx, number, subject)?;
        }
        Ok(number)
    })
}

fn user(tx: &mut Transaction<'_>, name: &str) -> Result<Account, Failure> {
    let found = account(tx, name)?;
    if found.kind == AccountKind::User { Ok(found) } else { Err(Failure::NotFound("user")) }
}

/// Sets a password. Sessions and bearer tokens from before end.
///
/// # Errors
/// [`Failure`].
pub fn set_password(engine: &Engine, name: &str, password: &str) -> Result<(), Failure> {
    change_user(engine, name, &UserChange { password: Some(password), ..UserChange::default() })
}

/// Forgets who a user is at the provider of sign-in, and takes back what its groups gave; the last superuser stays one.
///
/// # Errors
/// [`Failure::Conflict`] where there is no password: nobody could sign in any more.
pub fn unlink(engine: &Engine, name: &str) -> Result<(), Failure> {
    let decides = engine.configuration.registry.oidc.as_ref().is_some_and(Oidc::decides_roles);
    engine.database.write(|tx| {
        let found = user(tx, name)?;
        if accounts::password(tx, found.number)?.is_none() {
            return Err(Failure::Conflict("without a password nobody could sign in any more".to_owned()));
        }
        accounts::follow_groups(tx, found.number, &std::collections::BTreeSet::new())?;
        let has_theirs = decides && accounts::subject(tx, found.number)?.is_some();
        if has_theirs && found.role != ServiceRole::None && !is_last_superuser(tx, &found)? {
            accounts::change(tx, found.number, &found.email, ServiceRole::None, found.is_enabled)?;
        }
        Ok(accounts::clear_subject(tx, found.number)?)
    })
}

/// Changes a user. Where password, role or state change, sessions and bearer tokens from before end.
///
/// # Errors
/// [`Failure::Conflict`] where nobody would be left who administers the service.
pub fn change_user(engine: &Engine, name: &str, change: &UserChange<'_>) -> Result<(), Failure> {
    if let Some(email) = change.email {
        check_email(email)?;
    }
    let hash = hashed(change.password)?;
    engine.database.write(|tx| {
        let found = user(tx, name)?;
        let email = change.email.unwrap_or(&found.email);
        let role = change.role.unwrap_or(found.role);
        let is_enabled = change.is_enabled.unwrap_or(found.is_enabled);
        if role != ServiceRole::Superuser || !is_enabled {
            spare_last_superuser(tx, &found)?;
        }
        if (email, role, is_enabled) != (found.email.as_str(), found.role, found.is_enabled) {
            accounts::change(tx, found.number, email, role, is_enabled)?;
        }
        if let Some(hash) = &hash {
            accounts::set_password(tx, found.number, hash)?;
        }
        Ok(())
    })
}

/// Removes a user with tokens, sessions and permissions. The namespace and what is in it stay.
///
/// # Errors
/// As [`change_user`].
pub fn delete_user(engine: &Engine, name: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let found = user(tx, name)?;
        spare_last_superuser(tx, &found)?;
        accounts::delete(tx, found.number)?;
        Ok(())
    })
}

fn is_last_superuser(tx: &mut Transaction<'_>, account: &Account) -> Result<bool, StoreError> {
    let is_one = account.role == ServiceRole::Superuser && account.is_enabled;
    Ok(is_one && accounts::superusers(tx)? <= 1)
}

fn spare_last_superuser(tx: &mut Transaction<'_>, account: &Account) -> Result<(), Failure> {
    if is_last_superuser(tx, account)? {
        let why = "this is the last superuser: make another one first";
        return Err(Failure::Conflict(why.to_owned()));
    }
    Ok(())
}
