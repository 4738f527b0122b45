use super::DETECTOR;
use crate::{FoundFile, Parsed};

fn parse(path: &str, content: &[u8]) -> Parsed {
    (DETECTOR.parse)(&FoundFile { path: &path.into(), content, companions: &[] })
}

const BASH: &str = "var/lib/pacman/local/bash-5.2.037-1/desc";

fn details(parsed: &Parsed) -> Vec<&str> {
    parsed.blind_spots.iter().map(|spot| spot.detail.as_str()).collect()
}

#[test]
fn a_description_tells_what_matching_needs() {
    let content = b"%NAME%\nlibcups\n\n%VERSION%\n2:2.4.11-2\n\n%BASE%\ncups\n\n%ARCH%\nx86_64\n\n%PACKAGER%\nA B <a@archlinux.org>\n\n%VALIDATION%\npgp\n\n";
    let parsed = parse("opt/root/var/lib/pacman/local/libcups-2:2.4.11-2/desc", content);
    assert_eq!(parsed.blind_spots, []);
    let package = &parsed.packages[0].package;
    assert_eq!((&*package.name, &*package.version, &*package.kind), ("libcups", "2:2.4.11-2", "alpm"));
    assert_eq!(package.architecture.as_deref(), Some("x86_64"));
    assert_eq!(package.source_name(), "cups");
    assert_eq!(package.vendor.as_deref(), Some("A B <a@archlinux.org>"));
    assert_eq!(package.repository, None);
}

#[test]
fn where_a_package_came_from_is_read_where_something_tells() {
    let of = |rest: &str| {
        let content = format!("%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n{rest}");
        parse(BASH, content.as_bytes()).packages[0].package.repository.clone()
    };
    assert_eq!(of("%VALIDATION%\nnone\n\n").as_deref(), Some(super::LOCAL_FILE));
    assert_eq!(of("%VALIDATION%\nsha256\npgp\n\n"), None);
    assert_eq!(of("%INSTALLED_DB%\ncachyos\n\n%VALIDATION%\nnone\n\n").as_deref(), Some("cachyos"));
}

#[test]
fn what_is_wrong_is_told_and_the_package_kept() {
    let whole = "%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n";
    for (content, packages, detail) in [
        ("", 0, "the description is empty: which package it was of cannot be known"),
        ("%NAME%\nbash\n\n", 0, "it has no readable name and version"),
        ("%NAME%\nbash\n\n%VERSION%\n5.2.037-1", 1, "the description is cut off in its last field"),
        ("odd\n%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n", 1, "line 1 is neither a field nor a value of one"),
        (
            "%NAME%\nzsh\n\n%VERSION%\n5.2.037-1\n\n",
            1,
            "it is not of the package of its folder: zsh 5.2.037-1",
        ),
        ("%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n%NAME%\nbash\n\n", 1, "it has %NAME% twice"),
    ] {
        let parsed = parse(BASH, content.as_bytes());
        assert_eq!((parsed.packages.len(), details(&parsed)), (packages, vec![detail]), "{content:?}");
    }
    assert_eq!(details(&parse(BASH, whole.as_bytes())), [""; 0]);
}

#[test]
fn a_list_names_the_files_of_its_package() {
    let content = b"%FILES%\nusr/\nusr/bin/\nusr/bin/bash\nusr/bin/sh\n\n%BACKUP%\netc/bash.bashrc\tabc\n\n";
    let parsed = parse("var/lib/pacman/local/lib32-gcc-libs-14.2.1-1/files", content);
    let [owned] = &parsed.owned[..] else { panic!("one package") };
    let files: Vec<String> = owned.files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!((&*owned.package, files.join(" ")), ("lib32-gcc-libs", "usr/bin/bash usr/bin/sh".to_owned()));
    assert_eq!(parse("var/lib/pacman/local/odd/files", content).blind_spots.len(), 1);
    assert_eq!(parse("var/lib/pacman/local/filesystem-1-1/files", b""), Parsed::default());
}
