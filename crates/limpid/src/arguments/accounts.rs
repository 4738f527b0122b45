//! Arguments of `limpid accounts`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is done to an account.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// Give a user a new password, and print it: the way back in where the last superuser's is lost
    ///
    /// To be run on a machine of the service, with its configuration. The service may be running: the password counts with the
    /// next request, and what was signed in before is not any more. It is printed this once.
    #[command(after_help = "Example:\n  limpid accounts reset admin --config limpid.toml")]
    Reset(ResetArguments),
}

/// Arguments of `limpid accounts reset`.
#[derive(Debug, Args)]
pub(crate) struct ResetArguments {
    /// The user
    pub(crate) name: String,

    /// The configuration of the service, in TOML
    #[arg(long, value_name = "FILE", env = "LIMPID_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// The directory of the service [default: server/ in --db]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<String>,

    /// The service's database: sqlite:PATH or postgres://… [default: limpid.sqlite in --data]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}
