use std::io::{Cursor, Write as _};

use ::zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::extract::Memory;

const POM: &str = "META-INF/maven/org.example/thing/pom.properties";

fn zip(members: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, method) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(*method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn extracted(content: &[u8]) -> Archive {
    read(&extract(&mut Cursor::new(content), &Memory).unwrap()).unwrap()
}

fn jar(method: CompressionMethod) -> Vec<u8> {
    zip(&[("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n", method), (POM, b"version=1\n", method)])
}

/// What is told of it, in words.
fn faults(archive: &Archive) -> Vec<String> {
    archive.faults().into_iter().map(|fault| fault.detail).collect()
}

fn names(archive: &Archive) -> Vec<&str> {
    archive.members.iter().map(|member| member.name.as_str()).collect()
}

#[test]
fn members_that_say_something_are_kept_also_of_archives_within() {
    let (stored, deflated) = (CompressionMethod::Stored, CompressionMethod::Deflated);
    let (plain, packed) = (jar(stored), jar(deflated));
    let outer = zip(&[
        ("lib/plain.jar", &plain, stored),
        ("lib/packed.JAR", &packed, deflated),
        ("a/b/Class.class", b"code", deflated),
        ("EGG-INFO/PKG-INFO", b"Name: egg\n", deflated),
    ]);
    let archive = extracted(&outer);
    assert_eq!(faults(&archive), [""; 0]);
    assert_eq!(names(&archive), ["EGG-INFO/PKG-INFO"]);
    assert_eq!(archive.members[0].text, "Name: egg\n");
    let nested: Vec<&str> = archive.nested.iter().map(|nested| nested.name.as_str()).collect();
    assert_eq!(nested, ["lib/plain.jar", "lib/packed.JAR"]);
    for nested in &archive.nested {
        assert_eq!(names(&nested.archive), ["META-INF/MANIFEST.MF", POM]);
    }
    assert_eq!(archive.nested[0].archive.sha1, extracted(&plain).sha1);
}

#[test]
fn the_digest_is_that_of_the_whole_archive() {
    // The smallest archive: an end without a directory.
    let empty = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    assert_eq!(extracted(&empty).sha1, "b04f3ee8f5e43fa3b162981b50bb72fe1acabb33");
}

#[test]
fn something_may_stand_in_front_of_an_archive() {
    let with_script =
        [b"#!/bin/sh\nexec java -jar $0\n".as_slice(), &jar(CompressionMethod::Deflated)].concat();
    assert_eq!(names(&extracted(&with_script)), ["META-INF/MANIFEST.MF", POM]);
}

#[test]
fn what_is_no_archive_or_damaged_says_so() {
    let whole = jar(CompressionMethod::Deflated);
    for damaged in [b"".as_slice(), b"no archive", &whole[..whole.len() - 30], &whole[20..]] {
        assert!(!faults(&extracted(damaged)).is_empty(), "{}", damaged.escape_ascii());
    }
    let mut other_name = whole.clone();
    let at = whole.windows(POM.len()).position(|window| window == POM.as_bytes()).unwrap();
    other_name[at] ^= 1;
    let [fault] = extracted(&other_name).faults().try_into().unwrap();
    assert_eq!(fault.reason(), Reason::DatabaseUnreadable);
    let mut other_text = jar(CompressionMethod::Stored);
    let at = other_text.windows(9).position(|window| window == b"version=1").unwrap();
    other_text[at] ^= 1;
    assert_eq!(faults(&extracted(&other_text)), [format!("{POM}: its compressed data is damaged")]);
}

#[test]
fn archives_without_end_are_read_up_to_a_depth() {
    let mut archive = jar(CompressionMethod::Stored);
    for _ in 0..limits::MOST_DEPTH + 2 {
        archive = zip(&[("in.jar", &archive, CompressionMethod::Stored)]);
    }
    let [fault] = extracted(&archive).faults().try_into().unwrap();
    assert!(fault.detail.ends_with("it lies too deep to be read"), "{fault:?}");
    assert_eq!(fault.reason(), Reason::OverBudget);
}

/// An entry of a directory, whose member is stored and has its header at `offset`.
fn entry(name: &str, offset: u32, size: u32, checksum: u32) -> Vec<u8> {
    let mut entry = b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0".to_vec();
    for number in [checksum, size, size] {
        entry.extend(number.to_le_bytes());
    }
    entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    entry.extend([0; 12]);
    entry.extend(offset.to_le_bytes());
    entry.extend(name.as_bytes());
    entry
}

fn end(entries: usize, size: usize, start: usize) -> Vec<u8> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    let count = u16::try_from(entries & 0xffff).unwrap().to_le_bytes();
    end.extend([count, count].concat());
    end.extend(u32::try_from(size).unwrap().to_le_bytes());
    end.extend(u32::try_from(start).unwrap().to_le_bytes());
    end.extend([0, 0]);
    end
}

