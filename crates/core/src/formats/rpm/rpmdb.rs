//! rpm's SQLite database: `rpmdb.sqlite`.
//!
//! The table `Packages` has a header a row, and the table `Name` a row for each of them, which tells of one that is lost: a
//! page that stands in the place of another can be sound by itself. rpm keeps the database with a write-ahead log, which may hold packages that the
//! file has not got yet.
//!
//! Source of the format: `lib/backend/sqlite.c` of rpm.

use std::collections::HashSet;

use crate::formats::{
    damage::Damage,
    sqlite::{Database, Value},
};

/// Hands out each package's header, with the place for people.
pub(super) fn read(
    content: &[u8],
    log: &[u8],
    damage: &mut Damage,
    sink: &mut dyn FnMut(&[u8], &str, &mut Damage),
) {
    let Some(database) = Database::open(content, log, damage) else { return };
    let table = database.table("Packages").and_then(|table| Some((table, table.column("blob")?)));
    let Some((table, column)) = table else {
        return damage.note("it has no table of packages", "");
    };
    let mut about_packages = Damage::default();
    let mut there = HashSet::new();
    database.rows(table, damage, &mut |row| {
        there.insert(row.number);
        let place = format!("row {}", row.number);
        match row.value(column) {
            Some(Value::Blob(blob)) => sink(blob, &place, &mut about_packages),
            Some(Value::Null | Value::Integer(_) | Value::Real | Value::Text(_)) | None => {
                about_packages.note("packages without a header", place);
            }
        }
    });
    if let Some((names, column)) =
        database.table("Name").and_then(|names| Some((names, names.column("hnum")?)))
    {
        database.rows(names, damage, &mut |row| {
            let is_there =
                matches!(row.value(column), Some(Value::Integer(number)) if there.contains(&number));
            if !is_there {
                about_packages
                    .note("packages of which only the name is there", format!("row {}", row.number));
            }
        });
    }
    damage.append(about_packages);
}
