//! Arguments of `limpid vex`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::{DecidedOptions, ImageOptions, image::parse_day};

const VEX_HELP: &str = "\
Of the decisions in --ignore and --policy files those are written that are about a finding of the
image and have a justification:
  component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path,
  vulnerable_code_cannot_be_controlled_by_adversary, inline_mitigations_already_exist
Others are accepted risks, for which VEX has no word. limpid scan --vex reads the document back to
the same decisions.
Images are named as for limpid scan.

Example:
  limpid vex app:1 --policy policy.toml --author security@example.com -o app.openvex.json";

#[derive(Debug, Args)]
#[command(after_help = VEX_HELP)]
pub(crate) struct VexArguments {
    /// The image
    #[arg(value_name = "IMAGE")]
    pub(crate) image_name: String,

    /// Who says so, such as security@example.com
    #[arg(long, value_name = "NAME")]
    pub(crate) author: String,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The day as of which findings and decisions hold; asks no network [default: now]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) as_of: Option<NaiveDate>,

    #[command(flatten)]
    pub(crate) decided: DecidedOptions,

    #[command(flatten)]
    pub(crate) image: ImageOptions,
}
