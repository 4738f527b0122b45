//! Addresses of servers, and of a manifest on one.

use std::{fmt, net::IpAddr, str::FromStr};

use limpid_core::Digest;
use reqwest::Url;

/// Where a server is: `http[s]://HOST[:PORT][/PREFIX]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerAddress(Url);

/// A text that is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidAddress(String);

impl fmt::Display for InvalidAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAddress {}

impl FromStr for ServerAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        // The text itself is not repeated: it might hold a password.
        let wrong =
            |why: &str| InvalidAddress(format!("the address of a server is https://HOST[:PORT]: {why}"));
        if !is_address(text) {
            return Err(wrong("it begins with https:// or http://"));
        }
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it has no user and no password; a key is given with --server-key FILE"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has no ? and no #"));
        }
        Ok(Self(url))
    }
}

impl ServerAddress {
    /// The address of something on the server; `path` begins with a slash.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// Whether it is this very machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether nobody else can listen: by TLS, or because it is this very machine.
    pub(crate) fn is_private(&self) -> bool {
        self.0.scheme() == "https" || self.is_loopback()
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

/// A manifest on a server: `https://HOST[:PORT][/PREFIX]@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RemoteManifest {
    pub(crate) server: ServerAddress,
    pub(crate) digest: Digest,
}

impl RemoteManifest {
    /// Reads one. `None` where the text does not begin as an address: it is something else.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, InvalidAddress> {
        if !is_address(text) {
            return Ok(None);
        }
        let missing = || {
            InvalidAddress(
                "a manifest on a server is https://HOST[:PORT]@sha256:…, with the whole digest of the manifest"
                    .to_owned(),
            )
        };
        let (server, digest) = text.rsplit_once('@').ok_or_else(missing)?;
        if digest.split_once(':').is_none_or(|(algorithm, _)| !matches!(algorithm, "sha256" | "sha512")) {
            return Err(missing());
        }
        let digest = digest
            .parse()
            .map_err(|error: limpid_core::digest::InvalidDigest| InvalidAddress(error.to_string()))?;
        Ok(Some(Self { server: server.parse()?, digest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:4ff3ca91275773af45cb4b0834e12b7eb47d1c18f770a0b151381cd227f4c253";

    fn address(text: &str) -> ServerAddress {
        text.parse().expect("an address")
    }

    #[test]
    fn paths_stand_after_the_prefix_whatever_ends_it() {
        for (text, expected) in [
            ("http://127.0.0.1:6060", "http://127.0.0.1:6060/api"),
            ("https://limpid.example/", "https://limpid.example/api"),
            ("HTTPS://limpid.example:443/prefix/", "https://limpid.example/prefix/api"),
        ] {
            assert_eq!(address(text).at("/api"), expected);
        }
    }

    #[test]
    fn who_can_listen() {
        for text in ["https://limpid.example", "http://localhost:1", "http://127.0.0.9", "http://[::1]:80"] {
            assert!(address(text).is_private(), "{text}");
        }
        for text in ["http://limpid.example", "http://10.0.0.1", "http://localhost.example"] {
            assert!(!address(text).is_private(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_no_password_is_repeated() {
        for text in [
            "limpid.example",
            "ftp://x",
            "https://",
            "https://user:secret@host",
            "https://x?a=secret",
            "https://x#secret",
        ] {
            let error = text.parse::<ServerAddress>().expect_err(text).to_string();
            assert!(error.contains("https://HOST") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_manifest_on_a_server() {
        let parsed = RemoteManifest::parse(&format!("http://clair.example:6060/prefix@{DIGEST}"));
        let parsed = parsed.expect("well formed").expect("a manifest");
        assert_eq!(
            (parsed.server.to_string().as_str(), parsed.digest.as_str()),
            ("http://clair.example:6060/prefix", DIGEST)
        );
        for other in ["alpine:3.20", "report.json", &format!("ghcr.io/app@{DIGEST}"), "http", "https:"] {
            assert_eq!(RemoteManifest::parse(other), Ok(None), "{other}");
        }
        for wrong in [
            "https://clair.example",
            "https://clair.example@latest",
            "https://clair.example@sha256:12",
            "https://user@host",
        ] {
            assert!(RemoteManifest::parse(wrong).is_err(), "{wrong}");
        }
    }
}
