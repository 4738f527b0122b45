//! What pages list: repositories and tags with their counts, sorted and paged by the database.
//!
//! Of repositories a viewer sees those that they may pull, and nobody is told how many others there are.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, Value, at_most, integer},
};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The account; 0: nobody.
    pub account: i64,
    /// Whether everything is seen.
    pub sees_all: bool,
}

impl Viewer {
    fn columns(self) -> [Value; 2] {
        [self.account.into(), self.sees_all.into()]
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window<'a> {
    /// What the name has in it; empty: anything.
    pub text: &'a str,
    /// By what it is sorted: a word that the list knows; another: by name.
    pub sort: &'a str,
    /// Whether the largest is first.
    pub descending: bool,
    /// How many are left out before.
    pub skip: u64,
    /// The most rows.
    pub most: u64,
}

impl Window<'_> {
    fn columns(self) -> Result<[Value; 5], StoreError> {
        Ok([
            self.text.into(),
            self.sort.into(),
            self.descending.into(),
            at_most(self.most),
            integer(self.skip)?.into(),
        ])
    }
}

/// A repository in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRepository {
    /// Its whole name.
    pub name: String,
    /// What its owners say about it.
    pub description: String,
    /// Whether everybody may pull.
    pub is_public: bool,
    /// How many tags it has.
    pub tags: u64,
    /// When a tag was set last.
    pub changed_at: Option<DateTime<Utc>>,
    /// How many of the tagged images are known to be vulnerable.
    pub vulnerable: u64,
    /// How many of them are clean.
    pub clean: u64,
}

// The columns stand for: 1 account, 2 whether everything is seen, 3 text, 4 order, 5 whether descending, 6 most, 7 skip.
const REPOSITORIES: &str = "
    SELECT name, description, is_public, tags, changed_at, vulnerable, clean, total
    FROM (
        SELECT repository.name, repository.description, repository.is_public,
            (SELECT COUNT(*) FROM tag WHERE tag.repository = repository.number
                AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())) AS tags,
            (SELECT MAX(tag.changed_at) FROM tag WHERE tag.repository = repository.number
                AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())) AS changed_at,
            (SELECT COUNT(*) FROM tag JOIN security_summary ON security_summary.digest = tag.manifest
                WHERE tag.repository = repository.number AND security_summary.verdict = 'vulnerable'
                    AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())) AS vulnerable,
            (SELECT COUNT(*) FROM tag JOIN security_summary ON security_summary.digest = tag.manifest
                WHERE tag.repository = repository.number AND security_summary.verdict = 'clean'
                    AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())) AS clean,
            COUNT(*) OVER () AS total
        FROM repository
        WHERE (CAST($2 AS BIGINT) = 1 OR repository.is_public = 1 OR (CAST($1 AS BIGINT) <> 0 AND EXISTS (
                SELECT 1 FROM permission
                WHERE permission.namespace = repository.namespace AND permission.repository IN (0, repository.number)
                    AND (permission.account = $1
                        OR (permission.team <> 0 AND permission.team IN (SELECT team FROM team_member WHERE account = $1))))))
            AND ($3 = '' OR /*sqlite instr(repository.name, $3)*/ /*postgres strpos(repository.name, $3)*/ > 0)
    ) listed
    ORDER BY
        CASE WHEN $4 = 'changed' AND $5 = 1 THEN COALESCE(changed_at, 0) END DESC,
        CASE WHEN $4 = 'changed' AND $5 = 0 THEN COALESCE(changed_at, 0) END,
        CASE WHEN $4 = 'tags' AND $5 = 1 THEN tags END DESC,
        CASE WHEN $4 = 'tags' AND $5 = 0 THEN tags END,
        CASE WHEN $4 = 'vulnerable' AND $5 = 1 THEN vulnerable END DESC,
        CASE WHEN $4 = 'vulnerable' AND $5 = 0 THEN vulnerable END,
        CASE WHEN $4 = 'name' AND $5 = 1 THEN name END DESC,
        name
    LIMIT $6 OFFSET $7";

