//! What values may be, in words, and how they are written where there are only texts.

use toml::Value;

use crate::limits;

/// What the operator must write to let anybody in.
pub const UNAUTHENTICATED: &str = "anybody who reaches this address may use it";

/// What a key's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Texts,
    Path,
    Boolean,
    Listen,
    Url,
    Sentence,
    Base64,
    Roles,
    Level,
    Database,
    Blobs,
    Mirror,
    Size,
    Period,
    Connections,
    Workers,
    Rate,
    Percent,
    Batch,
    Ecosystems,
    Feeds,
    Networks,
    Hosts,
    Headers,
    HeaderFiles,
    Brokers,
    HostPorts,
}

/// TOML's side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Boolean,
    Number,
    List,
    Table,
}

impl Kind {
    /// What is allowed, in words that follow “must be”.
    pub(super) fn allowed(self) -> String {
        let words = match self {
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::Path => "the path of a file or directory",
            Self::Boolean => "true or false",
            Self::Listen => "an IP address and a port",
            Self::Url => "an address that begins with https:// or http://, without user and password",
            Self::Sentence => "exactly these words",
            Self::Base64 => "base64 with its padding",
            Self::Roles => "a list of indexer, matcher, updater, notifier, registry and ui, at least one",
            Self::Level => "off, error, warn, info, debug or trace, or directives (limpid_server=debug,info)",
            Self::Database => "sqlite:PATH, postgres://… or a libpq string (host=… dbname=…)",
            Self::Blobs => "a directory or s3://BUCKET/PREFIX",
            Self::Mirror => {
                "a directory, or an address that begins with https:// or http://, without user and password"
            }
            Self::Size => "a size of whole bytes or with K, M, G or T",
            Self::Period => {
                let least = limits::SHORTEST_PERIOD.as_secs();
                return format!("a time of {least}s or more, in s, m, h and d");
            }
            Self::Ecosystems => "a list of ecosystems",
            Self::Feeds => "a list of feeds or beginnings of their names",
            Self::Networks => "a list of networks",
            Self::Hosts => "a list of hosts without port; a leading dot means all below",
            Self::Headers => "a table of header names and values",
            Self::HeaderFiles => "a table of header names and paths",
            Self::Brokers => "a list of amqps://… or amqp://… addresses",
            Self::HostPorts => "a list of hosts with ports",
            Self::Connections | Self::Workers | Self::Rate | Self::Percent | Self::Batch => {
                let (least, most) = self.range();
                return format!("a whole number from {least} to {most}");
            }
        };
        words.to_owned()
    }

    /// Smallest and largest, for numbers.
    pub(super) fn range(self) -> (i64, i64) {
        match self {
            Self::Connections => (1, limits::MOST_CONNECTIONS),
            Self::Workers => (1, limits::MOST_WORKERS),
            Self::Rate => (1, limits::MOST_REINDEXED),
            Self::Percent => (0, 100),
            Self::Batch => (1, limits::MOST_DIRECT),
            Self::Text
            | Self::Texts
            | Self::Path
            | Self::Boolean
            | Self::Listen
            | Self::Url
            | Self::Sentence
            | Self::Base64
            | Self::Roles
            | Self::Level
            | Self::Database
            | Self::Blobs
            | Self::Mirror
            | Self::Size
            | Self::Period
            | Self::Ecosystems
            | Self::Feeds
            | Self::Networks
            | Self::Hosts
            | Self::Headers
            | Self::HeaderFiles
            | Self::Brokers
            | Self::HostPorts => (0, i64::MAX),
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Boolean => Shape::Boolean,
            Self::Connections | Self::Workers | Self::Rate | Self::Percent | Self::Batch => Shape::Number,
            Self::Texts
            | Self::Roles
            | Self::Ecosystems
            | Self::Feeds
            | Self::Networks
            | Self::Hosts
            | Self::Brokers
            | Self::HostPorts => Shape::List,
            Self::Headers | Self::HeaderFiles => Shape::Table,
            Self::Text
            | Self::Path
            | Self::Listen
            | Self::Url
            | Self::Sentence
            | Self::Base64
            | Self::Level
            | Self::Database
            | Self::Blobs
            | Self::Mirror
            | Self::Size
            | Self::Period => Shape::Text,
        }
    }

    /// The value of a text from the environment or the command line; `None` where no text can be one. A text that is wrong
    /// stays a text, and is found wrong when the value is read.
    pub(super) fn of_text(self, text: &str) -> Option<Value> {
        let as_text = || Value::String(text.to_owned());
        match self.shape() {
            Shape::Text => Some(as_text()),
            Shape::Boolean => Some(text.parse().map_or_else(|_wrong| as_text(), Value::Boolean)),
            Shape::Number => Some(text.parse().map_or_else(|_wrong| as_text(), Value::Integer)),
            Shape::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
            }
            Shape::Table => None,
        }
    }
}
