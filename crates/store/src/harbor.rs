//! Scans that Harbor asked for: which image each is about, and how far it is.
//!
//! No row has anything of what a registry is asked with: that stands in the job, and goes with it.

use std::time::Duration;

use limpid_core::Digest;
use uuid::Uuid;

use crate::{StoreError, Transaction, text};

/// A scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its identifier: of no meaning, and not to be guessed.
    pub id: Uuid,
    /// What is scanned.
    pub artifact: Artifact,
    /// How far it is.
    pub state: ScanState,
    /// How long ago it was asked for, by the database's clock. Ignored by [`add`].
    pub age: Duration,
}

/// An image in a registry, as Harbor names it; it gets these words back with the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Digest of the manifest.
    pub digest: Digest,
    /// The repository.
    pub repository: String,
    /// The tag; empty where none was named.
    pub tag: String,
    /// The manifest's media type; empty where none was named.
    pub mime_type: String,
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanState {
    /// Its job was not done yet.
    Waiting,
    /// The manifest was fetched and submitted: what becomes of it is told there.
    Submitted,
    /// It was given up, for this reason.
    Failed(String),
}

impl ScanState {
    fn columns(&self) -> [&str; 2] {
        match self {
            Self::Waiting => [WAITING, ""],
            Self::Submitted => [SUBMITTED, ""],
            Self::Failed(why) => [FAILED, text::error(why)],
        }
    }

    fn of(state: &str, reason: String) -> Result<Self, StoreError> {
        match state {
            WAITING => Ok(Self::Waiting),
            SUBMITTED => Ok(Self::Submitted),
            FAILED => Ok(Self::Failed(reason)),
            other => Err(StoreError::Damaged(format!("the state {other:?} of a scan"))),
        }
    }
}

const WAITING: &str = "waiting";
const SUBMITTED: &str = "submitted";
const FAILED: &str = "failed";

/// Stores a scan.
///
/// # Errors
/// Those of the database.
pub fn add(tx: &mut Transaction<'_>, scan: &Scan) -> Result<(), StoreError> {
    let Artifact { digest, repository, tag, mime_type } = &scan.artifact;
    let [state, reason] = scan.state.columns();
    let (repository, tag) = (repository.as_str().into(), tag.as_str().into());
    let mime_type = mime_type.as_str().into();
    let row = [scan.id.into(), digest.into(), repository, tag, mime_type, state.into(), reason.into()];
    tx.execute(ADD, &row)?;
    Ok(())
}

const ADD: &str = "
    INSERT INTO harbor_scan (id, manifest, repository, tag, mime_type, state, reason, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, limpid_now())";

/// Notes how far a scan is. Whether it was there.
///
/// # Errors
/// Those of the database.
pub fn note(tx: &mut Transaction<'_>, id: Uuid, state: &ScanState) -> Result<bool, StoreError> {
    let [state, reason] = state.columns();
    let statement = "UPDATE harbor_scan SET state = $2, reason = $3 WHERE id = $1";
    Ok(tx.execute(statement, &[id.into(), state.into(), reason.into()])? > 0)
}

/// A scan.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Transaction<'_>, id: Uuid) -> Result<Option<Scan>, StoreError> {
    let Some(row) = tx.query_optional(FIND, &[id.into()])? else { return Ok(None) };
    let (digest, repository, tag, mime_type) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let age: i64 = row.get(6)?;
    Ok(Some(Scan {
        id,
        artifact: Artifact { digest, repository, tag, mime_type },
        state: ScanState::of(&row.get::<String>(4)?, row.get(5)?)?,
        // A clock that was put back makes it young, not old.
        age: Duration::from_micros(u64::try_from(age).unwrap_or(0)),
    }))
}

const FIND: &str = "
    SELECT manifest, repository, tag, mime_type, state, reason, limpid_now() - created_at
    FROM harbor_scan WHERE id = $1";
