//! TLS of a listener, with a certificate that may be renewed while the service runs.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{net::TcpStream, time::interval};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{configuration::Tls, limits};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not what it should be.
    #[error("{path}: {detail}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Certificate and key cannot be used together.
    #[error("{certificate} and {key} cannot be used: {detail}", certificate = .certificate.display(), key = .key.display())]
    Unusable {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why.
        detail: String,
    },
}

/// TLS 1.2 and 1.3 for HTTP/2 and HTTP/1.1. Cheap to clone.
#[derive(Clone)]
pub struct ServerTls {
    files: Arc<Tls>,
    in_force: Arc<RwLock<InForce>>,
}

struct InForce {
    configuration: Arc<ServerConfig>,
    /// The files' bytes, to see whether they have changed. They are small.
    bytes: (Vec<u8>, Vec<u8>),
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerTls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ServerTls {
    /// Reads certificate and key. Blocks.
    pub fn load(files: Tls) -> Result<Self, TlsError> {
        let bytes = read(&files)?;
        let configuration = configure(&files, &bytes)?;
        let in_force = InForce { configuration, bytes };
        Ok(Self { files: Arc::new(files), in_force: Arc::new(RwLock::new(in_force)) })
    }

    /// Reads certificate and key again if they have changed; says whether. Where they cannot be used, the old ones stay in
    /// force. Blocks.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let bytes = read(&self.files)?;
        if self.in_force.read().unwrap_or_else(PoisonError::into_inner).bytes == bytes {
            return Ok(false);
        }
        let configuration = configure(&self.files, &bytes)?;
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = InForce { configuration, bytes };
        Ok(true)
    }

    /// Looks at the files for ever.
    pub(super) async fn keep_fresh(self) {
        let mut clock = interval(limits::CERTIFICATE_TIME);
        loop {
            clock.tick().await;
            let tls = self.clone();
            match tokio::task::spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => {
                    tracing::info!(certificate = %self.files.certificate.display(), "the certificate was renewed")
                }
                Ok(Ok(false)) => {}
                // The files may be half written; the next look will tell.
                Ok(Err(error)) => tracing::error!(%error, "the certificate that is in force stays so"),
                Err(error) => tracing::error!(%error, "the certificate was not looked at"),
            }
        }
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let configuration =
            Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner).configuration);
        TlsAcceptor::from(configuration).accept(stream).await
    }
}

fn read(files: &Tls) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| TlsError::File { path: path.clone(), detail: error.to_string() })
    };
    Ok((read(&files.certificate)?, read(&files.key)?))
}

fn configure(files: &Tls, (certificate, key): &(Vec<u8>, Vec<u8>)) -> Result<Arc<ServerConfig>, TlsError> {
    let wrong = |path: &PathBuf, detail: &dyn fmt::Display| TlsError::File {
        path: path.clone(),
        detail: detail.to_string(),
    };
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(wrong(&files.certificate, &"no certificate in PEM form is in it"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| wrong(&files.key, &error))?;
    let unusable = |error: rustls::Error| TlsError::Unusable {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        detail: error.to_string(),
    };
    let mut configuration = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(configuration))
}
