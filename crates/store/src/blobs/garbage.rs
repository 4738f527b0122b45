//! Garbage collection of blobs: claim, remove the bytes, remove the row. The argument for it stands in [`super`].

use std::{
    sync::{MutexGuard, PoisonError},
    time::Instant,
};

use super::{
    BlobError, Blobs,
    rows::{self, Claim},
    storage::{PARTS, Stored},
};
use crate::limits;

/// How far this process is on its walk through the storage, in search of what has no row.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The part that is next. After the last one comes what was never whole.
    part: u16,
    /// When the walk before ended.
    ended: Option<Instant>,
}

impl Blobs {
    pub(super) fn collect(&self) -> Result<(u64, bool), BlobError> {
        let most = limits::BLOB_GARBAGE;
        let grace = self.timing.grace;
        let mut claims: Vec<Claim> = self.database.write(|tx| rows::claim_unused(tx, grace, most))?;
        let unused = claims.len() as u64;
        // What was claimed just now is not old enough to be among these, unless a test lets everything be.
        claims.extend(self.database.read(|tx| rows::abandoned(tx, self.timing.claim_age, most))?);
        let abandoned = claims.len() as u64 - unused;
        let mut removed = self.remove_claimed(&claims)?;
        if unused >= most || abandoned >= most {
            return Ok((removed, true));
        }
        let (unknown, goes_on) = self.walk()?;
        removed += self.remove_claimed(&unknown)?;
        Ok((removed, goes_on))
    }

    fn remove_claimed(&self, claims: &[Claim]) -> Result<u64, BlobError> {
        let mut removed = 0;
        for claim in claims {
            removed += u64::from(self.finish_removal(claim)?);
        }
        Ok(removed)
    }

    /// Removes the blob of a claim, and then its row. `false` where the claim is in other hands by now.
    pub(super) fn finish_removal(&self, claim: &Claim) -> Result<bool, BlobError> {
        let begun = Instant::now();
        let renewed = self.database.write(|tx| rows::take_over(tx, claim))?;
        let Some(claim) = renewed else { return Ok(false) };
        if begun.elapsed() >= limits::BLOB_REMOVAL_TIME {
            // The claim may be old by now, and be taken over. It is finished by another round.
            return Ok(false);
        }
        self.storage.remove(&claim.digest)?;
        if self.database.write(|tx| rows::remove(tx, &claim))? {
            Ok(true)
        } else {
            let digest = &claim.digest;
            Err(BlobError::Unavailable(format!("the removal of blob {digest} was taken over by another")))
        }
    }

    /// Looks at the next part of the storage, and claims what is there without a row. Whether the walk goes on.
    fn walk(&self) -> Result<(Vec<Claim>, bool), BlobError> {
        let part = {
            let walk = self.lock_walk();
            if walk.ended.is_some_and(|ended| ended.elapsed() < limits::BLOB_WALK_INTERVAL) {
                return Ok((Vec::new(), false));
            }
            walk.part
        };
        if part >= PARTS {
            self.storage.sweep(self.timing.grace)?;
            *self.lock_walk() = Walk { part: 0, ended: Some(Instant::now()) };
            return Ok((Vec::new(), false));
        }
        let mut stored = self.storage.list(part)?;
        stored.retain(|blob| blob.age >= self.timing.grace);
        let claims = self.claim_unknown(&stored)?;
        *self.lock_walk() = Walk { part: part + 1, ended: None };
        Ok((claims, true))
    }

    fn claim_unknown(&self, stored: &[Stored]) -> Result<Vec<Claim>, BlobError> {
        let mut unknown = Vec::new();
        for blob in stored {
            if !self.database.read(|tx| rows::is_known(tx, &blob.digest))? {
                unknown.push(blob);
            }
        }
        let mut claims = Vec::new();
        for blob in unknown {
            claims.extend(self.database.write(|tx| rows::claim_unknown(tx, &blob.digest, blob.bytes))?);
        }
        Ok(claims)
    }

    fn lock_walk(&self) -> MutexGuard<'_, Walk> {
        // Every change is one step: a thread that ended has left it whole.
        self.walk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
