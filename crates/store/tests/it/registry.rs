//! The registry's rows: what is needed stays, what is not goes, and nothing is read through another repository.

use std::{io::Write as _, time::Duration};

use limpid_core::Digest;
use limpid_store::{
    Blobs, Database, StoreError,
    registry::{
        self, Collected, NewManifest, NewReference, NewUpload, Part, ReferenceKind, RegistryBlob, TagOrder,
        Wanted,
    },
};
use uuid::Uuid;

use crate::support::{blob, digest, execute, number, on_each, read, write};

const GRACE: Duration = Duration::from_secs(3600);

fn collect(database: &Database) -> Collected {
    write(database, |tx| registry::collect_garbage(tx, GRACE))
}

/// Makes a repository; returns its number.
fn repository(database: &Database, name: &str) -> i64 {
    write(database, |tx| registry::make_repository(tx, name)).number
}

/// Gives a repository a blob, as if its bytes had been put.
fn give(database: &Database, repository: i64, name: &str) -> RegistryBlob {
    let given = RegistryBlob { digest: digest(name), stored: digest(name), bytes: 10 };
    execute(database, "DELETE FROM blob WHERE digest = $1", &[(&given.stored).into()]);
    write(database, |tx| {
        blob(tx, &given.stored)?;
        registry::add_blob(tx, repository, &given)
    });
    given
}

fn reference(kind: ReferenceKind, name: &str) -> NewReference {
    NewReference { kind, digest: digest(name), bytes: 10, platform: String::new() }
}

/// Pushes a manifest that needs these blobs.
fn push(
    database: &Database,
    repository: i64,
    name: &str,
    blobs: &[&str],
    subject: Option<&Digest>,
) -> Digest {
    let references: Vec<_> = blobs.iter().map(|name| reference(ReferenceKind::Blob, name)).collect();
    let manifest = digest(name);
    let new = NewManifest {
        repository,
        digest: &manifest,
        kind: "image",
        media_type: "a/b",
        body: name.as_bytes(),
        subject,
        artifact_type: name,
        annotations: "{}",
        pushed_by: "somebody",
        references: &references,
    };
    write(database, |tx| {
        assert_eq!(registry::missing_references(tx, repository, &references)?, []);
        registry::put_manifest(tx, &new)
    });
    manifest
}

fn grow_old(database: &Database) {
    for statement in [
        "UPDATE repository_blob SET touched_at = 0",
        "UPDATE registry_blob SET created_at = 0",
        "UPDATE upload SET touched_at = 0",
    ] {
        execute(database, statement, &[]);
    }
}

#[test]
fn a_repository_is_made_once_with_its_namespace() {
    on_each(|database| {
        let made = repository(database, "team/app");
        assert_eq!(repository(database, "team/app"), made);
        let found = read(database, |tx| registry::find_repository(tx, "team/app")).unwrap();
        assert_eq!((found.number, found.is_public), (made, false));
        repository(database, "team/zoo");
        let listed = read(database, |tx| registry::list_repositories(tx, "team/app", 10));
        assert_eq!(listed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["team/zoo"]);
        assert!(write(database, |tx| registry::delete_repository(tx, made)));
        assert_eq!(read(database, |tx| registry::find_repository(tx, "team/app")), None);
    });
}

#[test]
fn a_blob_is_read_through_the_repository_that_has_it() {
    on_each(|database| {
        let [one, other] = ["team/one", "team/other"].map(|name| repository(database, name));
        let given = give(database, one, "layer");
        let find = |repository| read(database, |tx| registry::find_blob(tx, repository, &given.digest));
        assert_eq!((find(one), find(other)), (Some(given.clone()), None));
        let mount = |from, to| write(database, |tx| registry::mount_blob(tx, from, to, &given.digest));
        assert_eq!(mount(other, one), None);
        assert_eq!(mount(one, other), Some(given.clone()));
        assert_eq!(find(other), Some(given.clone()));
        assert!(write(database, |tx| registry::remove_blob(tx, one, &given.digest)));
        assert_eq!((find(one), find(other)), (None, Some(given.clone())));
        // What is not stored is nobody's.
        let never = RegistryBlob { digest: digest("never"), stored: digest("never"), bytes: 1 };
        let refused = database.write(|tx| registry::add_blob(tx, one, &never));
        assert_eq!(refused, Err(StoreError::Stale("the blob")));
    });
}

