//! What becomes of work when PostgreSQL gets in trouble.

use std::{
    net::TcpListener,
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use limpid_store::{Database, DatabaseUrl, StoreError, Transaction};
use limpid_testkit::postgres::Postgres;

use crate::support::{execute, number, postgres, read, write};

fn database() -> Option<Database> {
    let database = Database::open(&postgres()?, 4).unwrap();
    execute(&database, "CREATE TABLE test (number BIGINT PRIMARY KEY, count BIGINT NOT NULL)", &[]);
    execute(&database, "INSERT INTO test VALUES (1, 0), (2, 0)", &[]);
    Some(database)
}

fn count(tx: &mut Transaction<'_>, row: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE test SET count = count + 1 WHERE number = $1", &[row.into()]).map(drop)
}

#[test]
fn two_who_lock_each_other_out_both_end() {
    let Some(database) = database() else { return };
    let (runs, meeting) = (AtomicU32::new(0), Barrier::new(2));
    let both = |first, second| {
        let mut is_first_run = true;
        write(&database, |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            count(tx, first)?;
            if std::mem::take(&mut is_first_run) {
                meeting.wait();
            }
            count(tx, second)
        });
    };
    thread::scope(|scope| {
        scope.spawn(|| both(1, 2));
        scope.spawn(|| both(2, 1));
    });
    assert_eq!(runs.into_inner(), 3, "one of the two was run again");
    assert_eq!(number(&database, "SELECT MIN(count) * 10 + MAX(count) FROM test"), 22);
}

#[test]
fn two_who_lock_each_other_out_again_and_again_are_told_in_the_end() {
    let Some(database) = database() else { return };
    let mut runs = 0;
    let outcome: Result<(), StoreError> = database.write(|tx| {
        runs += 1;
        count(tx, 1)?;
        let raise = "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$";
        tx.execute(raise, &[]).map(drop)
    });
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(runs, limpid_store::limits::WORK_ATTEMPTS);
    assert_eq!(number(&database, "SELECT MAX(count) FROM test"), 0);
}

/// Ends the connection of a transaction, from another one.
fn cut(tx: &mut Transaction<'_>, database: &Database) -> Result<(), StoreError> {
    let process: i64 = tx.query_optional("SELECT pg_backend_pid()", &[])?.unwrap().get(0)?;
    thread::scope(|scope| {
        let end = || {
            let ended = write(database, |other| {
                other.query_optional("SELECT pg_terminate_backend(CAST($1 AS INT), 60000)", &[process.into()])
            });
            assert_eq!(ended.unwrap().get::<bool>(0), Ok(true));
        };
        scope.spawn(end).join().unwrap();
    });
    Ok(())
}

#[test]
fn work_whose_connection_is_cut_is_run_again() {
    let Some(database) = database() else { return };
    let mut runs = 0;
    write(&database, |tx| {
        runs += 1;
        count(tx, 1)?;
        if runs == 1 {
            cut(tx, &database)?;
        }
        count(tx, 2)
    });
    assert_eq!(runs, 2);
    assert_eq!(number(&database, "SELECT MIN(count) * 10 + MAX(count) FROM test"), 11);
}

#[test]
fn work_whose_commit_is_not_answered_is_not_run_again() {
    let Some(database) = database() else { return };
    let mut runs = 0;
    let outcome: Result<(), StoreError> = database.write(|tx| {
        runs += 1;
        count(tx, 1)?;
        cut(tx, &database)
    });
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(runs, 1);
    assert_eq!(number(&database, "SELECT MAX(count) FROM test"), 0, "the pool is as good as before");
}

#[test]
fn a_commit_that_postgres_refuses_is_told_as_what_it_is() {
    let Some(database) = database() else { return };
    let statement = "
        CREATE TABLE child (number BIGINT REFERENCES test (number) DEFERRABLE INITIALLY DEFERRED)";
    execute(&database, statement, &[]);
    let outcome = database.write(|tx| tx.execute("INSERT INTO child VALUES (3)", &[]));
    assert!(matches!(outcome, Err(StoreError::Statement(_))), "{outcome:?}");
    assert_eq!(number(&database, "SELECT COUNT(*) FROM child"), 0);
}

#[test]
fn reading_is_done_again_as_well_and_its_commit_is_of_no_importance() {
    let Some(database) = database() else { return };
    let mut runs = 0;
    let read = database.read(|tx| {
        runs += 1;
        let first: i64 =
            tx.query_optional("SELECT count FROM test WHERE number = 1", &[])?.unwrap().get(0)?;
        if runs == 1 {
            cut(tx, &database)?;
        }
        tx.query_optional("SELECT count FROM test WHERE number = 2", &[])?;
        Ok::<_, StoreError>(first)
    });
    assert_eq!((read, runs), (Ok(0), 2));
    let read = database.read(|tx| cut(tx, &database).map(|()| 7));
    assert_eq!(read, Ok(7));
}

#[test]
fn a_server_that_is_down_is_not_available_and_is_used_again_when_it_is_up() {
    let Some(server) = Postgres::start() else { return };
    let url: DatabaseUrl = server.database().parse().unwrap();
    let database = Database::open(&url, 4).unwrap();
    // Several connections, all of which are cut.
    let meeting = Barrier::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                read(&database, |tx| {
                    meeting.wait();
                    tx.now()
                })
            });
        }
    });
    for _ in 0..2 {
        server.stop();
        for outcome in
            [database.ping(), database.write(|tx| tx.now()).map(drop), Database::open(&url, 1).map(drop)]
        {
            assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        }
        server.start_again();
        assert_eq!(number(&database, "SELECT COUNT(*) FROM job"), 0);
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url: DatabaseUrl = format!("postgres://me@{}/x", listener.local_addr().unwrap()).parse().unwrap();
    let opened = Database::open(&url, 1).map(drop);
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
}

#[test]
fn what_postgres_refuses_for_good_cannot_be_used() {
    let Some(server) = Postgres::shared() else { return };
    let address = format!("127.0.0.1:{}", server.port());
    for url in [
        format!("postgres://postgres@{address}/no_such_database"),
        format!("postgres://nobody_at_all:s3cret@{address}/postgres"),
        format!("postgres://postgres@{address}/postgres?sslmode=require"),
    ] {
        let error = Database::open(&url.parse().unwrap(), 1).map(drop).unwrap_err();
        assert!(matches!(error, StoreError::Unusable(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn a_unix_socket_and_a_libpq_string_lead_to_the_same_place() {
    let Some(server) = Postgres::shared() else { return };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    let (directory, port) = (server.socket_directory().display(), server.port());
    let libpq = format!("host={directory} port={port} user=postgres dbname='{name}'");
    execute(&Database::open(&libpq.parse().unwrap(), 1).unwrap(), "CREATE TABLE here (number BIGINT)", &[]);
    assert_eq!(number(&Database::open(&url.parse().unwrap(), 1).unwrap(), "SELECT COUNT(*) FROM here"), 0);
}

#[test]
fn a_lost_commit_is_never_accepted_lightly() {
    let Some(server) = Postgres::shared() else { return };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    server.sql("postgres", &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    let database = Database::open(&url.parse().unwrap(), 1).unwrap();
    let setting =
        write(&database, |tx| tx.query_optional("SELECT current_setting('synchronous_commit')", &[]));
    assert_eq!(setting.unwrap().get::<String>(0).unwrap(), "on");
}
