//! What holds for a directory and for S3 alike.

use std::{fs, time::Duration};

use limpid_core::Digest;

use super::{super::storage::PARTS, BlobError, Place, bytes};
use crate::limits;

fn listed(place: &Place) -> Vec<(Digest, u64)> {
    let mut found = Vec::new();
    for part in 0..PARTS {
        found.extend(place.storage.list(part).unwrap().into_iter().map(|blob| (blob.digest, blob.bytes)));
    }
    found.sort();
    found
}

#[test]
fn what_was_put_is_read_back() {
    for place in Place::both() {
        for length in [0, 1, 100_000] {
            let content = bytes(length as u64, length);
            let digest = place.put(&content);
            assert_eq!(digest, Digest::of(&content));
            assert_eq!(place.get(&digest).unwrap(), content);
            assert_eq!(place.storage.length(&digest).unwrap(), Some(length as u64));
            // Once more: the copy, or what was checked before, and from its beginning.
            assert_eq!(place.get(&digest).unwrap(), content);
        }
        assert_eq!(place.leftovers(), 0);
    }
}

#[test]
fn what_is_sent_in_parts_is_read_back() {
    let length = usize::try_from(limits::S3_PART_BYTES * 2 + 1).unwrap();
    for place in Place::both() {
        let content = bytes(7, length);
        let digest = place.put(&content);
        assert_eq!(listed(&place), [(digest.clone(), length as u64)]);
        assert!(place.get(&digest).unwrap() == content);
        assert_eq!(place.leftovers(), 0);
    }
}

#[test]
fn putting_again_changes_nothing() {
    for place in Place::both() {
        let digest = place.put(b"once");
        assert_eq!(place.put(b"once"), digest);
        assert_eq!(listed(&place), [(digest.clone(), 4)]);
        assert_eq!(place.get(&digest).unwrap(), b"once");
        assert_eq!(place.leftovers(), 0);
    }
}

#[test]
fn what_is_not_there_is_missing() {
    for place in Place::both() {
        for digest in [Digest::of(b"never put"), format!("sha512:{}", "ab".repeat(64)).parse().unwrap()] {
            assert!(matches!(place.get(&digest), Err(BlobError::Missing(missing)) if missing == digest));
            place.storage.remove(&digest).unwrap();
        }
        let digest = place.put(b"removed");
        place.storage.remove(&digest).unwrap();
        assert!(listed(&place).is_empty());
        let place = place.anew();
        assert!(matches!(place.get(&digest), Err(BlobError::Missing(_))));
    }
}

#[test]
fn damage_at_rest_is_told_and_mended_by_putting_again() {
    let content = bytes(1, 50_000);
    let mut flipped = content.clone();
    flipped[12_345] ^= 4;
    let mut longer = content.clone();
    longer.push(0);
    for damaged in [flipped, content[..49_999].to_vec(), Vec::new(), longer] {
        for place in Place::both() {
            let digest = place.put(&content);
            fs::write(place.at_rest(&digest), &damaged).unwrap();
            let place = place.anew();
            let target = place.folder.path().join("target");
            assert!(matches!(place.get(&digest), Err(BlobError::Damaged(told)) if told == digest));
            assert!(matches!(place.storage.fetch_to(&digest, &target), Err(BlobError::Damaged(_))));
            assert!(!target.exists());

            place.put(&content);
            assert_eq!(place.get(&digest).unwrap(), content);
        }
    }
}

#[test]
fn a_blob_gets_another_name_that_must_be_free() {
    for place in Place::both() {
        let content = bytes(2, 10_000);
        let digest = place.put(&content);
        let target = place.folder.path().join("target");
        place.storage.fetch_to(&digest, &target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), content);

        let taken = place.file("taken", b"mine");
        assert!(matches!(place.storage.fetch_to(&digest, &taken), Err(BlobError::Unusable(_))));
        assert_eq!(fs::read(&taken).unwrap(), b"mine");
    }
}

#[test]
fn a_listing_leaves_out_what_is_not_ours() {
    for place in Place::both() {
        let digest = place.put(b"ours");
        let stranger = place.at_rest(&digest).with_file_name("notes.txt");
        fs::write(stranger, "a stranger's").unwrap();
        assert_eq!(listed(&place), [(digest, 4)]);
    }
}

#[test]
fn what_cannot_be_put_is_unusable() {
    for place in Place::both() {
        let folder = place.folder.path().to_owned();
        for path in [folder.join("nothing"), folder] {
            assert!(matches!(place.storage.stage(&path), Err(BlobError::Unusable(_))), "{}", path.display());
        }
    }
}

#[test]
fn leftovers_are_swept_when_they_are_old() {
    for place in Place::both() {
        let digest = place.put(b"whole");
        let leftover = match &place.server {
            Some(server) => server.object("some/prefix/tmp/part-1"),
            None => place.folder.path().join("blobs/tmp/part-1"),
        };
        fs::create_dir_all(leftover.parent().unwrap()).unwrap();
        fs::write(&leftover, "half").unwrap();
        place.storage.sweep(Duration::from_secs(60 * 60)).unwrap();
        assert_eq!(place.leftovers(), 1);
        place.storage.sweep(Duration::ZERO).unwrap();
        assert_eq!(place.leftovers(), 0);
        assert_eq!(place.get(&digest).unwrap(), b"whole");
    }
}

#[test]
fn both_answer() {
    for place in Place::both() {
        place.storage.ping().unwrap();
    }
}
