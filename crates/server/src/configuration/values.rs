//! Values: from what stands in a file to what it means. An error says what is wrong, never what a secret is.

use std::{net::SocketAddr, time::Duration};

use axum::http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use limpid_core::ecosystems;
use toml::Value;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{
    Role,
    kinds::{Kind, UNAUTHENTICATED},
    problem::{did_you_mean, nearest},
    sections::ROLES,
};
use crate::{limits, secret::Secret};

/// Why a value is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is not what the key's kind allows.
    Kind,
    /// In words that follow the key's name and a colon.
    Said(String),
}

pub(super) fn text(value: &Value) -> Result<String, Wrong> {
    value.as_str().map(str::to_owned).ok_or(Wrong::Kind)
}

/// A text that has something in it.
pub(super) fn filled(value: &Value) -> Result<String, Wrong> {
    text(value).and_then(|text| if text.is_empty() { Err(Wrong::Kind) } else { Ok(text) })
}

pub(super) fn boolean(value: &Value) -> Result<bool, Wrong> {
    value.as_bool().ok_or(Wrong::Kind)
}

/// A number in the range of its kind.
pub(super) fn number<T: TryFrom<i64>>(kind: Kind, value: &Value) -> Result<T, Wrong> {
    let (least, most) = kind.range();
    let number = value.as_integer().filter(|number| (least..=most).contains(number)).ok_or(Wrong::Kind)?;
    T::try_from(number).map_err(|_too_large| Wrong::Kind)
}

pub(super) fn listen(value: &Value) -> Result<SocketAddr, Wrong> {
    let text = text(value)?;
    text.parse().map_err(|_wrong| match text.strip_prefix(':') {
        Some(port) => Wrong::Said(format!(
            "“{text}” has no address: 127.0.0.1:{port} is for this machine alone, 0.0.0.0:{port} for every address"
        )),
        None => Wrong::Kind,
    })
}

/// An address of the web. Credentials in it would be shown wherever the address is.
pub(super) fn url(value: &Value) -> Result<Url, Wrong> {
    let url: Url = text(value)?.parse().map_err(|_wrong| Wrong::Kind)?;
    let good = ["https", "http"].contains(&url.scheme())
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    if good { Ok(url) } else { Err(Wrong::Kind) }
}

pub(super) fn sentence(value: &Value) -> Result<(), Wrong> {
    if text(value)? == UNAUTHENTICATED { Ok(()) } else { Err(Wrong::Kind) }
}

/// `500M`, `2G`, `1024`: bytes with a binary unit.
pub(super) fn size(value: &Value) -> Result<u64, Wrong> {
    if let Some(bytes) = value.as_integer() {
        return u64::try_from(bytes).map_err(|_negative| Wrong::Kind);
    }
    bytes(&text(value)?).ok_or(Wrong::Kind)
}

/// The same, of a text.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['B', 'b']).trim_end_matches('i');
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match text.strip_prefix(digits).map(str::to_ascii_uppercase).as_deref() {
        Some("") => 0,
        Some("K") => 10,
        Some("M") => 20,
        Some("G") => 30,
        Some("T") => 40,
        Some(_) | None => return None,
    };
    let Ok(number) = digits.trim().parse::<u64>() else { return None };
    number.checked_mul(1 << shift)
}

/// `6h`, `90m`, `1h30m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        let (digits, after) = rest.split_at_checked(end)?;
        let end = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _other => return None,
        };
        let Ok(number) = digits.parse::<u64>() else { return None };
        total = total.checked_add(Duration::from_secs(number.checked_mul(seconds)?))?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

pub(super) fn period(value: &Value) -> Result<Duration, Wrong> {
    duration(&text(value)?).filter(|period| *period >= limits::SHORTEST_PERIOD).ok_or(Wrong::Kind)
}

/// A list of texts, each of which means something.
pub(super) fn list<T>(value: &Value, each: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let items = value.as_array().ok_or(Wrong::Kind)?;
    items.iter().map(|item| each(item.as_str().ok_or(Wrong::Kind)?)).collect()
}

/// A list of texts that are not empty.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, Wrong> {
    list(value, |text| if text.is_empty() { Err(Wrong::Kind) } else { Ok(text.to_owned()) })
}

pub(super) fn role(word: &str) -> Result<Role, Wrong> {
    let found = ROLES.into_iter().find(|(known, _)| *known == word);
    found.map(|(_, role)| role).ok_or_else(|| {
        let near = nearest(word, ROLES.map(|(known, _)| known));
        let which = near.map_or(
            "; the roles are indexer, matcher, updater, notifier, registry and ui".to_owned(),
            |near| did_you_mean(Some(near)),
        );
        Wrong::Said(format!("“{word}” is no role{which}"))
    })
}

/// Levels, or directives of the filter. A bare word that is no level would silently be taken for a module.
pub(super) fn level(value: &Value) -> Result<String, Wrong> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let text = text(value)?;
    for directive in text.split(',').map(str::trim) {
        let level = directive.rsplit('=').next().unwrap_or(directive);
        if !LEVELS.contains(&level) {
            return match nearest(level, LEVELS) {
                Some(near) => Err(Wrong::Said(format!("“{level}” is no level{}", did_you_mean(Some(near))))),
                None => Err(Wrong::Kind),
            };
        }
    }
    EnvFilter::try_new(&text).map_err(|_wrong| Wrong::Kind)?;
    Ok(text)
}

