//! The read side: what is known about a namespace, as of an instant, and what identifies it.

use std::fs;

use limpid_catalog::{
    Catalog, Clock, Mirror, Outcome, Selection, StateError, catalog::FeedCondition, update::Quiet,
};
use limpid_core::{
    ecosystem::Ecosystems,
    feed::{DiscoveryError, FeedFamily, FeedSource},
    matching::{Advisories, FeedState},
};

use limpid_testkit::http::Server;

use crate::family::{GUARD, HOST, ROOT, Workshop, document, ecosystem, ecosystems, parse};

fn feed(catalog: &Catalog, name: &str) -> FeedState {
    let release = name.split('/').nth(1).unwrap();
    let feeds = catalog.coverage(&format!("Tiny:{release}")).feeds;
    feeds.into_iter().find(|feed| feed.name == name).unwrap()
}

#[test]
fn an_empty_catalog_names_the_feeds_that_are_needed() {
    let coverage = Workshop::new().catalog().coverage("Tiny:v1");
    let names: Vec<_> = coverage.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(names, ["tiny/v1/extra", "tiny/v1/main"]);
    assert!(
        coverage.feeds.iter().all(|feed| feed.data.is_none() && !feed.absent && feed.quarantined.is_none())
    );
    assert!(!coverage.unknown_upstream, "nobody asked");
}

#[test]
fn what_upstream_lists_is_known_until_that_grows_old() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    let report = workshop.update();
    assert_eq!(report.discoveries["tiny"], Ok(1));
    let catalog = workshop.catalog();
    assert_eq!(feed(&catalog, "tiny/v1/main").data.unwrap().records, 20);
    assert!(feed(&catalog, "tiny/v1/extra").absent);
    assert!(!catalog.coverage("Tiny:v1").unknown_upstream);
    assert!(catalog.coverage("Tiny:v9").unknown_upstream);

    workshop.clock.advance_hours(72);
    assert!(!feed(&workshop.catalog(), "tiny/v1/main").data.unwrap().stale);
    workshop.clock.advance_hours(1);
    let catalog = workshop.catalog();
    assert!(feed(&catalog, "tiny/v1/main").data.unwrap().stale);
    assert_eq!(catalog.status().feeds["tiny/v1/main"].condition, FeedCondition::Stale);
    assert!(!feed(&catalog, "tiny/v1/extra").absent);
    assert!(!catalog.coverage("Tiny:v9").unknown_upstream);
}

/// One document about all releases, whose name stands in a file beside it.
static WHOLE: FeedFamily = FeedFamily {
    needed_by: |_| vec![whole()],
    discover: |_| Ok(vec![whole()]),
    mark: None,
    locate: Some(|source, upstream| match upstream.read(&source.url)? {
        Some(_) => Ok(format!("{ROOT}whole.txt")),
        None => Err(DiscoveryError { url: source.url.clone(), reason: "it is not to be had".to_owned() }),
    }),
    parse,
    increments: None,
    guard: |_| GUARD,
    revisions: &[],
    is_second: |_| false,
};

fn whole() -> FeedSource {
    FeedSource {
        name: "whole/all".to_owned(),
        namespace: "Whole".to_owned(),
        url: format!("{ROOT}latest.txt"),
    }
}

#[test]
fn a_document_about_all_releases_that_never_came_proves_nothing_about_one() {
    let workshop = Workshop::new();
    let ecosystems = Ecosystems::new([ecosystem("whole", "Whole", &WHOLE, "1")]);
    let update = || {
        let report = workshop.updater().update(&ecosystems, &Selection::All, None, &Quiet).unwrap();
        report.feeds["whole/all"].clone()
    };
    let is_unknown = |namespace| {
        let catalog = Catalog::open(&workshop.store(), &ecosystems, workshop.clock.now()).unwrap();
        catalog.coverage(namespace).unknown_upstream
    };
    assert!(matches!(update(), Outcome::Failed { .. }), "{:?}", update());
    assert!(!is_unknown("Whole:v1"));

    let folder = workshop.mirror().join(HOST);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("latest.txt"), "whole.txt").unwrap();
    fs::write(folder.join("whole.txt"), "covers Whole:v1\nCVE-1 a 1\nCVE-2 b 2\nend\n").unwrap();
    assert!(matches!(update(), Outcome::Updated { .. }), "{:?}", update());
    assert!(!is_unknown("Whole:v1"));
    assert!(is_unknown("Whole:v9"));
}

