//! The update of one feed, from the question to upstream to the commit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use chrono::{DateTime, Utc};
use limpid_core::{
    Ecosystem,
    advisory::Record,
    feed::{FeedDocument, FeedSource},
};

use super::{
    Outcome, Progress, Updater,
    document::Document,
    guard,
    mirror::Address,
    transport::{Fetched, Request, TransportError},
};
use crate::{
    SegmentError, StateError,
    segment::{self, NewSegment, SegmentWriter},
    state::{Absent, Asked, Failure, FeedRecord, Loaded, Quarantine, Source, Validators},
};

/// What was found out about a feed.
enum Found {
    /// Upstream has the document that was judged last.
    Same,
    Absent,
    Data(Loaded, Validators),
    Suspicious(String, Option<Loaded>, Validators),
    Failed(String),
}

/// Something on this machine went wrong, not with the feed.
#[derive(Debug, thiserror::Error)]
enum LocalError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error("temporary file: {0}")]
    Spool(#[from] std::io::Error),
}

/// The parser's revision, and the format in which its result is written.
pub(super) fn parser_revision(ecosystem: &Ecosystem) -> String {
    format!("{}/{}", ecosystem.parser_revision(), segment::FORMAT)
}

impl Updater {
    /// Updates one feed. A feed about which upstream was asked since `recent` is not asked again, and neither is one that
    /// another process has updated since `begun`.
    pub(super) fn update_feed(
        &self,
        ecosystem: &Ecosystem,
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
            since.and_then(|since| self.already_known(&record, ecosystem, since, lock.waited))
        {
            return outcome;
        }
        let found = match self.look(ecosystem, source, &record, progress) {
            Ok(found) => found,
            Err(error) => Found::Failed(error.to_string()),
        };
        self.settle(ecosystem, source, found).unwrap_or_else(|error| failed(&error))
    }

    /// What is known since an instant, so that upstream need not be asked.
    fn already_known(
        &self,
        record: &FeedRecord,
        ecosystem: &Ecosystem,
        since: DateTime<Utc>,
        waited: bool,
    ) -> Option<Outcome> {
        let failure = record.failure.as_ref().filter(|failure| waited && failure.at >= since);
        if let Some(failure) = failure {
            return Some(Outcome::Failed { error: failure.message.clone() });
        }
        let asked = record.asked.as_ref().filter(|asked| asked.at >= since)?;
        let current = record.absent.is_some() || self.is_current(record, asked, ecosystem);
        current.then(|| standing(record))
    }

    /// Whether the document that was judged last need not be judged again: by the same parser, and the data is there.
    fn is_current(&self, record: &FeedRecord, asked: &Asked, ecosystem: &Ecosystem) -> bool {
        let in_force = record.data.latest().map(|data| &data.value.segment);
        asked.parser_revision == parser_revision(ecosystem)
            && in_force.is_none_or(|segment| self.store.segment(segment).is_ok())
            && (in_force.is_some() || record.quarantine.is_some())
    }

    fn look(
        &self,
        ecosystem: &Ecosystem,
        source: &FeedSource,
        record: &FeedRecord,
        progress: &dyn Progress,
    ) -> Result<Found, LocalError> {
        let directory = self.store.temporary_directory()?;
        let address = match self.located(ecosystem, source) {
            Ok(address) => address,
            Err(why) => return Ok(Found::Failed(why)),
        };
        let asked = record.asked.as_ref().filter(|asked| self.is_current(record, asked, ecosystem));
        let mut known = asked.map(|asked| asked.validators.clone()).unwrap_or_default();
        if asked.is_some_and(|asked| asked.address != display(&address)) {
            // One server's marks mean nothing to another; the content does.
            known = Validators { content: known.content, ..Validators::default() };
        }
        let most = (ecosystem.feeds.guard)(&source.name).most_bytes;
        let fetched = self.transport.fetch(&Request {
            address: &address,
            known,
            most,
            directory: &directory,
            started: &|size| progress.feed_started(&source.name, size),
            advanced: &|bytes| progress.feed_advanced(&source.name, bytes),
        });
        match fetched {
            Ok(Fetched::NotModified) => Ok(Found::Same),
            Ok(Fetched::Absent) => Ok(Found::Absent),
            Ok(Fetched::Document(document)) => self.judge(ecosystem, source, record, document, &directory),
            Err(error @ (TransportError::CutOff { .. } | TransportError::TooLarge { .. })) => {
                Ok(Found::Suspicious(error.to_string(), None, Validators::default()))
            }
            Err(error @ (TransportError::Unreachable { .. } | TransportError::Disk(_))) => {
                Ok(Found::Failed(error.to_string()))
            }
        }
    }

