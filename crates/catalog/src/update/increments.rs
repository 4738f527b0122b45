//! Feeds of many documents that change one by one: the archive once, then only what upstream lists as changed.
//!
//! The segment that comes out has the bytes that it would have if all documents were read anew. What could not be told for
//! certain leads to that: another parser, a list that does not reach back, too many changes, or too long a time.

mod list;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use limpid_core::feed::Increments;

use self::list::List;
use super::{
    Updater,
    document::Document,
    feed::{Found, Looked, Task, display, not_fetched},
    head,
    mirror::Address,
    reading::{LocalError, Reading, Stopped, parser_revision},
    request::{Fetched, Request, TransportError},
};
use crate::{
    Segment, limits,
    state::{Cursor, Loaded, Validators},
};

/// Why an update ended early.
enum Ended {
    /// What came is not what it should be.
    Refused(String),
    /// It did not come.
    Failed(String),
    /// Upstream has no such archive.
    Absent,
    /// Something on this machine went wrong.
    Local(LocalError),
}

impl Ended {
    /// What that says of the feed. What is wrong with these documents is not asked for again before the list, which is told
    /// by `validators`, is another one.
    fn found(self, validators: Validators) -> Result<Found, LocalError> {
        match self {
            Self::Refused(why) => Ok(Found::Suspicious(why, None, validators)),
            Self::Failed(why) => Ok(Found::Failed(why)),
            Self::Absent => Ok(Found::Absent),
            Self::Local(error) => Err(error),
        }
    }
}

impl From<Stopped> for Ended {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Refused(why) => Self::Refused(why),
            Stopped::Local(error) => Self::Local(error),
        }
    }
}

impl From<TransportError> for Ended {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::CutOff { .. } | TransportError::TooLarge { .. } => {
                Self::Refused(error.to_string())
            }
            TransportError::Unreachable { .. } | TransportError::Disk(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<LocalError> for Ended {
    fn from(error: LocalError) -> Self {
        Self::Local(error)
    }
}

impl Updater {
    /// Looks at the lists of changes. `None`: there are none here (a mirror may lack them), so the archive is all there is.
    pub(super) fn look_at_lists(
        &self,
        task: &Task<'_>,
        increments: &Increments,
    ) -> Result<Option<Looked>, LocalError> {
        let mut urls = (increments.lists)(task.source).into_iter();
        let Some(first) = urls.next() else { return Ok(None) };
        let address = match self.transport.address(&first) {
            Ok(address) => address,
            Err(error) => return Ok(Some((not_fetched(&error), first))),
        };
        let shown = display(&address);
        let document = match self.fetch_list(task, &address, self.known(task, &address)) {
            Ok(Fetched::Document(document)) => document,
            Ok(Fetched::NotModified) => return Ok(Some((Found::Same, shown))),
            Ok(Fetched::Absent) => return Ok(None),
            Err(error) => return Ok(Some((not_fetched(&error), shown))),
        };
        let validators = document.validators.clone();
        let found = self
            .read_lists(task, increments, (&first, &document), urls)
            .and_then(|list| self.follow(task, increments, &list, validators.clone()));
        let found = found.or_else(|ended| ended.found(validators))?;
        Ok(Some((found, shown)))
    }

    fn read_lists(
        &self,
        task: &Task<'_>,
        increments: &Increments,
        (first, document): (&str, &Document),
        others: impl Iterator<Item = String>,
    ) -> Result<List, Ended> {
        let mut list = List::default();
        list.read(increments, first, document)?;
        for url in others {
            let address = self.transport.address(&url)?;
            match self.fetch_list(task, &address, Validators::default())? {
                Fetched::Document(document) => list.read(increments, &url, &document)?,
                // Nothing was ever deleted, say.
                Fetched::Absent | Fetched::NotModified => {}
            }
        }
        Ok(list)
    }

    /// Brings the data up to what the list says.
    fn follow(
        &self,
        task: &Task<'_>,
        increments: &Increments,
        list: &List,
        validators: Validators,
    ) -> Result<Found, Ended> {
        let now = self.clock.now();
        let base = self.base(task, list, now);
        let changed = base.as_ref().map(|base| list.since(base.cursor));
        let few = changed.filter(|changed| changed.len() <= limits::SINGLE_DOCUMENTS);
        let followed = match base.zip(few) {
            Some((base, changed)) if changed.is_empty() => {
                let cursor = Some(base.cursor.clone());
                return Ok(Found::Data(base.loaded.clone(), validators, cursor));
            }
            Some((base, changed)) => {
                let since = base.cursor.since;
                self.amend(task, increments, list, &base, &changed)?.map(|reading| (reading, since))
            }
            None => None,
        };
        let (mut reading, since) = match followed {
            Some(followed) => followed,
            None => (self.read_all(task, increments, list)?, now),
        };
        reading.heads.of_listed(list.newest());
        let parser_revision = parser_revision(task.publisher);
        let cursor = |loaded: &Loaded| {
            let (segment, parser_revision) = (loaded.segment.clone(), parser_revision.clone());
            Cursor { segment, parser_revision, at: list.newest(), keys: list.keys_at_newest(), since }
        };
        Ok(self.weigh(task, reading, validators, Some(&cursor))?)
    }

    /// The data in force, if what changed since can be put into it.
    fn base<'a>(&self, task: &Task<'a>, list: &List, now: DateTime<Utc>) -> Option<Base<'a>> {
        let cursor = task.record.cursor.as_ref()?;
        let loaded = &task.record.data.latest()?.value;
        let usable = cursor.segment == loaded.segment
            && cursor.parser_revision == parser_revision(task.publisher)
            && list.oldest().is_some_and(|oldest| oldest <= cursor.at)
            && list.newest() >= cursor.at
            && now.signed_duration_since(cursor.since) < TimeDelta::hours(limits::FULL_AFTER_HOURS)
            && loaded.unread.len() <= limits::UNREAD_LISTED;
        // A segment that cannot be read is made anew.
        let segment = self.store.segment(&loaded.segment).ok().filter(|_| usable)?;
        Some(Base { cursor, loaded, segment })
    }

