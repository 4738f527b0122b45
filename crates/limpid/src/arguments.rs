//! The command line: what can be said, and the help that teaches it.
//!
//! Parsing never does anything: each command's own module acts.

mod accounts;
mod database;
mod doctor;
mod explain;
mod help;
mod image;
mod serve;
mod server;
mod vex;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, builder::FalseyValueParser};
use limpid_catalog::Mirror;

pub(crate) use self::{
    accounts::{AccountsCommand, ResetArguments},
    database::{CacheCommand, DatabaseCommand, StatusFormat, parse_size},
    doctor::DoctorArguments,
    explain::ExplainArguments,
    help::command,
    image::{
        CompareArguments, CompareFormat, DecidedOptions, ImageOptions, IndexArguments, IndexFormat, Output,
        PolicyOptions, ScanArguments, ScanFormat,
    },
    serve::ServeArguments,
    server::{KeyOptions, ServerOptions},
    vex::VexArguments,
};

const AFTER_HELP: &str = "\
Exit status:
  0  done, and nothing gated
  1  findings at or above --fail-on
  2  a wrong argument, or something could not be read
  3  unproven: no findings, but something that counts was not judged

Start with:
  limpid demo                          the case that Limpid was made for, offline
  limpid scan alpine:3.20              an image from a registry
  limpid scan docker-archive:app.tar   what docker save wrote
  limpid explain CVE-2022-2097 alpine:3.20
                                       why it is, or is not, reported
  limpid db status                     which advisory data is here, and how old it is";

/// Container image vulnerability scanner that never shows a false green
///
/// Limpid tells what is known to be vulnerable in a container image, and proves it when it says that nothing is. What
/// could not be judged is a blind spot: it has a reason, stands in every report, and has an exit status of its own.
#[derive(Debug, Parser)]
#[command(name = "limpid", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command understands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Directory of advisory data and evidence [default: the platform's data directory]
    #[arg(long, value_name = "DIR", env = "LIMPID_DB", global = true)]
    pub(crate) db: Option<PathBuf>,

    /// Read feeds from a mirror instead of upstream: https://HOST/PATH is read as MIRROR/HOST/PATH
    #[arg(long, value_name = "DIR|URL", env = "LIMPID_MIRROR", global = true)]
    pub(crate) mirror: Option<String>,

    /// Ask no network for advisory data; what is here is used, and its age is judged
    #[arg(long, env = "LIMPID_OFFLINE", global = true, value_parser = FalseyValueParser::new())]
    pub(crate) offline: bool,

    /// Most evidence of layers to keep, such as 500M or 20G [default: 4G]
    #[arg(long, value_name = "SIZE", env = "LIMPID_CACHE_LIMIT", global = true, value_parser = parse_size)]
    pub(crate) cache_limit: Option<u64>,

    /// No progress bars and no hints
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

impl Common {
    /// The mirror that was asked for, unless no feed is to be read at all.
    pub(crate) fn mirror(&self) -> Option<Mirror> {
        let Ok(mirror) = self.mirror.as_deref()?.parse::<Mirror>();
        Some(mirror)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find vulnerabilities in images
    Scan(ScanArguments),
    /// List the packages of an image
    Index(IndexArguments),
    /// Explain why two reports differ
    Compare(CompareArguments),
    /// Explain why a vulnerability is, or is not, reported for an image
    Explain(ExplainArguments),
    /// Write decisions about an image as an OpenVEX document
    Vex(VexArguments),
    /// Advisory data: update, status, export, import, push, pull
    #[command(subcommand)]
    Db(DatabaseCommand),
    /// Evidence kept of layers: show, evict, clear
    Cache(CacheArguments),
    // Its own help is the comment of its arguments.
    Serve(ServeArguments),
    /// Accounts of the service: reset a password that was lost
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Look whether everything is there that Limpid needs, and tell what to do about what is not
    Doctor(DoctorArguments),
    /// Print the version, or compare versions of packages
    Version(VersionArguments),
    /// Play the case that Limpid was made for, offline
    Demo(DemoArguments),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a directory, or print the main one
    Man {
        /// Where to write one page a command
        directory: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CacheArguments {
    #[command(subcommand)]
    pub(crate) command: Option<CacheCommand>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Keep the demo's data in this directory, to look at it afterwards
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VersionArguments {
    #[command(subcommand)]
    pub(crate) command: Option<VersionCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VersionCommand {
    /// Compare two versions: prints <, = or >, and ! where one does not parse
    #[command(
        after_help = "With - instead of two versions, reads one tab-separated pair a line from standard input \
        and prints one answer a line.\n\nExample:\n  limpid version compare apk 1.2.3_rc1-r0 1.2.3-r0"
    )]
    Compare {
        /// The order to compare by, such as apk, dpkg, rpm, semver or pep440; or an ecosystem, such as Debian, PyPI or cargo
        scheme: String,
        /// The first version, or - to read pairs from standard input
        #[arg(allow_hyphen_values = true)]
        a: String,
        /// The second version
        #[arg(allow_hyphen_values = true)]
        b: Option<String>,
    },
}
