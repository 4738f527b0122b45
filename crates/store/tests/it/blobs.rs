//! Blobs as others use them: with a database, a storage, and garbage collection beside everything.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use limpid_core::Digest;
use limpid_store::{
    BlobError, Blobs, Database, DatabaseUrl, StoreError, Transaction, catalog,
    evidence::{self, Evidence},
};
use limpid_testkit::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use tempfile::TempDir;

/// An SQLite database and a directory of blobs.
struct State {
    folder: TempDir,
    database: Database,
}

impl State {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&DatabaseUrl::Sqlite(folder.path().join("limpid.sqlite")), 4).unwrap();
        Self { folder, database }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("blobs")
    }

    /// The blobs, as another process has them.
    fn blobs(&self) -> Blobs {
        let cache = self.folder.path().join("cache");
        Blobs::open(&self.root().display().to_string(), self.database.clone(), &cache, 0).unwrap()
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        // What was put under this name before is a blob by now, and must not change.
        if path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::write(&path, content).unwrap();
        path
    }

    fn refer(&self, layer: &str, pack: &Digest) -> Result<(), StoreError> {
        let evidence = Evidence {
            layer: Digest::of(layer.as_bytes()),
            revision: "1".to_owned(),
            diff_id: None,
            pack: pack.clone(),
            bytes: 1,
        };
        self.database.write(|tx| evidence::put(tx, &evidence))
    }

    fn forget(&self, layer: &str) {
        let layer = Digest::of(layer.as_bytes());
        self.database.write(|tx| evidence::forget(tx, &layer, "1")).unwrap();
    }

    fn rows(&self) -> usize {
        self.database.read(|tx| tx.query("SELECT digest FROM blob", &[])).unwrap().len()
    }

    /// How many files there are in the directory of blobs.
    fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(&self.root())
    }
}

/// Collects until there is no more. Returns how many blobs were removed.
fn collect_all(blobs: &Blobs) -> u64 {
    let mut total = 0;
    loop {
        let (removed, goes_on) = blobs.collect_garbage().unwrap();
        total += removed;
        if !goes_on {
            return total;
        }
    }
}

fn read(blobs: &Blobs, digest: &Digest) -> Vec<u8> {
    let mut content = Vec::new();
    blobs.open_file(digest).unwrap().read_to_end(&mut content).unwrap();
    content
}

#[test]
fn what_was_put_is_there_for_every_process() {
    let state = State::new();
    let digest = state.blobs().put_file(&state.file("pack", b"content")).unwrap();
    assert_eq!(digest, Digest::of(b"content"));
    let blobs = state.blobs();
    blobs.ping().unwrap();
    assert_eq!(read(&blobs, &digest), b"content");
    let target = state.folder.path().join("target");
    blobs.fetch_to(&digest, &target).unwrap();
    assert_eq!(fs::read(target).unwrap(), b"content");
    let row = state.database.read(|tx| tx.query_optional("SELECT bytes FROM blob", &[])).unwrap();
    assert_eq!(row.unwrap().get::<i64>(0).unwrap(), 7);
}

#[test]
fn only_what_nothing_refers_to_is_collected_and_only_after_the_grace() {
    let state = State::new();
    let blobs = state.blobs();
    let put = |content: &[u8]| blobs.put_file(&state.file("source", content)).unwrap();
    let (pack, segment, nobodys) = (put(b"pack"), put(b"segment"), put(b"nobody's"));
    state.refer("layer", &pack).unwrap();
    state.database.write(|tx| catalog::publish(tx, 0, b"state", std::slice::from_ref(&segment))).unwrap();

    assert_eq!(collect_all(&blobs), 0, "the grace is a day");
    assert_eq!(state.files(), 3);
    assert_eq!(collect_all(&state.blobs().with_grace(Duration::ZERO)), 1);
    let blobs = state.blobs();
    assert!(matches!(blobs.open_file(&nobodys), Err(BlobError::Missing(_))));
    assert_eq!((read(&blobs, &pack), read(&blobs, &segment)), (b"pack".to_vec(), b"segment".to_vec()));

    state.forget("layer");
    state.database.write(|tx| catalog::publish(tx, 1, b"state", &[])).unwrap();
    assert_eq!(collect_all(&state.blobs().with_grace(Duration::ZERO)), 2);
    assert_eq!((state.files(), state.rows()), (0, 0));
}

#[test]
fn many_are_collected_in_bounded_rounds() {
    let state = State::new();
    let blobs = state.blobs().with_grace(Duration::ZERO);
    let count = limpid_store::limits::BLOB_GARBAGE + 5;
    for number in 0..count {
        blobs.put_file(&state.file("source", &number.to_le_bytes())).unwrap();
    }
    assert_eq!(blobs.collect_garbage().unwrap(), (limpid_store::limits::BLOB_GARBAGE, true));
    assert_eq!(collect_all(&blobs), 5);
    assert_eq!((state.files(), state.rows()), (0, 0));
}

