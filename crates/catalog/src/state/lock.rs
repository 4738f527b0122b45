//! Locks between processes. They end with the process that holds them, and nobody waits for one without bound.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::StateError;

/// Held while a feed is updated. Ends when it is dropped.
#[derive(Debug)]
pub struct FeedLock {
    _file: File,
    /// Whether another process held it before.
    pub waited: bool,
}

/// How often a lock is tried while waiting.
const POLL: Duration = Duration::from_millis(10);

/// Takes an exclusive lock on the file at `path`, which is created where it is missing.
pub(super) fn acquire(path: &Path, longest_wait: Duration) -> Result<FeedLock, StateError> {
    let io_error = |source| StateError::Io { path: path.to_owned(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(io_error)?;
    let begun = Instant::now();
    let mut waited = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(FeedLock { _file: file, waited }),
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= longest_wait => {
                return Err(StateError::Busy { path: path.to_owned(), seconds: longest_wait.as_secs() });
            }
            Err(TryLockError::WouldBlock) => {
                waited = true;
                thread::sleep(POLL);
            }
        }
    }
}
