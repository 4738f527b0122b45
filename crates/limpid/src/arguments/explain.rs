//! Arguments of `limpid explain`.

use chrono::NaiveDate;
use clap::Args;

use super::{CompareFormat, ImageOptions, PolicyOptions, ServerOptions, image::parse_day};

const EXPLAIN_HELP: &str = "\
Answers, of which the first that holds of the image is told last:
  affected          a finding stands
  suppressed        a decision takes the finding out of the verdict
  not-judged        something that it could be in was not judged
  fixed             the package has the fix
  not-affected      the package is there, and a feed says that it is not affected
  not-listed        the package is there, and its data says nothing of it
  package-absent    no package that it is known to be in is there
  unknown-advisory  no feed that is loaded knows it
Images are named as for limpid scan.";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub(crate) struct ExplainArguments {
    /// The vulnerability, under any of its identifiers: CVE-2022-2097, GHSA-…, DSA-5139-1
    #[arg(value_name = "CVE")]
    pub(crate) id: String,

    /// The image
    #[arg(value_name = "IMAGE")]
    pub(crate) image_name: String,

    /// Form of the explanation
    #[arg(long, short, value_enum, default_value_t = CompareFormat::Table)]
    pub(crate) format: CompareFormat,

    /// Explain as of a day (2026-11-23) with the data that was in force then; asks no network [default: now]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) as_of: Option<NaiveDate>,

    #[command(flatten)]
    pub(crate) policy: PolicyOptions,

    #[command(flatten)]
    pub(crate) image: ImageOptions,

    #[command(flatten)]
    pub(crate) server: ServerOptions,
}
