//! HTTP: conditional requests, with bounds on time, size and redirections.

use std::{error::Error, io, net::IpAddr, sync::Arc, time::Instant};

use reqwest::{
    Method, StatusCode, Url,
    blocking::{Client, Response},
    header::{self, HeaderMap, HeaderName},
    redirect::Policy,
};

use super::{
    document::{CopyError, Document, copy},
    listing,
    mirror::Mirror,
    request::{Fetched, Request, TransportError, spool, unreachable},
    retry::{Failed, attempts, retry_after},
};
use crate::{Clock, limits, state::Validators, transfer::read_bounded};

pub(super) struct Http {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl Http {
    pub(super) fn new(mirror: Option<&Mirror>, clock: Arc<dyn Clock>) -> Result<Self, String> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        let mut builder = Client::builder()
            .user_agent(concat!("limpid/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits::CONNECT_TIME)
            .timeout(limits::SILENCE_TIME)
            .redirect(Policy::custom(|attempt| {
                let downgrade = attempt.url().scheme() == "http"
                    && attempt.previous().iter().any(|before| before.scheme() == "https");
                if downgrade {
                    attempt.error("redirected from https to http")
                } else if attempt.previous().len() > limits::REDIRECTIONS {
                    attempt.error("redirected too often")
                } else {
                    attempt.follow()
                }
            }));
        if matches!(mirror, Some(Mirror::Url(url)) if is_loopback(url)) {
            // No proxy reaches this machine's own loopback address.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| causes(&error))?;
        Ok(Self { client, clock })
    }

    pub(super) fn fetch(&self, url: &str, request: &Request<'_>) -> Result<Fetched, TransportError> {
        attempts(&*self.clock, || self.fetch_once(url, request))
    }

    fn fetch_once(&self, url: &str, request: &Request<'_>) -> Result<Fetched, Failed> {
        let mut conditions = HeaderMap::new();
        let known = &request.known;
        for (name, value) in
            [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)]
        {
            // What came as a header goes back as one.
            if let Some(value) = value.as_ref().and_then(|value| value.parse().ok()) {
                conditions.insert(name, value);
            }
        }
        let response = self.send(Method::GET, url, conditions)?;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(Fetched::NotModified),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Fetched::Absent),
            StatusCode::OK => receive(url, response, request),
            status => Err(Failed::ForGood(unreachable(url, &format!("HTTP {status}")))),
        }
    }

    /// The names in a directory listing. `None` where there is no page, or one that lists nothing.
    pub(super) fn list(&self, url: &str) -> Result<Option<Vec<String>>, TransportError> {
        attempts(&*self.clock, || {
            let response = self.send(Method::GET, url, HeaderMap::new())?;
            match response.status() {
                StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => Ok(None),
                StatusCode::OK => {
                    let is_page = text(response.headers(), header::CONTENT_TYPE)
                        .is_some_and(|kind| kind.starts_with("text/html"));
                    let path = response.url().path().to_owned();
                    let page = read_page(url, response)?;
                    Ok(Some(listing::names(&page, &path)).filter(|names| is_page && !names.is_empty()))
                }
                status => Err(Failed::ForGood(unreachable(url, &format!("HTTP {status}")))),
            }
        })
    }

    /// A small document, whole.
    pub(super) fn read(&self, url: &str) -> Result<Option<Vec<u8>>, TransportError> {
        attempts(&*self.clock, || {
            let response = self.send(Method::GET, url, HeaderMap::new())?;
            match response.status() {
                StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
                status if status.is_success() => read_whole(url, response).map(Some),
                status => Err(Failed::ForGood(unreachable(url, &format!("HTTP {status}")))),
            }
        })
    }

