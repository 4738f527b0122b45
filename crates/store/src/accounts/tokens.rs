//! Tokens: what programs sign in with. Of each only the SHA-256 is kept, and the account, which is read with it, so that nobody
//! uses the token of one that is gone.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    StoreError, Transaction,
    database::{Row, at_most, microseconds},
};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// By which it is named.
    pub id: String,
    /// The number of its account.
    pub account: i64,
    /// What its maker calls it.
    pub name: String,
    /// What it is for: a JSON array of texts.
    pub scopes: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was used last, about; `None`: never.
    pub used_at: Option<DateTime<Utc>>,
    /// Whether it has ended.
    pub is_expired: bool,
}

/// A token that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// By which it is named.
    pub id: &'a str,
    /// The number of its account.
    pub account: i64,
    /// What its maker calls it.
    pub name: &'a str,
    /// The SHA-256 of its secret, in hexadecimal digits.
    pub hash: &'a str,
    /// What it is for: a JSON array of texts.
    pub scopes: &'a str,
    /// How long it is valid.
    pub time: Duration,
}

/// A query of tokens, from its conditions on.
macro_rules! select {
    ($conditions:literal) => {
        concat!(
            "SELECT id, account, name, scopes, created_at, expires_at, used_at,
                CASE WHEN expires_at <= limpid_now() THEN 1 ELSE 0 END FROM token ",
            $conditions
        )
    };
}

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.get(0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        scopes: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        used_at: row.get_optional(6)?,
        is_expired: row.get::<i64>(7)? != 0,
    })
}

/// Makes a token.
///
/// # Errors
/// Those of the database.
pub fn create_token(tx: &mut Transaction<'_>, new: &NewToken<'_>) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO token (id, account, name, hash, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, limpid_now(), limpid_now() + $6)";
    let row = [
        new.id.into(),
        new.account.into(),
        new.name.into(),
        new.hash.into(),
        new.scopes.into(),
        microseconds(new.time),
    ];
    tx.execute(statement, &row).map(drop)
}

/// The token of an id.
///
/// # Errors
/// Those of the database.
pub fn find_token(tx: &mut Transaction<'_>, id: &str) -> Result<Option<Token>, StoreError> {
    tx.query_optional(select!("WHERE id = $1"), &[id.into()])?.as_ref().map(token).transpose()
}

/// The token whose secret has this SHA-256.
///
/// # Errors
/// Those of the database.
pub fn find_token_by_hash(tx: &mut Transaction<'_>, hash: &str) -> Result<Option<Token>, StoreError> {
    tx.query_optional(select!("WHERE hash = $1"), &[hash.into()])?.as_ref().map(token).transpose()
}

/// The tokens of an account, the newest first.
///
/// # Errors
/// Those of the database.
pub fn list_tokens(tx: &mut Transaction<'_>, account: i64, most: u64) -> Result<Vec<Token>, StoreError> {
    let query = select!("WHERE account = $1 ORDER BY created_at DESC, id LIMIT $2");
    tx.query(query, &[account.into(), at_most(most)])?.iter().map(token).collect()
}

/// Notes that a token is used.
///
/// # Errors
/// Those of the database.
pub fn touch_token(tx: &mut Transaction<'_>, id: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE token SET used_at = limpid_now() WHERE id = $1", &[id.into()]).map(drop)
}

/// Removes a token of an account. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_token(tx: &mut Transaction<'_>, account: i64, id: &str) -> Result<bool, StoreError> {
    let statement = "DELETE FROM token WHERE account = $1 AND id = $2";
    Ok(tx.execute(statement, &[account.into(), id.into()])? > 0)
}
