//! Archives that readers see differently. The reading is Go's, and that there are others is told.

use limpid_core::{Digest, Reason::LayerUnsupported};
use limpid_testkit::tar::{BLOCK, GNU, Header, Tar, at, base_256};

use super::support::read;

/// Reads, and expects this listing and faults about these subjects; `layer` stands for the layer's digest.
#[track_caller]
fn expect(tar: Tar, listing: &[&str], subjects: &[&str]) {
    let tar = tar.finish();
    let (seen, facts) = read(&tar);
    let layer = Digest::of(&tar).to_string();
    let told: Vec<_> =
        subjects.iter().map(|&subject| if subject == "layer" { &layer } else { subject }).collect();
    assert_eq!(seen.listing(), listing);
    assert_eq!(seen.told(), told.into_iter().map(|subject| (LayerUnsupported, subject)).collect::<Vec<_>>());
    assert!(facts.diff_id.is_some(), "the layer was read to its end");
}

#[test]
fn the_size_of_an_extended_header_wins_over_another_in_the_header() {
    let inner = Tar::new().file("smuggled", "").unfinished();
    let tar = Tar::new().pax(&[("size", b"0")]).file("outer", &inner).file("after", "");
    expect(tar, &["f outer 0", "f smuggled 0", "f after 0"], &["outer"]);

    let tar = Tar::new()
        .pax(&[("size", b"512")])
        .header(Header::new(b'0', "outer").size(1))
        .raw(&inner)
        .file("after", "");
    expect(tar, &["f outer 512", "f after 0"], &["outer"]);
}

