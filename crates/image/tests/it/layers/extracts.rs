//! Extracts: what is kept in the place of a large file, and what becomes of an extractor's trouble.

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
};

use limpid_core::{
    Reason::{DetectorFailed, OverBudget},
    extract::{Extractor, Scratch, Source, digests},
    owned::FileDigest,
    wants::{Pattern, Want, WantList},
};
use limpid_image::{
    entry::{Entry, EntryKind, Program},
    layer::{LayerFacts, Watch, read_layer},
    limits::{EXTRACT_MEMORY, Limits},
};
use limpid_testkit::tar::{Header, Tar};

use super::support::{Seen, expected};

/// The last four bytes, twice: once as they are, once from the scratch room.
static ENDS: Extractor = Extractor { id: "ends", revision: "1", extract: ends };
static PANICS: Extractor = Extractor { id: "panics", revision: "1", extract: |_, _| panic!("a fault") };

fn ends(source: &mut dyn Source, scratch: &dyn Scratch) -> io::Result<Vec<u8>> {
    let length = source.seek(SeekFrom::End(0))?;
    if length == 4 {
        return Ok(Vec::new());
    }
    source.seek(SeekFrom::Start(0))?;
    let mut held = scratch.hold(source)?;
    source.seek(SeekFrom::End(-4))?;
    held.seek(SeekFrom::End(-4))?;
    let mut ends = Vec::new();
    source.read_to_end(&mut ends)?;
    held.read_to_end(&mut ends)?;
    Ok(ends)
}

fn read(tar: &[u8], limits: &Limits, watch: &dyn Watch) -> (Seen, LayerFacts) {
    let wants = WantList::new([
        Want::extract(Pattern::NameEnding(".jar"), 8 << 20, &ENDS),
        Want::extract(Pattern::NameEnding(".odd"), 8 << 20, &PANICS),
        Want::extract(Pattern::Program, 8 << 20, &ENDS),
        Want::new(Pattern::Name("whole"), 100),
    ]);
    let mut seen = Seen::default();
    let facts = read_layer(&mut &*tar, &expected(tar, None), &wants, limits, &mut seen, watch);
    (seen, facts.unwrap())
}

#[test]
fn the_extract_is_kept_in_the_place_of_the_file() {
    let large = "x".repeat(usize::try_from(EXTRACT_MEMORY).unwrap() + 77) + "last";
    let tar =
        Tar::new().file("a.jar", "the last").file("b.jar", &large).file("c.jar", "none").file("d", "else");
    let (seen, _) = read(&tar.finish(), &Limits::default(), &|_| {});
    assert_eq!(seen.content("a.jar"), Some(&b"lastlast"[..]));
    assert_eq!(seen.content("b.jar"), Some(&b"lastlast"[..]));
    assert_eq!((seen.content("c.jar"), seen.content("d")), (None, None));
    assert_eq!(seen.listing(), ["f a.jar 8", &format!("f b.jar {}", large.len()), "f c.jar 4", "f d 4"]);
    assert_eq!(seen.blind_spots, []);
}

#[test]
fn an_extract_gets_the_digests_of_its_file_where_a_package_may_have_it() {
    static ASKS: Extractor = Extractor {
        id: "asks",
        revision: "1",
        extract: |source, _| {
            let mut all = String::new();
            source.read_to_string(&mut all)?;
            ASKS.write(&all, all != "plain")
        },
    };
    let wants = WantList::new([Want::extract(Pattern::NameEnding(".jar"), 100, &ASKS)]);
    let tar =
        Tar::new().file("usr/a.jar", "abc").file("opt/b.jar", "abc").file("usr/c.jar", "plain").finish();
    let mut seen = Seen::default();
    read_layer(&mut &*tar, &expected(&tar, None), &wants, &Limits::default(), &mut seen, &|_| {}).unwrap();
    let md5 = FileDigest::from_hex(b"900150983cd24fb0d6963f7d28e17f72").unwrap();
    let told = |path: &str| {
        let extract = seen.content(path).unwrap();
        let read: String = ASKS.read(extract).unwrap().unwrap();
        (read, digests(extract).map(|digests| digests.has(&md5)))
    };
    assert_eq!(told("usr/a.jar"), ("abc".to_owned(), Some(true)));
    assert_eq!(told("opt/b.jar"), ("abc".to_owned(), None));
    assert_eq!(told("usr/c.jar"), ("plain".to_owned(), None));
}

