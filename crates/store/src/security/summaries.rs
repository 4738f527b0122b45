//! The counts of the last report of each image, for lists and for the gate.

use chrono::{DateTime, Utc};
use limpid_core::Digest;

use super::Known;
use crate::{
    StoreError, Transaction,
    database::{Row, at_most, integer},
};

/// A summary, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSummary {
    /// The image.
    pub digest: Digest,
    /// All that the report was a function of.
    pub made_of: String,
    /// The part of it that all images share.
    pub circumstances: String,
    /// The report in one word.
    pub verdict: String,
    /// The highest severity that was found, from 1 (unknown) to 6 (critical); 0 where nothing was.
    pub highest: u64,
    /// How many findings stand.
    pub findings: u64,
    /// How many of them have a fix.
    pub fixable: u64,
    /// The rest, JSON.
    pub body: String,
    /// The findings, to tell which ones are new.
    pub known: Known,
    /// When it was made. Ignored by [`save`].
    pub made_at: DateTime<Utc>,
}

/// Keeps a summary in place of the one before. `false` where the image is not there any more.
///
/// # Errors
/// Those of the database.
pub fn save(tx: &mut Transaction<'_>, summary: &StoredSummary) -> Result<bool, StoreError> {
    let statement = "
        INSERT INTO security_summary (digest, made_of, circumstances, verdict, highest, findings, fixable, body, known,
            made_at)
        SELECT digest, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), $8, $9, limpid_now()
        FROM security_status WHERE digest = $1
        ON CONFLICT (digest) DO UPDATE SET
            made_of = excluded.made_of, circumstances = excluded.circumstances, verdict = excluded.verdict,
            highest = excluded.highest, findings = excluded.findings, fixable = excluded.fixable,
            body = excluded.body, known = excluded.known, made_at = excluded.made_at";
    let row = [
        (&summary.digest).into(),
        summary.made_of.as_str().into(),
        summary.circumstances.as_str().into(),
        summary.verdict.as_str().into(),
        integer(summary.highest)?.into(),
        integer(summary.findings)?.into(),
        integer(summary.fixable)?.into(),
        summary.body.as_str().into(),
        summary.known.text().into(),
    ];
    Ok(tx.execute(statement, &row)? > 0)
}

/// The summary of an image.
///
/// # Errors
/// Those of the database.
pub fn load(tx: &mut Transaction<'_>, digest: &Digest) -> Result<Option<StoredSummary>, StoreError> {
    let query = "
        SELECT digest, made_of, circumstances, verdict, highest, findings, fixable, body, known, made_at
        FROM security_summary WHERE digest = $1";
    let summary = |row: Row| {
        let known = Known::parse(&row.get::<String>(8)?);
        Ok(StoredSummary {
            digest: row.get(0)?,
            made_of: row.get(1)?,
            circumstances: row.get(2)?,
            verdict: row.get(3)?,
            highest: row.get(4)?,
            findings: row.get(5)?,
            fixable: row.get(6)?,
            body: row.get(7)?,
            known: known.map_err(|error| StoreError::Damaged(error.to_string()))?,
            made_at: row.get(9)?,
        })
    };
    tx.query_optional(query, &[digest.into()])?.map(summary).transpose()
}

/// Up to `most` images with a report whose summary was made in other circumstances than these, or that have none; those that
/// were pushed last first. Those that wait for it already are left out.
///
/// # Errors
/// Those of the database.
pub fn stale(tx: &mut Transaction<'_>, circumstances: &str, most: u64) -> Result<Vec<Digest>, StoreError> {
    let query = "
        SELECT security_status.digest
        FROM security_status
            JOIN manifest ON manifest.digest = security_status.digest
            JOIN index_report ON index_report.manifest = manifest.number
            LEFT JOIN security_summary ON security_summary.digest = security_status.digest
        WHERE security_status.state = 'queued'
            AND (security_summary.circumstances IS NULL OR security_summary.circumstances <> $1)
            AND NOT EXISTS (
                SELECT 1 FROM job
                WHERE job.kind = 'summarize' AND job.key = security_status.digest AND job.finished_at IS NULL)
        ORDER BY security_status.pushed_at DESC, security_status.digest
        LIMIT $2";
    tx.query(query, &[circumstances.into(), at_most(most)])?.iter().map(|row| row.get(0)).collect()
}
