//! What a process keeps in memory about accounts. All of it can be thrown away at any time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use limpid_store::{StoreError, accounts::Account};
use moka::sync::Cache;
use ring::hmac;

use super::{audit::AuditBuffer, bearer::Keys, oidc::Known, password::Gate, random};
use crate::limits::{VERIFIED_PASSWORDS, VERIFIED_TIME};

/// See the module.
pub(crate) struct State {
    /// Passwords that were verified: by a keyed digest of name and password, the account as it was then.
    verified: Cache<Vec<u8>, (i64, DateTime<Utc>)>,
    secret: hmac::Key,
    pub(super) gate: Gate,
    pub(super) audit: AuditBuffer,
    pub(super) keys: Keys,
    pub(super) provider: Known,
}

impl State {
    /// Nothing is remembered yet.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(crate) fn new() -> Result<Self, StoreError> {
        Ok(Self {
            verified: Cache::builder()
                .max_capacity(VERIFIED_PASSWORDS)
                .time_to_live(VERIFIED_TIME.max(Duration::from_secs(1)))
                .build(),
            secret: hmac::Key::new(hmac::HMAC_SHA256, &random::bytes::<32>()?),
            gate: Gate::default(),
            audit: AuditBuffer::default(),
            keys: Keys::default(),
            provider: Known::default(),
        })
    }

    /// Whether this password was verified a short time ago, and the account has not changed since.
    pub(super) fn is_verified(&self, account: &Account, password: &str) -> bool {
        let known = self.verified.get(&self.key(&account.name, password));
        known == Some((account.number, account.changed_at))
    }

    /// Remembers that this is the password of an account.
    pub(super) fn note_verified(&self, account: &Account, password: &str) {
        self.verified.insert(self.key(&account.name, password), (account.number, account.changed_at));
    }

    fn key(&self, name: &str, password: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.secret);
        context.update(name.as_bytes());
        // No name has one.
        context.update(&[0]);
        context.update(password.as_bytes());
        context.sign().as_ref().to_vec()
    }
}
