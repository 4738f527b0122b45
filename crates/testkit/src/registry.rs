//! Runs a real registry, Debian's `docker-registry` (CNCF Distribution), on a free port of the loopback address.
//!
//! Where it is not installed a test says so and is skipped; with `LIMPID_REQUIRE_SERVERS=1` it fails instead, so that a
//! green run of CI means that it ran.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// `user` with the password `secret`, as `htpasswd -B` writes it (bcrypt).
const HTPASSWD: &str = "user:$2y$05$LS0T8TwnV8fGy6ANNN6sS./QcNqzCJ.8kROMG0/PUqtNQ5HonNNb2\n";

/// A running registry. It is stopped, and its data removed, when it is dropped.
#[derive(Debug)]
pub struct Registry {
    child: Child,
    address: SocketAddr,
    _directory: TempDir,
}

impl Registry {
    /// Starts one that anybody may read and write.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// Starts one that wants the user `user` with the password `secret` (Basic).
    pub fn start_with_password() -> Option<Self> {
        Self::start_with("auth: {htpasswd: {realm: test, path: DIRECTORY/htpasswd}}\n")
    }

    fn start_with(auth: &str) -> Option<Self> {
        if !is_installed("docker-registry", "apt-get install docker-registry") {
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        // Another process might take the port in between; then the server does not come up, and another is tried.
        for _ in 0..5 {
            let address = free_address();
            let path = directory.path().display().to_string();
            let config = format!(
                "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {path}/data}}}}\n\
                 http: {{addr: '{address}', secret: test}}\n{}",
                auth.replace("DIRECTORY", &path)
            );
            fs::write(directory.path().join("config.yml"), config).expect("the configuration is written");
            fs::write(directory.path().join("htpasswd"), HTPASSWD).expect("the password file is written");
            let mut child = Command::new("docker-registry")
                .args(["serve", &format!("{path}/config.yml")])
                .env_clear()
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("docker-registry starts");
            if comes_up(&mut child, address) {
                return Some(Self { child, address, _directory: directory });
            }
        }
        panic!("docker-registry did not start on any of five ports");
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Whether a program that a test needs is here. Says on standard error that the test is skipped where it is not.
///
/// # Panics
/// If it is missing and `LIMPID_REQUIRE_SERVERS` is 1.
pub fn is_installed(program: &str, remedy: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|directory| directory.join(program).is_file()) {
        return true;
    }
    is_there(false, &format!("{program} is not installed"), remedy)
}

/// Whether something that a test needs is there; as [`is_installed`], for what is no program. `lack` says what it is that is
/// missing, `remedy` how to have it.
///
/// # Panics
/// If it is not and `LIMPID_REQUIRE_SERVERS` is 1.
pub fn is_there(is_there: bool, lack: &str, remedy: &str) -> bool {
    let is_required = env::var_os("LIMPID_REQUIRE_SERVERS").is_some_and(|value| value == "1");
    assert!(is_there || !is_required, "{lack}, and LIMPID_REQUIRE_SERVERS is set: {remedy}");
    if !is_there {
        eprintln!("SKIPPED: {lack} ({remedy})");
    }
    is_there
}

/// Whether skopeo is here; see [`is_installed`].
pub fn has_skopeo() -> bool {
    is_installed("skopeo", "apt-get install skopeo")
}

/// Copies an OCI archive into a registry with skopeo, given `more` of its options.
///
/// # Panics
/// If skopeo fails.
pub fn skopeo_copy(archive: &str, target: &str, more: &[&str]) {
    let output = Command::new("skopeo")
        .args(["--insecure-policy", "copy", "--dest-tls-verify=false"])
        .args(more)
        .args([&format!("oci-archive:{archive}"), &format!("docker://{target}")])
        .output()
        .expect("skopeo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// Waits until the server listens, or has ended.
fn comes_up(child: &mut Child, address: SocketAddr) -> bool {
    let stderr = child.stderr.take().expect("standard error is piped");
    // What it says is read to its end, so that a full pipe never stops it.
    let reader = thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).last());
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if child.try_wait().expect("its state is known").is_some() {
            eprintln!("docker-registry ended: {:?}", reader.join().ok().flatten());
            return false;
        }
        if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
            return true;
        }
        // A refused connection comes back at once: this keeps the wait from being a busy one.
        thread::sleep(Duration::from_millis(20));
    }
    panic!("docker-registry does not listen on {address} after {PATIENCE:?}");
}