/// Repositories. Sorted by `name`, `changed`, `tags` or `vulnerable`.
///
/// # Errors
/// Those of the database.
pub fn repositories(
    tx: &mut Transaction<'_>,
    viewer: Viewer,
    window: Window<'_>,
) -> Result<Part<ListedRepository>, StoreError> {
    let parameters: Vec<Value> = viewer.columns().into_iter().chain(window.columns()?).collect();
    let rows = tx.query(REPOSITORIES, &parameters)?;
    let listed = |row: &Row| {
        Ok(ListedRepository {
            name: row.get(0)?,
            description: row.get(1)?,
            is_public: row.get(2)?,
            tags: row.get(3)?,
            changed_at: row.get_optional(4)?,
            vulnerable: row.get(5)?,
            clean: row.get(6)?,
        })
    };
    Ok(Part { total: total(&rows, 7)?, rows: rows.iter().map(listed).collect::<Result<_, StoreError>>()? })
}

/// What each row says of how many there are; no row says it of none.
fn total(rows: &[Row], column: usize) -> Result<u64, StoreError> {
    rows.first().map_or(Ok(0), |row| row.get(column))
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFacts {
    /// Its number.
    pub number: i64,
    /// What its owners say about it.
    pub description: String,
    /// Whether everybody may pull.
    pub is_public: bool,
}

/// A repository, by its whole name. Whether it may be seen is not asked here.
///
/// # Errors
/// Those of the database.
pub fn repository(tx: &mut Transaction<'_>, name: &str) -> Result<Option<RepositoryFacts>, StoreError> {
    let query = "SELECT number, description, is_public FROM repository WHERE name = $1";
    let facts = |row: Row| {
        Ok(RepositoryFacts { number: row.get(0)?, description: row.get(1)?, is_public: row.get(2)? })
    };
    tx.query_optional(query, &[name.into()])?.map(facts).transpose()
}

/// A tag in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTag {
    /// Its name.
    pub name: String,
    /// What it points to.
    pub manifest: Digest,
    /// When it was pointed there.
    pub changed_at: DateTime<Utc>,
    /// When it is removed by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether nobody may point it elsewhere.
    pub is_immutable: bool,
    /// `image`, `index` or `artifact`.
    pub kind: String,
    /// Bytes of all that it consists of, as the manifest says; of an index, those of the manifest alone.
    pub bytes: u64,
}

// 1 repository, 2 text, 3 order, 4 whether descending, 5 most, 6 skip.
const TAGS: &str = "
    SELECT name, manifest, changed_at, expires_at, is_immutable, kind, bytes, total
    FROM (
        SELECT tag.name, tag.manifest, tag.changed_at, tag.expires_at, tag.is_immutable, registry_manifest.kind,
            registry_manifest.bytes + COALESCE((
                SELECT CAST(SUM(manifest_reference.bytes) AS BIGINT) FROM manifest_reference
                WHERE manifest_reference.repository = tag.repository AND manifest_reference.manifest = tag.manifest
                    AND registry_manifest.kind <> 'index'), 0) AS bytes,
            security_summary.highest, security_summary.findings, COUNT(*) OVER () AS total
        FROM tag
        JOIN registry_manifest
            ON registry_manifest.repository = tag.repository AND registry_manifest.digest = tag.manifest
        LEFT JOIN security_summary ON security_summary.digest = tag.manifest
        WHERE tag.repository = $1 AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())
            AND ($2 = '' OR /*sqlite instr(tag.name, $2)*/ /*postgres strpos(tag.name, $2)*/ > 0)
    ) listed
    ORDER BY
        CASE WHEN $3 = 'changed' AND $4 = 1 THEN changed_at END DESC,
        CASE WHEN $3 = 'changed' AND $4 = 0 THEN changed_at END,
        CASE WHEN $3 = 'size' AND $4 = 1 THEN bytes END DESC,
        CASE WHEN $3 = 'size' AND $4 = 0 THEN bytes END,
        CASE WHEN $3 = 'security' AND $4 = 1 THEN COALESCE(highest, -1) END DESC,
        CASE WHEN $3 = 'security' AND $4 = 0 THEN COALESCE(highest, -1) END,
        CASE WHEN $3 = 'security' AND $4 = 1 THEN COALESCE(findings, -1) END DESC,
        CASE WHEN $3 = 'security' AND $4 = 0 THEN COALESCE(findings, -1) END,
        CASE WHEN $3 = 'name' AND $4 = 1 THEN name END DESC,
        name
    LIMIT $5 OFFSET $6";

