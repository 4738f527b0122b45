//! Where a request comes from, and under which name this service was asked.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, Uri, header, request::Parts};

use crate::{engine::Engine, http::Peer};

/// The address of the client. Behind a proxy that speaks TLS for us, what that proxy says of it: the last of the addresses,
/// because those before it are the client's own words.
pub(crate) fn peer(engine: &Engine, head: &Parts) -> Option<IpAddr> {
    let peer = head.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical())?;
    let registry = &engine.configuration.registry;
    let may_be_proxy = registry.tls.is_none() && (peer.is_loopback() || !registry.listen.ip().is_loopback());
    if !may_be_proxy {
        return Some(peer);
    }
    let said = head.headers.get_all("x-forwarded-for").iter().next_back();
    let last = said.and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok()).or(Some(peer))
}

/// Whether browsers reach this service by TLS, as far as can be known.
pub(crate) fn is_secure(engine: &Engine) -> bool {
    let registry = &engine.configuration.registry;
    match &registry.public_url {
        Some(url) => url.scheme() == "https",
        // Who listens for others without TLS has said that a proxy speaks it.
        None => registry.tls.is_some() || !registry.listen.ip().to_canonical().is_loopback(),
    }
}

/// The name and port under which this service is reached: what was configured, or what the client says.
pub(crate) fn authority(engine: &Engine, uri: &Uri, headers: &HeaderMap) -> String {
    let registry = &engine.configuration.registry;
    if let Some(url) = &registry.public_url {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        return format!("{}{port}", url.host_str().unwrap_or_default());
    }
    let asked = uri.authority().map(axum::http::uri::Authority::as_str);
    let said = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let is_plain = |text: &&str| {
        let plain = |character: char| character.is_ascii_alphanumeric() || "-._:[]".contains(character);
        !text.is_empty() && text.chars().all(plain)
    };
    asked.or(said).filter(is_plain).map_or_else(|| registry.listen.to_string(), str::to_owned)
}

/// The address under which this service is reached, without a slash at its end.
pub(crate) fn base(engine: &Engine, uri: &Uri, headers: &HeaderMap) -> String {
    match &engine.configuration.registry.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            let scheme = if is_secure(engine) { "https" } else { "http" };
            format!("{scheme}://{}", authority(engine, uri, headers))
        }
    }
}

/// Whether a request that changes something, and that a browser adds a cookie to, comes from a page of this service.
pub(crate) fn is_own(engine: &Engine, head: &Parts) -> bool {
    is_safe(head) || source(engine, head) == Some(true)
}

/// Whether a request that changes something comes from another site's page. Programs do not say where they are.
pub(crate) fn is_foreign(engine: &Engine, head: &Parts) -> bool {
    !is_safe(head) && source(engine, head) == Some(false)
}

fn is_safe(head: &Parts) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(&head.method)
}

/// Whether a browser says that a page of this service sent this; `None`: it says nothing.
fn source(engine: &Engine, head: &Parts) -> Option<bool> {
    if let Some(site) = head.headers.get("sec-fetch-site") {
        return Some(site == "same-origin" || site == "none");
    }
    let origin = head.headers.get(header::ORIGIN)?.to_str().unwrap_or_default();
    let host = origin.split_once("://").map(|(_, host)| host);
    Some(host == Some(authority(engine, &head.uri, &head.headers).as_str()))
}
