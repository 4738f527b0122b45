//! Addresses of requests: what is one, what of it may be shown, and where a redirection may lead.

use std::{fmt, net::IpAddr};

use url::{Host, Position, Url};

use super::{EgressError, policy::Reach};
use crate::limits;

/// Longest name of a host, without the dot that may end it (RFC 1035, section 2.3.4).
const LONGEST_HOST: usize = 253;

/// An address of a request: HTTP with or without TLS, with a host, without user name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target(Url);

impl Target {
    pub(super) fn parse(address: &str) -> Result<Self, EgressError> {
        // The address itself is not shown: it may be anything, and end in a signature.
        let url = Url::parse(address).map_err(|error| invalid(&format!("an address is no URL: {error}")))?;
        Self::check(url)
    }

    /// As [`Target::parse`], of an address that somebody wrote down to be asked: nothing in it is without a meaning.
    pub(super) fn parse_of_user(address: &str) -> Result<Self, EgressError> {
        let target = Self::parse(address)?;
        if address.contains('#') {
            return Err(invalid("an address has a fragment (#…), which is never sent"));
        }
        Ok(target)
    }

    fn check(mut url: Url) -> Result<Self, EgressError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(&format!(
                "only http:// and https:// are fetched, and not {}:",
                url.scheme()
            )));
        }
        let host = url.host_str().ok_or_else(|| invalid("an address has no host"))?;
        if host.trim_end_matches('.').len() > LONGEST_HOST {
            return Err(invalid("an address has a host that is no name: it is too long"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("an address has a user name or a password in it"));
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// How it is asked.
    pub(super) fn reach(&self) -> Reach {
        let is_plain = self.is_plain();
        let usual: &[u16] = if is_plain { &[80, 8080] } else { &[443, 8443] };
        let port = self.0.port_or_known_default();
        Reach { is_plain, is_usual_port: port.is_some_and(|port| usual.contains(&port)) }
    }

    /// The address that is written in place of a name, however it is written.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            // None is left by `url`; but the client would not ask the resolver for one.
            Host::Domain(name) => name.trim_matches(['[', ']']).parse().ok(),
        }
    }

    /// `host` or `host:port`.
    pub(super) fn host(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    /// Where a redirection leads.
    pub(super) fn follow(&self, location: &[u8]) -> Result<Self, EgressError> {
        let failed = |why: &str| EgressError::Failed(format!("{self} redirects to {why}"));
        let location = std::str::from_utf8(location).map_err(|_error| failed("what is no address"));
        let url = self.0.join(location?).map_err(|_error| failed("what is no address"))?;
        let target = Self::check(url).map_err(|_error| failed("an address that is not followed"))?;
        if target.is_plain() && !self.is_plain() {
            return Err(failed("an address without TLS"));
        }
        Ok(target)
    }

    /// Whether secrets for the one may be sent to the other.
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }
}

/// Without the query: signatures stand there.
impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..Position::AfterPath];
        match shown.char_indices().nth(limits::SHOWN_ADDRESS) {
            Some((end, _)) => write!(formatter, "{}…", shown.get(..end).unwrap_or_default()),
            None => formatter.write_str(shown),
        }
    }
}

fn invalid(why: &str) -> EgressError {
    EgressError::Invalid(why.to_owned())
}
