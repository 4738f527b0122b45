use proptest::prelude::*;

use super::*;
use crate::{BlindSpot, Package, ParsedPackage, Reason, package::SourcePackage};

const HEADERS: [&[u8]; 3] = [
    include_bytes!("../fixtures/plain.header"),
    include_bytes!("../fixtures/demo.header"),
    include_bytes!("../fixtures/demo-libs.header"),
];
const LITTLE: &[u8] = include_bytes!("../fixtures/Packages.little-endian");
const BIG: &[u8] = include_bytes!("../fixtures/Packages.big-endian");

fn read_with(path: &str, content: &[u8], log: &[u8]) -> Parsed {
    let companions = [(LOG, log)];
    parse(&FoundFile { path: &path.into(), content, companions: &companions })
}

fn read(content: &[u8]) -> Parsed {
    read_with("var/lib/rpm/Packages", content, &[])
}

fn names(parsed: &Parsed) -> Vec<String> {
    let mut names: Vec<String> =
        parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect();
    names.sort();
    names
}

fn details(parsed: &Parsed) -> Vec<&str> {
    parsed.blind_spots.iter().map(|spot| &*spot.detail).collect()
}

const ALL: [&str; 3] = ["demo 2:1.2~rc1-3.el9", "demo-libs 2:1.2~rc1-3.el9", "plain 7-1"];

/// An NDB database with these headers, as rpm lays one out.
fn ndb(headers: &[&[u8]]) -> Vec<u8> {
    let mut content = vec![0; 4096];
    content[..4].copy_from_slice(ndb::MAGIC);
    content[12..16].copy_from_slice(&1_u32.to_le_bytes());
    for slot in content[32..].chunks_exact_mut(16) {
        slot[..4].copy_from_slice(b"Slot");
    }
    for (number, header) in (1_u32..).zip(headers) {
        let start = content.len();
        let length = u32::try_from(header.len()).unwrap();
        content.extend([*b"BlbS", number.to_le_bytes(), 9_u32.to_le_bytes(), length.to_le_bytes()].concat());
        content.extend_from_slice(header);
        content.resize((content.len() + 12).next_multiple_of(16) - 12, 0);
        let sum = ndb::adler32(&content[start..]);
        content.extend([sum.to_le_bytes(), length.to_le_bytes(), *b"BlbE"].concat());
        let blocks = [start / 16, (content.len() - start) / 16].map(|blocks| u32::try_from(blocks).unwrap());
        let slot = 32 + 16 * usize::try_from(number - 1).unwrap();
        let entry = [number.to_le_bytes(), blocks[0].to_le_bytes(), blocks[1].to_le_bytes()].concat();
        content[slot + 4..slot + 16].copy_from_slice(&entry);
    }
    content
}

/// An SQLite database with these headers, written by SQLite.
fn sqlite(headers: &[&[u8]]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "page_size", 512).unwrap();
    connection
        .execute_batch("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        .unwrap();
    for header in headers {
        connection.execute("INSERT INTO Packages (blob) VALUES (?)", [header]).unwrap();
    }
    drop(connection);
    std::fs::read(path).unwrap()
}

/// A header with these entries: tag, type, count, data.
fn header(entries: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for (tag, kind, count, bytes) in entries {
        let at = u32::try_from(data.len()).unwrap();
        index.extend([tag, kind, &at, count].map(|number| number.to_be_bytes()).concat());
        data.extend_from_slice(bytes);
    }
    let lengths = [entries.len(), data.len()].map(|length| u32::try_from(length).unwrap().to_be_bytes());
    [lengths.concat(), index, data].concat()
}

const NAMED: [(u32, u32, u32, &[u8]); 3] = [(1000, 6, 1, b"a\0"), (1001, 6, 1, b"1\0"), (1002, 6, 1, b"2\0")];

/// What is read of one header with these entries beside name, version and release.
fn one(more: &[(u32, u32, u32, &[u8])]) -> (ParsedPackage, Vec<BlindSpot>) {
    let parsed = read(&ndb(&[&header(&[&NAMED[..], more].concat())]));
    (parsed.packages[0].clone(), parsed.blind_spots)
}

#[test]
fn every_kind_of_database_is_told_by_its_first_bytes() {
    for (kind, content) in [
        ("little", LITTLE.to_vec()),
        ("big", BIG.to_vec()),
        ("ndb", ndb(&HEADERS)),
        ("sqlite", sqlite(&HEADERS)),
    ] {
        let parsed = read(&content);
        assert_eq!(parsed.blind_spots, [], "{kind}");
        assert_eq!(names(&parsed), ALL, "{kind}");
        let libs = parsed.packages.iter().find(|one| one.package.name == "demo-libs").unwrap();
        let expected = Package {
            name: "demo-libs".to_owned(),
            version: "2:1.2~rc1-3.el9".to_owned(),
            kind: "rpm".to_owned(),
            architecture: Some("noarch".to_owned()),
            source: Some(SourcePackage::new("demo", "2:1.2~rc1-3.el9")),
            module: Some("demo:1.2".to_owned()),
            vendor: Some("Limpid tests".to_owned()),
            ..Package::default()
        };
        assert_eq!(*libs.package, expected, "{kind}");
        let has = |path: &str| libs.files.iter().any(|file| file.path == path.into());
        assert!(has("usr/share/demo/deep/er/file-with-a-long-name-40"), "{kind}");
        assert_eq!(libs.files.len(), 43, "{kind}");
        // All but the folders, which have none.
        let digests = libs.files.iter().filter(|file| file.digest.is_some());
        assert_eq!(digests.count(), 40, "{kind}");
    }
}