#[test]
fn what_has_no_row_is_found_and_removed_when_it_is_old() {
    let state = State::new();
    let blobs = state.blobs();
    let kept = blobs.put_file(&state.file("source", b"kept")).unwrap();
    state.refer("layer", &kept).unwrap();
    let stray = Digest::of(b"stray");
    let path = state.root().join("sha256").join(&stray.hex()[..2]).join(stray.hex());
    fs::write(&path, b"stray").unwrap();
    fs::write(state.root().join("tmp/part-1"), b"half").unwrap();

    assert_eq!(collect_all(&state.blobs()), 0, "they are young");
    assert_eq!(state.files(), 3);
    assert_eq!(collect_all(&state.blobs().with_grace(Duration::ZERO)), 1);
    assert_eq!((state.files(), state.rows()), (1, 1));
    assert_eq!(read(&blobs, &kept), b"kept");
}

#[test]
fn what_was_lost_is_missing_until_it_is_put_again() {
    let state = State::new();
    let source = state.file("source", b"content");
    let digest = state.blobs().put_file(&source).unwrap();
    state.refer("layer", &digest).unwrap();
    fs::remove_file(state.root().join("sha256").join(&digest.hex()[..2]).join(digest.hex())).unwrap();
    assert!(matches!(state.blobs().open_file(&digest), Err(BlobError::Missing(_))));
    assert_eq!(state.blobs().length(&digest).unwrap(), None);
    // Storage that was mounted in the wrong place comes back: what is referred to stays known.
    let blobs = state.blobs().with_grace(Duration::ZERO);
    assert_eq!((collect_all(&blobs), state.rows()), (0, 1));
    let find = |tx: &mut Transaction<'_>| evidence::find(tx, &Digest::of(b"layer"), "1");
    assert_eq!(state.database.read(find).unwrap().unwrap().pack, digest);
    state.blobs().put_file(&source).unwrap();
    assert_eq!(read(&state.blobs(), &digest), b"content");
    assert_eq!(state.blobs().length(&digest).unwrap(), Some(7));
}

/// Threads put, refer to and let go of the same few blobs, while others collect whatever nothing refers to, without grace.
#[test]
fn nothing_that_is_referred_to_is_ever_collected() {
    const ROUNDS: usize = 12;
    let state = State::new();
    let contents: Vec<Vec<u8>> = (0..3_u8).map(|number| vec![number; 2000]).collect();
    let sources: Vec<PathBuf> = contents
        .iter()
        .enumerate()
        .map(|(number, content)| state.file(&format!("{number}"), content))
        .collect();
    let working = AtomicUsize::new(4);
    let (state, working, sources, contents) = (&state, &working, &sources, &contents);
    thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || {
                let _done = Done(working);
                let blobs = state.blobs().with_grace(Duration::ZERO);
                let layer = format!("layer {worker}");
                for round in 0..ROUNDS {
                    let number = (worker + round) % sources.len();
                    let digest = put_and_refer(state, &blobs, &layer, &sources[number]);
                    for _ in 0..3 {
                        assert_eq!(read(&blobs, &digest), contents[number]);
                    }
                    state.forget(&layer);
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(move || {
                let blobs = state.blobs().with_grace(Duration::ZERO);
                while working.load(Ordering::SeqCst) > 0 {
                    blobs.collect_garbage().unwrap();
                }
            });
        }
    });
    collect_all(&state.blobs().with_grace(Duration::ZERO));
    assert_eq!((state.files(), state.rows()), (0, 0));
}

/// Counts down when a thread ends, also by a failure.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Puts a blob and refers to it, again and again until it was not collected in between.
fn put_and_refer(state: &State, blobs: &Blobs, layer: &str, source: &Path) -> Digest {
    loop {
        let digest = match blobs.put_file(source) {
            // It was collected three times while it was being stored.
            Err(BlobError::Unavailable(_)) => continue,
            put => put.unwrap(),
        };
        match state.refer(layer, &digest) {
            Ok(()) => return digest,
            Err(StoreError::Stale(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Set for the process that is to put a blob in S3, to the address.
const ADDRESS: &str = "LIMPID_TEST_S3_ADDRESS";

/// Not a test by itself: what the process does that has keys in its environment.
#[test]
fn put_with_the_keys_of_the_environment() {
    let Ok(address) = env::var(ADDRESS) else { return };
    let state = State::new();
    let cache = state.folder.path().join("cache");
    let blobs = Blobs::open(&address, state.database.clone(), &cache, 1 << 20).unwrap();
    let digest = blobs.put_file(&state.file("source", b"content")).unwrap();
    assert_eq!(read(&blobs, &digest), b"content");
    let other = blobs.put_file(&state.file("source", b"other")).unwrap();
    state.refer("layer", &digest).unwrap();
    assert_eq!(collect_all(&blobs.clone().with_grace(Duration::ZERO)), 1);
    assert!(matches!(blobs.open_file(&other), Err(BlobError::Missing(_))));
}

#[test]
fn keys_come_from_the_environment() {
    let server = S3Server::start();
    let run = |secret: Option<&str>| {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "blobs::put_with_the_keys_of_the_environment", "--nocapture"])
            .env(ADDRESS, server.blobs("some/prefix"))
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_SECRET_ACCESS_KEY");
        if let Some(secret) = secret {
            command.env("AWS_SECRET_ACCESS_KEY", secret);
        }
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (is_done, errors) = run(Some(SECRET_KEY));
    assert!(is_done, "{errors}");
    let digest = Digest::of(b"content");
    assert_eq!(server.keys(), [format!("some/prefix/sha256/{}/{}", &digest.hex()[..2], digest.hex())]);
    let (is_done, errors) = run(None);
    assert!(!is_done && errors.contains("AWS_SECRET_ACCESS_KEY"), "{errors}");
}
