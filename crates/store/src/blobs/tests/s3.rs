//! What only S3 has: servers that do not answer, wrong keys, and copies on this machine.

use std::{fs, io::Read as _, thread, time::Duration};

use limpid_core::Digest;
use limpid_testkit::s3::{Mood, S3Server, SECRET_KEY};

use super::{BlobError, Bucket, LARGE_CACHE, Place, Sizes, bytes, open_bucket, open_bucket_patiently, read};

fn bucket_in(server: &S3Server, folder: &std::path::Path, cache_bytes: u64) -> Bucket {
    open_bucket(&server.blobs("blobs"), SECRET_KEY, folder, cache_bytes)
}

fn put(bucket: &Bucket, folder: &std::path::Path, content: &[u8]) -> Result<Digest, BlobError> {
    let path = folder.join("source");
    fs::write(&path, content).unwrap();
    let mut staged = bucket.stage(&path)?;
    bucket.put(&mut staged)?;
    Ok(staged.digest)
}

/// Every operation, on a blob that is there and has no copy here, and one that is not.
fn all_are_unavailable(bucket: &Bucket, folder: &std::path::Path, known: &Digest) {
    let unavailable = |result: Result<(), BlobError>, what: &str| {
        assert!(matches!(result, Err(BlobError::Unavailable(_))), "{what}: {result:?}");
    };
    unavailable(bucket.ping(), "ping");
    unavailable(put(bucket, folder, b"new").map(drop), "put");
    unavailable(bucket.get(known).map(drop), "get");
    unavailable(bucket.get(&Digest::of(b"unknown")).map(drop), "get of an unknown one");
    unavailable(bucket.fetch_to(known, &folder.join("target")), "fetch");
    unavailable(bucket.remove(known), "remove");
    unavailable(bucket.length(known).map(drop), "length");
    unavailable(bucket.length(&Digest::of(b"unknown")).map(drop), "length of an unknown one");
    unavailable(bucket.list(0).map(drop), "list");
    unavailable(bucket.sweep(Duration::ZERO), "sweep");
}

#[test]
fn a_server_that_does_not_answer_is_unavailable_until_it_does() {
    let mut server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let bucket = bucket_in(&server, folder.path(), LARGE_CACHE);
    let known = put(&bucket, folder.path(), b"known").unwrap();

    server.stop();
    all_are_unavailable(&bucket, folder.path(), &known);
    server.start_again();
    assert_eq!(read(bucket.get(&known).unwrap()), b"known");
    bucket.ping().unwrap();

    fs::remove_dir_all(folder.path().join("cache")).unwrap();
    let bucket = bucket_in(&server, folder.path(), LARGE_CACHE);
    server.be(Mood::Failing);
    all_are_unavailable(&bucket, folder.path(), &known);
    server.be(Mood::Serving);
    assert_eq!(read(bucket.get(&known).unwrap()), b"known");
}

#[test]
fn a_server_that_says_nothing_is_unavailable_until_it_does() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let bucket = bucket_in(&server, folder.path(), LARGE_CACHE);
    let known = put(&bucket, folder.path(), b"known").unwrap();
    server.be(Mood::Silent);
    assert!(matches!(bucket.ping(), Err(BlobError::Unavailable(_))));
    assert!(matches!(bucket.get(&known), Err(BlobError::Unavailable(_))));
    server.be(Mood::Serving);
    assert_eq!(read(bucket.get(&known).unwrap()), b"known");
}

#[test]
fn wrong_keys_and_buckets_tell_nothing_of_blobs() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let right = bucket_in(&server, folder.path(), LARGE_CACHE);
    let known = put(&right, folder.path(), b"known").unwrap();
    let other = folder.path().join("other");
    let wrong_key = open_bucket(&server.blobs("blobs"), "another secret", &other, LARGE_CACHE);
    all_are_unavailable(&wrong_key, folder.path(), &known);

    let address = format!("s3://no-such-bucket/?endpoint={}&allow_http=true", server.url());
    let wrong_bucket = open_bucket(&address, SECRET_KEY, &other, LARGE_CACHE);
    for digest in [&known, &Digest::of(b"unknown")] {
        let answer = wrong_bucket.get(digest);
        assert!(matches!(answer, Err(BlobError::Unavailable(_))), "{answer:?}");
    }
    assert!(matches!(wrong_bucket.ping(), Err(BlobError::Unavailable(_))));
}

