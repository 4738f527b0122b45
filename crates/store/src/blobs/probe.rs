//! Tries a storage out without the database: a blob that nobody else can have is put, read back, and removed.
//!
//! Garbage collection may meet it meanwhile, and would remove what has no row: that is how it ends in any case.

use std::{io::Write as _, path::Path, time::SystemTime};

use limpid_core::Digest;

use super::{
    BlobError,
    address::{Address, Keys},
    storage::Storage,
};

/// Puts, reads and removes a blob of a few bytes. `scratch` is a directory of the caller's for copies. Returns `false`, and
/// makes nothing, where the storage is a directory that is not there yet.
///
/// # Errors
/// [`BlobError`], as whoever uses the storage would meet it.
pub fn probe(address: &str, scratch: &Path) -> Result<bool, BlobError> {
    if let Address::Directory(path) = Address::parse(address)?
        && !path.exists()
    {
        return Ok(false);
    }
    let storage = Storage::open(address, scratch, 0, Keys::from_environment)?;
    let unusable = |error: std::io::Error| BlobError::Unavailable(error.to_string());
    let file = scratch.join("probe");
    let mut writer = std::fs::File::create(&file).map_err(unusable)?;
    let text = format!("a probe of limpid doctor, {:?} {}", SystemTime::now(), std::process::id());
    writer.write_all(text.as_bytes()).map_err(unusable)?;
    drop(writer);
    let mut staged = storage.stage(&file)?;
    let digest = staged.digest.clone();
    storage.put(&mut staged)?;
    drop(staged);
    let read = read_back(&storage, &digest, &scratch.join("read"));
    // What was put is removed, also where it cannot be read.
    let removed = storage.remove(&digest);
    read.and(removed).map(|()| true)
}

fn read_back(storage: &Storage, digest: &Digest, path: &Path) -> Result<(), BlobError> {
    storage.fetch_to(digest, path)?;
    let bytes = std::fs::read(path).map_err(|error| BlobError::Unavailable(error.to_string()))?;
    if Digest::of(&bytes) == *digest { Ok(()) } else { Err(BlobError::Damaged(digest.clone())) }
}
