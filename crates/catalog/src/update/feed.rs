//! The update of one feed, from the question to upstream to the commit.

use std::{
    io::{self, BufReader, Seek as _},
    path::Path,
};

use chrono::{DateTime, Utc};
use limpid_core::{
    digest::Hasher,
    feed::{FeedError, FeedSource, Publisher},
};

use super::{
    Outcome, Progress, Updater,
    decompress::decompressed,
    document::Document,
    guard,
    mirror::Address,
    reading::{LocalError, Reading, Stopped, parser_revision},
    request::{Fetched, Request, TransportError},
};
use crate::{
    SegmentError, StateError,
    state::{Absent, Asked, Cursor, Failure, FeedRecord, Loaded, Quarantine, Source, Validators},
};

/// What was found out about a feed.
pub(super) enum Found {
    /// Upstream has the document that was judged last.
    Same,
    Absent,
    Data(Loaded, Validators, Option<Cursor>),
    Suspicious(String, Option<Loaded>, Validators),
    Failed(String),
}

/// What was found out about a feed, and the address that was asked.
pub(super) type Looked = (Found, String);

/// What an update of one feed works with.
pub(super) struct Task<'a> {
    pub(super) publisher: &'a Publisher,
    pub(super) source: &'a FeedSource,
    /// What is known about the feed.
    pub(super) record: &'a FeedRecord,
    pub(super) progress: &'a dyn Progress,
    /// For temporary files.
    pub(super) directory: &'a Path,
}

impl Updater {
    /// Updates one feed. A feed about which upstream was asked since `recent` is not asked again, and neither is one that
    /// another process has updated since `begun`.
    pub(super) fn update_feed(
        &self,
        publisher: &Publisher,
        source: &FeedSource,
        begun: DateTime<Utc>,
        recent: Option<DateTime<Utc>>,
        progress: &dyn Progress,
    ) -> Outcome {
        let failed = |error: &dyn ToString| Outcome::Failed { error: error.to_string() };
        let lock = match self.store.lock_feed(&source.name) {
            Ok(lock) => lock,
            Err(error) => return failed(&error),
        };
        let record = match self.store.read() {
            Ok(state) => state.feeds.get(&source.name).cloned().unwrap_or_default(),
            Err(error) => return failed(&error),
        };
        let since = if lock.waited { Some(recent.map_or(begun, |recent| recent.min(begun))) } else { recent };
        if let Some(outcome) =
            since.and_then(|since| self.already_known(&record, publisher, since, lock.waited))
        {
            return outcome;
        }
        let looked = self.store.temporary_directory().map_err(LocalError::from).and_then(|directory| {
            let record = &record;
            self.look(&Task { publisher, source, record, progress, directory: &directory })
        });
        let (found, address) =
            looked.unwrap_or_else(|error| (Found::Failed(error.to_string()), source.url.clone()));
        self.settle(publisher, source, found, &address).unwrap_or_else(|error| failed(&error))
    }

    /// What is known since an instant, so that upstream need not be asked.
    fn already_known(
        &self,
        record: &FeedRecord,
        publisher: &Publisher,
        since: DateTime<Utc>,
        waited: bool,
    ) -> Option<Outcome> {
        let failure = record.failure.as_ref().filter(|failure| waited && failure.at >= since);
        if let Some(failure) = failure {
            return Some(Outcome::Failed { error: failure.message.clone() });
        }
        let asked = record.asked.as_ref().filter(|asked| asked.at >= since)?;
        let current = record.absent.is_some() || self.is_current(record, asked, publisher);
        current.then(|| standing(record))
    }

    /// Whether the document that was judged last need not be judged again: by the same parser, and the data is there.
    fn is_current(&self, record: &FeedRecord, asked: &Asked, publisher: &Publisher) -> bool {
        let in_force = record.data.latest().map(|data| &data.value.segment);
        asked.parser_revision == parser_revision(publisher)
            && in_force.is_none_or(|segment| self.store.segment(segment).is_ok())
            && (in_force.is_some() || record.quarantine.is_some())
    }

    fn look(&self, task: &Task<'_>) -> Result<Looked, LocalError> {
        if let Some(increments) = task.publisher.feeds.increments
            && let Some(looked) = self.look_at_lists(task, &increments)?
        {
            return Ok(looked);
        }
        let address = match self.located(task) {
            Ok(address) => address,
            Err(why) => return Ok((Found::Failed(why), task.source.url.clone())),
        };
        let known = self.known(task, &address);
        let mark = match self.mark(task) {
            Ok(mark) => mark,
            Err(why) => return Ok((Found::Failed(why), display(&address))),
        };
        if mark.is_some() && mark == known.mark {
            return Ok((Found::Same, display(&address)));
        }
        let found = match self.fetch(task, &address, known) {
            Ok(Fetched::NotModified) => Found::Same,
            Ok(Fetched::Absent) => Found::Absent,
            Ok(Fetched::Document(mut document)) => {
                document.validators.mark = self.proven(task, &document, mark)?;
                self.judge(task, document)?
            }
            Err(error) => not_fetched(&error),
        };
        Ok((found, display(&address)))
    }

