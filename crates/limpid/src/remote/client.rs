//! Requests to a server: sent until they are answered, within bounds, each with a token of its own.
//!
//! Redirections are not followed: a token and an image are for the server that was named, and for no other.

use std::{
    io::Read as _,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use chrono::Utc;
use reqwest::{
    StatusCode,
    blocking::{RequestBuilder, Response},
    header::{LOCATION, RETRY_AFTER},
    redirect,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Key, ServerAddress};

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take that the server has at hand.
pub(super) const SHORT: Duration = Duration::from_secs(30);
/// How long an image may take to be indexed, and its report to be made.
pub(super) const LONG: Duration = Duration::from_secs(600);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;
/// The pause after the first failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// No report of an image is larger.
const LARGEST_ANSWER: u64 = 256 << 20;

/// How a server is spoken to.
#[derive(Debug, Clone)]
pub(crate) struct ClientOptions {
    /// The key that signs requests, where the server wants one.
    pub(crate) key: Option<Key>,
    /// Whether a certificate that nobody vouches for is good enough.
    pub(crate) insecure: bool,
}

/// The way to one server.
pub(crate) struct Client {
    http: reqwest::blocking::Client,
    address: ServerAddress,
    key: Option<Key>,
}

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Vec<u8>,
    location: Option<String>,
}

impl Client {
    /// A way to the server. Nothing is sent yet.
    pub(crate) fn new(address: ServerAddress, options: &ClientOptions) -> anyhow::Result<Self> {
        // An error says that another part of the process was first, with the same choice.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = reqwest::blocking::Client::builder()
            .user_agent(concat!("limpid/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .tls_danger_accept_invalid_certs(options.insecure);
        if address.is_loopback() {
            builder = builder.no_proxy();
        }
        let http = builder.build().context("TLS cannot be set up")?;
        Ok(Self { http, address, key: options.key.clone() })
    }

    /// The server.
    pub(super) fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// Asks for something.
    pub(super) fn get(&self, path: &str, patience: Duration) -> anyhow::Result<Answer> {
        self.send(patience, &|http, timeout| Ok(http.get(self.address.at(path)).timeout(timeout)))
    }

    /// Asks whether something is there.
    pub(super) fn head(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(SHORT, &|http, timeout| Ok(http.head(self.address.at(path)).timeout(timeout)))
    }

    /// Sends a document.
    pub(super) fn post(&self, path: &str, document: &[u8], patience: Duration) -> anyhow::Result<Answer> {
        self.send(patience, &|http, timeout| {
            let request = http.post(self.address.at(path)).timeout(timeout);
            Ok(request.header("Content-Type", "application/json").body(document.to_vec()))
        })
    }

    /// Stores bytes; `open` gives them from their start each time that they are sent.
    pub(super) fn put(
        &self,
        path: &str,
        patience: Duration,
        open: &dyn Fn() -> anyhow::Result<reqwest::blocking::Body>,
    ) -> anyhow::Result<Answer> {
        self.send(patience, &|http, timeout| {
            let request = http.put(self.address.at(path)).timeout(timeout);
            Ok(request.header("Content-Type", "application/octet-stream").body(open()?))
        })
    }

    /// Sends what `build` makes, again after a lost connection and the errors of servers that pass. Any other answer is
    /// handed on, but for the refusals that are the same whatever is asked.
    fn send(
        &self,
        patience: Duration,
        build: &dyn Fn(&reqwest::blocking::Client, Duration) -> anyhow::Result<RequestBuilder>,
    ) -> anyhow::Result<Answer> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let left = patience.saturating_sub(begun.elapsed());
            let mut request = build(&self.http, left)?;
            if let Some(key) = &self.key {
                request = request.bearer_auth(key.token(Utc::now()));
            }
            let (failure, asked) = match request.send() {
                Ok(response) if !passes(response.status()) => match Answer::read(response) {
                    Ok(answer) => return self.unless_refused(answer),
                    Err(error) => (anyhow!("its answer broke off: {error}"), None),
                },
                Ok(response) => {
                    let asked = asked_pause(&response);
                    (Answer::read(response).map_or_else(Into::into, |answer| answer.unexpected()), asked)
                }
                Err(error) if error.is_builder() => bail!("the request cannot be made: {}", reason(error)),
                Err(error) => (reason(error), None),
            };
            let wait = asked.unwrap_or(pause).min(LONGEST_PAUSE);
            if attempt == ATTEMPTS || begun.elapsed() + wait >= patience {
                return Err(failure.context(format!("{} is not available", self.address)));
            }
            thread::sleep(wait);
            pause *= 2;
            attempt += 1;
        }
    }

    fn unless_refused(&self, answer: Answer) -> anyhow::Result<Answer> {
        let server = &self.address;
        if answer.status == StatusCode::UNAUTHORIZED {
            let why = if self.key.is_some() {
                "it takes neither the key nor the issuer that were given, or its clock differs: see --server-key and \
                 --server-issuer"
            } else {
                "it wants a key: --server-key FILE names one (or LIMPID_SERVER_KEY_FILE)"
            };
            bail!("{server} refuses the request: {why}");
        }
        if answer.status.is_redirection() {
            let to = answer.location.as_deref().unwrap_or("another address");
            bail!("{server} sends on to {to}; name the address where the server is itself");
        }
        Ok(answer)
    }
}

impl Answer {
    fn read(response: Response) -> std::io::Result<Self> {
        let status = response.status();
        let location =
            response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        response.take(LARGEST_ANSWER + 1).read_to_end(&mut body)?;
        Ok(Self { status, body, location })
    }

    /// The document that it holds.
    pub(super) fn document<T: DeserializeOwned>(&self, what: &str) -> anyhow::Result<T> {
        if self.body.len() as u64 > LARGEST_ANSWER {
            bail!("{what} is larger than {LARGEST_ANSWER} bytes");
        }
        serde_json::from_slice(&self.body)
            .with_context(|| format!("{what} is in no form that this version reads"))
    }

    /// Whether it holds an object of JSON.
    pub(super) fn is_object(&self) -> bool {
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&self.body).is_ok()
    }

    /// What it says where it reports an error: the server's own words where it follows the form of Clair and Limpid.
    pub(super) fn message(&self) -> String {
        #[derive(Deserialize)]
        struct Failure {
            message: String,
        }
        const LONGEST: usize = 500;
        let told = serde_json::from_slice::<Failure>(&self.body).map(|failure| failure.message);
        let told = told.ok().filter(|message| !message.is_empty());
        let told =
            told.unwrap_or_else(|| self.status.canonical_reason().unwrap_or("no reason is given").to_owned());
        told.chars().take(LONGEST).collect()
    }

    /// An error for an answer that is none of those that were reckoned with.
    pub(super) fn unexpected(&self) -> anyhow::Error {
        anyhow!("it answers with status {}: {}", self.status.as_u16(), self.message())
    }
}

/// Whether the same request may be answered better a moment later. A bad gateway is not among them: by it Limpid says
/// that it could not fetch a layer.
fn passes(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The pause that a server asks for in seconds; its other form, a date, is rare and treated as none.
fn asked_pause(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Why a request failed: what happened at the bottom of it, and nothing of what was sent.
fn reason(error: reqwest::Error) -> anyhow::Error {
    if error.is_timeout() {
        return anyhow!("it did not answer in time");
    }
    let is_connect = error.is_connect();
    let error = anyhow::Error::new(error.without_url());
    let text = error.root_cause().to_string();
    if is_connect { anyhow!("no connection: {text}") } else { anyhow!(text) }
}
