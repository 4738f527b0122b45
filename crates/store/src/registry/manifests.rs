//! Manifests as they were pushed, and what each needs.

use std::time::Duration;

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use super::hold_repository;
use crate::{
    StoreError, Transaction,
    database::{Row, Value, integer, microseconds, rows},
};

/// A manifest that is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewManifest<'a> {
    /// Where to.
    pub repository: i64,
    /// Its digest.
    pub digest: &'a Digest,
    /// `image`, `index` or `artifact`.
    pub kind: &'a str,
    /// As it was sent.
    pub media_type: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
    /// What it says something about.
    pub subject: Option<&'a Digest>,
    /// Its type as an artifact; may be empty.
    pub artifact_type: &'a str,
    /// Its annotations: a JSON object of texts.
    pub annotations: &'a str,
    /// Who pushes.
    pub pushed_by: &'a str,
    /// What it needs, in order.
    pub references: &'a [NewReference],
}

/// Something that a manifest needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReference {
    /// What.
    pub kind: ReferenceKind,
    /// Its digest.
    pub digest: Digest,
    /// Its length as the manifest says.
    pub bytes: u64,
    /// Of a child: where it runs, `os/architecture[/variant]`; may be empty.
    pub platform: String,
}

/// Something that a manifest needs, as it is stored.
pub type Reference = NewReference;

/// What a manifest needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A blob: a configuration or a layer.
    Blob,
    /// A layer that is not for the registry to have: it may be there or not.
    Foreign,
    /// A manifest: a child of an index.
    Manifest,
}

impl ReferenceKind {
    fn word(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Foreign => "foreign",
            Self::Manifest => "manifest",
        }
    }

    fn of(word: &str) -> Result<Self, StoreError> {
        match word {
            "blob" => Ok(Self::Blob),
            "foreign" => Ok(Self::Foreign),
            "manifest" => Ok(Self::Manifest),
            _ => Err(StoreError::Damaged(format!("a reference of kind {word}"))),
        }
    }
}

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest.
    pub digest: Digest,
    /// `image`, `index` or `artifact`.
    pub kind: String,
    /// As it was sent.
    pub media_type: String,
    /// Its bytes.
    pub body: Vec<u8>,
    /// What it says something about.
    pub subject: Option<Digest>,
    /// Its type as an artifact; may be empty.
    pub artifact_type: String,
    /// Its annotations: a JSON object of texts.
    pub annotations: String,
    /// Who pushed it last.
    pub pushed_by: String,
    /// When.
    pub pushed_at: DateTime<Utc>,
    /// When it was pulled last, to the hour.
    pub pulled_at: Option<DateTime<Utc>>,
}

fn manifest(row: &Row) -> Result<Manifest, StoreError> {
    Ok(Manifest {
        digest: row.get(0)?,
        kind: row.get(1)?,
        media_type: row.get(2)?,
        body: row.get(3)?,
        subject: row.get_optional(4)?,
        artifact_type: row.get(5)?,
        annotations: row.get(6)?,
        pushed_by: row.get(7)?,
        pushed_at: row.get(8)?,
        pulled_at: row.get_optional(9)?,
    })
}