#[test]
fn a_size_that_is_no_number_ends_the_reading() {
    for size in [&b"-1"[..], b"9223372036854775808", b"1e3", b"+1"] {
        let tar = Tar::new().file("before", "").pax(&[("size", size)]).file("wrong", "").file("after", "");
        expect(tar, &["f before 0"], &["wrong"]);
    }
    for size in [&[0xff; 12][..], b"-0000000001\0", &[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
        let tar = Tar::new().file("before", "").header(Header::new(b'0', "wrong").field(at::SIZE, size));
        expect(tar.file("after", ""), &["f before 0"], &["layer"]);
    }
}

#[test]
fn a_huge_size_is_believed_and_cut_off() {
    let header = Header::new(b'0', "kept").magic(GNU).field(at::SIZE, base_256(i64::MAX as u64, 12));
    let (seen, _) = read(&Tar::new().header(header).data("x").finish());
    assert_eq!(seen.listing(), ["f kept 9223372036854775807"]);
    assert_eq!(seen.told().len(), 2, "over the budget of kept files, and cut off: {:?}", seen.blind_spots);
}

#[test]
fn keys_that_come_twice() {
    let tar = Tar::new().pax(&[("path", b"a"), ("path", b"b")]).file("x", "");
    expect(tar, &["f b 0"], &["b"]);
    let tar = Tar::new().pax(&[("path", b"a"), ("path", b"a")]).file("x", "");
    expect(tar, &["f a 0"], &[]);
    let tar = Tar::new().pax(&[("path", b"a"), ("path", b"")]).file("x", "");
    expect(tar, &["f x 0"], &["x"]);
}

#[test]
fn headers_that_come_twice() {
    let tar = Tar::new().pax(&[("path", b"a")]).pax(&[("linkpath", b"b")]).file("x", "");
    expect(tar, &["f x 0"], &["x"]);
    expect(Tar::new().long_name("a").long_name("b").file("x", ""), &["f b 0"], &["b"]);
    expect(Tar::new().long_link("a").long_link("b").symlink("x", ""), &["l x -> b"], &["x"]);
}

#[test]
fn a_long_name_wins_over_an_extended_header() {
    let tar = Tar::new().pax(&[("path", b"a")]).long_name("b").file("x", "");
    expect(tar, &["f b 0"], &["b"]);
    let tar = Tar::new().long_name("a").pax(&[("path", b"a")]).file("x", "");
    expect(tar, &["f a 0"], &[]);
}

#[test]
fn nul_in_the_middle_of_names() {
    expect(Tar::new().pax(&[("path", b"a\0b")]).file("x", ""), &["f a\\u{0}b 0"], &["a\\u{0}b"]);
    expect(Tar::new().long_name("a\0b").file("x", ""), &["f a 0"], &["a"]);
    expect(Tar::new().file("a\0rubbish of old writers", ""), &["f a 0"], &[]);
}

#[test]
fn global_headers_are_not_applied() {
    let tar = Tar::new().pax_global(&[("path", b"everywhere")]).file("x", "");
    expect(tar, &["f x 0"], &["layer"]);
    let tar = Tar::new().pax(&[("path", b"lost")]).pax_global(&[("comment", b"")]).file("x", "");
    expect(tar, &["f x 0"], &["layer"]);
}

#[test]
fn an_extended_header_of_nothing() {
    expect(Tar::new().file("x", "").pax(&[("path", b"a")]), &["f x 0"], &["layer"]);
}

#[test]
fn a_malformed_extended_header() {
    for records in [&b"0 path=a\n"[..], b"99 path=a\n", b"nonsense", b"10 path=a "] {
        let tar = Tar::new().member(Header::new(b'x', "h"), records).file("x", "").file("after", "");
        expect(tar, &["f x 0", "f after 0"], &["x"]);
    }
}

#[test]
fn types_without_data_that_have_a_size() {
    let inner = Tar::new().file("inner", "").unfinished();
    for (kind, line) in [(b'5', "d x"), (b'2', "l x -> "), (b'3', "o x")] {
        let tar = Tar::new().member(Header::new(kind, "x"), &inner).file("after", "");
        expect(tar, &[line, "f inner 0", "f after 0"], &["x"]);
    }
    let linked = Tar::new().header(Header::new(b'1', "x").link("y").size(99)).file("after", "");
    expect(linked, &["h x = y", "f after 0"], &[]);
}

#[test]
fn unknown_types_are_files() {
    let tar = Tar::new()
        .member(Header::new(b'V', "volume"), "abc")
        .member(Header::new(0xff, "odd"), "")
        .file("z", "");
    expect(tar, &["f volume 3", "f odd 0", "f z 0"], &["volume", "odd"]);
}

#[test]
fn a_file_with_the_name_of_a_directory() {
    expect(Tar::new().file("kept/", "x"), &["f kept 1"], &["kept"]);
}

#[test]
fn a_mode_that_is_no_number() {
    let header = Header::new(b'0', "x").field(at::MODE, "rwxr-xr-");
    let (seen, _) = read(&Tar::new().member(header, b"MZ").finish());
    assert!(seen.is_program("x"), "doubt does not hide a program");
    assert_eq!(seen.told(), [(LayerUnsupported, "x")]);
}

#[test]
fn sparse_maps_that_lie() {
    let records = |map: &'static [u8], size: &'static [u8]| {
        let records = [("GNU.sparse.map", map), ("GNU.sparse.numblocks", b"1"), ("GNU.sparse.size", size)];
        Tar::new().pax(&records).file("kept", "abc").file("after", "")
    };
    expect(records(b"0,3", b"10"), &["f kept 10", "f after 0"], &[]);
    expect(records(b"0,4", b"10"), &["f kept 10", "f after 0"], &["kept"]);
    expect(records(b"8,3", b"10"), &["f kept 10", "f after 0"], &["kept"]);
    expect(records(b"0,3,5,0", b"10"), &["f kept 10", "f after 0"], &["kept"]);
    expect(records(b"0,x", b"10"), &["f kept 10", "f after 0"], &["kept"]);
    let unknown = Tar::new().pax(&[("GNU.sparse.major", b"2")]).file("kept", "abc").file("after", "");
    expect(unknown, &["f kept 3", "f after 0"], &["kept"]);
    let no_file = Tar::new().pax(&[("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0")]).directory("d");
    expect(no_file, &["d d"], &["d"]);
    let star = Tar::new().file("before", "").header(Header::new(b'S', "kept")).file("after", "");
    expect(star, &["f before 0"], &["kept"]);
}

#[test]
fn a_lone_block_of_zeros_is_read_over() {
    let tar = Tar::new().file("before", "").raw([0; BLOCK]).file("after", "");
    expect(tar, &["f before 0", "f after 0"], &["layer"]);
}

#[test]
fn a_second_archive_behind_the_end() {
    let second = Tar::new().file("second", "").finish();
    expect(Tar::new().file("first", "").raw([0; 2 * BLOCK]).raw(second), &["f first 0"], &["layer"]);
    expect(Tar::new().raw([0; 40 * BLOCK]).raw("x"), &[], &["layer"]);
}

#[test]
fn a_bad_header_ends_the_reading() {
    let bad = Header::new(b'0', "bad").without_sum();
    expect(Tar::new().file("before", "").header(bad).file("after", ""), &["f before 0"], &["layer"]);
}