#[test]
fn what_has_no_package_is_never_silent() {
    let strange: [&[u8]; 6] = [b"", b"\n", b"<html>", b"\x7fELF\x01", &[0; 4096], b"SQLite format 3\0"];
    for nothing in strange.iter().map(|bytes| bytes.to_vec()).chain([ndb(&[]), sqlite(&[])]) {
        let parsed = read(&nothing);
        assert_eq!(parsed.packages, [], "{nothing:?}");
        assert!(!parsed.blind_spots.is_empty(), "{nothing:?}");
    }
    let mut btree = LITTLE.to_vec();
    btree[12..16].copy_from_slice(&0x0005_3162_u32.to_le_bytes());
    assert_eq!(
        details(&read(&btree)),
        ["it is no database of rpm that is known", "no package can be read from it"]
    );
}

#[test]
fn packages_are_read_from_the_log_of_a_database_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    connection
        .execute_batch("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        .unwrap();
    connection.execute("INSERT INTO Packages (blob) VALUES (?)", [HEADERS[0]]).unwrap();
    let (content, log) =
        (std::fs::read(&path).unwrap(), std::fs::read(folder.path().join("db-wal")).unwrap());
    let parsed = read_with("var/lib/rpm/rpmdb.sqlite", &content, &log);
    assert_eq!((names(&parsed), details(&parsed)), (vec!["plain 7-1".to_owned()], vec![]));
    assert!(!read(&content).blind_spots.is_empty());
}

#[test]
fn values_of_headers_are_read_and_what_is_odd_is_said() {
    let (package, spots) = one(&[
        (1003, 4, 1, &[0, 0, 0, 0]),
        (1011, 6, 1, b"(none)\0"),
        (1044, 6, 1, b"a-b-1-2.nosrc.rpm\0"),
        (5096, 6, 1, b"nodejs:18:820:x\0"),
        (268, 7, 17, &[0x88, 15, 3, 5, 0, 1, 2, 3, 4, 0x19, 0x9e, 0x2f, 0x91, 0xfd, 0x43, 0x1d, 0x51]),
    ]);
    let package = &*package.package;
    assert_eq!((&*package.version, &package.vendor, spots), ("1-2", &None, vec![]));
    assert_eq!(package.source, Some(SourcePackage::new("a-b", "1-2")));
    assert_eq!(package.module.as_deref(), Some("nodejs:18"));
    assert_eq!(package.key.as_deref(), Some("199e2f91fd431d51"));
    for (entry, what) in [
        ((1044, 6, 1, &b"odd\0"[..]), "source package"),
        ((1022, 6, 1, b"\xff\0"), "architecture"),
        ((5096, 6, 1, b"nodejs\0"), "module"),
        ((1117, 8, 2, b"x\0"), "list of files"),
        ((1027, 8, u32::MAX, b"/x\0"), "list of files"),
    ] {
        let (_, spots) = one(&[entry]);
        assert!(spots.len() == 1 && spots[0].detail.contains(what), "{spots:?}");
    }
    for broken in [
        header(&NAMED[..2]),
        header(&[NAMED[0], NAMED[1], (1002, 6, 1, b"2")]),
        header(&[&NAMED[..], &[(1003, 6, 1, b"1\0")]].concat()),
        header(&NAMED)[..40].to_vec(),
        [u32::MAX.to_be_bytes(), u32::MAX.to_be_bytes()].concat(),
    ] {
        let parsed = read(&ndb(&[&broken, HEADERS[0]]));
        assert_eq!(names(&parsed), ["plain 7-1"]);
        assert_eq!(parsed.blind_spots.len(), 1, "{:?}", parsed.blind_spots);
    }
}

#[test]
fn public_keys_are_no_packages() {
    let key = header(&[(1000, 6, 1, b"gpg-pubkey\0"), NAMED[1], NAMED[2]]);
    let parsed = read(&ndb(&[&key, HEADERS[0]]));
    assert_eq!((names(&parsed), details(&parsed)), (vec!["plain 7-1".to_owned()], vec![]));
}

#[test]
fn a_small_header_cannot_fill_the_memory_with_paths() {
    let folder = [vec![b'd'; 1 << 16], vec![0]].concat();
    let names = b"f\0".repeat(10_000);
    let (package, spots) =
        one(&[(1117, 8, 10_000, &names), (1116, 4, 10_000, &[0; 40_000]), (1118, 8, 1, &folder)]);
    assert!(package.files.len() < 2_100, "{}", package.files.len());
    assert_eq!(spots.iter().map(|spot| spot.reason).collect::<Vec<_>>(), [Reason::OverBudget]);
}

