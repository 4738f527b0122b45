//! The files that a configuration names: there, readable, and what they should be, as far as that is cheap to tell.

use std::{fs, path::Path};

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::{
    Configuration, Delivery, Tls,
    file::text_of,
    problem::Problem,
    settings::{Origin, Settings},
};
use crate::limits;

/// Looks at every file.
pub(super) fn files(configuration: &Configuration, settings: &Settings) -> Vec<Problem> {
    let mut check = Check { settings, problems: Vec::new() };
    check.directory("data", &configuration.data);
    if !configuration.blobs.url.contains("://") {
        let url = &configuration.blobs.url;
        check.directory("blobs.url", Path::new(url.strip_prefix("file:").unwrap_or(url)));
    }
    if let Some(mirror) = &configuration.updater.mirror {
        check.mirror(mirror);
    }
    for (table, tls) in [("api.tls", &configuration.api.tls), ("registry.tls", &configuration.registry.tls)] {
        if let Some(tls) = tls {
            check.tls(table, tls);
        }
    }
    for target in &configuration.notifier.targets {
        let (kind, root_ca, client) = match &target.delivery {
            Delivery::Webhook(_) => continue,
            Delivery::Amqp(amqp) => ("amqp", &amqp.root_ca, &amqp.client),
            Delivery::Stomp(stomp) => ("stomp", &stomp.root_ca, &stomp.client),
        };
        let table = format!("notifier.{kind}.{}", target.name);
        if let Some(file) = root_ca {
            check.certificates(&format!("{table}.root_ca"), file);
        }
        if let Some(client) = client {
            check.tls(&table, client);
        }
    }
    check.problems
}

struct Check<'a> {
    settings: &'a Settings,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &str, why: impl std::fmt::Display) {
        let origin = self.settings.get(path).map_or(Origin::Default, |setting| setting.origin.clone());
        self.problems.push(Problem::at(&origin, format!("{path}: {why}")));
    }

    /// A directory that is made when it is needed, so it may be missing, but nothing else may be there.
    fn directory(&mut self, path: &str, directory: &Path) {
        match fs::metadata(directory) {
            Ok(metadata) if !metadata.is_dir() => {
                self.wrong(path, format!("{} is no directory", directory.display()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.wrong(path, format!("{}: {error}", directory.display())),
        }
    }

    fn mirror(&mut self, mirror: &str) {
        if mirror.starts_with("http://") || mirror.starts_with("https://") {
            return;
        }
        let directory = Path::new(mirror.strip_prefix("file://").unwrap_or(mirror));
        if !directory.is_dir() {
            self.wrong("updater.mirror", format!("{} is no directory", directory.display()));
        }
    }

    fn tls(&mut self, table: &str, tls: &Tls) {
        let key_path = format!("{table}.key");
        let chain = self.certificates(&format!("{table}.certificate"), &tls.certificate);
        let key = self.private_key(&key_path, &tls.key);
        let (Some(chain), Some(key)) = (chain, key) else { return };
        if let Err(why) = CertifiedKey::from_der(chain, key, &ring::default_provider()) {
            let (certificate, key) = (tls.certificate.display(), tls.key.display());
            self.wrong(&key_path, format!("{key} does not fit the certificate in {certificate}: {why}"));
        }
    }

    fn private_key(&mut self, path: &str, file: &Path) -> Option<PrivateKeyDer<'static>> {
        let text = self.pem(path, file)?;
        match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
            Ok(key) => Some(key),
            Err(_wrong) => {
                // Nothing of a key is said, also not why it is none.
                self.wrong(path, format!("{} has no private key in PEM", file.display()));
                None
            }
        }
    }

    /// The certificates of a file; none is a problem.
    fn certificates(&mut self, path: &str, file: &Path) -> Option<Vec<CertificateDer<'static>>> {
        let text = self.pem(path, file)?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Some(certificates),
            Ok(_) => {
                self.wrong(path, format!("{} has no certificate in PEM", file.display()));
                None
            }
            Err(_wrong) => {
                // Why it is none may repeat what is in the file, and a key may be in the wrong place.
                self.wrong(path, format!("{} is damaged: its PEM cannot be read", file.display()));
                None
            }
        }
    }

    fn pem(&mut self, path: &str, file: &Path) -> Option<String> {
        match text_of(file, limits::PEM_BYTES) {
            Ok(text) => Some(text),
            Err(why) => {
                self.wrong(path, format!("{} {why}", file.display()));
                None
            }
        }
    }
}
