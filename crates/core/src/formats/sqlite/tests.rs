use proptest::prelude::*;
use rusqlite::Connection;

use super::*;

/// What the reader finds of a table: the numbers of the rows and the values of two columns.
fn read(content: &[u8], log: &[u8], table: &str) -> (Vec<(i64, String, Vec<u8>)>, Damage) {
    let mut damage = Damage::default();
    let mut rows = Vec::new();
    let Some(database) = Database::open(content, log, &mut damage) else { return (rows, damage) };
    let Some(table) = database.table(table).cloned() else { return (rows, damage) };
    let (name, bytes) = (table.column("name").unwrap(), table.column("bytes").unwrap());
    database.rows(&table, &mut damage, &mut |row| {
        let (Some(Value::Text(name)), Some(Value::Blob(bytes))) = (row.value(name), row.value(bytes)) else {
            return;
        };
        rows.push((row.number, String::from_utf8_lossy(name).into_owned(), bytes.to_vec()));
    });
    (rows, damage)
}

fn spots(damage: Damage) -> Vec<String> {
    damage.into_blind_spots(&"db".into()).into_iter().map(|spot| spot.detail).collect()
}

const TABLE: &str = "CREATE TABLE other (x); CREATE INDEX i ON other(x);
    CREATE TABLE t (id INTEGER PRIMARY KEY, \"name\" TEXT NOT NULL, [bytes] BLOB)";

fn create(path: &std::path::Path, page_size: u32, log: bool) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "page_size", page_size).unwrap();
    let mode = if log { "WAL" } else { "DELETE" };
    connection.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(())).unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection.execute_batch(TABLE).unwrap();
    connection
}

fn insert(connection: &Connection, number: i64, size: usize) {
    let bytes: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
    let name = format!("name {number}");
    connection.execute("INSERT OR REPLACE INTO t VALUES (?, ?, ?)", (number, name, bytes)).unwrap();
    connection.execute("INSERT INTO other VALUES (?)", [number]).unwrap();
}

fn rows(connection: &Connection) -> Vec<(i64, String, Vec<u8>)> {
    let mut statement = connection.prepare("SELECT id, name, bytes FROM t ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows come and go in any order and size; the reader finds what SQLite finds, from the file or with its log.
    #[test]
    fn tables_are_read_as_sqlite_reads_them(
        page_bits in 9_u32..16,
        log in any::<bool>(),
        steps in prop::collection::vec((-40_i64..400, prop_oneof![0_usize..60, 0_usize..6_000], any::<bool>()), 0..60),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let connection = create(&path, 1 << page_bits, log);
        for (number, size, remove) in steps {
            if remove {
                connection.execute("DELETE FROM t WHERE id < ?", [number / 8]).unwrap();
            } else {
                insert(&connection, number, size);
            }
        }
        let content = std::fs::read(&path).unwrap();
        let beside = if log { std::fs::read(folder.path().join("db-wal")).unwrap() } else { Vec::new() };
        let (found, damage) = read(&content, &beside, "T");
        prop_assert_eq!(spots(damage), Vec::<String>::new());
        prop_assert_eq!(found, rows(&connection));
    }
}

/// A database of 300 rows, some of them on overflow pages, that was cut down once.
fn sample(log: bool) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let connection = create(&path, 512, log);
    for number in 0..60 {
        insert(&connection, number, usize::try_from(number * 37 % 900).unwrap());
    }
    let beside = if log { std::fs::read(folder.path().join("db-wal")).unwrap() } else { Vec::new() };
    (std::fs::read(&path).unwrap(), beside)
}

#[test]
fn a_row_that_a_smaller_count_hides_is_missed() {
    let (content, _) = sample(false);
    let mut hidden = 0;
    for page in 0..content.len() / 512 {
        let mut damaged = content.clone();
        if damaged[page * 512] == 13 && damaged[page * 512 + 4] > 1 {
            damaged[page * 512 + 4] -= 1;
            let (found, damage) = read(&damaged, &[], "t");
            let fewer = found.len() < 60;
            hidden += usize::from(fewer);
            assert!(!fewer || spots(damage).iter().any(|spot| spot.contains("do not add up")));
        }
    }
    assert!(hidden > 5, "{hidden}");
}

#[test]
fn a_database_that_is_cut_off_anywhere_says_so() {
    let (content, _) = sample(false);
    for end in (0..content.len()).step_by(61) {
        let (found, damage) = read(&content[..end], &[], "t");
        assert!(found.len() <= 60 && !spots(damage).is_empty(), "{end}");
    }
}

#[test]
fn a_log_that_is_damaged_or_cut_off_counts_to_its_last_whole_commit() {
    let (content, log) = sample(true);
    let (whole, damage) = read(&content, &log, "t");
    assert_eq!((whole.len(), spots(damage)), (60, vec![]));
    let frame = 512 + 24;
    for end in (1..log.len()).step_by(97) {
        let (found, damage) = read(&content, &log[..end], "t");
        // Exactly between two transactions it is a log as SQLite writes it.
        let between = (end - 32.min(end)) % frame == 0;
        assert!(found.len() <= 60 && (between || !spots(damage).is_empty()), "{end}");
    }
    let mut damaged = log.clone();
    let middle = log.len() / 2;
    damaged[middle] ^= 1;
    let (found, damage) = read(&content, &damaged, "t");
    assert_eq!(spots(damage), ["its write-ahead log is damaged or cut off"]);
    assert!(!found.is_empty() && found.len() < 60, "{}", found.len());
    // A log that was begun anew keeps old frames behind the new ones: they have other salts.
    let mut old = log.clone();
    old[middle - (middle - 32) % frame + 8] ^= 1;
    let (shorter, damage) = read(&content, &old, "t");
    assert_eq!(spots(damage), [""; 0]);
    assert!(!shorter.is_empty() && shorter.len() < 60);
}

#[test]
fn pages_that_lead_in_circles_end() {
    let (content, _) = sample(false);
    for page in 1..content.len() / 512 {
        for at in [0, 8] {
            for target in [1_u32, 2, 3, u32::MAX] {
                let mut damaged = content.clone();
                damaged[page * 512 + at..page * 512 + at + 4].copy_from_slice(&target.to_be_bytes());
                read(&damaged, &[], "t");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (content, log) = SAMPLE.with(Clone::clone);
        let (mut damaged, mut damaged_log) = (content, log);
        for (index, value) in &changes {
            let at = index.index(damaged.len() + damaged_log.len());
            match damaged.len() {
                length if at < length => damaged[at] = *value,
                length => damaged_log[at - length] = *value,
            }
        }
        let (found, _) = read(&damaged, &damaged_log, "t");
        prop_assert!(found.len() <= 1_000);
    }
}

thread_local! {
    static SAMPLE: (Vec<u8>, Vec<u8>) = sample(true);
}
