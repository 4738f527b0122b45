//! Certificates that the service shows: how long they hold. That they fit their keys, loading the configuration has told.

use std::path::Path;

use chrono::{DateTime, Utc};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use x509_cert::{Certificate, der::Decode};

use super::Check;
use crate::{
    Configuration,
    configuration::{Delivery, Tls},
};

/// Days before the end at which somebody should do something.
const DAYS_AHEAD: i64 = 14;

/// A check for each certificate that the configuration names.
pub(super) fn checks(configuration: &Configuration) -> Vec<Check> {
    let mut named: Vec<(String, &Tls)> = Vec::new();
    for (setting, tls) in [("api.tls", &configuration.api.tls), ("registry.tls", &configuration.registry.tls)]
    {
        named.extend(tls.as_ref().map(|tls| (setting.to_owned(), tls)));
    }
    for target in &configuration.notifier.targets {
        let client = match &target.delivery {
            Delivery::Webhook(_) => None,
            Delivery::Amqp(amqp) => amqp.client.as_ref(),
            Delivery::Stomp(stomp) => stomp.client.as_ref(),
        };
        named.extend(client.map(|tls| (format!("certificate of {}", target.name), tls)));
    }
    named.iter().map(|(subject, tls)| check(subject, &tls.certificate, Utc::now())).collect()
}

/// How long the certificates of a file hold: the one that ends first counts.
pub(super) fn check(subject: &str, file: &Path, now: DateTime<Utc>) -> Check {
    let place = file.display();
    match validity(file) {
        Ok((from, _)) if now < from => Check::wrong(
            subject,
            format!("{place} holds from {from} on"),
            "look at the clock of this machine",
        ),
        Ok((_, until)) => {
            let days = until.signed_duration_since(now).num_days();
            let remedy = "renew it; the service takes a new file without a restart";
            if until <= now {
                Check::wrong(subject, format!("{place} ended on {}", until.date_naive()), remedy)
            } else if days < DAYS_AHEAD {
                let says = format!("{place} ends on {}, in {days} days", until.date_naive());
                Check::note(subject, says, remedy)
            } else {
                Check::fine(subject, format!("{place} holds until {}", until.date_naive()))
            }
        }
        Err(why) => Check::unknown(subject, format!("{place}: {why}"), "openssl x509 -noout -dates -in FILE"),
    }
}

/// The time in which all certificates of a file hold.
fn validity(file: &Path) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    let mut whole: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
    for der in CertificateDer::pem_slice_iter(&pem) {
        // Why it is none may repeat what is in the file, and a key may be in the wrong place.
        let der = der.map_err(|_wrong| "its PEM cannot be read".to_owned())?;
        let certificate =
            Certificate::from_der(&der).map_err(|error| format!("a certificate cannot be read: {error}"))?;
        let validity = certificate.tbs_certificate.validity;
        let instant = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
            let instant = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            instant.ok_or_else(|| "its days are out of all bounds".to_owned())
        };
        let (from, until) = (instant(validity.not_before)?, instant(validity.not_after)?);
        whole = Some(whole.map_or((from, until), |(begin, end)| (begin.max(from), end.min(until))));
    }
    whole.ok_or_else(|| "there is no certificate in it".to_owned())
}
