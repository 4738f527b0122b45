//! Segments: the same whatever the order of records, and never wrong data from a damaged file.

use std::{collections::BTreeMap, fs, path::Path};

use limpid_catalog::{
    Segment, SegmentError, SegmentWriter, Store,
    segment::{Change, diff},
};
use limpid_core::{Advisory, Affected, advisory::Record, feed::FeedHead};
use tempfile::TempDir;

use crate::family::record;

fn records() -> Vec<Record> {
    let mut records: Vec<Record> = (0..600)
        .map(|number| {
            let package = format!("package{}", number % 90);
            record(&format!("CVE-2024-{number:04}"), &format!("Tiny:v{}", number % 3), &package, "1.0-r0")
        })
        .collect();
    // One package with more entries than a block holds, one text about several packages, one said twice.
    records.extend((0..900).map(|number| record(&format!("KERNEL-{number}"), "Tiny:v1", "linux", "6.1-r0")));
    let mut shared = record("SHARED-1", "Tiny:v2", "a", "1-r0");
    shared.affected.extend(record("SHARED-1", "Tiny:v0", "b", "2-r0").affected);
    records.extend([shared.clone(), shared]);
    records
}

fn write<'a>(records: impl IntoIterator<Item = &'a Record>, folder: &Path) -> (Store, limpid_core::Digest) {
    let store = Store::new(folder);
    let mut writer = SegmentWriter::new("tiny/test", "1", store.temporary_directory().unwrap());
    records.into_iter().for_each(|record| writer.add(record).unwrap());
    let head = FeedHead {
        covers: vec!["Tiny:v9".to_owned()],
        upstream_date: Some("2024-05-01".to_owned()),
        ..FeedHead::default()
    };
    let digest = store.keep_segment(writer.finish(head).unwrap()).unwrap();
    (store, digest)
}

type Said = Vec<(Affected, Advisory)>;

fn expected(records: &[Record]) -> BTreeMap<(String, String), Said> {
    let mut expected: BTreeMap<_, Said> = BTreeMap::new();
    for record in records {
        for affected in &record.affected {
            let key = (affected.namespace.clone(), affected.package.clone());
            expected.entry(key).or_default().push((affected.clone(), record.advisory.clone()));
        }
    }
    expected.values_mut().for_each(|said| {
        said.sort();
        said.dedup();
    });
    expected
}

#[test]
fn every_statement_is_found_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let records = records();
    let (store, digest) = write(&records, folder.path());
    let segment = store.segment(&digest).unwrap();
    let expected = expected(&records);
    for ((namespace, package), said) in &expected {
        let mut found = segment.find(namespace, package, &mut |_| true).unwrap();
        found.sort();
        assert_eq!(&found, said, "{namespace} {package}");
    }
    for (namespace, package) in
        [("Tiny:v1", "linu"), ("Tiny:v1", "linuxx"), ("", ""), ("Tiny:v9", "a"), ("Zzz", "z")]
    {
        assert_eq!(segment.find(namespace, package, &mut |_| true).unwrap(), [], "{namespace} {package}");
    }
    let walked: Result<Said, _> = segment.iter().collect();
    let walked = walked.unwrap();
    assert!(walked.windows(2).all(|pair| {
        (&pair[0].0.namespace, &pair[0].0.package) <= (&pair[1].0.namespace, &pair[1].0.package)
    }));
    assert_eq!(walked.len(), expected.values().map(Vec::len).sum::<usize>());
    let meta = segment.verify(&digest).unwrap();
    assert_eq!(meta.records, walked.len() as u64);
    assert_eq!((meta.coverage["Tiny:v9"], meta.coverage["Tiny:v1"]), (0, 1100));
    assert_eq!(meta.upstream_date.as_deref(), Some("2024-05-01"));
}

#[test]
fn the_order_of_records_does_not_matter() {
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let records = records();
    let (store, digest) = write(&records, folders[0].path());
    let (other, same) = write(records.iter().rev(), folders[1].path());
    assert_eq!(digest, same);
    assert_eq!(fs::read(store.segment_path(&digest)).unwrap(), fs::read(other.segment_path(&same)).unwrap());
}