    /// The digest that upstream tells of the document, where it tells any.
    fn mark(&self, task: &Task<'_>) -> Result<Option<String>, String> {
        let Some(mark) = task.publisher.feeds.mark else { return Ok(None) };
        mark(task.source, &self.transport).map_err(|error| error.to_string())
    }

    /// The digest that upstream told, where the document has it: one that came before or after its digest is looked at again. (What
    /// cannot be decompressed is told when it is read.)
    fn proven(
        &self,
        task: &Task<'_>,
        document: &Document,
        mark: Option<String>,
    ) -> Result<Option<String>, LocalError> {
        let Some(mark) = mark else { return Ok(None) };
        let most = (task.publisher.feeds.guard)(&task.source.name).most_bytes;
        let mut spool = &document.spool;
        spool.rewind()?;
        let mut hasher = Hasher::sha256();
        let copied = decompressed(BufReader::new(spool), most)
            .and_then(|mut reader| io::copy(&mut reader, &mut Hashing(&mut hasher)));
        spool.rewind()?;
        let digest = copied.is_ok().then(|| hasher.finish());
        let has_it = digest.is_some_and(|digest| digest.as_str().strip_prefix("sha256:") == Some(&*mark));
        Ok(has_it.then_some(mark))
    }

    /// How the document that was judged last is told, if it was at this address.
    pub(super) fn known(&self, task: &Task<'_>, address: &Address) -> Validators {
        let asked =
            task.record.asked.as_ref().filter(|asked| self.is_current(task.record, asked, task.publisher));
        let known = asked.map(|asked| asked.validators.clone()).unwrap_or_default();
        if asked.is_some_and(|asked| asked.address != display(address)) {
            // One server's marks mean nothing to another; the content does.
            return Validators { content: known.content, ..Validators::default() };
        }
        known
    }

    pub(super) fn fetch(
        &self,
        task: &Task<'_>,
        address: &Address,
        known: Validators,
    ) -> Result<Fetched, TransportError> {
        self.transport.fetch(&Request {
            address,
            known,
            most: (task.publisher.feeds.guard)(&task.source.name).most_bytes,
            directory: task.directory,
            started: &|size| task.progress.feed_started(&task.source.name, size),
            advanced: &|bytes| task.progress.feed_advanced(&task.source.name, bytes),
        })
    }

    /// Where the document is read from today.
    pub(super) fn located(&self, task: &Task<'_>) -> Result<Address, String> {
        let url = match task.publisher.feeds.locate {
            None => task.source.url.clone(),
            Some(locate) => locate(task.source, &self.transport).map_err(|error| error.to_string())?,
        };
        self.transport.address(&url).map_err(|error| error.to_string())
    }

    /// Reads a document, writes its segment, and says whether it may come into force.
    fn judge(&self, task: &Task<'_>, document: Document) -> Result<Found, LocalError> {
        let most = (task.publisher.feeds.guard)(&task.source.name).most_bytes;
        let why = guard::first_sight(&document, most)
            .unwrap_or_else(|error| Some(FeedError::Unreadable(error.to_string()).to_string()));
        if let Some(why) = why {
            return Ok(Found::Suspicious(why, None, document.validators));
        }
        let mut reading = Reading::new(task.publisher, task.source, task.directory);
        match reading.document(&document.spool, &|_| false) {
            Ok(()) => self.weigh(task, reading, document.validators, None),
            Err(Stopped::Refused(why)) => Ok(Found::Suspicious(why, None, document.validators)),
            Err(Stopped::Local(error)) => Err(error),
        }
    }

    /// Writes the segment of what was read, and says whether it may come into force.
    pub(super) fn weigh(
        &self,
        task: &Task<'_>,
        reading: Reading<'_>,
        validators: Validators,
        cursor: Option<&dyn Fn(&Loaded) -> Cursor>,
    ) -> Result<Found, LocalError> {
        let unread = guard::share(reading.files, reading.refused, reading.heads.first_unread());
        let new = match reading.finish() {
            Ok(new) => new,
            Err(LocalError::Segment(error @ SegmentError::TooLarge { .. })) => {
                return Ok(Found::Suspicious(error.to_string(), None, validators));
            }
            Err(error) => return Err(error),
        };
        let in_force = task.record.data.latest().map(|data| &data.value);
        let guard = (task.publisher.feeds.guard)(&task.source.name);
        let why = unread.or_else(|| guard::amount(&guard, &new.meta, in_force));
        let bytes = new.file.as_file().metadata()?.len();
        let loaded = Loaded::new(new.digest.clone(), bytes, new.meta.clone());
        self.store.keep_segment(new)?;
        Ok(match why {
            None => {
                let cursor = cursor.map(|cursor| cursor(&loaded));
                Found::Data(loaded, validators, cursor)
            }
            Some(why) => Found::Suspicious(why, Some(loaded), validators),
        })
    }

