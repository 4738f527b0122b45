//! Names: spellings, whiteouts, and ways out of the image.

use limpid_core::{
    Digest,
    Reason::{LayerUnsupported, OverBudget},
};
use limpid_image::limits::Limits;
use limpid_testkit::tar::Tar;

use super::support::{clean, read, read_within};

#[test]
fn spellings_become_one_path() {
    let tar = Tar::new()
        .directory("./")
        .directory("/")
        .file("./etc/a", "")
        .file("/etc/b", "")
        .file("etc//c", "")
        .file("no/parents/d", "")
        .file("etc/x/../e", "")
        .finish();
    assert_eq!(
        clean(&tar).listing(),
        ["f etc/a 0", "f etc/b 0", "f etc/c 0", "f no/parents/d 0", "f etc/e 0"]
    );
}

#[test]
fn whiteouts_are_told_by_name_alone() {
    let tar = Tar::new()
        .file("usr/.wh.gone", "")
        .directory("usr/.wh.directory/")
        .file("usr/lib/.wh..wh..opq", "")
        .file(".wh..wh..opq", "")
        .file("./.wh.top", "")
        .file("usr/.wh..wh.hidden", "")
        .finish();
    assert_eq!(
        clean(&tar).listing(),
        ["w usr/gone", "w usr/directory", "q usr/lib", "q ", "w top", "w usr/.wh.hidden"]
    );
}

#[test]
fn metadata_of_aufs_is_passed_over() {
    let tar = Tar::new()
        .directory(".wh..wh.orph/")
        .directory(".wh..wh.plnk/")
        .file(".wh..wh.plnk/12.34", "x")
        .file(".wh..wh.aufs", "")
        .file("real", "")
        .finish();
    assert_eq!(clean(&tar).listing(), ["f real 0"]);

    let (seen, _) = read(&Tar::new().hard_link("tool", ".wh..wh.plnk/12.34").finish());
    assert_eq!(seen.listing(), ["h tool = .wh..wh.plnk/12.34"]);
    assert_eq!(seen.told(), [(LayerUnsupported, "tool")]);
}

#[test]
fn a_whiteout_of_no_name_is_told() {
    for name in ["etc/.wh.", "etc/.wh..", "etc/.wh..."] {
        let (seen, _) = read(&Tar::new().file(name, "").finish());
        assert_eq!((seen.listing().len(), seen.told()), (0, vec![(LayerUnsupported, name)]));
    }
}

#[test]
fn nothing_escapes_and_every_try_is_told() {
    let tar = Tar::new()
        .file("../../etc/passwd", "")
        .file("a/../../b", "")
        .hard_link("link", "../../etc/shadow")
        .symlink("symlink", "../../../etc/shadow")
        .file("..", "")
        .file("", "")
        .finish();
    let (seen, _) = read(&tar);
    assert_eq!(
        seen.listing(),
        ["f etc/passwd 0", "f b 0", "h link = etc/shadow", "l symlink -> ../../../etc/shadow"]
    );
    let told = ["etc/passwd", "b", "link", "/", "/", "/"].map(|path| (LayerUnsupported, path));
    assert_eq!(seen.told(), told);
}

#[test]
fn control_characters_are_told_escaped() {
    let (seen, _) = read(&Tar::new().file("../\x1b[2J", "").finish());
    assert_eq!(seen.told(), [(LayerUnsupported, "\\u{1b}[2J")]);
}

#[test]
fn long_and_deep_names_are_told_and_left_out() {
    let limits = Limits { path_bytes: 20, path_components: 4, ..Limits::default() };
    let tar = Tar::new()
        .file("a/b/c/d", "")
        .file("a/b/c/d/e", "")
        .file("12345678901234567890", "")
        .file("123456789012345678901", "")
        .symlink("link", "123456789012345678901")
        .finish();
    let (seen, facts) = read_within(&tar, &limits);
    assert_eq!(seen.listing(), ["f a/b/c/d 0", "f 12345678901234567890 0"]);
    let layer = Digest::of(&tar);
    assert_eq!(
        seen.told(),
        [(OverBudget, layer.as_str()); 3],
        "where they would be is not where they are told"
    );
    for (spot, name) in seen.blind_spots.iter().zip(["a/b/c/d/e: ", "123456789012345678901: ", "link: "]) {
        assert!(spot.detail.starts_with(name), "{}", spot.detail);
    }
    assert!(facts.diff_id.is_some());
}
