//! Robots, and the tokens of robots and users.

use std::time::Duration;

use limpid_store::accounts::{self, AccountKind, NewAccount, NewToken, ServiceRole};

use super::{Failure, account, check_name, namespace, taken};
use crate::{
    accounts::{
        random,
        scope::{NoScope, Scope},
        tokens,
    },
    engine::Engine,
    limits::{LONGEST_TOKEN_TIME, TOKEN_SCOPES, TOKENS},
    secret::Secret,
};

/// The longest name of a token: a line.
const TOKEN_NAME_CHARACTERS: usize = 100;

/// A token that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewTokenRequest<'a> {
    /// The account, by name.
    pub account: &'a str,
    /// What its maker calls it.
    pub name: &'a str,
    /// What it is for: at least one scope.
    pub scopes: &'a [String],
    /// How long it is valid.
    pub time: Duration,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeToken {
    /// By which it is named.
    pub id: String,
    /// The token itself, which is known to nobody after this.
    pub secret: Secret,
}

/// Makes a robot in a namespace. Returns its whole name, `namespace+name`.
///
/// # Errors
/// [`Failure`].
pub fn create_robot(engine: &Engine, place: &str, name: &str) -> Result<String, Failure> {
    check_name(name)?;
    let whole = format!("{place}+{name}");
    engine.database.write(|tx| {
        let found = namespace(tx, place)?;
        let new = NewAccount {
            name: &whole,
            robot_of: Some(found.number),
            email: "",
            password: None,
            role: ServiceRole::None,
        };
        accounts::create(tx, &new)?.ok_or_else(|| taken("robot", &whole))
    })?;
    Ok(whole)
}

/// Removes a robot (`namespace+name`) with its tokens.
///
/// # Errors
/// [`Failure`].
pub fn delete_robot(engine: &Engine, name: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let found = account(tx, name)?;
        if found.kind != AccountKind::Robot {
            return Err(Failure::NotFound("robot"));
        }
        accounts::delete(tx, found.number)?;
        Ok(())
    })
}

/// Makes a token.
///
/// # Errors
/// [`Failure::Invalid`] where it would be for nothing, or valid for longer than a year.
pub fn create_token(engine: &Engine, request: &NewTokenRequest<'_>) -> Result<MadeToken, Failure> {
    let scopes = scopes(request.scopes)?;
    if request.time.is_zero() || request.time > LONGEST_TOKEN_TIME {
        return Err(Failure::Invalid("a token is valid for 1 to 366 days".to_owned()));
    }
    if request.name.chars().count() > TOKEN_NAME_CHARACTERS {
        return Err(Failure::Invalid(format!(
            "a token's name has at most {TOKEN_NAME_CHARACTERS} characters"
        )));
    }
    let made = MadeToken { id: uuid::Uuid::now_v7().to_string(), secret: tokens::make()? };
    let hash = random::digest(made.secret.reveal());
    engine.database.write(|tx| {
        let owner = account(tx, request.account)?;
        if accounts::list_tokens(tx, owner.number, TOKENS)?.len() as u64 >= TOKENS {
            return Err(Failure::Conflict(format!(
                "an account has at most {TOKENS} tokens: revoke one first"
            )));
        }
        let new = NewToken {
            id: &made.id,
            account: owner.number,
            name: request.name,
            hash: &hash,
            scopes: &scopes,
            time: request.time,
        };
        accounts::create_token(tx, &new)?;
        Ok(())
    })?;
    Ok(made)
}

/// Scopes as they are stored.
fn scopes(texts: &[String]) -> Result<String, Failure> {
    if texts.is_empty() || texts.len() > TOKEN_SCOPES {
        return Err(Failure::Invalid(format!("a token has 1 to {TOKEN_SCOPES} scopes")));
    }
    let scopes: Result<Vec<Scope>, NoScope> = texts.iter().map(|text| text.parse()).collect();
    let scopes = scopes.map_err(|error| Failure::Invalid(error.to_string()))?;
    let texts: Vec<String> = scopes.iter().map(Scope::to_string).collect();
    serde_json::to_string(&texts).map_err(|error| Failure::Invalid(error.to_string()))
}

/// Revokes a token of an account. Nobody is let in with it from now on.
///
/// # Errors
/// [`Failure`].
pub fn revoke_token(engine: &Engine, name: &str, id: &str) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let owner = account(tx, name)?;
        if accounts::delete_token(tx, owner.number, id)? { Ok(()) } else { Err(Failure::NotFound("token")) }
    })
}