#[test]
fn no_flipped_bit_and_no_lost_byte_gives_wrong_data() {
    let folder = TempDir::new().unwrap();
    let records: Vec<Record> = records().into_iter().take(120).collect();
    let (store, digest) = write(&records, folder.path());
    let good = fs::read(store.segment_path(&digest)).unwrap();
    let path = folder.path().join("damaged");
    let read = |bytes: &[u8]| -> Result<(), SegmentError> {
        fs::write(&path, bytes).unwrap();
        let segment = Segment::open(&path)?;
        segment.meta()?;
        segment.iter().try_for_each(|said| said.map(|_| ()))
    };
    read(&good).unwrap();
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << (place % 8);
        let result = read(&bytes);
        let told = matches!(result, Err(SegmentError::Damaged { .. } | SegmentError::NewerFormat { .. }));
        assert!(told, "byte {place} of {}: {result:?}", good.len());
    }
    for length in (0..good.len()).step_by(7) {
        assert!(read(&good[..length]).is_err(), "cut off after {length}");
    }
    assert!(read(&[&good[..], b"x"].concat()).is_err());
}

#[test]
fn a_find_in_a_damaged_segment_is_an_error_or_right() {
    let folder = TempDir::new().unwrap();
    let records: Vec<Record> = records().into_iter().take(300).collect();
    let (store, digest) = write(&records, folder.path());
    let good = fs::read(store.segment_path(&digest)).unwrap();
    let right = store.segment(&digest).unwrap().find("Tiny:v0", "package3", &mut |_| true).unwrap();
    assert!(!right.is_empty());
    let path = folder.path().join("damaged");
    for place in (0..good.len()).step_by(3) {
        let mut bytes = good.clone();
        bytes[place] = !bytes[place];
        fs::write(&path, &bytes).unwrap();
        if let Ok(found) =
            Segment::open(&path).and_then(|segment| segment.find("Tiny:v0", "package3", &mut |_| true))
        {
            assert_eq!(found, right, "byte {place}");
        }
    }
}

#[test]
fn the_difference_of_two_segments_is_what_changed() {
    let folder = TempDir::new().unwrap();
    let records = records();
    let (store, from) = write(&records, folder.path());
    let mut changed = records.clone();
    let removed = changed.remove(10);
    let added = record("CVE-2099-0001", "Tiny:v2", "zlib", "9-r0");
    changed.push(added.clone());
    changed[100].advisory.summary.push_str(" More.");
    let (_, to) = write(&changed, folder.path());
    let (from, to) = (store.segment(&from).unwrap(), store.segment(&to).unwrap());
    let mut changes = Vec::new();
    diff(&from, &to, &mut |change| changes.push(change)).unwrap();
    let said = |record: &Record| (record.affected[0].clone(), record.advisory.clone());
    let [gone, new, before, after] = [&removed, &added, &records[101], &changed[100]].map(said);
    let mut expected = vec![
        Change::Removed(gone.0, gone.1),
        Change::Added(new.0, new.1),
        Change::Removed(before.0, before.1),
        Change::Added(after.0, after.1),
    ];
    let key = |change: &Change| format!("{change:?}");
    expected.sort_by_key(key);
    changes.sort_by_key(key);
    assert_eq!(changes, expected);
    diff(&to, &to, &mut |change| panic!("{change:?}")).unwrap();
}

#[test]
fn an_advisory_about_no_package_is_refused() {
    let mut writer = SegmentWriter::new("tiny/test", "1", "unused");
    let nothing = Record { affected: Vec::new(), ..record("CVE-1", "Tiny:v1", "a", "1") };
    assert!(matches!(writer.add(&nothing), Err(SegmentError::NoPackage { id }) if id == "CVE-1"));
}

#[test]
fn texts_that_are_not_wanted_are_not_read() {
    let folder = TempDir::new().unwrap();
    let (store, digest) = write(&records(), folder.path());
    let segment = store.segment(&digest).unwrap();
    let none = segment.find("Tiny:v1", "linux", &mut |_| false).unwrap();
    let mut left = 3;
    let mut three = |_: &Affected| {
        left -= 1;
        left >= 0
    };
    let found = segment.find("Tiny:v1", "linux", &mut three).unwrap();
    assert_eq!((none.len(), found.len()), (0, 3));
    assert!(found.iter().all(|(_, advisory)| advisory.id.starts_with("KERNEL-")));
}
