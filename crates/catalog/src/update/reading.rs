//! Reading the documents of a feed into a segment.
//!
//! A file of an archive is read as a whole or not at all: one that its parser refuses leaves no statement behind, and is
//! named as unread. What is wrong with a document as a whole leaves no segment.

use std::{
    fs::File,
    io::{self, BufReader, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use limpid_core::{
    advisory::Record,
    feed::{FeedDocument, FeedError, FeedHead, FeedSource, Publisher},
};

use super::{
    decompress::{Limited, decompressed},
    head::Heads,
    members::{Entry, walk},
};
use crate::{
    SegmentError, StateError, limits,
    segment::{self, NewSegment, SegmentWriter},
};

/// A feed on its way into a segment.
pub(super) struct Reading<'a> {
    publisher: &'a Publisher,
    source: &'a FeedSource,
    pub(super) writer: SegmentWriter,
    pub(super) heads: Heads,
    pub(super) files: u64,
    pub(super) refused: u64,
}

/// Why a document is not read further.
pub(super) enum Stopped {
    /// It is not what it should be.
    Refused(String),
    /// Something on this machine went wrong.
    Local(LocalError),
}

/// Something on this machine went wrong, not with the feed.
#[derive(Debug, thiserror::Error)]
pub(super) enum LocalError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error("temporary file: {0}")]
    Spool(#[from] std::io::Error),
}

/// What a parser made of one file.
enum Parsed {
    Whole(FeedHead),
    /// It is not in the feed's format; some of it was handed on already where `true`.
    Malformed(String, bool),
}

/// The parser's revision, and the format in which its result is written.
pub(super) fn parser_revision(publisher: &Publisher) -> String {
    format!("{}/{}", publisher.parser_revision(), segment::FORMAT)
}

impl<'a> Reading<'a> {
    pub(super) fn new(publisher: &'a Publisher, source: &'a FeedSource, directory: &Path) -> Self {
        let writer = SegmentWriter::new(&source.name, parser_revision(publisher), directory);
        Self { publisher, source, writer, heads: Heads::default(), files: 0, refused: 0 }
    }

    /// Reads a document: itself, or each file of the archive that it is, but for those that are to be skipped.
    pub(super) fn document(
        &mut self,
        spool: &File,
        is_skipped: &dyn Fn(&str) -> bool,
    ) -> Result<(), Stopped> {
        let most = (self.publisher.feeds.guard)(&self.source.name).most_bytes;
        let mut stopped = None;
        let walked = walk(spool, most, &mut |entry| {
            let read = match entry {
                Entry::File("", reader) => self.whole(reader),
                Entry::File(name, _) | Entry::Odd(name, _) if is_skipped(name) => Ok(()),
                Entry::File(name, reader) => self.file(name, reader),
                Entry::Odd(name, what) => {
                    self.files += 1;
                    self.refuse(name, what);
                    Ok(())
                }
            };
            read.map_err(|why| {
                stopped = Some(why);
                io::Error::other("stopped")
            })
        });
        match (walked, stopped) {
            (Ok(()), _) => Ok(()),
            (Err(_stopped), Some(why)) => Err(why),
            (Err(error), None) => Err(Stopped::Refused(FeedError::Unreadable(error.to_string()).to_string())),
        }
    }

    /// Reads one document of several, under its name.
    pub(super) fn file(&mut self, name: &str, reader: &mut Limited<'_>) -> Result<(), Stopped> {
        self.files += 1;
        match self.parse(name, reader)? {
            Parsed::Whole(head) => self.heads.add(name, head),
            Parsed::Malformed(why, true) => {
                return Err(Stopped::Refused(format!(
                    "{name}: {why}, which was seen too late to leave it out"
                )));
            }
            Parsed::Malformed(why, false) => self.refuse(name, &why),
        }
        Ok(())
    }

    /// Reads a document that is all of the feed.
    fn whole(&mut self, reader: &mut Limited<'_>) -> Result<(), Stopped> {
        match self.parse("", reader)? {
            Parsed::Whole(head) => self.heads.add("", head),
            Parsed::Malformed(why, _) => return Err(Stopped::Refused(FeedError::Malformed(why).to_string())),
        }
        Ok(())
    }

