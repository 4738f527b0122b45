//! Tags: names of manifests, which change.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most, rows},
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

/// A tag as it is written, also where it has expired; nobody else changes it until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold_tag(tx: &mut Transaction<'_>, repository: i64, name: &str) -> Result<Option<Tag>, StoreError> {
    let query = "
        SELECT name, manifest, created_at, changed_at, expires_at, is_immutable FROM tag
        WHERE repository = $1 AND name = $2 /*postgres FOR UPDATE*/";
    tx.query_optional(query, &[repository.into(), name.into()])?.as_ref().map(tag).transpose()
}

/// The tags that a manifest must stay for: its own, and those of the indexes that it is a child of. Nobody else changes them until
/// the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold_tags_of(
    tx: &mut Transaction<'_>,
    repository: i64,
    manifest: &Digest,
) -> Result<Vec<Tag>, StoreError> {
    let query = "
        SELECT name, manifest, created_at, changed_at, expires_at, is_immutable FROM tag
        WHERE repository = $1 AND (manifest = $2 OR manifest IN (
            SELECT parent.manifest FROM manifest_reference AS parent
            WHERE parent.repository = $1 AND parent.digest = $2 AND parent.kind = 'manifest'))
        ORDER BY name /*postgres FOR UPDATE*/";
    tx.query(query, &[repository.into(), manifest.into()])?.iter().map(tag).collect()
}

/// Makes a tag of a manifest, which is held in the same transaction. `false` where one is written already: it is as it was.
///
/// # Errors
/// Those of the database.
pub fn make_tag(
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    manifest: &Digest,
    expires_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let statement = "
        INSERT INTO tag (repository, name, manifest, created_at, changed_at, expires_at, is_immutable)
        VALUES ($1, $2, $3, limpid_now(), limpid_now(), $4, 0)
        ON CONFLICT (repository, name) DO NOTHING";
    let row = [repository.into(), name.into(), manifest.into(), expires_at.into()];
    let is_made = tx.execute(statement, &row)? > 0;
    if is_made {
        note_tagged(tx, repository, manifest)?;
    }
    Ok(is_made)
}

/// Points a tag to a manifest, which is held in the same transaction, and says when it is removed.
///
/// # Errors
/// Those of the database.
pub fn set_tag(
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    manifest: &Digest,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    if make_tag(tx, repository, name, manifest, expires_at)? {
        return Ok(());
    }
    let before = hold_tag(tx, repository, name)?;
    let row = [repository.into(), name.into(), manifest.into(), expires_at.into()];
    tx.execute(SET, &row)?;
    note_tagged(tx, repository, manifest)?;
    match before {
        Some(before) if before.manifest != *manifest => note_untagged(tx, repository, &before.manifest),
        Some(_) | None => Ok(()),
    }
}

const SET: &str = "
    INSERT INTO tag (repository, name, manifest, created_at, changed_at, expires_at, is_immutable)
    VALUES ($1, $2, $3, limpid_now(), limpid_now(), $4, 0)
    ON CONFLICT (repository, name) DO UPDATE SET
        changed_at = CASE WHEN tag.manifest = excluded.manifest THEN tag.changed_at ELSE excluded.changed_at END,
        created_at = CASE WHEN tag.expires_at <= limpid_now() THEN excluded.created_at ELSE tag.created_at END,
        expires_at = excluded.expires_at, manifest = excluded.manifest";

fn note_tagged(tx: &mut Transaction<'_>, repository: i64, manifest: &Digest) -> Result<(), StoreError> {
    let tagged = "UPDATE registry_manifest SET untagged_at = NULL WHERE repository = $1 AND digest = $2";
    tx.execute(tagged, &[repository.into(), manifest.into()]).map(drop)
}

/// Says when a tag is removed, or that it is not. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn set_tag_expiry(
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let statement = "UPDATE tag SET expires_at = $3 WHERE repository = $1 AND name = $2";
    Ok(tx.execute(statement, &[repository.into(), name.into(), expires_at.into()])? > 0)
}

/// The tags of the namespace of this name that end, each as the number and the name of its repository, and its own.
///
/// # Errors
/// Those of the database.
pub fn ending_tags(
    tx: &mut Transaction<'_>,
    namespace: &str,
) -> Result<Vec<(i64, String, String)>, StoreError> {
    let query = "
        SELECT repository.number, repository.name, tag.name
        FROM namespace
        JOIN repository ON repository.namespace = namespace.number
        JOIN tag ON tag.repository = repository.number
        WHERE namespace.name = $1 AND tag.expires_at > limpid_now() ORDER BY repository.number, tag.name";
    let rows = tx.query(query, &[namespace.into()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Takes the end away from tags, each given by the number of its repository and its name. One that has expired is not there.
///
/// # Errors
/// Those of the database.
pub fn keep_tags(tx: &mut Transaction<'_>, tags: &[(i64, String)]) -> Result<(), StoreError> {
    let statement = "
        UPDATE tag SET expires_at = NULL
        WHERE expires_at > limpid_now() AND (repository, name) IN (
            SELECT CAST(item.value ->> 0 AS BIGINT), item.value ->> 1
            FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/)";
    let numbers: Vec<String> = tags.iter().map(|(repository, _)| repository.to_string()).collect();
    let tags = numbers.iter().zip(tags).map(|(repository, (_, name))| [repository.as_str(), name.as_str()]);
    tx.execute(statement, &[rows(tags)?]).map(drop)
}

/// Says whether a tag must stay as it is. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn set_tag_immutable(
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    is_immutable: bool,
) -> Result<bool, StoreError> {
    let statement = "UPDATE tag SET is_immutable = $3 WHERE repository = $1 AND name = $2";
    Ok(tx.execute(statement, &[repository.into(), name.into(), is_immutable.into()])? > 0)
}

/// Removes up to `most` tags that have expired. How many there were.
pub(super) fn collect_tags(tx: &mut Transaction<'_>, most: i64) -> Result<u64, StoreError> {
    let removed = tx.query(COLLECT, &[most.into()])?;
    for row in &removed {
        note_untagged(tx, row.get(0)?, &row.get(1)?)?;
    }
    Ok(removed.len() as u64)
}

const COLLECT: &str = "
    DELETE FROM tag
    WHERE expires_at <= limpid_now() AND (repository, name) IN (
        SELECT gone.repository, gone.name FROM tag AS gone
        WHERE gone.expires_at <= limpid_now()
        ORDER BY gone.expires_at LIMIT $1)
    RETURNING repository, manifest";

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