pub(super) fn ecosystem(id: &str) -> Result<String, Wrong> {
    let all = ecosystems::all();
    let known: Vec<&str> = all.iter().map(|ecosystem| ecosystem.id).collect();
    if known.contains(&id) {
        return Ok(id.to_owned());
    }
    let near = nearest(id, known.iter().copied());
    let which =
        near.map_or_else(|| format!("; there are {}", known.join(", ")), |near| did_you_mean(Some(near)));
    Err(Wrong::Said(format!("“{id}” is no ecosystem of this Limpid{which}")))
}

/// The name of a feed, or its beginning: the ecosystem at least, or who else publishes feeds.
pub(super) fn feed(prefix: &str) -> Result<String, Wrong> {
    let first = prefix.split('/').next().unwrap_or(prefix);
    if !ecosystems::all().enrichments().any(|publisher| publisher.id == first) {
        ecosystem(first)?;
    }
    Ok(prefix.to_owned())
}

/// A network; an address alone is a network of one.
pub(super) fn network(text: &str) -> Result<IpNet, Wrong> {
    let network: IpNet = match text.parse::<std::net::IpAddr>() {
        Ok(address) => address.into(),
        Err(_no_address) => text.parse().map_err(|_wrong| {
            Wrong::Said(format!("“{text}” is no network; write it as 10.0.0.0/8 or fd00::/8"))
        })?,
    };
    if network.trunc() == network {
        return Ok(network);
    }
    Err(Wrong::Said(format!("“{text}” has bits beyond its prefix; the network is {}", network.trunc())))
}

/// A host's name or address, without scheme, port and path, as URLs have it.
pub(super) fn host(text: &str) -> Result<String, Wrong> {
    let wrong = || {
        Wrong::Said(format!(
            "“{text}” is no host; write it as quay.example.com, or .example.com for all below"
        ))
    };
    let (dot, name) = text.strip_prefix('.').map_or(("", text), |name| (".", name));
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if dot.is_empty() && bare.parse::<std::net::IpAddr>().is_ok() {
        return Ok(bare.to_owned());
    }
    if name.is_empty() || name.contains([':', '/', '@', '*', '[', ']']) {
        return Err(wrong());
    }
    match url::Host::parse(name) {
        Ok(url::Host::Domain(domain)) => Ok(format!("{dot}{domain}")),
        Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => Err(wrong()),
    }
}

/// `host:port`, an IPv6 address in brackets.
pub(super) fn host_port(text: &str) -> Result<String, Wrong> {
    let wrong = || Wrong::Said(format!("“{text}” is no host with a port; write it as mq.example.com:61613"));
    let (name, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let good = port.parse::<u16>().is_ok_and(|port| port > 0) && url::Host::parse(name).is_ok();
    if good { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// A broker's address. It has a password, so nothing of it is said.
pub(super) fn broker(text: &str) -> Result<Secret, Wrong> {
    let url: Url = text.parse().map_err(|_wrong| Wrong::Kind)?;
    let good = ["amqps", "amqp"].contains(&url.scheme()) && url.has_host();
    if good { Ok(Secret::new(text)) } else { Err(Wrong::Kind) }
}

/// A header that can be sent.
pub(super) fn header(name: &str, value: &str) -> Result<(String, Secret), Wrong> {
    HeaderName::try_from(name).map_err(|_wrong| Wrong::Said(format!("“{name}” is no name of a header")))?;
    HeaderValue::try_from(value)
        .map_err(|_wrong| Wrong::Said(format!("the value of “{name}” cannot be sent in a header")))?;
    Ok((name.to_owned(), Secret::new(value)))
}

/// A database's address, as far as it can be told without asking it.
pub(super) fn database(text: &str) -> Result<(), Wrong> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let good = match scheme {
        Some("postgres" | "postgresql") => true,
        // Before a libpq string's first `://` there is at least one `=`.
        Some(scheme) => scheme.contains('='),
        None => !matches!(text, "" | "sqlite:"),
    };
    if good { Ok(()) } else { Err(Wrong::Kind) }
}

/// An address of blobs.
pub(super) fn blobs(text: &str) -> Result<(), Wrong> {
    match text.split_once("://") {
        Some(("s3", _)) => {
            let url: Url = text.parse().map_err(|_wrong| Wrong::Kind)?;
            // Keys come from the environment; in an address they would be shown.
            let good = url.has_host() && url.username().is_empty() && url.password().is_none();
            if good { Ok(()) } else { Err(Wrong::Kind) }
        }
        Some(_other) => Err(Wrong::Kind),
        None => {
            if matches!(text, "" | "file:") {
                Err(Wrong::Kind)
            } else {
                Ok(())
            }
        }
    }
}

/// A mirror of feeds.
pub(super) fn mirror(text: &str) -> Result<(), Wrong> {
    match text.split_once("://") {
        Some(("http" | "https", _)) => {
            // A mirror stands in the errors of its feeds, so it has no password.
            url(&Value::String(text.to_owned())).map(drop)
        }
        Some(("file", path)) => {
            if path.is_empty() {
                Err(Wrong::Kind)
            } else {
                Ok(())
            }
        }
        Some(_other) => Err(Wrong::Kind),
        None => {
            if text.is_empty() {
                Err(Wrong::Kind)
            } else {
                Ok(())
            }
        }
    }
}
