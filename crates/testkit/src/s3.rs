//! Runs a real S3 server, s3s with its file system, in this process on a free port of the loopback address.
//!
//! It checks signatures. Objects are files, so that a test can damage them; the server can be stopped, started again on the
//! same port, told to fail, or told to say nothing.

use std::{
    convert::Infallible,
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::{Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{
    Body,
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The one bucket.
pub const BUCKET: &str = "limpid-test";
/// The access key that the server knows.
pub const ACCESS_KEY: &str = "AKIDTEST";
/// The secret of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "a secret of the tests";

/// How long the server's threads may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server. It is stopped, and its data removed, when it is dropped.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    directory: TempDir,
    mood: Arc<Mutex<Mood>>,
    runtime: Option<Runtime>,
}

/// What the server does with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It answers them.
    Serving,
    /// It answers 503 to all.
    Failing,
    /// It takes them and says nothing.
    Silent,
}

impl S3Server {
    /// Starts one, with the bucket [`BUCKET`].
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir(directory.path().join(BUCKET)).expect("a bucket");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback address");
        let address = listener.local_addr().expect("its port");
        let mut server =
            Self { address, directory, mood: Arc::new(Mutex::new(Mood::Serving)), runtime: None };
        server.serve(listener);
        server
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of blobs in the bucket, under that prefix.
    pub fn blobs(&self, prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}?endpoint={}&allow_http=true", self.url())
    }

    /// The file that is an object of the bucket.
    pub fn object(&self, key: &str) -> PathBuf {
        self.directory.path().join(BUCKET).join(key)
    }

    /// The keys of all objects of the bucket, sorted.
    ///
    /// # Panics
    /// If the directory cannot be read.
    pub fn keys(&self) -> Vec<String> {
        let root = self.directory.path().join(BUCKET);
        let mut folders = vec![root.clone()];
        let mut keys = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let key = path.strip_prefix(&root).expect("a path within the bucket");
                    keys.push(key.to_str().expect("a text").to_owned());
                }
            }
        }
        keys.sort();
        keys
    }

    /// From now on, requests are treated so.
    pub fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Ends the server and its connections. Its port refuses connections from now on.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(PATIENCE);
        }
    }

    /// Starts the server again, on the same port and with the same data.
    ///
    /// # Panics
    /// If another process has taken the port.
    pub fn start_again(&mut self) {
        self.stop();
        self.serve(TcpListener::bind(self.address).expect("the same port"));
    }

    fn serve(&mut self, listener: TcpListener) {
        let mut builder =
            S3ServiceBuilder::new(FileSystem::new(self.directory.path()).expect("a file system"));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("s3-server")
            .enable_all()
            .build()
            .expect("threads");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let mood = Arc::clone(&self.mood);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let (service, mood) = (service.clone(), Arc::clone(&mood));
                tokio::spawn(async move {
                    let answers =
                        service_fn(move |request| answer(service.clone(), Arc::clone(&mood), request));
                    // Who asked may be gone before the answer: that is for the test to see.
                    drop(
                        Builder::new(TokioExecutor::new())
                            .serve_connection(TokioIo::new(stream), answers)
                            .await,
                    );
                });
            }
        });
        self.runtime = Some(runtime);
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn answer(
    service: S3Service,
    mood: Arc<Mutex<Mood>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mood = *mood.lock().unwrap_or_else(PoisonError::into_inner);
    let failure = |text: String| {
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    };
    match mood {
        Mood::Serving => {
            let answered = service.call(request.map(Body::from)).await;
            Ok(answered.unwrap_or_else(|error| failure(format!("{error:?}"))))
        }
        Mood::Failing => Ok(failure("<Error><Code>ServiceUnavailable</Code></Error>".to_owned())),
        Mood::Silent => std::future::pending().await,
    }
}