#[test]
fn a_scan_asks_for_the_feeds_that_it_needs_and_no_others() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.publish("v2", "main", document("v2", 20));
    let selection = Selection::Namespaces(vec!["Tiny:v1".to_owned(), "Other:1".to_owned()]);
    let report = workshop.updater().update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    let outcomes: Vec<_> = report.feeds.iter().map(|(name, outcome)| (name.as_str(), outcome)).collect();
    assert_eq!(outcomes[0], ("tiny/v1/extra", &Outcome::Absent));
    assert!(matches!(outcomes[1], ("tiny/v1/main", Outcome::Updated { .. })));
    assert_eq!(outcomes.len(), 2);
    assert!(feed(&workshop.catalog(), "tiny/v1/extra").absent);
    // It is published later: the next look finds it.
    workshop.publish("v1", "extra", document("v1", 3));
    workshop.updater().update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    assert_eq!(feed(&workshop.catalog(), "tiny/v1/extra").data.unwrap().records, 3);
}

#[test]
fn a_document_that_covers_a_release_without_a_record_is_data() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", "covers Tiny:v1 Tiny:v3\nCVE-1 a 1\nCVE-2 b 2\nend\n");
    workshop.update();
    let catalog = workshop.catalog();
    let feeds = catalog.coverage("Tiny:v3").feeds;
    let main = feeds.iter().find(|feed| feed.name == "tiny/v1/main").unwrap();
    assert_eq!(main.data.as_ref().unwrap().records, 0);
    assert_eq!(catalog.namespaces()["Tiny:v3"], 0);
}

#[test]
fn an_earlier_instant_gets_the_earlier_data_and_its_digest() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    workshop.clock.advance_hours(1);
    workshop.update();
    let then = workshop.clock.now();
    let digest = workshop.catalog().digest();
    workshop.clock.advance_hours(48);
    workshop.publish("v1", "main", document("v1", 21));
    workshop.update();

    let open = |at| Catalog::open(&workshop.store(), &ecosystems("1"), at).unwrap();
    assert_ne!(workshop.catalog().digest(), digest);
    assert_eq!(open(then).digest(), digest);
    assert!(open(then).find("Tiny:v1", "package20", &mut |_| true).statements.is_empty());
    assert_eq!(workshop.catalog().find("Tiny:v1", "package20", &mut |_| true).statements.len(), 1);
    let before = open(then - chrono::TimeDelta::hours(2));
    assert!(feed(&before, "tiny/v1/main").data.is_none());
}

#[test]
fn the_digest_is_of_the_data_and_not_of_times() {
    let digest = |wait| {
        let workshop = Workshop::new();
        workshop.clock.advance_hours(wait);
        workshop.publish("v1", "main", document("v1", 20));
        workshop.update();
        workshop.clock.advance_hours(wait);
        workshop.update();
        workshop.catalog().digest()
    };
    assert_eq!(digest(1), digest(30));
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let good = workshop.catalog().digest();
    workshop.publish("v1", "main", "<html>");
    workshop.update();
    assert_ne!(workshop.catalog().digest(), good, "reports say that a feed is in quarantine");
}

#[test]
fn a_try_that_failed_changes_no_digest() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let digest = workshop.catalog().digest();
    let gone = Server::start().url();
    let selection = Selection::Namespaces(vec!["Tiny:v2".to_owned()]);
    let report =
        workshop.updater_from(Mirror::Url(gone)).update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    assert!(matches!(report.feeds["tiny/v2/main"], Outcome::Failed { .. }), "{report:?}");
    let catalog = workshop.catalog();
    assert!(catalog.status().feeds["tiny/v2/main"].failure.is_some());
    assert!(feed(&catalog, "tiny/v2/main").absent, "upstream's list says so, before and after");
    assert_eq!(catalog.digest(), digest);
}

#[test]
fn a_damaged_segment_is_told_and_the_next_update_heals_it() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let segment = feed(&workshop.catalog(), "tiny/v1/main").data.unwrap().segment;
    let path = workshop.store().segment_path(&segment);
    for damage in [Some(Vec::from("nonsense")), None] {
        match damage {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let catalog = workshop.catalog();
        let found = catalog.find("Tiny:v1", "package1", &mut |_| true);
        assert_eq!((found.statements.len(), found.unreadable.len()), (0, 1));
        assert_eq!(found.unreadable[0].0, "tiny/v1/main");
        assert_eq!(catalog.status().feeds["tiny/v1/main"].condition, FeedCondition::Unreadable);
        workshop.update();
        let found = workshop.catalog().find("Tiny:v1", "package1", &mut |_| true);
        assert_eq!((found.statements.len(), found.unreadable.len()), (1, 0));
    }
}

#[test]
fn a_catalog_of_another_format_and_a_damaged_one_are_told_apart() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let path = workshop.folder.path().join("db/catalog.json");
    fs::write(&path, r#"{"format": 7, "anything": "else"}"#).unwrap();
    assert!(matches!(workshop.store().read(), Err(StateError::NewerFormat { found: 7, .. })));
    fs::write(&path, r#"{"format": 1, "feeds""#).unwrap();
    assert!(matches!(workshop.store().read(), Err(StateError::Damaged { .. })));
    let error = workshop.updater().update(&ecosystems("1"), &Selection::All, None, &Quiet).unwrap_err();
    assert!(error.to_string().contains("the catalog is damaged"), "{error}");
}
