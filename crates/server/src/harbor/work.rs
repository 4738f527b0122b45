//! The job of kind Harbor scan: from an artifact in a registry to a submitted manifest.
//!
//! What the registry is asked with stands in the payload, which is forgotten when the job ends, and goes on in the job that
//! indexes, which forgets it as well. It is in no error and in no log.

use limpid_core::Digest;
use limpid_store::{
    StoreError,
    harbor::{self, ScanState},
    jobs::ClaimedJob,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    registry,
    request::{Registry, ScanRequest},
};
use crate::{
    engine::{Engine, Held},
    http::ApiError,
    indexing::{self, IndexFailure},
    limits::UNFINISHED_ATTEMPTS,
    workers::Unfinished,
};

/// What the job needs to know.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) registry: Registry,
    pub(super) repository: String,
    pub(super) digest: Digest,
}

impl Payload {
    pub(super) fn encode(request: &ScanRequest) -> Result<Vec<u8>, ApiError> {
        let artifact = &request.artifact;
        let payload = Self {
            registry: request.registry.clone(),
            repository: artifact.repository.clone(),
            digest: artifact.digest.clone(),
        };
        serde_json::to_vec(&payload)
            .map_err(|error| ApiError::internal(format!("the request cannot be stored: {error}")))
    }

    fn decode(bytes: &[u8]) -> Result<Self, IndexFailure> {
        // What the parser says may repeat a value.
        serde_json::from_slice(bytes)
            .map_err(|_wrong| IndexFailure::Internal("the payload of the job cannot be read".to_owned()))
    }
}

/// Does the job. It is not tried again later: by then the credentials are not valid any more, and Harbor has been told.
pub(crate) fn scan_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let id = Uuid::parse_str(&job.key).map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let submitted = if job.attempt > UNFINISHED_ATTEMPTS {
        Err(IndexFailure::Internal("it was begun often and never came to an end; see the log".to_owned()))
    } else {
        submit(engine, job)
    };
    match submitted {
        Ok(()) => engine.database.write::<_, StoreError>(|tx| {
            harbor::note(tx, id, &ScanState::Submitted)?;
            held.finish(tx, job)
        })?,
        Err(IndexFailure::ShuttingDown) => return Err(Unfinished::GivenBack),
        Err(IndexFailure::Store(error)) => return Err(error.into()),
        Err(failure) => {
            let why = failure.to_string();
            tracing::warn!(scan = %id, "not scanned: {why}");
            engine.database.write::<_, StoreError>(|tx| {
                harbor::note(tx, id, &ScanState::Failed(why.clone()))?;
                held.fail(tx, job, &why)
            })?;
        }
    }
    Ok(())
}

fn submit(engine: &Engine, job: &ClaimedJob) -> Result<(), IndexFailure> {
    let submission = registry::submission(engine, &Payload::decode(&job.payload)?)?;
    indexing::submit(engine, &submission).map(drop)
}