/// A manifest that a repository has.
///
/// # Errors
/// Those of the database.
pub fn find_manifest(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<Option<Manifest>, StoreError> {
    let query = "
        SELECT digest, kind, media_type, body, subject, artifact_type, annotations, pushed_by, pushed_at, pulled_at
        FROM registry_manifest WHERE repository = $1 AND digest = $2";
    tx.query_optional(query, &[repository.into(), digest.into()])?.as_ref().map(manifest).transpose()
}

/// Keeps a manifest from being removed while the transaction lasts. `false` where it is not there.
///
/// # Errors
/// Those of the database.
pub fn hold_manifest(tx: &mut Transaction<'_>, repository: i64, digest: &Digest) -> Result<bool, StoreError> {
    let query = "
        SELECT digest FROM registry_manifest WHERE repository = $1 AND digest = $2 /*postgres FOR UPDATE*/";
    Ok(tx.query_optional(query, &[repository.into(), digest.into()])?.is_some())
}

/// What of these a repository does not have. The blobs that it has are kept for the grace from now.
///
/// # Errors
/// Those of the database.
pub fn missing_references(
    tx: &mut Transaction<'_>,
    repository: i64,
    references: &[NewReference],
) -> Result<Vec<Digest>, StoreError> {
    let wanted = |kind: ReferenceKind| {
        rows(
            references
                .iter()
                .filter(|reference| reference.kind == kind)
                .map(|reference| [reference.digest.as_str()]),
        )
    };
    let (blobs, manifests) = (wanted(ReferenceKind::Blob)?, wanted(ReferenceKind::Manifest)?);
    tx.execute(TOUCH, &[repository.into(), blobs.clone()])?;
    tx.execute(TOUCH_MANIFESTS, &[repository.into(), manifests.clone()])?;
    let mut missing = tx.query(MISSING_BLOBS, &[repository.into(), blobs])?;
    missing.extend(tx.query(MISSING_MANIFESTS, &[repository.into(), manifests])?);
    missing.iter().map(|row| row.get(0)).collect()
}

const TOUCH: &str = "
    UPDATE repository_blob SET touched_at = limpid_now()
    WHERE repository = $1 AND digest IN (
        SELECT item.value ->> 0
        FROM /*sqlite json_each($2) AS item*/ /*postgres jsonb_array_elements($2::text::jsonb) AS item (value)*/)";

/// Children are kept from being collected, as blobs are, and those that have a tag from being removed until the push has ended.
const TOUCH_MANIFESTS: &str = "
    UPDATE registry_manifest SET untagged_at = CASE WHEN untagged_at IS NULL THEN NULL ELSE limpid_now() END
    WHERE repository = $1 AND digest IN (
        SELECT item.value ->> 0
        FROM /*sqlite json_each($2) AS item*/ /*postgres jsonb_array_elements($2::text::jsonb) AS item (value)*/)";

const MISSING_BLOBS: &str = "
    SELECT DISTINCT item.value ->> 0
    FROM /*sqlite json_each($2) AS item*/ /*postgres jsonb_array_elements($2::text::jsonb) AS item (value)*/
    WHERE NOT EXISTS (SELECT 1 FROM repository_blob WHERE repository = $1 AND digest = item.value ->> 0)";

const MISSING_MANIFESTS: &str = "
    SELECT DISTINCT item.value ->> 0
    FROM /*sqlite json_each($2) AS item*/ /*postgres jsonb_array_elements($2::text::jsonb) AS item (value)*/
    WHERE NOT EXISTS (SELECT 1 FROM registry_manifest WHERE repository = $1 AND digest = item.value ->> 0)";

/// Puts a manifest. Of one that is there already, what is not its bytes is replaced. What it needs must have been found by
/// [`missing_references`] in the same transaction.
///
/// # Errors
/// [`StoreError::Stale`] where the repository is gone.
pub fn put_manifest(tx: &mut Transaction<'_>, new: &NewManifest<'_>) -> Result<(), StoreError> {
    hold_repository(tx, new.repository)?;
    let row: [Value; 10] = [
        new.repository.into(),
        new.digest.into(),
        new.kind.into(),
        new.media_type.into(),
        new.body.to_vec().into(),
        integer(new.body.len() as u64)?.into(),
        new.subject.into(),
        new.artifact_type.into(),
        new.annotations.into(),
        new.pushed_by.into(),
    ];
    tx.execute(PUT, &row)?;
    let identity = [new.repository.into(), new.digest.into()];
    tx.execute("DELETE FROM manifest_reference WHERE repository = $1 AND manifest = $2", &identity)?;
    let texts: Vec<[String; 5]> = new.references.iter().enumerate().map(reference_row).collect();
    let texts = rows(texts.iter().map(|row| row.each_ref().map(String::as_str)))?;
    tx.execute(PUT_REFERENCES, &[new.repository.into(), new.digest.into(), texts]).map(drop)
}

fn reference_row((place, reference): (usize, &NewReference)) -> [String; 5] {
    [
        place.to_string(),
        reference.kind.word().to_owned(),
        reference.digest.to_string(),
        reference.bytes.to_string(),
        reference.platform.clone(),
    ]
}

const PUT: &str = "
    INSERT INTO registry_manifest (repository, digest, kind, media_type, body, bytes, subject, artifact_type,
        annotations, pushed_by, pushed_at, untagged_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, limpid_now(), limpid_now())
    ON CONFLICT (repository, digest) DO UPDATE SET
        kind = excluded.kind, media_type = excluded.media_type, artifact_type = excluded.artifact_type,
        pushed_by = excluded.pushed_by, pushed_at = excluded.pushed_at,
        untagged_at = CASE WHEN registry_manifest.untagged_at IS NULL THEN NULL ELSE excluded.untagged_at END";

const PUT_REFERENCES: &str = "
    INSERT INTO manifest_reference (repository, manifest, place, kind, digest, bytes, platform)
    SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST(item.value ->> 0 AS BIGINT), item.value ->> 1,
        item.value ->> 2, CAST(item.value ->> 3 AS BIGINT), item.value ->> 4
    FROM /*sqlite json_each($3) AS item*/ /*postgres jsonb_array_elements($3::text::jsonb) AS item (value)*/";

/// What a manifest needs, in order.
///
/// # Errors
/// Those of the database.
pub fn references(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<Vec<Reference>, StoreError> {
    let query = "
        SELECT kind, digest, bytes, platform FROM manifest_reference
        WHERE repository = $1 AND manifest = $2 ORDER BY place";
    let rows = tx.query(query, &[repository.into(), digest.into()])?;
    let reference = |row: &Row| {
        Ok(Reference {
            kind: ReferenceKind::of(&row.get::<String>(0)?)?,
            digest: row.get(1)?,
            bytes: row.get(2)?,
            platform: row.get(3)?,
        })
    };
    rows.iter().map(reference).collect()
}

/// Notes that a manifest was pulled.
///
/// # Errors
/// Those of the database.
pub fn note_pulled(tx: &mut Transaction<'_>, repository: i64, digest: &Digest) -> Result<(), StoreError> {
    let statement =
        "UPDATE registry_manifest SET pulled_at = limpid_now() WHERE repository = $1 AND digest = $2";
    tx.execute(statement, &[repository.into(), digest.into()]).map(drop)
}

/// Removes a manifest and the tags that point to it. What it needed is kept for the grace from now. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn delete_manifest(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<bool, StoreError> {
    let identity = [repository.into(), digest.into()];
    tx.execute(LET_GO, &identity)?;
    tx.execute(LET_GO_MANIFESTS, &identity)?;
    // The manifest first: whoever sets a tag to it holds its row, and the tag is seen here afterwards.
    let deleted =
        tx.execute("DELETE FROM registry_manifest WHERE repository = $1 AND digest = $2", &identity)?;
    tx.execute("DELETE FROM tag WHERE repository = $1 AND manifest = $2", &identity)?;
    Ok(deleted > 0)
}

/// Children and referrers, which nothing may hold any more, have all of their time from now on.
const LET_GO_MANIFESTS: &str = "
    UPDATE registry_manifest SET untagged_at = limpid_now()
    WHERE repository = $1 AND untagged_at IS NOT NULL AND (subject = $2 OR digest IN (
        SELECT manifest_reference.digest FROM manifest_reference
        WHERE manifest_reference.repository = $1 AND manifest_reference.manifest = $2
            AND manifest_reference.kind = 'manifest'))";

/// Removes up to `most` manifests that have had no tag for so long, nor were pulled, and that nothing holds: no index that is there
/// names them, and what they say something about is not there. How many there were.
pub(super) fn collect_untagged(
    tx: &mut Transaction<'_>,
    untagged: Duration,
    most: i64,
) -> Result<u64, StoreError> {
    let found = tx.query(UNTAGGED, &[microseconds(untagged), most.into()])?;
    let mut removed = 0;
    for row in &found {
        let (repository, digest): (i64, Digest) = (row.get(0)?, row.get(1)?);
        let held =
            tx.query_optional(HOLD_UNTAGGED, &[repository.into(), (&digest).into(), microseconds(untagged)])?;
        // Whoever began to need it meanwhile has touched its row.
        if held.is_some() && delete_manifest(tx, repository, &digest)? {
            removed += 1;
        }
    }
    Ok(removed)
}

const UNTAGGED: &str = "
    SELECT gone.repository, gone.digest FROM registry_manifest AS gone
    WHERE gone.untagged_at IS NOT NULL AND gone.untagged_at <= limpid_now() - $1
        AND COALESCE(gone.pulled_at, 0) <= limpid_now() - $1
        AND NOT EXISTS (
            SELECT 1 FROM tag WHERE tag.repository = gone.repository AND tag.manifest = gone.digest)
        AND NOT EXISTS (
            SELECT 1 FROM manifest_reference
            WHERE manifest_reference.repository = gone.repository AND manifest_reference.digest = gone.digest
                AND manifest_reference.kind = 'manifest')
        AND NOT EXISTS (
            SELECT 1 FROM registry_manifest AS subject
            WHERE subject.repository = gone.repository AND subject.digest = gone.subject)
    ORDER BY gone.untagged_at, gone.repository, gone.digest LIMIT $2";

const HOLD_UNTAGGED: &str = "
    SELECT digest FROM registry_manifest
    WHERE repository = $1 AND digest = $2 AND untagged_at <= limpid_now() - $3
        AND COALESCE(pulled_at, 0) <= limpid_now() - $3 /*postgres FOR UPDATE*/";

const LET_GO: &str = "
    UPDATE repository_blob SET touched_at = limpid_now()
    WHERE repository = $1 AND digest IN (
        SELECT manifest_reference.digest FROM manifest_reference
        WHERE manifest_reference.repository = $1 AND manifest_reference.manifest = $2)";
