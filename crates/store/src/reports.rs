//! Index reports: the last good one of each manifest, and what became of the last attempt to make one.
//!
//! A good report stays until a new one is complete; an attempt that fails takes nothing away.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use crate::{
    StoreError, Transaction, compressed,
    database::{Row, at_most, integer, numbers as one_parameter},
    limits, manifests,
    packages::{self, PackageKey},
    text,
};

/// A good index report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// The manifest.
    pub manifest: Digest,
    /// The index state that it was made in.
    pub index_state: Digest,
    /// Whether it was made from all that this state wants of the layers. Where not, submitting the manifest again mends it.
    pub is_complete: bool,
    /// Digest of [`StoredReport::json`].
    pub digest: Digest,
    /// When it was stored, by the database's clock. Ignored by [`save`].
    pub indexed_at: DateTime<Utc>,
    /// The report, `limpid/index/1`. (Stored compressed.)
    pub json: Vec<u8>,
}

/// What became of the last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// How it went.
    pub state: AttemptState,
    /// Why it failed; empty where it did not.
    pub error: String,
    /// How many attempts failed one after the other.
    pub failures: u64,
    /// When that was, by the database's clock. Ignored by [`record_attempt`].
    pub at: DateTime<Utc>,
    /// When it is tried again by itself.
    pub next_at: Option<DateTime<Utc>>,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// It waits for a worker, or is being worked on.
    Waiting,
    /// There is a report.
    Finished,
    /// It failed.
    Failed,
}

/// A report that is ready to be stored: what takes time is done, so that it does not hold up those who write after it.
pub struct Prepared<'a> {
    report: &'a StoredReport,
    body: Vec<u8>,
    names: packages::Names,
}

/// Prepares a report, and the names of its packages for the inverted index.
///
/// # Errors
/// [`StoreError::Statement`] where they cannot be written.
pub fn prepare<'a>(report: &'a StoredReport, packages: &[PackageKey]) -> Result<Prepared<'a>, StoreError> {
    let names = packages::Names::of(packages)?;
    Ok(Prepared { report, body: compressed::pack(&report.json)?, names })
}

/// Prepares and stores a report: [`prepare`], [`save_prepared`].
///
/// # Errors
/// Those of the two.
pub fn save(
    tx: &mut Transaction<'_>,
    report: &StoredReport,
    packages: &[PackageKey],
) -> Result<bool, StoreError> {
    save_prepared(tx, &prepare(report, packages)?)
}

/// Stores a report in place of the one before, its packages in the inverted index, and that the attempt is finished.
///
/// Nothing is stored, and `false` returned, where the manifest was deleted meanwhile.
///
/// # Errors
/// Those of the database.
pub fn save_prepared(tx: &mut Transaction<'_>, prepared: &Prepared<'_>) -> Result<bool, StoreError> {
    let Prepared { report, body, names } = prepared;
    let Some(number) = manifests::lock(tx, &report.manifest)? else { return Ok(false) };
    let known =
        tx.query_optional("SELECT packages FROM index_report WHERE manifest = $1", &[number.into()])?;
    let known: Option<Digest> = known.map(|row| row.get(0)).transpose()?;
    let row = [
        number.into(),
        (&report.index_state).into(),
        report.is_complete.into(),
        (&report.digest).into(),
        names.digest().into(),
        body.clone().into(),
    ];
    tx.execute(SAVE, &row)?;
    tx.execute(FINISHED, &[number.into()])?;
    // Most reports are made anew of the same packages, and these are by far the most rows.
    if known.as_ref() != Some(names.digest()) {
        names.replace(tx, number, known.is_some())?;
    }
    Ok(true)
}

const SAVE: &str = "
    INSERT INTO index_report (manifest, index_state, is_complete, digest, packages, body, indexed_at)
    VALUES ($1, $2, $3, $4, $5, $6, limpid_now())
    ON CONFLICT (manifest) DO UPDATE SET
        index_state = excluded.index_state, is_complete = excluded.is_complete, digest = excluded.digest,
        packages = excluded.packages, body = excluded.body, indexed_at = excluded.indexed_at";

const FINISHED: &str = "
    UPDATE manifest SET attempt_state = 'finished', attempt_error = '', attempt_failures = 0,
        attempt_at = limpid_now(), attempt_next_at = NULL
    WHERE number = $1";

/// The last good report of a manifest.
///
/// # Errors
/// Those of the database.
pub fn load(tx: &mut Transaction<'_>, manifest: &Digest) -> Result<Option<StoredReport>, StoreError> {
    let query = "
        SELECT manifest.digest, index_state, is_complete, index_report.digest, indexed_at, body
        FROM index_report JOIN manifest ON manifest.number = index_report.manifest
        WHERE manifest.digest = $1";
    tx.query_optional(query, &[manifest.into()])?.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<StoredReport, StoreError> {
    Ok(StoredReport {
        manifest: row.get(0)?,
        index_state: row.get(1)?,
        is_complete: row.get(2)?,
        digest: row.get(3)?,
        indexed_at: row.get(4)?,
        json: compressed::unpack(&row.get::<Vec<u8>>(5)?)?,
    })
}

/// A good report without its text: what an `ETag` needs.
///
/// # Errors
/// Those of the database.
pub fn load_head(tx: &mut Transaction<'_>, manifest: &Digest) -> Result<Option<ReportHead>, StoreError> {
    let query = "
        SELECT index_state, is_complete, index_report.digest
        FROM index_report JOIN manifest ON manifest.number = index_report.manifest
        WHERE manifest.digest = $1";
    let head =
        |row: Row| Ok(ReportHead { index_state: row.get(0)?, is_complete: row.get(1)?, digest: row.get(2)? });
    tx.query_optional(query, &[manifest.into()])?.map(head).transpose()
}

/// See [`load_head`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHead {
    /// The index state that it was made in.
    pub index_state: Digest,
    /// See [`StoredReport::is_complete`].
    pub is_complete: bool,
    /// Digest of the report's text.
    pub digest: Digest,
}

