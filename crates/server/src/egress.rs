//! Egress: requests to addresses that strangers name.
//!
//! Every address that is connected to has passed the policy: names are resolved once and connected to at the addresses
//! that were checked, literals are checked as well, and each redirection is a new request. What a server answers is never
//! part of an error, nor are headers and queries, which carry secrets.
//!
//! It blocks, and must not be used, made or dropped on a thread that runs asynchronous tasks.

use std::{collections::BTreeMap, fmt, io, io::Read, sync::Arc};

use reqwest::{
    Method, StatusCode,
    blocking::{Client, Response},
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::{configuration::Egress, limits};

mod address;
mod policy;
mod reason;
mod resolver;
mod target;
#[cfg(test)]
mod tests;

use policy::Policy;
use reason::{broken_off, failure};
use resolver::{Guarded, Lookup, System};
use target::Target;

/// A client that keeps to a policy. Cheap to clone.
#[derive(Clone)]
pub struct EgressClient(Arc<Inner>);

struct Inner {
    policy: Arc<Policy>,
    /// For addresses with TLS, and for those without: their resolvers differ in what they let through.
    secure: Client,
    plain: Client,
}

impl fmt::Debug for EgressClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("EgressClient").field(&self.0.policy).finish()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The policy does not allow it. The message names the setting that would.
    #[error("{0}")]
    NotAllowed(String),
    /// The address is none, or a header is not one to send.
    #[error("{0}")]
    Invalid(String),
    /// The server does not answer, or not as it should.
    #[error("{0}")]
    Failed(String),
    /// The server answers with a status that is no success.
    #[error("{host} answers with status {status}")]
    Status {
        /// The host, with its port where that is not the usual one.
        host: String,
        /// The status.
        status: u16,
    },
}

/// Headers that are not for strangers to choose: they say how the connection is used, or to whom the request really goes.
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl EgressClient {
    /// A client for this policy; `setting` is the name of its table in the configuration, for errors. Blocks.
    pub fn new(policy: &Egress, setting: &'static str) -> Result<Self, EgressError> {
        Self::with_lookup(policy, setting, &(Arc::new(System) as Arc<dyn Lookup>))
    }

    fn with_lookup(
        policy: &Egress,
        setting: &'static str,
        lookup: &Arc<dyn Lookup>,
    ) -> Result<Self, EgressError> {
        let policy = Arc::new(Policy::new(policy.clone(), setting));
        let guarded =
            |is_plain| Guarded { policy: Arc::clone(&policy), lookup: Arc::clone(lookup), is_plain };
        let (secure, plain) = (client(guarded(false))?, client(guarded(true))?);
        Ok(Self(Arc::new(Inner { policy, secure, plain })))
    }

    /// Fetches an address, as a stream. Anything but status 200 is an error. Blocks.
    ///
    /// Redirections are followed. Where one leads to another scheme, host or port, the headers but `Accept` are left
    /// behind for good.
    pub fn get(
        &self,
        address: &str,
        headers: &BTreeMap<String, Vec<String>>,
    ) -> Result<Box<dyn Read + Send>, EgressError> {
        let given = headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let mut headers = parsed(given)?;
        let mut target = Target::parse(address)?;
        for _hop in 0..=limits::REDIRECTIONS {
            let response = self.send(Method::GET, &target, headers.clone(), None)?;
            match (response.status(), response.headers().get(header::LOCATION)) {
                (StatusCode::OK, _any) => {
                    return Ok(Box::new(Answer { host: target.host().to_owned(), response }));
                }
                (status, Some(location)) if is_redirection(status) => {
                    let next = target.follow(location.as_bytes())?;
                    if !next.is_same_origin(&target) {
                        headers = for_others(&headers);
                    }
                    target = next;
                }
                (status, _any) => return Err(unwanted(&target, status)),
            }
        }
        Err(EgressError::Failed(format!("{} redirects on and on", target.host())))
    }

    /// Posts a body; anything but a success is an error, and redirections are none. Blocks.
    pub fn post(
        &self,
        address: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<(), EgressError> {
        let headers = parsed(headers.iter().map(|(name, value)| (name, value)))?;
        let target = Target::parse(address)?;
        let response = self.send(Method::POST, &target, headers, Some(body))?;
        if response.status().is_success() { Ok(()) } else { Err(unwanted(&target, response.status())) }
    }

    /// Posts a body, and reads what is answered, as a stream. Anything but status 200 is an error, and redirections are none.
    /// Blocks.
    pub fn exchange(
        &self,
        address: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<Box<dyn Read + Send>, EgressError> {
        let headers = parsed(headers.iter().map(|(name, value)| (name, value)))?;
        let target = Target::parse(address)?;
        let response = self.send(Method::POST, &target, headers, Some(body))?;
        if response.status() == StatusCode::OK {
            return Ok(Box::new(Answer { host: target.host().to_owned(), response }));
        }
        Err(unwanted(&target, response.status()))
    }

    fn send(
        &self,
        method: Method,
        target: &Target,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<Response, EgressError> {
        let Inner { policy, secure, plain } = &*self.0;
        // The resolver is not asked for literals.
        if let Some(address) = target.literal() {
            let judged = policy.judge(&address.to_string(), address, target.is_plain());
            judged.map_err(|refusal| EgressError::NotAllowed(refusal.to_string()))?;
        }
        let client = if target.is_plain() { plain } else { secure };
        let mut request = client.request(method, target.url().clone()).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        request.send().map_err(|error| failure(target, &error))
    }
}

fn client(resolver: Guarded) -> Result<Client, EgressError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error says that another part of the process was faster, with the same choice.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    Client::builder()
        .user_agent(concat!("limpid/", env!("CARGO_PKG_VERSION")))
        .https_only(!resolver.is_plain)
        .dns_resolver(Arc::new(resolver))
        // A proxy would connect in our place, to what nobody has checked.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(limits::CONNECT_TIME)
        .timeout(limits::SILENCE_TIME)
        .pool_max_idle_per_host(limits::IDLE_CONNECTIONS)
        .build()
        .map_err(|error| EgressError::Failed(format!("no HTTP client can be made: {error}")))
}

fn parsed<'a>(given: impl Iterator<Item = (&'a String, &'a String)>) -> Result<HeaderMap, EgressError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        let (Ok(name), Ok(mut value)) = parsed else {
            return Err(EgressError::Invalid("a header to send is no header".to_owned()));
        };
        if OURS.contains(&name.as_str()) {
            return Err(EgressError::Invalid(format!("the header {name} cannot be chosen")));
        }
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// Of headers, what others than the one that they are for may see.
fn for_others(headers: &HeaderMap) -> HeaderMap {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.map(|value| (header::ACCEPT, value.clone())).collect()
}

fn is_redirection(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn unwanted(target: &Target, status: StatusCode) -> EgressError {
    EgressError::Status { host: target.host().to_owned(), status: status.as_u16() }
}

/// A body, whose errors are in words of ours.
struct Answer {
    host: String,
    response: Response,
}

impl Read for Answer {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.response.read(buffer).map_err(|error| broken_off(&self.host, &error))
    }
}
