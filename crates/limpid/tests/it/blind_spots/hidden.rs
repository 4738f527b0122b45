//! A vulnerable database in places and forms that are easily missed: it is judged, or the report says that it is not.

use limpid_testkit::{
    alpine::{DATABASE, System},
    image::{ImageBuilder, Layout, Stored},
    tar::{Header, Tar},
};

use crate::support::{advised, vulnerable};

const OS_RELEASE: &str = "ID=alpine\nVERSION_ID=3.99.1\n";

/// What is tried, and the layers of an image, lowest first.
type Case = (&'static str, Vec<Tar>);

/// A database that is a link or a folder, or was taken away.
fn databases() -> Vec<Case> {
    let database = vulnerable().database().to_vec();
    let system = || Tar::new().file("etc/os-release", OS_RELEASE);
    let whole = || system().file(DATABASE, &database);
    vec![
        ("a link to a file", vec![system().file("srv/data", &database).symlink(DATABASE, "/srv/data")]),
        ("a link upwards", vec![system().file("srv/data", &database).symlink(DATABASE, "../../../srv/data")]),
        ("a hard link", vec![system().file("srv/data", &database).hard_link(DATABASE, "srv/data")]),
        (
            "a hard link to a lower layer",
            vec![system().file("srv/data", &database), Tar::new().hard_link(DATABASE, "srv/data")],
        ),
        (
            "a linked folder",
            vec![system().file("opt/apk/db/installed", &database).symlink("lib/apk", "/opt/apk")],
        ),
        (
            "a folder linked above",
            vec![
                system().file("opt/apk/db/installed", &database),
                Tar::new().symlink("lib/apk", "../opt/apk"),
            ],
        ),
        ("a link in a circle", vec![whole(), Tar::new().symlink(DATABASE, "installed")]),
        ("a link to nothing", vec![whole(), Tar::new().symlink(DATABASE, "/no/such/file")]),
        ("a folder instead", vec![whole(), Tar::new().directory(DATABASE)]),
        ("a pipe instead", vec![whole(), Tar::new().header(Header::new(b'6', DATABASE))]),
        ("a device instead", vec![whole(), Tar::new().header(Header::new(b'3', DATABASE))]),
        ("a file instead of its folder", vec![whole(), Tar::new().file("lib/apk", "")]),
        ("emptied", vec![whole(), Tar::new().file(DATABASE, "")]),
        ("whited out", vec![whole(), Tar::new().file("lib/apk/db/.wh.installed", "")]),
        ("the folder opaque", vec![whole(), Tar::new().file("lib/apk/.wh..wh..opq", "")]),
    ]
}

/// A system that does not say what it is.
fn systems() -> Vec<Case> {
    let database = vulnerable().database().to_vec();
    let whole = || Tar::new().file("etc/os-release", OS_RELEASE).file(DATABASE, &database);
    vec![
        ("no os-release", vec![Tar::new().file(DATABASE, &database)]),
        (
            "an os-release that says nothing",
            vec![Tar::new().file("etc/os-release", "").file(DATABASE, &database)],
        ),
        (
            "an os-release without a release",
            vec![Tar::new().file("etc/os-release", "ID=alpine\n").file(DATABASE, &database)],
        ),
        (
            "an os-release without a name",
            vec![Tar::new().file("etc/os-release", "VERSION_ID=3.99.1\n").file(DATABASE, &database)],
        ),
        ("an os-release whited out", vec![whole(), Tar::new().file("etc/.wh.os-release", "")]),
        (
            "an os-release that is a link to a file",
            vec![
                Tar::new()
                    .file("srv/os", OS_RELEASE)
                    .symlink("etc/os-release", "../srv/os")
                    .file(DATABASE, &database),
            ],
        ),
        (
            "an os-release that is a link to nothing",
            vec![whole(), Tar::new().symlink("etc/os-release", "/none")],
        ),
        ("an os-release that is a folder", vec![whole(), Tar::new().directory("etc/os-release")]),
        (
            "an os-release of garbage",
            vec![Tar::new().file("etc/os-release", b"\xff\0\xfe").file(DATABASE, &database)],
        ),
        (
            "another distribution above",
            vec![whole(), Tar::new().file("etc/os-release", "ID=debian\nVERSION_ID=12\n")],
        ),
    ]
}

/// The same system, written in another way.
fn spellings() -> Vec<Case> {
    let database = vulnerable().database().to_vec();
    let system = || Tar::new().file("etc/os-release", OS_RELEASE);
    vec![
        (
            "twice in one layer",
            vec![system().file(DATABASE, "P:none\nV:1-r0\no:none\n\n").file(DATABASE, &database)],
        ),
        (
            "in a dotted path",
            vec![
                Tar::new().file("./etc/os-release", OS_RELEASE).file("./lib//apk/./db/installed", &database),
            ],
        ),
        (
            "in an absolute path",
            vec![Tar::new().file("/etc/os-release", OS_RELEASE).file("/lib/apk/db/installed", &database)],
        ),
        (
            "below another root",
            vec![
                Tar::new()
                    .file("rootfs/etc/os-release", OS_RELEASE)
                    .file("rootfs/lib/apk/db/installed", &database),
            ],
        ),
        (
            "below another root without os-release",
            vec![Tar::new().file("rootfs/lib/apk/db/installed", &database)],
        ),
    ]
}

/// Those that are no more than another way to write the same system.
const JUDGED: [&str; 4] =
    ["twice in one layer", "in a dotted path", "in an absolute path", "below another root"];

#[test]
fn what_is_hidden_is_judged_or_told() {
    let place = advised();
    for (name, layers) in databases().into_iter().chain(systems()).chain(spellings()) {
        let image = layers
            .into_iter()
            .fold(ImageBuilder::new(), |image, layer| image.layer(layer.finish(), Stored::Gzip));
        let file = place.write("image.tar", Layout::of(&image, "latest").tar().finish());
        let ran = place.run(&format!("scan {file} --offline --format json"));
        let report = ran.json();
        let verdict = report["verdict"].as_str().unwrap();
        assert!(!JUDGED.contains(&name) || verdict == "vulnerable", "{name}: {report:#}");
        assert_ne!(verdict, "clean", "{name}: {report:#}");
        assert_eq!(ran.status, if verdict == "vulnerable" { 0 } else { 3 }, "{name}");
    }
}

#[test]
fn versions_and_names_that_are_easily_missed() {
    let place = advised();
    for (name, entry) in [
        ("carriage returns", "P:busybox\r\nV:1.36.0-r1\r\no:busybox\r\n\r\n"),
        ("no empty line between", "P:musl\nV:1.2.4-r0\no:musl\nP:busybox\nV:1.36.0-r1\no:busybox\n\n"),
        ("white space between", "P:musl\nV:1.2.4-r0\no:musl\n \nP:busybox\nV:1.36.0-r1\no:busybox\n\n"),
        ("no origin", "P:busybox\nV:1.36.0-r1\n\n"),
        ("another origin", "P:sh\nV:1.36.0-r1\no:busybox\n\n"),
        ("indented", " P:busybox\n V:1.36.0-r1\n o:busybox\n\n"),
        ("the name at the end", "V:1.36.0-r1\no:busybox\nP:busybox\n\n"),
        ("no version", "P:busybox\no:busybox\n\n"),
        ("an empty version", "P:busybox\nV:\no:busybox\n\n"),
        ("two versions", "P:busybox\nV:1.36.1-r0\nV:1.36.0-r1\no:busybox\n\n"),
        ("a version with a space", "P:busybox\nV:1.36.0-r1 \no:busybox\n\n"),
        ("a NUL", "P:busybox\0\nV:1.36.0-r1\no:busybox\n\n"),
        ("a cut-off name", "P:musl\nV:1.2.4-r0\no:musl\n\nP:busyb"),
    ] {
        let system = System::alpine("3.99.1").in_database(entry);
        let report = place.report(&place.image("app.tar", &system));
        assert_ne!(report["verdict"], "clean", "{name}: {report:#}");
    }
}
