//! Whether those answer from whom advisory data comes, and whether their clocks and ours agree.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use limpid_catalog::Mirror;
use limpid_core::{
    ecosystem::Ecosystems,
    feed::{DiscoveryError, Upstream},
    matching::END_OF_LIFE,
    words::first_few,
};
use limpid_server::doctor::Check;
use reqwest::{
    Url,
    blocking::{Client, Response},
    header::DATE,
};

const SUBJECT: &str = "upstream";

/// How long a server may take to answer at all.
const ANSWER: Duration = Duration::from_secs(10);

/// How far clocks may be apart before ages are told wrongly.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// How many hosts are named.
const NAMED: usize = 4;

/// Asks the hosts of the feeds of some ecosystems (of all, where none is named), or the mirror in their place.
pub(super) fn checks(
    ecosystems: &Ecosystems,
    wanted: &BTreeSet<String>,
    mirror: Option<&Mirror>,
    offline: bool,
) -> Vec<Check> {
    let addresses = addresses(ecosystems, wanted);
    match (mirror, offline) {
        (Some(Mirror::Directory(directory)), _) => vec![of_directory(directory, &addresses)],
        (Some(Mirror::Url(_)) | None, true) => vec![Check::skipped(SUBJECT)],
        (Some(Mirror::Url(url)), false) => ask("mirror", &BTreeMap::from([(host(url), url.clone())])),
        (None, false) => ask(SUBJECT, &addresses),
    }
}

/// Notes what would be asked, and asks nobody.
#[derive(Default)]
struct Noted(RefCell<Vec<String>>);

impl Upstream for Noted {
    fn list(&self, url: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        self.0.borrow_mut().push(url.to_owned());
        Ok(None)
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        self.0.borrow_mut().push(url.to_owned());
        Ok(false)
    }

    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        self.0.borrow_mut().push(url.to_owned());
        Ok(None)
    }
}

/// An address at each host from which feeds come: what finding out which feeds there are would ask, and the ends of releases.
fn addresses(ecosystems: &Ecosystems, wanted: &BTreeSet<String>) -> BTreeMap<String, String> {
    let noted = Noted::default();
    for ecosystem in ecosystems.iter().filter(|one| wanted.is_empty() || wanted.contains(one.id)) {
        // An upstream that has nothing may be an error to who asks; what was asked is noted.
        let found = (ecosystem.feeds.discover)(&noted).unwrap_or_else(|_nothing| Vec::new());
        let sources = found.into_iter().chain((ecosystem.feeds.needed_by)(END_OF_LIFE));
        noted.0.borrow_mut().extend(sources.map(|source| source.url));
    }
    let urls = noted.0.into_inner();
    urls.into_iter().map(|url| (host(&url), url)).filter(|(host, _)| !host.is_empty()).collect()
}

