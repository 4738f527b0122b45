//! The tables are made after the upstream's `create_tables.sql`; a log that dnf itself wrote is not at hand.

use super::*;

const VERSION_4: &str = "
    CREATE TABLE trans (id INTEGER PRIMARY KEY AUTOINCREMENT, dt_begin INTEGER NOT NULL, state INTEGER NOT NULL);
    CREATE TABLE repo (id INTEGER PRIMARY KEY AUTOINCREMENT, repoid TEXT NOT NULL);
    CREATE TABLE trans_item (id INTEGER PRIMARY KEY AUTOINCREMENT, trans_id INTEGER REFERENCES trans(id),
        item_id INTEGER, repo_id INTEGER REFERENCES repo(id), action INTEGER NOT NULL, /* (enum) */ reason INTEGER NOT NULL,
        state INTEGER NOT NULL);
    CREATE TABLE rpm (item_id INTEGER UNIQUE NOT NULL, name TEXT NOT NULL, epoch INTEGER NOT NULL,
        version TEXT NOT NULL, release TEXT NOT NULL, arch TEXT NOT NULL,
        CONSTRAINT rpm_unique_nevra UNIQUE (name, epoch, version, release, arch));
    INSERT INTO trans VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 1);
    INSERT INTO repo VALUES (1, 'baseos'), (2, 'epel'), (3, '@System'), (4, '@commandline');
    INSERT INTO rpm VALUES (1, 'bash', 0, '5.1', '6.el9', 'x86_64'), (2, 'vim', 2, '8.2', '20.el9', 'x86_64'),
        (3, 'htop', 0, '3', '1.el9', 'x86_64'), (4, 'old', 0, '1', '1', 'noarch'), (5, 'own', 0, '1', '1', 'noarch');
    INSERT INTO trans_item VALUES (1, 1, 1, 1, 1, 0, 1), (2, 1, 2, 2, 1, 0, 1), (3, 2, 2, 1, 9, 0, 1),
        (4, 2, 3, 2, 6, 0, 1), (5, 3, 3, 1, 6, 0, 2), (6, 3, 4, 2, 8, 0, 1), (7, 3, 1, 3, 11, 0, 1),
        (8, 4, 5, 4, 1, 0, 1), (9, 4, 99, 1, 1, 0, 1);";

const VERSION_5: &str = "
    CREATE TABLE \"repo\" (\"id\" INTEGER, \"repoid\" TEXT NOT NULL, /* ID */ PRIMARY KEY(\"id\"));
    CREATE TABLE \"pkg_names\" (\"id\" INTEGER, \"name\" TEXT NOT NULL UNIQUE, PRIMARY KEY(\"id\"));
    CREATE TABLE \"archs\" (\"id\" INTEGER, \"name\" TEXT NOT NULL UNIQUE, PRIMARY KEY(\"id\"));
    CREATE TABLE \"trans_item\" (\"id\" INTEGER, \"trans_id\" INTEGER, \"item_id\" INTEGER, \"repo_id\" INTEGER,
        \"action_id\" INTEGER NOT NULL, \"reason_id\" INTEGER NOT NULL, \"state_id\" INTEGER NOT NULL,
        PRIMARY KEY(\"id\" AUTOINCREMENT));
    CREATE TABLE \"rpm\" (\"item_id\" INTEGER NOT NULL UNIQUE, \"name_id\" INTEGER NOT NULL, \"epoch\" INTEGER NOT NULL,
        \"version\" TEXT NOT NULL, \"release\" TEXT NOT NULL, \"arch_id\" INTEGER NOT NULL);
    INSERT INTO repo VALUES (1, 'fedora'), (2, 'updates');
    INSERT INTO pkg_names VALUES (7, 'bash'), (8, 'vim'); INSERT INTO archs VALUES (3, 'x86_64');
    INSERT INTO rpm VALUES (1, 7, 0, '5.2', '1.fc41', 3), (2, 8, 2, '9', '1.fc41', 3);
    INSERT INTO trans_item VALUES (1, 1, 1, 1, 1, 0, 2), (2, 2, 1, 2, 4, 0, 2), (3, 2, 2, 2, 2, 0, 2), (4, 3, 2, 1, 5, 0, 2);";

fn database(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    std::fs::read(path).unwrap()
}

fn installed(content: &[u8]) -> (Vec<String>, Vec<String>) {
    let mut damage = Damage::default();
    let installed = read(content, &[], &mut damage);
    let line =
        |one: &InstalledFrom| format!("{} {} {} {}", one.name, one.version, one.architecture, one.repository);
    let spots = damage.into_blind_spots(&"history".into());
    (installed.iter().map(line).collect(), spots.into_iter().map(|spot| spot.detail).collect())
}

#[test]
fn the_newest_transaction_that_was_done_says_where_a_package_came_from() {
    let expected = [
        "bash 5.1-6.el9 x86_64 baseos",
        "htop 3-1.el9 x86_64 epel",
        "own 1-1 noarch @commandline",
        "vim 2:8.2-20.el9 x86_64 baseos",
    ];
    assert_eq!(installed(&database(VERSION_4)), (expected.map(str::to_owned).to_vec(), vec![]));
    let expected = ["bash 5.2-1.fc41 x86_64 updates", "vim 2:9-1.fc41 x86_64 updates"];
    assert_eq!(installed(&database(VERSION_5)), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_log_that_cannot_be_read_says_so() {
    for (content, what) in [
        (vec![], "it is no SQLite database"),
        (b"dnf".to_vec(), "it is no SQLite database"),
        (database("CREATE TABLE x (y)"), "it is no log of dnf that is known"),
        (database(&VERSION_4.replace("repoid", "other")), "it is no log of dnf that is known"),
    ] {
        assert_eq!(installed(&content), (vec![], vec![what.to_owned()]));
    }
    let odd = database(&VERSION_4.replace("(1, 'bash', 0,", "(1, 'bash', -1,"));
    let (packages, spots) = installed(&odd);
    assert_eq!(packages.len(), 3);
    assert_eq!(spots, ["rows with values that cannot be read: row 1 of rpm"]);
}

#[test]
fn a_log_without_transactions_is_sound() {
    let empty = VERSION_4.split("INSERT").next().unwrap();
    assert_eq!(installed(&database(empty)), (vec![], vec![]));
}
