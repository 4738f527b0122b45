//! The catalog in force and its operations.

use chrono::{DateTime, Utc};
use limpid_store::{
    Database, StoreError,
    catalog::{self, UpdateOperation},
    jobs::JobKind,
};
use uuid::Uuid;

use crate::support::{blob, digest, execute, number, on_each, read, write};

fn publish(database: &Database, before: i64, state: &[u8], segments: &[&str]) -> Result<i64, StoreError> {
    let segments: Vec<_> = segments.iter().map(|segment| digest(segment)).collect();
    database.write(|tx| catalog::publish(tx, before, state, &segments))
}

fn blobs(database: &Database, names: &[&str]) {
    write(database, |tx| names.iter().try_for_each(|name| blob(tx, &digest(name))));
}

#[test]
fn the_catalog_moves_forward_by_one_version_at_a_time() {
    on_each(|database| {
        blobs(database, &["a", "b"]);
        assert_eq!(read(database, catalog::version), 0);
        assert_eq!(read(database, catalog::load), None);
        let stale = Err(StoreError::Stale("the catalog"));
        assert_eq!(publish(database, 1, b"one", &["a"]), stale);
        assert_eq!(publish(database, 0, b"one", &["a"]), Ok(1));
        assert_eq!(publish(database, 0, b"another", &["b"]), stale);
        assert_eq!(publish(database, 1, b"two", &["a", "b", "a"]), Ok(2));
        assert_eq!(publish(database, 1, b"another", &["b"]), stale);
        assert_eq!(read(database, catalog::version), 2);
        let loaded = read(database, catalog::load).unwrap();
        assert_eq!((loaded.version, loaded.state.as_slice()), (2, b"two".as_slice()));
        assert!(loaded.published_at <= read(database, |tx| tx.now()));
    });
}

#[test]
fn segments_that_are_named_are_kept_and_the_others_let_go() {
    on_each(|database| {
        blobs(database, &["a", "b", "c"]);
        publish(database, 0, b"one", &["a", "b"]).unwrap();
        execute(database, "UPDATE blob SET touched_at = 0", &[]);
        publish(database, 1, b"two", &["b"]).unwrap();
        let kept = read(database, |tx| tx.query("SELECT segment FROM catalog_segment", &[]));
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].get::<String>(0).unwrap(), digest("b").as_str());
        // `a` has its grace from now on; `c` was never named.
        assert_eq!(number(database, "SELECT COUNT(*) FROM blob WHERE touched_at > 0"), 2);
        publish(database, 2, b"none", &[]).unwrap();
        assert_eq!(number(database, "SELECT COUNT(*) FROM catalog_segment"), 0);
    });
}

#[test]
fn a_catalog_of_blobs_that_are_gone_or_go_is_not_published() {
    on_each(|database| {
        blobs(database, &["a"]);
        let gone = Err(StoreError::Stale("the blob"));
        assert_eq!(publish(database, 0, b"one", &["a", "b"]), gone);
        execute(database, "UPDATE blob SET deleting_since = 1", &[]);
        assert_eq!(publish(database, 0, b"one", &["a"]), gone);
        assert_eq!(read(database, catalog::version), 0);
    });
}

fn operation(feed: &str, second: i64) -> UpdateOperation {
    UpdateOperation {
        id: Uuid::now_v7(),
        feed: feed.to_owned(),
        before: (second > 1).then(|| digest("before")),
        after: digest("after"),
        at: DateTime::<Utc>::from_timestamp(second, 123_456_000).unwrap(),
        records: 77,
    }
}

#[test]
fn operations_are_listed_newest_first_and_the_oldest_of_a_feed_forgotten() {
    on_each(|database| {
        let made: Vec<_> = [("alpine", 1), ("debian", 2), ("alpine", 4), ("alpine", 3), ("debian", 3)]
            .into_iter()
            .map(|(feed, second)| operation(feed, second))
            .collect();
        let [a1, d2, a4, a3, d3] = <[UpdateOperation; 5]>::try_from(made.clone()).unwrap();
        for operation in &made {
            write(database, |tx| catalog::record_operation(tx, operation, 2));
        }
        // Once more: it stays as it is.
        write(database, |tx| catalog::record_operation(tx, &a3, 2));
        let all = read(database, |tx| catalog::operations(tx, false));
        assert_eq!(all, [a4.clone(), d3.clone(), a3.clone(), d2.clone()]);
        assert_eq!(read(database, |tx| catalog::operations(tx, true)), [a4.clone(), d3]);
        assert_eq!(read(database, |tx| catalog::operation(tx, a3.id)), Some(a3.clone()));
        assert_eq!(read(database, |tx| catalog::operation(tx, a1.id)), None);
        assert!(write(database, |tx| catalog::delete_operation(tx, a4.id)));
        assert!(!write(database, |tx| catalog::delete_operation(tx, a4.id)));
        assert_eq!(read(database, |tx| catalog::operations(tx, true))[1], a3);
    });
}

#[test]
fn what_is_still_to_be_told_is_kept_however_many_operations_follow() {
    on_each(|database| {
        let names: Vec<String> = (0..6).map(|number| format!("s{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        blobs(database, &names);
        let mut waiting = None;
        for number in 1..6 {
            let id = Uuid::now_v7();
            let operation = UpdateOperation {
                id,
                feed: "feed".to_owned(),
                before: Some(digest(names[number - 1])),
                after: digest(names[number]),
                at: DateTime::<Utc>::from_timestamp(i64::try_from(number).unwrap(), 0).unwrap(),
                records: 1,
            };
            publish(database, i64::try_from(number).unwrap() - 1, b"state", &names[number..=number]).unwrap();
            write(database, |tx| {
                catalog::record_operation(tx, &operation, 2)?;
                limpid_store::jobs::submit(tx, &crate::jobs::new(JobKind::MatchChanges, &id.to_string()))
            });
            if number == 1 {
                waiting = crate::jobs::claim(database, &[JobKind::MatchChanges], "one");
            } else {
                let id = id.to_string();
                execute(
                    database,
                    "UPDATE job SET state = 'done', finished_at = 1 WHERE key = $1",
                    &[id.into()],
                );
            }
        }
        let kept = |name: &str| read(database, catalog::segments).contains(&digest(name));
        assert_eq!(read(database, |tx| catalog::operations(tx, false)).len(), 3);
        assert!(kept("s1") && kept("s5"), "what the operation led to, and what is in force");
        assert!(!kept("s2") && !kept("s3"));
        write(database, |tx| limpid_store::jobs::finish(tx, waiting.as_ref().unwrap()));
        publish(database, 5, b"state", &["s5"]).unwrap();
        assert!(!kept("s1"), "once it is told, it goes");
    });
}
