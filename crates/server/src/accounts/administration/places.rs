//! Namespaces and repositories, teams, and what is granted there.

use limpid_store::{
    Transaction,
    accounts::{self, Access, Holder, Permission, Role},
    registry, security,
};
use serde_json::{Map, Value};

use super::{Failure, account, check_name, namespace, taken};
use crate::{
    accounts::name, engine::Engine, limits::ACCOUNTS_LIST, registry::name::namespace as namespace_of,
};

/// Longest name of a group of a provider, in bytes.
const LONGEST_GROUP: usize = 256;

/// Where something is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// In a whole namespace.
    Namespace(&'a str),
    /// In one repository.
    Repository(&'a str),
}

/// To whom something is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee<'a> {
    /// A user, or a robot (`namespace+name`).
    Account(&'a str),
    /// A team of the namespace.
    Team(&'a str),
}

/// Makes a namespace.
///
/// # Errors
/// [`Failure`].
pub fn create_namespace(engine: &Engine, name: &str) -> Result<i64, Failure> {
    check_name(name)?;
    engine.database.write(|tx| accounts::create_namespace(tx, name)?.ok_or_else(|| taken("namespace", name)))
}

/// Removes a namespace with its robots, teams and permissions.
///
/// # Errors
/// [`Failure::Conflict`] where it has repositories.
pub fn delete_namespace(engine: &Engine, name: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let found = namespace(tx, name)?;
        if accounts::delete_namespace(tx, found.number)? {
            return Ok(());
        }
        Err(Failure::Conflict("the namespace has repositories: remove them first".to_owned()))
    })
}

/// Lets writers of a namespace point tags elsewhere, or administrators alone.
///
/// # Errors
/// [`Failure`].
pub fn set_writers_overwrite(engine: &Engine, name: &str, allowed: bool) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let settings = security::lock_namespace_settings(tx, name)?.ok_or(Failure::NotFound("namespace"))?;
        let mut settings: Map<String, Value> = serde_json::from_str(&settings)
            .map_err(|error| limpid_store::StoreError::Damaged(format!("settings of {name}: {error}")))?;
        settings.insert("writers_overwrite".to_owned(), allowed.into());
        Ok(security::set_namespace_settings(tx, name, &Value::Object(settings).to_string())?)
    })
}

/// Makes a team.
///
/// # Errors
/// [`Failure`].
pub fn create_team(engine: &Engine, place: &str, name: &str) -> Result<i64, Failure> {
    check_name(name)?;
    engine.database.write(|tx| {
        let found = namespace(tx, place)?;
        accounts::create_team(tx, found.number, name)?.ok_or_else(|| taken("team", name))
    })
}

fn team(tx: &mut Transaction<'_>, namespace: i64, name: &str) -> Result<i64, Failure> {
    let found = accounts::find_team(tx, namespace, name)?;
    found.map(|team| team.number).ok_or(Failure::NotFound("team"))
}

/// Removes a team, with what was granted to it.
///
/// # Errors
/// [`Failure`].
pub fn delete_team(engine: &Engine, place: &str, name: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let number = namespace(tx, place)?.number;
        let team = team(tx, number, name)?;
        accounts::delete_team(tx, team)?;
        Ok(())
    })
}

/// Says whose people are taken into a team when they sign in by a provider: those of this group; `None`: nobody. Who was in it
/// because of another group leaves it.
///
/// # Errors
/// [`Failure`].
pub fn set_team_group(engine: &Engine, place: &str, name: &str, group: Option<&str>) -> Result<(), Failure> {
    if group.is_some_and(|group| group.is_empty() || group.len() > LONGEST_GROUP) {
        return Err(Failure::Invalid(format!("a group has a name of at most {LONGEST_GROUP} bytes")));
    }
    engine.database.write(|tx| {
        let number = namespace(tx, place)?.number;
        let team = team(tx, number, name)?;
        Ok(accounts::set_team_group(tx, team, group)?)
    })
}

/// The group whose people are taken into a team.
pub(crate) fn team_group(
    tx: &mut Transaction<'_>,
    place: &str,
    name: &str,
) -> Result<Option<String>, Failure> {
    let number = namespace(tx, place)?.number;
    let team = team(tx, number, name)?;
    Ok(accounts::team_group(tx, team)?)
}

