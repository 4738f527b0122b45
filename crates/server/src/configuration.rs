//! The configuration: one file (TOML), then the environment, then flags; what comes later wins.
//!
//! What is here has been checked: addresses parse, keys decode, and an API that anybody may use is only where the operator
//! said so in as many words.

mod check;
pub mod clair;
mod effective;
mod environment;
mod file;
mod keys;
mod kinds;
mod load;
mod problem;
mod reader;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod values;
mod warnings;

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use url::Url;

pub(crate) use self::values::bytes;
pub use self::{
    kinds::UNAUTHENTICATED,
    load::{ConfigurationFile, Flag, Loaded, Sources, load},
    problem::{Problem, Unusable},
};
use crate::secret::Secret;

/// How the service runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// The data directory: the embedded database and blobs, copies of what is far away, temporary files.
    pub data: PathBuf,
    /// What this process does.
    pub roles: BTreeSet<Role>,
    /// What it says, and how.
    pub log: Log,
    /// The listener of the API.
    pub api: Api,
    /// The listener of metrics and health.
    pub introspection: Introspection,
    /// Who may use the API; `None`: anybody who reaches it.
    pub auth: Option<Auth>,
    /// Where rows are: `sqlite:PATH` or `postgres://…`.
    pub database: Database,
    /// Where blobs are: a directory or `s3://…`.
    pub blobs: Blobs,
    /// How images are indexed.
    pub indexer: Indexer,
    /// How they are judged.
    pub matcher: Matcher,
    /// How advisory data is kept up to date.
    pub updater: Updater,
    /// Who is told of changes.
    pub notifier: Notifier,
    /// The public listener: registry and pages.
    pub registry: Registry,
    /// Harbor's scanner adapter API.
    pub harbor: Harbor,
}

/// A part of the service's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads images.
    Indexer,
    /// Judges them.
    Matcher,
    /// Keeps advisory data up to date.
    Updater,
    /// Tells of changes.
    Notifier,
    /// Keeps images.
    Registry,
    /// Shows pages.
    Ui,
}

/// What the process says on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or directives of `tracing`'s filter.
    pub level: String,
    /// One JSON object a line, instead of a line for people.
    pub json: bool,
}

/// The API's listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// Where it listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// TLS, where it is spoken here.
    pub tls: Option<Tls>,
    /// How clients reach it, for links in answers; `None`: as in the request.
    pub public_url: Option<Url>,
    /// Show blind spots to Clair's clients as vulnerabilities of severity Unknown, because they have no other place for
    /// them.
    pub blind_spots_as_vulnerabilities: bool,
}

/// The public listener: registry and pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Where it listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// TLS, where it is spoken here.
    pub tls: Option<Tls>,
    /// How clients reach it, for links, tokens and redirects; `None`: as in the request.
    pub public_url: Option<Url>,
    /// The password of the administrator that the first start makes; `None`: one is drawn.
    pub admin_password: Option<Secret>,
    /// Who else vouches for people; `None`: nobody.
    pub oidc: Option<Oidc>,
    /// The server for mail; `None`: nobody is written to.
    pub mail: Option<Mail>,
    /// Largest manifest.
    pub manifest_bytes: u64,
    /// Send clients to the storage for blobs, where it can be asked for addresses that are signed.
    pub redirect: bool,
    /// Smallest blob that they are sent there for.
    pub redirect_bytes: u64,
    /// Where notifications of repositories, which users configure, may go.
    pub webhooks: Egress,
    /// Registries that namespaces have copies of.
    pub upstreams: Upstreams,
    /// How long manifests stay that have no tag and that nothing needs; `None`: until somebody removes them.
    pub untagged: Option<Duration>,
}

/// Registries that namespaces have copies of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstreams {
    /// Names and passwords for them, in the form of `auth.json`; `None`: nobody is told any.
    pub credentials: Option<PathBuf>,
    /// Where they may be.
    pub egress: Egress,
}

/// A provider of OpenID Connect, by which people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// Its name and address, to the letter as it says itself.
    pub issuer: String,
    /// By which it knows this service.
    pub client_id: String,
    /// What this service proves that with; `None`: nothing (a public client).
    pub client_secret: Option<Secret>,
    /// Make a user of whoever signs in for the first time.
    pub create_users: bool,
    /// What is asked for beside `openid profile email`.
    pub scopes: Vec<String>,
    /// The claim of the ID token that names somebody's groups.
    pub groups_claim: String,
    /// Groups whose people are superusers. Where these or the next are named, they decide of everybody whom the provider vouches for.
    pub superuser_groups: Vec<String>,
    /// Groups whose people are auditors.
    pub auditor_groups: Vec<String>,
    /// Where the provider may be.
    pub egress: Egress,
}

impl Oidc {
    /// Whether the provider's groups decide what its people may do in the service.
    pub(crate) fn decides_roles(&self) -> bool {
        !(self.superuser_groups.is_empty() && self.auditor_groups.is_empty())
    }
}

/// The server that takes mail for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: MailSecurity,
    /// A certificate authority to trust beside the machine's, as a PEM file.
    pub root_ca: Option<PathBuf>,
    /// Who this service is there, and its password.
    pub login: Option<(String, Secret)>,
    /// Who writes: `Limpid <limpid@example.com>`.
    pub from: String,
    /// Domains whose addresses may be written to beside those of accounts; a leading `.` is all below.
    pub domains: Vec<String>,
}

