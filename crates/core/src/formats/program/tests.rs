//! Programs of all kinds, put together by hand; real ones are read in `tests/it/languages/programs.rs`.

use std::io::{Cursor, Write as _};

use super::*;
use crate::extract::Memory;

const MODULES: &str = "path\ta.org/tool\nmod\ta.org/tool\tv1.0.0\t\n";
const MARK: &str = "0123456789abcdef";

fn extracted(program: &[u8]) -> Program {
    let extract = (EXTRACTOR.extract)(&mut Cursor::new(program), &Memory).unwrap();
    if extract.is_empty() { Program::default() } else { read(&extract).unwrap().unwrap() }
}

fn build(modules: &str) -> GoBuild {
    GoBuild { version: "go1.22.1".to_owned(), modules: modules.to_owned() }
}

fn marked(modules: &str) -> Vec<u8> {
    format!("{MARK}{modules}{MARK}").into_bytes()
}

/// Build information as Go writes it since 1.18.
fn inline(modules: &[u8]) -> Vec<u8> {
    let mut info = b"\xff Go buildinf:\x08\x02".to_vec();
    info.resize(32, 0);
    info.push(8);
    info.extend(b"go1.22.1");
    let length = modules.len();
    info.extend([u8::try_from(length % 128).unwrap() | 0x80, u8::try_from(length / 128).unwrap()]);
    info.extend(modules);
    info
}

fn number(value: usize, size: usize, is_big: bool) -> Vec<u8> {
    let bytes = u64::try_from(value).unwrap().to_le_bytes();
    let mut bytes = bytes[..size].to_vec();
    if is_big {
        bytes.reverse();
    }
    bytes
}

/// As Go wrote it before: pointers to the texts, which stand behind it. `address` is that of the information.
fn pointed(modules: &[u8], address: usize, size: usize, is_big: bool) -> Vec<u8> {
    let word = |value| number(value, size, is_big);
    let mut info = b"\xff Go buildinf:".to_vec();
    info.extend([u8::try_from(size).unwrap(), u8::from(is_big)]);
    let (strings, texts) = (address + 32, address + 32 + 4 * size);
    info.extend([word(strings), word(strings + 2 * size)].concat());
    info.resize(32, 0);
    info.extend([word(texts), word(8), word(texts + 8), word(modules.len())].concat());
    info.extend(b"go1.22.1");
    info.extend(modules);
    info
}

