//! That answers are made once, kept to the byte, and forgotten where there are too many.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use limpid_core::Verdict;
use limpid_store::StoreError;

use super::*;
use crate::matching::{CountedBlindSpots, MatchError};

fn made(body: &str) -> Made {
    let outline = Outline { verdict: Verdict::Clean, blind_spots: CountedBlindSpots::of(&[]) };
    (Arc::new(outline), Bytes::from(body.repeat(1000)))
}

fn unexpected() -> Result<Made, Missed> {
    panic!("it is known already")
}

#[test]
fn an_answer_is_made_once_for_all_encodings_and_once_for_each_form_and_tag() {
    let cache = ReportCache::default();
    let plain = made("report").1;
    for encoding in [Encoding::Gzip, Encoding::Plain, Encoding::Zstd] {
        let make = || if encoding == Encoding::Gzip { Ok(made("report")) } else { unexpected() };
        let first = cache.get("tag", "form", encoding, make).unwrap();
        assert_eq!((first.encoding, encoding.decode(&first.body).unwrap()), (encoding, plain.clone()));
        let again = cache.get("tag", "form", encoding, unexpected).unwrap();
        assert!(Arc::ptr_eq(&first, &again), "{encoding:?} is kept as it goes out");
    }
    for (etag, form) in [("tag", "another form"), ("another tag", "form")] {
        let other = cache.get(etag, form, Encoding::Plain, || Ok(made("other"))).unwrap();
        assert_eq!(other.body, made("other").1);
    }
}

#[test]
fn who_asks_at_one_time_waits_for_the_same_answer() {
    let (cache, count, start) = (ReportCache::default(), AtomicUsize::new(0), Barrier::new(8));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                let make = || {
                    count.fetch_add(1, Ordering::SeqCst);
                    Ok(made("report"))
                };
                cache.get("tag", "form", Encoding::Gzip, make).unwrap();
            });
        }
    });
    assert_eq!(count.into_inner(), 1);
}

#[test]
fn a_failure_is_told_and_not_remembered() {
    let cache = ReportCache::default();
    let down = StoreError::Unavailable("down".to_owned());
    let failing = || Err(Missed::Failed(MatchError::Store(down.clone())));
    let missed = cache.get("tag", "form", Encoding::Plain, failing).unwrap_err();
    assert!(matches!(&*missed, Missed::Failed(MatchError::Store(error)) if *error == down), "{missed:?}");
    assert!(cache.get("tag", "form", Encoding::Plain, || Ok(made("report"))).is_ok());
}

#[test]
fn what_is_short_is_not_compressed() {
    let make = || Ok((made("").0, Bytes::from_static(b"{}")));
    let finished = ReportCache::default().get("tag", "form", Encoding::Gzip, make).unwrap();
    assert_eq!((finished.encoding, &*finished.body), (Encoding::Plain, &b"{}"[..]));
}

#[test]
fn no_more_bytes_are_held_than_allowed() {
    let cache = ReportCache::of(100_000);
    for number in 0..100 {
        cache.get(&number.to_string(), "form", Encoding::Plain, || Ok(made("report"))).unwrap();
    }
    cache.0.run_pending_tasks();
    let (entries, bytes) = (cache.0.entry_count(), cache.0.weighted_size());
    assert_eq!((entries, bytes), (15, 15 * (6_000 + BYTES_AN_ENTRY as u64)));
    // A large one comes in the place of many small ones, however often they were asked for.
    for _ in 0..100 {
        cache.get("99", "form", Encoding::Plain, unexpected).unwrap();
    }
    let large = || Ok((made("").0, Bytes::from(vec![b'x'; 90_000])));
    cache.get("large", "form", Encoding::Plain, large).unwrap();
    cache.0.run_pending_tasks();
    cache.get("large", "form", Encoding::Plain, unexpected).unwrap();
}
