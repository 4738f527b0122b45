//! Names to addresses, once for each connection: what is handed on has passed the policy, and nothing else is connected to.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::policy::{Audience, Policy, Reach, Refusal};

/// Looks names up. Blocks.
pub(super) trait Lookup: Send + Sync + 'static {
    /// All addresses of a name.
    fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the system does it.
#[derive(Debug)]
pub(super) struct System;

impl Lookup for System {
    fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// Why a name leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unresolved {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{0}")]
    Failed(String),
}

/// Hands on the addresses of a name that the policy allows.
#[derive(Clone)]
pub(super) struct Guarded {
    pub(super) policy: Arc<Policy>,
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) reach: Reach,
}

impl Guarded {
    /// The addresses to connect to.
    pub(super) fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Unresolved> {
        let found = self
            .lookup
            .lookup(host)
            .map_err(|error| Unresolved::Failed(format!("{host} cannot be resolved: {error}")))?;
        let mut allowed = Vec::new();
        let mut refusal = None;
        for address in found {
            match self.policy.judge(host, address, self.reach) {
                Ok(()) => allowed.push(address),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        let is_strict = self.policy.audience() == Audience::Users;
        match (allowed.is_empty(), refusal) {
            // A public name with a private address beside is no mistake of somebody who means well.
            (false, Some(refusal)) if is_strict => Err(refusal.into()),
            (false, _some_refused) => Ok(allowed),
            (true, Some(refusal)) => Err(refusal.into()),
            (true, None) => Err(Unresolved::Failed(format!("{host} has no address"))),
        }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guarded = self.clone();
        Box::pin(async move {
            let addresses = tokio::task::spawn_blocking(move || guarded.addresses(name.as_str())).await??;
            // Port 0 is replaced by that of the address.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
