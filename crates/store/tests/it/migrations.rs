//! Migrations: one migrates while the others wait, and a newer schema is used where it allows it, and left alone otherwise.

use std::{sync::Barrier, thread};

use limpid_store::{
    Database, StoreError, accounts, notifications,
    registry::{self, RegistryBlob},
};

use crate::support::{blob as blob_row, digest, execute, number, on_each_url, read, write};

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

/// As a program of tomorrow leaves it behind that applied a step of this number.
fn step_of_tomorrow(database: &Database, number: i64, compatible_from: i64) {
    let step = "INSERT INTO schema_migration (number, applied_at) VALUES ($1, 0)";
    execute(database, step, &[number.into()]);
    let said = "
        INSERT INTO schema_compatibility (number, compatible_from, program) VALUES ($1, $2, '7.8.9')";
    execute(database, said, &[number.into(), compatible_from.into()]);
}

fn known(database: &Database) -> i64 {
    number(database, "SELECT MAX(number) FROM schema_migration")
}

#[test]
fn a_program_starts_on_a_schema_of_tomorrow_that_lets_it() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        let known = known(&database);
        step_of_tomorrow(&database, known + 1, known);
        step_of_tomorrow(&database, known + 2, 1);
        let earlier = Database::open(url, 1).unwrap();
        assert_eq!(number(&earlier, "SELECT COUNT(*) FROM manifest"), 0);
        // It leaves the schema as it is.
        assert_eq!(number(&earlier, "SELECT MAX(number) FROM schema_migration"), known + 2);
    });
}

#[test]
fn one_step_that_does_not_let_it_is_enough_to_refuse_and_both_are_named() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        let known = known(&database);
        step_of_tomorrow(&database, known + 1, known + 1);
        step_of_tomorrow(&database, known + 2, 1);
        let error = Database::open(url, 1).map(|_| ()).unwrap_err();
        let this = env!("CARGO_PKG_VERSION").to_owned();
        let (found, compatible_from) = (known + 2, known + 1);
        let text = format!(
            "the schema of the database is that of Limpid 7.8.9: number {found}, which only a program that knows \
             number {compatible_from} can use, and this one, Limpid {this}, knows {known}. Start that program or a \
             newer one, or restore a backup from before its first start"
        );
        assert_eq!(error.to_string(), text);
        let program = "7.8.9".to_owned();
        assert_eq!(error, StoreError::NewerSchema { found, known, compatible_from, program, this });
        // Whoever had opened it before goes on.
        assert_eq!(number(&database, "SELECT COUNT(*) FROM manifest"), 0);
    });
}

#[test]
fn a_step_that_says_nothing_lets_nobody() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        execute(&database, "INSERT INTO schema_migration (number, applied_at) VALUES (9999, 0)", &[]);
        let refused = |opened: Result<Database, StoreError>| {
            let error = opened.map(|_| ()).unwrap_err();
            assert!(matches!(error, StoreError::NewerSchema { compatible_from: 9999, .. }), "{error}");
            assert!(error.to_string().contains("is that of a newer Limpid: number 9999"), "{error}");
        };
        refused(Database::open(url, 1));
        execute(&database, "DELETE FROM schema_compatibility", &[]);
        refused(Database::open(url, 1));
    });
}

/// The steps that add tables, and columns and indexes of these alone.
const TABLES: [&str; 7] = [
    include_str!("../../src/migrations/0003_accounts.sql"),
    include_str!("../../src/migrations/0004_registry.sql"),
    include_str!("../../src/migrations/0005_security.sql"),
    include_str!("../../src/migrations/0006_harbor.sql"),
    include_str!("../../src/migrations/0007_tags_quotas_proxies.sql"),
    include_str!("../../src/migrations/0008_notifications.sql"),
    include_str!("../../src/migrations/0010_namespace_policies.sql"),
];

/// Takes the tables of later steps away, those that refer to others first.
fn drop_tables(database: &Database) {
    let lines = TABLES.iter().flat_map(|step| step.lines());
    let tables = lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_once(' '));
    let names: Vec<&str> = tables.map(|(name, _)| name).collect();
    for name in names.into_iter().rev() {
        execute(database, format!("DROP TABLE {name}").leak(), &[]);
    }
}

#[test]
fn a_database_of_the_first_schema_is_brought_up_to_date_with_what_is_in_it() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        // As the program of the first schema left it.
        drop_tables(&database);
        for statement in [
            "DROP TABLE schema_compatibility",
            "DELETE FROM schema_migration WHERE number > 1",
            "DROP INDEX notification_incomplete",
            "ALTER TABLE notification DROP COLUMN complete",
            "INSERT INTO notification (id, operation, feed, entries, created_at)
             VALUES ('0190a5d0-0000-7000-8000-000000000001', '0190a5d0-0000-7000-8000-000000000001', 'alpine', 0, 0)",
        ] {
            execute(&database, statement, &[]);
        }
        let database = Database::open(url, 1).unwrap();
        assert_eq!(number(&database, "SELECT COUNT(*) FROM schema_compatibility"), known(&database) - 1);
        let listed = read(&database, |tx| notifications::list(tx, 10));
        assert_eq!(listed.len(), 1, "what was stored before is complete");
    });
}

#[test]
fn what_namespaces_had_before_they_could_be_bounded_is_counted() {
    on_each_url(|url| {
        let database = Database::open(url, 1).unwrap();
        let blob = RegistryBlob { digest: digest("layer"), stored: digest("layer"), bytes: 10 };
        write(&database, |tx| blob_row(tx, &blob.stored));
        for name in ["team/one", "team/two", "other/one"] {
            write(&database, |tx| {
                let number = registry::make_repository(tx, name)?.number;
                registry::add_blob(tx, number, &blob).map(|_room| ())
            });
        }
        write(&database, |tx| accounts::create_namespace(tx, "empty"));
        // As the seventh step left what had been pushed before it.
        for statement in [
            "DROP TABLE namespace_policy",
            "UPDATE namespace SET used_bytes = 0",
            "DELETE FROM schema_migration WHERE number > 8",
            "DELETE FROM schema_compatibility WHERE number > 8",
        ] {
            execute(&database, statement, &[]);
        }
        let database = Database::open(url, 1).unwrap();
        let used = |name| read(&database, |tx| registry::namespace_usage(tx, name)).unwrap().used;
        assert_eq!(["team", "other", "empty"].map(used), [10, 10, 0]);
    });
}
