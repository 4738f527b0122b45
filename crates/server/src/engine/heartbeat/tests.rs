//! That what has ended is not taken for lost, and what is lost is.

use limpid_store::{
    DatabaseUrl,
    jobs::{JobKind, NewJob},
};

use super::*;

/// A way in which a job ends.
type End = fn(&Held, &mut Transaction<'_>, &ClaimedJob) -> Result<(), StoreError>;

fn claimed(database: &Database, key: &str) -> ClaimedJob {
    let job = NewJob {
        kind: JobKind::Index,
        key: key.to_owned(),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: Vec::new(),
        delay: Duration::ZERO,
    };
    let claim = |tx: &mut Transaction<'_>| {
        jobs::submit(tx, &job)?;
        jobs::claim(tx, &[JobKind::Index], "", "", "node", Duration::from_secs(60))
    };
    database.write::<_, StoreError>(claim).unwrap().expect("the job that was submitted")
}

#[test]
fn a_job_that_has_ended_is_not_lost_and_one_in_other_hands_is() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(&DatabaseUrl::Sqlite(directory.path().join("limpid.db")), 2).unwrap();
    let heartbeat = Heartbeat::default();
    let ends: [(&str, End, bool); 4] = [
        ("finished", |held, tx, job| held.finish(tx, job), false),
        ("given back", |held, tx, job| held.retry(tx, job, "later", Duration::from_secs(3600)), false),
        ("given up", |held, tx, job| held.fail(tx, job, "never"), false),
        ("taken away", |_held, tx, job| jobs::retry(tx, job, "later", Duration::from_secs(3600)), true),
    ];
    for (key, end, expected) in ends {
        let job = claimed(&database, key);
        let held = heartbeat.job(&job);
        heartbeat.beat(&database);
        assert!(!held.is_lost(), "{key}: it is held");
        database.write(|tx| end(&held, tx, &job)).unwrap();
        // The moment between the end of the row and that of the work.
        heartbeat.beat(&database);
        assert_eq!(held.is_lost(), expected, "{key}");
    }
}

#[test]
fn a_job_whose_end_was_not_stored_is_renewed() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(&DatabaseUrl::Sqlite(directory.path().join("limpid.db")), 2).unwrap();
    let heartbeat = Heartbeat::default();
    let job = claimed(&database, "job");
    let held = heartbeat.job(&job);
    let undone = database.write(|tx| {
        held.finish(tx, &job)?;
        Err::<(), _>(StoreError::Unavailable("full".to_owned()))
    });
    assert!(undone.is_err());
    let until = |database: &Database| -> i64 {
        let query = "SELECT held_until FROM job";
        let row = database.read(|tx| tx.query_optional(query, &[])).unwrap().expect("the job");
        row.get(0).unwrap()
    };
    let before = until(&database);
    heartbeat.beat(&database);
    // Renewed for a shorter time than it was claimed for, so the row tells.
    assert!(until(&database) < before);
}
