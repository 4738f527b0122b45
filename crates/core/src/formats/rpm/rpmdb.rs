//! rpm's SQLite database: `rpmdb.sqlite`.
//!
//! The table `Packages` has a header a row. rpm keeps the database with a write-ahead log, which may hold packages that the
//! file has not got yet.
//!
//! Source of the format: `lib/backend/sqlite.c` of rpm.

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
    database.rows(table, damage, &mut |row| {
        let place = format!("row {}", row.number);
        match row.value(column) {
            Some(Value::Blob(blob)) => sink(blob, &place, &mut about_packages),
            Some(Value::Null | Value::Integer(_) | Value::Real | Value::Text(_)) | None => {
                about_packages.note("packages without a header", place);
            }
        }
    });
    damage.append(about_packages);
}
