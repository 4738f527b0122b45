//! Garbage: what nobody needs goes, and nothing else.

use std::time::Duration;

use limpid_core::Digest;
use limpid_store::{
    Database,
    evidence::{self, Evidence},
    garbage::{self, Collected},
    jobs::{self, JobKind},
    leases, limits, manifests,
    notifications::{self, NewNotification},
};
use uuid::Uuid;

use crate::{
    jobs::{claim, new},
    support::{blob, digest, execute, manifest, number, on_each, read, save, write},
};

fn collect(database: &Database) -> Collected {
    write(database, |tx| garbage::collect(tx, "now"))
}

fn put(database: &Database, layer: &str, revision: &str) -> Digest {
    let pack = digest(&format!("pack of {layer} by {revision}"));
    let evidence = Evidence {
        layer: digest(layer),
        revision: revision.to_owned(),
        diff_id: None,
        pack: pack.clone(),
        bytes: 10,
    };
    write(database, |tx| blob(tx, &pack).and_then(|()| evidence::put(tx, &evidence)));
    pack
}

#[test]
fn evidence_goes_with_its_last_manifest_and_with_a_newer_revision() {
    on_each(|database| {
        write(database, |tx| manifests::put(tx, &manifest("a", &["both", "old", "shared"])));
        write(database, |tx| manifests::put(tx, &manifest("b", &["shared"])));
        for (layer, revision) in [
            ("both", "old"),
            ("both", "now"),
            ("old", "old"),
            ("older", "old"),
            ("shared", "now"),
            ("gone", "now"),
        ] {
            put(database, layer, revision);
        }
        let kept = |layer: &str, revision: &str| {
            read(database, |tx| evidence::find(tx, &digest(layer), revision)).is_some()
        };
        // What was just noted may be needed in a moment.
        assert_eq!(collect(database), Collected::default());
        execute(database, "UPDATE evidence SET noted_at = 0", &[]);
        execute(database, "UPDATE blob SET touched_at = 0", &[]);
        // Its manifest may be on its way.
        put(database, "sent", "now");
        assert_eq!(collect(database), Collected { evidence: 3, ..Collected::default() });
        assert!(kept("both", "now") && kept("old", "old") && kept("shared", "now"));
        assert!(!kept("both", "old") && !kept("older", "old") && !kept("gone", "now") && kept("sent", "now"));
        // Whoever has just looked one of them up finds the pack for a while.
        assert_eq!(number(database, "SELECT COUNT(*) FROM blob WHERE touched_at > 0"), 4);
        assert_eq!(collect(database), Collected::default());

        write(database, |tx| manifests::delete(tx, &[digest("a")]));
        assert_eq!(collect(database).evidence, 2);
        assert!(kept("shared", "now"));
    });
}

#[test]
fn jobs_go_long_after_their_end_and_never_before() {
    on_each(|database| {
        for key in ["done", "failed", "running", "waiting"] {
            write(database, |tx| jobs::submit(tx, &new(JobKind::Index, key)));
        }
        let end = |job: &jobs::ClaimedJob| match job.key.as_str() {
            "done" => write(database, |tx| jobs::finish(tx, job)),
            "failed" => write(database, |tx| jobs::fail(tx, job, "oh")),
            _ => {}
        };
        for _ in 0..3 {
            end(&claim(database, &[JobKind::Index], "one").unwrap());
        }
        assert_eq!(collect(database), Collected::default());
        let time = i64::try_from(limits::ENDED_JOB_TIME.as_micros()).unwrap();
        let age = "
            UPDATE job SET created_at = 0, changed_at = 0, run_at = 0,
                finished_at = finished_at - $1";
        execute(database, age, &[(time - 60_000_000).into()]);
        assert_eq!(collect(database), Collected::default());
        execute(database, age, &[60_000_000.into()]);
        assert_eq!(collect(database), Collected { jobs: 2, ..Collected::default() });
        assert_eq!(number(database, "SELECT COUNT(*) FROM job"), 2);
    });
}

#[test]
fn names_go_with_their_last_manifest() {
    on_each(|database| {
        write(database, |tx| save(tx, "a", "state", &["musl", "zlib"]));
        write(database, |tx| save(tx, "b", "state", &["musl"]));
        assert_eq!(collect(database), Collected::default());
        write(database, |tx| manifests::delete(tx, &[digest("a")]));
        assert_eq!(collect(database).packages, 1);
        let left = read(database, |tx| tx.query_optional("SELECT name FROM package_key", &[])).unwrap();
        assert_eq!(left.get::<String>(0).unwrap(), "musl");
    });
}

