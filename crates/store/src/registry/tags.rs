//! Tags: names of manifests, which change.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// What it points to.
    pub manifest: Digest,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last pointed to something else.
    pub changed_at: DateTime<Utc>,
    /// When it is removed.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it must stay as it is.
    pub is_immutable: bool,
}

fn tag(row: &Row) -> Result<Tag, StoreError> {
    Ok(Tag {
        name: row.get(0)?,
        manifest: row.get(1)?,
        created_at: row.get(2)?,
        changed_at: row.get(3)?,
        expires_at: row.get_optional(4)?,
        is_immutable: row.get(5)?,
    })
}

/// A tag of a repository. One that has expired is not there.
///
/// # Errors
/// Those of the database.
pub fn find_tag(tx: &mut Transaction<'_>, repository: i64, name: &str) -> Result<Option<Tag>, StoreError> {
    let query = "
        SELECT name, manifest, created_at, changed_at, expires_at, is_immutable FROM tag
        WHERE repository = $1 AND name = $2 AND (expires_at IS NULL OR expires_at > limpid_now())";
    tx.query_optional(query, &[repository.into(), name.into()])?.as_ref().map(tag).transpose()
}

/// The digest of a manifest, given by a tag or by a digest. A digest need not be that of a manifest which is there.
///
/// # Errors
/// Those of the database.
pub fn resolve(
    tx: &mut Transaction<'_>,
    repository: i64,
    reference: &str,
) -> Result<Option<Digest>, StoreError> {
    match reference.parse() {
        Ok(digest) => Ok(Some(digest)),
        Err(_a_tag) => Ok(find_tag(tx, repository, reference)?.map(|tag| tag.manifest)),
    }
}

/// Points a tag to a manifest, which was put in the same transaction.
///
/// # Errors
/// Those of the database.
pub fn set_tag(
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    manifest: &Digest,
) -> Result<(), StoreError> {
    let before = "SELECT manifest FROM tag WHERE repository = $1 AND name = $2 /*postgres FOR UPDATE*/";
    let before = tx.query_optional(before, &[repository.into(), name.into()])?;
    tx.execute(SET, &[repository.into(), name.into(), manifest.into()])?;
    let tagged = "UPDATE registry_manifest SET untagged_at = NULL WHERE repository = $1 AND digest = $2";
    tx.execute(tagged, &[repository.into(), manifest.into()])?;
    match before.map(|row| row.get::<Digest>(0)).transpose()? {
        Some(before) if before != *manifest => note_untagged(tx, repository, &before),
        Some(_) | None => Ok(()),
    }
}

const SET: &str = "
    INSERT INTO tag (repository, name, manifest, created_at, changed_at, is_immutable)
    VALUES ($1, $2, $3, limpid_now(), limpid_now(), 0)
    ON CONFLICT (repository, name) DO UPDATE SET
        changed_at = CASE WHEN tag.manifest = excluded.manifest THEN tag.changed_at ELSE excluded.changed_at END,
        expires_at = NULL, manifest = excluded.manifest";

fn note_untagged(tx: &mut Transaction<'_>, repository: i64, manifest: &Digest) -> Result<(), StoreError> {
    let statement = "
        UPDATE registry_manifest SET untagged_at = limpid_now()
        WHERE repository = $1 AND digest = $2 AND NOT EXISTS (
            SELECT 1 FROM tag WHERE tag.repository = $1 AND tag.manifest = $2)";
    tx.execute(statement, &[repository.into(), manifest.into()]).map(drop)
}

/// Removes a tag, and not what it points to. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_tag(tx: &mut Transaction<'_>, repository: i64, name: &str) -> Result<bool, StoreError> {
    let statement = "DELETE FROM tag WHERE repository = $1 AND name = $2 RETURNING manifest";
    let Some(row) = tx.query_optional(statement, &[repository.into(), name.into()])? else {
        return Ok(false);
    };
    note_untagged(tx, repository, &row.get(0)?)?;
    Ok(true)
}

/// A tag in a list, with what it points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTag {
    /// The tag.
    pub tag: Tag,
    /// `image`, `index` or `artifact`.
    pub kind: String,
    /// Of the manifest.
    pub media_type: String,
    /// Of the manifest, and of all that it names.
    pub bytes: u64,
}

/// In which order tags are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagOrder {
    /// By name; the page begins behind a name.
    Name,
    /// The one that changed last first.
    Newest,
}

/// A page of a repository's tags, which begins behind the tag `after` (empty: at the beginning).
///
/// # Errors
/// Those of the database.
pub fn list_tags(
    tx: &mut Transaction<'_>,
    repository: i64,
    after: &str,
    most: u64,
    order: TagOrder,
) -> Result<Vec<ListedTag>, StoreError> {
    let query = match order {
        TagOrder::Name => LIST_BY_NAME,
        TagOrder::Newest => LIST_NEWEST,
    };
    let rows = tx.query(query, &[repository.into(), after.into(), at_most(most)])?;
    let listed = |row: &Row| {
        Ok(ListedTag { tag: tag(row)?, kind: row.get(6)?, media_type: row.get(7)?, bytes: row.get(8)? })
    };
    rows.iter().map(listed).collect()
}

macro_rules! list {
    ($conditions:literal) => {
        concat!(
            "SELECT tag.name, tag.manifest, tag.created_at, tag.changed_at, tag.expires_at, tag.is_immutable,
                registry_manifest.kind, registry_manifest.media_type,
                registry_manifest.bytes + COALESCE((
                    SELECT CAST(SUM(manifest_reference.bytes) AS BIGINT) FROM manifest_reference
                    WHERE manifest_reference.repository = tag.repository
                        AND manifest_reference.manifest = tag.manifest), 0)
            FROM tag
            JOIN registry_manifest ON registry_manifest.repository = tag.repository
                AND registry_manifest.digest = tag.manifest
            WHERE tag.repository = $1 AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now()) ",
            $conditions
        )
    };
}

const LIST_BY_NAME: &str = list!("AND tag.name > $2 ORDER BY tag.name LIMIT $3");

const LIST_NEWEST: &str = list!(
    "AND ($2 = '' OR EXISTS (
        SELECT 1 FROM tag AS before
        WHERE before.repository = $1 AND before.name = $2
            AND (tag.changed_at < before.changed_at
                OR (tag.changed_at = before.changed_at AND tag.name > before.name))))
    ORDER BY tag.changed_at DESC, tag.name LIMIT $3"
);
