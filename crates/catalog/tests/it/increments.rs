//! Feeds whose documents change one by one: few requests, and the same bytes as if all had been read anew.

use limpid_catalog::{Catalog, Clock, Mirror, Outcome, catalog::FeedStatus};
use limpid_core::matching::Advisories;
use limpid_testkit::http::{Answer, Server};

use crate::{
    family::Workshop,
    increments_family::{CHANGES, FEED, Site, ecosystems, update},
};

struct Followed {
    workshop: Workshop,
    server: Server,
    site: Site,
}

impl Followed {
    /// Upstream, and a catalog that has loaded it.
    fn new() -> Self {
        let followed = Self { workshop: Workshop::new(), server: Server::start(), site: Site::new() };
        let (outcome, requests) = followed.update();
        assert!(matches!(outcome, Outcome::Updated { from: None, records: 40, .. }), "{outcome:?}");
        assert_eq!(requests, ["changes.csv", "deletions.csv", "latest.txt", "archive_2024-05-04.tar.zst"]);
        followed
    }

    fn update(&self) -> (Outcome, Vec<String>) {
        self.update_by("1")
    }

    /// Updates, and says what was asked for.
    fn update_by(&self, revision: &'static str) -> (Outcome, Vec<String>) {
        self.site.serve(&self.server);
        self.update_as_served(revision)
    }

    fn update_as_served(&self, revision: &'static str) -> (Outcome, Vec<String>) {
        let outcome = update(&self.workshop, Mirror::Url(self.server.url()), revision);
        let requests = self.server.take_requests().into_iter();
        let mut names: Vec<String> =
            requests.map(|request| request.path.replace("/many.example/", "")).collect();
        // Single documents are fetched side by side.
        if let Some(first) = names.iter().position(|name| name.starts_with("docs/")) {
            names[first..].sort();
        }
        (outcome, names)
    }

    fn status(&self) -> FeedStatus {
        let now = self.workshop.clock.now();
        let catalog = Catalog::open(&self.workshop.store(), &ecosystems("1"), now).unwrap();
        catalog.status().feeds[FEED].clone()
    }

