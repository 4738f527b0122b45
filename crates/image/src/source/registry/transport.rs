//! Requests that are sent until they are answered, within bounds: a scan never hangs for minutes.

use std::{
    net::IpAddr,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use reqwest::{
    StatusCode, Url,
    blocking::{Client, RequestBuilder, Response},
    header::RETRY_AFTER,
    redirect,
};

use super::{USER_AGENT, install_tls, reason};
use crate::source::error::{SourceError, shown};

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may be silent, before its answer and in it.
const SILENCE: Duration = Duration::from_secs(30);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;
/// The pause after the first failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// No further attempt begins later than this after the first.
const DEADLINE: Duration = Duration::from_secs(60);
/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// The way to one host.
pub(crate) struct Transport {
    client: Client,
    host: String,
    insecure: bool,
    base: OnceLock<String>,
}

impl Transport {
    /// A way to `host[:port]`. With `insecure` TLS is not verified, or left out if the host does not speak it.
    pub(crate) fn new(host: &str, insecure: bool) -> Result<Self, SourceError> {
        install_tls();
        let is_loopback = is_loopback(host);
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .timeout(SILENCE)
            .redirect(redirects(insecure || is_loopback))
            .tls_danger_accept_invalid_certs(insecure);
        if is_loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| SourceError::Unavailable {
            place: host.to_owned(),
            detail: format!("TLS cannot be set up: {}", reason(&error)),
            remedy: "Are the system's certificates (ca-certificates) installed?".to_owned(),
        })?;
        Ok(Self { client, host: host.to_owned(), insecure, base: OnceLock::new() })
    }

    /// The HTTP client, to build requests with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// `scheme://host`. TLS; where a host may do without it, what it answers decides.
    pub(crate) fn base(&self) -> &str {
        self.base.get_or_init(|| {
            let (secure, plain) = (format!("https://{}", self.host), format!("http://{}", self.host));
            let is_plain = match (is_loopback(&self.host), self.insecure) {
                (true, _) => self.answers_plainly(&plain),
                (false, true) => self.has_no_tls(&secure),
                (false, false) => false,
            };
            if is_plain { plain } else { secure }
        })
    }

    /// Whether a host on this machine speaks plain HTTP: one that wants TLS answers it with 400 or not at all, or sends
    /// on to itself with TLS.
    fn answers_plainly(&self, plain: &str) -> bool {
        let answer = self.client.get(format!("{plain}/v2/")).send();
        answer
            .is_ok_and(|answer| answer.status() != StatusCode::BAD_REQUEST && answer.url().scheme() == "http")
    }

    /// Whether no connection with TLS comes up.
    fn has_no_tls(&self, secure: &str) -> bool {
        self.client.get(format!("{secure}/v2/")).send().is_err_and(|error| error.is_connect())
    }

    /// Whether a secret may be sent to `url`: with TLS, or without where nobody else can listen or the user accepts it.
    pub(crate) fn may_carry_secrets(&self, url: &Url) -> bool {
        let is_local = || url.host_str().is_some_and(is_loopback);
        url.scheme() == "https" || (url.scheme() == "http" && (self.insecure || is_local()))
    }

    /// Sends what `build` makes, again after a lost connection, 429 and the errors of servers that pass. Any other
    /// answer is handed on, whatever its status.
    pub(crate) fn send(
        &self,
        place: &str,
        build: &dyn Fn() -> Result<RequestBuilder, SourceError>,
    ) -> Result<Response, SourceError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let (detail, asked) = match build()?.send() {
                Ok(response) if !passes(response.status()) => return Ok(response),
                Ok(response) => (format!("it answers {}", response.status()), asked_pause(&response)),
                Err(error) if error.is_builder() || error.is_redirect() => {
                    return Err(unavailable(place, &reason(&error), attempt));
                }
                Err(error) => (reason(&error), None),
            };
            let wait = asked.unwrap_or(pause).min(LONGEST_PAUSE);
            if attempt == ATTEMPTS || begun.elapsed() + wait > DEADLINE {
                return Err(unavailable(place, &detail, attempt));
            }
            thread::sleep(wait);
            pause *= 2;
            attempt += 1;
        }
    }
}

fn unavailable(place: &str, detail: &str, attempts: u32) -> SourceError {
    let times = if attempts == 1 { String::new() } else { format!(", {attempts} times") };
    SourceError::Unavailable {
        place: place.to_owned(),
        detail: format!("{}{times}", shown(detail)),
        remedy: String::new(),
    }
}

/// Whether the same request may be answered better a moment later.
fn passes(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The pause that a server asks for in seconds; its other form, a date, is rare and treated as none.
fn asked_pause(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Redirects are followed within bounds, and never from TLS to none. The client leaves the authorization behind when
/// the host changes.
fn redirects(may_be_plain: bool) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let was_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
        if attempt.previous().len() > REDIRECTS {
            attempt.error("it redirects on and on")
        } else if was_secure && attempt.url().scheme() != "https" && !may_be_plain {
            attempt.error("it redirects to an address without TLS")
        } else {
            attempt.follow()
        }
    })
}

/// Whether `host[:port]` is this very machine.
fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:1", "127.8.9.10"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "127.0.0.1.example:80", "10.0.0.1", "docker.io"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
