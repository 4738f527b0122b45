//! Transactions: what is seen, what is undone, what is said of statements that fail.

use std::{collections::BTreeSet, sync::Barrier, thread};

use limpid_store::{Database, DatabaseUrl, StoreError, Transaction, database::Value};

use crate::support::{CONNECTIONS, execute, number, on_each, on_each_url, read, write};

fn table(database: &Database) {
    execute(
        database,
        "CREATE TABLE test (number BIGINT PRIMARY KEY, text TEXT, bytes /*sqlite BLOB*/ /*postgres BYTEA*/)",
        &[],
    );
}

fn insert(tx: &mut Transaction<'_>, number: i64) -> Result<u64, StoreError> {
    tx.execute("INSERT INTO test (number) VALUES ($1)", &[number.into()])
}

const COUNT: &str = "SELECT COUNT(*) FROM test";

#[test]
fn values_come_back_as_they_were_and_parameters_go_by_their_numbers() {
    on_each(|database| {
        table(database);
        let values = [
            Value::Integer(i64::MIN),
            Value::Text("ü'\"\\; --".to_owned()),
            Value::Bytes((0..=255).collect()),
            Value::Null,
        ];
        // In another order than they are named, and one twice.
        let statement = "
            INSERT INTO test (bytes, text, number)
            SELECT /*sqlite $3*/ /*postgres $3::bytea*/, $2, CAST($1 AS BIGINT)
            WHERE CAST($4 AS TEXT) IS NULL AND CAST($1 AS BIGINT) < 0";
        assert_eq!(execute(database, statement, &values), 1);
        let row =
            read(database, |tx| tx.query_optional("SELECT number, text, bytes FROM test", &[])).unwrap();
        assert_eq!(row.get::<i64>(0), Ok(i64::MIN));
        assert_eq!(row.get::<String>(1).unwrap(), "ü'\"\\; --");
        assert_eq!(row.get::<Vec<u8>>(2).unwrap(), (0..=255).collect::<Vec<u8>>());
        assert!(matches!(row.get::<String>(0), Err(StoreError::Damaged(_))));
        assert!(matches!(row.get::<i64>(3), Err(StoreError::Damaged(_))));
    });
}

#[test]
fn a_text_with_a_nul_character_is_kept_without_it() {
    on_each(|database| {
        table(database);
        execute(database, "INSERT INTO test (number, text) VALUES (1, $1)", &["a\0b".into()]);
        let found = "SELECT COUNT(*) FROM test WHERE text = $1";
        let count = |text: &str| {
            read(database, |tx| tx.query_optional(found, &[text.into()])).unwrap().get::<i64>(0).unwrap()
        };
        assert_eq!((count("a\0b"), count("a\u{fffd}b"), count("a")), (1, 1, 0));
    });
}

#[test]
fn what_fails_is_undone_with_all_before_it() {
    on_each(|database| {
        table(database);
        let failed: Result<(), StoreError> = database.write(|tx| {
            insert(tx, 1)?;
            Err(StoreError::Stale("the test"))
        });
        assert_eq!(failed, Err(StoreError::Stale("the test")));
        assert_eq!(number(database, COUNT), 0);
    });
}

#[test]
fn work_that_goes_on_after_a_failed_statement_does_not_count_as_done() {
    on_each(|database| {
        table(database);
        execute(database, "INSERT INTO test (number) VALUES (1)", &[]);
        let done = database.write(|tx| {
            insert(tx, 2)?;
            let error = insert(tx, 1).unwrap_err();
            assert_eq!(insert(tx, 3), Err(error), "nothing is run after it");
            Ok::<_, StoreError>(())
        });
        assert!(matches!(done, Err(StoreError::Statement(_))), "{done:?}");
        assert_eq!(number(database, COUNT), 1);
        assert_eq!(write(database, |tx| insert(tx, 2)), 1, "the connection is as good as before");
    });
}

#[test]
fn a_panic_undoes_the_work_and_leaves_the_database_usable() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        table(&database);
        let panicked = thread::scope(|scope| {
            let work = || database.write::<(), StoreError>(|tx| insert(tx, 1).map(|_| panic!("oh")));
            scope.spawn(work).join().is_err()
        });
        assert!(panicked);
        assert_eq!(write(&database, |tx| insert(tx, 1)), 1);
    });
}

#[test]
fn a_reader_sees_one_snapshot_and_cannot_write() {
    on_each(|database| {
        table(database);
        let seen = read(database, |tx| {
            let count = |tx: &mut Transaction<'_>| tx.query_optional(COUNT, &[])?.unwrap().get::<i64>(0);
            let before = count(tx)?;
            thread::scope(|scope| scope.spawn(|| write(database, |tx| insert(tx, 1))).join().unwrap());
            Ok((before, count(tx)?))
        });
        assert_eq!(seen, (0, 0));
        assert_eq!(number(database, COUNT), 1);
        let written = database.read(|tx| insert(tx, 2));
        assert!(written.is_err(), "{written:?}");
        assert_eq!(number(database, COUNT), 1);
    });
}

