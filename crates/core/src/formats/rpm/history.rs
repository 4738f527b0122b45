//! From which repository packages were installed, as dnf's log of transactions says.
//!
//! Version 4 of dnf and version 5 have the same tables in other words; each is looked for. Of several transactions about one
//! package the newest counts, and only those that put it onto the system and were done.
//!
//! Source of the format: `create_tables.sql` of libdnf (`libdnf/transaction`) and of libdnf5, and the enumerations of their
//! documentation.

use std::collections::HashMap;

use super::{limits::MOST_INSTALLATIONS, package::evr};
use crate::{
    ecosystem::InstalledFrom,
    formats::{
        damage::Damage,
        sqlite::{Database, Row, Table, Value},
    },
};

/// What puts a package onto the system: install, downgrade, obsoletes another, upgrade, reinstall.
const ACTIONS_OF_VERSION_4: &[i64] = &[1, 2, 4, 6, 9];
/// The same of version 5: install, upgrade, downgrade, reinstall.
const ACTIONS_OF_VERSION_5: &[i64] = &[1, 2, 3, 4];
const DONE_OF_VERSION_4: i64 = 1;
const DONE_OF_VERSION_5: i64 = 2;

pub(super) fn read(content: &[u8], log: &[u8], damage: &mut Damage) -> Vec<InstalledFrom> {
    let Some(database) = Database::open(content, log, damage) else { return Vec::new() };
    let history = History { database, rows_left: std::cell::Cell::new(MOST_INSTALLATIONS) };
    match history.read(damage) {
        Some(installed) => installed,
        None => {
            damage.note("it is no log of dnf that is known", "");
            Vec::new()
        }
    }
}

struct History<'a> {
    database: Database<'a>,
    rows_left: std::cell::Cell<usize>,
}

impl History<'_> {
    /// `None` where tables or columns are missing.
    fn read(&self, damage: &mut Damage) -> Option<Vec<InstalledFrom>> {
        let repositories = self.texts("repo", "repoid", damage)?;
        let packages = self.packages(damage)?;
        let table = self.database.table("trans_item")?;
        let is_new = table.column("action_id").is_some();
        let (action, state, actions, done) = if is_new {
            (table.column("action_id")?, table.column("state_id")?, ACTIONS_OF_VERSION_5, DONE_OF_VERSION_5)
        } else {
            let state = table.column("state").or_else(|| table.column("done"))?;
            (table.column("action")?, state, ACTIONS_OF_VERSION_4, DONE_OF_VERSION_4)
        };
        let (item, repository) = (table.column("item_id")?, table.column("repo_id")?);
        let mut newest: HashMap<i64, i64> = HashMap::new();
        self.rows(table, damage, &mut |row| {
            let (action, state) = (integer(row, action)?, integer(row, state)?);
            if !actions.contains(&action) || state != done {
                return Some(());
            }
            let (item, repository) = (row.value(item)?, row.value(repository)?);
            // An item that is a group or comes from nowhere has no package or no repository.
            if let (Value::Integer(item), Value::Integer(repository)) = (item, repository) {
                newest.insert(item, repository);
            }
            Some(())
        });
        let mut installed: Vec<InstalledFrom> = newest
            .into_iter()
            .filter_map(|(item, repository)| {
                let ((name, version, architecture), repository) =
                    (packages.get(&item)?, repositories.get(&repository)?);
                // What dnf found installed comes from a repository that it does not know.
                (!repository.is_empty() && repository != "@System").then(|| InstalledFrom {
                    name: name.clone(),
                    version: version.clone(),
                    architecture: architecture.clone(),
                    repository: repository.clone(),
                })
            })
            .collect();
        installed.sort_by(|a, b| key(a).cmp(&key(b)));
        Some(installed)
    }

    /// Name, version and architecture of each package, by the number of its item.
    fn packages(&self, damage: &mut Damage) -> Option<HashMap<i64, (String, String, String)>> {
        let table = self.database.table("rpm")?;
        let named = |direct: &str, by_number: &str, tables: [&str; 2], damage: &mut Damage| match table
            .column(direct)
        {
            Some(column) => Some((column, None)),
            None => {
                let other = tables.into_iter().find(|table| self.database.table(table).is_some())?;
                Some((table.column(by_number)?, Some(self.texts(other, "name", damage)?)))
            }
        };
        let name = named("name", "name_id", ["pkg_name", "pkg_names"], damage)?;
        let architecture = named("arch", "arch_id", ["arch", "archs"], damage)?;
        let (item, epoch) = (table.column("item_id")?, table.column("epoch")?);
        let (version, release) = (table.column("version")?, table.column("release")?);
        let mut packages = HashMap::new();
        self.rows(table, damage, &mut |row| {
            let look_up = |(column, texts): &(usize, Option<HashMap<i64, String>>)| match texts {
                None => text(row, *column),
                Some(texts) => texts.get(&integer(row, *column)?).cloned(),
            };
            let epoch = u32::try_from(integer(row, epoch)?).ok()?;
            let version = evr(Some(epoch), &text(row, version)?, &text(row, release)?);
            packages.insert(integer(row, item)?, (look_up(&name)?, version, look_up(&architecture)?));
            Some(())
        });
        Some(packages)
    }

    /// The texts in one column of a table, by the numbers of the rows.
    fn texts(&self, table: &str, column: &str, damage: &mut Damage) -> Option<HashMap<i64, String>> {
        let table = self.database.table(table)?;
        let column = table.column(column)?;
        let mut texts = HashMap::new();
        self.rows(table, damage, &mut |row| {
            texts.insert(row.number, text(row, column)?).map_or(Some(()), |_| None)
        });
        Some(texts)
    }

    /// Reads each row of a table; one of which `None` comes back is damaged.
    fn rows(&self, table: &Table, damage: &mut Damage, read: &mut dyn FnMut(&Row<'_>) -> Option<()>) {
        let mut about_rows = Damage::default();
        self.database.rows(table, damage, &mut |row| {
            let place = || format!("row {} of {}", row.number, table.name);
            let left = self.rows_left.get();
            self.rows_left.set(left.saturating_sub(1));
            if left == 0 {
                about_rows.over_budget("rows beyond the limit", place());
            } else if read(&row).is_none() {
                about_rows.note("rows with values that cannot be read", place());
            }
        });
        damage.append(about_rows);
    }
}

fn key(one: &InstalledFrom) -> (&str, &str, &str, &str) {
    (&one.name, &one.version, &one.architecture, &one.repository)
}

fn integer(row: &Row<'_>, column: usize) -> Option<i64> {
    match row.value(column)? {
        Value::Integer(value) => Some(value),
        Value::Null | Value::Real | Value::Text(_) | Value::Blob(_) => None,
    }
}

fn text(row: &Row<'_>, column: usize) -> Option<String> {
    match row.value(column)? {
        Value::Text(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        // A version such as 12 may have been kept as a number.
        Value::Integer(value) => Some(value.to_string()),
        Value::Null | Value::Real | Value::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests;
