//! Decompression, told by the first bytes and never by a name: upstreams call things as they like.
//!
//! Whatever goes wrong on the way (a stream that ends early, a checksum that does not match, more bytes than a document
//! may have) is an error of the reader, never a shorter document.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use crate::limits;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    /// RFC 1952.
    Gzip,
    Bzip2,
    /// The .xz file format, 1.2.
    Xz,
    /// RFC 8878.
    Zstandard,
}

/// The first bytes that tell: a bzip2 stream's block begins with digits of π, and its magic alone could be a text.
const MAGIC_BYTES: u64 = 10;

impl Compression {
    fn of(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [0x1f, 0x8b, 0x08, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // A frame, or one that is to be skipped (parallel writers begin with it).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstandard),
            _other => None,
        }
    }

    fn reader<'a>(self, from: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(from)),
            Self::Xz => {
                Box::new(lzma_rust2::XzReader::new_mem_limit(from, true, limits::DICTIONARY_BYTES >> 10))
            }
            Self::Zstandard => {
                let mut reader = zstd::stream::read::Decoder::with_buffer(from)?;
                reader.window_log_max(limits::DICTIONARY_BYTES.ilog2())?;
                Box::new(reader)
            }
        })
    }
}

/// What a stream holds once nothing of it is compressed any more. More than `most` bytes are an error.
pub(super) fn decompressed<'a>(from: impl BufRead + 'a, most: u64) -> io::Result<Limited<'a>> {
    let (beginning, mut from) = peek(Box::new(from), MAGIC_BYTES)?;
    let mut compression = Compression::of(&beginning);
    let mut layers = 0;
    while let Some(known) = compression {
        if layers == limits::COMPRESSION_LAYERS {
            return Err(invalid("compressed more often than any real document"));
        }
        layers += 1;
        // Also what comes out in between is bounded: it costs time.
        let limited = Limited::new(Box::new(BufReader::with_capacity(1 << 15, known.reader(from)?)), most);
        let beginning;
        (beginning, from) = peek(Box::new(limited), MAGIC_BYTES)?;
        compression = Compression::of(&beginning);
    }
    Ok(Limited::new(from, most))
}

/// Up to so many bytes from the beginning, and the stream from its beginning.
pub(super) fn peek<'a>(
    mut from: Box<dyn BufRead + 'a>,
    most: u64,
) -> io::Result<(Vec<u8>, Box<dyn BufRead + 'a>)> {
    let mut beginning = Vec::new();
    (&mut from).take(most).read_to_end(&mut beginning)?;
    let whole: Chain<_, _> = Cursor::new(beginning.clone()).chain(from);
    Ok((beginning, Box::new(whole)))
}

pub(super) fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Reads no more than so many bytes: more is an error, never a shorter document.
pub(super) struct Limited<'a> {
    from: Box<dyn BufRead + 'a>,
    left: u64,
    /// What went wrong once: a decoder that is asked again after an error may say that this is the end.
    failed: Option<(io::ErrorKind, String)>,
}

impl<'a> Limited<'a> {
    pub(super) fn new(from: Box<dyn BufRead + 'a>, most: u64) -> Self {
        Self { from, left: most, failed: None }
    }

    /// How many more bytes may come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Reads what is left, so that every checksum is looked at, and an end that is missing is seen.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        loop {
            let length = self.fill_buf()?.len();
            if length == 0 {
                return Ok(());
            }
            self.consume(length);
        }
    }
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Limited<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some((kind, what)) = &self.failed {
            return Err(io::Error::new(*kind, what.clone()));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let failure = match self.from.fill_buf() {
            Ok(bytes) if most > 0 || bytes.is_empty() => return Ok(bytes.get(..most).unwrap_or(bytes)),
            Ok(_too_many) => {
                io::Error::new(io::ErrorKind::FileTooLarge, "larger than any real document of this feed")
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => error,
        };
        self.failed = Some((failure.kind(), failure.to_string()));
        Err(failure)
    }

    fn consume(&mut self, length: usize) {
        self.left = self.left.saturating_sub(length as u64);
        self.from.consume(length);
    }
}

#[cfg(test)]
mod tests;
