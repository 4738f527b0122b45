//! Why a request failed, in words of ours: a library's text may quote the address, and with it secrets, or what the server
//! says.

use std::{error::Error, io};

use super::{EgressError, resolver::Unresolved, target::Target};

/// The error of a request to `target`.
pub(super) fn failure(target: &Target, error: &reqwest::Error) -> EgressError {
    match find::<Unresolved>(error) {
        Some(Unresolved::Refused(refusal)) => EgressError::NotAllowed(refusal.to_string()),
        Some(Unresolved::Failed(text)) => EgressError::Failed(text.clone()),
        None => EgressError::Failed(format!("{}: {}", target.host(), reason(error))),
    }
}

/// The error of a stream that breaks off.
pub(super) fn broken_off(host: &str, error: &io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    let is_late = inner.is_some_and(reqwest::Error::is_timeout);
    let kind = if is_late { io::ErrorKind::TimedOut } else { error.kind() };
    let reason = inner.map_or("the answer broke off", reason);
    io::Error::new(kind, format!("{host}: {reason}"))
}

fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "it does not answer in time";
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return tls_reason(error);
    }
    let kind = find::<io::Error>(error).map(io::Error::kind);
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => "it refuses the connection",
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => "it cannot be reached",
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => "it closed the connection",
        Some(_) | None if error.is_connect() => "no connection comes up",
        Some(_) | None if error.is_body() || error.is_decode() => "its answer broke off",
        Some(_) | None => "it does not answer as HTTP servers do",
    }
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    let rustls::Error::InvalidCertificate(error) = error else { return "it does not speak TLS as it should" };
    if matches!(error, Expired | ExpiredContext { .. }) {
        "its certificate has expired"
    } else if matches!(error, NotValidForName | NotValidForNameContext { .. }) {
        "its certificate is for other names"
    } else if *error == UnknownIssuer {
        "its certificate is from an authority that is not trusted here"
    } else {
        "its certificate is not accepted"
    }
}

/// The error of this type among the causes.
fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        cause = below(error);
    }
    None
}

/// The next cause. An error of input and output that carries another one passes that over when it is asked for its cause.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    carried.map(|carried| carried as &(dyn Error + 'static)).or_else(|| error.source())
}
