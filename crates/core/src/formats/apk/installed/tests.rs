use super::*;
use crate::package::SourcePackage;

const BUSYBOX: &str =
    "C:Q1uKAA=\nP:busybox\nV:1.35.0-r13\nA:x86_64\no:busybox\nF:bin\nR:busybox\na:0:0:755\nZ:Q1=\n\n";
const LIBSSL: &str =
    "P:libssl1.1\nV:1.1.1o-r0\nA:x86_64\no:openssl\nF:lib\nR:libssl.so.1.1\nF:usr/lib\nR:libssl.so\n\n";

fn read(content: impl AsRef<[u8]>) -> Parsed {
    parse(&FoundFile { path: &"lib/apk/db/installed".into(), content: content.as_ref(), companions: &[] })
}

fn names(parsed: &Parsed) -> Vec<String> {
    parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
}

fn paths(package: &ParsedPackage) -> Vec<String> {
    package.files.iter().map(|file| file.path.to_string()).collect()
}

fn spots(parsed: &Parsed) -> Vec<(Reason, u64, &str)> {
    parsed.blind_spots.iter().map(|spot| (spot.reason, spot.packages, spot.detail.as_str())).collect()
}

#[test]
fn packages_are_read_with_their_source_and_files() {
    let parsed = read(format!("{BUSYBOX}{LIBSSL}"));
    assert_eq!(names(&parsed), ["busybox 1.35.0-r13", "libssl1.1 1.1.1o-r0"]);
    assert_eq!(parsed.blind_spots, []);
    let libssl = &parsed.packages[1];
    assert_eq!(libssl.package.source, Some(SourcePackage::new("openssl", "1.1.1o-r0")));
    assert_eq!(libssl.package.architecture.as_deref(), Some("x86_64"));
    assert_eq!(libssl.package.kind, "apk");
    assert_eq!(paths(libssl), ["lib/libssl.so.1.1", "usr/lib/libssl.so"]);
}

#[test]
fn files_have_the_digest_that_stands_behind_them() {
    let sha1 = "Z:Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
    let sha256 = "Z:Q2ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let lines = [
        "P:a",
        "V:1",
        "F:d",
        sha1,
        "R:first",
        "a:0:0:755",
        sha1,
        "R:none",
        "R:second",
        sha256,
        "R:odd",
        "Z:Q1=",
        "R:last",
        "F:e",
        sha1,
    ];
    let parsed = read(lines.join("\n") + "\n\n");
    let files = parsed.packages[0].files.iter();
    let holds: Vec<_> = files.map(|file| file.digest.map(|digest| digest.is_of(b"abc"))).collect();
    assert_eq!(holds, [Some(true), None, Some(true), None, None]);
}

#[test]
fn odd_lines_lose_nothing() {
    for odd in [
        format!("\n\n\n{BUSYBOX}\n\n\n{LIBSSL}\n\n"),
        format!("{BUSYBOX}{LIBSSL}").replace('\n', "\r\n"),
        BUSYBOX.replace("A:x86_64", "no field\n?:unknown\n   \n\tA:x86_64  ") + LIBSSL,
        BUSYBOX.replace("o:busybox", "o:busybox\nT:Size optimized \u{fffd}:") + LIBSSL,
        // An empty line is missing between the two.
        format!("{}{LIBSSL}", BUSYBOX.trim_end_matches('\n').to_owned() + "\n"),
        // The same entry twice.
        format!("{BUSYBOX}{BUSYBOX}{LIBSSL}"),
    ] {
        let parsed = read(&odd);
        assert_eq!(names(&parsed), ["busybox 1.35.0-r13", "libssl1.1 1.1.1o-r0"], "{odd}");
        assert_eq!(parsed.packages[0].package.architecture.as_deref(), Some("x86_64"), "{odd}");
        assert_eq!(parsed.blind_spots, [], "{odd}");
    }
}

#[test]
fn two_versions_of_one_package_are_two_packages() {
    let parsed = read(BUSYBOX.to_owned() + &BUSYBOX.replace("-r13", "-r15"));
    assert_eq!(names(&parsed), ["busybox 1.35.0-r13", "busybox 1.35.0-r15"]);
}

#[test]
fn an_entry_that_lacks_something_is_a_blind_spot_with_its_line() {
    for (fault, kept) in [
        (BUSYBOX.replace("P:", "X:"), 1),
        (BUSYBOX.replace("V:1.35.0-r13\n", ""), 1),
        (BUSYBOX.replace("V:", "V: "), 2),
        (BUSYBOX.replace("V:1.35.0-r13", "V:"), 1),
        (BUSYBOX.replace("busybox\nV", "busy\x07box\nV"), 1),
        (BUSYBOX.replace("V:1.35.0-r13", "V:1.35.0-r13\nV:1.36.0-r1"), 1),
        (BUSYBOX.replace("o:busybox", "o:\u{fffd}"), 2),
    ] {
        let parsed = read(format!("\n{fault}{LIBSSL}"));
        assert_eq!(parsed.packages.len(), kept, "{fault}");
        let expected = "entries without a readable name, version or origin: 1; the first begins at line 2";
        let expected =
            if fault.contains("V: ") { vec![] } else { vec![(Reason::DatabaseUnreadable, 1, expected)] };
        assert_eq!(spots(&parsed), expected, "{fault}");
    }
}

#[test]
fn a_database_that_does_not_end_with_an_empty_line_is_cut_off() {
    let whole = format!("{BUSYBOX}{LIBSSL}");
    let parsed = read(whole.trim_end());
    assert_eq!(names(&parsed), ["busybox 1.35.0-r13", "libssl1.1 1.1.1o-r0"]);
    let detail = "it is cut off in the entry of libssl1.1, which begins at line 11";
    assert_eq!(spots(&parsed), [(Reason::DatabaseUnreadable, 1, detail)]);
    let inside = BUSYBOX.len() + 1;
    let parsed = read(&whole.as_bytes()[..inside]);
    assert_eq!(names(&parsed), ["busybox 1.35.0-r13"]);
    assert!(spots(&parsed).contains(&(
        Reason::DatabaseUnreadable,
        1,
        "it is cut off in the entry that begins at line 11"
    )));
}

#[test]
fn what_has_no_package_is_never_silent() {
    for nothing in
        [&b""[..], b"\n", b"\n\n\n", b"   \n", b"\x00\xff\x7fELF\n\x01", b"<html>\n\n", b"SQLite format 3\0"]
    {
        let parsed = read(nothing);
        assert_eq!(parsed.packages, [], "{nothing:?}");
        assert!(!parsed.blind_spots.is_empty(), "{nothing:?}");
    }
}

#[test]
fn paths_cannot_leave_the_image_nor_fill_the_memory() {
    let parsed = read("P:a\nV:1\nF:../../etc\nR:../x\n\n");
    assert_eq!(paths(&parsed.packages[0]), ["x"]);
    let deep = format!("P:a\nV:1\nF:{}\n{}\n", "d".repeat(1 << 20), "R:f\n".repeat(100));
    let parsed = read(&deep);
    assert_eq!(parsed.packages[0].files.len(), 63);
    assert_eq!(parsed.blind_spots[0].reason, Reason::OverBudget);
}

#[test]
fn the_tag_of_a_repository_stays_with_its_package() {
    let parsed = read("P:a\nV:1\ns:testing\n\nP:b\nV:1\n\n");
    let tags: Vec<_> = parsed.packages.iter().map(|one| one.package.repository.as_deref()).collect();
    assert_eq!(tags, [Some("testing"), None]);
    assert_eq!(parsed.blind_spots, []);
}