#[test]
fn a_manifest_is_read_line_by_line() {
    const PATH: &str = "var/lib/rpmmanifest/container-manifest-2";
    let whole = "bash\t5.1.8-4.cm2\t1\t2\tMicrosoft Corporation\t(none)\t3\tx86_64\t0\tbash-5.1.8-4.cm2.src.rpm\n\
        gpg-pubkey\t3135ce90-5e6fda74\t1\t2\t(none)\t(none)\t0\t(none)\t0\t(none)\n\
        vim\t9.0-1.cm2\t1\t2\t(none)\t2\t3\tx86_64\t2\tvim-9.0-1.cm2.src.rpm\n";
    let parsed = read_with(PATH, whole.as_bytes(), &[]);
    assert_eq!(
        (names(&parsed), details(&parsed)),
        (vec!["bash 5.1.8-4.cm2".to_owned(), "vim 2:9.0-1.cm2".to_owned()], vec![])
    );
    assert_eq!(parsed.packages[0].package.vendor.as_deref(), Some("Microsoft Corporation"));
    assert_eq!(parsed.packages[1].package.source, Some(SourcePackage::new("vim", "2:9.0-1.cm2")));
    let odd = whole.replace("5.1.8-4.cm2\t1", "5.1.8\t1") + "x\n" + "cut off";
    let parsed = read_with(PATH, odd.as_bytes(), &[]);
    assert_eq!(names(&parsed), ["vim 2:9.0-1.cm2"]);
    assert_eq!(
        details(&parsed),
        ["lines that cannot be read: 2; the first: line 1", "it is cut off: line 5"]
    );
    assert!(!read_with(PATH, b"", &[]).blind_spots.is_empty());
}

/// What may be missing in silence: nothing.
fn assert_nothing_is_lost_in_silence(content: &[u8]) {
    let parsed = read(content);
    assert!(parsed.packages.len() >= 3 || !parsed.blind_spots.is_empty());
    assert!(parsed.packages.len() <= 16);
    for spot in &parsed.blind_spots {
        assert!(spot.subject == "var/lib/rpm/Packages" && spot.counts && !spot.detail.is_empty(), "{spot:?}");
    }
}

#[test]
fn a_database_that_is_cut_off_anywhere_says_so() {
    for content in [LITTLE.to_vec(), BIG.to_vec(), ndb(&HEADERS), sqlite(&HEADERS)] {
        for end in (0..content.len()).step_by(37) {
            let parsed = read(&content[..end]);
            assert!(!parsed.blind_spots.is_empty(), "{end} of {}", content.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn damage_never_takes_a_package_away_in_silence(
        kind in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut content = SAMPLES.with(|samples| samples[kind].clone());
        for (index, value) in changes {
            let at = index.index(content.len());
            content[at] = value;
        }
        assert_nothing_is_lost_in_silence(&content);
    }

    #[test]
    fn any_bytes_behind_a_beginning_are_survived(kind in 0_usize..4, noise in prop::collection::vec(any::<u8>(), 0..4_096)) {
        let mut content = SAMPLES.with(|samples| samples[kind][..96].to_vec());
        content.extend(noise);
        assert_nothing_is_lost_in_silence(&content);
    }

    #[test]
    fn any_header_is_survived(entries in prop::collection::vec((990_u32..1_130, 0_u32..12, 0_u32..5, prop::collection::vec(any::<u8>(), 0..9)), 0..40)) {
        let entries: Vec<(u32, u32, u32, &[u8])> = entries.iter().map(|(tag, kind, count, data)| (*tag, *kind, *count, &**data)).collect();
        let parsed = read(&ndb(&[&header(&entries), HEADERS[0], HEADERS[1], HEADERS[2]]));
        prop_assert!(parsed.packages.len() == 4 || !parsed.blind_spots.is_empty());
    }
}

thread_local! {
    static SAMPLES: [Vec<u8>; 4] = [LITTLE.to_vec(), BIG.to_vec(), ndb(&HEADERS), sqlite(&HEADERS)];
}

#[test]
fn a_package_of_which_only_the_name_is_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    std::fs::write(&path, sqlite(&HEADERS)).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL);
             INSERT INTO Name VALUES ('plain', 1, 0), ('demo', 2, 0), ('demo-libs', 3, 0)",
        )
        .unwrap();
    assert_eq!(read(&std::fs::read(&path).unwrap()).blind_spots, []);
    connection.execute_batch("DELETE FROM Packages WHERE hnum = 2").unwrap();
    let parsed = read(&std::fs::read(&path).unwrap());
    assert_eq!(parsed.packages.len(), 2);
    assert_eq!(details(&parsed), ["packages of which only the name is there: row 2"]);
}

#[test]
fn a_table_of_packages_that_is_longer_than_it_says_is_told() {
    let whole = ndb(&[]);
    let second = whole[32..].repeat(2);
    let parsed = read(&[&whole[..], &second].concat());
    assert!(details(&parsed).contains(&"its table of packages is longer than it says"), "{parsed:?}");
}
