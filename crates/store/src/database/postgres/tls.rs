//! TLS to PostgreSQL. The certificate is always verified, with the name of the host: encryption towards whoever answers
//! would protect from nobody who can stand in between.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::StoreError;

/// How to begin TLS: with these roots, or with the platform's.
pub(super) fn connector(roots: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let unusable = |error: rustls::Error| StoreError::Unusable(format!("TLS: {error}"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = match roots {
        Some(path) => builder.with_root_certificates(read(path)?),
        None => builder.with_platform_verifier().map_err(unusable)?,
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

fn read(path: &Path) -> Result<RootCertStore, StoreError> {
    let unusable = |error: &dyn std::fmt::Display| {
        StoreError::Unusable(format!("sslrootcert {}: {error}", path.display()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))? {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() {
        return Err(unusable(&"no certificate in it"));
    }
    Ok(roots)
}
