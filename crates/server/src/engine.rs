//! What all faces and workers share.
//!
//! Everything here can be made again from the store: a process that is killed loses time, never an answer that it gave.

use std::{fs, io, path::PathBuf, sync::Arc};

use chrono::Utc;
use limpid_core::{Digest, archives::ArtifactTable, ecosystem::Ecosystems, policy::Policy};
use limpid_image::{evidence::store::reading_revision, index::Indexer};
use limpid_store::{BlobError, Blobs, Database, DatabaseUrl, StoreError, index_states, jobs, leases};
use tokio::sync::Semaphore;

use crate::{
    Configuration, accounts,
    configuration::Role,
    egress::{EgressClient, EgressError},
    fault,
    indexing::{Flights, Waiters},
    introspection::Metrics,
    limits::{JARS_BYTES, LONG_REQUESTS, QUESTIONS},
    matching::ReportCache,
    pages::SeenReports,
    registry::copies,
    updating::CatalogKeeper,
};

mod bell;
mod ecosystems;
mod heartbeat;
mod node;
mod presence;

pub use bell::Bell;
pub use ecosystems::{UnknownEcosystem, chosen};
pub(crate) use heartbeat::{Heartbeat, Held, LeaseGuard};
pub use node::{Node, NodeError};

/// The engine. One a process, behind an [`Arc`].
pub struct Engine {
    /// How it runs.
    pub configuration: Configuration,
    /// This process among all that share the database.
    pub node: Node,
    /// Rows.
    pub database: Database,
    /// Blobs.
    pub blobs: Blobs,
    /// Makes index reports.
    pub indexer: Indexer,
    /// The decisions that reports are made with.
    pub policy: Policy,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Wakes workers, and tells them to end.
    pub bell: Bell,
    /// Revision of what is read of layers.
    pub(crate) reading_revision: String,
    pub(crate) accounts: accounts::State,
    pub(crate) catalog: CatalogKeeper,
    pub(crate) reports: ReportCache,
    /// Reports that pages were made of lately.
    pub(crate) seen: SeenReports,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) layers: EgressClient,
    pub(crate) upstreams: EgressClient,
    pub(crate) copies: copies::State,
    pub(crate) flights: Flights,
    pub(crate) waiters: Waiters,
    /// Room for requests that hold a thread for as long as their client likes.
    pub(crate) long_requests: Arc<Semaphore>,
    /// Room for questions that look through all advisories.
    pub(crate) questions: Arc<Semaphore>,
}

/// Why the engine cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The data directory cannot be used.
    #[error("the data directory {} cannot be used: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The data directory belongs to another process, or says nothing readable.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The database cannot be used.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The storage of blobs cannot be used.
    #[error("blobs: {0}")]
    Blobs(#[from] BlobError),
    /// The table of jars cannot be used.
    #[error("matcher.jars: {}: {why}", path.display())]
    Jars {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The policy for fetching layers, or for asking other registries, cannot be kept to.
    #[error("where this service may ask: {0}")]
    Egress(#[from] EgressError),
}

impl Engine {
    /// Opens the state that the configuration names, and announces the index state of this program.
    ///
    /// # Errors
    /// [`EngineError`]. Blocks.
    pub fn open(
        configuration: Configuration,
        ecosystems: Ecosystems,
        metrics: Arc<Metrics>,
    ) -> Result<Arc<Self>, EngineError> {
        let data = &configuration.data;
        for path in [data.clone(), temporary(data)] {
            fs::create_dir_all(&path).map_err(|source| EngineError::Directory { path, source })?;
        }
        let node = Node::of(data)?;
        clear(&temporary(data)).map_err(|source| EngineError::Directory { path: temporary(data), source })?;
        let url: DatabaseUrl = configuration.database.url.reveal().parse()?;
        let database = Database::open(&url, configuration.database.connections)?;
        let blobs = fault::blobs(Blobs::open(
            &configuration.blobs.url,
            database.clone(),
            &data.join("cache"),
            configuration.blobs.cache_bytes,
        )?);
        let artifacts = configuration.matcher.jars.as_deref().map(artifacts).transpose()?.unwrap_or_default();
        let indexer = Indexer::new(ecosystems, "");
        // Whatever this node held, it held before it ended.
        database.write(|tx| {
            jobs::abandon(tx, &node.name)?;
            leases::abandon(tx, &node.name)?;
            presence::note(tx, &node.name, &configuration, indexer.index_state())?;
            // Who makes no reports says nothing about the state that they are made in.
            if configuration.roles.contains(&Role::Indexer) {
                index_states::announce(tx, indexer.index_state())?;
            }
            Ok::<_, StoreError>(())
        })?;
        let engine = Self {
            reading_revision: reading_revision(indexer.wants()),
            accounts: accounts::State::new()?,
            catalog: CatalogKeeper::new(&data.join("catalog")),
            reports: ReportCache::default(),
            seen: SeenReports::default(),
            heartbeat: Heartbeat::default(),
            layers: EgressClient::new(&configuration.indexer.layers, "indexer.layers")?,
            upstreams: EgressClient::new(&configuration.registry.upstreams.egress, "registry.upstreams")?,
            copies: copies::State::default(),
            flights: Flights::default(),
            waiters: Waiters::default(),
            long_requests: Arc::new(Semaphore::new(LONG_REQUESTS as usize)),
            questions: Arc::new(Semaphore::new(QUESTIONS)),
            policy: Policy { artifacts: Arc::new(artifacts), ..Policy::default() },
            bell: Bell::default(),
            configuration,
            node,
            database,
            blobs,
            indexer,
            metrics,
        };
        Ok(Arc::new(engine))
    }

    /// For files that no other process may see.
    pub(crate) fn temporary(&self) -> PathBuf {
        temporary(&self.configuration.data)
    }

    /// The index state of this program.
    pub fn own_index_state(&self) -> &Digest {
        self.indexer.index_state()
    }

    /// The time now, by this machine's clock.
    pub(crate) fn now(&self) -> chrono::DateTime<Utc> {
        Utc::now()
    }
}

/// The table of what archives are.
fn artifacts(path: &std::path::Path) -> Result<ArtifactTable, EngineError> {
    let wrong = |why: String| EngineError::Jars { path: path.to_owned(), why };
    let metadata = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if metadata.len() > JARS_BYTES {
        return Err(wrong(format!("it is larger than {JARS_BYTES} bytes")));
    }
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    ArtifactTable::parse(&text).map_err(|error| wrong(error.to_string()))
}

fn temporary(data: &std::path::Path) -> PathBuf {
    data.join("tmp")
}

/// Removes what a process that was killed left behind. Nobody else uses the directory: the node's name is locked.
fn clear(directory: &std::path::Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
