//! TLS to brokers: what the platform trusts, and the authority that the target names, as Clair has it; and the certificate that
//! is shown to a broker which wants one. Files are read for each delivery: who renews one need not start anything again.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use super::DeliveryError;
use crate::configuration::Tls;

/// How to speak TLS to a broker.
pub(super) fn client(
    root_ca: Option<&Path>,
    shown: Option<&Tls>,
) -> Result<Arc<ClientConfig>, DeliveryError> {
    let failed = |error: rustls::Error| DeliveryError(format!("TLS cannot be set up: {error}"));
    let extra = root_ca.map_or_else(|| Ok(Vec::new()), |path| certificates("certificate authority", path))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(failed)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous() // rustls' word for every verifier that is not its own: this is the platform's
        .with_custom_certificate_verifier(Arc::new(verifier));
    let Some(shown) = shown else { return Ok(Arc::new(builder.with_no_client_auth())) };
    let chain = certificates("client certificate", &shown.certificate)?;
    let configuration = builder.with_client_auth_cert(chain, key(&shown.key)?).map_err(failed)?;
    Ok(Arc::new(configuration))
}

/// Nothing of a key is said, also not why it is none.
fn key(path: &Path) -> Result<PrivateKeyDer<'static>, DeliveryError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|_wrong| DeliveryError(format!("the key {} cannot be read as PEM", path.display())))
}

fn certificates(what: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, DeliveryError> {
    let failed = |reason: &dyn std::fmt::Display| {
        DeliveryError(format!("the {what} {} cannot be read: {reason}", path.display()))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(&error))?;
    if certificates.is_empty() {
        return Err(failed(&"it has no certificate"));
    }
    Ok(certificates)
}
