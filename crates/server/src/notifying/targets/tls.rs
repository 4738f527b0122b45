//! TLS to brokers: what the platform trusts, and the authority that the target names, as Clair has it.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use super::DeliveryError;

/// How to speak TLS to a broker.
pub(super) fn client(root_ca: Option<&Path>) -> Result<Arc<ClientConfig>, DeliveryError> {
    let failed = |error: rustls::Error| DeliveryError(format!("TLS cannot be set up: {error}"));
    let extra = root_ca.map_or_else(|| Ok(Vec::new()), certificates)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(failed)?;
    let configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous() // rustls' word for every verifier that is not its own: this is the platform's
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(configuration))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DeliveryError> {
    let failed = |reason: &dyn std::fmt::Display| {
        DeliveryError(format!("the certificate authority {} cannot be read: {reason}", path.display()))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(&error))?;
    if certificates.is_empty() {
        return Err(failed(&"it has no certificate"));
    }
    Ok(certificates)
}