/// Takes an account into a team.
///
/// # Errors
/// [`Failure`].
pub fn add_member(engine: &Engine, place: &str, name: &str, member: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let number = namespace(tx, place)?.number;
        let team = team(tx, number, name)?;
        let member = account(tx, member)?.number;
        accounts::add_member(tx, team, member)?;
        Ok(())
    })
}

/// Takes an account out of a team.
///
/// # Errors
/// [`Failure`].
pub fn remove_member(engine: &Engine, place: &str, name: &str, member: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let number = namespace(tx, place)?.number;
        let team = team(tx, number, name)?;
        let member = account(tx, member)?.number;
        if accounts::remove_member(tx, team, member)? { Ok(()) } else { Err(Failure::NotFound("member")) }
    })
}

/// The members of a team, by name.
pub(crate) fn members(tx: &mut Transaction<'_>, place: &str, name: &str) -> Result<Vec<String>, Failure> {
    let number = namespace(tx, place)?.number;
    let team = team(tx, number, name)?;
    Ok(accounts::list_members(tx, team, ACCOUNTS_LIST)?)
}

/// The numbers of a place: of the namespace, and of the repository, 0 for the whole namespace.
fn numbers(tx: &mut Transaction<'_>, place: Place<'_>) -> Result<(i64, i64), Failure> {
    match place {
        Place::Namespace(name) => Ok((namespace(tx, name)?.number, 0)),
        Place::Repository(repository) => {
            let gone = || Failure::NotFound("repository");
            let whole = name::whole(repository).ok_or_else(gone)?;
            let (namespace, _) = whole.split_once('/').ok_or_else(gone)?;
            let access = accounts::access(tx, 0, namespace, &whole)?.ok_or_else(gone)?;
            let Access { namespace, repository, .. } = access;
            let (repository, ..) = repository.ok_or_else(gone)?;
            Ok((namespace, repository))
        }
    }
}

fn holder(tx: &mut Transaction<'_>, namespace: i64, grantee: Grantee<'_>) -> Result<Holder, Failure> {
    match grantee {
        Grantee::Account(name) => Ok(Holder::Account(account(tx, name)?.number)),
        Grantee::Team(name) => Ok(Holder::Team(team(tx, namespace, name)?)),
    }
}

/// Grants a role, in place of the one that was granted before.
///
/// # Errors
/// [`Failure`].
pub fn grant(engine: &Engine, place: Place<'_>, grantee: Grantee<'_>, role: Role) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let (namespace, repository) = numbers(tx, place)?;
        let holder = holder(tx, namespace, grantee)?;
        accounts::grant(tx, namespace, repository, &holder, role)?;
        Ok(())
    })
}

/// Takes back what was granted.
///
/// # Errors
/// [`Failure`].
pub fn revoke(engine: &Engine, place: Place<'_>, grantee: Grantee<'_>) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let (namespace, repository) = numbers(tx, place)?;
        let holder = holder(tx, namespace, grantee)?;
        if accounts::revoke(tx, namespace, repository, &holder)? {
            return Ok(());
        }
        Err(Failure::NotFound("permission"))
    })
}

/// What is granted at a place.
pub(crate) fn permissions(tx: &mut Transaction<'_>, place: Place<'_>) -> Result<Vec<Permission>, Failure> {
    let (namespace, repository) = numbers(tx, place)?;
    Ok(accounts::permissions(tx, namespace, repository, ACCOUNTS_LIST)?)
}

/// Lets everybody pull from a repository, or not.
///
/// # Errors
/// [`Failure::Conflict`] for a copy of another registry: its images may be for whom this service's password there is.
pub fn set_visibility(engine: &Engine, repository: &str, is_public: bool) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let (_, number) = numbers(tx, Place::Repository(repository))?;
        let whole = name::whole(repository).ok_or(Failure::NotFound("repository"))?;
        if is_public && registry::namespace_upstream(tx, namespace_of(&whole))?.is_some() {
            return Err(Failure::Conflict("the repositories of a copy stay private".to_owned()));
        }
        accounts::set_visibility(tx, number, is_public)?;
        Ok(())
    })
}
