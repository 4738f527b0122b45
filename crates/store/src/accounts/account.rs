//! Accounts: users, and robots, which belong to a namespace.

use chrono::{DateTime, Utc};

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A person, who may have a password.
    User,
    /// A program, which has tokens alone.
    Robot,
}

/// What an account may do in the whole service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceRole {
    /// What was granted to it.
    None,
    /// Read everything.
    Auditor,
    /// Everything.
    Superuser,
}

impl ServiceRole {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Auditor, Self::Superuser];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Auditor => "auditor",
            Self::Superuser => "superuser",
        }
    }

    /// The role of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: i64,
    /// Its name; `namespace+name` of a robot.
    pub name: String,
    /// What kind it is.
    pub kind: AccountKind,
    /// The namespace that a robot belongs to.
    pub namespace: Option<i64>,
    /// Its address for mail; may be empty.
    pub email: String,
    /// Its role in the service.
    pub role: ServiceRole,
    /// Whether it may sign in.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its password, role or state changed last: what was proved before counts no longer.
    pub changed_at: DateTime<Utc>,
}

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// Its name.
    pub name: &'a str,
    /// The namespace, of a robot.
    pub robot_of: Option<i64>,
    /// Its address for mail.
    pub email: &'a str,
    /// The hash of its password, as a PHC string; `None`: nobody signs in with one.
    pub password: Option<&'a str>,
    /// Its role in the service.
    pub role: ServiceRole,
}

/// A query of accounts, from its conditions on.
macro_rules! select {
    ($conditions:literal) => {
        concat!(
            "SELECT number, name, kind, namespace, email, role, is_enabled, created_at, changed_at FROM account ",
            $conditions
        )
    };
}

pub(super) fn account(row: &Row) -> Result<Account, StoreError> {
    let kind: String = row.get(2)?;
    let role: String = row.get(5)?;
    let unknown = |word: &str| StoreError::Damaged(format!("an account is “{word}”"));
    Ok(Account {
        number: row.get(0)?,
        name: row.get(1)?,
        kind: match kind.as_str() {
            "user" => AccountKind::User,
            "robot" => AccountKind::Robot,
            _unknown => return Err(unknown(&kind)),
        },
        namespace: row.get_optional(3)?,
        email: row.get(4)?,
        role: ServiceRole::of_word(&role).ok_or_else(|| unknown(&role))?,
        is_enabled: row.get(6)?,
        created_at: row.get(7)?,
        changed_at: row.get(8)?,
    })
}

/// Makes an account. Returns its number; `None` where the name is taken.
///
/// # Errors
/// Those of the database.
pub fn create(tx: &mut Transaction<'_>, new: &NewAccount<'_>) -> Result<Option<i64>, StoreError> {
    let statement = "
        INSERT INTO account (name, kind, namespace, email, password, role, is_enabled, created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, 1, limpid_now(), limpid_now())
        ON CONFLICT (name) DO NOTHING
        RETURNING number";
    let kind = if new.robot_of.is_some() { "robot" } else { "user" };
    let row = [
        new.name.into(),
        kind.into(),
        new.robot_of.into(),
        new.email.into(),
        new.password.into(),
        new.role.word().into(),
    ];
    tx.query_optional(statement, &row)?.map(|row| row.get(0)).transpose()
}

/// The account of a name.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, name: &str) -> Result<Option<Account>, StoreError> {
    tx.query_optional(select!("WHERE name = $1"), &[name.into()])?.as_ref().map(account).transpose()
}

/// The account of a number.
///
/// # Errors
/// Those of the database.
pub fn find_by_number(tx: &mut Transaction<'_>, number: i64) -> Result<Option<Account>, StoreError> {
    tx.query_optional(select!("WHERE number = $1"), &[number.into()])?.as_ref().map(account).transpose()
}

/// The account of whom a provider of sign-in names so.
///
/// # Errors
/// Those of the database.
pub fn find_by_subject(tx: &mut Transaction<'_>, subject: &str) -> Result<Option<Account>, StoreError> {
    tx.query_optional(select!("WHERE subject = $1"), &[subject.into()])?.as_ref().map(account).transpose()
}

/// Says how a provider of sign-in names an account.
///
/// # Errors
/// Those of the database.
pub fn set_subject(tx: &mut Transaction<'_>, account: i64, subject: &str) -> Result<(), StoreError> {
    let statement = "UPDATE account SET subject = $2 WHERE number = $1";
    tx.execute(statement, &[account.into(), subject.into()]).map(drop)
}

/// The users whose names follow this one, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Transaction<'_>, after: &str, most: u64) -> Result<Vec<Account>, StoreError> {
    let query = select!("WHERE kind = 'user' AND name > $1 ORDER BY name LIMIT $2");
    tx.query(query, &[after.into(), at_most(most)])?.iter().map(account).collect()
}

/// The robots of a namespace, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn list_robots(
    tx: &mut Transaction<'_>,
    namespace: i64,
    after: &str,
    most: u64,
) -> Result<Vec<Account>, StoreError> {
    let query = select!("WHERE namespace = $1 AND name > $2 ORDER BY name LIMIT $3");
    tx.query(query, &[namespace.into(), after.into(), at_most(most)])?.iter().map(account).collect()
}

/// The hash of an account's password, where it has one.
///
/// # Errors
/// Those of the database.
pub fn password(tx: &mut Transaction<'_>, account: i64) -> Result<Option<String>, StoreError> {
    let row = tx.query_optional("SELECT password FROM account WHERE number = $1", &[account.into()])?;
    row.map_or(Ok(None), |row| row.get_optional(0))
}

/// Sets the hash of an account's password. Whether the account is there.
///
/// # Errors
/// Those of the database.
pub fn set_password(tx: &mut Transaction<'_>, account: i64, password: &str) -> Result<bool, StoreError> {
    let statement = "UPDATE account SET password = $2, changed_at = limpid_now() WHERE number = $1";
    Ok(tx.execute(statement, &[account.into(), password.into()])? > 0)
}

/// Sets what else can change of an account. Whether the account is there.
///
/// # Errors
/// Those of the database.
pub fn change(
    tx: &mut Transaction<'_>,
    account: i64,
    email: &str,
    role: ServiceRole,
    is_enabled: bool,
) -> Result<bool, StoreError> {
    let statement = "
        UPDATE account SET email = $2, role = $3, is_enabled = $4, changed_at = limpid_now() WHERE number = $1";
    let row = [account.into(), email.into(), role.word().into(), is_enabled.into()];
    Ok(tx.execute(statement, &row)? > 0)
}

/// How many superusers may sign in. Locks them: of two that resign at once, the second sees that it is the last.
///
/// # Errors
/// Those of the database.
pub fn superusers(tx: &mut Transaction<'_>) -> Result<usize, StoreError> {
    let query = "
        SELECT number FROM account WHERE role = 'superuser' AND is_enabled = 1 ORDER BY number
        /*postgres FOR UPDATE*/";
    Ok(tx.query(query, &[])?.len())
}

/// Removes an account with all that was granted to it, its tokens and its sessions. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &mut Transaction<'_>, account: i64) -> Result<bool, StoreError> {
    tx.execute("DELETE FROM permission WHERE account = $1", &[account.into()])?;
    Ok(tx.execute("DELETE FROM account WHERE number = $1", &[account.into()])? > 0)
}
