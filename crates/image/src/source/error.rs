//! What can go wrong on the way to an image, named by what its reader can do about it.
//!
//! Every message says what, where and, if there is one, the way out. No message holds a password, a token or raw
//! control characters: texts from strangers pass through [`shown`].

use std::{fmt, io};

use limpid_core::Digest;

use crate::platform::Platform;

/// Why an image, or a part of it, could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not there: look at the name.
    #[error("{what} was not found in {place}{}", remedy_of(.remedy))]
    NotFound {
        /// What was looked for.
        what: String,
        /// Where.
        place: String,
        /// What to do; empty where nothing is to be said.
        remedy: String,
    },
    /// The registry wants (other) credentials.
    #[error(
        "{registry} refuses access to {what}: {detail}. Log in with “docker login {registry}” or “podman login {registry}”"
    )]
    Unauthorized {
        /// The registry, as credentials name it.
        registry: String,
        /// The repository.
        what: String,
        /// What it says, or which credentials were used; never a secret.
        detail: String,
    },
    /// It does not answer, or not with what it has: try again later.
    #[error("{place} is not available: {detail}{}", remedy_of(.remedy))]
    Unavailable {
        /// Who should have answered.
        place: String,
        /// What happened, after all attempts.
        detail: String,
        /// What to do; empty where nothing is to be said.
        remedy: String,
    },
    /// Their bytes follow no rule: whoever made them has to mend them.
    #[error("{what} in {place} is not valid: {detail}")]
    Invalid {
        /// Which document or entry.
        what: String,
        /// Where.
        place: String,
        /// What is wrong.
        detail: String,
    },
    /// The bytes are not those that were named: do not trust them.
    #[error("{what} in {place} is damaged or forged: it should be {expected}, and is {actual}")]
    DigestMismatch {
        /// Which document or blob.
        what: String,
        /// Where.
        place: String,
        /// What it should hash to.
        expected: Digest,
        /// What it hashes to.
        actual: Digest,
    },
    /// Past a limit of [`crate::limits`].
    #[error("{what} in {place} is larger than the limit of {limit}")]
    TooLarge {
        /// What.
        what: String,
        /// Where.
        place: String,
        /// The limit: bytes, or how many.
        limit: u64,
    },
    /// There are several images: name one.
    #[error("{place} holds several images; name one of: {}", list(.candidates))]
    Ambiguous {
        /// Where.
        place: String,
        /// Their references.
        candidates: Vec<String>,
    },
    /// The image is not made for the platform: ask for another.
    #[error("{place} has no image for {wanted}; it has {}. Choose with --platform", list(.available))]
    PlatformNotFound {
        /// Where.
        place: String,
        /// What was asked for.
        wanted: Platform,
        /// What there is.
        available: Vec<String>,
    },
    /// A layer that its publisher keeps elsewhere (foreign, or not distributable) and that is not here.
    #[error("layer {digest} ({media_type}) is kept elsewhere by its publisher and is not in {place}")]
    LayerNotAvailable {
        /// The layer.
        digest: Digest,
        /// Its media type.
        media_type: String,
        /// Where it was looked for.
        place: String,
    },
    /// This machine's files.
    #[error("{place}: {error}")]
    Io {
        /// Path, or what was read.
        place: String,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// Well formed, and of a kind that is not read.
    #[error("{what} in {place} cannot be read as an image{}", remedy_of(.remedy))]
    Unsupported {
        /// What it is.
        what: String,
        /// Where.
        place: String,
        /// What to do; empty where nothing is to be said.
        remedy: String,
    },
}

impl SourceError {
    /// An error of this machine's files at `place`.
    pub(crate) fn io(place: impl Into<String>, error: io::Error) -> Self {
        Self::Io { place: place.into(), error }
    }

    /// Bytes that follow no rule.
    pub(crate) fn invalid(
        what: impl Into<String>,
        place: impl Into<String>,
        detail: impl fmt::Display,
    ) -> Self {
        Self::Invalid { what: what.into(), place: place.into(), detail: shown(&detail.to_string()) }
    }

    /// Something that is not there.
    pub(crate) fn not_found(
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::NotFound { what: what.into(), place: place.into(), remedy: remedy.into() }
    }

    /// Something of a kind that is not read.
    pub(crate) fn unsupported(
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Unsupported { what: what.into(), place: place.into(), remedy: remedy.into() }
    }
}

impl From<SourceError> for io::Error {
    /// For streams, whose errors are of this type: the kind tells a cut connection from forged bytes.
    fn from(error: SourceError) -> Self {
        let kind = match &error {
            SourceError::NotFound { .. } | SourceError::LayerNotAvailable { .. } => io::ErrorKind::NotFound,
            SourceError::Unauthorized { .. } => io::ErrorKind::PermissionDenied,
            SourceError::Unavailable { .. } => io::ErrorKind::ConnectionAborted,
            SourceError::Io { error, .. } => error.kind(),
            SourceError::Unsupported { .. } => io::ErrorKind::Unsupported,
            SourceError::Invalid { .. }
            | SourceError::DigestMismatch { .. }
            | SourceError::TooLarge { .. }
            | SourceError::Ambiguous { .. }
            | SourceError::PlatformNotFound { .. } => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

fn remedy_of(remedy: &str) -> String {
    if remedy.is_empty() { String::new() } else { format!(". {remedy}") }
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// A stranger's text for a message: one line, no control characters (a terminal would obey them), not endless.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_cannot_steer_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(shown(&"x".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn messages_name_what_where_and_the_way_out() {
        let error = SourceError::not_found("app:2", "archive.tar", "It has app:1");
        assert_eq!(error.to_string(), "app:2 was not found in archive.tar. It has app:1");
        let error = SourceError::PlatformNotFound {
            place: "app:1".to_owned(),
            wanted: Platform::new("linux", "riscv64", None),
            available: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "app:1 has no image for linux/riscv64; it has linux/amd64, linux/arm64. Choose with --platform"
        );
    }
}