fn crates(list: &str) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(list.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Where data begins in the files below, and its address.
const PLACE: usize = 0x200;
const ADDRESS: usize = 0x40_0200;

/// An ELF file with one segment of data, and sections with these names and contents in it, if it has sections.
fn elf(sections: &[(&str, &[u8])], is_large: bool, is_big: bool, has_sections: bool) -> Vec<u8> {
    let width = if is_large { 8 } else { 4 };
    let [half, word, address] = [2, 4, width].map(|size| move |value: usize| number(value, size, is_big));
    let mut data = Vec::new();
    let mut names = b"\0.shstrtab\0".to_vec();
    let mut headers = vec![[0; 4]];
    for (name, content) in sections {
        headers.push([names.len(), PLACE + data.len(), content.len(), 0]);
        names.extend(name.bytes().chain([0]));
        data.extend(*content);
        data.resize(data.len().next_multiple_of(16), 0);
    }
    let names_place = PLACE + data.len();
    headers.push([1, names_place, names.len(), 0]);
    let (header, segment, section) = if is_large { (64, 56, 64) } else { (52, 32, 40) };
    let table = if has_sections { names_place + names.len() } else { 0 };
    let mut file = vec![0x7f, b'E', b'L', b'F', 1 + u8::from(is_large), 1 + u8::from(is_big), 1];
    file.resize(16, 0);
    file.extend(
        [half(2), half(62), word(1), address(ADDRESS), address(header), address(table), word(0)].concat(),
    );
    file.extend(
        [half(header), half(segment), half(1), half(section), half(headers.len()), half(headers.len() - 1)]
            .concat(),
    );
    let [place, start, size] = [PLACE, ADDRESS, data.len()].map(&address);
    let alignment = address(0x1000);
    file.extend(word(1));
    if is_large {
        file.extend([word(6), place, start.clone(), start, size.clone(), size, alignment].concat());
    } else {
        file.extend([place, start.clone(), start, size.clone(), size, word(6), alignment].concat());
    }
    file.resize(PLACE, 0);
    file.extend(data);
    if has_sections {
        file.extend(names);
        for [name, place, size, link] in headers {
            file.extend(
                [word(name), word(1), address(0), address(0), address(place), address(size)].concat(),
            );
            file.extend([word(link), word(0), address(16), address(0)].concat());
        }
    }
    file
}

#[test]
fn go_is_read_in_both_layouts_from_elf_of_all_widths_and_orders() {
    for (is_large, is_big) in [(true, false), (true, true), (false, false), (false, true)] {
        let width = if is_large { 8 } else { 4 };
        for info in [inline(&marked(MODULES)), pointed(&marked(MODULES), ADDRESS, width, is_big)] {
            for has_sections in [true, false] {
                let file = elf(&[(".go.buildinfo", &info)], is_large, is_big, has_sections);
                let expected = Program { go: vec![build(MODULES)], ..Program::default() };
                assert_eq!(extracted(&file), expected, "{is_large} {is_big} {has_sections}");
            }
        }
    }
}

#[test]
fn lists_of_crates_are_unpacked() {
    let list = r#"{"packages": []}"#;
    let file = elf(&[(".text", b"code"), (".dep-v0", &crates(list))], true, false, true);
    assert_eq!(extracted(&file), Program { rust: vec![list.to_owned()], ..Program::default() });
}

#[test]
fn damage_to_what_is_there_is_told() {
    let packed = crates("{}");
    for damaged in [&packed[..packed.len() - 3], b"odd", b""] {
        let program = extracted(&elf(&[(".dep-v0", damaged)], true, false, true));
        assert_eq!((program.rust.len(), program.rust_unread.len()), (0, 1), "{damaged:?}");
    }
    let info = inline(&marked(MODULES));
    let outside = pointed(&marked(MODULES), 0x10, 8, false);
    let huge = [&info[..41], &[0xff; 8], &[0x7f]].concat();
    for damaged in [&info[..32], b"odd", &outside, &huge] {
        let program = extracted(&elf(&[(".go.buildinfo", damaged)], true, false, true));
        assert_eq!((program.go.len(), program.go_unread.len()), (0, 1), "{}", damaged.escape_ascii());
    }
    let without_sections = elf(&[(".go.buildinfo", &info)], true, false, false);
    let program = extracted(&without_sections[..PLACE + 44]);
    assert_eq!((program.go.len(), program.go_unread.len()), (0, 1));
}

#[test]
fn a_list_of_modules_without_its_marks_is_none() {
    for modules in [&b""[..], b"short", MARK.as_bytes(), &marked("no line")] {
        let program = extracted(&elf(&[(".go.buildinfo", &inline(modules))], true, false, true));
        assert_eq!(program.go, [build("")], "{}", modules.escape_ascii());
    }
}

#[test]
fn what_says_nothing_has_no_extract() {
    let nothing = elf(&[(".text", b"code")], true, false, true);
    for file in [
        &nothing[..],
        &nothing[..70],
        b"\x7fELF",
        b"MZ",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe\0\0\0\x02",
        b"",
    ] {
        assert_eq!(extracted(file), Program::default());
    }
}

#[test]
fn pe_has_no_section_of_go_and_is_searched() {
    let (info, list) = (inline(&marked(MODULES)), crates("{}"));
    let mut file = b"MZ".to_vec();
    file.resize(0x3c, 0);
    file.extend(number(0x40, 4, false));
    file.extend(b"PE\0\0\x64\x86\x02\0");
    file.resize(0x40 + 20, 0);
    file.extend([112, 0, 0, 0]);
    file.extend([0x0b, 2]);
    file.resize(0x40 + 24 + 112, 0);
    let place = 0x200;
    for (name, place, content, kind) in
        [(&b".data\0\0\0"[..], place, &info, 0xc000_0040), (b".dep-v0\0", place + 0x200, &list, 0x4000_0040)]
    {
        file.extend(name);
        file.extend(
            [content.len(), 0x1000 + place, 0x200, place, 0, 0, 0, kind]
                .map(|value| number(value, 4, false))
                .concat(),
        );
    }
    for content in [&info, &list] {
        file.resize(file.len().next_multiple_of(0x200), 0);
        file.extend(content);
    }
    file.resize(file.len().next_multiple_of(0x200), 0);
    let expected = Program { go: vec![build(MODULES)], rust: vec!["{}".to_owned()], ..Program::default() };
    assert_eq!(extracted(&file), expected);
}

/// A Mach-O file of 64 bits with one segment that has one section.
fn macho(section: &str, content: &[u8]) -> Vec<u8> {
    let [word, long] = [4, 8].map(|size| move |value: usize| number(value, size, false));
    let named = |name: &str| [name.as_bytes(), &[0; 16]].concat()[..16].to_vec();
    let mut file = b"\xcf\xfa\xed\xfe".to_vec();
    file.extend([word(0), word(0), word(2), word(1), word(152), word(0), word(0)].concat());
    file.extend([word(0x19), word(152), named("__DATA")].concat());
    file.extend(
        [long(ADDRESS), long(0x1000), long(PLACE), long(content.len()), word(3), word(3), word(1), word(0)]
            .concat(),
    );
    file.extend([named(section), named("__DATA"), long(ADDRESS), long(content.len()), word(PLACE)].concat());
    file.resize(PLACE, 0);
    file.extend(content);
    file
}

#[test]
fn mach_o_is_read_alone_and_for_several_architectures() {
    let go = macho("__go_buildinfo", &inline(&marked(MODULES)));
    let rust = macho(".dep-v0", &crates("{}"));
    assert_eq!(extracted(&go).go, [build(MODULES)]);
    assert_eq!(extracted(&rust).rust, ["{}"]);
    let word = |value: usize| number(value, 4, true);
    let (first, second) = (0x1000, 0x1000 + go.len());
    let mut both = [b"\xca\xfe\xba\xbe".to_vec(), word(2)].concat();
    both.extend([word(0), word(0), word(first), word(go.len()), word(0)].concat());
    both.extend([word(0), word(0), word(second), word(rust.len()), word(0)].concat());
    both.resize(first, 0);
    both.extend([go, rust].concat());
    let read = extracted(&both);
    assert_eq!((read.go, read.rust, read.go_unread), (vec![build(MODULES)], vec!["{}".to_owned()], vec![]));
    // The second of the two is damaged; and more are claimed than are read.
    for (place, damage, faults) in [(second, &[0; 4][..], 1), (4, &[0, 0, 0, 17], 2)] {
        let mut damaged = both.clone();
        damaged[place..place + damage.len()].copy_from_slice(damage);
        let read = extracted(&damaged);
        assert_eq!((read.go, read.go_unread.len()), (vec![build(MODULES)], faults), "{:?}", read.go_unread);
    }
}

#[test]
fn what_claims_more_parts_than_programs_have_is_unidentified() {
    let mut file = elf(&[(".go.buildinfo", &inline(&marked(MODULES)))], true, false, true);
    file[56..58].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(extracted(&file), Program::default());
    let mut file = macho("__go_buildinfo", &inline(&marked(MODULES)));
    file[16..20].copy_from_slice(&[0xff; 4]);
    assert_eq!(extracted(&file), Program::default());
}