#[test]
fn nobody_sees_what_is_not_committed() {
    on_each(|database| {
        table(database);
        write(database, |tx| {
            insert(tx, 1)?;
            assert_eq!(thread::scope(|scope| scope.spawn(|| number(database, COUNT)).join().unwrap()), 0);
            Ok(())
        });
        assert_eq!(number(database, COUNT), 1);
    });
}

#[test]
fn threads_that_write_the_same_row_lose_nothing() {
    on_each(|database| {
        execute(database, "CREATE TABLE counter (number BIGINT)", &[]);
        execute(database, "INSERT INTO counter VALUES (0)", &[]);
        let start = Barrier::new(2 * CONNECTIONS);
        thread::scope(|scope| {
            for _ in 0..2 * CONNECTIONS {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..10 {
                        execute(database, "UPDATE counter SET number = number + 1", &[]);
                    }
                });
            }
        });
        assert_eq!(number(database, "SELECT number FROM counter"), 20 * CONNECTIONS as i64);
    });
}

#[test]
fn wrong_statements_are_told_as_such() {
    on_each(|database| {
        table(database);
        let told = |statement, parameters: &[Value]| database.write(|tx| tx.execute(statement, parameters));
        for (statement, parameters) in [
            ("SELEKT", vec![]),
            ("INSERT INTO nowhere VALUES (1)", vec![]),
            ("INSERT INTO test (number) VALUES ($1)", vec![]),
            ("INSERT INTO test (number) VALUES ($1)", vec![1.into(), 2.into()]),
        ] {
            let told = told(statement, &parameters);
            assert!(matches!(told, Err(StoreError::Statement(_))), "{statement}: {told:?}");
        }
    });
}

#[test]
fn the_clock_is_the_databases() {
    on_each(|database| {
        let clock = read(database, |tx| tx.now());
        let minutes = (chrono::Utc::now() - clock).num_minutes();
        assert_eq!(minutes, 0, "{clock}");
        let ticks: BTreeSet<_> = (0..3).map(|_| read(database, |tx| tx.now())).collect();
        assert!(ticks.len() > 1, "it goes on: {ticks:?}");
        database.ping().unwrap();
    });
}

#[test]
fn an_answer_of_several_rows_is_none_of_one() {
    on_each(|database| {
        let two = database.read(|tx| tx.query_optional("SELECT 1 UNION SELECT 2", &[]));
        assert!(matches!(two, Err(StoreError::Damaged(_))), "{two:?}");
    });
}

#[test]
fn what_is_no_database_cannot_be_used() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("no.db");
    std::fs::write(
        &file,
        "this is no database at all, but longer than a header of one would be, by some bytes more",
    )
    .unwrap();
    for path in [file, directory.path().join("missing/limpid.db"), directory.path().to_owned()] {
        let opened = Database::open(&DatabaseUrl::Sqlite(path), 1).map(|_| ());
        assert!(matches!(opened, Err(StoreError::Unusable(_))), "{opened:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_file_of_a_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(&crate::support::sqlite(directory.path()), 1).unwrap();
    table(&database);
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}

#[test]
fn a_database_may_be_dropped_within_an_asynchronous_task() {
    on_each_url(|url| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let url = url.clone();
        runtime.block_on(async move {
            let opened = tokio::task::spawn_blocking(move || Database::open(&url, 2)).await.unwrap();
            let database = opened.unwrap();
            let other = database.clone();
            let count = tokio::task::spawn_blocking(move || other.read(|tx| tx.now())).await.unwrap();
            assert!(count.is_ok());
            drop(database);
        });
    });
}

#[test]
fn only_what_nobody_was_told_of_is_not_forced_to_the_disk() {
    on_each(|database| {
        table(database);
        // 1: at checkpoints alone, 2: at each commit.
        let mode = |tx: &mut Transaction<'_>| -> Result<i64, StoreError> {
            tx.query("PRAGMA synchronous", &[])?.first().map_or(Ok(0), |row| row.get(0))
        };
        for number in 0..3 {
            if database.kind() == "sqlite" {
                assert_eq!(database.write(mode), Ok(2));
                assert_eq!(database.write_soon(mode), Ok(1));
                assert_eq!(database.write_soon(mode), Ok(1));
            }
            assert_eq!(database.write_soon(|tx| insert(tx, number)), Ok(1));
            let count = read(database, |tx| tx.query_optional(COUNT, &[])).unwrap().get::<i64>(0);
            assert_eq!(count, Ok(number + 1));
        }
    });
}
