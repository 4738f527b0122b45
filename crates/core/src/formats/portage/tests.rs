use super::{CONTENTS, DETECTOR, HOST, REPOSITORY, SLOT};
use crate::{FoundFile, Parsed};

type Companions<'a> = &'a [(&'static str, &'a [u8])];

const BESIDE: Companions<'_> = &[
    (SLOT, b"0/5.2\n"),
    (REPOSITORY, b"gentoo\n"),
    (HOST, b"x86_64-pc-linux-gnu\n"),
    (
        CONTENTS,
        b"dir /bin\nobj /bin/bash 900150983cd24fb0d6963f7d28e17f72 1700000000\nobj /etc/a file 0123 17\nsym /bin/sh -> bash 17\nfif /run/pipe\nodd\n",
    ),
];

fn parse(folder: &str, content: &str, companions: Companions<'_>) -> Parsed {
    let path = format!("srv/root/var/db/pkg/{folder}/PF");
    (DETECTOR.parse)(&FoundFile { path: &(&*path).into(), content: content.as_bytes(), companions })
}

fn details(parsed: &Parsed) -> Vec<&str> {
    parsed.blind_spots.iter().map(|spot| spot.detail.as_str()).collect()
}

#[test]
fn a_folder_tells_what_matching_needs() {
    let parsed = parse("app-shells/bash-5.2_p26-r1", "bash-5.2_p26-r1\n", BESIDE);
    assert_eq!(parsed.blind_spots, []);
    let [found] = &parsed.packages[..] else { panic!("one package") };
    let package = &found.package;
    assert_eq!(
        (&*package.name, &*package.version, &*package.kind),
        ("app-shells/bash", "5.2_p26-r1", "ebuild")
    );
    assert_eq!(package.module.as_deref(), Some("0"));
    assert_eq!(package.repository.as_deref(), Some("gentoo"));
    assert_eq!(package.architecture.as_deref(), Some("amd64"));
    let files: Vec<String> = found.files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(files, ["bin/bash", "etc/a file", "bin/sh", "run/pipe"]);
    let holds: Vec<_> =
        found.files.iter().map(|file| file.digest.map(|digest| digest.is_of(b"abc"))).collect();
    assert_eq!(holds, [Some(true), None, None, None]);
}

#[test]
fn folders_are_taken_apart_where_the_version_begins() {
    for (folder, expected) in [
        ("x11-libs/gtk+-3.24.41-r1", Some(("x11-libs/gtk+", "3.24.41-r1"))),
        ("dev-lang/python-3.12.1_p1", Some(("dev-lang/python", "3.12.1_p1"))),
        ("app-text/docbook-xml-dtd-4.1.2-r7", Some(("app-text/docbook-xml-dtd", "4.1.2-r7"))),
        ("media-fonts/font-adobe-100dpi-1.0.4", Some(("media-fonts/font-adobe-100dpi", "1.0.4"))),
        ("sys-libs/a-r1-9999", Some(("sys-libs/a-r1", "9999"))),
        ("virtual/libc-1", Some(("virtual/libc", "1"))),
        ("dev-libs/a-1-2", None),
        ("dev-libs/a", None),
        ("dev-libs/-1", None),
        ("-odd/a-1", None),
        ("sys-apps/-MERGING-portage-3.0", None),
    ] {
        let name = folder.split_once('/').unwrap().1;
        let parsed = parse(folder, name, BESIDE);
        let found = parsed.packages.first().map(|one| (&*one.package.name, &*one.package.version));
        assert_eq!((found, parsed.blind_spots.is_empty()), (expected, expected.is_some()), "{folder}");
    }
}

#[test]
fn what_is_wrong_is_told_and_the_package_kept() {
    let parsed = parse("a/b-1", "", BESIDE);
    assert_eq!((parsed.packages.len(), details(&parsed)), (1, vec!["it is empty"]));
    let parsed = parse("a/b-1", "b-2", BESIDE);
    assert_eq!(details(&parsed), ["it is not of the package of its folder: “b-2”"]);
    let unreadable = "its slot cannot be read, so that advisories about one slot do not reach it";
    for slot in [&b""[..], b"/1", b"a b", b"\xff", b"-1"] {
        let parsed = parse("a/b-1", "b-1", &[(SLOT, slot)]);
        assert_eq!((parsed.packages.len(), details(&parsed)), (1, vec![unreadable]), "{slot:?}");
        assert_eq!(parsed.packages[0].package.module, None);
    }
    assert_eq!(details(&parse("a/b-1", "b-1", &[])), [unreadable]);
}

#[test]
fn a_system_that_is_not_known_is_no_architecture() {
    let of = |host: &'static str| {
        let parsed = parse("a/b-1", "b-1", &[(SLOT, b"0"), (HOST, host.as_bytes())]);
        parsed.packages[0].package.architecture.clone()
    };
    for (host, expected) in [
        ("i686-pc-linux-gnu", Some("x86")),
        ("armv7a-unknown-linux-gnueabihf", Some("arm")),
        ("powerpc64le-unknown-linux-gnu", Some("ppc64")),
        ("vax-unknown-linux-gnu", None),
    ] {
        assert_eq!(of(host).as_deref(), expected, "{host}");
    }
}
