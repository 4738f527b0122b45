//! The rows of blobs: which are there, and which somebody removes.
//!
//! A row is free, or claimed by whoever removes its blob; `deleting_since` is the claim. Every change of it names the claim
//! that it found, so that of several processes one succeeds. A row is made before its blob is stored: until then its
//! `bytes` are negative, a number of this row alone. So **a free row with its bytes means that the blob is there**.

use std::time::Duration;

use limpid_core::Digest;
use uuid::Uuid;

use crate::{StoreError, Transaction, database::Value};

/// A claim to remove a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// The blob.
    pub(super) digest: Digest,
    /// When it was made, by the database's clock. Larger than that of every claim before.
    pub(super) since: i64,
}

/// What came of the registration of a blob.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Registration {
    /// It has a row, which is free and was touched now.
    Done(Ticket),
    /// Somebody removes it, and has claimed that so long ago.
    Claimed(Claim, Duration),
    /// It was removed just now.
    Again,
}

/// Tells a row from one that was there before or comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(i64);

impl Ticket {
    fn new() -> Self {
        let (_, random) = Uuid::new_v4().as_u64_pair();
        Self(-1 - i64::try_from(random >> 2).unwrap_or(0))
    }

    /// Whether the blob had been stored before.
    pub(super) fn is_stored(self) -> bool {
        self.0 >= 0
    }
}

/// Makes sure that a blob has a row, and touches it. Nothing is changed where somebody removes it.
pub(super) fn register(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Registration, StoreError> {
    let free = tx.query_optional(
        "INSERT INTO blob (digest, bytes, touched_at) VALUES ($1, $2, limpid_now())
         ON CONFLICT (digest) DO UPDATE SET touched_at = limpid_now() WHERE blob.deleting_since IS NULL
         RETURNING bytes",
        &[digest.into(), Ticket::new().0.into()],
    )?;
    if let Some(row) = free {
        return Ok(Registration::Done(Ticket(row.get(0)?)));
    }
    let now = micros(tx)?;
    let row = tx.query_optional(
        "SELECT deleting_since FROM blob WHERE digest = $1 AND deleting_since IS NOT NULL",
        &[digest.into()],
    )?;
    let Some(row) = row else { return Ok(Registration::Again) };
    let since: i64 = row.get(0)?;
    let age = Duration::from_micros(u64::try_from(now.saturating_sub(since)).unwrap_or(0));
    Ok(Registration::Claimed(Claim { digest: digest.clone(), since }, age))
}

/// Notes that a blob is stored, by who registered it. `false` where its row was claimed or removed meanwhile, unless somebody
/// else has stored the blob since.
pub(super) fn confirm(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    ticket: Ticket,
    bytes: u64,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE blob SET touched_at = limpid_now(), bytes = $3
         WHERE digest = $1 AND deleting_since IS NULL AND (bytes = $2 OR bytes >= 0)",
        &[digest.into(), ticket.0.into(), length(bytes)?],
    )?;
    Ok(changed > 0)
}

/// Claims up to `most` blobs that were not touched for the grace and that nothing refers to.
///
/// The conditions stand there twice for PostgreSQL: it looks again only at those of the row that is changed when it had to
/// wait for another transaction, which may have touched the row.
pub(super) fn claim_unused(
    tx: &mut Transaction<'_>,
    grace: Duration,
    most: u64,
) -> Result<Vec<Claim>, StoreError> {
    let rows = tx.query(
        "UPDATE blob SET deleting_since = limpid_now()
         WHERE deleting_since IS NULL AND touched_at <= limpid_now() - $1 AND digest IN (
             SELECT unused.digest FROM blob unused
             WHERE unused.deleting_since IS NULL AND unused.touched_at <= limpid_now() - $1
               AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.pack = unused.digest)
               AND NOT EXISTS (SELECT 1 FROM catalog_segment WHERE catalog_segment.segment = unused.digest)
               AND NOT EXISTS (SELECT 1 FROM registry_blob WHERE registry_blob.stored = unused.digest)
               AND NOT EXISTS (SELECT 1 FROM upload_part WHERE upload_part.stored = unused.digest)
             ORDER BY unused.touched_at, unused.digest LIMIT $2)
         RETURNING digest, deleting_since",
        &[length(u64::try_from(grace.as_micros()).unwrap_or(u64::MAX))?, length(most)?],
    )?;
    claims(&rows)
}

/// Up to `most` claims that are as old as that: whoever made them was killed, or gave up.
pub(super) fn abandoned(
    tx: &mut Transaction<'_>,
    age: Duration,
    most: u64,
) -> Result<Vec<Claim>, StoreError> {
    let rows = tx.query(
        "SELECT digest, deleting_since FROM blob WHERE deleting_since <= limpid_now() - $1
         ORDER BY deleting_since, digest LIMIT $2",
        &[length(u64::try_from(age.as_micros()).unwrap_or(u64::MAX))?, length(most)?],
    )?;
    claims(&rows)
}

/// Replaces a claim by one's own, of now. `None` where it is in other hands by now.
pub(super) fn take_over(tx: &mut Transaction<'_>, claim: &Claim) -> Result<Option<Claim>, StoreError> {
    let since = micros(tx)?.max(claim.since.saturating_add(1));
    let changed = tx.execute(
        "UPDATE blob SET deleting_since = $1 WHERE digest = $2 AND deleting_since = $3",
        &[since.into(), (&claim.digest).into(), claim.since.into()],
    )?;
    Ok((changed > 0).then(|| Claim { digest: claim.digest.clone(), since }))
}

/// Claims what is in the storage without a row. `None` where it has one.
pub(super) fn claim_unknown(
    tx: &mut Transaction<'_>,
    digest: &Digest,
    bytes: u64,
) -> Result<Option<Claim>, StoreError> {
    let since = micros(tx)?;
    let changed = tx.execute(
        "INSERT INTO blob (digest, bytes, touched_at, deleting_since) VALUES ($1, $2, $3, $3)
         ON CONFLICT (digest) DO NOTHING",
        &[digest.into(), length(bytes)?, since.into()],
    )?;
    Ok((changed > 0).then(|| Claim { digest: digest.clone(), since }))
}

/// Whether a blob has a row.
pub(super) fn is_known(tx: &mut Transaction<'_>, digest: &Digest) -> Result<bool, StoreError> {
    Ok(tx.query_optional("SELECT digest FROM blob WHERE digest = $1", &[digest.into()])?.is_some())
}

/// Removes the row of a blob that was removed. `false` where the claim is in other hands by now.
pub(super) fn remove(tx: &mut Transaction<'_>, claim: &Claim) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "DELETE FROM blob WHERE digest = $1 AND deleting_since = $2",
        &[(&claim.digest).into(), claim.since.into()],
    )?;
    Ok(changed > 0)
}

fn claims(rows: &[crate::database::Row]) -> Result<Vec<Claim>, StoreError> {
    rows.iter().map(|row| Ok(Claim { digest: row.get(0)?, since: row.get(1)? })).collect()
}

fn micros(tx: &mut Transaction<'_>) -> Result<i64, StoreError> {
    Ok(tx.now()?.timestamp_micros())
}

fn length(number: u64) -> Result<Value, StoreError> {
    let number = i64::try_from(number)
        .map_err(|error| StoreError::Unusable(format!("{number} is too large for the database: {error}")))?;
    Ok(number.into())
}
