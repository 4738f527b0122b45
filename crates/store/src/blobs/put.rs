//! Putting: the row first, then the bytes.

use std::{path::Path, thread, time::Instant};

use limpid_core::Digest;

use super::{
    BlobError, Blobs,
    rows::{self, Registration, Ticket},
    storage::Staged,
};
use crate::{StoreError, limits};

impl Blobs {
    pub(super) fn put(&self, path: &Path) -> Result<Digest, BlobError> {
        for _attempt in 0..limits::BLOB_PUT_ATTEMPTS {
            let mut staged = self.storage.stage(path)?;
            if self.put_staged(&mut staged)? {
                return Ok(staged.digest.clone());
            }
        }
        Err(BlobError::Unavailable(format!("{} is collected before it is stored", path.display())))
    }

    /// Puts what was staged. `false` where it was collected meanwhile, and may be gone.
    pub(super) fn put_staged(&self, staged: &mut Staged) -> Result<bool, BlobError> {
        let begun = Instant::now();
        let ticket = self.register(&staged.digest)?;
        self.storage.put(staged)?;
        // A row that told of a stored blob cannot have been collected long before the grace was over.
        let is_quick = begun.elapsed() < self.timing.grace / 2;
        Ok(ticket.is_stored() && is_quick || self.confirm(staged, ticket)?)
    }

    fn confirm(&self, staged: &Staged, ticket: Ticket) -> Result<bool, StoreError> {
        self.database.write(|tx| rows::confirm(tx, &staged.digest, ticket, staged.bytes))
    }

    /// Makes sure that a blob has a row that is free. Waits for who removes the blob, and does it in the place of one that
    /// does not end.
    fn register(&self, digest: &Digest) -> Result<Ticket, BlobError> {
        let begun = Instant::now();
        let mut seen = None;
        loop {
            let (claim, age) = match self.database.write(|tx| rows::register(tx, digest))? {
                Registration::Done(ticket) => return Ok(ticket),
                Registration::Again => continue,
                Registration::Claimed(claim, age) => (claim, age),
            };
            let first = match seen {
                Some((since, first)) if since == claim.since => first,
                _new => Instant::now(),
            };
            seen = Some((claim.since, first));
            if age >= self.timing.claim_age && first.elapsed() >= self.timing.claim_observation {
                self.finish_removal(&claim)?;
            } else if begun.elapsed() >= self.timing.put_patience {
                return Err(BlobError::Unavailable(format!("blob {digest} is being removed")));
            } else {
                thread::sleep(limits::BLOB_CLAIM_POLL);
            }
        }
    }
}
