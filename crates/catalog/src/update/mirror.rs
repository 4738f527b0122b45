//! Mirrors: where an upstream address is read from instead.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

/// A copy of upstream: `https://HOST/PATH` is read as `MIRROR/HOST/PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mirror {
    /// A folder on this machine.
    Directory(PathBuf),
    /// A web server.
    Url(String),
}

/// Where a document is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    File(PathBuf),
    Url(String),
}

impl Mirror {
    /// Where the mirror has an upstream address. `None` for an address that no mirror can have.
    pub(super) fn address(&self, url: &str) -> Option<Address> {
        let (_, place) = url.split_once("://")?;
        match self {
            Self::Url(base) => Some(Address::Url(format!("{}/{place}", base.trim_end_matches('/')))),
            Self::Directory(root) => {
                // Names from upstream's listings are in the address: none may lead out of the folder.
                let parts = place.trim_end_matches('/').split('/');
                let safe = parts
                    .clone()
                    .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']));
                safe.then(|| Address::File(parts.fold(root.clone(), |path, part| path.join(part))))
            }
        }
    }
}

impl FromStr for Mirror {
    type Err = Infallible;

    /// `http://…` and `https://…` are web servers; everything else, also `file://…`, is a folder.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_url = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
        let folder = || Self::Directory(PathBuf::from(text.strip_prefix("file://").unwrap_or(text)));
        Ok(if is_url { Self::Url(text.to_owned()) } else { folder() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_address_is_found_under_its_host() {
        let url = "https://secdb.alpinelinux.org/v3.16/main.json";
        let mirror: Mirror = "http://localhost:8000/mirror/".parse().unwrap();
        let expected = "http://localhost:8000/mirror/secdb.alpinelinux.org/v3.16/main.json";
        assert_eq!(mirror.address(url), Some(Address::Url(expected.to_owned())));
        let mirror: Mirror = "file:///srv/mirror".parse().unwrap();
        let expected = "/srv/mirror/secdb.alpinelinux.org/v3.16/main.json";
        assert_eq!(mirror.address(url), Some(Address::File(expected.into())));
    }

    #[test]
    fn no_address_leads_out_of_the_folder() {
        let mirror = Mirror::Directory("/srv/mirror".into());
        for url in [
            "https://host/../../etc/passwd",
            "https://host//x",
            "https://../x",
            "host/x",
            "https://host/a\\b",
        ] {
            assert_eq!(mirror.address(url), None, "{url}");
        }
    }
}
