//! A catalog that travels, as a file and through a registry.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{Read, Write},
};

use limpid_catalog::{
    ArrivalError, Clock,
    archive::{export, import},
    artifact::{ArtifactError, ArtifactStore, OpenBlob, StoreFailure, Transferred, pull, push},
};
use limpid_core::{Digest, matching::Advisories};

use crate::family::{Workshop, document};

fn loaded(releases: &[&str]) -> Workshop {
    let workshop = Workshop::new();
    for release in releases {
        workshop.publish(release, "main", document(release, 20));
    }
    workshop.update();
    workshop
}

fn exported(workshop: &Workshop) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(&workshop.store(), &mut bytes).unwrap();
    bytes
}

#[test]
fn an_archive_brings_the_same_catalog_to_another_machine() {
    let from = loaded(&["v1", "v2"]);
    let archive = exported(&from);
    assert_eq!(archive, exported(&from));
    let to = Workshop::new();
    let arrival = import(&to.store(), &mut archive.as_slice(), false, to.clock.now()).unwrap();
    assert_eq!(arrival.changed, ["tiny/v1/main", "tiny/v2/main"]);
    assert_eq!(to.catalog().digest(), from.catalog().digest());
    assert_eq!(to.catalog().find("Tiny:v2", "package9", &mut |_| true).statements.len(), 1);
    assert!(to.catalog().coverage("Tiny:v9").unknown_upstream);
    let again = import(&to.store(), &mut archive.as_slice(), false, to.clock.now()).unwrap();
    assert_eq!((again.changed.len(), again.unchanged.len()), (0, 2));
    assert_eq!(exported(&to), archive);
}

#[test]
fn an_older_archive_is_taken_by_force_only_and_local_feeds_are_never_lost() {
    let from = loaded(&["v1"]);
    let old = exported(&from);
    let to = loaded(&["v1", "v2"]);
    to.clock.advance_hours(5);
    to.publish("v1", "main", document("v1", 25));
    to.update();
    let before = to.store().read().unwrap();
    let refused = import(&to.store(), &mut old.as_slice(), false, to.clock.now());
    assert!(matches!(refused, Err(ArrivalError::Older { feeds }) if feeds == ["tiny/v1/main"]));
    assert_eq!(to.store().read().unwrap().feeds, before.feeds);
    import(&to.store(), &mut old.as_slice(), true, to.clock.now()).unwrap();
    assert!(to.catalog().find("Tiny:v1", "package24", &mut |_| true).statements.is_empty());
    assert_eq!(to.catalog().find("Tiny:v2", "package9", &mut |_| true).statements.len(), 1);
}

#[test]
fn a_clock_that_is_ahead_elsewhere_keeps_nothing_fresh() {
    let from = Workshop::new();
    from.clock.advance_hours(24 * 365);
    from.publish("v1", "main", document("v1", 20));
    from.update();
    let to = Workshop::new();
    import(&to.store(), &mut exported(&from).as_slice(), false, to.clock.now()).unwrap();
    to.clock.advance_hours(73);
    assert!(to.catalog().coverage("Tiny:v1").feeds[1].data.as_ref().unwrap().stale);
}

#[test]
fn a_damaged_archive_changes_nothing_or_nothing_that_matters() {
    let from = loaded(&["v1"]);
    let archive = exported(&from);
    let to = Workshop::new();
    let mut refused = 0;
    for place in (0..archive.len()).step_by(11) {
        let mut damaged = archive.clone();
        damaged[place] ^= 1;
        if import(&to.store(), &mut damaged.as_slice(), false, to.clock.now()).is_ok() {
            // A byte that means nothing: padding of the archive.
            assert_eq!(to.catalog().digest(), from.catalog().digest(), "byte {place}");
            std::fs::remove_dir_all(to.folder.path().join("db")).unwrap();
        } else {
            refused += 1;
            assert!(to.store().read().unwrap().feeds.is_empty(), "byte {place}");
        }
    }
    assert!(refused > 50, "{refused}");
    for length in [0, 512, archive.len() / 2, archive.len() - 2048] {
        let cut = import(&to.store(), &mut archive.split_at(length).0, false, to.clock.now());
        assert!(cut.is_err(), "cut off after {length}");
    }
}

