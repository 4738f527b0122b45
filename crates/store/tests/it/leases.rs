//! Leases: one holder at a time, fencing numbers that only grow.

use std::{
    sync::{Barrier, Mutex},
    thread,
    time::Duration,
};

use limpid_store::{
    Database, StoreError,
    leases::{self, Lease},
};

use crate::support::{execute, number, on_each, write};

const MINUTE: Duration = Duration::from_secs(60);

fn acquire(database: &Database, holder: &str, time: Duration) -> Option<Lease> {
    write(database, |tx| leases::acquire(tx, "update", holder, time))
}

fn is_stale<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Stale(_)))
}

#[test]
fn a_lease_is_held_by_one_until_it_is_given_back() {
    on_each(|database| {
        let first = acquire(database, "one", MINUTE).unwrap();
        assert_eq!(acquire(database, "two", MINUTE), None);
        assert_eq!(acquire(database, "one", MINUTE), None, "not twice either");
        let other = write(database, |tx| leases::acquire(tx, "layer", "two", MINUTE));
        assert!(other.is_some(), "another lease");
        write(database, |tx| leases::hold(tx, &first));
        write(database, |tx| leases::release(tx, &first));
        assert!(is_stale(&database.write(|tx| leases::hold(tx, &first))));
        assert!(is_stale(&database.write(|tx| leases::renew(tx, &first, MINUTE))));
        let second = acquire(database, "two", MINUTE).unwrap();
        assert!(second.fence > first.fence);
        write(database, |tx| leases::release(tx, &first));
        write(database, |tx| leases::hold(tx, &second));
    });
}

#[test]
fn who_wakes_up_after_its_lease_ran_out_finds_that_it_no_longer_counts() {
    on_each(|database| {
        let first = acquire(database, "one", Duration::from_millis(20)).unwrap();
        // Until the database's clock has passed its end.
        let second = loop {
            if let Some(lease) = acquire(database, "two", MINUTE) {
                break lease;
            }
        };
        assert!(second.fence > first.fence);
        assert!(is_stale(&database.write(|tx| leases::renew(tx, &first, MINUTE))));
        let stored = database.write(|tx| {
            tx.execute("INSERT INTO catalog_segment (segment) VALUES ('x')", &[])?;
            leases::hold(tx, &first)
        });
        assert!(is_stale(&stored));
        assert_eq!(number(database, "SELECT COUNT(*) FROM catalog_segment"), 0);
    });
}

#[test]
fn a_lease_that_ran_out_and_that_nobody_took_can_be_renewed() {
    on_each(|database| {
        let lease = acquire(database, "one", Duration::ZERO).unwrap();
        write(database, |tx| leases::hold(tx, &lease));
        write(database, |tx| leases::renew(tx, &lease, MINUTE));
        assert_eq!(acquire(database, "two", MINUTE), None);
    });
}

#[test]
fn fencing_numbers_grow_even_after_the_row_is_gone_and_when_the_clock_was_ahead() {
    on_each(|database| {
        let first = acquire(database, "one", MINUTE).unwrap();
        execute(database, "DELETE FROM lease", &[]);
        let second = acquire(database, "one", MINUTE).unwrap();
        assert!(second.fence > first.fence);
        execute(database, "UPDATE lease SET fence = fence + 3600000000, held_until = 0", &[]);
        let third = acquire(database, "one", MINUTE).unwrap();
        assert_eq!(third.fence, second.fence + 3_600_000_001);
    });
}

#[test]
fn of_many_who_want_a_lease_one_gets_it_each_time() {
    on_each(|database| {
        let (start, held) = (Barrier::new(8), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for holder in 0..8 {
                let (start, held) = (&start, &held);
                scope.spawn(move || {
                    let holder = holder.to_string();
                    for round in 0..10 {
                        start.wait();
                        let lease = acquire(database, &holder, MINUTE);
                        start.wait();
                        if let Some(lease) = lease {
                            held.lock().unwrap().push((round, lease.fence));
                            write(database, |tx| leases::release(tx, &lease));
                        }
                    }
                });
            }
        });
        let held = held.into_inner().unwrap();
        assert_eq!(held.iter().map(|(round, _)| *round).collect::<Vec<i32>>(), (0..10).collect::<Vec<_>>());
        assert!(held.is_sorted_by(|a, b| a.1 < b.1), "{held:?}");
    });
}

/// PostgreSQL alone: on SQLite one who writes keeps all others out anyway.
#[cfg(unix)]
#[test]
fn nobody_takes_over_a_lease_from_one_who_is_storing_under_it() {
    let Some(url) = crate::support::postgres() else { return };
    let database = &Database::open(&url, 4).unwrap();
    let lease = acquire(database, "one", Duration::ZERO).unwrap();
    let waits = "
        SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    thread::scope(|scope| {
        let taken = write(database, |tx| {
            leases::hold(tx, &lease)?;
            let taken = scope.spawn(|| acquire(database, "two", MINUTE));
            // The other waits for this transaction to end.
            while number(database, waits) == 0 {}
            assert!(!taken.is_finished());
            Ok(taken)
        });
        assert!(taken.join().unwrap().unwrap().fence > lease.fence);
    });
}
