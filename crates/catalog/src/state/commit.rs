//! Changing the state: read, change, write, under a lock that is held for the commit alone.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::{State, StateError, Store, lock, retention};
use crate::{files, limits};

impl Store {
    /// Changes the state. What `change` sees is the newest state; what it leaves is in force when this returns `Ok`,
    /// and otherwise nothing has changed. Nothing is written where `change` fails.
    ///
    /// # Errors
    /// Those of [`Store::read`], [`StateError::Busy`], [`StateError::Segment`] where a segment that the new state refers
    /// to is not there, and whatever `change` fails with.
    pub fn commit<T, E: From<StateError>>(
        &self,
        now: DateTime<Utc>,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        self.create()?;
        let _lock = lock::acquire(&self.directory().join("catalog.lock"), limits::COMMIT_WAIT)?;
        let before = self.read()?;
        let mut after = before.clone();
        let result = change(&mut after)?;
        self.check_new_segments(&before, &after)?;
        let expired = retention::retire(self, &mut after, now)?;
        if after != before {
            self.write(&after)?;
        }
        retention::remove(self, &expired, now)?;
        Ok(result)
    }

    /// A segment that was written before the lock was taken may have been removed since.
    fn check_new_segments(&self, before: &State, after: &State) -> Result<(), StateError> {
        let known: std::collections::HashSet<_> = before.segments().map(|loaded| &loaded.segment).collect();
        for loaded in after.segments().filter(|loaded| !known.contains(&loaded.segment)) {
            self.segment(&loaded.segment)?;
        }
        Ok(())
    }

    fn write(&self, state: &State) -> Result<(), StateError> {
        let path = self.state_path();
        let write = || -> io::Result<()> {
            let mut text = serde_json::to_vec(state)?;
            text.push(b'\n');
            self.step("catalog: write")?;
            let mut file = files::temporary(&self.temporary())?;
            file.write_all(&text)?;
            self.step("catalog: synchronise")?;
            file.as_file().sync_all()?;
            self.step("catalog: rename")?;
            files::keep(file, &path)?;
            self.step("catalog: done")
        };
        write().map_err(|source| StateError::Io { path: path.clone(), source })
    }
}