    /// Where the document is read from today.
    fn located(&self, ecosystem: &Ecosystem, source: &FeedSource) -> Result<Address, String> {
        let url = match ecosystem.feeds.locate {
            None => source.url.clone(),
            Some(locate) => locate(source, &self.transport).map_err(|error| error.to_string())?,
        };
        self.transport.address(&url).map_err(|error| error.to_string())
    }

    /// Reads a document, writes its segment, and says whether it may come into force.
    fn judge(
        &self,
        ecosystem: &Ecosystem,
        source: &FeedSource,
        record: &FeedRecord,
        document: Document,
        directory: &Path,
    ) -> Result<Found, LocalError> {
        if let Some(why) = guard::first_sight(&document)? {
            return Ok(Found::Suspicious(why, None, document.validators));
        }
        let new = match build(ecosystem, source, &document, directory)? {
            Ok(new) => new,
            Err(why) => return Ok(Found::Suspicious(why, None, document.validators)),
        };
        let in_force = record.data.latest().map(|data| &data.value);
        let why = guard::amount(&(ecosystem.feeds.guard)(&source.name), &new.meta, in_force);
        let bytes = new.file.as_file().metadata()?.len();
        let loaded = Loaded::new(new.digest.clone(), bytes, new.meta.clone());
        self.store.keep_segment(new)?;
        Ok(match why {
            None => Found::Data(loaded, document.validators),
            Some(why) => Found::Suspicious(why, Some(loaded), document.validators),
        })
    }

    /// Puts what was found out into the state.
    fn settle(
        &self,
        ecosystem: &Ecosystem,
        source: &FeedSource,
        found: Found,
    ) -> Result<Outcome, StateError> {
        let now = self.clock.now();
        let address =
            self.transport.address(&source.url).map_or_else(|_| source.url.clone(), |found| display(&found));
        let asked = |validators| {
            let parser_revision = parser_revision(ecosystem);
            Some(Asked { at: now, address: address.clone(), parser_revision, validators })
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
                Found::Data(loaded, validators) => {
                    record.asked = asked(validators);
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

/// Parses a document into a segment. The inner error says what is wrong with the document.
fn build(
    ecosystem: &Ecosystem,
    source: &FeedSource,
    document: &Document,
    directory: &Path,
) -> Result<Result<NewSegment, String>, LocalError> {
    let mut writer = SegmentWriter::new(&source.name, parser_revision(ecosystem));
    let mut refused = None;
    let mut reader = document.reader((ecosystem.feeds.guard)(&source.name).most_bytes)?;
    // A parser's own fault must not take down the update of other feeds.
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let mut sink = |record: Record| {
            if refused.is_none() {
                refused = writer.add(&record).err();
            }
        };
        let mut document = FeedDocument { name: "", reader: &mut reader };
        (ecosystem.feeds.parse)(source, &mut document, &mut sink)
    }));
    let head = match parsed {
        Ok(Ok(head)) => head,
        Ok(Err(error)) => return Ok(Err(error.to_string())),
        Err(_panic) => return Ok(Err("the parser failed by a fault of its own".to_owned())),
    };
    match refused {
        Some(error) => Ok(Err(error.to_string())),
        None => Ok(Ok(writer.finish(head, directory)?)),
    }
}

fn display(address: &Address) -> String {
    match address {
        Address::File(path) => path.display().to_string(),
        Address::Url(url) => url.clone(),
    }
}
