//! Guards: what looks wrong is never taken into force, the old data stays, and a person can let it in.

use limpid_catalog::{
    Outcome, Selection,
    catalog::FeedCondition,
    update::{AcceptError, Quiet, UpdateError, accept},
};
use limpid_core::{ecosystem::Ecosystems, feed::FeedFamily, matching::Advisories};

use crate::family::{Workshop, document, ecosystem, ecosystems, why};

const FEED: &str = "tiny/v1/main";

/// What is wrong with each of these documents, in the words that a person reads.
fn wrong_documents() -> Vec<(String, &'static str)> {
    let good = document("v1", 20);
    let (cut, _) = good.split_at(good.len() / 2);
    vec![
        (String::new(), "the document is empty"),
        (" \n\n\t ".repeat(1000), "the document is empty"),
        ("<!DOCTYPE html><title>Sorry</title>".to_owned(), "the document is an HTML page, not advisory data"),
        (
            "\n<?xml?>\n<HTML><body>login</body></HTML>".to_owned(),
            "the document is an HTML page, not advisory data",
        ),
        ("{}".to_owned(), "not a document of this feed: unexpected line: {}"),
        (cut.to_owned(), "not a document of this feed: "),
        (document("v1", 1), "1 record, fewer than the 2 that any real document of this feed has"),
        (
            document("v1", 17),
            "17 records instead of 20: 3 fewer, more than the 10 % that a feed may lose at once",
        ),
        ("x".repeat(2 << 20), "larger than 1048576 bytes, which no real document of this feed is"),
        ("covers Tiny:v1\npanic\n".to_owned(), "the parser failed by a fault of its own"),
    ]
}

#[test]
fn nobody_is_asked_about_a_language_about_which_nobody_publishes_advisories() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    let silent = ecosystem("silent", "Silent", &FeedFamily::NONE, "1");
    let both = Ecosystems::new(ecosystems("1").iter().copied().chain([silent]));
    let update = |selection: &Selection| workshop.updater().update(&both, selection, None, &Quiet);
    let report = update(&Selection::All).unwrap();
    assert_eq!(report.discoveries.into_iter().collect::<Vec<_>>(), [("tiny".to_owned(), Ok(1))]);
    let named = update(&Selection::Prefixes(vec!["silent".to_owned()]));
    assert!(matches!(named, Err(UpdateError::UnknownFeed(feed)) if feed == "silent"));
    let needed = update(&Selection::Namespaces(vec!["Silent".to_owned()])).unwrap();
    assert!(needed.feeds.is_empty());
}

#[test]
fn data_that_looks_wrong_leaves_the_old_data_in_force_and_everybody_is_told() {
    for (text, expected) in wrong_documents() {
        let workshop = Workshop::new();
        workshop.publish("v1", "main", document("v1", 20));
        assert!(matches!(workshop.update_one(FEED), Outcome::Updated { records: 20, .. }));
        let before = workshop.catalog().coverage("Tiny:v1").feeds;

        workshop.clock.advance_hours(1);
        workshop.publish("v1", "main", text);
        let outcome = workshop.update_one(FEED);
        assert!(why(&outcome).starts_with(expected), "{outcome:?} is not “{expected}”");

        let catalog = workshop.catalog();
        let after = catalog.coverage("Tiny:v1").feeds;
        let state = |feeds: &[limpid_core::matching::FeedState]| {
            feeds.iter().find(|feed| feed.name == FEED).unwrap().clone()
        };
        assert_eq!(state(&after).data, state(&before).data, "the old data stays, and grows older");
        assert!(state(&after).quarantined.unwrap().starts_with(expected));
        assert_eq!(catalog.status().feeds[FEED].condition, FeedCondition::Quarantined);
        assert_eq!(catalog.find("Tiny:v1", "package7", &mut |_| true).statements.len(), 1);
    }
}

