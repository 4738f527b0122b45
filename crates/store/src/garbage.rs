//! Garbage: rows that nobody needs any more.
//!
//! What is removed can be had again or was asked to be removed; nothing that a manifest still needs is touched.

use std::collections::BTreeSet;

use crate::{
    StoreError, Transaction, blob_rows,
    database::{microseconds, numbers, rows},
    limits, notifications,
};

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Evidence of layers that no manifest has had for long, and of older revisions where there is one of this revision.
    pub evidence: u64,
    /// Jobs that ended long ago, or that nobody will ever do.
    pub jobs: u64,
    /// Names of packages that no manifest has.
    pub packages: u64,
    /// Notifications that nobody has read for long, and parts of those that nobody will ever complete.
    pub notifications: u64,
    /// Scans that Harbor has long given up.
    pub scans: u64,
}

/// Removes a bounded number of rows. `revision` is that of what is read of layers now. To be called again while it removes
/// anything.
///
/// # Errors
/// Those of the database.
pub fn collect(tx: &mut Transaction<'_>, revision: &str) -> Result<Collected, StoreError> {
    let old = |time| [microseconds(time), limits::GARBAGE_ROWS.into()];
    tx.execute(LEASES, &old(limits::FREE_LEASE_TIME))?;
    tx.execute(PRESENCE, &[microseconds(limits::PRESENCE_TIME)])?;
    Ok(Collected {
        evidence: evidence(tx, revision)?,
        jobs: tx.execute(JOBS, &old(limits::ENDED_JOB_TIME))?
            + tx.execute(DELIVERIES, &[limits::GARBAGE_ROWS.into()])?
            + tx.execute(CHANGES, &old(limits::CHANGES_TIME))?
            + tx.execute(SCAN_JOBS, &old(limits::SCAN_TIME))?,
        packages: packages(tx)?,
        notifications: tx.execute(NOTIFICATIONS, &old(limits::NOTIFICATION_TIME))? + incomplete(tx)?,
        scans: tx.execute(SCANS, &old(limits::SCAN_TIME))?,
    })
}

const JOBS: &str = "
    DELETE FROM job WHERE id IN (
        SELECT id FROM job WHERE finished_at IS NOT NULL AND finished_at < limpid_now() - $1
        ORDER BY finished_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// A delivery of what is gone, to a target that nobody tells any more. (Who tells one ends it by himself.)
const DELIVERIES: &str = "
    DELETE FROM job WHERE id IN (
        SELECT id FROM job
        WHERE kind = 'deliver' AND state = 'queued'
            AND NOT EXISTS (SELECT 1 FROM notification WHERE notification.id = substr(job.key, 1, 36))
        ORDER BY id LIMIT $1 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// Changes that nobody works out, because no process has that role.
const CHANGES: &str = "
    DELETE FROM job WHERE id IN (
        SELECT id FROM job
        WHERE kind = 'match-changes' AND state = 'queued' AND created_at < limpid_now() - $1
        ORDER BY created_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// Scans that nobody begins, because no process has that role: what their registries are asked with stands in them.
const SCAN_JOBS: &str = "
    DELETE FROM job WHERE id IN (
        SELECT id FROM job
        WHERE kind = 'harbor-scan' AND state = 'queued' AND created_at < limpid_now() - $1
        ORDER BY created_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

const SCANS: &str = "
    DELETE FROM harbor_scan WHERE id IN (
        SELECT id FROM harbor_scan WHERE created_at < limpid_now() - $1
        ORDER BY created_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

const PRESENCE: &str = "DELETE FROM presence WHERE seen_at < limpid_now() - $1";

const NOTIFICATIONS: &str = "
    DELETE FROM notification WHERE id IN (
        SELECT id FROM notification WHERE created_at < limpid_now() - $1
        ORDER BY created_at LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

/// Removes a part of a notification that is not complete, and whose job has ended: it was given up.
fn incomplete(tx: &mut Transaction<'_>) -> Result<u64, StoreError> {
    let found = tx.query(FIND_INCOMPLETE, &[])?;
    let Some(found) = found.first() else { return Ok(0) };
    Ok(notifications::remove_incomplete(tx, found.get(0)?)?.into())
}

const FIND_INCOMPLETE: &str = "
    SELECT id FROM notification
    WHERE complete = 0
        AND NOT EXISTS (
            SELECT 1 FROM job
            WHERE kind = 'match-changes' AND key = notification.id AND finished_at IS NULL)
    ORDER BY created_at LIMIT 1";

const LEASES: &str = "
    DELETE FROM lease WHERE name IN (
        SELECT name FROM lease WHERE held_until < limpid_now() - $1
        ORDER BY held_until LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/)";

fn evidence(tx: &mut Transaction<'_>, revision: &str) -> Result<u64, StoreError> {
    let found = tx.query(
        FIND_EVIDENCE,
        &[revision.into(), limits::GARBAGE_ROWS.into(), microseconds(limits::EVIDENCE_GRACE)],
    )?;
    let column = |place| found.iter().map(move |row| row.get::<String>(place));
    let packs = column(2).collect::<Result<BTreeSet<_>, _>>()?;
    // Somebody may have looked one up, and be about to open it.
    blob_rows::let_go(tx, &packs)?;
    let identities: Vec<[String; 2]> =
        found.iter().map(|row| Ok([row.get(0)?, row.get(1)?])).collect::<Result<_, StoreError>>()?;
    let identities = rows(identities.iter().map(|[layer, revision]| [layer.as_str(), revision.as_str()]))?;
    tx.execute(DELETE_EVIDENCE, &[identities])
}

const FIND_EVIDENCE: &str = "
    SELECT layer, revision, pack FROM evidence
    WHERE noted_at < limpid_now() - $3
        AND (NOT EXISTS (SELECT 1 FROM manifest_layer WHERE manifest_layer.digest = evidence.layer)
            OR (revision <> $1 AND EXISTS (
                SELECT 1 FROM evidence AS newer WHERE newer.layer = evidence.layer AND newer.revision = $1)))
    ORDER BY layer, revision
    LIMIT $2 /*postgres FOR UPDATE SKIP LOCKED*/";

const DELETE_EVIDENCE: &str = "
    DELETE FROM evidence
    WHERE (layer, revision) IN (
        SELECT item.value ->> 0, item.value ->> 1
        FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/)";

fn packages(tx: &mut Transaction<'_>) -> Result<u64, StoreError> {
    let found = tx.query(FIND_PACKAGES, &[limits::GARBAGE_ROWS.into()])?;
    let found: Vec<i64> = found.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    // They are locked now, so nobody gets one any more; but somebody may have got one just before that.
    tx.execute(DELETE_PACKAGES, &[numbers(&found)?])
}

const FIND_PACKAGES: &str = "
    SELECT number FROM package_key
    WHERE NOT EXISTS (SELECT 1 FROM manifest_package WHERE manifest_package.package = package_key.number)
    ORDER BY number
    LIMIT $1 /*postgres FOR UPDATE SKIP LOCKED*/";

const DELETE_PACKAGES: &str = "
    DELETE FROM package_key
    WHERE number IN (
            SELECT CAST(item.value AS BIGINT)
            FROM /*sqlite json_each($1) AS item*/
                /*postgres jsonb_array_elements_text($1::text::jsonb) AS item (value)*/)
        AND NOT EXISTS (SELECT 1 FROM manifest_package WHERE manifest_package.package = package_key.number)";
