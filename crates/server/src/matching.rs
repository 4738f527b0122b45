//! Reports as a service: the stored index report judged against the catalog in force, at every request.

use std::sync::Arc;

use limpid_core::{Digest, IndexReport, Report, policy::Policy};
use limpid_store::StoreError;

use crate::engine::Engine;

/// A report, with what it was made from.
#[derive(Debug)]
pub struct MatchedReport {
    /// The value of its `ETag`, without quotes: of index report, catalog, day and policy.
    pub etag: String,
    /// What is in the image.
    pub index: IndexReport,
    /// What was found.
    pub report: Report,
}

/// The answer to somebody who asks for a report.
#[derive(Debug, Clone)]
pub enum Answer {
    /// There is no good index report of the manifest.
    NotIndexed,
    /// No advisory data at all was loaded yet; every report would be unproven.
    NoData,
    /// The report.
    Report(Arc<MatchedReport>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// The state is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog cannot be read.
    #[error("the advisory data cannot be read: {0}")]
    Catalog(String),
    /// What is stored is no index report that this version reads.
    #[error("the stored index report cannot be read: {0}")]
    Report(String),
}

/// The decisions that reports are made by.
pub fn policy(_engine: &Engine) -> Policy {
    Policy::default()
}

/// The report of a manifest. Blocks.
pub fn report(_engine: &Engine, _manifest: &Digest) -> Result<Answer, MatchError> {
    todo!()
}

/// The `ETag` that [`report`] would have now, without making the report. `None` where it would make none. Blocks.
pub fn etag(_engine: &Engine, _manifest: &Digest) -> Result<Option<String>, MatchError> {
    todo!()
}

/// A manifest that has packages which an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The manifest.
    pub manifest: Digest,
    /// Places in the list of statements that was asked about.
    pub statements: Vec<usize>,
}

/// The manifests that these statements affect: each is a package, by name in a namespace or in any, and the first version
/// that is not affected (empty: none known). Blocks.
pub fn affected(_engine: &Engine, _statements: &[AskedStatement]) -> Result<Vec<Affected>, MatchError> {
    todo!()
}

/// See [`affected`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedStatement {
    /// Name of the package.
    pub package: String,
    /// Whether it is the name of a source package.
    pub is_source: bool,
    /// The namespaces that it may be in, such as `Alpine:v3.16`.
    pub namespaces: Vec<String>,
    /// The first version that is not affected; empty where none is known.
    pub fixed_in: String,
}