fn host(url: &str) -> String {
    url.parse::<Url>().ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// A mirror has a folder for each host.
fn of_directory(directory: &Path, addresses: &BTreeMap<String, String>) -> Check {
    let place = directory.display();
    if !directory.is_dir() {
        return Check::wrong("mirror", format!("{place} is no directory"), "mend --mirror or LIMPID_MIRROR");
    }
    let missing: Vec<&String> = addresses.keys().filter(|host| !directory.join(host).is_dir()).collect();
    if missing.is_empty() {
        return Check::fine("mirror", format!("{place} has a folder for each of {} hosts", addresses.len()));
    }
    let says = format!("{place} has no folder for {}", first_few(&missing, NAMED, "host"));
    Check::note(
        "mirror",
        says,
        "where feeds of theirs are wanted, copy https://HOST/PATH to MIRROR/HOST/PATH",
    )
}

/// Whether each host answers anything at all. Which status is no matter: that of a listing that nobody may see is as good.
fn ask(subject: &str, addresses: &BTreeMap<String, String>) -> Vec<Check> {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            return vec![Check::unknown(
                subject,
                format!("TLS cannot be set up: {error}"),
                "install ca-certificates",
            )];
        }
    };
    let client = &client;
    let answers: Vec<(&String, reqwest::Result<Response>)> = thread::scope(|scope| {
        let asked: Vec<_> = addresses
            .iter()
            .map(|(host, url)| (host, scope.spawn(move || client.head(url).send())))
            .collect();
        // A thread that broke off has said why, and counts for nothing.
        asked.into_iter().filter_map(|(host, asking)| Some((host, asking.join().ok()?))).collect()
    });
    let mut checks = Vec::new();
    let mut good = Vec::new();
    let mut differences = Vec::new();
    for (host, answer) in answers {
        match answer {
            Ok(response) if response.status().is_server_error() => {
                let says = format!("{host} answers {}", response.status());
                checks.push(Check::unknown(subject, says, "it may pass: try again later"));
            }
            Ok(response) => {
                differences.extend(difference(&response));
                good.push(host);
            }
            Err(error) => checks.push(Check::wrong(
                subject,
                format!("{host} does not answer: {}", causes(&error)),
                "let this machine reach it (a proxy: HTTPS_PROXY), or name a mirror: --mirror",
            )),
        }
    }
    if good.len() < addresses.len() && checks.is_empty() {
        checks.push(Check::unknown(subject, "not all hosts were asked", "please report it"));
    }
    if !good.is_empty() {
        checks.insert(0, Check::fine(subject, format!("{} answer", first_few(&good, NAMED, "host"))));
    }
    checks.extend(clock(differences));
    checks
}

fn client() -> reqwest::Result<Client> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    Client::builder()
        .user_agent(concat!("limpid/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(ANSWER)
        .timeout(ANSWER)
        .build()
}

/// How far our clock is ahead of a server's; negative where it is behind.
fn difference(response: &Response) -> Option<TimeDelta> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    let theirs = DateTime::parse_from_rfc2822(date).ok()?;
    Some(Utc::now().signed_duration_since(theirs))
}

/// Of several clocks the one in the middle is believed.
fn clock(mut differences: Vec<TimeDelta>) -> Option<Check> {
    differences.sort();
    let middle = *differences.get(differences.len() / 2)?;
    Some(if middle.abs() > CLOCKS_APART {
        let says = format!(
            "this machine’s is {} min {} that of upstream",
            middle.num_minutes().abs(),
            if middle > TimeDelta::zero() { "ahead of" } else { "behind" }
        );
        Check::wrong("clock", says, "set it (NTP): ages of feeds and certificates are told by it")
    } else {
        Check::fine("clock", "agrees with upstream’s")
    })
}

/// An error of HTTP with what led to it.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        text = one.to_string();
        cause = one.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use limpid_core::ecosystems;
    use limpid_server::doctor::State;

    use super::*;

    #[test]
    fn a_clock_is_told_by_those_of_others() {
        let minutes = |all: &[i64]| clock(all.iter().map(|one| TimeDelta::minutes(*one)).collect());
        assert_eq!(minutes(&[]), None);
        // One of them is wrong itself.
        assert_eq!(minutes(&[0, 1, 900]).unwrap().state, State::Fine);
        let ahead = minutes(&[60, 61, 61]).unwrap();
        assert_eq!(
            (ahead.state, ahead.says.as_str()),
            (State::Wrong, "this machine’s is 61 min ahead of that of upstream")
        );
        assert!(minutes(&[-30]).unwrap().says.contains("30 min behind"));
    }

    #[test]
    fn the_hosts_of_feeds_are_known_without_asking() {
        let all = addresses(&ecosystems::all(), &BTreeSet::new());
        assert!(all.contains_key("secdb.alpinelinux.org") && all.contains_key("endoflife.date"), "{all:?}");
        let alpine = addresses(&ecosystems::all(), &BTreeSet::from(["alpine".to_owned()]));
        assert_eq!(alpine.keys().collect::<Vec<_>>(), ["endoflife.date", "secdb.alpinelinux.org"]);
    }
}
