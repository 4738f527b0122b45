//! Who asks.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use limpid_store::accounts::{Account, ServiceRole};

use super::{bearer::Granted, scope::Scope};

/// Whoever sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Somebody who did not say who they are.
    Anonymous,
    /// Somebody whose credentials are wrong, expired or revoked.
    Refused,
    /// An account.
    Account(Signed),
}

/// An account that proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// Its number.
    pub(crate) number: i64,
    /// Its name.
    pub(crate) name: String,
    /// Its role in the service.
    pub(crate) role: ServiceRole,
    /// The namespace that a robot belongs to.
    pub(crate) robot_of: Option<i64>,
    /// What the token that was shown is for; `None` where nothing restricts it.
    pub(crate) scopes: Option<Vec<Scope>>,
    /// The token that was shown, by its id.
    pub(crate) token: Option<String>,
    /// What the bearer token of the registry was asked for; `None` where there is none.
    pub(crate) bearer: Option<Bearer>,
    /// From which address, where it is known.
    pub(crate) peer: Option<IpAddr>,
}

/// What a bearer token of the registry is for. It never allows what its account may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// When it was made.
    pub(crate) issued_at: DateTime<Utc>,
    /// What for.
    pub(crate) granted: Vec<Granted>,
}

impl Signed {
    /// An account that nothing restricts.
    pub(crate) fn of(account: &Account) -> Self {
        Self {
            number: account.number,
            name: account.name.clone(),
            role: account.role,
            robot_of: account.namespace,
            scopes: None,
            token: None,
            bearer: None,
            peer: None,
        }
    }

    /// Whether it may do everything.
    pub(crate) fn is_superuser(&self) -> bool {
        self.role == ServiceRole::Superuser && !self.is_restricted()
    }

    /// Whether it may read everything.
    pub(crate) fn is_auditor(&self) -> bool {
        self.role == ServiceRole::Auditor && !self.is_restricted()
    }

    /// Whether a token says what it may do.
    pub(crate) fn is_restricted(&self) -> bool {
        self.scopes.is_some() || self.bearer.is_some()
    }
}

impl Principal {
    /// Its account, where it has one.
    pub(crate) fn account(&self) -> Option<&Signed> {
        match self {
            Self::Account(signed) => Some(signed),
            Self::Anonymous | Self::Refused => None,
        }
    }

    /// As it came from this address.
    pub(crate) fn from(mut self, peer: Option<IpAddr>) -> Self {
        if let Self::Account(signed) = &mut self {
            signed.peer = peer;
        }
        self
    }
}
