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
    assert_eq!(archive.faults(), [""; 0]);
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
        assert!(!extracted(damaged).faults().is_empty(), "{}", damaged.escape_ascii());
    }
    let mut other_name = whole.clone();
    let at = whole.windows(POM.len()).position(|window| window == POM.as_bytes()).unwrap();
    other_name[at] ^= 1;
    assert_eq!(extracted(&other_name).faults().len(), 1);
    let mut other_text = jar(CompressionMethod::Stored);
    let at = other_text.windows(9).position(|window| window == b"version=1").unwrap();
    other_text[at] ^= 1;
    assert_eq!(extracted(&other_text).faults(), [format!("{POM}: its compressed data is damaged")]);
}

#[test]
fn archives_without_end_are_read_up_to_a_depth() {
    let mut archive = jar(CompressionMethod::Stored);
    for _ in 0..limits::MOST_DEPTH + 2 {
        archive = zip(&[("in.jar", &archive, CompressionMethod::Stored)]);
    }
    let faults = extracted(&archive).faults();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].ends_with("it lies too deep to be read"), "{faults:?}");
}
