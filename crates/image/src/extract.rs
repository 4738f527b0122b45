//! Takes extracts of files: lays a file that comes as a stream down where it can be read at any place, and runs the
//! extractor over it, while the layer is read.
//!
//! Memory is bounded: what is larger than [`EXTRACT_MEMORY`] lies in a file without a name. Time is bounded: what is read of
//! the file ends with an error when the layer's time is up. An extractor that panics has a fault of its own, which is told
//! of its file and takes nothing else with it.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

use limpid_core::{
    FilePath,
    extract::{Extractor, Scratch, Source, asks_for_digests, with_digests},
    owned::{FileDigests, may_be_owned},
};

use crate::{entry::EntrySink, limits::EXTRACT_MEMORY};

/// Bytes that are copied at a time.
const COPY_BYTES: usize = 128 << 10;

/// What came of an extractor.
pub(crate) enum Outcome {
    /// There is nothing in the file that is worth keeping.
    Nothing,
    /// What is kept.
    Kept(Vec<u8>),
    /// The extractor failed.
    Panicked,
}

/// What is told of a file on which an extractor failed.
pub(crate) fn panicked(extractor: &Extractor) -> String {
    format!("the {} extractor failed on this file; this is a fault of Limpid", extractor.id)
}

/// Runs an extractor over the file at `path`. Once `is_time_up`, reading the file is an error. An extract that asks for the digests
/// of its file gets them where a package may have it.
pub(crate) fn run(
    extractor: &Extractor,
    path: &FilePath,
    source: &mut dyn Source,
    sink: &mut dyn EntrySink,
    is_time_up: &dyn Fn() -> bool,
) -> io::Result<Outcome> {
    let room = Room(RefCell::new(sink));
    let mut timed = Timed { source, is_time_up };
    let extracted = catch_unwind(AssertUnwindSafe(|| (extractor.extract)(&mut timed, &room)));
    match extracted {
        Ok(extract) => {
            let extract = extract?;
            if extract.is_empty() {
                return Ok(Outcome::Nothing);
            }
            if !asks_for_digests(&extract) || !may_be_owned(path) {
                return Ok(Outcome::Kept(extract));
            }
            timed.rewind()?;
            Ok(Outcome::Kept(with_digests(&extract, &FileDigests::of(&mut timed)?)))
        }
        Err(_panic) => Ok(Outcome::Panicked),
    }
}

/// Lays a stream down: in memory while it is small, else in a file of the sink's.
pub(crate) fn lay_down(content: &mut dyn Read, sink: &mut dyn EntrySink) -> io::Result<Spool> {
    let mut held = Vec::new();
    content.take(EXTRACT_MEMORY).read_to_end(&mut held)?;
    if (held.len() as u64) < EXTRACT_MEMORY {
        return Ok(Spool::Memory(Cursor::new(held)));
    }
    let mut file = sink.scratch()?;
    file.write_all(&held)?;
    held.resize(COPY_BYTES, 0);
    loop {
        match content.read(&mut held) {
            Ok(0) => break,
            Ok(bytes) => file.write_all(held.get(..bytes).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok(Spool::File(file))
}

/// A stream that was laid down.
pub(crate) enum Spool {
    Memory(Cursor<Vec<u8>>),
    File(File),
}

impl Read for Spool {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(held) => held.read(buffer),
            Self::File(file) => file.read(buffer),
        }
    }
}

impl Seek for Spool {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(held) => held.seek(to),
            Self::File(file) => file.seek(to),
        }
    }
}

/// Room in the sink's own files.
struct Room<'a>(RefCell<&'a mut dyn EntrySink>);

impl Scratch for Room<'_> {
    fn hold(&self, content: &mut dyn Read) -> io::Result<Box<dyn Source>> {
        Ok(Box::new(lay_down(content, &mut **self.0.borrow_mut())?))
    }
}

/// Ends reading when the time is up.
struct Timed<'a> {
    source: &'a mut dyn Source,
    is_time_up: &'a dyn Fn() -> bool,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.is_time_up)() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the layer took longer to read than it may"));
        }
        self.source.read(buffer)
    }
}

impl Seek for Timed<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}