#[test]
fn programs_are_told_by_their_first_bytes_whoever_may_run_them() {
    let tar = Tar::new()
        .file("lib.so", "\x7fELF of a library")
        .file("whole", "\x7fELF that is wanted as a whole")
        .file("no", "ELF");
    let (seen, _) = read(&tar.finish(), &Limits::default(), &|_| {});
    assert_eq!(seen.content("lib.so"), Some(&b"raryrary"[..]));
    assert_eq!(seen.content("whole"), Some(&b"\x7fELF that is wanted as a whole"[..]));
    let EntryKind::File(file) = &seen.entries[0].kind else { panic!("a file") };
    assert_eq!(file.program, Program::Inert);
}

#[test]
fn archives_behind_scripts_are_told_by_their_content_however_they_are_called() {
    let script = format!("#!/bin/sh\n{}", "echo a line of a launcher\n".repeat(400));
    let archive = "PK\x03\x04 the rest of it";
    let tar = Tar::new()
        .file("bin/app", format!("{script}{archive}"))
        .file("bin/run", &script)
        .file("data", archive)
        .file("last", "#!");
    let program = |entry: &Entry| match &entry.kind {
        EntryKind::File(file) => file.program,
        other => panic!("{other:?}"),
    };
    let (seen, _) = read(&tar.finish(), &Limits::default(), &|_| {});
    let told: Vec<_> = seen.entries.iter().map(program).collect();
    assert_eq!(told, [Program::Packed, Program::No, Program::No, Program::No]);
}

#[test]
fn trouble_with_one_file_is_told_of_it_alone() {
    let tar =
        Tar::new().file("a.odd", "x").header(Header::new(b'0', "b.jar").size((8 << 20) + 1)).unfinished();
    let tar = [tar, vec![0; (8 << 20) + 512], Tar::new().file("c.jar", "the last").finish()].concat();
    let (seen, _) = read(&tar, &Limits::default(), &|_| {});
    assert_eq!(seen.told(), [(DetectorFailed, "a.odd"), (OverBudget, "b.jar")]);
    assert_eq!(seen.content("c.jar"), Some(&b"lastlast"[..]));
    let (seen, _) = read(&tar, &Limits { kept_bytes: 7, ..Limits::default() }, &|_| {});
    assert_eq!(seen.told(), [(DetectorFailed, "a.odd"), (OverBudget, "b.jar"), (OverBudget, "c.jar")]);
}

#[test]
fn an_extract_for_which_there_is_no_time_ends_the_layer() {
    static LATE: Extractor = Extractor { id: "late", revision: "1", extract: late };
    thread_local! {
        static UP: Cell<bool> = const { Cell::new(false) };
    }
    fn late(source: &mut dyn Source, _: &dyn Scratch) -> io::Result<Vec<u8>> {
        UP.with(|up| up.set(true));
        let mut all = Vec::new();
        source.read_to_end(&mut all)?;
        Ok(all)
    }
    struct Up;
    impl Watch for Up {
        fn is_time_up(&self) -> bool {
            UP.with(Cell::get)
        }
    }
    let tar = Tar::new().file("a.jar", "x").file("b", "y").finish();
    let wants = WantList::new([Want::extract(Pattern::NameEnding(".jar"), 100, &LATE)]);
    let mut seen = Seen::default();
    let facts =
        read_layer(&mut &*tar, &expected(&tar, None), &wants, &Limits::default(), &mut seen, &Up).unwrap();
    assert_eq!(facts.diff_id, None);
    let reasons: Vec<_> = seen.blind_spots.iter().map(|spot| spot.reason).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| *reason == OverBudget), "{reasons:?}");
    assert_eq!(seen.content("a.jar"), None);
}
