//! The address of another registry, as an administrator writes it: `https://HOST`, with a part of its names behind it or without.

use std::{fmt, str::FromStr};

use url::Url;

/// Docker Hub, by the names that people know, and by the one that its registry has.
const HUB: [&str; 4] = ["docker.io", "www.docker.io", "index.docker.io", HUB_REGISTRY];
const HUB_REGISTRY: &str = "registry-1.docker.io";

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: String,
    /// With its port, where that is not the usual one.
    host: String,
    /// What all names there begin with; may be empty.
    prefix: String,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "https://HOST or https://HOST/PART is expected, without name and password".to_owned();
        let url: Url = text.trim().parse().map_err(|_no_url: url::ParseError| wrong())?;
        let has_more = !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        if has_more || !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let host = if HUB.contains(&host) { HUB_REGISTRY } else { host };
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let prefix = url.path().trim_matches('/').to_owned();
        let is_name = |part: &str| {
            let is_letter = |letter: char| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '_' | '-')
            };
            !part.is_empty() && part.chars().all(is_letter) && !part.starts_with('.')
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_name) {
            return Err(wrong());
        }
        Ok(Self { scheme: url.scheme().to_owned(), host, prefix })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base())?;
        if self.prefix.is_empty() { Ok(()) } else { write!(formatter, "/{}", self.prefix) }
    }
}

impl Address {
    /// `https://HOST`.
    pub(super) fn base(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// By which credentials for it are kept.
    pub(super) fn name(&self) -> &str {
        if self.host == HUB_REGISTRY { "docker.io" } else { &self.host }
    }

    /// What a repository there can be called in a namespace that is a copy; none where it is not of this address.
    pub(super) fn copies_of(&self, namespace: &str, host: &str, path: &str) -> Vec<String> {
        let host = if HUB.contains(&host) { HUB_REGISTRY } else { host };
        let below = match self.prefix.as_str() {
            "" => Some(path),
            prefix => path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')),
        };
        let Some(below) = below.filter(|_| host == self.host) else { return Vec::new() };
        let short = below.strip_prefix("library/").filter(|_| self.host == HUB_REGISTRY);
        let names = std::iter::once(below).chain(short);
        names
            .map(|name| format!("{namespace}/{name}"))
            .filter(|whole| self.repository(whole) == path)
            .collect()
    }

    /// What a repository of the copy, given by its whole name, is called there.
    pub(super) fn repository(&self, whole: &str) -> String {
        let rest = whole.split_once('/').map_or(whole, |(_, rest)| rest);
        match self.prefix.as_str() {
            "" if self.host == HUB_REGISTRY && !rest.contains('/') => format!("library/{rest}"),
            "" => rest.to_owned(),
            prefix => format!("{prefix}/{rest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_upstream() {
        for (address, written, whole, there) in [
            ("https://docker.io", "https://registry-1.docker.io", "hub/alpine", "library/alpine"),
            ("https://index.docker.io/", "https://registry-1.docker.io", "hub/team/app", "team/app"),
            ("https://quay.io/org", "https://quay.io/org", "copy/app", "org/app"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000", "copy/a/b", "a/b"),
        ] {
            let parsed: Address = address.parse().unwrap();
            assert_eq!(parsed.to_string(), written, "{address}");
            assert_eq!(parsed.repository(whole), there, "{address}");
            let host = parsed.name().to_owned();
            let namespace = whole.split('/').next().unwrap();
            assert!(parsed.copies_of(namespace, &host, there).contains(&whole.to_owned()), "{address}");
            assert!(parsed.copies_of(namespace, "elsewhere.test", there).is_empty(), "{address}");
            assert_eq!(parsed.to_string().parse(), Ok(parsed), "{address}");
        }
        for wrong in [
            "docker.io",
            "ftp://host",
            "https://user:secret@host",
            "https://user@host",
            "https://host?a=b",
            "https://host/#a",
            "https://host/A",
            "https://host/a//b",
            "",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
