//! Why a vulnerability is, or is not, in a report: asked the same way by the API and by the pages.

use std::sync::Arc;

use limpid_core::{Digest, explanation::Explanation};
use tokio::sync::OwnedSemaphorePermit;

use super::work;
use crate::{
    engine::Engine,
    http::ApiError,
    limits::{IDENTIFIER_CHARACTERS, QUESTION_TIME, RETRY_SECONDS},
    matching,
};

/// An identifier that somebody asks for.
///
/// # Errors
/// 400 where it cannot be one.
pub(crate) fn identifier(text: &str) -> Result<String, ApiError> {
    let id = text.trim();
    if id.is_empty() {
        return Err(ApiError::bad_request("id: the vulnerability has no name, such as CVE-2022-2097"));
    }
    if id.chars().count() > IDENTIFIER_CHARACTERS {
        return Err(ApiError::bad_request(format!("id: longer than {IDENTIFIER_CHARACTERS} characters")));
    }
    Ok(id.to_owned())
}

/// Room for a question that looks through all advisories.
///
/// # Errors
/// 429 where too many ask.
pub(crate) async fn turn(engine: &Arc<Engine>) -> Result<OwnedSemaphorePermit, ApiError> {
    let turn = tokio::time::timeout(QUESTION_TIME, Arc::clone(&engine.questions).acquire_owned());
    let turn = turn.await.map_err(|_elapsed| {
        ApiError::too_many_requests("too many such questions are being answered; try again later")
            .retry_after(RETRY_SECONDS)
    })?;
    turn.map_err(|closed| ApiError::internal(closed.to_string()))
}

/// The explanation, as a namespace that has `decided` sees it; `None` where the image has no report.
///
/// # Errors
/// 429 where too many ask; those of the state.
pub(crate) async fn explained(
    engine: &Arc<Engine>,
    manifest: Digest,
    id: String,
    decided: Option<matching::Decided>,
) -> Result<Option<Explanation>, ApiError> {
    let turn = turn(engine).await?;
    work(engine, move |engine| {
        // Kept as long as the work lasts, also where its client is gone.
        let explanation = matching::explain(engine, &manifest, &id, decided.as_ref());
        drop(turn);
        explanation
    })
    .await
}
