//! Migrations: one migrates while the others wait, and a newer schema is left alone.

use std::{sync::Barrier, thread};

use limpid_store::{Database, StoreError};

use crate::support::{execute, number, on_each_url};

#[test]
fn of_eight_that_open_a_new_database_one_migrates() {
    on_each_url(|url| {
        let start = Barrier::new(8);
        thread::scope(|scope| {
            let opened: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        Database::open(url, 2).map(|database| number(&database, "SELECT COUNT(*) FROM job"))
                    })
                })
                .collect();
            for opened in opened {
                assert_eq!(opened.join().unwrap(), Ok(0));
            }
        });
        let database = Database::open(url, 1).unwrap();
        let applied = number(&database, "SELECT COUNT(*) FROM schema_migration");
        assert_eq!(applied, number(&database, "SELECT MAX(number) FROM schema_migration"));
    });
}

#[test]
fn a_newer_schema_is_told_and_left_alone() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        let known = number(&database, "SELECT MAX(number) FROM schema_migration");
        execute(&database, "INSERT INTO schema_migration (number, applied_at) VALUES (9999, 0)", &[]);
        let opened = Database::open(url, 1).map(|_| ());
        assert_eq!(opened, Err(StoreError::NewerSchema { found: 9999, known }));
        // Whoever had opened it before goes on.
        assert_eq!(number(&database, "SELECT COUNT(*) FROM manifest"), 0);
    });
}
