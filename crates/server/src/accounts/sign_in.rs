//! Sign-in with a password: the same work and the same answer for a name that is not there, and less and less patience with
//! those who guess, by account and by address.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, Utc};
use limpid_store::{
    StoreError, Transaction,
    accounts::{self, Account, AccountKind, Failures},
    limits::FAILURE_TIME,
};

use super::{audit, password};
use crate::{
    engine::Engine,
    limits::{
        ACCOUNT_FAILURES, ADDRESS_FAILURES, FIRST_SIGN_IN_PAUSE, LAST_ACCOUNT_PAUSE, LAST_ADDRESS_PAUSE,
    },
};

/// How an attempt to sign in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// It is this account's password.
    Account(Account),
    /// There is no such account, or it is not its password.
    Wrong,
    /// There were too many attempts: nobody looks at another one before this time is over.
    Later(Duration),
}

/// A pause in whole seconds, for a header.
pub(crate) fn seconds(pause: Duration) -> u32 {
    let whole = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX)
}

/// Whom a password belongs to. Blocks, for as long as hashing takes.
///
/// # Errors
/// Those of the database.
pub(crate) fn sign_in(
    engine: &Engine,
    name: &str,
    password: &str,
    peer: Option<IpAddr>,
) -> Result<SignIn, StoreError> {
    let account = engine.database.read(|tx| accounts::find(tx, name))?;
    let account = account.filter(|account| account.is_enabled && account.kind == AccountKind::User);
    if let Some(account) = &account
        && engine.accounts.is_verified(account, password)
    {
        return Ok(SignIn::Account(account.clone()));
    }
    let attempt = Attempt { name, password, account, keys: keys(name, peer) };
    let outcome = match engine.accounts.gate.pass(|| attempt.make(engine)) {
        Some(outcome) => outcome?,
        None => SignIn::Later(FIRST_SIGN_IN_PAUSE),
    };
    match &outcome {
        SignIn::Account(account) => engine.accounts.note_verified(account, password),
        SignIn::Wrong | SignIn::Later(_) => {
            audit::note_failed_sign_in(engine, attempt.account.as_ref(), peer)
        }
    }
    Ok(outcome)
}

struct Attempt<'a> {
    name: &'a str,
    password: &'a str,
    account: Option<Account>,
    keys: Vec<(String, Patience)>,
}

impl Attempt<'_> {
    fn make(&self, engine: &Engine) -> Result<SignIn, StoreError> {
        let number = self.account.as_ref().map_or(0, |account| account.number);
        let (pause, hash) = engine.database.read(|tx| {
            let mut pause = Duration::ZERO;
            for (key, patience) in &self.keys {
                pause = pause.max(left(tx, key, *patience)?);
            }
            Ok::<_, StoreError>((pause, accounts::password(tx, number)?))
        })?;
        if !pause.is_zero() {
            return Ok(SignIn::Later(pause));
        }
        let is_right = password::verify(self.password, hash.as_deref())?;
        match &self.account {
            Some(account) if is_right => {
                self.forget(engine)?;
                Ok(SignIn::Account(account.clone()))
            }
            Some(_) | None => {
                engine.database.write_soon(|tx| {
                    self.keys.iter().try_for_each(|(key, _)| accounts::note_failure(tx, key, FAILURE_TIME))
                })?;
                Ok(SignIn::Wrong)
            }
        }
    }

    /// Of the account alone: whoever has an account could otherwise go on guessing those of others.
    fn forget(&self, engine: &Engine) -> Result<(), StoreError> {
        let key = account_key(self.name);
        if engine.database.read(|tx| accounts::failures(tx, &key))?.is_some() {
            engine.database.write_soon(|tx| accounts::clear_failures(tx, &key))?;
        }
        Ok(())
    }
}

/// How many attempts are free, and how long the pause may grow.
type Patience = (u64, Duration);

fn keys(name: &str, peer: Option<IpAddr>) -> Vec<(String, Patience)> {
    let of_account = (account_key(name), (ACCOUNT_FAILURES, LAST_ACCOUNT_PAUSE));
    let of_address = peer.map(|peer| (address_key(peer), (ADDRESS_FAILURES, LAST_ADDRESS_PAUSE)));
    std::iter::once(of_account).chain(of_address).collect()
}

/// The digest, because people type their password where the name belongs.
fn account_key(name: &str) -> String {
    format!("account {}", super::random::digest(name))
}

/// Whoever has an address of version 6 has the 2^64 others of its network too.
fn address_key(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => format!("address {address}"),
        IpAddr::V6(address) => {
            let [one, two, three, four, ..] = address.segments();
            format!("address {one:x}:{two:x}:{three:x}:{four:x}::/64")
        }
    }
}

fn left(tx: &mut Transaction<'_>, key: &str, patience: Patience) -> Result<Duration, StoreError> {
    match accounts::failures(tx, key)? {
        Some(failures) => Ok(pause(failures, patience, tx.now()?)),
        None => Ok(Duration::ZERO),
    }
}

/// How long nobody looks at another attempt: the pause doubles with each one.
fn pause(failures: Failures, (free, longest): Patience, now: DateTime<Utc>) -> Duration {
    let Some(more) = failures.count.checked_sub(free) else { return Duration::ZERO };
    let doubled = 2u32.saturating_pow(u32::try_from(more).unwrap_or(u32::MAX));
    let whole = FIRST_SIGN_IN_PAUSE.saturating_mul(doubled).min(longest);
    let since = (now - failures.last_at).to_std().unwrap_or_default();
    if since >= FAILURE_TIME { Duration::ZERO } else { whole.saturating_sub(since) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_and_ends() {
        let now = DateTime::<Utc>::from_timestamp(1_000_000, 0).unwrap();
        let after = |count, seconds| {
            let last_at = now - chrono::TimeDelta::seconds(seconds);
            pause(Failures { count, last_at }, (5, Duration::from_secs(60)), now).as_secs()
        };
        assert_eq!([after(0, 0), after(4, 0), after(5, 0), after(6, 0), after(8, 0)], [0, 0, 1, 2, 8]);
        assert_eq!([after(8, 3), after(8, 8), after(8, 9)], [5, 0, 0]);
        assert_eq!([after(100, 0), after(u64::MAX, 59), after(u64::MAX, 60)], [60, 1, 0]);
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let key = |address: &str| address_key(address.parse().unwrap());
        assert_eq!(key("192.0.2.1"), "address 192.0.2.1");
        assert_eq!(key("::ffff:192.0.2.1"), "address 192.0.2.1");
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "address 2001:db8:1:2::/64");
        assert_eq!(key("2001:db8:1:2::9"), key("2001:db8:1:2:3:4:5:6"));
    }
}