#[test]
fn a_file_that_changes_while_it_is_put_is_refused() {
    let length = usize::try_from(crate::limits::S3_PART_BYTES + 1).unwrap();
    for length in [1000, length] {
        let place = Place::bucket();
        let source = place.file("source", &bytes(1, length));
        let mut staged = place.storage.stage(&source).unwrap();
        fs::write(&source, bytes(2, length)).unwrap();
        assert!(matches!(place.storage.put(&mut staged), Err(BlobError::Unusable(_))));
        assert_eq!(place.server.as_ref().unwrap().keys(), Vec::<String>::new());
    }
}

#[test]
fn a_copy_serves_without_the_server_and_is_fetched_anew_where_it_is_damaged() {
    let mut server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let content = bytes(3, 20_000);
    let digest = put(&bucket_in(&server, folder.path(), LARGE_CACHE), folder.path(), &content).unwrap();
    let bucket = bucket_in(&server, folder.path(), LARGE_CACHE);
    bucket.get(&digest).unwrap();
    let copy = folder.path().join("cache").join(digest.hex());

    server.stop();
    assert_eq!(read(bucket.get(&digest).unwrap()), content);
    // Another process checks the copy once more.
    assert_eq!(read(bucket_in(&server, folder.path(), LARGE_CACHE).get(&digest).unwrap()), content);
    fs::write(&copy, &content[..19_999]).unwrap();
    let bucket = bucket_in(&server, folder.path(), LARGE_CACHE);
    assert!(matches!(bucket.get(&digest), Err(BlobError::Unavailable(_))));
    assert!(!copy.exists());

    server.start_again();
    assert_eq!(read(bucket.get(&digest).unwrap()), content);
    assert_eq!(fs::read(&copy).unwrap(), content);
}

#[test]
fn copies_keep_to_their_bound_and_those_in_use_stay() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let bucket = bucket_in(&server, folder.path(), 100_000);
    let digests: Vec<Digest> =
        (0..12).map(|seed| put(&bucket, folder.path(), &bytes(seed, 30_000)).unwrap()).collect();
    for (seed, digest) in digests.iter().enumerate() {
        // The first one is used again and again.
        assert_eq!(read(bucket.get(&digests[0]).unwrap()), bytes(0, 30_000));
        assert_eq!(read(bucket.get(digest).unwrap()), bytes(seed as u64, 30_000));
    }
    let copies: Vec<(String, u64)> = fs::read_dir(folder.path().join("cache"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .collect();
    assert!(copies.iter().map(|(_, bytes)| bytes).sum::<u64>() <= 100_000, "{copies:?}");
    for digest in [&digests[0], digests.last().unwrap()] {
        assert!(copies.iter().any(|(name, _)| name == digest.hex()), "{digest} of {copies:?}");
    }

    // One that is larger than the bound is served all the same.
    let large = bytes(99, 300_000);
    let digest = put(&bucket, folder.path(), &large).unwrap();
    assert_eq!(read(bucket.get(&digest).unwrap()), large);
    let target = folder.path().join("target");
    bucket.fetch_to(&digest, &target).unwrap();
    assert_eq!(fs::read(target).unwrap(), large);
}

#[test]
fn processes_share_the_directory_of_copies() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let writer = bucket_in(&server, &folder.path().join("writer"), LARGE_CACHE);
    let digests: Vec<Digest> =
        (0..8).map(|seed| put(&writer, folder.path(), &bytes(seed, 30_000)).unwrap()).collect();
    // So small that each keeps removing what the others fetched.
    let buckets: Vec<Bucket> = (0..3).map(|_| bucket_in(&server, folder.path(), 70_000)).collect();
    thread::scope(|scope| {
        for (number, bucket) in buckets.iter().enumerate() {
            for thread in 0..2 {
                let (digests, folder) = (&digests, folder.path());
                scope.spawn(move || {
                    for round in 0..24 {
                        let seed = (round * (number + 1) + thread) % digests.len();
                        let content = bytes(seed as u64, 30_000);
                        assert_eq!(read(bucket.get(&digests[seed]).unwrap()), content);
                        let target = folder.join(format!("{number}-{thread}-{round}"));
                        bucket.fetch_to(&digests[seed], &target).unwrap();
                        assert_eq!(fs::read(&target).unwrap(), content);
                    }
                });
            }
        }
    });
}

