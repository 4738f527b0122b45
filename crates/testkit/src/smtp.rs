//! Runs a real server for mail, Debian's `python3-aiosmtpd`, on a free port of the loopback address, with a certificate of its own.
//!
//! Without it a test says so and is skipped; with `LIMPID_REQUIRE_SERVERS=1` it fails instead.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

use crate::registry::is_installed;

/// Who signs in there, and the password.
pub const LOGIN: (&str, &str) = ("limpid", "a password for mail");

/// How long a letter may take: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// TLS from the first byte on; who sends must sign in.
    Tls,
    /// Nothing but STARTTLS before that, and then the same.
    StartTls,
    /// In the clear, and nobody can sign in.
    Plain,
}

/// A running server. It is stopped when it is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    child: Child,
    /// Its port at `localhost`.
    pub port: u16,
    letters: Receiver<Value>,
    directory: TempDir,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl SmtpServer {
    /// Starts one. It takes no letters to `nobody@…`, and none now to `busy@…`.
    pub fn start(mode: Mode) -> Option<Self> {
        let interpreter = interpreter()?;
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        for (name, content) in ["ca.pem", "server.pem", "server.key"].iter().zip(certificates()) {
            fs::write(path(name), content).expect("a file is written");
        }
        fs::write(path("server.py"), include_str!("smtp/server.py")).expect("the script is written");
        let mut child = Command::new(interpreter)
            .args([path("server.py"), path("server.pem"), path("server.key")])
            .arg(match mode {
                Mode::Tls => "tls",
                Mode::StartTls => "starttls",
                Mode::Plain => "plain",
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python runs");
        let mut lines =
            BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let port = lines.next().expect("it listens").parse().expect("a port");
        let (sender, letters) = channel();
        std::thread::spawn(move || {
            for line in lines {
                // Nobody may wait any more.
                drop(sender.send(serde_json::from_str(&line).expect("a line of JSON")));
            }
        });
        Some(Self { child, port, letters, directory })
    }

    /// The authority that vouches for its certificate, as a PEM file.
    pub fn authority(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// Waits for the next letter: `from`, `to`, `tls`, `login`, `text` with headers.
    pub fn letter(&self) -> Value {
        self.letters.recv_timeout(PATIENCE).expect("a letter comes")
    }

    /// Letters that came and were not looked at.
    pub fn waiting(&self) -> Vec<Value> {
        self.letters.try_iter().collect()
    }
}

/// The Python that has the library: another one may be first in the path.
fn interpreter() -> Option<String> {
    if !is_installed("aiosmtpd", "apt-get install python3-aiosmtpd") {
        return None;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let script = env::split_paths(&path)
        .map(|directory| directory.join("aiosmtpd"))
        .find(|script| script.is_file())?;
    let text = fs::read_to_string(script).expect("a script");
    let first =
        text.lines().next().and_then(|line| line.strip_prefix("#!")).expect("the interpreter of a script");
    Some(first.trim().to_owned())
}

/// The authority, the server's certificate, and its key.
fn certificates() -> [String; 3] {
    let mut authority = CertificateParams::new([]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let certificate = authority.self_signed(&authority_key).expect("a certificate");
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    let signed = server.signed_by(&key, &issuer).expect("a certificate");
    [certificate.pem(), signed.pem(), key.serialize_pem()]
}
