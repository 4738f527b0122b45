//! Documents that are compressed or archives: all of them or nothing, but for single files that a parser refuses.

use std::io::Write;

use limpid_catalog::Outcome;
use limpid_core::matching::Advisories;

use crate::family::{Workshop, document, why};

const FEED: &str = "tiny/v1/main";

type Files<'a> = [(&'a str, &'a str)];

pub(crate) fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        if name.contains("..") || name.starts_with('/') {
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, text.as_bytes()).unwrap();
        } else {
            archive.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
    }
    archive.into_inner().unwrap()
}

fn zip(files: &Files<'_>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.add_directory("folder/", zip::write::SimpleFileOptions::default()).unwrap();
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archives(files: &Files<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let plain = tar(files);
    vec![
        ("zip", zip(files)),
        ("tar.gz", gzip(&plain)),
        ("tar.zst", zstd::encode_all(&plain[..], 3).unwrap()),
        ("tar.xz", xz(&plain)),
        ("tar", plain),
    ]
}

fn load(document: &[u8]) -> (Workshop, Outcome) {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document);
    let outcome = workshop.update_one(FEED);
    (workshop, outcome)
}

#[test]
fn a_compressed_document_is_the_document() {
    let plain = document("v1", 20).into_bytes();
    let (_, expected) = load(&plain);
    for compressed in [gzip(&plain), xz(&plain), zstd::encode_all(&plain[..], 3).unwrap()] {
        assert_eq!(load(&compressed).1, expected);
        let (_, cut) = load(&compressed[..compressed.len() - 5]);
        assert!(why(&cut).starts_with("could not be read to its end: "), "{cut:?}");
    }
    let page = gzip(b"<!doctype html><p>Sorry");
    assert_eq!(why(&load(&page).1), "the document is an HTML page, not advisory data");
    assert_eq!(why(&load(&gzip(b" \n")).1), "the document is empty");
}

#[test]
fn the_files_of_an_archive_are_one_feed_whatever_holds_them() {
    let long = format!("{}/c", "long".repeat(60));
    let files: &Files<'_> = &[
        ("README", "What is in here."),
        ("b", "covers Tiny:v1\ndate 2024-05-01T10:00:00+02:00\nCVE-1 one 1-r0\nend\n"),
        ("a", "covers Tiny:v0 Tiny:v1\ndate 2024-05-01T09:00:00Z\nCVE-2 two 1-r0\nend\n"),
        (&long, "covers Tiny:v1\nCVE-3 three 1-r0\nend\n"),
        ("a.asc", "signature"),
    ];
    let mut outcomes = Vec::new();
    for (kind, archive) in archives(files) {
        let (workshop, outcome) = load(&archive);
        assert!(matches!(outcome, Outcome::Updated { records: 3, .. }), "{kind}: {outcome:?}");
        let status = &workshop.catalog().status().feeds[FEED];
        assert_eq!(status.upstream_date.as_deref(), Some("2024-05-01T09:00:00Z"), "{kind}");
        assert_eq!(status.coverage.keys().collect::<Vec<_>>(), ["Tiny:v0", "Tiny:v1"], "{kind}");
        assert!(status.unread.is_empty(), "{kind}");
        outcomes.push(outcome);
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "the same bytes whatever held them");
}

#[test]
fn an_archive_that_is_cut_off_is_not_believed() {
    let files: Vec<(String, String)> = (0..40)
        .map(|number| (format!("f{number}"), format!("covers Tiny:v1\nCVE-{number} p{number} 1-r0\nend\n")))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    for (kind, archive) in archives(&files) {
        assert!(matches!(load(&archive).1, Outcome::Updated { records: 40, .. }), "{kind}");
        for part in 1..24 {
            let (_, cut) = load(&archive[..archive.len() * part / 24]);
            assert!(!why(&cut).is_empty(), "{kind} {part}: {cut:?}");
        }
    }
    // Just between two files, where a reader might take it for the end.
    let plain = tar(&files);
    for blocks in [2, 4, 40] {
        let (_, cut) = load(&plain[..blocks * 512]);
        assert_eq!(why(&cut), "could not be read to its end: the archive ends before its end");
    }
}

