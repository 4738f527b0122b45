//! Tags of a repository for lists: what each names, and how large that is.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// A tag, with its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTag {
    /// Its name.
    pub name: String,
    /// Its manifest.
    pub manifest: Digest,
    /// Whether that is an index.
    pub is_index: bool,
    /// Bytes of what the manifest needs, as it says.
    pub bytes: u64,
    /// When it was pointed there.
    pub changed_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it can be pointed elsewhere.
    pub is_immutable: bool,
}

/// Up to `most` tags of a repository (given by its whole name) after the first `skipped`, those that changed last first. Where
/// `name` is given only that tag; where `part` is given those that have it in their name.
///
/// # Errors
/// Those of the database.
pub fn list_tags(
    tx: &mut Transaction<'_>,
    repository: &str,
    name: Option<&str>,
    part: Option<&str>,
    skipped: u64,
    most: u64,
) -> Result<Vec<ListedTag>, StoreError> {
    let query = "
        SELECT tag.name, tag.manifest, registry_manifest.kind,
            (SELECT CAST(COALESCE(SUM(manifest_reference.bytes), 0) AS BIGINT) FROM manifest_reference
             WHERE manifest_reference.repository = tag.repository AND manifest_reference.manifest = tag.manifest),
            tag.changed_at, tag.expires_at, tag.is_immutable
        FROM repository
            JOIN tag ON tag.repository = repository.number
            JOIN registry_manifest
                ON registry_manifest.repository = tag.repository AND registry_manifest.digest = tag.manifest
        WHERE repository.name = $1
            AND (CAST($2 AS TEXT) IS NULL OR tag.name = $2)
            AND (CAST($3 AS TEXT) IS NULL OR tag.name LIKE $3 ESCAPE '!')
        ORDER BY tag.changed_at DESC, tag.name
        LIMIT $4 OFFSET $5";
    let like = part.map(|part| {
        let escaped = part.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        format!("%{escaped}%")
    });
    let row = [repository.into(), name.into(), like.into(), at_most(most), at_most(skipped)];
    tx.query(query, &row)?.iter().map(tag).collect()
}

fn tag(row: &Row) -> Result<ListedTag, StoreError> {
    Ok(ListedTag {
        name: row.get(0)?,
        manifest: row.get(1)?,
        is_index: row.get::<String>(2)? == "index",
        bytes: row.get(3)?,
        changed_at: row.get(4)?,
        expires_at: row.get_optional(5)?,
        is_immutable: row.get(6)?,
    })
}

/// The number of a repository, given by its whole name.
///
/// # Errors
/// Those of the database.
pub fn repository(tx: &mut Transaction<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    let row = tx.query_optional("SELECT number FROM repository WHERE name = $1", &[name.into()])?;
    row.map(|row| row.get(0)).transpose()
}
