//! What administrators do: users, namespaces, teams, robots, permissions, tokens. Pages, the API and tests do it here.
//!
//! Whether somebody may is not asked here: that was decided before.

mod places;
mod robots;
mod users;

use limpid_store::{
    StoreError, Transaction,
    accounts::{self, Account, Namespace},
};

pub use self::{
    places::{
        Grantee, Place, add_member, create_namespace, create_team, delete_namespace, delete_team, grant,
        remove_member, revoke, set_visibility, set_writers_overwrite,
    },
    robots::{MadeToken, NewTokenRequest, create_robot, create_token, delete_robot, revoke_token},
    users::{NewUser, UserChange, change_user, create_user, delete_user, set_password},
};
pub(crate) use self::{
    places::{members, permissions},
    users::{check_email, create_user_of},
};

/// Why something was not done, by what whoever asked can do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It is in the way of what is there.
    #[error("{0}")]
    Conflict(String),
    /// It is not as it must be.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn namespace(tx: &mut Transaction<'_>, name: &str) -> Result<Namespace, Failure> {
    accounts::find_namespace(tx, name)?.ok_or(Failure::NotFound("namespace"))
}

fn account(tx: &mut Transaction<'_>, name: &str) -> Result<Account, Failure> {
    accounts::find(tx, name)?.ok_or(Failure::NotFound("account"))
}

fn taken(what: &str, name: &str) -> Failure {
    Failure::Conflict(format!("there is a {what} with the name {name} already"))
}

fn check_name(name: &str) -> Result<(), Failure> {
    if super::name::is_component(name) {
        return Ok(());
    }
    let rule =
        "a name has 1 to 64 small letters and digits, with single dots, underscores or hyphens between them";
    Err(Failure::Invalid(rule.to_owned()))
}
