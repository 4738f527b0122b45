//! A part of a blob, read to be sent on: of a file on this machine, or from S3 as it comes.
//!
//! Only a whole blob can be checked against its digest. What comes from S3 in part is not; whoever puts the parts together checks
//! the whole, as every client of a registry does.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Take},
};

use super::s3::Stream;

/// See the module. It ends behind the part, or with an error before that.
pub struct BlobPart(Source);

enum Source {
    File(Take<File>),
    Far(Box<Stream>),
}

impl BlobPart {
    /// All of a blob, opened and checked.
    pub fn whole(file: File) -> Self {
        Self(Source::File(file.take(u64::MAX)))
    }

    pub(super) fn of_file(mut file: File, from: u64, bytes: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(from))?;
        Ok(Self(Source::File(file.take(bytes))))
    }

    pub(super) fn far(stream: Stream) -> Self {
        Self(Source::Far(Box::new(stream)))
    }
}

impl Read for BlobPart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::File(file) => file.read(buffer),
            Source::Far(stream) => stream.read(buffer),
        }
    }
}
