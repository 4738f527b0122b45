//! Referrers: manifests that say something about another one.

use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, at_most},
};

/// Which referrers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Of this manifest, which need not be there.
    pub subject: &'a Digest,
    /// Of this type alone; empty: of any.
    pub artifact_type: &'a str,
    /// Behind this one, in the order of their digests; empty: from the beginning.
    pub after: &'a str,
}

/// A manifest that names another one as its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Its digest.
    pub digest: Digest,
    /// As it was sent.
    pub media_type: String,
    /// Length of the manifest.
    pub bytes: u64,
    /// Its type as an artifact; may be empty.
    pub artifact_type: String,
    /// Its annotations: a JSON object of texts.
    pub annotations: String,
}

/// The referrers of a manifest in a repository.
///
/// # Errors
/// Those of the database.
pub fn referrers(
    tx: &mut Transaction<'_>,
    repository: i64,
    wanted: &Wanted<'_>,
    most: u64,
) -> Result<Vec<Referrer>, StoreError> {
    let query = "
        SELECT digest, media_type, bytes, artifact_type, annotations FROM registry_manifest
        WHERE repository = $1 AND subject = $2 AND digest > $3 AND ($4 = '' OR artifact_type = $4)
        ORDER BY digest LIMIT $5";
    let parameters = [
        repository.into(),
        wanted.subject.into(),
        wanted.after.into(),
        wanted.artifact_type.into(),
        at_most(most),
    ];
    let referrer = |row: &Row| {
        Ok(Referrer {
            digest: row.get(0)?,
            media_type: row.get(1)?,
            bytes: row.get(2)?,
            artifact_type: row.get(3)?,
            annotations: row.get(4)?,
        })
    };
    tx.query(query, &parameters)?.iter().map(referrer).collect()
}
