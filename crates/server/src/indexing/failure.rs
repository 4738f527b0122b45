//! Why a manifest has no report, as a value that survives in the database.

use limpid_store::{BlobError, StoreError};

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
    /// No process is there that indexes. (HTTP 503.)
    #[error(
        "no process that shares this database has the role indexer; start one with it (roles = [\"indexer\"]): the \
         manifest is kept, and indexed then"
    )]
    NoIndexer,
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

const INVALID: &str = "invalid";
const LAYER: &str = "layer";
const NOT_ALLOWED: &str = "not-allowed";
const INTERNAL: &str = "internal";

impl IndexFailure {
    /// The text that is stored of it: a word and the message.
    pub(super) fn stored(&self) -> String {
        let word = match self {
            Self::Invalid(_) => INVALID,
            Self::Layer(_) | Self::Busy | Self::NoIndexer | Self::ShuttingDown | Self::Store(_) => LAYER,
            Self::NotAllowed(_) => NOT_ALLOWED,
            Self::Internal(_) => INTERNAL,
        };
        format!("{word}: {self}")
    }

    /// What was stored.
    pub(crate) fn parse(text: &str) -> Self {
        let (word, message) = text.split_once(": ").unwrap_or((INTERNAL, text));
        let message = message.to_owned();
        match word {
            INVALID => Self::Invalid(message),
            LAYER => Self::Layer(message),
            NOT_ALLOWED => Self::NotAllowed(message),
            INTERNAL => Self::Internal(message),
            _unknown_word => Self::Internal(text.to_owned()),
        }
    }
}

impl From<BlobError> for IndexFailure {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Store(error) => Self::Store(error),
            BlobError::Unavailable(why) => Self::Store(StoreError::Unavailable(why)),
            BlobError::Missing(_) | BlobError::Damaged(_) | BlobError::Unusable(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_comes_back_as_it_was() {
        for failure in [
            IndexFailure::Invalid("no layers".to_owned()),
            IndexFailure::Layer("registry: status 401".to_owned()),
            IndexFailure::NotAllowed("10.0.0.1 is private".to_owned()),
            IndexFailure::Internal("fault".to_owned()),
        ] {
            let parsed = IndexFailure::parse(&failure.stored());
            assert_eq!(std::mem::discriminant(&parsed), std::mem::discriminant(&failure));
            assert_eq!(parsed.to_string(), failure.to_string());
        }
    }

    #[test]
    fn a_text_without_a_known_word_is_a_fault_and_stays_whole() {
        assert_eq!(IndexFailure::parse("strange: thing").to_string(), "strange: thing");
        assert!(matches!(IndexFailure::parse("strange"), IndexFailure::Internal(_)));
    }
}