/// The least that S3 takes as a part, and sizes at which what is large is quick.
const PART: usize = 5 << 20;
const SMALL: Sizes = Sizes { part: PART as u64, copied: PART as u64 + 1000 };

/// A bucket to which much is sent, for which a busy machine takes its time.
fn patient_bucket_in(server: &S3Server, folder: &std::path::Path) -> Bucket {
    let silence = Duration::from_secs(60);
    open_bucket_patiently(&server.blobs("blobs"), SECRET_KEY, folder, LARGE_CACHE, silence).with_sizes(SMALL)
}

#[test]
fn a_part_of_what_is_large_is_asked_of_the_server_and_what_is_small_comes_as_a_whole() {
    let mut server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let [large, small] = [PART + 2345, 900].map(|length| bytes(length as u64, length));
    let writer = patient_bucket_in(&server, &folder.path().join("writer"));
    let [of_large, of_small] = [&large, &small].map(|content| put(&writer, folder.path(), content).unwrap());
    let bucket = patient_bucket_in(&server, folder.path());
    let part = |digest: &Digest, whole: &[u8], from: usize, count: usize| {
        let mut found = Vec::new();
        let part = bucket.part(digest, whole.len() as u64, from as u64, count as u64);
        part.unwrap().read_to_end(&mut found).unwrap();
        assert!(found == whole[from..from + count], "{from} {count}");
    };
    let has_copy = |digest: &Digest| folder.path().join("cache").join(digest.hex()).exists();
    for (from, count) in [(0, 1), (0, PART + 2345), (PART + 2344, 1), (PART - 3000, 5000)] {
        part(&of_large, &large, from, count);
    }
    assert!(!has_copy(&of_large));
    part(&of_small, &small, 10, 20);
    assert!(has_copy(&of_small));
    // Where there is a copy it is read.
    bucket.get(&of_large).unwrap();
    server.stop();
    part(&of_large, &large, 3000, 7000);
    server.start_again();
    let none = Digest::of(b"none");
    let missing = bucket.part(&none, SMALL.part + 1, 1, 1).map(drop);
    assert!(matches!(&missing, Err(BlobError::Missing(digest)) if *digest == none), "{missing:?}");
}

/// What is larger than S3 copies (5 GiB) is sent under its own name, and is not there before its last part.
#[test]
fn what_is_too_large_for_a_copy_appears_as_a_whole_too() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let bucket = patient_bucket_in(&server, folder.path());
    for length in [PART, PART + 1, PART + 1000, PART + 1001, 2 * PART + 1] {
        let content = bytes(length as u64, length);
        let digest = put(&bucket, folder.path(), &content).unwrap();
        assert!(read(bucket.get(&digest).unwrap()) == content, "{length}");
        // And again, where it is there.
        assert_eq!(put(&bucket, folder.path(), &content).unwrap(), digest, "{length}");
    }
    let before = server.keys();
    assert!(before.iter().all(|key| key.starts_with("blobs/sha256/")), "{before:?}");
    // A file that changes while it is sent.
    let path = folder.path().join("source");
    fs::write(&path, bytes(7, PART + 2000)).unwrap();
    let mut staged = bucket.stage(&path).unwrap();
    fs::write(&path, bytes(8, PART + 2000)).unwrap();
    let refused = bucket.put(&mut staged);
    assert!(matches!(refused, Err(BlobError::Unusable(_))), "{refused:?}");
    assert!(matches!(bucket.get(&staged.digest), Err(BlobError::Missing(_))));
    assert_eq!(server.keys(), before);
}
