//! A process is killed while it puts blobs: what it acknowledged is there, and what is there is whole.

use std::{
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use limpid_core::Digest;

use super::{super::storage::PARTS, Place, bytes, read};

/// Set for the process that puts blobs, to the folder that it does so in.
const FOLDER: &str = "LIMPID_TEST_PUT_UNTIL_KILLED";
const LENGTH: usize = 300_000;

/// Not a test by itself: what the process that is killed does.
#[test]
fn put_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let storage = Place::reopen(&folder.join("blobs"));
    for seed in 0.. {
        let source = folder.join("source");
        let content = bytes(seed, LENGTH);
        File::create(&source).unwrap().write_all(&content).unwrap();
        let mut staged = storage.stage(&source).unwrap();
        storage.put(&mut staged).unwrap();
        drop(staged);
        fs::remove_file(&source).unwrap();
        // Straight to standard output, which the test harness would keep otherwise.
        writeln!(std::io::stdout(), "put {seed}").unwrap();
    }
}

#[test]
fn whoever_is_killed_leaves_whole_blobs_only() {
    for kill_after in [1, 2, 5, 9, 14] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "blobs::tests::kill::put_until_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let put: Vec<String> = lines.filter(|line| line.contains("put ")).take(kill_after).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(put.len(), kill_after);

        let storage = Place::reopen(&folder.path().join("blobs"));
        let mut there = 0;
        for part in 0..PARTS {
            for blob in storage.list(part).unwrap() {
                assert_eq!(Digest::of(&read(storage.get(&blob.digest).unwrap())), blob.digest);
                there += 1;
            }
        }
        assert!(there >= kill_after, "{there} of {kill_after}");
        for seed in 0..kill_after {
            storage.get(&Digest::of(&bytes(seed as u64, LENGTH))).unwrap();
        }
        storage.sweep(std::time::Duration::ZERO).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("blobs/tmp")).unwrap().count(), 0);
    }
}