/// The tags of a repository. Sorted by `name`, `changed`, `size` or `security` (the highest severity, then how many findings).
///
/// # Errors
/// Those of the database.
pub fn tags(
    tx: &mut Transaction<'_>,
    repository: i64,
    window: Window<'_>,
) -> Result<Part<ListedTag>, StoreError> {
    let parameters: Vec<Value> = std::iter::once(repository.into()).chain(window.columns()?).collect();
    let rows = tx.query(TAGS, &parameters)?;
    let listed = |row: &Row| {
        Ok(ListedTag {
            name: row.get(0)?,
            manifest: row.get(1)?,
            changed_at: row.get(2)?,
            expires_at: row.get_optional(3)?,
            is_immutable: row.get(4)?,
            kind: row.get(5)?,
            bytes: row.get(6)?,
        })
    };
    Ok(Part { total: total(&rows, 7)?, rows: rows.iter().map(listed).collect::<Result<_, StoreError>>()? })
}

/// A manifest of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFacts {
    /// Its digest.
    pub digest: Digest,
    /// `image`, `index` or `artifact`.
    pub kind: String,
    /// As it was pushed.
    pub body: Vec<u8>,
    /// Who pushed it.
    pub pushed_by: String,
    /// When it was pushed.
    pub pushed_at: DateTime<Utc>,
}

/// What a tag or a digest of a repository names.
///
/// # Errors
/// Those of the database.
pub fn manifest(
    tx: &mut Transaction<'_>,
    repository: i64,
    reference: &str,
) -> Result<Option<ManifestFacts>, StoreError> {
    let query = "
        SELECT digest, kind, body, pushed_by, pushed_at FROM registry_manifest
        WHERE repository = $1
            AND digest = COALESCE((
                SELECT manifest FROM tag
                WHERE tag.repository = $1 AND tag.name = $2
                    AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())), $2)";
    let facts = |row: Row| {
        Ok(ManifestFacts {
            digest: row.get(0)?,
            kind: row.get(1)?,
            body: row.get(2)?,
            pushed_by: row.get(3)?,
            pushed_at: row.get(4)?,
        })
    };
    tx.query_optional(query, &[repository.into(), reference.into()])?.map(facts).transpose()
}

/// A child of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexChild {
    /// Its digest.
    pub digest: Digest,
    /// Its platform, as the index says; may be empty.
    pub platform: String,
    /// Whether the repository has it.
    pub is_here: bool,
}

/// The children of an index, in their order.
///
/// # Errors
/// Those of the database.
pub fn children(
    tx: &mut Transaction<'_>,
    repository: i64,
    index: &Digest,
) -> Result<Vec<IndexChild>, StoreError> {
    let query = "
        SELECT manifest_reference.digest, manifest_reference.platform,
            CASE WHEN child.digest IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END
        FROM manifest_reference
        LEFT JOIN registry_manifest child
            ON child.repository = manifest_reference.repository AND child.digest = manifest_reference.digest
        WHERE manifest_reference.repository = $1 AND manifest_reference.manifest = $2
            AND manifest_reference.kind = 'manifest'
        ORDER BY manifest_reference.place";
    let child =
        |row: &Row| Ok(IndexChild { digest: row.get(0)?, platform: row.get(1)?, is_here: row.get(2)? });
    tx.query(query, &[repository.into(), index.into()])?.iter().map(child).collect()
}