    /// Reads one document of several that was fetched by itself.
    pub(super) fn single(&mut self, name: &str, mut spool: &File) -> Result<(), Stopped> {
        let most = (self.publisher.feeds.guard)(&self.source.name).most_bytes;
        let opened = spool.rewind().and_then(|()| decompressed(BufReader::new(spool), most));
        let mut reader = opened.map_err(|error| unreadable(&error))?;
        self.file(name, &mut reader)
    }

    /// Notes that a file could not be read.
    pub(super) fn refuse(&mut self, name: &str, why: &str) {
        self.refused += 1;
        self.heads.unread(name, why);
    }

    fn parse(&mut self, name: &str, reader: &mut Limited<'_>) -> Result<Parsed, Stopped> {
        let mut held = Held { records: Vec::new(), statements: 0, foreign: None, let_go: name.is_empty() };
        let mut failed = None;
        // A parser's own fault must not take down the update of other feeds.
        let parsed = catch_unwind(AssertUnwindSafe(|| {
            let mut sink = |record: Record| {
                if failed.is_none() {
                    held.check(self.publisher, name, &record);
                    failed = held.take(record, &mut self.writer).err();
                }
            };
            let mut document = FeedDocument { name, reader };
            (self.publisher.feeds.parse)(self.source, &mut document, &mut sink)
        }));
        if let Some(error) = failed {
            return Err(stopped_by(error));
        }
        let head = match parsed {
            Ok(Ok(head)) => head,
            Ok(Err(FeedError::Malformed(why))) => {
                // What looks malformed where the bytes ended early is no fault of this one file.
                reader.drain().map_err(|error| unreadable(&error))?;
                return Ok(Parsed::Malformed(why, held.let_go));
            }
            Ok(Err(error @ FeedError::Unreadable(_))) => return Err(Stopped::Refused(error.to_string())),
            Err(_panic) => {
                return Err(Stopped::Refused("the parser failed by a fault of its own".to_owned()));
            }
        };
        reader.drain().map_err(|error| unreadable(&error))?;
        if let Some(why) = held.foreign {
            return Ok(Parsed::Malformed(why, held.let_go));
        }
        held.records.iter().try_for_each(|record| self.writer.add(record)).map_err(stopped_by)?;
        Ok(Parsed::Whole(head))
    }

    /// Writes the segment.
    pub(super) fn finish(self) -> Result<NewSegment, LocalError> {
        Ok(self.writer.finish(self.heads.finish())?)
    }
}

/// Records of one file that wait until it is read to its end.
struct Held {
    records: Vec<Record>,
    statements: usize,
    /// Says what another document should say.
    foreign: Option<String>,
    /// Whether records do not wait: there are too many, or nothing is left out in any case.
    let_go: bool,
}

impl Held {
    fn take(&mut self, record: Record, writer: &mut SegmentWriter) -> Result<(), SegmentError> {
        self.statements += record.affected.len();
        if self.statements > limits::HELD_STATEMENTS && !self.let_go {
            self.let_go = true;
            self.records.drain(..).try_for_each(|record| writer.add(&record))?;
        }
        if self.let_go {
            return writer.add(&record);
        }
        self.records.push(record);
        Ok(())
    }

    /// Documents that change one by one are told by what they say. One that speaks for another could not be taken out.
    fn check(&mut self, publisher: &Publisher, name: &str, record: &Record) {
        // A feed that is one document has no name in an archive.
        let is_one_of_many = !name.is_empty() && self.foreign.is_none();
        let Some(increments) = publisher.feeds.increments.filter(|_| is_one_of_many) else { return };
        for affected in &record.affected {
            let key = (increments.document_of)(affected, &record.advisory);
            if key.is_none_or(|key| (increments.member)(&key) != name) {
                self.foreign = Some(format!("says {}, which is another document's", record.advisory.id));
            }
        }
    }
}

fn unreadable(error: &io::Error) -> Stopped {
    Stopped::Refused(FeedError::Unreadable(error.to_string()).to_string())
}

fn stopped_by(error: SegmentError) -> Stopped {
    match error {
        SegmentError::NoPackage { .. } | SegmentError::TooLarge { .. } => Stopped::Refused(error.to_string()),
        SegmentError::Io { .. }
        | SegmentError::Missing { .. }
        | SegmentError::NewerFormat { .. }
        | SegmentError::Damaged { .. } => Stopped::Local(LocalError::Segment(error)),
    }
}
