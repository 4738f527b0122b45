//! A tiny ecosystem for tests, and a workshop with a catalog, a clock and a mirror.
//!
//! Its documents are lines of `advisory package fixed-version`, after a first line `covers NAMESPACE…`, and end with a
//! line `end`.

use std::{
    fs,
    io::BufRead,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use limpid_catalog::{
    Catalog, Clock, Mirror, Outcome, Selection, Store, UpdateReport, Updater, update::Quiet,
};
use limpid_core::{
    Advisory, Affected, AffectedRange, Ecosystem,
    advisory::{Names, Record},
    ecosystem::{Ecosystems, Notes, PurlNames},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    scope, version,
};
use tempfile::TempDir;

pub(crate) const HOST: &str = "feeds.example";
pub(crate) const ROOT: &str = "https://feeds.example/";

static FAMILY: FeedFamily = FeedFamily {
    needed_by,
    discover,
    locate: None,
    parse,
    increments: None,
    mark: None,
    guard: |_| GUARD,
    revisions: &[],
    is_second: |_| false,
};

pub(crate) const GUARD: Guard =
    Guard { floor: 2, most_shrink_percent: 10, stale_after_hours: 72, most_bytes: 1 << 20 };

/// The ecosystem, with a parser of this revision.
pub(crate) fn ecosystems(revision: &'static str) -> Ecosystems {
    Ecosystems::new([ecosystem("tiny", "Tiny", &FAMILY, revision)])
}

/// An ecosystem with feeds of its own.
pub(crate) fn ecosystem(
    id: &'static str,
    osv_name: &'static str,
    feeds: &'static FeedFamily,
    revision: &'static str,
) -> Ecosystem {
    Ecosystem {
        id,
        name: "Tiny Linux",
        osv_name,
        namespace_within: |_| None,
        clair_names: &[],
        purl: PurlNames { kind: "apk", namespace: Some("tiny"), ..PurlNames::BY_SOURCE },
        detectors: &[],
        identity: None,
        versions: version::order("apk").unwrap(),
        upgrade: limpid_core::upgrade::NONE,
        feeds,
        scope: scope::own_namespace,
        crosses: false,
        end_of_life: |_| None,
        notes: Notes { recognised: "", releases: "", severity: "", not_covered: &[] },
        revision,
    }
}

fn source(release: &str, part: &str) -> FeedSource {
    FeedSource {
        name: format!("tiny/{release}/{part}"),
        namespace: format!("Tiny:{release}"),
        url: format!("{ROOT}{release}/{part}.txt"),
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let release = namespace.strip_prefix("Tiny:");
    release.into_iter().flat_map(|release| ["main", "extra"].map(|part| source(release, part))).collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut feeds = Vec::new();
    for release in upstream.list(ROOT)?.unwrap_or_default() {
        for part in ["main", "extra"] {
            let source = source(&release, part);
            if upstream.exists(&source.url)? {
                feeds.push(source);
            }
        }
    }
    Ok(feeds)
}

pub(crate) fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if document.name.ends_with("README") || document.name.ends_with(".asc") {
        return Ok(FeedHead::default());
    }
    let mut head = None;
    let (mut date, mut ended) = (None, false);
    for line in document.reader.lines() {
        let line = line.map_err(|error| FeedError::Unreadable(error.to_string()))?;
        let words: Vec<&str> = line.split(' ').collect();
        match (words.as_slice(), &head) {
            (["covers", namespaces @ ..], None) => {
                head = Some(namespaces.iter().map(|&text| text.to_owned()).collect())
            }
            (["panic"], _) => panic!("the parser's own fault"),
            (["date", text], Some(_)) => date = Some((*text).to_owned()),
            (["end"], Some(_)) => ended = true,
            ([id, package, fixed], Some(_)) if !ended => sink(record(id, &source.namespace, package, fixed)),
            _other => return Err(FeedError::Malformed(format!("unexpected line: {line}"))),
        }
    }
    match head {
        Some(covers) if ended => Ok(FeedHead { covers, upstream_date: date, ..FeedHead::default() }),
        _other => Err(FeedError::Malformed("it ends before its end".to_owned())),
    }
}

pub(crate) fn record(id: &str, namespace: &str, package: &str, fixed: &str) -> Record {
    Record {
        advisory: Advisory {
            id: id.to_owned(),
            summary: format!("What is wrong in {id}."),
            links: vec![format!("https://example.org/{id}")],
            ..Advisory::default()
        },
        affected: vec![Affected::new(
            namespace,
            package,
            Names::Source,
            AffectedRange::Fixed { introduced: None, fixed: fixed.to_owned() },
        )],
    }
}

/// A document of this many records.
pub(crate) fn document(release: &str, records: usize) -> String {
    let lines = (0..records).map(|number| format!("CVE-2024-{number:04} package{number} 1.{number}-r0\n"));
    format!("covers Tiny:{release}\n{}end\n", lines.collect::<String>())
}

/// A clock that stands still. Pauses take no time and are counted.
pub(crate) struct StoppedClock(Mutex<(DateTime<Utc>, Vec<Duration>)>);

impl StoppedClock {
    pub(crate) fn advance_hours(&self, hours: i64) {
        self.0.lock().unwrap().0 += TimeDelta::hours(hours);
    }

    pub(crate) fn take_pauses(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap().1)
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().0
    }

    fn pause(&self, time: Duration) {
        self.0.lock().unwrap().1.push(time);
    }
}

/// A catalog in an empty folder, beside a mirror that is a folder.
pub(crate) struct Workshop {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<StoppedClock>,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("mirror")).unwrap();
        let begin = "2024-05-01T12:00:00Z".parse().unwrap();
        Self { folder, clock: Arc::new(StoppedClock(Mutex::new((begin, Vec::new())))) }
    }

    pub(crate) fn store(&self) -> Store {
        Store::new(self.folder.path().join("db"))
    }

    pub(crate) fn mirror(&self) -> PathBuf {
        self.folder.path().join("mirror")
    }

    /// Puts a document into the mirror.
    pub(crate) fn publish(&self, release: &str, part: &str, text: impl AsRef<[u8]>) {
        let path = self.mirror().join(HOST).join(release).join(format!("{part}.txt"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn updater(&self) -> Updater {
        self.updater_from(Mirror::Directory(self.mirror()))
    }

    pub(crate) fn updater_from(&self, mirror: Mirror) -> Updater {
        Updater::new(self.store(), Some(mirror), Arc::clone(&self.clock) as Arc<dyn Clock>)
    }

    /// Updates all feeds from the mirror's folder.
    pub(crate) fn update(&self) -> UpdateReport {
        self.updater().update(&ecosystems("1"), &Selection::All, None, &Quiet).unwrap()
    }

    /// Updates one feed, and returns what became of it.
    pub(crate) fn update_one(&self, feed: &str) -> Outcome {
        let selection = Selection::Prefixes(vec![feed.to_owned()]);
        let report = self.updater().update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
        report.feeds[feed].clone()
    }

    /// The catalog as of the clock's now.
    pub(crate) fn catalog(&self) -> Catalog {
        Catalog::open(&self.store(), &ecosystems("1"), self.clock.now()).unwrap()
    }
}

/// Why an outcome is a quarantine; empty where it is none.
pub(crate) fn why(outcome: &Outcome) -> &str {
    if let Outcome::Quarantined { why } = outcome { why } else { "" }
}