#[test]
fn members_that_lie_one_in_another_are_refused() {
    // A thousand names for one archive, which would be a thousand archives.
    let inner = jar(CompressionMethod::Deflated);
    let one = zip(&[("a.jar", &inner, CompressionMethod::Stored)]);
    let directory = one.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let entries = entry("a.jar", 0, u32::try_from(inner.len()).unwrap(), checksum(&inner)).repeat(1000);
    let overlapping = [&one[..directory], &entries, &end(1000, entries.len(), directory)].concat();
    let archive = extracted(&overlapping);
    assert_eq!(archive.nested.len(), 1);
    assert_eq!(faults(&archive).len(), limits::MOST_FAULTS + 1);
    assert_eq!(faults(&archive)[0], "a.jar: it lies where another member lies");
}

fn checksum(content: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    crc.sum()
}

#[test]
fn how_many_are_read_is_bounded_over_all_archives_within() {
    let names: Vec<String> = (0..300).map(|number| format!("{number}.jar")).collect();
    let many = |inner: &[u8]| {
        let members: Vec<_> =
            names.iter().map(|name| (name.as_str(), inner, CompressionMethod::Stored)).collect();
        zip(&members)
    };
    let archive = extracted(&many(&many(&zip(&[]))));
    let read: usize = archive.nested.iter().map(|nested| 1 + nested.archive.nested.len()).sum();
    assert_eq!(read, limits::MOST_READ);
    assert!(
        faults(&archive)
            .iter()
            .any(|fault| fault == "there are more descriptions and archives in it than are read")
    );
}

#[test]
fn more_entries_than_the_count_can_say_are_read() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..70_000 {
        writer.start_file(format!("{number}"), SimpleFileOptions::default()).unwrap();
    }
    writer.start_file(POM, SimpleFileOptions::default()).unwrap();
    let archive = extracted(&writer.finish().unwrap().into_inner());
    assert_eq!((names(&archive), faults(&archive)), (vec![POM], vec![]));
    // As old tools write it: the count without its upper bits.
    let entries: Vec<u8> = (0..65_537).flat_map(|number| entry(&number.to_string(), 0, 0, 0)).collect();
    let old = [entries.clone(), end(65_537, entries.len(), 0)].concat();
    assert_eq!(faults(&extracted(&old)), [""; 0]);
    let short = [entries.clone(), end(65_536, entries.len(), 0)].concat();
    assert_eq!(faults(&extracted(&short)), ["its directory has another number of entries than it says"]);
}

#[test]
fn lies_about_sizes_and_bombs_are_told() {
    let zeros = vec![0; 20 << 20];
    for (name, told) in
        [(POM, "it is larger than such a file is"), ("a.jar", "it unpacks to far more than an archive does")]
    {
        let bomb = zip(&[(name, &zeros, CompressionMethod::Deflated)]);
        assert!(bomb.len() < 64 << 10);
        let [fault] = extracted(&bomb).faults().try_into().unwrap();
        assert!(fault.detail.contains(told) && fault.reason() == Reason::OverBudget, "{fault:?}");
        // It says that it has only some bytes.
        let at = bomb.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap() + 24;
        for size in [0, 1, 4_000_000_000_u32] {
            let mut lying = bomb.clone();
            lying[at..at + 4].copy_from_slice(&size.to_le_bytes());
            assert_eq!(faults(&extracted(&lying)).len(), 1, "{name} {size}");
        }
    }
}

#[test]
fn of_a_manifest_the_first_section_is_kept() {
    let text = b"Manifest-Version: 1.0\r\nA: b\r\n\r\nName: x\r\n";
    let archive = extracted(&zip(&[("META-INF/MANIFEST.MF", text, CompressionMethod::Deflated)]));
    assert_eq!(archive.members[0].text, "Manifest-Version: 1.0\r\nA: b\r\n");
    let long = [b"A: ".as_slice(), &vec![b'x'; limits::KEPT_MANIFEST_BYTES]].concat();
    let faults = faults(&extracted(&zip(&[("META-INF/MANIFEST.MF", &long, CompressionMethod::Deflated)])));
    assert_eq!(faults.len(), 1);
}
