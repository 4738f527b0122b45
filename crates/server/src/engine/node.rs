//! Who this process is among all that share the database.
//!
//! The name lives in the data directory, and the process that uses it holds a lock there. So a process that starts in the
//! directory of one that was killed knows that whatever that name holds in the database is its own to give back.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// The name of a process, and its lock on it.
#[derive(Debug)]
pub struct Node {
    /// The name: 36 characters.
    pub name: String,
    _lock: File,
}

/// Why there is no name.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Another process has the directory.
    #[error("{}: another limpid serve uses this data directory; give each process one of its own (--data)", .0.display())]
    Taken(PathBuf),
    /// The system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
}

impl Node {
    /// The node of a data directory.
    pub(super) fn of(data: &Path) -> Result<Self, NodeError> {
        let path = data.join("node");
        let failed = |source| NodeError::Io { path: path.clone(), source };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NodeError::Taken(data.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let name = match text.trim().parse::<Uuid>() {
            Ok(known) => known.to_string(),
            // New, or cut off when it was written: then nothing was ever held under that name.
            Err(_no_name) => {
                let name = Uuid::new_v4().to_string();
                file.set_len(0).map_err(failed)?;
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                file.write_all(name.as_bytes()).map_err(failed)?;
                file.sync_all().map_err(failed)?;
                name
            }
        };
        Ok(Self { name, _lock: file })
    }
}
