//! Updates over HTTP: conditional requests, back-off, and servers that misbehave.

use std::time::Duration;

use limpid_catalog::{Mirror, Outcome, Selection, UpdateReport, update::Quiet};
use limpid_core::matching::Advisories;
use limpid_testkit::http::{Answer, Server};

use crate::family::{Workshop, document, ecosystems, why};

const FEED: &str = "tiny/v1/main";
const MAIN: &str = "/feeds.example/v1/main.txt";
const EXTRA: &str = "/feeds.example/v1/extra.txt";

fn update(workshop: &Workshop, server: &Server, max_age: Option<Duration>) -> UpdateReport {
    let selection = Selection::Namespaces(vec!["Tiny:v1".to_owned()]);
    let updater = workshop.updater_from(Mirror::Url(server.url()));
    updater.update(&ecosystems("1"), &selection, max_age, &Quiet).unwrap()
}

/// Updates from a server that answers so, and returns what became of the feed.
fn outcome(workshop: &Workshop, server: &Server, answers: Vec<Answer>) -> Outcome {
    server.answers(MAIN, answers);
    update(workshop, server, None).feeds[FEED].clone()
}

fn good(records: usize) -> Answer {
    Answer::ok(document("v1", records))
}

/// How often a path was asked for since the last time, and with which condition last.
fn asked(server: &Server, path: &str, header: &str) -> (usize, Option<String>) {
    let requests: Vec<_> =
        server.take_requests().into_iter().filter(|request| request.path == path).collect();
    (requests.len(), requests.last().and_then(|request| request.headers.get(header).cloned()))
}

#[test]
fn what_has_not_changed_is_not_transferred_again() {
    for (header, condition, value) in [
        ("ETag", "if-none-match", "\"one\""),
        ("Last-Modified", "if-modified-since", "Wed, 01 May 2024 00:00:00 GMT"),
    ] {
        let (workshop, server) = (Workshop::new(), Server::start());
        let first = outcome(&workshop, &server, vec![good(20).header(header, value)]);
        assert!(matches!(first, Outcome::Updated { from: None, records: 20, .. }));
        assert_eq!(asked(&server, MAIN, condition), (1, None));
        let second = outcome(&workshop, &server, vec![good(20).header(header, value)]);
        assert_eq!(
            (second, asked(&server, MAIN, condition)),
            (Outcome::Unchanged, (1, Some(value.to_owned())))
        );
        // Another server's marks are not this one's.
        let other = Server::start();
        let third = outcome(&workshop, &other, vec![good(20).header(header, value)]);
        assert_eq!((third, asked(&other, MAIN, condition)), (Outcome::Unchanged, (1, None)));
    }
}

#[test]
fn feeds_that_were_asked_lately_are_not_asked_again() {
    let (workshop, server) = (Workshop::new(), Server::start());
    server.answer(MAIN, good(20));
    let hour = Some(Duration::from_secs(3600));
    update(&workshop, &server, hour);
    assert_eq!(server.take_requests().len(), 2);
    let report = update(&workshop, &server, hour);
    assert_eq!(
        (&report.feeds[FEED], &report.feeds["tiny/v1/extra"]),
        (&Outcome::Unchanged, &Outcome::Absent)
    );
    assert_eq!(server.take_requests(), []);
    workshop.clock.advance_hours(2);
    update(&workshop, &server, hour);
    assert_eq!(server.take_requests().len(), 2);
}

#[test]
fn a_server_in_trouble_is_asked_again_after_growing_pauses() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let answers = vec![Answer::status(500), Answer::status(503), good(20)];
    assert!(matches!(outcome(&workshop, &server, answers), Outcome::Updated { .. }));
    assert_eq!(workshop.clock.take_pauses(), [Duration::from_secs(1), Duration::from_secs(2)]);

    let error = outcome(&workshop, &server, vec![Answer::status(502)]);
    assert!(matches!(&error, Outcome::Failed { error } if error.contains("HTTP 502")), "{error:?}");
    assert_eq!(workshop.clock.take_pauses().len(), 2);
    let failure = workshop.catalog().status().feeds[FEED].failure.clone();
    assert!(failure.unwrap().message.contains("HTTP 502"));
    assert!(workshop.catalog().coverage("Tiny:v1").feeds[1].data.is_some());
}

#[test]
fn the_pause_that_a_server_asks_for_is_kept_within_bounds() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let busy = |seconds| Answer::status(429).header("Retry-After", seconds);
    assert!(matches!(outcome(&workshop, &server, vec![busy("7"), good(20)]), Outcome::Updated { .. }));
    assert_eq!(workshop.clock.take_pauses(), [Duration::from_secs(7)]);
    assert!(matches!(outcome(&workshop, &server, vec![busy("3600"), good(21)]), Outcome::Failed { .. }));
    assert!(workshop.clock.take_pauses().is_empty());
}

#[test]
fn a_body_that_is_cut_off_is_asked_for_again_and_never_used() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let answers = vec![good(20).cut_off(100), good(20)];
    assert!(matches!(outcome(&workshop, &server, answers), Outcome::Updated { records: 20, .. }));
    let length = document("v1", 21).len();
    let cut = outcome(&workshop, &server, vec![good(21).cut_off(4)]);
    assert_eq!(why(&cut), format!("cut off: the transfer ended after {} bytes of {length}", length - 4));
    assert!(workshop.catalog().find("Tiny:v1", "package20", &mut |_| true).statements.is_empty());
    assert_eq!(outcome(&workshop, &server, vec![good(20)]), Outcome::Unchanged);
    assert_eq!(workshop.catalog().coverage("Tiny:v1").feeds[1].quarantined, None);
}

