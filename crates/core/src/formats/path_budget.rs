//! Holds the memory for the paths of owned files within a limit: short entries about files in a deep directory would
//! otherwise grow a small database many times over.

use crate::owned::OwnedFile;

/// What a path costs beside its bytes: the vector that holds it, its digest, and the allocator's rounding.
const PATH_OVERHEAD: usize = 24 + size_of::<OwnedFile>();

/// What is left of `MOST` bytes.
#[derive(Debug, Default)]
pub(crate) struct PathBudget<const MOST: usize> {
    used: usize,
}

impl<const MOST: usize> PathBudget<MOST> {
    /// Whether a path was refused.
    pub(crate) fn is_spent(&self) -> bool {
        self.used > MOST
    }

    /// Whether there is room for one more path.
    pub(crate) fn take(&mut self, length: usize) -> bool {
        if !self.is_spent() {
            self.used = self.used.saturating_add(length).saturating_add(PATH_OVERHEAD);
        }
        !self.is_spent()
    }
}