#[test]
fn a_file_that_is_refused_is_named_and_leaves_nothing_behind() {
    let mut files: Vec<(String, String)> = (0..199)
        .map(|number| (format!("f{number}"), format!("covers Tiny:v1\nCVE-{number} p{number} 1-r0\nend\n")))
        .collect();
    files.push((
        "odd".to_owned(),
        "covers Tiny:v1 Tiny:v7\nCVE-X x 1-r0\nno end of it, but this line\n".to_owned(),
    ));
    fn with(files: &[(String, String)]) -> Vec<(&'static str, Vec<u8>)> {
        archives(&files.iter().map(|(name, text)| (&**name, &**text)).collect::<Vec<_>>())
    }
    for (kind, archive) in with(&files) {
        let (workshop, outcome) = load(&archive);
        assert!(matches!(outcome, Outcome::Updated { records: 199, .. }), "{kind}: {outcome:?}");
        let catalog = workshop.catalog();
        assert!(catalog.find("Tiny:v1", "x", &mut |_| true).statements.is_empty(), "{kind}");
        let unread = &catalog.status().feeds[FEED].unread;
        assert_eq!(unread, &["odd: unexpected line: no end of it, but this line"], "{kind}");
        assert_eq!(catalog.coverage("Tiny:v1").feeds[1].data.as_ref().unwrap().unread, *unread);
        assert!(!catalog.namespaces().contains_key("Tiny:v7"), "{kind}");
    }
    files.truncate(198);
    for number in 0..2 {
        files.push((format!("odd{number}"), "nothing of ours".to_owned()));
    }
    // Two of two hundred are a hundredth; two of fewer are more.
    assert!(matches!(load(&with(&files)[0].1).1, Outcome::Updated { .. }));
    files.remove(0);
    for (kind, archive) in with(&files) {
        let (workshop, outcome) = load(&archive);
        let expected = "2 of 199 files could not be read, more than the 1 % that may be: odd0: \
                        unexpected line: nothing of ours";
        assert_eq!(why(&outcome), expected, "{kind}");
        assert!(workshop.catalog().status().feeds[FEED].acceptable, "{kind}");
    }
}

#[test]
fn bombs_are_errors() {
    let zeros = "0".repeat(2 << 20);
    for (kind, bomb) in archives(&[("a", &document("v1", 20)), ("bomb", &zeros)]) {
        let (_, outcome) = load(&bomb);
        let expected = ["could not be read to its end: larger than", "larger than 1048576 bytes"];
        assert!(expected.iter().any(|text| why(&outcome).starts_with(text)), "{kind}: {outcome:?}");
    }
    // Each file is small enough, all of them are not.
    let half = format!("covers Tiny:v1\n{}end\n", "CVE-1 one 1-r0\n".repeat(30_000));
    for (kind, bomb) in archives(&[("a", &half), ("b", &half), ("c", &half)]) {
        assert!(!why(&load(&bomb).1).is_empty(), "{kind}");
    }
}

#[test]
fn names_in_an_archive_are_names_and_nothing_else() {
    let files: &Files<'_> = &[
        ("../../../escaped", "covers Tiny:v1\nCVE-1 one 1-r0\nend\n"),
        ("/absolute", "covers Tiny:v1\nCVE-2 two 1-r0\nend\n"),
    ];
    for (kind, archive) in archives(files) {
        let (workshop, outcome) = load(&archive);
        assert!(matches!(outcome, Outcome::Updated { records: 2, .. }), "{kind}: {outcome:?}");
        let parent = workshop.folder.path().parent().unwrap();
        assert!(!parent.join("escaped").exists() && !std::path::Path::new("/absolute").exists());
    }
}

#[test]
fn a_damaged_file_in_a_zip_spoils_all_of_it() {
    let text = document("v1", 200);
    let good = zip(&[("a", &text), ("b", "covers Tiny:v1\nCVE-9 nine 1-r0\nend\n")]);
    let mut damaged = good.clone();
    damaged[200] ^= 0x10;
    assert!(matches!(load(&good).1, Outcome::Updated { .. }));
    assert!(!why(&load(&damaged).1).is_empty());
}

#[test]
fn what_is_no_regular_file_is_named() {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(0);
    header.set_entry_type(tar::EntryType::Symlink);
    archive.append_link(&mut header, "link", "elsewhere").unwrap();
    for number in 0..120 {
        let text = format!("covers Tiny:v1\nCVE-{number} p{number} 1-r0\nend\n");
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        archive.append_data(&mut header, format!("f{number}"), text.as_bytes()).unwrap();
    }
    let (workshop, outcome) = load(&archive.into_inner().unwrap());
    assert!(matches!(outcome, Outcome::Updated { records: 120, .. }), "{outcome:?}");
    assert_eq!(workshop.catalog().status().feeds[FEED].unread, ["link: no regular file"]);
}
