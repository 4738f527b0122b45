//! The registry's rows: what is needed stays, what is not goes, and nothing is read through another repository.

use std::{io::Write as _, sync::Barrier, thread, time::Duration};

use limpid_core::Digest;
use limpid_store::{
    Blobs, Database, StoreError,
    registry::{
        self, Collected, NewManifest, NewReference, NewUpload, Part, ReferenceKind, RegistryBlob, Room,
        TagOrder, Usage, Wanted,
    },
    security,
};
use uuid::Uuid;

use crate::support::{blob, blob as blob_row, digest, execute, number, on_each, read, write};

const GRACE: Duration = Duration::from_secs(3600);

fn collect(database: &Database) -> Collected {
    write(database, |tx| registry::collect_garbage(tx, GRACE, None))
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
        assert_eq!(registry::add_blob(tx, repository, &given)?, Room::Enough);
        Ok(())
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

/// Pushes an index of these manifests.
fn push_index(
    database: &Database,
    repository: i64,
    name: &str,
    children: &[&str],
    subject: Option<&Digest>,
) -> Digest {
    let references: Vec<_> = children.iter().map(|child| reference(ReferenceKind::Manifest, child)).collect();
    let manifest = digest(name);
    let new = NewManifest {
        repository,
        digest: &manifest,
        kind: "index",
        media_type: "a/b",
        body: name.as_bytes(),
        subject,
        artifact_type: "",
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
        assert_eq!(mount(one, other), Some(Room::Enough));
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
        let tag = |name: &str, to: &Digest| write(database, |tx| registry::set_tag(tx, one, name, to, None));
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
        assert_eq!((resolve("short"), number(database, untagged)), (None, 0));
        assert_eq!(collect(database).tags, 1);
        assert_eq!(number(database, untagged), 1);
    });
}

#[test]
fn a_tag_is_made_once_and_holds_what_an_index_names() {
    on_each(|database| {
        let one = repository(database, "team/one");
        let child = push(database, one, "child", &[], None);
        let index = push_index(database, one, "index", &["child"], None);
        let make = |to: &Digest| write(database, |tx| registry::make_tag(tx, one, "1", to, None));
        assert_eq!((make(&index), make(&child)), (true, false));
        assert!(write(database, |tx| registry::set_tag_immutable(tx, one, "1", true)));
        let held = write(database, |tx| registry::hold_tags_of(tx, one, &child));
        assert_eq!(held.len(), 1);
        assert_eq!((held[0].name.as_str(), &held[0].manifest, held[0].is_immutable), ("1", &index, true));
        let until = chrono::DateTime::from_timestamp(4_000_000_000, 0);
        assert!(write(database, |tx| registry::set_tag_expiry(tx, one, "1", until)));
        assert_eq!(write(database, |tx| registry::hold_tag(tx, one, "1")).unwrap().expires_at, until);
        assert!(!write(database, |tx| registry::set_tag_expiry(tx, one, "2", until)));
    });
}

#[test]
fn a_namespace_has_the_bytes_of_its_distinct_blobs() {
    on_each(|database| {
        let [one, two, other] = ["team/one", "team/two", "other/one"].map(|name| repository(database, name));
        let used = |namespace| {
            let usage = read(database, |tx| registry::namespace_usage(tx, namespace)).unwrap();
            (usage.used, usage.warn, usage.limit)
        };
        let blob = give(database, one, "layer");
        give(database, one, "layer");
        let mount = |to| write(database, |tx| registry::mount_blob(tx, one, to, &blob.digest));
        assert_eq!((mount(two), mount(other)), (Some(Room::Enough), Some(Room::Enough)));
        assert_eq!((used("team"), used("other")), ((10, None, None), (10, None, None)));
        let quota = |warn, limit| {
            assert!(write(database, |tx| registry::set_namespace_quota(tx, "team", warn, limit)));
        };
        quota(Some(20), Some(25));
        let add = |name: &str| {
            let given = RegistryBlob { digest: digest(name), stored: digest(name), bytes: 10 };
            execute(database, "DELETE FROM blob WHERE digest = $1", &[(&given.stored).into()]);
            // What there is no room for is taken back.
            database.write(|tx| {
                blob_row(tx, &given.stored)?;
                match registry::add_blob(tx, two, &given)? {
                    Room::Exceeded(usage) => Err(StoreError::Damaged(usage.used.to_string())),
                    room @ (Room::Enough | Room::Little(_)) => Ok(room),
                }
            })
        };
        let little = Usage { used: 20, warn: Some(20), limit: Some(25) };
        assert_eq!(add("second"), Ok(Room::Little(little)));
        assert_eq!(add("third"), Err(StoreError::Damaged("30".to_owned())));
        assert_eq!(used("team"), (20, Some(20), Some(25)));
        // What it has already is no more than before.
        assert_eq!(add("layer"), Ok(Room::Enough));
        let remove = |from| write(database, |tx| registry::remove_blob(tx, from, &blob.digest));
        assert!(remove(one) && !remove(one));
        assert_eq!(used("team").0, 20);
        assert!(remove(two));
        assert_eq!(used("team").0, 10);

        // Counted anew where garbage was collected, and where a program of before counted nothing.
        let miscounted = || read(database, |tx| registry::miscounted_namespaces(tx, 10));
        assert_eq!(miscounted(), Vec::<i64>::new());
        grow_old(database);
        assert_eq!(collect(database).repository_blobs, 2);
        let found = miscounted();
        assert_eq!(found.len(), 2);
        for namespace in found {
            write(database, |tx| registry::recount_namespace(tx, namespace));
        }
        assert_eq!((used("team").0, used("other").0, miscounted()), (0, 0, Vec::<i64>::new()));
        give(database, two, "again");
        assert!(write(database, |tx| registry::delete_repository(tx, two)));
        assert_eq!(used("team").0, 0);
    });
}

