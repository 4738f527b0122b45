//! Scans that Harbor asked for.

use limpid_store::{
    StoreError,
    garbage::{self, Collected},
    harbor::{self, Artifact, Scan, ScanState},
    jobs::{self, JobKind, NewJob},
};
use std::time::Duration;
use uuid::Uuid;

use crate::support::{digest, on_each, read, write};

fn scan(state: ScanState) -> Scan {
    let artifact = Artifact {
        digest: digest("image"),
        repository: "library/alpine".to_owned(),
        tag: "3.20".to_owned(),
        mime_type: String::new(),
    };
    Scan { id: Uuid::new_v4(), artifact, state, age: Duration::ZERO }
}

#[test]
fn a_scan_is_found_as_it_was_noted_last() {
    on_each(|database| {
        let known = scan(ScanState::Waiting);
        write(database, |tx| harbor::add(tx, &known));
        let found =
            || read(database, |tx| harbor::find(tx, known.id)).map(|found| (found.artifact, found.state));
        assert_eq!(found(), Some((known.artifact.clone(), ScanState::Waiting)));
        for state in [ScanState::Submitted, ScanState::Failed("the registry is gone".to_owned())] {
            assert!(write(database, |tx| harbor::note(tx, known.id, &state)));
            assert_eq!(found(), Some((known.artifact.clone(), state)));
        }
        let other = Uuid::new_v4();
        assert_eq!(read(database, |tx| harbor::find(tx, other)), None);
        assert!(!write(database, |tx| harbor::note(tx, other, &ScanState::Submitted)));
    });
}

#[test]
fn scans_go_a_day_later_with_jobs_that_nobody_began() {
    on_each(|database| {
        let known = scan(ScanState::Waiting);
        let job = NewJob {
            kind: JobKind::HarborScan,
            key: known.id.to_string(),
            lane: String::new(),
            requires: String::new(),
            priority: 0,
            payload: b"a secret".to_vec(),
            delay: Duration::ZERO,
        };
        write(database, |tx| {
            harbor::add(tx, &known)?;
            jobs::submit(tx, &job)
        });
        let collect = || write(database, |tx| garbage::collect(tx, "revision"));
        assert_eq!(collect(), Collected::default());
        let day = Duration::from_secs(24 * 60 * 60 + 1).as_micros().to_string();
        for table in ["harbor_scan", "job"] {
            let older = format!("UPDATE {table} SET created_at = created_at - {day}");
            // The text of a statement is one of the program's; here it is one of the test's.
            let older: &'static str = older.leak();
            write(database, |tx| tx.execute(older, &[]));
        }
        assert_eq!(collect(), Collected { jobs: 1, scans: 1, ..Collected::default() });
        assert_eq!(read(database, |tx| harbor::find(tx, known.id)), None);
        let left = read::<_>(database, |tx| Ok::<_, StoreError>(jobs::list(tx, None, None, 10)?.len()));
        assert_eq!(left, 0);
    });
}
