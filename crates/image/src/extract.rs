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

use limpid_core::extract::{Extractor, Scratch, Source};

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

/// Runs an extractor over a file. Once `is_time_up`, reading the file is an error.
pub(crate) fn run(
    extractor: &Extractor,
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
            let extract = Some(extract?).filter(|extract| !extract.is_empty());
            Ok(extract.map_or(Outcome::Nothing, Outcome::Kept))
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