/// A repository with one tag.
#[derive(Default)]
struct Repository {
    blobs: RefCell<BTreeMap<Digest, Vec<u8>>>,
    manifest: RefCell<Vec<u8>>,
}

impl ArtifactStore for Repository {
    fn has_blob(&self, digest: &Digest) -> Result<bool, StoreFailure> {
        Ok(self.blobs.borrow().contains_key(digest))
    }

    fn put_blob(&self, digest: &Digest, size: u64, open: OpenBlob<'_>) -> Result<(), StoreFailure> {
        let mut bytes = Vec::new();
        open()?.read_to_end(&mut bytes)?;
        assert_eq!((bytes.len() as u64, &Digest::of(&bytes)), (size, digest));
        self.blobs.borrow_mut().insert(digest.clone(), bytes);
        Ok(())
    }

    fn get_blob(&self, digest: &Digest, into: &mut dyn Write) -> Result<(), StoreFailure> {
        Ok(into.write_all(self.blobs.borrow().get(digest).ok_or("blob unknown")?)?)
    }

    fn put_manifest(&self, _media_type: &str, manifest: &[u8]) -> Result<(), StoreFailure> {
        *self.manifest.borrow_mut() = manifest.to_vec();
        Ok(())
    }

    fn get_manifest(&self) -> Result<Vec<u8>, StoreFailure> {
        Ok(self.manifest.borrow().clone())
    }
}

#[test]
fn only_segments_that_changed_go_through_a_registry() {
    let registry = Repository::default();
    let (from, to) = (loaded(&["v1", "v2"]), Workshop::new());
    let counts = |transferred: &Transferred| (transferred.segments, transferred.skipped);
    assert_eq!(counts(&push(&from.store(), &registry).unwrap()), (2, 0));
    assert_eq!(push(&from.store(), &registry).unwrap(), Transferred { segments: 0, skipped: 2, bytes: 0 });
    let (transferred, arrival) = pull(&to.store(), &registry, false, to.clock.now()).unwrap();
    assert_eq!((counts(&transferred), arrival.changed.len()), ((2, 0), 2));
    assert_eq!(to.catalog().digest(), from.catalog().digest());

    from.clock.advance_hours(1);
    to.clock.advance_hours(1);
    from.publish("v2", "main", document("v2", 21));
    from.update();
    assert_eq!(counts(&push(&from.store(), &registry).unwrap()), (1, 1));
    let (transferred, arrival) = pull(&to.store(), &registry, false, to.clock.now()).unwrap();
    assert_eq!((counts(&transferred), arrival.changed), ((1, 1), vec!["tiny/v2/main".to_owned()]));
    assert_eq!(to.catalog().digest(), from.catalog().digest());
}

#[test]
fn a_registry_that_gives_something_else_changes_nothing() {
    let registry = Repository::default();
    let from = loaded(&["v1"]);
    push(&from.store(), &registry).unwrap();
    let digests: Vec<Digest> = registry.blobs.borrow().keys().cloned().collect();
    for digest in digests {
        let good = registry.blobs.borrow()[&digest].clone();
        for wrong in [good.split_at(good.len() / 2).0.to_vec(), [&good[..], b" "].concat(), b"{}".to_vec()] {
            registry.blobs.borrow_mut().insert(digest.clone(), wrong);
            let to = Workshop::new();
            assert!(pull(&to.store(), &registry, false, to.clock.now()).is_err());
            assert!(to.store().read().unwrap().feeds.is_empty());
        }
        registry.blobs.borrow_mut().insert(digest, good);
    }
    *registry.manifest.borrow_mut() = br#"{"schemaVersion":2}"#.to_vec();
    let to = Workshop::new();
    let refused = pull(&to.store(), &registry, false, to.clock.now());
    assert!(matches!(refused, Err(ArtifactError::Arrival(ArrivalError::Wrong(_)))));
}
