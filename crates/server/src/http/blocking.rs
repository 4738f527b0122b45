//! The step from HTTP, which is asynchronous, to the engine, which blocks.

use crate::http::ApiError;

/// Does work that blocks, on a thread for it. The work goes on when the client leaves.
///
/// # Errors
/// 500 if the work panics, 503 if the runtime ends before it began.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    // What a panic says is for the log, where its hook has put it, and not for clients.
    done.map_err(|error| {
        if error.is_panic() {
            ApiError::internal("internal error")
        } else {
            ApiError::unavailable("the service is shutting down")
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_and_keeps_its_text() {
        assert_eq!(blocking(|| 7).await, Ok(7));
        let error = blocking(|| -> u8 { panic!("secret") }).await.unwrap_err();
        assert_eq!(
            (error.status(), error.to_string().as_str()),
            (StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        );
    }
}