/// How a server for mail is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// With TLS from the first byte on.
    Tls,
    /// With TLS after it was asked for, and not at all where the server has none.
    StartTls,
    /// In the clear.
    None,
}

/// Harbor's scanner adapter API, at the API's listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Harbor {
    /// The key that Harbor sends; `None`: whoever may use the API may use this.
    pub api_key: Option<Secret>,
}

/// Certificate and key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, and those that vouch for it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The listener of `/metrics`, `/healthz` and `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// Where it listens.
    pub listen: SocketAddr,
}

/// A pre-shared key, as Clair's `auth.psk`.
#[derive(Debug, Clone, PartialEq)]
pub struct Auth {
    /// The key, decoded from base64.
    pub key: SecretBytes,
    /// Who may sign, beside `clair-intraservice`.
    pub issuers: Vec<String>,
}

/// A key of bytes that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// A key.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for the one place that needs them.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its address; may have a password.
    pub url: Secret,
    /// How many connections this process may have.
    pub connections: usize,
}

/// The storage of blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blobs {
    /// Its address.
    pub url: String,
    /// Most bytes of local copies of blobs that are far away.
    pub cache_bytes: u64,
}

/// How images are indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexer {
    /// Manifests that are indexed side by side.
    pub workers: usize,
    /// Most manifests that this process re-indexes in a second, so that answers stay quick meanwhile.
    pub reindex_per_second: u32,
    /// Ecosystems that are detected and judged, by id; empty: all. Changes the index state.
    pub ecosystems: Vec<String>,
    /// Where layers may be fetched from.
    pub layers: Egress,
}

/// Where requests of one class may go. Public addresses, and what is allowed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    /// Networks that are allowed although they are private or loopback.
    pub allow_networks: Vec<IpNet>,
    /// Hosts that are allowed whatever their addresses are; a leading `.` allows all below.
    pub allow_hosts: Vec<String>,
    /// Whether `http://` is allowed to public addresses too. To allowed networks and hosts it always is.
    pub allow_plain_http: bool,
}

/// How images are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    /// The table of what jars are that do not say it; `None`: there is none. Part of the policy of reports.
    pub jars: Option<PathBuf>,
}

/// How advisory data is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updater {
    /// Whether upstream is asked by itself.
    pub on: bool,
    /// How long from one update to the next; each waits up to a tenth longer.
    pub period: Duration,
    /// A directory or URL to read feeds from instead of upstream.
    pub mirror: Option<String>,
    /// Prefixes of the feeds that are kept; empty: all.
    pub feeds: Vec<String>,
    /// Whether all of them are also those of NVD.
    pub nvd: bool,
}

/// Who is told of changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Notifier {
    /// One notification a manifest with its worst change, instead of one for each.
    pub summary: bool,
    /// How clients reach `/notifier/api/v1/notification/`; `None`: [`Api::public_url`].
    pub callback: Option<Url>,
    /// An operation that takes away more than this share of a feed's statements, in percent, makes no notification until a
    /// person lets it go.
    pub most_removed_percent: u64,
    /// The targets. Each is told by itself.
    pub targets: Vec<Target>,
}

/// A target of notifications, with a name that is unique.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name in logs, metrics and jobs.
    pub name: String,
    /// How it is told.
    pub delivery: Delivery,
}

/// How a target is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// `POST` to an address.
    Webhook(Webhook),
    /// A message to an exchange of an AMQP 0.9.1 broker.
    Amqp(Amqp),
    /// A message to a destination of a STOMP broker.
    Stomp(Stomp),
}

/// A webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Its address.
    pub target: Url,
    /// Headers to add; they may carry secrets.
    pub headers: Vec<(String, Secret)>,
    /// Where it may lead.
    pub egress: Egress,
}

/// An AMQP 0.9.1 exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Amqp {
    /// Brokers, tried in this order.
    pub uris: Vec<Secret>,
    /// The exchange, which must exist; empty: the default one.
    pub exchange: String,
    /// The routing key.
    pub routing_key: String,
    /// Send the notifications themselves, this many in a message, instead of the address where they are.
    pub direct: Option<u64>,
    /// A certificate authority to trust, as a PEM file.
    pub root_ca: Option<PathBuf>,
    /// What this service shows to a broker that wants to see a certificate.
    pub client: Option<Tls>,
}

/// A STOMP destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Stomp {
    /// Brokers as `host:port`, tried in this order.
    pub uris: Vec<String>,
    /// The destination.
    pub destination: String,
    /// The virtual host; others than RabbitMQ do not look at it.
    pub virtual_host: String,
    /// Login and passcode.
    pub login: Option<(String, Secret)>,
    /// Send the notifications themselves, this many in a message, instead of the address where they are.
    pub direct: Option<u64>,
    /// Speak TLS.
    pub tls: bool,
    /// A certificate authority to trust, as a PEM file.
    pub root_ca: Option<PathBuf>,
    /// What this service shows to a broker that wants to see a certificate.
    pub client: Option<Tls>,
}
