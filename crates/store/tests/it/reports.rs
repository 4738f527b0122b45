//! Index reports and attempts.

use chrono::{DateTime, Utc};
use limpid_store::{
    Database, StoreError,
    jobs::{self, JobKind},
    manifests,
    reports::{self, Attempt, AttemptState, ReportCounts, ReportHead},
};

use crate::{
    jobs::{claim, new},
    support::{digest, execute, manifest, number, on_each, read, report, save, write},
};

fn attempt(database: &Database, name: &str) -> Option<Attempt> {
    read(database, |tx| reports::attempt(tx, &digest(name)))
}

fn failed(error: &str, failures: u64) -> Attempt {
    Attempt {
        state: AttemptState::Failed,
        error: error.to_owned(),
        failures,
        at: DateTime::UNIX_EPOCH,
        next_at: Some("2031-02-03T04:05:06.789012Z".parse().unwrap()),
    }
}

#[test]
fn a_report_comes_back_as_it_was() {
    on_each(|database| {
        let before = read(database, |tx| tx.now());
        write(database, |tx| save(tx, "a", "state", &["musl"]));
        let loaded = read(database, |tx| reports::load(tx, &digest("a"))).unwrap();
        let after = read(database, |tx| tx.now());
        assert!((before..=after).contains(&loaded.indexed_at), "{before} {} {after}", loaded.indexed_at);
        let mut expected = report("a", "state");
        expected.indexed_at = loaded.indexed_at;
        assert_eq!(loaded, expected);
        let head = read(database, |tx| reports::load_head(tx, &digest("a"))).unwrap();
        let expected =
            ReportHead { index_state: digest("state"), is_complete: true, digest: expected.digest };
        assert_eq!(head, expected);
        assert_eq!(read(database, |tx| reports::load(tx, &digest("b"))), None);
        assert_eq!(read(database, |tx| reports::load_head(tx, &digest("b"))), None);
    });
}

#[test]
fn a_report_of_a_deleted_manifest_is_not_stored() {
    on_each(|database| {
        assert!(!write(database, |tx| reports::save(tx, &report("a", "state"), &[])));
        assert_eq!(number(database, "SELECT COUNT(*) FROM index_report"), 0);
    });
}

#[test]
fn a_damaged_report_is_told_and_not_taken_for_none() {
    on_each(|database| {
        write(database, |tx| save(tx, "a", "state", &[]));
        execute(database, "UPDATE index_report SET body = $1", &[vec![1, 2, 3].into()]);
        let loaded = database.read(|tx| reports::load(tx, &digest("a")));
        assert!(matches!(loaded, Err(StoreError::Damaged(_))), "{loaded:?}");
    });
}

#[test]
fn a_failed_attempt_takes_nothing_away_and_a_report_ends_it() {
    on_each(|database| {
        assert_eq!(attempt(database, "a"), None);
        write(database, |tx| reports::record_attempt(tx, &digest("a"), &failed("", 1)));
        assert_eq!(attempt(database, "a"), None, "nothing is noted of what is not known");

        write(database, |tx| manifests::put(tx, &manifest("a", &["base"])));
        let first = attempt(database, "a").unwrap();
        assert_eq!((first.state, first.failures, first.next_at), (AttemptState::Waiting, 0, None));

        write(database, |tx| save(tx, "a", "state", &[]));
        write(database, |tx| reports::record_attempt(tx, &digest("a"), &failed("no layer", 3)));
        let noted = attempt(database, "a").unwrap();
        assert_eq!(noted, Attempt { at: noted.at, ..failed("no layer", 3) });
        assert!(noted.at > first.at);
        assert!(read(database, |tx| reports::load(tx, &digest("a"))).is_some());

        write(database, |tx| save(tx, "a", "state", &[]));
        let ended = attempt(database, "a").unwrap();
        let (state, error, next_at): (_, _, Option<DateTime<Utc>>) =
            (ended.state, ended.error, ended.next_at);
        assert_eq!((state, error.as_str(), ended.failures, next_at), (AttemptState::Finished, "", 0, None));
    });
}

#[test]
fn stale_reports_are_listed_oldest_first_without_those_in_work() {
    on_each(|database| {
        for (name, state) in [("new", "z"), ("c", "a"), ("a", "b"), ("now", "now"), ("b", "a"), ("d", "z")] {
            write(database, |tx| save(tx, name, state, &[]));
        }
        // Younger than the others now.
        write(database, |tx| save(tx, "new", "z", &[]));
        write(database, |tx| jobs::submit(tx, &new(JobKind::Reindex, digest("b").as_str())));
        let stale = |most| read(database, |tx| reports::stale(tx, &digest("now"), most));
        assert_eq!(stale(10), ["c", "a", "d", "new"].map(digest));
        assert_eq!(stale(2), ["c", "a"].map(digest));
        // A job that has ended is none in work.
        let job = claim(database, &[JobKind::Reindex], "one").unwrap();
        assert_eq!(stale(10).len(), 4);
        write(database, |tx| jobs::fail(tx, &job, "no evidence"));
        assert_eq!(stale(10), ["c", "a", "b", "d", "new"].map(digest));
    });
}

#[test]
fn reports_are_counted() {
    on_each(|database| {
        write(database, |tx| {
            save(tx, "a", "now", &[])?;
            save(tx, "b", "now", &[])?;
            save(tx, "c", "old", &[])?;
            reports::record_attempt(tx, &digest("c"), &failed("no layer", 1))?;
            manifests::put(tx, &manifest("d", &[]))
        });
        let counts = read(database, |tx| reports::counts(tx, &digest("now")));
        assert_eq!(counts, ReportCounts { current: 2, stale: 1, failed: 1, missing: 1 });
    });
}

#[test]
fn reports_are_loaded_by_their_numbers_without_those_that_are_gone() {
    on_each(|database| {
        write(database, |tx| save(tx, "a", "state", &["musl"]));
        write(database, |tx| save(tx, "b", "state", &["musl"]));
        let numbers =
            read(database, |tx| limpid_store::packages::holders(tx, &[crate::support::key("musl")]));
        let mut numbers: Vec<i64> = numbers.into_keys().collect();
        write(database, |tx| manifests::delete(tx, &[digest("b")]));
        // Their numbers are not used again.
        write(database, |tx| save(tx, "c", "state", &["musl"]));
        numbers.push(-1);
        let loaded = read(database, |tx| reports::load_numbered(tx, &numbers));
        let loaded: Vec<_> = loaded.into_iter().map(|report| report.manifest).collect();
        assert_eq!(loaded, [digest("a")]);
        assert_eq!(read(database, |tx| reports::load_numbered(tx, &[])), []);
    });
}
