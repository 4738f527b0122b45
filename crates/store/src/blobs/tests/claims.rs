//! Processes that end in the middle of something, and others that come across what they left.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use limpid_core::Digest;

use super::{
    super::{Blobs, rows},
    BlobError, Place, read,
};
use crate::{
    Database, DatabaseUrl, StoreError,
    database::Value,
    evidence::{self, Evidence},
};

/// Blobs whose grace is over at once, and whose claims are old at once; nobody is waited for.
fn impatient(place: Place) -> (Blobs, Place) {
    let url = DatabaseUrl::Sqlite(place.folder.path().join("limpid.sqlite"));
    let mut blobs = Blobs::on(place.storage, Database::open(&url, 4).unwrap());
    blobs.timing.grace = Duration::ZERO;
    blobs.timing.claim_age = Duration::ZERO;
    blobs.timing.claim_observation = Duration::ZERO;
    blobs.timing.put_patience = Duration::ZERO;
    let storage = Place::reopen(&place.folder.path().join("none"));
    (blobs, Place { storage, ..place })
}

fn put(blobs: &Blobs, place: &Place, content: &[u8]) -> Result<Digest, BlobError> {
    blobs.put_file(&place.file("source", content))
}

fn refer(blobs: &Blobs, layer: &str, pack: &Digest) -> Result<(), StoreError> {
    let evidence = Evidence {
        layer: Digest::of(layer.as_bytes()),
        revision: "1".to_owned(),
        diff_id: None,
        pack: pack.clone(),
        bytes: 1,
    };
    blobs.database.write(|tx| evidence::put(tx, &evidence))
}

fn rows_left(blobs: &Blobs) -> usize {
    blobs.database.read(|tx| tx.query("SELECT digest FROM blob", &[])).unwrap().len()
}

fn claim(blobs: &Blobs) -> Vec<rows::Claim> {
    blobs.database.write(|tx| rows::claim_unused(tx, Duration::ZERO, 10)).unwrap()
}

fn collect_all(blobs: &Blobs) -> u64 {
    let mut total = 0;
    loop {
        let (removed, goes_on) = blobs.collect().unwrap();
        total += removed;
        if !goes_on {
            return total;
        }
    }
}

#[test]
fn a_removal_whose_process_was_killed_is_finished() {
    for is_removed in [false, true] {
        for place in Place::both() {
            let (blobs, place) = impatient(place);
            let digest = put(&blobs, &place, b"content").unwrap();
            assert_eq!(claim(&blobs).len(), 1);
            if is_removed {
                blobs.storage.remove(&digest).unwrap();
            }
            assert_eq!(collect_all(&blobs), 1);
            assert_eq!(rows_left(&blobs), 0);
            assert!(matches!(blobs.open_file(&digest), Err(BlobError::Missing(_))));
        }
    }
}

#[test]
fn a_put_takes_over_a_removal_whose_process_was_killed() {
    for is_removed in [false, true] {
        for place in Place::both() {
            let (blobs, place) = impatient(place);
            let digest = put(&blobs, &place, b"content").unwrap();
            let old = claim(&blobs).remove(0);
            if is_removed {
                blobs.storage.remove(&digest).unwrap();
            }
            put(&blobs, &place, b"content").unwrap();
            refer(&blobs, "layer", &digest).unwrap();
            // Whoever was only thought to be dead finds the claim gone, and touches nothing.
            assert!(!blobs.finish_removal(&old).unwrap());
            assert_eq!(read(blobs.open_file(&digest).unwrap()), b"content");
        }
    }
}

#[test]
fn a_put_waits_for_a_removal_that_goes_on() {
    let (mut blobs, place) = impatient(Place::directory());
    put(&blobs, &place, b"content").unwrap();
    let claimed = claim(&blobs).remove(0);
    blobs.timing.claim_age = Duration::from_secs(60 * 60);
    let refused = put(&blobs, &place, b"content");
    assert!(matches!(refused, Err(BlobError::Unavailable(_))), "{refused:?}");

    blobs.timing.put_patience = Duration::from_secs(60);
    thread::scope(|scope| {
        let putting = scope.spawn(|| put(&blobs, &place, b"content"));
        assert!(blobs.finish_removal(&claimed).unwrap());
        let digest = putting.join().unwrap().unwrap();
        assert_eq!(read(blobs.open_file(&digest).unwrap()), b"content");
    });
}

