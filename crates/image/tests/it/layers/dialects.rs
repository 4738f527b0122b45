//! Each dialect of tar, as its own tools write it.

use limpid_testkit::tar::{BLOCK, GNU, Header, Tar, V7, at, base_256, sparse_entry};

use super::support::{clean, read};

const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0and so on";

#[test]
fn every_kind_of_entry_in_ustar() {
    let tar = Tar::new()
        .directory("usr/")
        .program("usr/tool", ELF)
        .program("usr/script", "#!/bin/sh\n")
        .file("usr/library.so", ELF)
        .symlink("usr/link", "../tool")
        .hard_link("usr/other", "usr/tool")
        .header(Header::new(b'3', "dev/null"))
        .header(Header::new(b'4', "dev/sda"))
        .header(Header::new(b'6', "run/pipe"))
        .member(Header::new(b'7', "usr/contiguous"), "abc")
        .finish();
    let seen = clean(&tar);
    assert_eq!(
        seen.listing(),
        [
            "d usr",
            "f usr/tool 17",
            "f usr/script 10",
            "f usr/library.so 17",
            "l usr/link -> ../tool",
            "h usr/other = usr/tool",
            "o dev/null",
            "o dev/sda",
            "o run/pipe",
            "f usr/contiguous 3",
        ]
    );
    assert!(seen.is_program("usr/tool"));
    assert!(!seen.is_program("usr/script"), "a script is not told by magic");
    assert!(!seen.is_program("usr/library.so"), "nobody may run it");
}

#[test]
fn a_prefix_goes_before_the_name_in_ustar_alone() {
    let tar = Tar::new()
        .member(Header::new(b'0', "name").field(at::PREFIX, "a/prefix"), "x")
        .member(Header::new(b'0', "gnu").magic(GNU).field(at::PREFIX, "00000000000\x0000000000000\0"), "x")
        .member(Header::new(b'0', "docker").magic(GNU).field(at::PREFIX, "old/go"), "x")
        .member(Header::new(b'0', "old").magic(V7).field(at::PREFIX, "rubbish"), "x")
        .member(
            Header::new(b'0', "star").field(at::PREFIX, "p").field(476, "00000000001\0").field(508, "tar\0"),
            "x",
        )
        .member(Header::new(b'0', [b'n'; 100]).field(at::PREFIX, [b'p'; 155]), "x")
        .finish();
    let long = format!("f {}/{} 1", "p".repeat(155), "n".repeat(100));
    assert_eq!(
        clean(&tar).listing(),
        ["f a/prefix/name 1", "f gnu 1", "f old/go/docker 1", "f old 1", "f p/star 1", &long]
    );
}

#[test]
fn the_seventh_edition_marks_directories_by_a_slash() {
    let tar = Tar::new()
        .header(Header::new(0, "etc/").magic(V7))
        .member(Header::new(0, "etc/kept").magic(V7), "content")
        .finish();
    let seen = clean(&tar);
    assert_eq!(seen.listing(), ["d etc", "f etc/kept 7"]);
    assert_eq!(seen.content("etc/kept"), Some(&b"content"[..]));
}

#[test]
fn long_names_of_gnu_and_of_pax() {
    let name = format!("{}/kept", "directory/".repeat(30));
    let tar = Tar::new()
        .long_name(&name)
        .member(Header::new(b'0', &name[..100]).magic(GNU), "one")
        .long_link(&name)
        .header(Header::new(b'1', "gnu-link").magic(GNU).link(&name[..100]))
        .long_link("t".repeat(200))
        .long_name("n".repeat(200))
        .header(Header::new(b'2', "both").magic(GNU))
        .pax(&[("path", name.as_bytes()), ("mtime", b"1.5")])
        .file(&name[..100], "three")
        .pax(&[("linkpath", name.as_bytes())])
        .hard_link("pax-link", &name[..100])
        .finish();
    let seen = clean(&tar);
    let path = limpid_core::FilePath::from(name.as_str());
    assert_eq!(
        seen.listing(),
        [
            format!("f {path} 3"),
            format!("h gnu-link = {path}"),
            format!("l {} -> {}", "n".repeat(200), "t".repeat(200)),
            format!("f {path} 5"),
            format!("h pax-link = {path}"),
        ]
    );
    assert_eq!(seen.content(&name), Some(&b"three"[..]));
}

#[test]
fn sizes_in_base_256_and_in_pax() {
    let tar = Tar::new()
        .header(Header::new(b'0', "binary/kept").magic(GNU).field(at::SIZE, base_256(3, 12)))
        .data("abc")
        .pax(&[("size", b"4")])
        .header(Header::new(b'0', "pax/kept").size(0))
        .data("abcd")
        .pax(&[("size", b"5")])
        .header(Header::new(b'0', "saturated/kept").size(0o77_777_777_777))
        .data("abcde")
        .file("after", "")
        .finish();
    let seen = clean(&tar);
    assert_eq!(seen.listing(), ["f binary/kept 3", "f pax/kept 4", "f saturated/kept 5", "f after 0"]);
    assert_eq!(seen.content("saturated/kept"), Some(&b"abcde"[..]));
}

#[test]
fn names_that_are_not_utf_8() {
    let tar = Tar::new()
        .file(b"latin-\xe9", "")
        .pax(&[("hdrcharset", b"BINARY"), ("path", b"binary-\xff\xfe")])
        .file("binary", "")
        .pax(&[("path", "schön/ß".as_bytes())])
        .file("utf-8", "")
        .finish();
    assert_eq!(clean(&tar).listing(), ["f latin-\\xe9 0", "f binary-\\xff\\xfe 0", "f schön/ß 0"]);
}

