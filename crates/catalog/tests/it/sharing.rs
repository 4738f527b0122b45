//! Several updaters at once share the work and never harm each other.

use std::{sync::Barrier, thread};

use limpid_catalog::{Mirror, Outcome, Selection, update::Quiet};
use limpid_core::matching::Advisories;
use limpid_testkit::http::{Answer, Server};

use crate::family::{Workshop, document, ecosystems};

#[test]
fn only_one_of_many_transfers_a_feed_and_all_have_it_afterwards() {
    let (workshop, server) = (Workshop::new(), Server::start());
    for release in ["v1", "v2"] {
        let answer = Answer::ok(document(release, 20)).header("ETag", "\"one\"");
        server.answer(&format!("/feeds.example/{release}/main.txt"), answer);
    }
    let barrier = Barrier::new(8);
    let reports: Vec<_> = thread::scope(|scope| {
        let work = || {
            let updater = workshop.updater_from(Mirror::Url(server.url()));
            let selection = Selection::Namespaces(vec!["Tiny:v1".to_owned(), "Tiny:v2".to_owned()]);
            barrier.wait();
            let report = updater.update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
            let catalog = workshop.catalog();
            assert_eq!(catalog.find("Tiny:v1", "package5", &mut |_| true).statements.len(), 1);
            assert_eq!(catalog.find("Tiny:v2", "package5", &mut |_| true).statements.len(), 1);
            report
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for feed in ["tiny/v1/main", "tiny/v2/main"] {
        let updated =
            |report: &&limpid_catalog::UpdateReport| matches!(report.feeds[feed], Outcome::Updated { .. });
        assert_eq!(reports.iter().filter(updated).count(), 1, "{feed}");
        assert!(reports.iter().all(|report| !matches!(report.feeds[feed], Outcome::Failed { .. })));
    }
    let whole = |path: &str| {
        let unconditional = |request: &&limpid_testkit::http::Request| {
            request.path == path && !request.headers.contains_key("if-none-match")
        };
        server.take_requests().iter().filter(unconditional).count()
    };
    assert_eq!(whole("/feeds.example/v1/main.txt"), 1);
    let state = workshop.store().read().unwrap();
    assert!(state.feeds.values().all(|feed| feed.data.operations().len() <= 1));
}
