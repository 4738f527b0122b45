//! Takes extracts of files: lays a file that comes as a stream down where it can be read at any place, and runs the
//! extractor over it, while the layer is read.
//!
//! Memory is bounded: see [`Spools`]. Time is bounded: what is read of the file ends with an error when the layer's time is up.
//! An extractor that panics has a fault of its own, which is told of its file and takes nothing else with it.

use std::{
    cell::RefCell,
    io::{self, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use limpid_core::{
    FilePath,
    extract::{Extractor, Scratch, Source, asks_for_digests, with_digests},
    owned::{FileDigests, may_be_owned},
};

use crate::entry::EntrySink;

mod spool;

pub(crate) use spool::Spools;

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
    spools: &Spools,
    sink: &mut dyn EntrySink,
    is_time_up: &dyn Fn() -> bool,
) -> io::Result<Outcome> {
    let room = Room { spools, sink: RefCell::new(sink) };
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

/// Room of a layer, and of the sink where that is not enough.
struct Room<'a> {
    spools: &'a Spools,
    sink: RefCell<&'a mut dyn EntrySink>,
}

impl Scratch for Room<'_> {
    fn hold<'a>(&'a self, content: &mut dyn Read) -> io::Result<Box<dyn Source + 'a>> {
        Ok(Box::new(self.spools.lay_down(content, &mut **self.sink.borrow_mut())?))
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
