//! The process: opens the state, starts workers and listeners, and ends in order.
//!
//! It is ready when it can answer, and says so no longer as soon as it is to end. What has begun is finished or given back.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use axum::{Router, extract::Request};
use limpid_core::{ecosystem::Ecosystems, ecosystems};
use limpid_store::jobs;
use tokio::{net::TcpListener, sync::watch};
use tower::{ServiceExt as _, service_fn};

use crate::{
    Configuration, accounts, api, clair,
    configuration::Role,
    engine::{Engine, EngineError, UnknownEcosystem, chosen},
    harbor,
    http::{self, ServerTls, Wrapping, tls::TlsError},
    introspection::{self, Metrics, Phase, Readiness},
    limits::{PING_PERIOD, WORKERS_END},
    log::{self, LogError},
    runtime::Threads,
    secret::Secret,
    updating, workers,
};

/// Why the service did not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration names something that is not there.
    #[error(transparent)]
    Ecosystem(#[from] UnknownEcosystem),
    /// The state cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The first account cannot be made.
    #[error("accounts: {0}")]
    Accounts(#[from] limpid_store::StoreError),
    /// An address cannot be listened on.
    #[error("{setting} = \"{address}\": {source}")]
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
    Tls(#[from] TlsError),
    /// The log directives cannot be understood.
    #[error("log.level: {0}")]
    Log(#[from] LogError),
    /// The system gives no threads, or standard output is closed.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// A service that runs in this process. It ends when it is dropped; [`Running::stop`] tells whether it ended in order.
pub struct Running {
    engine: Arc<Engine>,
    readiness: Arc<Readiness>,
    /// Where the API listens.
    pub api: SocketAddr,
    /// Where metrics and health are.
    pub introspection: SocketAddr,
    /// The password of the administrator, where this start made one and drew it: to be shown, and then forgotten.
    pub first_password: Option<Secret>,
    /// Where registry and pages are; `None` where this process has none of these roles.
    pub public: Option<SocketAddr>,
    listeners: Vec<tokio::task::JoinHandle<usize>>,
    introspection_ends: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
    threads: Threads,
}

/// Runs the service until the process is told to end (SIGTERM or SIGINT); a second signal ends it at once. `started` is
/// called when it is ready. `warnings` are the first lines of the log. Blocks.
///
/// # Errors
/// [`ServeError`] where it cannot begin.
pub fn run(
    configuration: Configuration,
    warnings: &[String],
    started: impl FnOnce(&Running) -> io::Result<()>,
) -> Result<(), ServeError> {
    log::install(&configuration.log)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let running = Running::start(configuration, &ecosystems::all())?;
    let engine = &running.engine;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        database = engine.database.kind(),
        index_state = %engine.own_index_state(),
        "ready"
    );
    started(&running)?;
    running.wait();
    Ok(())
}

impl Running {
    /// Serves until the process is told to end, and then ends in order. Blocks.
    pub fn wait(self) {
        self.threads.block_on(signal());
        tracing::info!("ending; what has begun is finished or given back");
        self.threads.spawn(async {
            signal().await;
            // Whoever says it twice does not want to wait.
            std::process::exit(1);
        });
        self.stop();
    }

    /// Starts the service. `ecosystems` are all that this program knows; the configuration may choose among them. Blocks.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn start(mut configuration: Configuration, ecosystems: &Ecosystems) -> Result<Self, ServeError> {
        let chosen = chosen(ecosystems, &configuration.indexer.ecosystems)?;
        let tls = configuration.api.tls.clone().map(ServerTls::load).transpose()?;
        let threads = Threads::start()?;
        let api = listen(&threads, "api.listen", configuration.api.listen)?;
        let status = listen(&threads, "introspection.listen", configuration.introspection.listen)?;
        let has_public = [Role::Registry, Role::Ui].iter().any(|role| configuration.roles.contains(role));
        let public_tls = configuration.registry.tls.clone().map(ServerTls::load).transpose()?;
        let public = has_public
            .then(|| listen(&threads, "registry.listen", configuration.registry.listen))
            .transpose()?;
        let public_address = public.as_ref().map(TcpListener::local_addr).transpose()?;
        let addresses = [&api, &status].map(TcpListener::local_addr);
        let [api_address, status_address] = addresses;
        let (api_address, status_address) = (api_address?, status_address?);
        // A free port that was asked for by 0 is known from here on.
        configuration.api.listen = api_address;
        if let Some(address) = public_address {
            configuration.registry.listen = address;
        }
        let metrics = Arc::new(Metrics::default());
        let readiness = Arc::new(Readiness::default());
        let (introspection_ends, ends) = watch::channel(false);
        let status_routes = introspection::router(Arc::clone(&metrics), Arc::clone(&readiness));
        // From now on somebody who watches can see that it is starting: a migration may take its time.
        let status = threads.spawn(http::serve(status, None, status_routes, ends));
        let engine = Engine::open(configuration, chosen, Arc::clone(&metrics))?;
        let first_password = if has_public { accounts::prepare(&engine)? } else { None };
        let counted = engine.database.clone();
        metrics.count_jobs_with(move || counted.read(jobs::counts));
        let routes = routes(&engine);
        let api = threads.spawn(http::serve(api, tls, routes, engine.bell.ending()));
        let mut listeners = vec![api];
        if let Some(public) = public {
            let routes = crate::public::router(Arc::clone(&engine));
            listeners.push(threads.spawn(http::serve(public, public_tls, routes, engine.bell.ending())));
        }
        listeners.push(status);
        let mut workers = workers::start(&engine)?;
        workers.push(watch_state(&engine, &readiness)?);
        workers.push(follow_catalog(&engine, &readiness)?);
        if has_public {
            workers.push(accounts::keep(&engine)?);
        }
        readiness.enter(Phase::Ready);
        Ok(Self {
            engine,
            readiness,
            api: api_address,
            introspection: status_address,
            first_password,
            public: public_address,
            listeners,
            introspection_ends,
            workers,
            threads,
        })
    }

    /// Whether the API speaks TLS.
    pub fn speaks_tls(&self) -> bool {
        self.engine.configuration.api.tls.is_some()
    }

    /// Whether the public listener speaks TLS.
    pub fn public_speaks_tls(&self) -> bool {
        self.engine.configuration.registry.tls.is_some()
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Ends in order: takes no more work, answers what was asked, gives back what is not finished. Blocks.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if self.listeners.is_empty() {
            return;
        }
        self.readiness.enter(Phase::ShuttingDown);
        self.engine.bell.end();
        let mut listeners = std::mem::take(&mut self.listeners).into_iter();
        // Requests and workers end side by side.
        let begun = Instant::now();
        let status = listeners.next_back();
        for listener in listeners {
            told("a listener", self.threads.block_on(listener));
        }
        for worker in self.workers.drain(..) {
            while !worker.is_finished() && begun.elapsed() < WORKERS_END {
                std::thread::sleep(Duration::from_millis(10));
            }
            // One that is in the middle of something long ends with the process; its job is begun again.
            if worker.is_finished() && worker.join().is_err() {
                tracing::error!("a worker ended by a fault of Limpid");
            }
        }
        accounts::write_audit(&self.engine);
        let left = self.engine.database.write(|tx| {
            self.engine.note_absence(tx)?;
            jobs::release(tx, &self.engine.node.name)
        });
        if let Err(error) = left {
            tracing::warn!("what this process holds runs out by itself: {error}");
        }
        self.introspection_ends.send_replace(true);
        if let Some(status) = status {
            told("introspection", self.threads.block_on(status));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn told(listener: &str, ended: Result<usize, tokio::task::JoinError>) {
    match ended {
        Ok(0) => {}
        Ok(cut_off) => tracing::warn!("{listener}: {cut_off} connections were cut off"),
        Err(error) => tracing::error!("{listener}: {error}"),
    }
}

fn routes(engine: &Arc<Engine>) -> Router {
    let auth = engine.configuration.auth.as_ref();
    let metrics = &engine.metrics;
    let wrapping = |face: &'static str| Wrapping { face, auth, exempt: clair::EXEMPT, metrics };
    let own = http::wrap(api::router(Arc::clone(engine)), wrapping("limpid"));
    let clair = http::wrap(clair::router(Arc::clone(engine)), wrapping("clair"));
    let harbor = harbor::router(engine);
    // Each face answers unknown paths in its own way, which merged routers cannot.
    let face = move |request: Request| {
        let path = request.uri().path();
        let face = if path.starts_with("/api/v1/") {
            &own
        } else if path.starts_with(harbor::PREFIX) {
            &harbor
        } else {
            &clair
        };
        face.clone().oneshot(request)
    };
    Router::new().fallback_service(service_fn(face))
}

fn listen(threads: &Threads, setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    threads.block_on(TcpListener::bind(address)).map_err(|source| ServeError::Listen {
        setting,
        address,
        source,
    })
}

/// Asks database and blobs now and then whether they answer: readiness tells the truth.
fn watch_state(engine: &Arc<Engine>, readiness: &Arc<Readiness>) -> io::Result<JoinHandle<()>> {
    let (engine, readiness) = (Arc::clone(engine), Arc::clone(readiness));
    let watch = move || loop {
        let database = engine.database.ping();
        let blobs = engine.blobs.ping();
        engine.metrics.database_answered(database.is_ok());
        engine.metrics.blobs_answered(blobs.is_ok());
        readiness.database(database.map_err(|error| error.to_string()));
        readiness.blobs(blobs.map_err(|error| error.to_string()));
        if !engine.bell.pause(PING_PERIOD) {
            return;
        }
    };
    std::thread::Builder::new().name("watch state".to_owned()).spawn(watch)
}

/// Keeps the advisory data that is published in force here. Ready is who has it open.
fn follow_catalog(engine: &Arc<Engine>, readiness: &Arc<Readiness>) -> io::Result<JoinHandle<()>> {
    let (engine, readiness) = (Arc::clone(engine), Arc::clone(readiness));
    let follow = move || updating::follow_published(&engine, |open| readiness.catalog(open));
    std::thread::Builder::new().name("follow catalog".to_owned()).spawn(follow)
}

/// Returns when the process is told to end.
async fn signal() {
    let interrupted = async {
        // Without the handler the signal ends the process by itself.
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("SIGINT ends the process at once: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::warn!("SIGTERM ends the process at once: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
