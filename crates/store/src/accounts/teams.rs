//! Teams: accounts that were granted the same, in one namespace.

use std::collections::BTreeSet;

use crate::{StoreError, Transaction, database::at_most};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its number.
    pub number: i64,
    /// Its name, in its namespace.
    pub name: String,
}

/// Makes a team. Returns its number; `None` where the name is taken.
///
/// # Errors
/// Those of the database.
pub fn create_team(tx: &mut Transaction<'_>, namespace: i64, name: &str) -> Result<Option<i64>, StoreError> {
    let statement = "
        INSERT INTO team (namespace, name) VALUES ($1, $2)
        ON CONFLICT (namespace, name) DO NOTHING RETURNING number";
    tx.query_optional(statement, &[namespace.into(), name.into()])?.map(|row| row.get(0)).transpose()
}

/// The team of a name.
///
/// # Errors
/// Those of the database.
pub fn find_team(tx: &mut Transaction<'_>, namespace: i64, name: &str) -> Result<Option<Team>, StoreError> {
    let query = "SELECT number FROM team WHERE namespace = $1 AND name = $2";
    let row = tx.query_optional(query, &[namespace.into(), name.into()])?;
    row.map(|row| Ok(Team { number: row.get(0)?, name: name.to_owned() })).transpose()
}

/// The teams of a namespace, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn list_teams(tx: &mut Transaction<'_>, namespace: i64, most: u64) -> Result<Vec<Team>, StoreError> {
    let query = "SELECT number, name FROM team WHERE namespace = $1 ORDER BY name LIMIT $2";
    let rows = tx.query(query, &[namespace.into(), at_most(most)])?;
    rows.iter().map(|row| Ok(Team { number: row.get(0)?, name: row.get(1)? })).collect()
}

/// Removes a team, with what was granted to it. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_team(tx: &mut Transaction<'_>, team: i64) -> Result<bool, StoreError> {
    tx.execute("DELETE FROM permission WHERE team = $1", &[team.into()])?;
    Ok(tx.execute("DELETE FROM team WHERE number = $1", &[team.into()])? > 0)
}

/// Takes an account into a team, in which it stays whatever its groups are. Whether it was not in it.
///
/// # Errors
/// Those of the database.
pub fn add_member(tx: &mut Transaction<'_>, team: i64, account: i64) -> Result<bool, StoreError> {
    leave_group(tx, team, account)?;
    let statement = "INSERT INTO team_member (team, account) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(statement, &[team.into(), account.into()])? > 0)
}

/// Takes an account out of a team. Whether it was in it.
///
/// # Errors
/// Those of the database.
pub fn remove_member(tx: &mut Transaction<'_>, team: i64, account: i64) -> Result<bool, StoreError> {
    leave_group(tx, team, account)?;
    let statement = "DELETE FROM team_member WHERE team = $1 AND account = $2";
    Ok(tx.execute(statement, &[team.into(), account.into()])? > 0)
}

/// Forgets that an account is in a team because of a group.
fn leave_group(tx: &mut Transaction<'_>, team: i64, account: i64) -> Result<(), StoreError> {
    let statement = "DELETE FROM team_group_member WHERE team = $1 AND account = $2";
    tx.execute(statement, &[team.into(), account.into()]).map(drop)
}

/// The names of the accounts of a team, in order.
///
/// # Errors
/// Those of the database.
pub fn list_members(tx: &mut Transaction<'_>, team: i64, most: u64) -> Result<Vec<String>, StoreError> {
    let query = "
        SELECT account.name FROM team_member JOIN account ON account.number = team_member.account
        WHERE team_member.team = $1 ORDER BY account.name LIMIT $2";
    tx.query(query, &[team.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// The group of the provider of sign-in whose people are taken into a team.
///
/// # Errors
/// Those of the database.
pub fn team_group(tx: &mut Transaction<'_>, team: i64) -> Result<Option<String>, StoreError> {
    let row = tx.query_optional("SELECT name FROM team_group WHERE team = $1", &[team.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// Says whose people are taken into a team when they sign in: those of a group, or `None`. Who was taken in by the group before
/// leaves it.
///
/// # Errors
/// Those of the database.
pub fn set_team_group(tx: &mut Transaction<'_>, team: i64, group: Option<&str>) -> Result<(), StoreError> {
    if team_group(tx, team)?.as_deref() == group {
        return Ok(());
    }
    let leave = "
        DELETE FROM team_member
        WHERE team = $1 AND account IN (SELECT account FROM team_group_member WHERE team = $1)";
    tx.execute(leave, &[team.into()])?;
    tx.execute("DELETE FROM team_group_member WHERE team = $1", &[team.into()])?;
    tx.execute("DELETE FROM team_group WHERE team = $1", &[team.into()])?;
    if let Some(group) = group {
        tx.execute("INSERT INTO team_group (team, name) VALUES ($1, $2)", &[team.into(), group.into()])?;
    }
    Ok(())
}

/// Takes an account into the teams of these groups, and out of those that it was in because of other ones. Who is in a team
/// otherwise stays. Whether anything changed.
///
/// # Errors
/// Those of the database.
pub fn follow_groups(
    tx: &mut Transaction<'_>,
    account: i64,
    groups: &BTreeSet<String>,
) -> Result<bool, StoreError> {
    let mut wanted = BTreeSet::new();
    for group in groups {
        let found = tx.query("SELECT team FROM team_group WHERE name = $1", &[group.as_str().into()])?;
        for row in &found {
            wanted.insert(row.get::<i64>(0)?);
        }
    }
    let query = "SELECT team FROM team_group_member WHERE account = $1";
    let found = tx.query(query, &[account.into()])?;
    let present: BTreeSet<i64> = found.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let mut is_changed = false;
    for &team in present.difference(&wanted) {
        is_changed |= remove_member(tx, team, account)?;
    }
    for &team in wanted.difference(&present) {
        if add_member(tx, team, account)? {
            let statement =
                "INSERT INTO team_group_member (team, account) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            tx.execute(statement, &[team.into(), account.into()])?;
            is_changed = true;
        }
    }
    Ok(is_changed)
}
