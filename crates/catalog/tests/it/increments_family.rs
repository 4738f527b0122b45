//! An ecosystem for tests whose documents change one by one, and its upstream: a server, or a mirror's folder.

use std::{collections::BTreeMap, fs};

use limpid_catalog::{Mirror, Outcome, Selection, update::Quiet};
use limpid_core::{
    ecosystem::Ecosystems,
    feed::{Change, DiscoveryError, FeedFamily, FeedSource, Increments, Upstream, read_rows},
};
use limpid_testkit::http::{Answer, Server};

use crate::{
    archives::tar,
    family::{GUARD, Workshop, ecosystem, parse},
};

pub(crate) const FEED: &str = "many/all";
pub(crate) const CHANGES: &str = "/many.example/changes.csv";
const ROOT: &str = "https://many.example/";

static FAMILY: FeedFamily = FeedFamily {
    needed_by: |_| vec![source()],
    discover: |_| Ok(vec![source()]),
    locate: Some(locate),
    parse,
    mark: None,
    increments: Some(Increments {
        lists: |_| ["changes.csv", "deletions.csv"].map(|name| format!("{ROOT}{name}")).to_vec(),
        read: |list, reader, sink| {
            let is_deleted = list.ends_with("deletions.csv");
            read_rows(reader, false, &mut |key, at| sink(Change { key: key.to_owned(), at, is_deleted }))
        },
        archive_instant: |address| {
            let (_, name) = address.rsplit_once('/')?;
            let day = name.strip_prefix("archive_")?.split('.').next()?;
            day.parse().ok().map(|day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc())
        },
        address: |_, key| format!("{ROOT}docs/{key}"),
        member: |key| format!("docs/{key}"),
        document_of: |_, advisory| Some(format!("{}.txt", advisory.id)),
    }),
    guard: |_| GUARD,
    revisions: &[],
    is_second: |_| false,
};

fn source() -> FeedSource {
    FeedSource { name: FEED.to_owned(), namespace: "Many:1".to_owned(), url: format!("{ROOT}latest.txt") }
}

fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    let name = upstream.read(&source.url)?.unwrap_or_default();
    Ok(format!("{ROOT}{}", String::from_utf8_lossy(&name).trim()))
}

pub(crate) fn ecosystems(revision: &'static str) -> Ecosystems {
    Ecosystems::new([ecosystem("many", "Many", &FAMILY, revision)])
}

/// What upstream has now.
#[derive(Clone, Default)]
pub(crate) struct Site {
    /// The text of each document, and the instant at which it changed.
    pub(crate) documents: BTreeMap<String, (String, String)>,
    pub(crate) deleted: BTreeMap<String, String>,
    /// Name and documents of the archive.
    archive: (String, Vec<u8>),
}

/// A document that says this of one package.
pub(crate) fn text(id: &str, package: &str, fixed: &str) -> String {
    format!("covers Many:1 Many:9\n{id} {package} {fixed}\n{id} {package}-doc {fixed}\nend\n")
}

impl Site {
    /// Twenty documents of the first days of May, in an archive of the fourth.
    pub(crate) fn new() -> Self {
        let mut site = Self::default();
        for number in 0..20 {
            let id = format!("CVE-{number}");
            site.put(
                &id,
                &format!("package{number}"),
                "1.0",
                &format!("2024-05-0{}T08:00:00Z", 1 + number % 3),
            );
        }
        site.make_archive("archive_2024-05-04.tar.zst");
        site
    }

    pub(crate) fn put(&mut self, id: &str, package: &str, fixed: &str, at: &str) {
        self.put_text(id, &text(id, package, fixed), at);
    }

    pub(crate) fn put_text(&mut self, id: &str, text: &str, at: &str) {
        self.documents.insert(format!("{id}.txt"), (text.to_owned(), at.to_owned()));
    }

    pub(crate) fn delete(&mut self, id: &str, at: &str) {
        let key = format!("{id}.txt");
        self.documents.remove(&key);
        self.deleted.insert(key, at.to_owned());
    }

    pub(crate) fn make_archive(&mut self, name: &str) {
        let files: Vec<(String, &str)> =
            self.documents.iter().map(|(key, (text, _))| (format!("docs/{key}"), &**text)).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, *text)).collect();
        self.archive = (name.to_owned(), zstd::encode_all(&tar(&files)[..], 3).unwrap());
    }

    fn lists(&self) -> [(&'static str, String); 2] {
        let changes = self.documents.iter().map(|(key, (_, at))| format!("\"{key}\",\"{at}\"\n"));
        let deletions = self.deleted.iter().map(|(key, at)| format!("\"{key}\",\"{at}\"\n"));
        [("changes.csv", changes.collect()), ("deletions.csv", deletions.collect())]
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let documents =
            self.documents.iter().map(|(key, (text, _))| (format!("docs/{key}"), text.clone().into()));
        let archive = [("latest.txt".to_owned(), self.archive.0.clone().into()), self.archive.clone()];
        let lists = self.lists().map(|(name, text)| (name.to_owned(), text.into_bytes()));
        documents.chain(archive).chain(lists).collect()
    }

    /// Puts all of it on a server.
    pub(crate) fn serve(&self, server: &Server) {
        for (name, content) in self.files() {
            let mark = format!("\"{}\"", limpid_core::Digest::of(&content).short());
            server.answer(&format!("/many.example/{name}"), Answer::ok(content).header("ETag", &mark));
        }
    }

    /// Puts all of it into a mirror's folder, but for what has one of these names.
    pub(crate) fn mirror(&self, workshop: &Workshop, without: &[&str]) {
        for (name, content) in self.files().into_iter().filter(|(name, _)| !without.contains(&&**name)) {
            let path = workshop.mirror().join("many.example").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }
}

pub(crate) fn update(workshop: &Workshop, mirror: Mirror, revision: &'static str) -> Outcome {
    let selection = Selection::Namespaces(vec!["Many:1".to_owned()]);
    let report =
        workshop.updater_from(mirror).update(&ecosystems(revision), &selection, None, &Quiet).unwrap();
    report.feeds[FEED].clone()
}
