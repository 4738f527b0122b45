//! The connection to an S3-compatible server: its client, its patience, and what its errors mean.

use std::{future::Future, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector},
};
use reqwest::redirect::Policy;

use crate::{
    blobs::{
        BlobError,
        address::{BucketAddress, Keys},
    },
    limits,
};

/// How long a server is waited for. The default is of [`limits`]; tests scale it down.
#[derive(Debug, Clone, Copy)]
pub(in crate::blobs) struct Patience {
    /// [`limits::S3_CONNECT_TIME`].
    pub(in crate::blobs) connect: Duration,
    /// [`limits::S3_SILENCE_TIME`].
    pub(in crate::blobs) silence: Duration,
    /// [`limits::S3_RETRIES`].
    pub(in crate::blobs) retries: usize,
    /// [`limits::BLOB_TRANSFER_TIME`].
    pub(in crate::blobs) transfer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: limits::S3_CONNECT_TIME,
            silence: limits::S3_SILENCE_TIME,
            retries: limits::S3_RETRIES,
            transfer: limits::BLOB_TRANSFER_TIME,
        }
    }
}

/// How blobs are sent. The default is of [`limits`]; tests scale it down.
#[derive(Debug, Clone, Copy)]
pub(in crate::blobs) struct Sizes {
    /// [`limits::S3_PART_BYTES`].
    pub(in crate::blobs) part: u64,
    /// [`limits::S3_COPY_BYTES`].
    pub(in crate::blobs) copied: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { part: limits::S3_PART_BYTES, copied: limits::S3_COPY_BYTES }
    }
}

/// What runs the requests. Its threads end when it is dropped, wherever that happens.
pub(super) struct Runtime(Option<tokio::runtime::Runtime>, tokio::runtime::Handle);

impl Runtime {
    pub(super) fn start() -> Result<Self, BlobError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("blobs")
            .enable_all()
            .build()
            .map_err(|error| BlobError::Unavailable(format!("no threads for S3: {error}")))?;
        let handle = runtime.handle().clone();
        Ok(Self(Some(runtime), handle))
    }

    /// For work that outlives the call which began it.
    pub(super) fn handle(&self) -> tokio::runtime::Handle {
        self.1.clone()
    }

    /// Runs work to its end on this thread, which must not be one of an asynchronous runtime.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.1.block_on(work)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // To wait for its end would panic where an asynchronous task drops it.
            runtime.shutdown_background();
        }
    }
}

/// Makes the client of a bucket. Nothing is sent yet.
pub(super) fn connect(
    address: &BucketAddress,
    keys: &Keys,
    patience: &Patience,
) -> Result<AmazonS3, BlobError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: patience.retries,
        retry_timeout: limits::S3_RETRY_TIME,
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&address.bucket)
        .with_region(&address.region)
        .with_access_key_id(&keys.id)
        .with_secret_access_key(&keys.secret)
        .with_allow_http(address.allow_http)
        .with_virtual_hosted_style_request(!address.path_style)
        // Not every server knows how to delete several at once.
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .with_http_connector(Connector { patience: *patience, address: address.clone() });
    if let Some(server) = address.server()? {
        builder = builder.with_endpoint(server);
    }
    if let Some(token) = &keys.token {
        builder = builder.with_token(token);
    }
    builder.build().map_err(|error| BlobError::Unusable(error.to_string()))
}

/// Makes clients of our own: `object_store`'s end every transfer after some time, however large, and speak to a proxy also
/// where the server is on this machine.
#[derive(Debug)]
struct Connector {
    patience: Patience,
    address: BucketAddress,
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("limpid/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.patience.connect)
            .read_timeout(self.patience.silence)
            // What was signed for one server is no other's.
            .redirect(Policy::none())
            .https_only(!self.address.allow_http);
        if self.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        Ok(HttpClient::new(client))
    }
}

impl Connector {
    fn is_loopback(&self) -> bool {
        match self.address.endpoint.as_ref().and_then(|endpoint| endpoint.host()) {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }
}

/// What an error of the server means: that it cannot be used now.
#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn failed(error: object_store::Error) -> BlobError {
    BlobError::Unavailable(format!(
        "S3: {}",
        error.to_string().chars().take(limits::ERROR_TEXT).collect::<String>()
    ))
}

/// Whether the server says that an object is not there. A bucket that is not there answers alike, but tells nothing of
/// blobs.
pub(super) fn is_missing(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. }) && !error.to_string().contains("NoSuchBucket")
}
