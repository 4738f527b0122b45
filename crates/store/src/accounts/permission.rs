//! Permissions: what an account, or a team, may do in a repository or in a whole namespace.

use chrono::{DateTime, Utc};

use crate::{
    StoreError, Transaction,
    database::{Value, at_most},
};

/// What was granted. Each may what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Pull, and read reports.
    Reader,
    /// Push what is new, and ask for an image to be indexed again.
    Writer,
    /// Point tags elsewhere, delete, and set what can be set.
    Admin,
}

impl Role {
    /// All of them, from the least on.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Writer, Self::Admin];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

fn role(word: &str) -> Result<Role, StoreError> {
    Role::of_word(word).ok_or_else(|| StoreError::Damaged(format!("a permission is “{word}”")))
}

/// To whom something was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// An account, by number.
    Account(i64),
    /// A team, by number.
    Team(i64),
}

impl Holder {
    /// The columns `account` and `team`.
    fn columns(&self) -> [Value; 2] {
        match self {
            Self::Account(number) => [(*number).into(), 0.into()],
            Self::Team(number) => [0.into(), (*number).into()],
        }
    }
}

/// A permission, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The name of the account; empty for a team.
    pub account: String,
    /// The name of the team; empty for an account.
    pub team: String,
    /// What was granted.
    pub role: Role,
}

/// What an account finds where it wants to do something. Everything else than the namespace may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The number of the namespace.
    pub namespace: i64,
    /// The namespace's settings: a JSON object.
    pub namespace_settings: String,
    /// The repository: its number, whether everybody may pull, its settings, when it was made.
    pub repository: Option<(i64, bool, String, DateTime<Utc>)>,
    /// The most that was granted to the account: in the repository, or in the namespace.
    pub role: Option<Role>,
}

/// What an account (0: nobody) finds at a repository (its whole name), or at a namespace where the name is empty. `None` where
/// there is no such namespace.
///
/// # Errors
/// Those of the database.
pub fn access(
    tx: &mut Transaction<'_>,
    account: i64,
    namespace: &str,
    repository: &str,
) -> Result<Option<Access>, StoreError> {
    let Some(row) = tx.query_optional(PLACE, &[namespace.into(), repository.into()])? else {
        return Ok(None);
    };
    let number: i64 = row.get(0)?;
    let repository = match row.get_optional::<i64>(2)? {
        Some(number) => Some((number, row.get(3)?, row.get(4)?, row.get(5)?)),
        None => None,
    };
    let at = repository.as_ref().map_or(0, |(number, ..)| *number);
    let mut most = None;
    if account != 0 {
        for row in tx.query(ROLES, &[number.into(), at.into(), account.into()])? {
            let word: String = row.get(0)?;
            most = most.max(Some(role(&word)?));
        }
    }
    Ok(Some(Access { namespace: number, namespace_settings: row.get(1)?, repository, role: most }))
}

const PLACE: &str = "
    SELECT namespace.number, namespace.settings,
        repository.number, repository.is_public, repository.settings, repository.created_at
    FROM namespace
    LEFT JOIN repository ON repository.namespace = namespace.number AND repository.name = $2
    WHERE namespace.name = $1";

const ROLES: &str = "
    SELECT role FROM permission
    WHERE namespace = $1 AND repository IN (0, $2)
        AND (account = $3 OR (team <> 0 AND team IN (SELECT team FROM team_member WHERE account = $3)))";

/// Whether anything was granted to an account in a namespace or in one of its repositories.
///
/// # Errors
/// Those of the database.
pub fn is_seen(tx: &mut Transaction<'_>, account: i64, namespace: i64) -> Result<bool, StoreError> {
    let query = "
        SELECT 1 FROM permission
        WHERE namespace = $1
            AND (account = $2 OR (team <> 0 AND team IN (SELECT team FROM team_member WHERE account = $2)))
        LIMIT 1";
    Ok(tx.query_optional(query, &[namespace.into(), account.into()])?.is_some())
}

/// Grants a role in a repository, or in the whole namespace where `repository` is 0, in place of what was granted before.
///
/// # Errors
/// Those of the database.
pub fn grant(
    tx: &mut Transaction<'_>,
    namespace: i64,
    repository: i64,
    holder: &Holder,
    role: Role,
) -> Result<(), StoreError> {
    let statement = "
        INSERT INTO permission (namespace, repository, account, team, role) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (namespace, repository, account, team) DO UPDATE SET role = excluded.role";
    let [account, team] = holder.columns();
    let row = [namespace.into(), repository.into(), account, team, role.word().into()];
    tx.execute(statement, &row).map(drop)
}

/// Takes back what was granted. Whether there was anything.
///
/// # Errors
/// Those of the database.
pub fn revoke(
    tx: &mut Transaction<'_>,
    namespace: i64,
    repository: i64,
    holder: &Holder,
) -> Result<bool, StoreError> {
    let statement = "
        DELETE FROM permission WHERE namespace = $1 AND repository = $2 AND account = $3 AND team = $4";
    let [account, team] = holder.columns();
    Ok(tx.execute(statement, &[namespace.into(), repository.into(), account, team])? > 0)
}

/// What was granted in a repository, or in the whole namespace where `repository` is 0.
///
/// # Errors
/// Those of the database.
pub fn permissions(
    tx: &mut Transaction<'_>,
    namespace: i64,
    repository: i64,
    most: u64,
) -> Result<Vec<Permission>, StoreError> {
    let query = "
        SELECT COALESCE(account.name, ''), COALESCE(team.name, ''), permission.role
        FROM permission
        LEFT JOIN account ON account.number = permission.account
        LEFT JOIN team ON team.number = permission.team
        WHERE permission.namespace = $1 AND permission.repository = $2
        ORDER BY 1, 2 LIMIT $3";
    let rows = tx.query(query, &[namespace.into(), repository.into(), at_most(most)])?;
    let permission = |row: &crate::database::Row| {
        let word: String = row.get(2)?;
        Ok(Permission { account: row.get(0)?, team: row.get(1)?, role: role(&word)? })
    };
    rows.iter().map(permission).collect()
}

/// Lets everybody pull from a repository, or not. Whether the repository is there.
///
/// # Errors
/// Those of the database.
pub fn set_visibility(
    tx: &mut Transaction<'_>,
    repository: i64,
    is_public: bool,
) -> Result<bool, StoreError> {
    let statement = "UPDATE repository SET is_public = $2 WHERE number = $1";
    Ok(tx.execute(statement, &[repository.into(), is_public.into()])? > 0)
}
