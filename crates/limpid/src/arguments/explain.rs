//! Arguments of `limpid explain`.

use chrono::NaiveDate;
use clap::Args;

use super::{
    CompareFormat, ImageOptions, PolicyOptions,
    image::{IMAGE_HELP, parse_day},
};

#[derive(Debug, Args)]
#[command(after_help = IMAGE_HELP, long_about = "\
Explain why a vulnerability is, or is not, reported for an image

For a finding: the layer and file, the package and its source, the advisory, the comparison of versions, and the feed.
For an absence, which of these it is:
  suppressed        a decision took the finding out of the verdict
  not-judged        something that it could be in was not judged
  fixed             the package has the fix
  not-affected      the package is there, and somebody says that it is not affected
  not-listed        the package is there, and the data that it is judged by says nothing of it
  package-absent    no package that it is known to be in is there
  unknown-advisory  no feed that is loaded knows it")]
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
}
