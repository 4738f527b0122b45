//! The keys that bearer tokens of the registry are signed with. All nodes share them.

use chrono::{DateTime, Utc};

use crate::{StoreError, Transaction};

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// By which tokens name it.
    pub id: String,
    /// The seed of its secret half.
    pub secret: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// All keys, the newest first.
///
/// # Errors
/// Those of the database.
pub fn signing_keys(tx: &mut Transaction<'_>) -> Result<Vec<SigningKey>, StoreError> {
    let query = "
        SELECT id, secret, created_at FROM signing_key WHERE retired_at IS NULL ORDER BY created_at DESC, id";
    let key = |row: &crate::database::Row| {
        Ok(SigningKey { id: row.get(0)?, secret: row.get(1)?, created_at: row.get(2)? })
    };
    tx.query(query, &[])?.iter().map(key).collect()
}

/// Adds a key.
///
/// # Errors
/// Those of the database.
pub fn add_signing_key(tx: &mut Transaction<'_>, id: &str, secret: &[u8]) -> Result<(), StoreError> {
    let statement = "INSERT INTO signing_key (id, secret, created_at) VALUES ($1, $2, limpid_now())";
    tx.execute(statement, &[id.into(), secret.to_vec().into()]).map(drop)
}
