//! Runs a real PostgreSQL of its own, on a free port of the loopback address and on a Unix socket.
//!
//! It is watched by a shell that reads from a pipe whose other end this process has: however this process ends, the shell
//! stops the server and removes its data.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::registry::is_installed;

/// How long the server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// `start` and `stop` are said to it, and it answers when it has been done. Nobody says anything any more when the process
/// that started it has ended.
const WATCHER: &str = r#"
trap '' INT TERM HUP
start() { "$1" -D "$2/data" -c config_file="$2/postgresql.conf" </dev/null >>"$2/log" 2>&1 & server=$!; }
server=
while read -r word; do
    case $word in
        start) start "$1" "$2"; echo started ;;
        stop) kill -INT $server; wait $server; server=; echo stopped ;;
    esac
done
if [ -n "$server" ]; then kill -QUIT $server; wait $server; fi
rm -rf "$2"
"#;

/// An authority for tests, which is of no use elsewhere: its key was thrown away. And a certificate by it, with its key.
const TLS: &[(&str, &str)] = &[
    ("authority.pem", include_str!("../fixtures/tls/authority.pem")),
    ("server.pem", include_str!("../fixtures/tls/server.pem")),
    ("server.key", include_str!("../fixtures/tls/server.key")),
];

/// A server. It is stopped, and its data removed, when it is dropped and when the process ends.
#[derive(Debug)]
pub struct Postgres {
    binaries: PathBuf,
    directory: PathBuf,
    port: u16,
    databases: AtomicU64,
    watcher: Mutex<Watcher>,
}

#[derive(Debug)]
struct Watcher {
    process: Child,
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Postgres {
    /// Starts one. Says that the test is skipped where PostgreSQL is not installed; see [`is_installed`].
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// Starts one with more in its `postgresql.conf`; see [`Postgres::start`].
    ///
    /// # Panics
    /// If it is installed and does not start.
    pub fn start_with(configuration: &str) -> Option<Self> {
        let binaries = binaries()?;
        let directory = tempfile::tempdir().expect("a directory").keep();
        own(&directory);
        run(command(&binaries.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C"])
            .args(["--username=postgres", "--no-sync", "--no-instructions", "--pgdata"])
            .arg(directory.join("data")));
        for (name, text) in TLS {
            let path = directory.join(name);
            fs::write(&path, text).expect("the file is written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is the server's alone");
            own(&path);
        }
        let watcher = Mutex::new(Watcher::start(&binaries.join("postgres"), &directory));
        let mut postgres = Self { binaries, directory, port: 0, databases: AtomicU64::new(0), watcher };
        // Another process might take the port in between; then the server does not come up, and another is tried.
        for _ in 0..5 {
            postgres.port = free_port();
            postgres.configure(configuration);
            postgres.say("start");
            if postgres.comes_up() {
                return Some(postgres);
            }
        }
        panic!("PostgreSQL did not start on any of five ports: {}", postgres.log());
    }

    /// Starts one that speaks TLS with a certificate for 127.0.0.1 by [`Postgres::authority`]; see [`Postgres::start`].
    pub fn start_with_tls() -> Option<Self> {
        Self::start_with("ssl = on\nssl_cert_file = '../server.pem'\nssl_key_file = '../server.key'")
    }

    /// A file with the certificate of the authority that the certificate of the server is by.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("authority.pem")
    }

    /// The one that all tests of this process share; see [`Postgres::start`].
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Makes a new database and returns its URL.
    ///
    /// # Panics
    /// If PostgreSQL does not make it.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url_of(&name)
    }

    /// The URL of the database `postgres`, which is always there.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The directory of the Unix socket.
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// The port on the loopback address, which is in the name of the Unix socket as well.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs statements with psql in a database, and returns what it prints.
    ///
    /// # Panics
    /// If they fail.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let port = self.port.to_string();
        let mut psql = Command::new(self.binaries.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
            .args(["--host=127.0.0.1", "--username=postgres", "--port", &port, "--dbname", database])
            .args(["--command", statements]);
        run(&mut psql)
    }

    /// Stops the server; connections are cut.
    ///
    /// # Panics
    /// If it is stopped already.
    pub fn stop(&self) {
        self.say("stop");
    }

    /// Starts the server again after [`Postgres::stop`], with the same data on the same port.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_again(&self) {
        self.say("start");
        assert!(self.comes_up(), "PostgreSQL did not start again: {}", self.log());
    }

    fn configure(&self, more: &str) {
        let text = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             max_connections = 300\nshared_buffers = '64MB'\ndeadlock_timeout = '100ms'\n\
             fsync = off\nfull_page_writes = off\n{more}\n",
            self.port,
            self.directory.display()
        );
        fs::write(self.directory.join("postgresql.conf"), text).expect("the configuration is written");
    }

    fn say(&self, word: &str) {
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner).say(word);
    }

    /// Waits until the server is ready, or has ended.
    fn comes_up(&self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            // Its last line is the state.
            let state = fs::read_to_string(self.directory.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return true;
            }
            if self.log().contains("could not create any TCP/IP sockets") {
                return false;
            }
            // Looking costs next to nothing: this keeps the wait from being a busy one.
            thread::sleep(Duration::from_millis(20));
        }
        panic!("PostgreSQL is not ready after {PATIENCE:?}: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Watcher {
    fn start(server: &Path, directory: &Path) -> Self {
        let mut process = command(Path::new("/bin/sh"))
            .args(["-c", WATCHER, "limpid-test-postgres"])
            .args([server, directory])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the keyboard ends the tests, and that is how the watcher hears of it.
            .process_group(0)
            .spawn()
            .expect("a shell starts");
        let words = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("standard output is piped"));
        Self { process, words, answers }
    }

    fn say(&mut self, word: &str) {
        let words = self.words.as_mut().expect("the watcher listens until it is dropped");
        writeln!(words, "{word}").expect("the watcher listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the watcher answers");
        assert!(answer.starts_with(word), "the watcher says {answer:?} to {word}");
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.words.take());
        drop(self.process.wait());
    }
}

/// The directory of PostgreSQL's programs, the newest where there are several. Debian has them off the path.
fn binaries() -> Option<PathBuf> {
    let version = |path: &Path| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin")).filter(|path| path.join("initdb").is_file());
    if let Some(newest) = debian.max_by_key(|path| version(path)) {
        return Some(newest);
    }
    if !is_installed("initdb", "apt-get install postgresql") {
        return None;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).find(|directory| directory.join("initdb").is_file())
}

/// A command as the user that the server runs as: it refuses to run as root.
fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

/// Gives a file or directory to the user that the server runs as.
fn own(path: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(path));
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let own = tempfile::tempfile().and_then(|file| file.metadata()).expect("a file");
    own.uid() == 0
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.expect("a free port").port()
}
