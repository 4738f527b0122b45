//! Assemblies that Mono's compiler made, and those that somebody tampered with.

use std::io::Cursor;

use super::{super::*, *};
use crate::extract::Memory;

const LIBRARY: &[u8] =
    include_bytes!("../../../ecosystems/dotnet/fixtures/ok/assemblies/opt/shop/Newtonsoft.Json.dll");
const SATELLITE: &[u8] = include_bytes!(
    "../../../ecosystems/dotnet/fixtures/ok/assemblies/opt/shop/de/Newtonsoft.Json.resources.dll"
);
const REFERENCE: &[u8] =
    include_bytes!("../../../ecosystems/dotnet/fixtures/ok/assemblies/opt/shop/Shop.Contracts.dll");

fn extracted(program: &[u8]) -> Program {
    let extract = (EXTRACTOR.extract)(&mut Cursor::new(program), &Memory).unwrap();
    if extract.is_empty() { Program::default() } else { super::super::read(&extract).unwrap().unwrap() }
}

fn faults(program: &[u8]) -> Vec<String> {
    let extracted = extracted(program);
    assert_eq!(extracted.managed, []);
    extracted.managed_unread
}

/// The place of these bytes, which are there once.
fn place(bytes: &[u8]) -> usize {
    let places: Vec<usize> = (0..LIBRARY.len()).filter(|&at| LIBRARY[at..].starts_with(bytes)).collect();
    assert_eq!(places.len(), 1, "{bytes:?}");
    places[0]
}

/// The library with other bytes at a place.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut changed = LIBRARY.to_vec();
    changed[at..at + bytes.len()].copy_from_slice(bytes);
    changed
}

#[test]
fn an_assembly_says_its_name_its_versions_and_what_it_is_for() {
    let text = |text: &str| Some(text.to_owned());
    let library = Assembly {
        name: "Newtonsoft.Json".to_owned(),
        version: "12.0.0.0".to_owned(),
        informational: text("12.0.1+e76c2b9a1f0c"),
        file: text("12.0.1.22727"),
        ..Assembly::default()
    };
    assert_eq!(extracted(LIBRARY).managed, [library]);
    let satellite = Assembly {
        name: "Newtonsoft.Json.resources".to_owned(),
        version: "12.0.0.0".to_owned(),
        culture: "de".to_owned(),
        ..Assembly::default()
    };
    assert_eq!(extracted(SATELLITE).managed, [satellite]);
    assert!(extracted(REFERENCE).managed[0].is_reference);
    for program in [LIBRARY, SATELLITE, REFERENCE] {
        assert!(extracted(program).managed_unread.is_empty());
    }
}

#[test]
fn what_cannot_be_read_of_metadata_is_told() {
    let root = place(b"BSJB");
    let damaged = "its metadata is damaged";
    assert_eq!(faults(&with(root, b"X")), [damaged]);
    assert_eq!(faults(&with(place(b"#~\0\0") - 8, &[0xff; 4])), [damaged], "a stream outside of it");
    assert_eq!(faults(&with(place(b"#~\0\0") - 4, &[0xff; 4])), [damaged]);
    assert_eq!(faults(&with(place(b"#~\0\0"), b"#x\0\0")), [damaged], "no tables");
    assert_eq!(faults(&with(place(b"#GUID\0\0\0"), b"#Blob\0\0\0")), [damaged], "a stream twice");
    let offset =
        |at: usize| usize::try_from(u32::from_le_bytes(LIBRARY[at..at + 4].try_into().unwrap())).unwrap();
    let tables = root + offset(place(b"#~\0\0") - 8);
    // The counts of rows follow in the order of the tables; that of the first is a million, so that all others are elsewhere.
    assert_eq!(faults(&with(tables + 24, &1_000_000_u32.to_le_bytes())), [damaged]);
    assert_eq!(faults(&with(tables + 24, &[0xff; 4])), [damaged]);
    let there = u64::from_le_bytes(LIBRARY[tables + 8..tables + 16].try_into().unwrap());
    let before = (there & ((1 << tables::ASSEMBLY) - 1)).count_ones() as usize;
    assert_eq!(faults(&with(tables + 24 + 4 * before, &[2])), [damaged], "two assemblies");
    let none = there & !(1 << tables::ASSEMBLY);
    let module = faults(&with(tables + 8, &none.to_le_bytes()));
    assert_eq!(module, ["it is a part of an assembly, and no assembly"]);
    let attribute = place(b"\x01\x00\x0c12.0.1.22727");
    assert_eq!(faults(&with(attribute, &[2])), ["an attribute of the assembly is damaged"]);
    assert_eq!(faults(&with(attribute + 2, &[0xfe])), ["an attribute of the assembly is damaged"]);
    assert_eq!(extracted(&with(attribute + 2, &[0xff])).managed[0].file, None, "the null text");
    assert_eq!(faults(&LIBRARY[..root + 8]), [damaged]);
}

#[test]
fn whatever_the_bytes_are_reading_ends() {
    for at in 0..LIBRARY.len() {
        for byte in [0, 0xff, LIBRARY[at] ^ 0x80] {
            let _extracted = extracted(&with(at, &[byte]));
        }
        let _extracted = extracted(&LIBRARY[..at]);
    }
}

#[test]
fn numbers_are_read_in_all_three_forms() {
    for (bytes, number) in [
        (&b"\x03"[..], Some(3)),
        (b"\x7f", Some(0x7f)),
        (b"\x80\x80", Some(0x80)),
        (b"\xae\x57", Some(0x2e57)),
        (b"\xc0\x00\x40\x00", Some(0x4000)),
        (b"\xdf\xff\xff\xff", Some(0x1fff_ffff)),
        (b"\x80", None),
        (b"\xc0\x00\x40", None),
        (b"\xff", None),
        (b"", None),
    ] {
        assert_eq!(metadata::length(bytes).map(|one| one.0), number, "{bytes:?}");
    }
}
