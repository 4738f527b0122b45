//! How far a scan is.

use limpid_core::Digest;
use limpid_store::harbor::{Scan, ScanState};

use super::refusal::Refusal;
use crate::{
    engine::Engine,
    http::ApiError,
    indexing::{self, GoodReport, IndexFailure},
    limits::INDEXER_WAIT,
};

/// The index report of what was scanned; `None` where Harbor is to come again.
///
/// # Errors
/// 500 where the scan failed.
pub(super) fn indexed(engine: &Engine, scan: &Scan) -> Result<Option<GoodReport>, Refusal> {
    let good = match &scan.state {
        ScanState::Waiting => None,
        ScanState::Failed(why) => return Err(Refusal::failed(why.as_str())),
        ScanState::Submitted => outcome(engine, &scan.artifact.digest)?,
    };
    // Whoever asks hears it when it is so, and not only that it takes long.
    if good.is_none() && scan.age > INDEXER_WAIT && !indexing::has_indexer(engine).map_err(ApiError::from)? {
        return Err(Refusal::failed(IndexFailure::NoIndexer.to_string()));
    }
    Ok(good)
}

fn outcome(engine: &Engine, manifest: &Digest) -> Result<Option<GoodReport>, Refusal> {
    indexing::outcome(engine, manifest).map_err(|failure| match failure {
        IndexFailure::Store(error) => ApiError::from(error).into(),
        IndexFailure::Invalid(_)
        | IndexFailure::Layer(_)
        | IndexFailure::NotAllowed(_)
        | IndexFailure::Busy
        | IndexFailure::NoIndexer
        | IndexFailure::ShuttingDown
        | IndexFailure::Internal(_) => Refusal::failed(failure.to_string()),
    })
}
