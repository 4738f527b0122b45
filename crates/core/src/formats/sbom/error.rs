//! Why a document cannot be read.

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum SbomError {
    /// The bytes follow no rule: whoever made them has to make them again.
    #[error("{0}; make the document again, and let nothing change it on the way")]
    Damaged(String),
    /// Well formed, and nothing that is read here.
    #[error("it is {what}. {remedy}")]
    Other {
        /// What it is.
        what: String,
        /// What to do.
        remedy: String,
    },
}

impl SbomError {
    pub(super) fn other(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Other { what: what.into(), remedy: remedy.into() }
    }
}