    pub(super) fn exists(&self, url: &str) -> Result<bool, TransportError> {
        attempts(&*self.clock, || {
            let mut response = self.send(Method::HEAD, url, HeaderMap::new())?;
            if matches!(response.status(), StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) {
                let first_byte =
                    HeaderMap::from_iter([(header::RANGE, header::HeaderValue::from_static("bytes=0-0"))]);
                response = self.send(Method::GET, url, first_byte)?;
            }
            match response.status() {
                StatusCode::NOT_FOUND | StatusCode::GONE => Ok(false),
                status if status.is_success() => Ok(true),
                status => Err(Failed::ForGood(unreachable(url, &format!("HTTP {status}")))),
            }
        })
    }

    /// Sends a request. Answers that only mean “later” are failures.
    fn send(&self, method: Method, url: &str, headers: HeaderMap) -> Result<Response, Failed> {
        let sent = self.client.request(method, url).headers(headers).send();
        let response = sent.map_err(|error| {
            let failed = unreachable(url, &causes(&error.without_url()));
            Failed::ForNow(failed, None)
        })?;
        match response.status() {
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => {
                let asked = text(response.headers(), header::RETRY_AFTER);
                let pause = asked.and_then(|asked| retry_after(&asked, self.clock.now()));
                Err(Failed::ForNow(unreachable(url, &format!("HTTP {status}")), pause))
            }
            _other => Ok(response),
        }
    }
}

fn receive(url: &str, mut response: Response, request: &Request<'_>) -> Result<Fetched, Failed> {
    let expected = response.content_length();
    if expected.is_some_and(|length| length > request.most) {
        return Err(Failed::ForGood(TransportError::TooLarge { limit: request.most }));
    }
    let etag = text(response.headers(), header::ETAG);
    let last_modified = text(response.headers(), header::LAST_MODIFIED);
    let mut spool = spool(request.directory).map_err(Failed::ForGood)?;
    (request.started)(expected);
    let begun = Instant::now();
    let mut advanced = |bytes| {
        (request.advanced)(bytes);
        let late = begun.elapsed() > limits::TRANSFER_TIME;
        if late {
            Err(io::Error::new(io::ErrorKind::TimedOut, "the transfer takes too long"))
        } else {
            Ok(())
        }
    };
    let content =
        copy(&mut response, &mut spool, request.most, &mut advanced).map_err(|error| match error {
            CopyError::TooLarge => Failed::ForGood(TransportError::TooLarge { limit: request.most }),
            CopyError::Writing(error) => Failed::ForGood(TransportError::Disk(error.to_string())),
            CopyError::Reading(error, received) if is_end(&error) => {
                Failed::ForNow(TransportError::CutOff { received, expected }, None)
            }
            CopyError::Reading(error, _) => Failed::ForNow(unreachable(url, &causes(&error)), None),
        })?;
    if request.known.content.as_ref() == Some(&content) {
        return Ok(Fetched::NotModified);
    }
    let validators = Validators { etag, last_modified, content: Some(content), mark: None };
    Ok(Fetched::Document(Document { spool, validators }))
}

/// Reads a page whole: a part of a listing would hide releases.
fn read_page(url: &str, response: Response) -> Result<String, Failed> {
    Ok(String::from_utf8_lossy(&read_whole(url, response)?).into_owned())
}

fn read_whole(url: &str, mut response: Response) -> Result<Vec<u8>, Failed> {
    read_bounded(&mut response, limits::LISTING_BYTES).map_err(|error| {
        if error.kind() == io::ErrorKind::FileTooLarge {
            Failed::ForGood(unreachable(url, "the listing is larger than any real one"))
        } else {
            Failed::ForNow(unreachable(url, &causes(&error)), None)
        }
    })
}

/// Whether a body ended early, as opposed to a network that broke down: neither slow nor reset.
fn is_end(error: &io::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let broken =
            [io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionAborted, io::ErrorKind::TimedOut];
        let is_broken = error.downcast_ref::<io::Error>().is_some_and(|error| broken.contains(&error.kind()));
        let is_slow = error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout);
        if is_broken || is_slow {
            return false;
        }
        cause = error.source();
    }
    true
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn is_loopback(url: &str) -> bool {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// An error with its causes: the outermost alone says little.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}
