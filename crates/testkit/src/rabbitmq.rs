//! Runs a real broker, Debian's `rabbitmq-server`, on free ports of the loopback address: AMQP 0.9.1 and STOMP, each
//! plain and with TLS.
//!
//! A broker is never left behind. A shell watches it that ends with its standard input, so it ends with the test process
//! also where nothing is dropped: in a `static`, or when the process is killed.

use std::{
    fs,
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use crate::registry::is_installed;

/// Where Debian has the program itself. The one in the path changes the user, and with it the home directory.
const PROGRAM: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// How long it may take to listen. It takes seconds, and a minute on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);
/// What runs and watches it.
const GUARD: &str = include_str!("rabbitmq/guard.sh");

/// A running broker. It is stopped, and its data removed, when it is dropped.
#[derive(Debug)]
pub struct RabbitMq {
    guard: Option<Child>,
    directory: PathBuf,
    ports: Ports,
    wants_certificates: bool,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    amqp: SocketAddr,
    amqps: SocketAddr,
    stomp: SocketAddr,
    stomps: SocketAddr,
    distribution: SocketAddr,
    mapper: SocketAddr,
}

impl RabbitMq {
    /// Starts one, with the user `guest` with the password `guest`.
    pub fn start() -> Option<Self> {
        Self::start_that(false)
    }

    /// Starts one that speaks TLS only with who shows a certificate of its [`authority`](Self::authority).
    pub fn start_for_certificates() -> Option<Self> {
        Self::start_that(true)
    }

    fn start_that(wants_certificates: bool) -> Option<Self> {
        if !Path::new(PROGRAM).is_file()
            && !is_installed("rabbitmq-server", "apt-get install rabbitmq-server")
        {
            return None;
        }
        // Another process might take a port in between; then the server does not come up, and others are tried.
        for _ in 0..5 {
            let directory =
                tempfile::Builder::new().prefix("rabbitmq-").tempdir().expect("a directory").keep();
            let mut broker = Self { guard: None, directory, ports: Ports::free(), wants_certificates };
            broker.configure();
            if broker.run() {
                return Some(broker);
            }
        }
        panic!("rabbitmq-server did not start on any of five sets of ports");
    }

    /// Where it speaks AMQP 0.9.1.
    pub fn amqp(&self) -> SocketAddr {
        self.ports.amqp
    }

    /// Where it speaks AMQP 0.9.1 in TLS.
    pub fn amqps(&self) -> SocketAddr {
        self.ports.amqps
    }

    /// Where it speaks STOMP.
    pub fn stomp(&self) -> SocketAddr {
        self.ports.stomp
    }

    /// Where it speaks STOMP in TLS.
    pub fn stomps(&self) -> SocketAddr {
        self.ports.stomps
    }

    /// The certificate authority that vouches for it, as a PEM file.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("authority.pem")
    }

    /// A certificate of a client that it vouches for, and its key, as PEM files.
    pub fn client(&self) -> [PathBuf; 2] {
        ["client.pem", "client-key.pem"].map(|name| self.directory.join(name))
    }

    /// `amqp://guest:guest@127.0.0.1:PORT`.
    pub fn uri(&self) -> String {
        format!("amqp://guest:guest@{}", self.ports.amqp)
    }

    /// Stops it, as a machine does that loses its power. What it has confirmed is still there after
    /// [`start_again`](Self::start_again).
    pub fn stop(&mut self) {
        self.end("keep");
    }

    /// Starts it again, at the same addresses.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn start_again(&mut self) {
        assert!(self.guard.is_none(), "it is running");
        assert!(self.run(), "rabbitmq-server does not start again");
    }

    fn configure(&self) {
        let Ports { amqp, amqps, stomp, stomps, .. } = self.ports;
        let path = self.directory.display();
        let configuration = format!(
            "listeners.tcp.1 = {amqp}\nlisteners.ssl.1 = {amqps}\nstomp.listeners.tcp.1 = {stomp}\n\
             stomp.listeners.ssl.1 = {stomps}\nssl_options.cacertfile = {path}/authority.pem\n\
             ssl_options.certfile = {path}/certificate.pem\nssl_options.keyfile = {path}/key.pem\n\
             ssl_options.verify = {}\nssl_options.fail_if_no_peer_cert = {}\nlog.console = true\n",
            if self.wants_certificates { "verify_peer" } else { "verify_none" },
            self.wants_certificates,
        );
        let [authority, certificate, key, client, client_key] = certificates().expect("certificates");
        let files = [
            ("rabbitmq.conf", configuration),
            ("enabled_plugins", "[rabbitmq_stomp].\n".to_owned()),
            ("authority.pem", authority),
            ("certificate.pem", certificate),
            ("key.pem", key),
            ("client.pem", client),
            ("client-key.pem", client_key),
        ];
        for (name, content) in files {
            fs::write(self.directory.join(name), content).expect("the file is written");
        }
    }

    /// Runs it, and tells whether it listens in the end.
    fn run(&mut self) -> bool {
        let ended = self.directory.join("ended");
        if ended.exists() {
            fs::remove_file(&ended).expect("the file is removed");
        }
        self.guard = Some(self.command().spawn().expect("a shell starts"));
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if ended.exists() {
                let log = fs::read_to_string(self.directory.join("server.log")).unwrap_or_default();
                eprintln!("rabbitmq-server ended: {}", log.lines().last().unwrap_or_default());
                self.end("remove");
                return false;
            }
            let ports = [self.ports.amqp, self.ports.amqps, self.ports.stomp, self.ports.stomps];
            if ports.iter().all(|port| TcpStream::connect_timeout(port, Duration::from_millis(200)).is_ok()) {
                return true;
            }
            // A refused connection comes back at once: this keeps the wait from being a busy one.
            thread::sleep(Duration::from_millis(50));
        }
        self.end("remove");
        panic!("rabbitmq-server does not listen on {:?} after {PATIENCE:?}", self.ports);
    }

    fn command(&self) -> Command {
        let server = if Path::new(PROGRAM).is_file() { PROGRAM } else { "rabbitmq-server" };
        let file = |name: &str| self.directory.join(name);
        let mut command = Command::new("sh");
        command.args(["-c", GUARD]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Of its own group, so that who interrupts the tests does not take away what cleans up behind them.
        command.process_group(0).env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("SERVER", server).env("DIRECTORY", &self.directory).env("HOME", &self.directory);
        command.env("RABBITMQ_NODENAME", format!("limpid{}@localhost", self.ports.amqp.port()));
        command.env("RABBITMQ_CONF_ENV_FILE", "/dev/null").env("RABBITMQ_CONFIG_FILE", file("rabbitmq.conf"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", file("enabled_plugins")).env("RABBITMQ_LOGS", "-");
        command.env("RABBITMQ_MNESIA_BASE", &self.directory).env("RABBITMQ_LOG_BASE", &self.directory);
        command.env("RABBITMQ_DIST_PORT", self.ports.distribution.port().to_string());
        command
            .env("ERL_EPMD_PORT", self.ports.mapper.port().to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        // Has the script become the server, instead of a shell that a signal would end alone.
        command.env("detached", "1");
        command
    }

    /// Ends it, if it runs, and waits until nothing of it is left.
    fn end(&mut self, last_words: &str) {
        let Some(mut guard) = self.guard.take() else { return };
        if let Some(mut input) = guard.stdin.take() {
            // Where nobody reads it, there is nothing left to stop.
            drop(writeln!(input, "{last_words}"));
        }
        drop(guard.wait());
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        self.end("remove");
        if self.directory.exists() {
            // It was stopped before, and its data kept.
            drop(fs::remove_dir_all(&self.directory));
        }
    }
}

/// An authority, a certificate of it for `localhost` and 127.0.0.1 and its key, and one for a client and its key, as PEM.
fn certificates() -> Result<[String; 5], rcgen::Error> {
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let certificate = server.signed_by(&key, &issuer)?;
    let client_key = KeyPair::generate()?;
    let mut client = CertificateParams::new([])?;
    // A name of its own: with that of its issuer it would look as if it had signed itself.
    client.distinguished_name.push(DnType::CommonName, "limpid");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let client = client.signed_by(&client_key, &issuer)?;
    Ok([
        authority_certificate.pem(),
        certificate.pem(),
        key.serialize_pem(),
        client.pem(),
        client_key.serialize_pem(),
    ])
}

impl Ports {
    /// Ports that are free and differ, because each is held until all are known.
    fn free() -> Self {
        let [amqp, amqps, stomp, stomps, distribution, mapper] =
            std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a loopback address"))
                .map(|listener: TcpListener| listener.local_addr().expect("its port"));
        Self { amqp, amqps, stomp, stomps, distribution, mapper }
    }
}
