//! The names of the packages in a cache of Conan 2: a database beside their folders, which have short names.
//!
//! A package is there as long as its folder is: so the folder's list of files is what is read, and the database only tells what the
//! folder is. What it tells of folders that are gone is of no concern.
//!
//! Source of the tables: `conan/internal/cache/db` of Conan 2.

use super::limits;
use crate::{
    FoundFile,
    formats::{
        damage::Damage,
        sqlite::{Database, Value},
    },
};

/// Where the database is, from the folder of a package: that of one from a server, and of one that was built.
pub(super) const DATABASES: [&str; 2] = ["/../../cache.sqlite3", "/../../../cache.sqlite3"];

/// Name and version of the package whose list of files this is, where a database beside its folder tells.
pub(super) fn named(file: &FoundFile<'_>) -> Option<(String, String)> {
    let path = file.path.parent().to_string();
    let mut folders: Vec<&str> = path.split('/').collect();
    if folders.pop() != Some("p") {
        return None;
    }
    DATABASES.iter().enumerate().find_map(|(place, database)| {
        let key = folders.get(folders.len().checked_sub(place + 1)?..)?.join("/");
        let (_, content) = file.companions.iter().find(|(ending, _)| ending == database)?;
        of_reference(&reference(content, &key)?)
    })
}

/// `NAME/VERSION`, perhaps with `@USER/CHANNEL` behind it.
fn of_reference(reference: &str) -> Option<(String, String)> {
    let (name, version) = reference.split('@').next()?.split_once('/')?;
    (!name.is_empty() && !version.is_empty()).then(|| (name.to_owned(), version.to_owned()))
}

/// The reference of the package in this folder.
fn reference(content: &[u8], folder: &str) -> Option<String> {
    let mut damage = Damage::default();
    let database = Database::open(content, &[], &mut damage)?;
    let table = database.table("packages")?;
    let (path, reference) = (table.column("path")?, table.column("reference")?);
    let (mut found, mut rows_left) = (None, limits::MOST_ROWS);
    database.rows(table, &mut damage, &mut |row| {
        rows_left = rows_left.saturating_sub(1);
        if rows_left == 0 || row.value(path) != Some(Value::Text(folder.as_bytes())) {
            return;
        }
        if let Some(Value::Text(text)) = row.value(reference) {
            found = Some(String::from_utf8_lossy(text).into_owned());
        }
    });
    found
}
