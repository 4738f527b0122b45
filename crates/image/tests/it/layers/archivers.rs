//! Archives of real archivers, in every format that they write, against the directory that they were made of.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use super::support::{Seen, clean};

/// A directory with something of everything. With long names only where the format can have them.
fn make(directory: &Path, long_names: bool) {
    fs::create_dir_all(directory.join("etc/empty")).unwrap();
    fs::write(directory.join("etc/kept"), "content").unwrap();
    fs::write(directory.join("tool"), b"\x7fELF\x02\x01\x01\0").unwrap();
    fs::set_permissions(directory.join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../etc/kept", directory.join("link")).unwrap();
    fs::hard_link(directory.join("etc/kept"), directory.join("hard")).unwrap();
    if long_names {
        let deep = directory.join("a-long-directory-name/".repeat(9)).join("schön".repeat(30));
        fs::create_dir_all(deep.parent().unwrap()).unwrap();
        fs::write(&deep, "long").unwrap();
        symlink("t".repeat(180), directory.join("long-link")).unwrap();
    }
}

/// What the reader is to find, from the directory itself. Which of two names of a file is the hard link is up to the
/// archiver.
fn expected(directory: &Path, root: &Path, lines: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            lines.push(format!("d {name}"));
            expected(&path, root, lines);
        } else if metadata.is_symlink() {
            lines.push(format!("l {name} -> {}", fs::read_link(&path).unwrap().to_str().unwrap()));
        } else {
            lines.push(format!("f {name} {}", metadata.len()));
        }
    }
}

/// The listing with hard links as the files that they are, sorted.
fn listing(seen: &Seen) -> Vec<String> {
    let mut lines: Vec<String> = seen
        .listing()
        .into_iter()
        .map(|line| match line.strip_prefix("h ").and_then(|link| link.split_once(" = ")) {
            Some((name, "etc/kept" | "hard")) => format!("f {name} 7"),
            _ => line,
        })
        .collect();
    lines.sort();
    lines
}

#[track_caller]
fn compare(directory: &Path, tar: &[u8], what: &str) {
    let mut lines = Vec::new();
    expected(directory, directory, &mut lines);
    lines.sort();
    let seen = clean(tar);
    assert_eq!(listing(&seen), lines, "{what}");
    assert!(seen.is_program("tool"), "{what}");
    assert!(seen.contents.contains(&b"content".to_vec()), "{what}");
}

#[test]
fn gnu_tar_in_all_its_formats() {
    for (format, long_names) in
        [("v7", false), ("ustar", false), ("oldgnu", true), ("gnu", true), ("posix", true)]
    {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path(), long_names);
        let output = Command::new("tar")
            .args(["--format", format, "--sort=name", "-C"])
            .arg(directory.path())
            .args(["-cf", "-", "."])
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no tar here");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        compare(directory.path(), &output.stdout, format);
    }
}

#[test]
fn python_in_all_its_formats() {
    for (format, long_names) in [("USTAR", false), ("GNU", true), ("PAX", true)] {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path(), long_names);
        let program = format!(
            "import sys, tarfile, os\n\
             with tarfile.open(fileobj=sys.stdout.buffer, mode='w|', format=tarfile.{format}_FORMAT) as tar:\n\
             \tfor name in sorted(os.listdir('.')): tar.add(name)\n"
        );
        let output = Command::new("python3").args(["-c", &program]).current_dir(directory.path()).output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no Python here");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        compare(directory.path(), &output.stdout, format);
    }
}

#[test]
fn gnu_tar_with_holes() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(directory.path().join("kept")).unwrap();
    for place in [0, 100_000, 300_000, 450_000, 600_000, 700_000, 900_000] {
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(format!("data at {place}").as_bytes()).unwrap();
    }
    file.set_len(1_000_000).unwrap();
    drop(file);
    let content = fs::read(directory.path().join("kept")).unwrap();
    for options in [
        &["--format=gnu"][..],
        &["--format=posix", "--sparse-version=0.0"],
        &["--format=posix", "--sparse-version=0.1"],
        &["--format=posix", "--sparse-version=1.0"],
    ] {
        let output = Command::new("tar")
            .args(options)
            // Some file systems do not tell where holes are; then the zeros are looked for.
            .args(["--sparse", "--hole-detection=raw", "-C"])
            .arg(directory.path())
            .args(["-cf", "-", "kept"])
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no tar here");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.len() < 100_000, "{options:?} wrote no holes");
        let seen = clean(&output.stdout);
        assert_eq!(seen.listing(), ["f kept 1000000"], "{options:?}");
        assert!(seen.content("kept") == Some(&content), "{options:?}");
    }
}
