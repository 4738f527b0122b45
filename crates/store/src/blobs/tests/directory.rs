//! What only a directory has: links, locks, and file systems that are full.

use std::{fs, path::Path, process::Command, time::Duration};

use limpid_core::Digest;

use super::{BlobError, Place, bytes};

#[cfg(unix)]
fn inode(path: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).unwrap();
    (metadata.dev(), metadata.ino())
}

#[cfg(unix)]
#[test]
fn nothing_is_copied_within_a_file_system() {
    let place = Place::directory();
    let source = place.file("pack", b"content");
    let mut staged = place.storage.stage(&source).unwrap();
    place.storage.put(&mut staged).unwrap();
    // A second time both names are links to one file already, which a rename leaves alone.
    let mut again = place.storage.stage(&source).unwrap();
    place.storage.put(&mut again).unwrap();
    let digest = staged.digest.clone();
    drop((staged, again));
    let target = place.folder.path().join("target");
    place.storage.fetch_to(&digest, &target).unwrap();

    assert_eq!(inode(&place.at_rest(&digest)), inode(&source));
    assert_eq!(inode(&target), inode(&source));
    assert_eq!(place.leftovers(), 0);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed() {
    let place = Place::directory();
    place.file("pack", b"content");
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink("pack", &link).unwrap();
    let mut staged = place.storage.stage(&link).unwrap();
    place.storage.put(&mut staged).unwrap();
    fs::remove_file(&link).unwrap();
    assert!(fs::symlink_metadata(place.at_rest(&staged.digest)).unwrap().is_file());
    assert_eq!(place.get(&Digest::of(b"content")).unwrap(), b"content");
}

#[test]
fn a_name_that_goes_to_another_file_after_staging_changes_nothing() {
    let place = Place::directory();
    let source = place.file("pack", b"the first");
    let mut staged = place.storage.stage(&source).unwrap();
    fs::rename(place.file("other", b"the second"), &source).unwrap();
    place.storage.put(&mut staged).unwrap();
    assert_eq!(place.get(&Digest::of(b"the first")).unwrap(), b"the first");
    assert!(matches!(place.get(&Digest::of(b"the second")), Err(BlobError::Missing(_))));
}

#[test]
fn a_file_that_was_written_to_is_checked_again() {
    let place = Place::directory();
    let digest = place.put(b"content");
    assert_eq!(place.get(&digest).unwrap(), b"content");
    fs::write(place.at_rest(&digest), b"c0ntent and more").unwrap();
    assert!(matches!(place.get(&digest), Err(BlobError::Damaged(_))));
}

#[test]
fn what_is_being_written_is_not_swept() {
    let place = Place::directory();
    let folder = place.folder.path().join("blobs/tmp");
    let written = super::super::files::temporary(&folder).unwrap();
    place.storage.sweep(Duration::ZERO).unwrap();
    assert!(written.path().exists());
}

/// A small file system of its own; `None` where this process may not mount one.
struct SmallFileSystem(tempfile::TempDir);

impl SmallFileSystem {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = cfg!(target_os = "linux")
            && Command::new("mount")
                .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
                .arg(folder.path())
                .output()
                .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("SKIPPED: no small file system can be mounted (that wants root)");
        }
        mounted.then(|| Self(folder))
    }
}

impl Drop for SmallFileSystem {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.0.path()).output());
    }
}

#[test]
fn no_room_is_unavailable_and_leaves_nothing() {
    let Some(small) = SmallFileSystem::mount() else { return };
    let mut place = Place::directory();
    let root = small.0.path().join("blobs");
    place.storage = Place::reopen(&root);
    let kept = place.put(b"there is room for this, which is copied from another file system");

    let large = bytes(1, 4 << 20);
    assert!(matches!(place.try_put(&large), Err(BlobError::Unavailable(_))));
    assert_eq!(fs::read_dir(root.join("tmp")).unwrap().count(), 0);
    assert!(matches!(place.get(&Digest::of(&large)), Err(BlobError::Missing(_))));

    // Once there is room again, everything works.
    let small_enough = bytes(2, 100_000);
    assert_eq!(place.put(&small_enough), Digest::of(&small_enough));
    assert!(place.get(&kept).unwrap().starts_with(b"there is room"));
    let target = place.folder.path().join("elsewhere");
    place.storage.fetch_to(&kept, &target).unwrap();
    assert!(fs::read(&target).unwrap().starts_with(b"there is room"), "copied: no link leads there");
}

#[test]
fn a_directory_that_is_gone_does_not_answer() {
    let place = Place::directory();
    fs::remove_dir_all(place.folder.path().join("blobs")).unwrap();
    assert!(matches!(place.storage.ping(), Err(BlobError::Unavailable(_))));
    assert!(matches!(place.try_put(b"content"), Err(BlobError::Unavailable(_))));
}

#[test]
fn what_is_no_directory_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "").unwrap();
    let none = || Err(BlobError::Unusable("no keys".to_owned()));
    let opened = super::Storage::open(&path.display().to_string(), folder.path(), 0, none);
    assert!(matches!(opened, Err(BlobError::Unusable(_))));
}