#[test]
fn a_first_load_is_guarded_too() {
    for (text, expected) in wrong_documents().into_iter().filter(|(_, expected)| !expected.starts_with("17"))
    {
        let workshop = Workshop::new();
        workshop.publish("v1", "main", text);
        let outcome = workshop.update_one(FEED);
        assert!(why(&outcome).starts_with(expected), "{outcome:?} is not “{expected}”");
        let feeds = workshop.catalog().coverage("Tiny:v1").feeds;
        let feed = feeds.iter().find(|feed| feed.name == FEED).unwrap();
        assert_eq!((&feed.data, feed.absent), (&None, false));
    }
}

#[test]
fn a_good_document_ends_the_quarantine_by_itself() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    workshop.publish("v1", "main", "<html>");
    assert!(!why(&workshop.update_one(FEED)).is_empty());
    // Asked again, the same page is known, and still no data.
    assert!(!why(&workshop.update_one(FEED)).is_empty());
    workshop.publish("v1", "main", document("v1", 20));
    assert_eq!(workshop.update_one(FEED), Outcome::Unchanged);
    assert_eq!(workshop.catalog().status().feeds[FEED].condition, FeedCondition::Fresh);
    workshop.publish("v1", "main", document("v1", 21));
    assert!(matches!(workshop.update_one(FEED), Outcome::Updated { records: 21, .. }));
}

#[test]
fn a_person_can_accept_what_could_be_read_and_nothing_else() {
    let workshop = Workshop::new();
    let store = workshop.store();
    let now = limpid_catalog::Clock::now(&*workshop.clock);
    assert!(matches!(accept(&store, FEED, now), Err(AcceptError::UnknownFeed(_))));
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    assert!(matches!(accept(&store, FEED, now), Err(AcceptError::NotQuarantined(_))));

    workshop.publish("v1", "main", "<html>");
    workshop.update();
    assert!(matches!(accept(&store, FEED, now), Err(AcceptError::NoData { .. })));

    workshop.publish("v1", "main", document("v1", 5));
    workshop.update();
    assert!(workshop.catalog().status().feeds[FEED].acceptable);
    assert!(matches!(accept(&store, FEED, now), Ok(Outcome::Updated { records: 5, .. })));
    assert_eq!(workshop.catalog().status().feeds[FEED].condition, FeedCondition::Fresh);
    // What was accepted is what the next update compares with.
    assert_eq!(workshop.update_one(FEED), Outcome::Unchanged);
    assert_eq!(workshop.catalog().find("Tiny:v1", "package4", &mut |_| true).statements.len(), 1);
    assert!(workshop.catalog().find("Tiny:v1", "package7", &mut |_| true).statements.is_empty());
}

#[test]
fn a_new_parser_reads_again_what_upstream_did_not_change() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    assert_eq!(workshop.update_one(FEED), Outcome::Unchanged);
    let all = Selection::All;
    let recent = Some(std::time::Duration::from_secs(3600));
    let report = workshop.updater().update(&ecosystems("2"), &all, recent, &Quiet).unwrap();
    assert!(matches!(&report.feeds[FEED], Outcome::Updated { from: Some(from), to, .. } if from != to));
    let report = workshop.updater().update(&ecosystems("2"), &all, recent, &Quiet).unwrap();
    assert_eq!(report.feeds[FEED], Outcome::Unchanged);
}

#[test]
fn a_mirror_that_is_not_there_says_nothing_about_what_upstream_has() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    std::fs::rename(workshop.mirror(), workshop.folder.path().join("elsewhere")).unwrap();
    let selection = Selection::Namespaces(vec!["Tiny:v1".to_owned()]);
    let report = workshop.updater().update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    assert!(report.feeds.values().all(|outcome| matches!(outcome, Outcome::Failed { .. })), "{report:?}");
    assert!(workshop.catalog().coverage("Tiny:v1").feeds.iter().all(|feed| !feed.absent));
}