#[test]
fn what_is_registered_but_not_stored_cannot_be_referred_to() {
    let (blobs, _place) = impatient(Place::directory());
    let digest = Digest::of(b"never stored");
    let registered = blobs.database.write(|tx| rows::register(tx, &digest)).unwrap();
    assert!(matches!(registered, rows::Registration::Done(ticket) if !ticket.is_stored()));
    assert!(matches!(refer(&blobs, "layer", &digest), Err(StoreError::Stale(_))));
    assert_eq!(collect_all(&blobs), 1);
    assert_eq!(rows_left(&blobs), 0);
}

#[test]
fn a_put_that_slept_through_a_collection_begins_anew() {
    let (blobs, _place) = impatient(Place::directory());
    let digest = Digest::of(b"content");
    let register = || match blobs.database.write(|tx| rows::register(tx, &digest)).unwrap() {
        rows::Registration::Done(ticket) => ticket,
        other @ (rows::Registration::Claimed(..) | rows::Registration::Again) => panic!("{other:?}"),
    };
    let confirm = |ticket| blobs.database.write(|tx| rows::confirm(tx, &digest, ticket, 7)).unwrap();
    let slept = register();
    let claimed = claim(&blobs).remove(0);
    assert!(!confirm(slept), "its row is claimed");
    assert!(blobs.finish_removal(&claimed).unwrap());
    assert!(!confirm(slept), "its row is gone");
    let other = register();
    assert!(!confirm(slept), "the row is another's, who has not stored the blob yet");
    assert_ne!(slept, other);
    assert!(confirm(other));
    assert!(confirm(slept), "the blob is stored");
    assert!(register().is_stored());
}

#[test]
fn of_two_who_take_a_claim_over_one_succeeds() {
    let (blobs, place) = impatient(Place::directory());
    put(&blobs, &place, b"content").unwrap();
    let claimed = claim(&blobs).remove(0);
    assert_eq!(claim(&blobs), [], "it is claimed already");
    let take = || blobs.database.write(|tx| rows::take_over(tx, &claimed)).unwrap();
    let taken = take().unwrap();
    assert!(taken.since > claimed.since);
    assert_eq!(take(), None);
    assert!(!blobs.database.write(|tx| rows::remove(tx, &claimed)).unwrap());
    // A clock that was set back makes no claim smaller.
    let future = [Value::from(i64::MAX / 2)];
    let claimed = rows::Claim { since: i64::MAX / 2, ..claimed };
    blobs.database.write(|tx| tx.execute("UPDATE blob SET deleting_since = $1", &future)).unwrap();
    assert_eq!(
        blobs.database.write(|tx| rows::take_over(tx, &claimed)).unwrap().unwrap().since,
        i64::MAX / 2 + 1
    );
}

/// As for a directory in the tests of the whole: a few blobs, put, referred to, and collected without grace, in S3.
#[test]
fn nothing_that_is_referred_to_is_ever_collected_in_s3() {
    let (mut blobs, place) = impatient(Place::bucket());
    // Nobody is killed here, so nobody is taken over from.
    blobs.timing.claim_age = Duration::from_secs(60 * 60);
    blobs.timing.put_patience = Duration::from_secs(60 * 60);
    // About as long as a put takes: some are collected before they are stored, some not.
    blobs.timing.grace = Duration::from_millis(20);
    let working = AtomicUsize::new(3);
    let (blobs, place, working) = (&blobs, &place, &working);
    thread::scope(|scope| {
        for worker in 0..3 {
            scope.spawn(move || {
                let _done = Done(working);
                let layer = format!("layer {worker}");
                for round in 0..6 {
                    let content = vec![u8::try_from((worker + round) % 2).unwrap(); 1000];
                    let source = place.file(&layer, &content);
                    let digest = loop {
                        let put = blobs.put_file(&source);
                        if matches!(put, Err(BlobError::Unavailable(_))) {
                            continue;
                        }
                        let digest = put.unwrap();
                        match refer(blobs, &layer, &digest) {
                            Ok(()) => break digest,
                            Err(StoreError::Stale(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    };
                    // From the server, not from a copy.
                    assert_eq!(std::fs::read(place.at_rest(&digest)).unwrap(), content);
                    let layer = Digest::of(layer.as_bytes());
                    blobs.database.write(|tx| evidence::forget(tx, &layer, "1")).unwrap();
                }
            });
        }
        scope.spawn(move || {
            while working.load(Ordering::SeqCst) > 0 {
                // The server fails to list a folder out of which something is removed meanwhile.
                let collected = blobs.collect();
                assert!(matches!(collected, Ok(_) | Err(BlobError::Unavailable(_))), "{collected:?}");
            }
        });
    });
}

/// Counts down when a thread ends, also by a failure.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