    /// The segment in force is the one that a new catalog would have.
    fn assert_as_if_new(&self, day: &str) {
        let mut site = self.site.clone();
        site.make_archive(&format!("archive_{day}.tar.zst"));
        let workshop = Workshop::new();
        site.mirror(&workshop, &[]);
        let outcome = update(&workshop, Mirror::Directory(workshop.mirror()), "1");
        let Outcome::Updated { to, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(self.status().segment, Some(to));
    }
}

#[test]
fn an_unchanged_feed_costs_one_request() {
    let followed = Followed::new();
    let before = followed.status();
    followed.workshop.clock.advance_hours(1);
    assert_eq!(followed.update(), (Outcome::Unchanged, vec!["changes.csv".to_owned()]));
    assert_eq!(followed.status().segment, before.segment);
    assert!(followed.status().checked_at > before.checked_at);
}

#[test]
fn what_changed_is_fetched_and_gives_the_bytes_of_a_full_build() {
    let mut followed = Followed::new();
    followed.assert_as_if_new("2024-05-04");
    assert_eq!(followed.status().upstream_date.as_deref(), Some("2024-05-03T08:00:00Z"));

    followed.site.put("CVE-3", "package3", "2.0", "2024-05-05T10:00:00Z");
    followed.site.put("CVE-99", "new", "1.0", "2024-05-05T11:00:00Z");
    followed.site.delete("CVE-7", "2024-05-05T09:00:00Z");
    let (outcome, requests) = followed.update();
    assert!(matches!(outcome, Outcome::Updated { from: Some(_), records: 40, .. }), "{outcome:?}");
    assert_eq!(requests, ["changes.csv", "deletions.csv", "docs/CVE-3.txt", "docs/CVE-99.txt"]);
    // From an archive of before, and from one of after.
    followed.assert_as_if_new("2024-05-04");
    followed.assert_as_if_new("2024-05-06");

    // Another one that is given the same instant later.
    followed.site.put("CVE-4", "package4", "3.0", "2024-05-05T11:00:00Z");
    let (_, requests) = followed.update();
    assert_eq!(requests, ["changes.csv", "deletions.csv", "docs/CVE-4.txt"]);
    followed.assert_as_if_new("2024-05-04");
}

#[test]
fn a_first_build_takes_the_archive_and_what_changed_since() {
    let mut site = Site::new();
    site.put("CVE-3", "package3", "2.0", "2024-05-05T10:00:00Z");
    site.delete("CVE-7", "2024-05-05T09:00:00Z");
    let followed = Followed { workshop: Workshop::new(), server: Server::start(), site };
    let (outcome, requests) = followed.update();
    assert!(matches!(outcome, Outcome::Updated { records: 38, .. }), "{outcome:?}");
    assert_eq!(requests[3..], ["archive_2024-05-04.tar.zst", "docs/CVE-3.txt"]);
    followed.assert_as_if_new("2024-05-06");
}

#[test]
fn a_document_that_cannot_be_had_fails_the_update_and_nothing_changes() {
    let mut followed = Followed::new();
    let before = followed.status();
    followed.site.put("CVE-3", "package3", "2.0", "2024-05-05T10:00:00Z");
    followed.site.put("CVE-4", "package4", "2.0", "2024-05-05T10:00:00Z");
    followed.site.serve(&followed.server);
    followed.server.answer("/many.example/docs/CVE-4.txt", Answer::status(404));
    let (outcome, _) = followed.update_as_served("1");
    assert!(matches!(&outcome, Outcome::Failed { error } if error.contains("CVE-4.txt")), "{outcome:?}");
    assert_eq!(followed.status().segment, before.segment);
    // It is tried again, also where the list is the same.
    let (outcome, _) = followed.update();
    assert!(matches!(outcome, Outcome::Updated { .. }), "{outcome:?}");
    followed.assert_as_if_new("2024-05-04");
}

#[test]
fn a_document_that_is_refused_is_unread_until_it_is_mended() {
    let mut followed = Followed::new();
    // One of many, so that the rest is believed.
    for number in 100..220 {
        followed.site.put(&format!("CVE-{number}"), "other", "1", "2024-05-05T09:00:00Z");
    }
    followed.site.put_text("CVE-3", "covers Many:1\nCVE-3 a 1\nnonsense\n", "2024-05-05T10:00:00Z");
    let (outcome, _) = followed.update();
    assert!(matches!(outcome, Outcome::Updated { .. }), "{outcome:?}");
    assert_eq!(followed.status().unread, ["docs/CVE-3.txt: unexpected line: nonsense"]);
    followed.assert_as_if_new("2024-05-06");

    followed.site.put("CVE-5", "package5", "7", "2024-05-05T11:00:00Z");
    followed.update();
    assert_eq!(followed.status().unread.len(), 1, "what is not changed stays unread");
    followed.assert_as_if_new("2024-05-06");

    followed.site.put("CVE-3", "package3", "9", "2024-05-05T12:00:00Z");
    followed.update();
    assert!(followed.status().unread.is_empty());
    followed.assert_as_if_new("2024-05-06");
}

#[test]
fn a_document_that_speaks_for_another_is_refused() {
    let mut followed = Followed::new();
    for number in 100..220 {
        followed.site.put(&format!("CVE-{number}"), "other", "1", "2024-05-05T09:00:00Z");
    }
    followed.site.put_text(
        "CVE-3",
        &crate::increments_family::text("CVE-4", "a", "1"),
        "2024-05-05T10:00:00Z",
    );
    followed.update();
    assert_eq!(followed.status().unread, ["docs/CVE-3.txt: says CVE-4, which is another document's"]);
}

#[test]
fn another_parser_and_a_list_that_does_not_reach_back_lead_to_the_archive() {
    let mut followed = Followed::new();
    let (outcome, requests) = followed.update_by("2");
    assert!(matches!(outcome, Outcome::Updated { from: Some(_), .. }), "{outcome:?}");
    assert!(requests.contains(&"archive_2024-05-04.tar.zst".to_owned()), "{requests:?}");

    let all = followed.site.documents.clone();
    followed.site.make_archive("archive_2024-05-07.tar.zst");
    followed.site.put("CVE-3", "package3", "2.0", "2024-05-07T10:00:00Z");
    followed.site.documents.retain(|key, _| key == "CVE-3.txt");
    let (_, requests) = followed.update_by("2");
    assert!(requests.contains(&"archive_2024-05-07.tar.zst".to_owned()), "{requests:?}");
    assert_eq!(followed.status().records, 2 * all.len() as u64);

    // And after a week, whatever the list says.
    followed.site.documents.extend(all);
    followed.site.put("CVE-3", "package3", "2.0", "2024-05-07T11:00:00Z");
    followed.workshop.clock.advance_hours(7 * 24);
    let (_, requests) = followed.update_by("2");
    assert!(requests.contains(&"archive_2024-05-07.tar.zst".to_owned()), "{requests:?}");
}

#[test]
fn a_list_that_is_none_is_not_believed() {
    let followed = Followed::new();
    let before = followed.status();
    for list in ["<html>", "\"CVE-1.txt\",\"yesterday\"\n"] {
        followed.server.answer(CHANGES, Answer::ok(list));
        let (outcome, _) = followed.update_as_served("1");
        assert!(
            matches!(&outcome, Outcome::Quarantined { why } if why.contains("changes.csv")),
            "{outcome:?}"
        );
    }
    assert_eq!(followed.status().segment, before.segment);
    let (outcome, _) = followed.update();
    assert_eq!(outcome, Outcome::Unchanged);
    assert_eq!(followed.status().quarantined, None);
}

#[test]
fn a_mirror_without_lists_has_the_archive_alone() {
    let (workshop, mut site) = (Workshop::new(), Site::new());
    site.put_text("CVE-3", "covers Many:1\ndate 2024-05-02\nCVE-3 a 1\nend\n", "2024-05-02T10:00:00Z");
    site.make_archive("archive_2024-05-04.tar.zst");
    let without = ["changes.csv", "deletions.csv"];
    site.mirror(&workshop, &without);
    let mirror = || Mirror::Directory(workshop.mirror());
    assert!(matches!(update(&workshop, mirror(), "1"), Outcome::Updated { records: 39, .. }));
    let catalog = Catalog::open(&workshop.store(), &ecosystems("1"), workshop.clock.now()).unwrap();
    assert_eq!(catalog.status().feeds[FEED].upstream_date.as_deref(), Some("2024-05-02"));
    assert!(catalog.find("Many:1", "package4", &mut |_| true).unreadable.is_empty());
    assert_eq!(update(&workshop, mirror(), "1"), Outcome::Unchanged);
    // Once it has lists, they are followed.
    site.put("CVE-3", "package3", "2.0", "2024-05-05T10:00:00Z");
    site.mirror(&workshop, &[]);
    assert!(matches!(update(&workshop, mirror(), "1"), Outcome::Updated { records: 40, .. }));
    assert_eq!(update(&workshop, mirror(), "1"), Outcome::Unchanged);
}
