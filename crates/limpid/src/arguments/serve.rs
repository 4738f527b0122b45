//! Arguments of `limpid serve`.

use std::path::PathBuf;

use clap::Args;

const AFTER_HELP: &str = "\
Every setting is a key of the configuration, and every key an environment variable: --listen is
api.listen and LIMPID_API_LISTEN. The file is read first, then the environment, then the options;
what comes later wins. docs/service.md has all keys, and docs/limpid.toml is a file with them.

Examples:
  limpid serve                                   for this machine alone, with an embedded database
  limpid serve --config limpid.toml --check      what would be used, and where it comes from
  limpid serve --roles updater --config limpid.toml
  limpid serve --clair-config config.yaml        as a Clair with this configuration
  limpid serve --convert-clair config.yaml > limpid.toml

Exit status:
  0  ended as it was asked to (SIGTERM, SIGINT); with --check, the configuration can be used
  2  a wrong argument or configuration, or the service could not go on";

/// Run the service: registry, pages, and the work of Clair behind its API
///
/// Without configuration it listens on 127.0.0.1:6060, keeps everything in the data directory, and asks nobody for a key.
/// Whoever wants it to listen for others gives it a key, or says in as many words that anybody may use it.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ServeArguments {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE", env = "LIMPID_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Clair's configuration, in place of --config
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub(crate) clair_config: Option<PathBuf>,

    /// Load and check everything, print what is in force and where it comes from, and end
    #[arg(long)]
    pub(crate) check: bool,

    /// Print what a configuration of Clair is as limpid.toml, with its secrets, and end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "clair_config"])]
    pub(crate) convert_clair: Option<PathBuf>,

    /// What this process does: indexer, matcher, updater, notifier, registry, ui [default: all]
    #[arg(long, value_name = "ROLE,…", help_heading = "Settings")]
    pub(crate) roles: Option<String>,

    /// Where the API listens [default: 127.0.0.1:6060]
    #[arg(long, value_name = "ADDRESS", help_heading = "Settings")]
    pub(crate) listen: Option<String>,

    /// Where metrics and health are [default: 127.0.0.1:8089]
    #[arg(long, value_name = "ADDRESS", help_heading = "Settings")]
    pub(crate) introspection: Option<String>,

    /// Let anybody who reaches the API use it
    #[arg(long, help_heading = "Settings")]
    pub(crate) unauthenticated: bool,

    /// Directory of everything that the service keeps [default: server/ in --db]
    #[arg(long, value_name = "DIR", help_heading = "Settings")]
    pub(crate) data: Option<String>,

    /// The database: sqlite:PATH or postgres://… [default: limpid.sqlite in --data]
    #[arg(long, value_name = "URL", help_heading = "Settings")]
    pub(crate) database: Option<String>,

    /// The storage of blobs: a directory or s3://BUCKET/PREFIX [default: blobs/ in --data]
    #[arg(long, value_name = "DIR|URL", help_heading = "Settings")]
    pub(crate) blobs: Option<String>,

    /// What is said on standard error: error, warn, info or debug [default: info]
    #[arg(long, value_name = "LEVEL", help_heading = "Settings")]
    pub(crate) log: Option<String>,
}