#[test]
fn what_no_manifest_needs_goes_after_the_grace() {
    on_each(|database| {
        let one = repository(database, "team/one");
        for name in ["config", "layer", "alone", "told"] {
            give(database, one, name);
        }
        let manifest = push(database, one, "image", &["config", "layer"], None);
        assert_eq!(collect(database), Collected::default());
        grow_old(database);
        assert!(write(database, |tx| registry::note_told(tx, one, &digest("told"))));
        assert_eq!(collect(database), Collected { repository_blobs: 1, blobs: 1, ..Collected::default() });
        assert_eq!(collect(database), Collected::default());

        // What a removed manifest needed has the grace from then on.
        grow_old(database);
        assert!(write(database, |tx| registry::delete_manifest(tx, one, &manifest)));
        assert_eq!(collect(database), Collected { repository_blobs: 1, blobs: 1, ..Collected::default() });
        assert_eq!(number(database, "SELECT COUNT(*) FROM repository_blob"), 2);
        grow_old(database);
        assert_eq!(collect(database), Collected { repository_blobs: 2, blobs: 2, ..Collected::default() });
        assert_eq!(number(database, "SELECT COUNT(*) FROM registry_blob"), 0);
    });
}

#[test]
fn what_a_push_needs_is_kept_by_it_and_what_is_missing_is_told() {
    on_each(|database| {
        let one = repository(database, "team/one");
        give(database, one, "layer");
        grow_old(database);
        let needed = [
            reference(ReferenceKind::Blob, "layer"),
            reference(ReferenceKind::Blob, "missing"),
            reference(ReferenceKind::Foreign, "elsewhere"),
            reference(ReferenceKind::Manifest, "child"),
        ];
        let mut missing = write(database, |tx| registry::missing_references(tx, one, &needed));
        missing.sort();
        let mut expected = [digest("missing"), digest("child")];
        expected.sort();
        assert_eq!(missing, expected);
        assert_eq!(collect(database), Collected::default(), "it was touched by the push");
    });
}

#[test]
fn an_upload_grows_at_its_end_and_is_its_owners() {
    on_each(|database| {
        let one = repository(database, "team/one");
        let id = Uuid::now_v7();
        let new = NewUpload { id, repository: one, principal: "account 1", algorithm: "sha256" };
        write(database, |tx| registry::begin_upload(tx, &new));
        let find = |owner: &str| read(database, |tx| registry::find_upload(tx, id, one, owner));
        let begun = find("account 1").unwrap();
        assert_eq!((begun.bytes, begun.parts.len(), find("account 2")), (0, 0, None));
        let part = |name: &str| {
            write(database, |tx| blob(tx, &digest(name)));
            Part { stored: digest(name), bytes: 10 }
        };
        let (first, second) = (part("first"), part("second"));
        assert!(write(database, |tx| registry::add_part(tx, &begun, &first)));
        // Who knew it as it was before is late.
        assert!(!write(database, |tx| registry::add_part(tx, &begun, &second)));
        assert!(!write(database, |tx| registry::end_upload(tx, &begun)));
        let grown = find("account 1").unwrap();
        assert_eq!((grown.bytes, grown.parts.as_slice()), (10, [first].as_slice()));
        assert_eq!(collect(database), Collected::default());
        grow_old(database);
        assert_eq!(collect(database), Collected { uploads: 1, ..Collected::default() });
        assert_eq!(find("account 1"), None);
        assert_eq!(number(database, "SELECT COUNT(*) FROM upload_part"), 0);
    });
}

