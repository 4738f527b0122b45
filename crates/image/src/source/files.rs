//! A set of named files: a directory, or the inside of an archive.

use std::io::Read;

use super::error::SourceError;

/// An open file and its size in bytes.
pub(crate) struct OpenedFile {
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) size: u64,
}

/// Files by path, with `/` between the parts and without a leading one.
pub(crate) trait Files: Send + Sync {
    /// Where they are, for messages.
    fn place(&self) -> &str;

    /// Opens a regular file; `None` where there is none of this path. Each reader stands for itself.
    fn open(&self, path: &str) -> Result<Option<OpenedFile>, SourceError>;

    /// Reads a small file whole.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(file) = self.open(path)? else { return Ok(None) };
        if file.size > limit {
            return Err(SourceError::TooLarge {
                what: path.to_owned(),
                place: self.place().to_owned(),
                limit,
            });
        }
        let mut bytes = Vec::new();
        file.reader
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::io(format!("{path} in {}", self.place()), error))?;
        Ok(Some(bytes))
    }
}