#[test]
fn a_git_archive_has_a_global_header_that_changes_nothing() {
    let tar = Tar::new()
        .pax_global(&[("comment", b"5c2b1d1ff0d5f3b2f1b2b4a0a4a5f3a0b1c2d3e4")])
        .file("README", "x")
        .pax_global(&[("comment", b"again")])
        .finish();
    assert_eq!(clean(&tar).listing(), ["f README 1"]);
}

/// `a`, a hole, `bc`, a hole.
fn sparse_content() -> Vec<u8> {
    let mut content = vec![0; 3000];
    content[0] = b'a';
    content[1024..1026].copy_from_slice(b"bc");
    content
}

#[test]
fn holes_in_the_old_gnu_format() {
    let header = || Header::new(b'S', "kept").magic(GNU).size(3).field(at::REAL_SIZE, "00000005670\0");
    let short = Tar::new()
        .header(header().sparse(0, 0, 1).sparse(1, 1024, 2).sparse(2, 3000, 0))
        .data("abc")
        .file("after", "")
        .finish();
    let mut block = [sparse_entry(1024, 2), sparse_entry(3000, 0)].concat();
    block.resize(BLOCK, 0);
    let extended = Tar::new()
        .header(header().sparse(0, 0, 1).field(at::IS_EXTENDED, [1]))
        .raw(&block)
        .data("abc")
        .file("after", "")
        .finish();
    for tar in [short, extended] {
        let seen = clean(&tar);
        assert_eq!(seen.listing(), ["f kept 3000", "f after 0"]);
        assert_eq!(seen.content("kept").unwrap(), sparse_content());
    }
}

#[test]
fn holes_in_the_three_pax_formats() {
    let zero_zero: &[(&str, &[u8])] = &[
        ("GNU.sparse.size", b"3000"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.offset", b"0"),
        ("GNU.sparse.numbytes", b"1"),
        ("GNU.sparse.offset", b"1024"),
        ("GNU.sparse.numbytes", b"2"),
    ];
    let zero_one: &[(&str, &[u8])] = &[
        ("GNU.sparse.major", b"0"),
        ("GNU.sparse.minor", b"1"),
        ("GNU.sparse.name", b"kept"),
        ("GNU.sparse.size", b"3000"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.map", b"0,1,1024,2"),
    ];
    let one_zero: &[(&str, &[u8])] = &[
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"kept"),
        ("GNU.sparse.realsize", b"3000"),
    ];
    let mut with_map = b"2\n0\n1\n1024\n2\n".to_vec();
    with_map.resize(BLOCK, 0);
    with_map.extend_from_slice(b"abc");
    for tar in [
        Tar::new().pax(zero_zero).file("kept", "abc"),
        Tar::new().pax(zero_one).file("GNUSparseFile.1/kept", "abc"),
        Tar::new().pax(one_zero).file("GNUSparseFile.1/kept", with_map),
    ] {
        let seen = clean(&tar.file("after", "").finish());
        assert_eq!(seen.listing(), ["f kept 3000", "f after 0"]);
        assert_eq!(seen.content("kept").unwrap(), sparse_content());
    }
}

#[test]
fn a_sparse_program_is_told_by_its_first_bytes() {
    let header = |offset| {
        let header = Header::program("tool").magic(GNU).field(at::KIND, b"S").size(17);
        header.field(at::REAL_SIZE, "00000005670\0").sparse(0, offset, 17)
    };
    assert!(clean(&Tar::new().header(header(0)).data(ELF).finish()).is_program("tool"));
    assert!(!clean(&Tar::new().header(header(512)).data(ELF).finish()).is_program("tool"));
}

#[test]
fn signed_and_spaced_checksums() {
    let tar = Tar::new()
        .header(Header::new(b'0', b"\xff\xfe").signed_sum())
        .header(Header::new(b'0', "spaced").field(at::SIZE, "          0 ").field(at::MODE, " 100644 "))
        .finish();
    assert_eq!(clean(&tar).listing(), ["f \\xff\\xfe 0", "f spaced 0"]);
}

#[test]
fn an_archive_may_end_in_many_ways() {
    let one = || Tar::new().file("one", "x");
    let unpadded = one().unfinished()[..BLOCK + 1].to_vec();
    for tar in [
        one().finish(),
        one().unfinished(),
        one().raw([0; BLOCK]).unfinished(),
        one().raw([0; 20 * BLOCK]).unfinished(),
        one().raw([0; 100]).unfinished(),
        unpadded,
    ] {
        assert_eq!(clean(&tar).listing(), ["f one 1"], "{} bytes", tar.len());
    }
    for empty in [vec![], vec![0; BLOCK], vec![0; 2 * BLOCK], vec![0; 10_240]] {
        assert_eq!(clean(&empty).entries, []);
    }
}

#[test]
fn duplicates_are_kept_in_order() {
    let tar = Tar::new().file("kept", "old").file("./kept", "new").directory("kept").finish();
    let (seen, _) = read(&tar);
    assert_eq!(seen.listing(), ["f kept 3", "f kept 3", "d kept"]);
    assert_eq!(seen.contents, [b"old", b"new"]);
}