#[test]
fn tags_point_to_manifests_and_go_with_them() {
    on_each(|database| {
        let one = repository(database, "team/one");
        give(database, one, "layer");
        let [old, new] = ["old", "new"].map(|name| push(database, one, name, &["layer"], None));
        let tag = |name: &str, to: &Digest| write(database, |tx| registry::set_tag(tx, one, name, to));
        tag("1", &old);
        tag("latest", &old);
        tag("latest", &new);
        let resolve = |name: &str| read(database, |tx| registry::resolve(tx, one, name));
        assert_eq!((resolve("1"), resolve("latest")), (Some(old.clone()), Some(new.clone())));
        let names = |order| {
            let listed = read(database, |tx| registry::list_tags(tx, one, "", 10, order));
            listed.iter().map(|listed| (listed.tag.name.clone(), listed.bytes)).collect::<Vec<_>>()
        };
        assert_eq!(names(TagOrder::Name), [("1".to_owned(), 13), ("latest".to_owned(), 13)]);
        assert_eq!(names(TagOrder::Newest), [("latest".to_owned(), 13), ("1".to_owned(), 13)]);
        let behind = read(database, |tx| registry::list_tags(tx, one, "latest", 10, TagOrder::Newest));
        assert_eq!(behind.iter().map(|listed| listed.tag.name.as_str()).collect::<Vec<_>>(), ["1"]);
        let untagged = "SELECT COUNT(*) FROM registry_manifest WHERE untagged_at IS NOT NULL";
        assert_eq!(number(database, untagged), 0);
        assert!(write(database, |tx| registry::delete_tag(tx, one, "1")));
        assert_eq!(number(database, untagged), 1);
        assert!(write(database, |tx| registry::delete_manifest(tx, one, &new)));
        assert_eq!((resolve("1"), resolve("latest")), (None, None));

        tag("short", &old);
        execute(database, "UPDATE tag SET expires_at = 1", &[]);
        assert_eq!(resolve("short"), None);
        assert_eq!(collect(database).tags, 1);
    });
}

#[test]
fn referrers_are_found_by_their_subject() {
    on_each(|database| {
        let one = repository(database, "team/one");
        let subject = digest("subject");
        let mut pushed = ["a", "b", "c"].map(|name| push(database, one, name, &[], Some(&subject)));
        pushed.sort();
        let find = |artifact_type: &str, after: &str, most| {
            let wanted = Wanted { subject: &subject, artifact_type, after };
            let found = read(database, |tx| registry::referrers(tx, one, &wanted, most));
            found.into_iter().map(|found| found.digest).collect::<Vec<_>>()
        };
        assert_eq!(find("", "", 10), pushed);
        assert_eq!(find("", pushed[0].as_str(), 1), pushed[1..2]);
        assert_eq!(find("b", "", 10), [digest("b")]);
    });
}

#[test]
fn stored_bytes_stay_while_a_blob_or_a_part_is_them() {
    on_each(|database| {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("blobs").display().to_string();
        let blobs = Blobs::open(&address, database.clone(), &folder.path().join("cache"), 1 << 20).unwrap();
        let blobs = blobs.with_grace(Duration::ZERO);
        let collect_all = || while blobs.collect_garbage().unwrap().1 {};
        let put = |bytes: &[u8]| {
            let mut writer = blobs.writer().unwrap();
            // Pieces of any size are one blob.
            for piece in bytes.chunks(3) {
                writer.write_all(piece).unwrap();
            }
            let (stored, length) = writer.finish().unwrap();
            assert_eq!((&stored, length), (&Digest::of(bytes), bytes.len() as u64));
            stored
        };
        let one = repository(database, "team/one");
        let (kept, part, free) = (put(b"kept by a blob"), put(b"kept by an upload"), put(b"kept by nobody"));
        let id = Uuid::now_v7();
        let new = NewUpload { id, repository: one, principal: "account 1", algorithm: "sha256" };
        write(database, |tx| {
            registry::add_blob(
                tx,
                one,
                &RegistryBlob { digest: kept.clone(), stored: kept.clone(), bytes: 14 },
            )?;
            registry::begin_upload(tx, &new)?;
            let upload = registry::find_upload(tx, id, one, "account 1")?.unwrap();
            assert!(registry::add_part(tx, &upload, &Part { stored: part.clone(), bytes: 17 })?);
            Ok(())
        });
        collect_all();
        let is_there = |stored: &Digest| blobs.length(stored).unwrap().is_some();
        assert_eq!((is_there(&kept), is_there(&part), is_there(&free)), (true, true, false));
        grow_old(database);
        assert_eq!(
            collect(database),
            Collected { uploads: 1, repository_blobs: 1, blobs: 1, ..Collected::default() }
        );
        collect_all();
        assert_eq!((is_there(&kept), is_there(&part)), (false, false));
    });
}