/// A place where an image is: a repository and a tag; the tag is empty where it has none there.
pub type ImagePlace = (String, String);

/// Where a viewer finds an image, up to `most` places: under its own tags, and under those of the indexes that it is a child of.
///
/// # Errors
/// Those of the database.
pub fn places(
    tx: &mut Transaction<'_>,
    viewer: Viewer,
    digest: &Digest,
    most: u64,
) -> Result<Vec<ImagePlace>, StoreError> {
    let query = "
        SELECT repository.name, COALESCE(tag.name, '')
        FROM registry_manifest
        JOIN repository ON repository.number = registry_manifest.repository
        LEFT JOIN tag ON tag.repository = repository.number AND (tag.expires_at IS NULL OR tag.expires_at > limpid_now())
            AND (tag.manifest = registry_manifest.digest
                OR tag.manifest IN (SELECT parent FROM security_child WHERE child = registry_manifest.digest))
        WHERE registry_manifest.digest = $3
            AND (CAST($2 AS BIGINT) = 1 OR repository.is_public = 1 OR (CAST($1 AS BIGINT) <> 0 AND EXISTS (
                SELECT 1 FROM permission
                WHERE permission.namespace = repository.namespace AND permission.repository IN (0, repository.number)
                    AND (permission.account = $1
                        OR (permission.team <> 0 AND permission.team IN (SELECT team FROM team_member WHERE account = $1))))))
        ORDER BY repository.name, tag.name
        LIMIT $4";
    let parameters: Vec<Value> = viewer.columns().into_iter().chain([digest.into(), at_most(most)]).collect();
    tx.query(query, &parameters)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How many tagged manifests there are with each verdict of those whose report was summed up, and how many there are in all.
///
/// # Errors
/// Those of the database.
pub fn verdicts(tx: &mut Transaction<'_>) -> Result<Vec<(String, u64)>, StoreError> {
    let query = "SELECT verdict, COUNT(*) FROM security_summary GROUP BY verdict ORDER BY verdict";
    tx.query(query, &[])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The blob (SHA-256) that has the bytes of a digest of any algorithm.
///
/// # Errors
/// Those of the database.
pub fn stored_blob(
    tx: &mut Transaction<'_>,
    repository: i64,
    digest: &Digest,
) -> Result<Option<(Digest, u64)>, StoreError> {
    let query = "
        SELECT registry_blob.stored, registry_blob.bytes
        FROM registry_blob JOIN repository_blob ON repository_blob.digest = registry_blob.digest
        WHERE repository_blob.repository = $1 AND registry_blob.digest = $2";
    let row = tx.query_optional(query, &[repository.into(), digest.into()])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Up to `most` images, those that were pushed or submitted last first.
///
/// # Errors
/// Those of the database.
pub fn images(tx: &mut Transaction<'_>, most: u64) -> Result<Vec<Digest>, StoreError> {
    let query = "SELECT digest FROM manifest ORDER BY created_at DESC, digest LIMIT $1";
    tx.query(query, &[at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// The same, each with a place where it is, if it was pushed: for who sees everything.
///
/// # Errors
/// Those of the database.
pub fn newest_images(
    tx: &mut Transaction<'_>,
    most: u64,
) -> Result<Vec<(Digest, Option<ImagePlace>)>, StoreError> {
    let everything = Viewer { account: 0, sees_all: true };
    let mut newest = Vec::new();
    for digest in images(tx, most)? {
        let place = places(tx, everything, &digest, 1)?.pop();
        newest.push((digest, place));
    }
    Ok(newest)
}
