//! Lays an archive down in the data directory: an uncompressed file without a name, bounded, gone with the process.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::error::SourceError;
use crate::limits;

const BUFFER_BYTES: usize = 256 << 10;

/// How an archive is compressed as a whole, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Plain,
    Gzip,
    Zstd,
    Refused(&'static str),
}

impl Wrapping {
    fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A Zstandard frame, or a skippable one before it (RFC 8878, section 3.1).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Self::Refused("xz"),
            [b'B', b'Z', b'h', ..] => Self::Refused("bzip2"),
            [b'P', b'K', 3, 4, ..] => Self::Refused("zip"),
            _ => Self::Plain,
        }
    }
}

/// Bytes that tell the compression.
const MAGIC_BYTES: u64 = 6;

fn start_of(reader: &mut impl Read, place: &str) -> Result<Vec<u8>, SourceError> {
    let mut start = Vec::new();
    reader.take(MAGIC_BYTES).read_to_end(&mut start).map_err(|error| SourceError::io(place, error))?;
    Ok(start)
}

/// Whether a file is compressed as a whole. Leaves it at its start.
pub(crate) fn is_compressed(file: &mut File, place: &str) -> Result<bool, SourceError> {
    let start = start_of(file, place)?;
    file.seek(SeekFrom::Start(0)).map_err(|error| SourceError::io(place, error))?;
    Ok(Wrapping::of(&start) != Wrapping::Plain)
}

/// Copies `stream`, uncompressed, into a file without a name below `directory`.
pub(crate) fn lay_down(stream: impl Read, directory: &Path, place: &str) -> Result<File, SourceError> {
    lay_down_within(stream, directory, place, limits::ARCHIVE_BYTES)
}

fn lay_down_within(
    mut stream: impl Read,
    directory: &Path,
    place: &str,
    limit: u64,
) -> Result<File, SourceError> {
    let at_spool = |error| SourceError::io(directory.display().to_string(), error);
    std::fs::create_dir_all(directory).map_err(at_spool)?;
    let mut file = tempfile::tempfile_in(directory).map_err(at_spool)?;
    let start = start_of(&mut stream, place)?;
    let whole = io::Cursor::new(start.clone()).chain(stream);
    let invalid = |error: io::Error| SourceError::invalid("the compressed archive", place, error);
    let mut reader: Box<dyn Read + '_> = match Wrapping::of(&start) {
        Wrapping::Plain => Box::new(whole),
        Wrapping::Gzip => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        Wrapping::Zstd => {
            let mut decoder = zstd::Decoder::new(whole).map_err(invalid)?;
            decoder.window_log_max(limits::ZSTD_WINDOW_LOG).map_err(invalid)?;
            Box::new(decoder)
        }
        Wrapping::Refused(name) => {
            let what = format!("an archive compressed with {name}");
            return Err(SourceError::unsupported(
                what,
                place,
                "Unpack it first; gzip and Zstandard are read",
            ));
        }
    };
    let is_plain = Wrapping::of(&start) == Wrapping::Plain;
    let at_reader = |error| if is_plain { SourceError::io(place, error) } else { invalid(error) };
    let copied = copy(&mut reader, &mut file, limit, at_spool, at_reader)?;
    if copied > limit {
        return Err(SourceError::TooLarge { what: "the archive".to_owned(), place: place.to_owned(), limit });
    }
    file.seek(SeekFrom::Start(0)).map_err(at_spool)?;
    Ok(file)
}

/// Copies at most one byte more than `limit`, and tells the two sides' errors apart.
fn copy(
    reader: &mut dyn Read,
    file: &mut File,
    limit: u64,
    at_file: impl Fn(io::Error) -> SourceError,
    at_reader: impl Fn(io::Error) -> SourceError,
) -> Result<u64, SourceError> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied = 0;
    while copied <= limit {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(at_reader(error)),
        };
        file.write_all(buffer.get(..length).unwrap_or_default()).map_err(&at_file)?;
        copied += length as u64;
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_down(bytes: &[u8], limit: u64) -> Result<Vec<u8>, SourceError> {
        let directory = tempfile::tempdir().unwrap();
        let mut file = lay_down_within(bytes, &directory.path().join("spool"), "a test", limit)?;
        assert_eq!(std::fs::read_dir(directory.path().join("spool")).unwrap().count(), 0, "it has no name");
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        Ok(text)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_compression_comes_out_plain() {
        let zstd = zstd::encode_all(&b"text"[..], 3).unwrap();
        for bytes in [b"text".to_vec(), gzip(b"text"), zstd] {
            assert_eq!(laid_down(&bytes, 4).unwrap(), b"text");
        }
        assert_eq!(laid_down(b"", 4).unwrap(), b"");
    }

    #[test]
    fn what_grows_past_the_limit_is_refused() {
        let error = laid_down(&gzip(&vec![0; 1 << 20]), 1 << 19).unwrap_err();
        assert!(matches!(error, SourceError::TooLarge { limit, .. } if limit == 1 << 19), "{error}");
    }

    #[test]
    fn damage_and_other_compressions_are_told() {
        let mut cut = gzip(&[7; 1000]);
        cut.truncate(cut.len() - 6);
        assert!(matches!(laid_down(&cut, 2000), Err(SourceError::Invalid { .. })));
        for (bytes, name) in [(&b"\xfd7zXZ\0"[..], "xz"), (b"BZh9", "bzip2"), (b"PK\x03\x04", "zip")] {
            let message = laid_down(bytes, 9).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains("Unpack it first"), "{message}");
        }
    }
}
