//! The process: opens the state, starts workers and listeners, and ends in order.

use std::{io, net::SocketAddr, sync::Arc, thread::JoinHandle, time::Duration};

use limpid_core::ecosystem::Ecosystems;
use limpid_store::{StoreError, jobs};
use tokio::net::TcpListener;

use crate::{
    Configuration, api, clair,
    engine::{self, Engine, EngineError, UnknownEcosystem},
    http, introspection,
    introspection::Metrics,
    workers,
};

/// Why the service did not run, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration names something that is not there.
    #[error(transparent)]
    Ecosystem(#[from] UnknownEcosystem),
    /// The state cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An address cannot be listened on.
    #[error("{setting}: cannot listen on {address}: {source}")]
    Listen {
        /// The setting.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("api.tls: {0}")]
    Tls(String),
    /// The system gives no threads, or a listener broke.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A service that runs.
pub struct Running {
    engine: Arc<Engine>,
    api: SocketAddr,
    introspection: SocketAddr,
    listeners: Vec<tokio::task::JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
}
