//! What all faces and workers share.

use std::sync::Arc;

use limpid_image::index::Indexer;
use limpid_store::{Blobs, Database};

use crate::{Configuration, introspection::Metrics};

/// The engine. One a process, behind an [`Arc`].
pub struct Engine {
    /// How it runs.
    pub configuration: Configuration,
    /// Name of this process among all that share the database.
    pub node: String,
    /// Rows.
    pub database: Database,
    /// Blobs.
    pub blobs: Blobs,
    /// Makes index reports.
    pub indexer: Arc<Indexer>,
    /// Counts.
    pub metrics: Arc<Metrics>,
}
