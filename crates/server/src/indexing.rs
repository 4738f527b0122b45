//! Indexing as a service: a manifest comes in, its layers are fetched at once, its report is stored.
//!
//! Whoever submits a manifest waits, but the work is a job: it goes on when the client is gone, and begins again when the
//! process ends. A good report stays until a new one is complete.

use std::{collections::BTreeMap, fmt, io::Read};

use limpid_core::{Digest, IndexReport};
use limpid_store::{
    StoreError, Transaction, index_states, manifests,
    reports::{self, Attempt, StoredReport},
};

use crate::{engine::Engine, limits::DELETED_AT_ONCE, security};

mod evidence;
mod failure;
mod flight;
mod layers;
mod patience;
mod payload;
mod reindex;
mod report;
mod submit;
mod waiters;
mod work;

pub(crate) use flight::Flights;
pub(crate) use layers::Paced;
pub(crate) use patience::has_indexer;
pub(crate) use reindex::{Stale, reindex, submit_stale};
pub(crate) use waiters::Waiters;
pub(crate) use work::index_job;

pub use failure::IndexFailure;
pub use report::parse as parse_report;
pub(crate) use report::{identified, parse_identified};
pub(crate) use submit::{enqueue_pushed, outcome};
pub use submit::{index, submit};

/// A manifest, as a client submits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its digest.
    pub manifest: Digest,
    /// Its layers, lowest first.
    pub layers: Vec<SubmittedLayer>,
}

/// A layer, and how it is to be had for the next minute or so.
#[derive(Clone, PartialEq, Eq)]
pub struct SubmittedLayer {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Where it is; empty where it was sent before ([`receive_layer`]).
    pub uri: String,
    /// Headers to send; they carry tokens.
    pub headers: BTreeMap<String, Vec<String>>,
}

/// Without headers and address: both may carry tokens.
impl fmt::Debug for SubmittedLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SubmittedLayer").field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// A good report, with the row that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodReport {
    /// The row.
    pub stored: StoredReport,
    /// The report.
    pub report: IndexReport,
}

/// What is known of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// The last good report.
    pub report: Option<GoodReport>,
    /// What became of the last attempt.
    pub attempt: Attempt,
}

/// The index state that the service is in: that of the program that was started last.
///
/// # Errors
/// [`StoreError`]. Blocks.
pub fn index_state(engine: &Engine) -> Result<Digest, StoreError> {
    engine.database.read(|tx| index_state_in(engine, tx))
}

/// The same, for who looks for more in the same moment.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn index_state_in(engine: &Engine, tx: &mut Transaction<'_>) -> Result<Digest, StoreError> {
    Ok(index_states::current(tx)?.unwrap_or_else(|| engine.own_index_state().clone()))
}

/// What is known of a manifest. Blocks.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Damaged`] where the stored report cannot be read.
pub fn find(engine: &Engine, manifest: &Digest) -> Result<Option<Indexed>, StoreError> {
    let (stored, attempt) = engine
        .database
        .read(|tx| Ok::<_, StoreError>((reports::load(tx, manifest)?, reports::attempt(tx, manifest)?)))?;
    let Some(attempt) = attempt else { return Ok(None) };
    Ok(Some(Indexed { report: stored.map(GoodReport::of).transpose()?, attempt }))
}

impl GoodReport {
    fn of(stored: StoredReport) -> Result<Self, StoreError> {
        Ok(Self { report: report::parse(&stored)?, stored })
    }
}

/// Deletes manifests with all that is known of them. Returns those that were there. What is in the registry is indexed again. Blocks.
///
/// # Errors
/// [`StoreError`]; then some of them may be deleted.
pub fn delete(engine: &Engine, manifests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let mut deleted = Vec::new();
    for some in manifests.chunks(DELETED_AT_ONCE) {
        deleted.extend(engine.database.write(|tx| manifests::delete(tx, some))?);
    }
    security::index_again(engine, &deleted)?;
    Ok(deleted)
}

/// Whether the evidence of a layer is here, as it is read today: then it need not be sent. Blocks.
///
/// # Errors
/// [`IndexFailure`].
pub fn has_layer(engine: &Engine, layer: &Digest) -> Result<bool, IndexFailure> {
    Ok(evidence::find(engine, layer)?.is_some_and(|known| known.is_whole))
}

/// Reads a layer that a client sends, and keeps its evidence. Blocks.
///
/// # Errors
/// [`IndexFailure::Invalid`] where the bytes are not those of the digest.
pub fn receive_layer(engine: &Engine, layer: &Digest, stored: &mut dyn Read) -> Result<(), IndexFailure> {
    layers::receive(engine, layer, stored)
}
