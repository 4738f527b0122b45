//! Reading feeds.

use limpid_core::{
    AffectedRange, Ecosystem,
    advisory::{Names, Record},
    ecosystems,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedHead, FeedSource, Upstream},
    matching::END_OF_LIFE,
};

use super::fixtures::{File, files, mutations, truncations};

/// An upstream that has every document it is asked for, up to a point, and lists nothing.
pub(crate) struct Everything;

impl Upstream for Everything {
    fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        Ok(None)
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        // Numbers without end would be searched without end. Those of architectures are none.
        let url = url.replace("x86_64", "").replace("aarch64", "");
        Ok(!url.bytes().any(|byte| matches!(byte, b'4'..=b'9'))
            || url.contains("3.16")
            || url.contains("3.15")
            || url.contains("suse.linux.enterprise.15."))
    }

    fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        Ok(None)
    }
}

/// The feed of this name: a family that can be asked for a namespace names its feed for it.
fn source(ecosystem: &Ecosystem, name: &str) -> FeedSource {
    let discovered = (ecosystem.feeds.discover)(&Everything).unwrap();
    discovered
        .into_iter()
        .find(|source| source.name == name)
        .unwrap_or_else(|| panic!("there is no feed {name}"))
}

fn read(
    ecosystem: &Ecosystem,
    source: &FeedSource,
    content: &[u8],
) -> Result<(FeedHead, Vec<Record>), FeedError> {
    let mut records = Vec::new();
    let mut reader = content;
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = (ecosystem.feeds.parse)(source, &mut document, &mut |record| records.push(record))?;
    Ok((head, records))
}

/// Of what nobody publishes advisories, there are none to read.
fn has_feeds(ecosystem: &Ecosystem) -> bool {
    !(ecosystem.feeds.discover)(&Everything).unwrap().is_empty()
}

/// (ecosystem, feed, document, expected records)
fn documents() -> Vec<(Ecosystem, FeedSource, File, String)> {
    let mut documents = Vec::new();
    for ecosystem in ecosystems::all().iter().filter(|one| has_feeds(one)) {
        let (expected, found): (Vec<File>, Vec<File>) =
            files(ecosystem, "feed").into_iter().partition(|file| file.path.ends_with(".tsv"));
        assert!(!found.is_empty(), "{} has no fixtures of its feeds", ecosystem.id);
        for file in found {
            let (name, _) = file.path.rsplit_once('.').unwrap();
            let rows = expected.iter().find(|one| one.path == format!("{name}.tsv"));
            let rows =
                rows.unwrap_or_else(|| panic!("{} has no table beside it", file.path)).text().to_owned();
            documents.push((*ecosystem, source(ecosystem, name), file, rows));
        }
    }
    documents
}

/// The form of the table: identifier, aliases, package, range; `!` marks a version that the order does not know.
fn shown(ecosystem: &Ecosystem, records: &[Record]) -> String {
    let mut rows = String::new();
    for record in records {
        assert!(!record.affected.is_empty(), "{}", record.advisory.id);
        for affected in &record.affected {
            let mark = |version: &str| if (ecosystem.versions.check)(version).is_ok() { "" } else { "!" };
            let range = match &affected.range {
                AffectedRange::Fixed { introduced: None, fixed } => format!("{}< {fixed}", mark(fixed)),
                AffectedRange::Fixed { introduced: Some(first), fixed } => {
                    format!("{}{first} ≤ {}< {fixed}", mark(first), mark(fixed))
                }
                AffectedRange::Unfixed { introduced } => {
                    format!("{} ≤", introduced.as_deref().unwrap_or("all"))
                }
                AffectedRange::Through { introduced, last } => {
                    format!("{} ≤ {}≤ {last}", introduced.as_deref().unwrap_or("all"), mark(last))
                }
                AffectedRange::Exactly { versions } => format!("= {}", versions.join(" ")),
                AffectedRange::NeverAffected if affected.names == Names::Fact => "fact".to_owned(),
                AffectedRange::NeverAffected => "never".to_owned(),
                AffectedRange::Unreadable { text } => format!("? {text}"),
            };
            let advisory = &record.advisory;
            rows +=
                &format!("{}\t{}\t{}\t{range}\n", advisory.id, advisory.aliases.join(","), affected.package);
        }
    }
    rows
}

#[test]
fn documents_are_read_as_expected() {
    for (ecosystem, source, file, expected) in documents() {
        let (head, records) = read(&ecosystem, &source, &file.content).unwrap();
        assert_eq!(shown(&ecosystem, &records), expected, "{}", source.name);
        assert!(head.covers.contains(&source.namespace), "{}", source.name);
        for affected in records.iter().flat_map(|record| &record.affected) {
            assert!(head.covers.contains(&affected.namespace), "{}: {}", source.name, affected.package);
        }
        // A fixture may be one document of many, so it can be below the floor that all of them reach.
        assert!(!records.is_empty() && (ecosystem.feeds.guard)(&source.name).floor > 0, "{}", source.name);
    }
}

#[test]
fn a_document_that_is_cut_off_is_refused() {
    for (ecosystem, source, file, _) in documents() {
        for part in truncations(file.content.trim_ascii_end()) {
            let refused = matches!(read(&ecosystem, &source, part), Err(FeedError::Malformed(_)));
            assert!(refused, "{} cut off after {} bytes", source.name, part.len());
        }
    }
}

#[test]
fn a_damaged_document_is_survived() {
    for (ecosystem, source, file, _) in documents() {
        for content in mutations(&file.content) {
            if let Ok((head, _)) = read(&ecosystem, &source, &content) {
                assert!(head.covers.contains(&source.namespace), "{}", source.name);
            }
        }
    }
}

#[test]
fn a_document_of_something_else_is_refused_or_says_so() {
    for ecosystem in ecosystems::all().iter().filter(|one| has_feeds(one)) {
        let broken = files(ecosystem, "feed-broken");
        assert!(!broken.is_empty(), "{} has no documents to refuse", ecosystem.id);
        for file in broken {
            let (name, _) = file.path.rsplit_once('/').unwrap();
            let head = read(ecosystem, &source(ecosystem, name), &file.content).map(|(head, _)| head);
            let told = match &head {
                Ok(head) => head.misfit.is_some(),
                Err(error) => matches!(error, FeedError::Malformed(_)),
            };
            assert!(told, "{}: {head:?}", file.path);
        }
    }
}

#[test]
fn feeds_say_the_same_whether_discovered_or_needed() {
    for ecosystem in ecosystems::all().iter() {
        for source in (ecosystem.feeds.discover)(&Everything).unwrap() {
            assert!(ecosystem.owns_feed(&source.name), "{}", source.name);
            assert!(source.url.starts_with("https://"), "{}", source.url);
            let needed = (ecosystem.feeds.needed_by)(&source.namespace);
            // The ends of releases judge nothing: no namespace of a release asks for them.
            let is_of_ends = source.name.ends_with("/end-of-life");
            assert_eq!(source.namespace == END_OF_LIFE, is_of_ends, "{}", source.name);
            assert!(needed.contains(&source), "{} is not asked for {}", source.name, source.namespace);
        }
        assert_eq!((ecosystem.feeds.needed_by)("No such thing:1"), [], "{}", ecosystem.id);
    }
}
