//! The two homes of the state: database and blobs.

use chrono::{TimeDelta, Utc};
use limpid_store::{BlobError, Database, DatabaseUrl, StoreError, blobs::probe, database::Schema};

use super::Check;
use crate::Configuration;

const DATABASE: &str = "database";
const BLOBS: &str = "blobs";

/// How far the clocks may be apart before ages and leases are told wrongly.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(1);

/// Whether the database can be reached, and its schema be used.
pub(super) fn database(configuration: &Configuration) -> Check {
    let remedy = "database.url says which one: see docs/service.md";
    let url: DatabaseUrl = match configuration.database.url.reveal().parse() {
        Ok(url) => url,
        Err(error) => return of_failure(&error, "database.url", remedy),
    };
    match Database::look(&url) {
        Ok(None) => Check::fine(DATABASE, format!("{url} is not there yet; the first start makes it")),
        Ok(Some(schema)) => of_schema(&url, &schema),
        Err(error) => of_failure(&error, &url.to_string(), remedy),
    }
}

fn of_schema(url: &DatabaseUrl, schema: &Schema) -> Check {
    let apart = schema.now.map(|now| Utc::now().signed_duration_since(now));
    if let Some(apart) = apart.filter(|apart| apart.abs() > CLOCKS_APART) {
        let seconds = apart.num_seconds().abs();
        let says = format!("{url}: its clock and that of this machine are {seconds} s apart");
        return Check::wrong(DATABASE, says, "set both clocks by NTP: leases and ages are told by them");
    }
    let Schema { found, known, .. } = schema;
    Check::fine(
        DATABASE,
        match found {
            0 => format!("{url} answers; the first start makes the schema"),
            found if found < known => {
                format!("{url} answers; the next start brings its schema from step {found} to {known}")
            }
            found if found > known => {
                format!(
                    "{url} answers; its schema is a newer Limpid’s (step {found}), which lets this one go on"
                )
            }
            found => format!("{url} answers, with the schema that this program needs (step {found})"),
        },
    )
}

fn of_failure(error: &StoreError, place: &str, remedy: &str) -> Check {
    let says = format!("{place}: {error}");
    match error {
        StoreError::Unavailable(_) => {
            Check::wrong(DATABASE, says, "start it, or let this machine reach it; then run this again")
        }
        StoreError::NewerSchema { .. } => Check::wrong(DATABASE, says, ""),
        StoreError::Damaged(_) => Check::wrong(DATABASE, says, "restore a backup"),
        StoreError::Unusable(_) => Check::wrong(DATABASE, says, remedy),
        StoreError::Stale(_) | StoreError::Statement(_) => Check::unknown(DATABASE, says, "please report it"),
    }
}

/// Whether a blob can be written, read and removed.
pub(super) fn blobs(configuration: &Configuration) -> Check {
    let url = &configuration.blobs.url;
    let scratch = match tempfile::tempdir() {
        Ok(scratch) => scratch,
        Err(error) => {
            let says = format!("no temporary directory can be made: {error}");
            return Check::unknown(BLOBS, says, "TMPDIR names a directory that can be written to");
        }
    };
    match probe(url, scratch.path()) {
        Ok(true) => Check::fine(BLOBS, format!("{url}: a probe was written, read and removed")),
        Ok(false) => Check::fine(BLOBS, format!("{url} is not there yet; the first start makes it")),
        Err(error) => {
            let remedy = match &error {
                BlobError::Unusable(_) => "blobs.url says where they are: see docs/service.md",
                BlobError::Unavailable(_) | BlobError::Missing(_) => {
                    "let this machine reach it, with a key that may read, write and delete"
                }
                BlobError::Damaged(_) => "what was written came back as something else: look at the disk",
                BlobError::Store(_) => "see the database",
            };
            Check::wrong(BLOBS, format!("{url}: {error}"), remedy)
        }
    }
}