    /// The data in force without what changed documents said, and with what they say. `None`: it cannot be told which
    /// document said what.
    fn amend<'t>(
        &self,
        task: &Task<'t>,
        increments: &Increments,
        list: &List,
        base: &Base<'_>,
        changed: &BTreeSet<&str>,
    ) -> Result<Option<Reading<'t>>, Ended> {
        let mut reading = Reading::new(task.publisher, task.source, task.directory);
        for statement in &base.segment {
            let Ok((affected, advisory)) = statement else { return Ok(None) };
            let Some(key) = (increments.document_of)(&affected, &advisory) else { return Ok(None) };
            if !changed.contains(key.as_str()) {
                let added = reading.writer.add_statements(&advisory, std::slice::from_ref(&affected));
                added.map_err(LocalError::from)?;
            }
        }
        let gone: BTreeSet<String> = changed.iter().map(|key| (increments.member)(key)).collect();
        for unread in &base.loaded.unread {
            let Some((member, why)) = unread.split_once(": ") else { return Ok(None) };
            if !gone.contains(member) {
                reading.refuse(member, why);
            }
        }
        self.read_single(task, increments, list, changed, &mut reading)?;
        reading.files = reading.files.max(list.documents());
        Ok(Some(reading))
    }

    /// All documents: the archive, and what changed since it was made.
    fn read_all<'t>(
        &self,
        task: &Task<'t>,
        increments: &Increments,
        list: &List,
    ) -> Result<Reading<'t>, Ended> {
        let address = self.located(task).map_err(Ended::Failed)?;
        let archive = match self.fetch(task, &address, Validators::default())? {
            Fetched::Document(document) => document,
            Fetched::Absent | Fetched::NotModified => return Err(Ended::Absent),
        };
        let mut reading = Reading::new(task.publisher, task.source, task.directory);
        let mut made = (increments.archive_instant)(&display(&address));
        if made.is_none() {
            reading.document(&archive.spool, &|_| false)?;
            made = reading.heads.newest().and_then(head::instant);
            let Some(instant) = made else { return Err(failed("the archive does not tell its date")) };
            // Documents of just that instant may be in it or not, but those that are have the date of the list.
            made = Some(instant + TimeDelta::nanoseconds(1));
            if list.from(instant + TimeDelta::nanoseconds(1)).is_empty() {
                return Ok(reading);
            }
            reading = Reading::new(task.publisher, task.source, task.directory);
        }
        let changed = made.map(|made| list.from(made)).unwrap_or_default();
        if changed.len() > limits::SINGLE_DOCUMENTS_SINCE_ARCHIVE {
            return Err(failed(&format!("{} documents changed since the archive was made", changed.len())));
        }
        let gone: BTreeSet<String> = changed.iter().map(|key| (increments.member)(key)).collect();
        reading.document(&archive.spool, &|member| gone.contains(member))?;
        self.read_single(task, increments, list, &changed, &mut reading)?;
        Ok(reading)
    }

    /// Fetches documents one by one, several side by side, and reads them. One that cannot be had fails the update.
    fn read_single(
        &self,
        task: &Task<'_>,
        increments: &Increments,
        list: &List,
        changed: &BTreeSet<&str>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Ended> {
        let wanted: Vec<&str> = changed.iter().copied().filter(|key| !list.is_deleted(key)).collect();
        for keys in wanted.chunks(limits::CONCURRENT_DOCUMENTS) {
            let fetched: Vec<_> = std::thread::scope(|scope| {
                let fetches: Vec<_> =
                    keys.iter().map(|key| scope.spawn(|| self.fetch_single(task, increments, key))).collect();
                fetches.into_iter().map(|fetch| fetch.join()).collect()
            });
            for (key, fetched) in keys.iter().zip(fetched) {
                let document = fetched
                    .map_err(|_panic| failed("a fault of its own"))?
                    .map_err(|error| failed(&error))?;
                reading.single(&(increments.member)(key), &document.spool)?;
            }
        }
        Ok(())
    }

    fn fetch_single(&self, task: &Task<'_>, increments: &Increments, key: &str) -> Result<Document, String> {
        let url = (increments.address)(task.source, key);
        let address = self.transport.address(&url).map_err(|error| error.to_string())?;
        match self.fetch(task, &address, Validators::default()).map_err(|error| format!("{url}: {error}"))? {
            Fetched::Document(document) => Ok(document),
            Fetched::Absent | Fetched::NotModified => {
                Err(format!("{}: listed as changed, but not there", display(&address)))
            }
        }
    }

    fn fetch_list(
        &self,
        task: &Task<'_>,
        address: &Address,
        known: Validators,
    ) -> Result<Fetched, TransportError> {
        self.transport.fetch(&Request {
            address,
            known,
            most: limits::CHANGE_LIST_BYTES,
            directory: task.directory,
            started: &|_size| {},
            advanced: &|_bytes| {},
        })
    }
}

/// Data in force that can be brought up to date.
struct Base<'a> {
    cursor: &'a Cursor,
    loaded: &'a Loaded,
    segment: Segment,
}

fn failed(why: &str) -> Ended {
    Ended::Failed(why.to_owned())
}
