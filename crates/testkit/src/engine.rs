//! Runs a real engine with Docker's API: `podman system service`, with a store of its own and without a network.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::registry::is_installed;

/// How long the engine may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running engine. It is stopped, and its images removed, when it is dropped.
#[derive(Debug)]
pub struct Engine {
    child: Child,
    directory: TempDir,
}

impl Engine {
    /// Starts one, where Podman is installed.
    pub fn start() -> Option<Self> {
        if !is_installed("podman", "apt-get install podman") {
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let socket = format!("unix://{}", directory.path().join("engine.sock").display());
        let child = podman(directory.path())
            .args(["system", "service", "--time=0", &socket])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("podman starts");
        let mut engine = Self { child, directory };
        let begun = Instant::now();
        while UnixStream::connect(engine.socket()).is_err() {
            let ended = engine.child.try_wait().expect("its state is known");
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "podman does not listen: {ended:?}");
            // A missing socket is told at once: this keeps the wait from being a busy one.
            thread::sleep(Duration::from_millis(20));
        }
        Some(engine)
    }

    /// The socket of its API.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("engine.sock")
    }

    /// Gives it an archive of `docker save`.
    pub fn load(&self, archive: &[u8]) {
        let file = self.directory.path().join("archive.tar");
        std::fs::write(&file, archive).expect("the archive is written");
        let output = podman(self.directory.path()).args(["load", "--quiet", "--input"]).arg(file).output();
        let output = output.expect("podman runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Podman with a store below `directory`.
fn podman(directory: &Path) -> Command {
    let mut command = Command::new("podman");
    command.arg("--root").arg(directory.join("root")).arg("--runroot").arg(directory.join("run"));
    command.args(["--storage-driver", "vfs"]);
    command
}
