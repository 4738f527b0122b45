//! HTTP on a real listener, with real clients.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use limpid_server::http::{Limits, ServerTls, listener::serve_within};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

mod answers;
mod authentication;
mod bodies;
mod connections;
mod tls;

/// Longer than any test takes, so that a limit that is not tested never acts.
pub(crate) const LONG: Duration = Duration::from_secs(600);

pub(crate) const PATIENT: Limits =
    Limits { header_time: LONG, idle_time: LONG, stall_time: LONG, drain_time: LONG, connections: 16 };

/// A listener that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: watch::Sender<bool>,
    pub(crate) served: JoinHandle<usize>,
}

impl Running {
    pub(crate) async fn start(router: Router, limits: Limits) -> Self {
        Self::start_with(router, limits, None).await
    }

    pub(crate) async fn start_with(router: Router, limits: Limits, tls: Option<ServerTls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, ending) = watch::channel(false);
        let served = tokio::spawn(serve_within(listener, tls, router, limits, ending));
        Self { address, shutdown, served }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends it; returns how many connections were cut off.
    pub(crate) async fn end(self) -> usize {
        self.shutdown.send(true).unwrap();
        self.served.await.unwrap()
    }
}

/// A client without proxies.
pub(crate) fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    // An error says that another test was first.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy()
}

/// A router as faces have it, with metrics that nobody looks at.
pub(crate) fn wrapped(routes: Router) -> Router {
    let wrapping =
        limpid_server::http::Wrapping { face: "test", auth: None, exempt: &[], metrics: &Arc::default() };
    limpid_server::http::wrap(routes, wrapping)
}
