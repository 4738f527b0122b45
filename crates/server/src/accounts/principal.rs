//! Who asks.

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
    /// Its role in the service: empty, `auditor` or `superuser`.
    pub(crate) role: String,
    /// What the token that was shown is for (`repo:NAME:pull`, …); `None` where nothing restricts it.
    pub(crate) scopes: Option<Vec<String>>,
}

impl Signed {
    /// Whether it may do everything.
    pub(crate) fn is_superuser(&self) -> bool {
        self.role == "superuser" && self.scopes.is_none()
    }
}