    /// Puts what was found out into the state.
    fn settle(
        &self,
        publisher: &Publisher,
        source: &FeedSource,
        found: Found,
        address: &str,
    ) -> Result<Outcome, StateError> {
        let now = self.clock.now();
        let asked = |validators| {
            let parser_revision = parser_revision(publisher);
            Some(Asked { at: now, address: address.to_owned(), parser_revision, validators })
        };
        self.store.commit(now, |state| {
            let record = state.feeds.entry(source.name.clone()).or_default();
            record.source = Some(Source::from(source));
            let outcome = match found {
                Found::Failed(message) => {
                    record.failure = Some(Failure { at: now, message: message.clone() });
                    return Ok(Outcome::Failed { error: message });
                }
                Found::Absent if record.data.latest().is_some() => {
                    let message = format!("{address}: upstream no longer has this document");
                    record.failure = Some(Failure { at: now, message: message.clone() });
                    return Ok(Outcome::Failed { error: message });
                }
                Found::Absent => {
                    record.quarantine = None;
                    let since = record.absent.as_ref().map_or(now, |absent| absent.since);
                    record.absent = Some(Absent { since, asked_at: now });
                    record.asked = asked(Validators::default());
                    Outcome::Absent
                }
                Found::Same => {
                    let validators = record.asked.take().map(|asked| asked.validators).unwrap_or_default();
                    record.asked = asked(validators);
                    record.absent = None;
                    seen_again(record, now);
                    standing(record)
                }
                Found::Data(loaded, validators, cursor) => {
                    record.asked = asked(validators);
                    record.cursor = cursor;
                    take_into_force(record, loaded, now)
                }
                Found::Suspicious(why, candidate, validators) => {
                    record.asked = asked(validators);
                    record.absent = None;
                    let same = record.quarantine.as_ref().filter(|quarantine| quarantine.why == why);
                    let since = same.map_or(now, |quarantine| quarantine.since);
                    record.quarantine = Some(Quarantine { why: why.clone(), since, candidate });
                    Outcome::Quarantined { why }
                }
            };
            record.failure = None;
            Ok(outcome)
        })
    }
}

/// Hashes what is written to it.
struct Hashing<'a>(&'a mut Hasher);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes data the feed's own. What was in quarantine is forgotten.
pub(super) fn take_into_force(record: &mut FeedRecord, loaded: Loaded, now: DateTime<Utc>) -> Outcome {
    let from = record.data.latest().map(|data| data.value.segment.clone());
    let (to, records) = (loaded.segment.clone(), loaded.records);
    record.absent = None;
    record.quarantine = None;
    record.failure = None;
    record.data.record(now, loaded);
    if from.as_ref() == Some(&to) { Outcome::Unchanged } else { Outcome::Updated { from, to, records } }
}

/// Upstream still has the document: what is in force is known to be so until now, unless the document is another one,
/// which is not believed.
fn seen_again(record: &mut FeedRecord, now: DateTime<Utc>) {
    let in_force = record.data.latest().map(|data| data.value.clone());
    if let Some(loaded) = in_force.filter(|_| record.quarantine.is_none()) {
        record.data.record(now, loaded);
    }
}

/// The outcome where nothing changed.
fn standing(record: &FeedRecord) -> Outcome {
    match &record.quarantine {
        Some(quarantine) => Outcome::Quarantined { why: quarantine.why.clone() },
        None if record.absent.is_some() => Outcome::Absent,
        None => Outcome::Unchanged,
    }
}

/// What a document is that did not arrive.
pub(super) fn not_fetched(error: &TransportError) -> Found {
    match error {
        TransportError::CutOff { .. } | TransportError::TooLarge { .. } => {
            Found::Suspicious(error.to_string(), None, Validators::default())
        }
        TransportError::Unreachable { .. } | TransportError::Disk(_) => Found::Failed(error.to_string()),
    }
}

pub(super) fn display(address: &Address) -> String {
    match address {
        Address::File(path) => path.display().to_string(),
        Address::Url(url) => url.clone(),
    }
}