#[test]
fn of_two_who_give_the_last_bytes_one_is_told() {
    on_each(|database| {
        let repositories: Vec<i64> =
            (0..4).map(|number| repository(database, &format!("team/r{number}"))).collect();
        assert!(write(database, |tx| registry::set_namespace_quota(tx, "team", None, Some(45))));
        let given = |repository: i64, name: &str| {
            let given = RegistryBlob { digest: digest(name), stored: digest(name), bytes: 10 };
            database.write(|tx| match registry::add_blob(tx, repository, &given)? {
                Room::Exceeded(_) => Err(StoreError::Damaged("full".to_owned())),
                Room::Enough | Room::Little(_) => Ok(()),
            })
        };
        for number in 0..8 {
            write(database, |tx| blob_row(tx, &digest(&format!("blob {number}"))));
        }
        // Each blob to two repositories at once: it counts once, and four of the eight have room.
        let given = &given;
        std::thread::scope(|scope| {
            for number in 0..8 {
                for to in [number % 4, (number + 1) % 4] {
                    let repository = repositories[to];
                    scope.spawn(move || given(repository, &format!("blob {number}")));
                }
            }
        });
        let usage = read(database, |tx| registry::namespace_usage(tx, "team")).unwrap();
        assert_eq!(usage.used, 40);
        assert_eq!(number(database, "SELECT COUNT(DISTINCT digest) FROM repository_blob"), 4);
    });
}

#[test]
fn a_manifest_without_a_tag_goes_when_nothing_holds_it() {
    on_each(|database| {
        let one = repository(database, "team/one");
        let put = |name: &str, children: &[&str], subject: Option<&Digest>| {
            push_index(database, one, name, children, subject)
        };
        let there = || {
            let all = ["alone", "pulled", "child", "index", "signature", "late", "unheld"];
            let is_there =
                |name: &&str| read(database, |tx| registry::find_manifest(tx, one, &digest(name))).is_some();
            all.into_iter().filter(is_there).collect::<Vec<_>>()
        };
        put("alone", &[], None);
        let pulled = put("pulled", &[], None);
        put("child", &[], None);
        let index = put("index", &["child"], None);
        put("signature", &[], Some(&index));
        put("unheld", &[], Some(&digest("nowhere")));
        write(database, |tx| registry::set_tag(tx, one, "1", &index, None));
        let collect = |untagged| {
            let untagged = Some(Duration::from_secs(untagged));
            write(database, |tx| registry::collect_garbage(tx, GRACE, untagged)).manifests
        };
        let age = "UPDATE registry_manifest SET untagged_at = untagged_at - 7200000000";
        assert_eq!((collect(3600), there().len()), (0, 6), "nothing is old");
        execute(database, age, &[]);
        write(database, |tx| registry::note_pulled(tx, one, &pulled));
        put("late", &[], None);
        let off = write(database, |tx| registry::collect_garbage(tx, GRACE, None));
        assert_eq!(off, Collected::default());
        assert_eq!(collect(3600), 2);
        assert_eq!(there(), ["pulled", "child", "index", "signature", "late"]);
        // Who pushes an index of it, or it again, keeps it for all of the time.
        execute(database, age, &[]);
        put("late", &[], None);
        assert_eq!(collect(3600), 0);

        // With the index goes what it held, after its time from then on.
        assert!(write(database, |tx| registry::delete_tag(tx, one, "1")));
        execute(database, age, &[]);
        assert_eq!(collect(3600), 2, "the index, and what was put late");
        assert_eq!(there(), ["pulled", "child", "signature"]);
        execute(database, age, &[]);
        execute(database, "UPDATE registry_manifest SET pulled_at = 0", &[]);
        assert_eq!(collect(3600), 3);
        assert_eq!(there(), Vec::<&str>::new());
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
            let blob = RegistryBlob { digest: kept.clone(), stored: kept.clone(), bytes: 14 };
            assert_eq!(registry::add_blob(tx, one, &blob)?, Room::Enough);
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

#[test]
fn of_two_who_take_what_nobody_was_told_of_one_has_it() {
    on_each(|database| {
        let one = repository(database, "team/one");
        let image = push(database, one, "image", &[], None);
        for _round in 0..50 {
            write(database, |tx| security::note_untold(tx, one, &image));
            let together = Barrier::new(2);
            let take = || {
                together.wait();
                write(database, |tx| security::take_untold(tx, &image))
            };
            let taken = thread::scope(|scope| {
                let other = scope.spawn(take);
                [take(), other.join().unwrap()].concat()
            });
            assert_eq!(taken, [one]);
        }
    });
}
