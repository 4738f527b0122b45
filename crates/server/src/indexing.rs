//! Indexing as a service: a manifest comes in, its layers are fetched at once, its report is stored.

use std::{collections::BTreeMap, sync::Arc};

use limpid_core::{Digest, IndexReport};
use limpid_store::{
    StoreError,
    reports::{Attempt, StoredReport},
};
use uuid::Uuid;

use crate::engine::Engine;

/// A manifest, as a client submits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its digest.
    pub manifest: Digest,
    /// Its layers, lowest first.
    pub layers: Vec<SubmittedLayer>,
}

/// A layer, and how it is to be had for the next minute or so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedLayer {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Where it is.
    pub uri: String,
    /// Headers to send; they carry tokens.
    pub headers: BTreeMap<String, Vec<String>>,
}

/// What is known of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// The last good report, with the row that it came from.
    pub report: Option<(StoredReport, IndexReport)>,
    /// What became of the last attempt.
    pub attempt: Attempt,
}

/// Why a submitted manifest has no report, by what the client can do.
#[derive(Debug, thiserror::Error)]
pub enum IndexFailure {
    /// The manifest or its layers are permanently wrong: submitting it again will not help. (HTTP 400.)
    #[error("{0}")]
    Invalid(String),
    /// A layer cannot be had or read now. To be tried again, with a new token. (HTTP 502.)
    #[error("{0}")]
    Layer(String),
    /// The operator does not let layers be fetched from there. (HTTP 403.)
    #[error("{0}")]
    NotAllowed(String),
    /// Too much is waiting already. (HTTP 429.)
    #[error("too many manifests wait to be indexed; try again later")]
    Busy,
    /// This service ends. (HTTP 503.)
    #[error("the service is shutting down")]
    ShuttingDown,
    /// The state is not available. (HTTP 503.)
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of Limpid. (HTTP 500.)
    #[error("{0}")]
    Internal(String),
}

/// The index state that the service is in.
pub fn index_state(_engine: &Engine) -> Result<Digest, StoreError> {
    todo!()
}

/// Indexes a manifest, unless there is a complete report of today's state, and waits for the end. Equal submissions at one
/// time are one execution.
///
/// # Errors
/// [`IndexFailure`]. The failure is stored as well, and tried again by itself.
pub async fn index(_engine: &Arc<Engine>, _submission: Submission) -> Result<Indexed, IndexFailure> {
    todo!()
}

/// Stores a manifest with the job that indexes it, and does not wait for its end. Returns the job; `None` where there is a
/// complete report of today's state. Blocks.
///
/// # Errors
/// [`IndexFailure`], as far as it is known before the layers are read.
pub fn submit(_engine: &Engine, _submission: &Submission) -> Result<Option<Uuid>, IndexFailure> {
    todo!()
}

/// What is known of a manifest. Blocks.
pub fn find(_engine: &Engine, _manifest: &Digest) -> Result<Option<Indexed>, StoreError> {
    todo!()
}

/// Deletes manifests with all that is known of them. Returns those that were there. Blocks.
pub fn delete(_engine: &Engine, _manifests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    todo!()
}