#[test]
fn notifications_that_nobody_read_and_leases_that_nobody_holds_go_in_the_end() {
    on_each(|database| {
        let notification = |held| NewNotification {
            id: Uuid::new_v4(),
            operation: Uuid::new_v4(),
            feed: "alpine".to_owned(),
            held,
            entries: vec![b"{}".to_vec()],
        };
        write(database, |tx| notifications::create(tx, &notification(None)));
        let minute = Duration::from_secs(60);
        let free = write(database, |tx| leases::acquire(tx, "free", "one", minute)).unwrap();
        write(database, |tx| leases::acquire(tx, "held", "one", minute)).unwrap();
        write(database, |tx| leases::release(tx, &free));
        assert_eq!(collect(database), Collected::default());
        assert_eq!(number(database, "SELECT COUNT(*) FROM lease"), 2);

        execute(database, "UPDATE notification SET created_at = 0", &[]);
        execute(database, "UPDATE lease SET held_until = 0 WHERE name = 'free'", &[]);
        write(database, |tx| notifications::create(tx, &notification(None)));
        assert_eq!(collect(database), Collected { notifications: 1, ..Collected::default() });
        assert_eq!(number(database, "SELECT COUNT(*) FROM notification_entry"), 1);
        assert_eq!(number(database, "SELECT COUNT(*) FROM lease"), 1);
    });
}

#[test]
fn deliveries_of_what_is_gone_and_changes_that_nobody_works_out_go() {
    on_each(|database| {
        let id = Uuid::new_v4();
        let notification = NewNotification {
            id,
            operation: Uuid::new_v4(),
            feed: "alpine".to_owned(),
            held: None,
            entries: vec![b"{}".to_vec()],
        };
        write(database, |tx| notifications::create(tx, &notification));
        let deliver = |key: String| jobs::NewJob { lane: "gone".into(), ..new(JobKind::Deliver, &key) };
        write(database, |tx| jobs::submit(tx, &deliver(format!("{id} gone"))));
        write(database, |tx| jobs::submit(tx, &deliver(format!("{} gone", Uuid::new_v4()))));
        write(database, |tx| jobs::submit(tx, &new(JobKind::MatchChanges, "a")));
        assert_eq!(collect(database), Collected { jobs: 1, ..Collected::default() });
        execute(database, "UPDATE job SET created_at = 0", &[]);
        assert_eq!(collect(database), Collected { jobs: 1, ..Collected::default() });
        let left = read(database, |tx| jobs::list(tx, None, None, 10));
        assert_eq!(left.iter().map(|job| job.kind).collect::<Vec<_>>(), [JobKind::Deliver]);
        write(database, |tx| notifications::delete(tx, id));
        assert_eq!(collect(database).jobs, 1);
    });
}

#[test]
fn a_bounded_number_goes_at_once() {
    on_each(|database| {
        let rows = u64::try_from(limits::GARBAGE_ROWS).unwrap();
        write(database, |tx| {
            for number in 0..rows + 1 {
                let statement = "INSERT INTO package_key (namespace, name) VALUES ('x', $1)";
                tx.execute(statement, &[number.to_string().into()])?;
            }
            Ok(())
        });
        let collected: Vec<u64> = (0..3).map(|_| collect(database).packages).collect();
        assert_eq!(collected, [rows, 1, 0]);
    });
}

#[test]
fn a_notification_goes_that_nobody_will_complete() {
    on_each(|database| {
        let id = Uuid::new_v4();
        let notification = NewNotification {
            id,
            operation: id,
            feed: "alpine".to_owned(),
            held: None,
            entries: vec![b"{}".to_vec()],
        };
        write(database, |tx| jobs::submit(tx, &new(JobKind::MatchChanges, &id.to_string())));
        write(database, |tx| notifications::begin(tx, &notification));
        write(database, |tx| notifications::append(tx, id, 0, &notification.entries));
        assert_eq!(collect(database), Collected::default(), "its job will be done again");
        let job = claim(database, &[JobKind::MatchChanges], "one").unwrap();
        assert_eq!(collect(database), Collected::default(), "its job is being done");
        write(database, |tx| jobs::fail(tx, &job, "no"));
        assert_eq!(collect(database), Collected { notifications: 1, ..Collected::default() });
        assert_eq!(collect(database), Collected { notifications: 1, ..Collected::default() });
        assert_eq!(number(database, "SELECT COUNT(*) FROM notification"), 0);
        assert_eq!(collect(database), Collected::default());
    });
}