#[test]
fn pages_and_oversized_documents_are_not_believed() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let page = Answer::ok("<!doctype html><h1>We will be back soon</h1>").header("Content-Type", "text/html");
    assert_eq!(
        why(&outcome(&workshop, &server, vec![page])),
        "the document is an HTML page, not advisory data"
    );
    let huge = Answer::ok(vec![b'x'; 2 << 20]);
    assert!(why(&outcome(&workshop, &server, vec![huge])).starts_with("larger than 1048576 bytes"));
}

#[test]
fn refusals_are_failures_and_a_missing_document_is_absent_only_where_there_never_was_one() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let refused = outcome(&workshop, &server, vec![Answer::status(403)]);
    assert!(matches!(&refused, Outcome::Failed { error } if error.contains("HTTP 403")));
    assert_eq!(asked(&server, MAIN, "").0, 1);
    assert!(!workshop.catalog().coverage("Tiny:v1").feeds[1].absent);
    assert_eq!(outcome(&workshop, &server, vec![Answer::status(404)]), Outcome::Absent);
    assert!(matches!(outcome(&workshop, &server, vec![good(20)]), Outcome::Updated { .. }));
    let gone = outcome(&workshop, &server, vec![Answer::status(404)]);
    assert!(matches!(&gone, Outcome::Failed { error } if error.contains("no longer")), "{gone:?}");
    assert!(workshop.catalog().coverage("Tiny:v1").feeds[1].data.is_some());
}

#[test]
fn a_host_that_is_not_there_is_a_failure() {
    let workshop = Workshop::new();
    let gone = {
        let server = Server::start();
        server.url()
    };
    let selection = Selection::Namespaces(vec!["Tiny:v1".to_owned()]);
    let updater = workshop.updater_from(Mirror::Url(gone));
    let report = updater.update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    assert!(report.feeds.values().all(|outcome| matches!(outcome, Outcome::Failed { .. })), "{report:?}");
}

#[test]
fn redirections_are_followed_but_not_for_ever() {
    let (workshop, server) = (Workshop::new(), Server::start());
    server.answer("/moved.txt", good(20));
    let moved = Answer::status(302).header("Location", "/moved.txt");
    assert!(matches!(outcome(&workshop, &server, vec![moved]), Outcome::Updated { .. }));
    let circle = outcome(&workshop, &server, vec![Answer::status(302).header("Location", MAIN)]);
    assert!(
        matches!(&circle, Outcome::Failed { error } if error.contains("redirected too often")),
        "{circle:?}"
    );
}

#[test]
fn feeds_are_discovered_from_listings() {
    let (workshop, server) = (Workshop::new(), Server::start());
    let listing = r#"<h1>Index of /</h1><a href="../">../</a><a href="v1/">v1/</a><a href="v2/">v2/</a>"#;
    server.answer("/feeds.example/", Answer::ok(listing).header("Content-Type", "text/html; charset=utf-8"));
    server.answer(MAIN, good(20));
    server.answer(EXTRA, good(3));
    // This server does not know HEAD.
    let two = Answer::ok(document("v2", 5));
    server.answers("/feeds.example/v2/main.txt", [Answer::status(405), Answer::status(206), two]);
    let updater = workshop.updater_from(Mirror::Url(server.url()));
    let report = updater.update(&ecosystems("1"), &Selection::All, None, &Quiet).unwrap();
    assert_eq!(report.discoveries["tiny"], Ok(3));
    let names: Vec<_> = report.feeds.keys().map(String::as_str).collect();
    assert_eq!(names, ["tiny/v1/extra", "tiny/v1/main", "tiny/v2/main"]);
    assert!(report.feeds.values().all(|outcome| matches!(outcome, Outcome::Updated { .. })), "{report:?}");

    // Without a listing it is unknown what upstream has; what is loaded is looked after all the same.
    server.answer("/feeds.example/", Answer::status(500));
    let report = updater.update(&ecosystems("1"), &Selection::All, None, &Quiet).unwrap();
    assert!(report.discoveries["tiny"].is_err());
    assert_eq!(report.feeds.len(), 3);
    let prefixes = Selection::Prefixes(vec!["tiny/v1".to_owned()]);
    assert_eq!(updater.update(&ecosystems("1"), &prefixes, None, &Quiet).unwrap().feeds.len(), 2);
    // Whether it has one that is not loaded nobody knows now; of what nobody reads there is none.
    let unknown = Selection::Prefixes(vec!["tiny/v9".to_owned()]);
    let report = updater.update(&ecosystems("1"), &unknown, None, &Quiet).unwrap();
    assert!(report.feeds.is_empty() && report.discoveries["tiny"].is_err(), "{report:?}");
    let other = Selection::Prefixes(vec!["other".to_owned()]);
    assert!(updater.update(&ecosystems("1"), &other, None, &Quiet).is_err());
    server.answer("/feeds.example/", Answer::ok(listing).header("Content-Type", "text/html; charset=utf-8"));
    assert!(updater.update(&ecosystems("1"), &unknown, None, &Quiet).is_err(), "now it is known");
}
