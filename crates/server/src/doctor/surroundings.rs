//! Those whom the service speaks to, and how others reach it.

use std::{
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use url::Url;

use super::Check;
use crate::{
    Configuration,
    configuration::{Delivery, Role, Target},
    notifying::targets::reach,
};

/// How long a server may take to answer at all.
const ANSWER: Duration = Duration::from_secs(5);

/// How clients reach it: the addresses that stand in links and tokens.
pub(super) fn addresses(configuration: &Configuration) -> Vec<Check> {
    let mut checks = Vec::new();
    let (api, registry) = (&configuration.api, &configuration.registry);
    let is_public = [Role::Registry, Role::Ui].iter().any(|role| configuration.roles.contains(role));
    let notifies = !configuration.notifier.targets.is_empty() && configuration.notifier.callback.is_none();
    checks.push(address("api.public_url", api.public_url.as_ref(), api.tls.is_some(), notifies));
    if is_public {
        let is_local = registry.listen.ip().to_canonical().is_loopback();
        checks.push(address(
            "registry.public_url",
            registry.public_url.as_ref(),
            registry.tls.is_some(),
            !is_local,
        ));
    }
    checks
}

/// `is_wanted`: whether something goes wrong behind a proxy where it is not said.
fn address(setting: &'static str, url: Option<&Url>, speaks_tls: bool, is_wanted: bool) -> Check {
    let Some(url) = url else {
        let says = "not said: links are made as clients ask";
        let remedy = format!("behind a proxy, or where messages carry links, set {setting}");
        return if is_wanted { Check::note(setting, says, remedy) } else { Check::fine(setting, says) };
    };
    let is_loopback =
        url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    match url.scheme() {
        "https" => Check::fine(setting, format!("links lead to {url}")),
        "http" if speaks_tls => Check::wrong(
            setting,
            format!("{url} is http, and the listener speaks TLS"),
            format!("set {setting} to the https address"),
        ),
        "http" if !is_loopback => Check::note(
            setting,
            format!("{url}: passwords and tokens go in the clear"),
            "serve it with TLS, here or at a proxy",
        ),
        _http => Check::fine(setting, format!("links lead to {url}")),
    }
}

/// The files with names and passwords for other registries.
pub(super) fn credentials(configuration: &Configuration) -> Option<Check> {
    const SUBJECT: &str = "registry.upstreams.credentials_file";
    let file = configuration.registry.upstreams.credentials.as_ref()?;
    let place = file.display();
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) => {
            let says = format!("{place} cannot be read: {error}");
            return Some(Check::wrong(SUBJECT, says, "let the user of the service read it"));
        }
    };
    Some(match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&text) {
        Ok(_) => Check::fine(SUBJECT, format!("{place} can be read")),
        // Where it breaks off says nothing of what is in it.
        Err(error) => Check::wrong(
            SUBJECT,
            format!("{place} is no JSON object (line {}, column {})", error.line(), error.column()),
            "write it as podman login --authfile does",
        ),
    })
}

/// Those who are told of changes, each of their brokers by itself.
pub(super) fn targets(configuration: &Configuration, offline: bool) -> Vec<Check> {
    configuration.notifier.targets.iter().flat_map(|one| target(one, offline)).collect()
}

fn target(target: &Target, offline: bool) -> Vec<Check> {
    let subject = format!("target {}", target.name);
    if offline {
        return vec![Check::skipped(subject)];
    }
    let told = |delivery: &Delivery| match reach(delivery) {
        None => Check::fine(&subject, "there"),
        Some(Ok(())) => Check::fine(&subject, "a broker answers, and lets us in"),
        Some(Err(error)) => Check::wrong(
            &subject,
            error.to_string(),
            "start the broker, or mend what the configuration says of it",
        ),
    };
    match &target.delivery {
        Delivery::Webhook(webhook) => vec![server(&subject, &webhook.target)],
        Delivery::Amqp(amqp) => {
            let single = |uri| crate::configuration::Amqp { uris: vec![uri], ..amqp.clone() };
            amqp.uris.iter().map(|uri| told(&Delivery::Amqp(single(uri.clone())))).collect()
        }
        Delivery::Stomp(stomp) => {
            let single = |uri| crate::configuration::Stomp { uris: vec![uri], ..stomp.clone() };
            stomp.uris.iter().map(|uri| told(&Delivery::Stomp(single(uri.clone())))).collect()
        }
    }
}

/// Who vouches for people, and who takes mail.
pub(super) fn others(configuration: &Configuration, offline: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    let registry = &configuration.registry;
    if let Some(oidc) = &registry.oidc {
        checks.push(match oidc.issuer.parse::<Url>() {
            _ if offline => Check::skipped("OpenID Connect"),
            Ok(url) => server("OpenID Connect", &url),
            Err(error) => Check::wrong(
                "OpenID Connect",
                format!("{} is no address: {error}", oidc.issuer),
                "mend registry.oidc.issuer",
            ),
        });
    }
    if let Some(mail) = &registry.mail {
        checks.push(if offline { Check::skipped("mail") } else { answers("mail", &mail.host, mail.port) });
    }
    checks
}

/// Whether the server of an address answers. Whether it does its work shows when it is asked for it.
fn server(subject: &str, url: &Url) -> Check {
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => answers(subject, host.trim_matches(['[', ']']), port),
        _ => Check::wrong(subject, "its address has no host or no port", "mend the address"),
    }
}

fn answers(subject: &str, host: &str, port: u16) -> Check {
    let places = match (host, port).to_socket_addrs() {
        Ok(places) => places,
        Err(error) => {
            let says = format!("the name {host} is not found: {error}");
            return Check::wrong(subject, says, "mend the name, or the name service of this machine");
        }
    };
    let mut failure = "it has no address".to_owned();
    for place in places {
        match TcpStream::connect_timeout(&place, ANSWER) {
            Ok(_connection) => return Check::fine(subject, format!("{host}:{port} answers")),
            Err(error) => failure = error.to_string(),
        }
    }
    Check::wrong(
        subject,
        format!("{host}:{port} does not answer: {failure}"),
        "start it, or let this machine reach it",
    )
}