/// The good reports of these manifests, given by their numbers in the inverted index. Those that are gone are left out.
///
/// # Errors
/// Those of the database.
pub fn load_numbered(tx: &mut Transaction<'_>, numbers: &[i64]) -> Result<Vec<StoredReport>, StoreError> {
    let query = "
        SELECT manifest.digest, index_state, is_complete, index_report.digest, indexed_at, body
        FROM index_report JOIN manifest ON manifest.number = index_report.manifest
        WHERE manifest.number IN (
            SELECT CAST(item.value AS BIGINT)
            FROM /*sqlite json_each($1) AS item*/
                /*postgres jsonb_array_elements_text($1::text::jsonb) AS item (value)*/)
        ORDER BY manifest.number";
    let mut reports = Vec::new();
    for part in numbers.chunks(limits::ROWS_A_STATEMENT) {
        for row in tx.query(query, &[one_parameter(part)?])? {
            reports.push(stored(&row)?);
        }
    }
    Ok(reports)
}

/// Has the report of a manifest made again, though it is complete. It stays until then.
///
/// # Errors
/// Those of the database.
pub fn want_anew(tx: &mut Transaction<'_>, manifest: &Digest) -> Result<(), StoreError> {
    let statement = "
        UPDATE index_report SET is_complete = 0
        WHERE manifest IN (SELECT number FROM manifest WHERE digest = $1)";
    tx.execute(statement, &[manifest.into()])?;
    Ok(())
}

/// What became of the last attempt; `None` where the manifest is not known.
///
/// # Errors
/// Those of the database.
pub fn attempt(tx: &mut Transaction<'_>, manifest: &Digest) -> Result<Option<Attempt>, StoreError> {
    let query = "
        SELECT attempt_state, attempt_error, attempt_failures, attempt_at, attempt_next_at
        FROM manifest WHERE digest = $1";
    let attempt = |row: Row| {
        Ok(Attempt {
            state: AttemptState::of(&row.get::<String>(0)?)?,
            error: row.get(1)?,
            failures: row.get(2)?,
            at: row.get(3)?,
            next_at: row.get_optional(4)?,
        })
    };
    tx.query_optional(query, &[manifest.into()])?.map(attempt).transpose()
}

/// Notes what became of an attempt. Nothing is noted of a manifest that is not known.
///
/// # Errors
/// Those of the database.
pub fn record_attempt(
    tx: &mut Transaction<'_>,
    manifest: &Digest,
    attempt: &Attempt,
) -> Result<(), StoreError> {
    let statement = "
        UPDATE manifest SET attempt_state = $2, attempt_error = $3, attempt_failures = $4,
            attempt_at = limpid_now(), attempt_next_at = $5
        WHERE digest = $1";
    let row = [
        manifest.into(),
        attempt.state.name().into(),
        text::error(&attempt.error).into(),
        integer(attempt.failures)?.into(),
        attempt.next_at.into(),
    ];
    tx.execute(statement, &row)?;
    Ok(())
}

impl AttemptState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Finished, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    fn of(name: &str) -> Result<Self, StoreError> {
        let state = Self::ALL.into_iter().find(|state| state.name() == name);
        state.ok_or_else(|| StoreError::Damaged(format!("the state {name:?} of an attempt")))
    }
}

/// Up to `most` manifests whose report was made in another index state than this one, the oldest report first, and that
/// have no unfinished job of kind re-index.
///
/// # Errors
/// Those of the database.
pub fn stale(tx: &mut Transaction<'_>, index_state: &Digest, most: u64) -> Result<Vec<Digest>, StoreError> {
    // Two ranges of the index rather than `<>`: nearly always there are none, and that is to be known without looking at
    // every report.
    let query = "
        SELECT manifest.digest
        FROM index_report JOIN manifest ON manifest.number = index_report.manifest
        WHERE (index_report.index_state < $1 OR index_report.index_state > $1)
            AND NOT EXISTS (
                SELECT 1 FROM job
                WHERE job.kind = 'reindex' AND job.key = manifest.digest AND job.finished_at IS NULL)
        ORDER BY index_report.indexed_at, manifest.number
        LIMIT $2";
    tx.query(query, &[index_state.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}

/// Counts of manifests, for people who watch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportCounts {
    /// With a report of this index state.
    pub current: u64,
    /// With a report of another.
    pub stale: u64,
    /// Whose last attempt failed.
    pub failed: u64,
    /// Without any report.
    pub missing: u64,
}

/// How many manifests have a report of this index state.
///
/// # Errors
/// Those of the database.
pub fn counts(tx: &mut Transaction<'_>, index_state: &Digest) -> Result<ReportCounts, StoreError> {
    let query = "
        SELECT
            (SELECT COUNT(*) FROM index_report WHERE index_state = $1),
            (SELECT COUNT(*) FROM index_report WHERE index_state <> $1),
            (SELECT COUNT(*) FROM manifest WHERE attempt_state = 'failed'),
            (SELECT COUNT(*) FROM manifest) - (SELECT COUNT(*) FROM index_report)";
    let row = tx.query_one(query, &[index_state.into()])?;
    Ok(ReportCounts { current: row.get(0)?, stale: row.get(1)?, failed: row.get(2)?, missing: row.get(3)? })
}
