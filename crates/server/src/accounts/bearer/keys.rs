//! The keys that bearer tokens are signed with: in the database, and for a minute in memory.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use limpid_store::{StoreError, accounts};
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::{
    accounts::random,
    engine::Engine,
    limits::{SIGNING_KEY_TIME, SIGNING_KEYS_AGE},
};

/// How often it is looked at most whether a key that nobody knows is a new one.
const UNKNOWN_PAUSE: Duration = Duration::from_secs(1);

/// A key.
#[derive(Debug)]
pub(in crate::accounts) struct Key {
    pub(in crate::accounts) id: String,
    pub(in crate::accounts) pair: Ed25519KeyPair,
    created_at: DateTime<Utc>,
}

impl Key {
    /// The key of a seed.
    pub(in crate::accounts) fn of_seed(
        id: &str,
        seed: &[u8],
        created_at: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|error| StoreError::Damaged(format!("a signing key: {error}")))?;
        Ok(Self { id: id.to_owned(), pair, created_at })
    }

    /// Its public half.
    pub(in crate::accounts) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

type Known = Option<(Instant, Vec<Arc<Key>>)>;

/// The keys that this process has read, the newest first.
#[derive(Debug, Default)]
pub(in crate::accounts) struct Keys(Mutex<Known>);

impl Keys {
    /// The key to sign with.
    pub(in crate::accounts) fn newest(&self, engine: &Engine) -> Result<Arc<Key>, StoreError> {
        let none = || StoreError::Unavailable("there is no signing key yet".to_owned());
        let known = self.read(engine, SIGNING_KEYS_AGE)?;
        if let Some(newest) = known.first() {
            return Ok(Arc::clone(newest));
        }
        keep_fresh(engine)?;
        self.read(engine, Duration::ZERO)?.first().cloned().ok_or_else(none)
    }

    /// The key of a name.
    pub(in crate::accounts) fn find(
        &self,
        engine: &Engine,
        id: &str,
    ) -> Result<Option<Arc<Key>>, StoreError> {
        let of_id = |keys: Vec<Arc<Key>>| keys.into_iter().find(|key| key.id == id);
        if let Some(key) = of_id(self.read(engine, SIGNING_KEYS_AGE)?) {
            return Ok(Some(key));
        }
        Ok(of_id(self.read(engine, UNKNOWN_PAUSE)?))
    }

    /// The keys, as they were not longer ago than this.
    fn read(&self, engine: &Engine, age: Duration) -> Result<Vec<Arc<Key>>, StoreError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read_at, keys)) = known
            && read_at.elapsed() < age
        {
            return Ok(keys);
        }
        let rows = engine.database.read(accounts::signing_keys)?;
        let key =
            |row: &accounts::SigningKey| Key::of_seed(&row.id, &row.secret, row.created_at).map(Arc::new);
        let keys = rows.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }
}

/// Makes a key where there is none, or the newest is old. Two nodes that do so at once make two, which is no harm.
pub(in crate::accounts) fn keep_fresh(engine: &Engine) -> Result<(), StoreError> {
    let newest = engine.accounts.keys.read(engine, Duration::ZERO)?;
    let age = newest.first().map(|key| (engine.now() - key.created_at).to_std().unwrap_or_default());
    if age.is_some_and(|age| age < SIGNING_KEY_TIME) {
        return Ok(());
    }
    let id = uuid::Uuid::new_v4().to_string();
    let seed = random::bytes::<32>()?;
    engine.database.write(|tx| accounts::add_signing_key(tx, &id, &seed))
}
