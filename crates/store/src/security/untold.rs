//! Images whose findings were known when they were put into a repository: there nobody was told of them yet.

use limpid_core::Digest;

use crate::{StoreError, Transaction};

/// Notes that nobody was told in a repository of an image's findings. To be followed by a job that tells, in the same transaction.
///
/// # Errors
/// Those of the database.
pub fn note_untold(tx: &mut Transaction<'_>, repository: i64, digest: &Digest) -> Result<(), StoreError> {
    let statement =
        "INSERT INTO repository_untold (repository, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute(statement, &[repository.into(), digest.into()]).map(drop)
}

/// The repositories, by number, in which nobody was told of an image. They are told by whoever takes them.
///
/// # Errors
/// Those of the database.
pub fn take_untold(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Vec<i64>, StoreError> {
    let statement = "DELETE FROM repository_untold WHERE digest = $1 RETURNING repository";
    tx.query(statement, &[digest.into()])?.iter().map(|row| row.get(0)).collect()
}
