//! Arguments of `limpid doctor`.

use std::path::PathBuf;

use clap::Args;

use super::CompareFormat;

const AFTER_HELP: &str = "\
Nothing is changed: a probe is written to the data directory (of a service to its blobs) and
removed, and servers are asked whether they answer. Nothing of a secret is printed.

Examples:
  limpid doctor                          this machine: data, feeds, network, credentials
  limpid doctor --offline                the same without asking anybody
  limpid doctor --config limpid.toml     a service: settings, database, blobs, brokers, certificates

Exit status:
  0  nothing is wrong
  2  something is wrong, and the remedy is told
  3  nothing is wrong, but something could not be judged";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DoctorArguments {
    /// Look at the service with this configuration (and the variables of the environment), instead of at this command
    #[arg(long, value_name = "FILE", env = "LIMPID_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Form of what is told
    #[arg(long, short, value_enum, default_value_t = CompareFormat::Table)]
    pub(crate) format: CompareFormat,
}
