//! The policy: may this host be asked at this address?

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

use super::address::{real, why_not_public};
use crate::configuration::Egress;

/// A policy, with the name of its table in the configuration.
#[derive(Debug)]
pub(super) struct Policy {
    egress: Egress,
    setting: &'static str,
    audience: Audience,
}

/// Who names the addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Operators, and the manifests of images: any port.
    Operators,
    /// Anybody with a repository. No port but those of web servers, and of a name with many addresses none that is forbidden.
    Users,
}

/// How somebody is asked: what differs of a connection beside host and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reach {
    /// Without TLS.
    pub(super) is_plain: bool,
    /// At a port where web servers are.
    pub(super) is_usual_port: bool,
}

/// What the policy does not allow, and the setting that would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(String);

impl Policy {
    pub(super) fn new(egress: Egress, setting: &'static str, audience: Audience) -> Self {
        Self { egress, setting, audience }
    }

    pub(super) fn audience(&self) -> Audience {
        self.audience
    }

    /// Whether `host` may be asked so at `address`. `host` is a name, or the address itself.
    pub(super) fn judge(&self, host: &str, address: IpAddr, reach: Reach) -> Result<(), Refusal> {
        if self.allows_host(host) || self.allows_address(address) {
            return Ok(());
        }
        if let Some(why) = why_not_public(address) {
            return Err(self.refuse_address(host, address, why));
        }
        if reach.is_plain && !self.egress.allow_plain_http {
            return Err(self.refuse_plain(host));
        }
        if self.audience == Audience::Users && !reach.is_usual_port {
            return Err(self.refuse_port(host));
        }
        Ok(())
    }

    fn allows_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.egress.allow_hosts.iter().any(|allowed| {
            let allowed = allowed.trim_end_matches('.').to_ascii_lowercase();
            // `.example.com` is all below it, and not `.example.com` itself.
            if allowed.starts_with('.') {
                host.len() > allowed.len() && host.ends_with(&allowed)
            } else {
                host == allowed
            }
        })
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        let networks = &self.egress.allow_networks;
        networks.iter().any(|network| network.contains(&address) || network.contains(&real(address)))
    }

    fn refuse_address(&self, host: &str, address: IpAddr, why: &str) -> Refusal {
        let is_literal = host.parse::<IpAddr>().is_ok();
        let subject = Subject { host: (!is_literal).then_some(host), address };
        let network = network(real(address));
        Refusal(format!("{subject} {why}; {}.allow_networks = [\"{network}\"] would allow it", self.setting))
    }

    fn refuse_plain(&self, host: &str) -> Refusal {
        Refusal(format!(
            "{host} would be asked without TLS; {}.allow_plain_http = true would allow it",
            self.setting
        ))
    }

    fn refuse_port(&self, host: &str) -> Refusal {
        Refusal(format!(
            "{host} would be asked at a port where no web server is expected; {}.allow_hosts = [\"{host}\"] would allow it",
            self.setting
        ))
    }
}

/// Such as `10.1.2.3` or `registry.example is at 10.1.2.3, which`.
struct Subject<'a> {
    host: Option<&'a str>,
    address: IpAddr,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = self.host {
            write!(formatter, "{host} is at ")?;
        }
        let real = real(self.address);
        write!(formatter, "{}", self.address)?;
        if real != self.address {
            write!(formatter, " ({real})")?;
        }
        if self.host.is_some() { formatter.write_str(", which") } else { Ok(()) }
    }
}

/// The network that an operator would probably allow for an address.
fn network(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_too_long| IpNet::from(address), |network| network.trunc())
}
