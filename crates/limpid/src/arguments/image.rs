//! Arguments of the commands that look at images.

use std::{path::PathBuf, str::FromStr};

use anyhow::bail;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use limpid_core::{Reason, Severity};
use limpid_image::platform::{Platform, Platforms};

use super::{KeyOptions, ServerOptions};

const IMAGE_HELP: &str = "\
Images:
  alpine:3.20, ghcr.io/org/app@sha256:…   from a registry
  oci:DIR[:REF]                           OCI layout
  oci-archive:FILE[:REF]                  OCI layout in a tar
  docker-archive:FILE[:REF]               what docker save and podman save write
  docker:NAME                             the local engine
  dir:ROOTFS                              a root file system
  sbom:FILE                               an SBOM: CycloneDX, SPDX; sbom:- on standard input
  -                                       an archive on standard input
A bare path that exists is recognised by what is there.";

const COMPARE_HELP: &str = "\
A and B are images or SBOMs, files with reports that limpid scan --format json wrote, or
manifests on a server, Limpid or Clair v4: https://HOST[:PORT]@sha256:…
One image at two dates:
  limpid compare alpine:3.16 --as-of 2022-06-01 --as-of 2022-09-01
Why two servers say different things about one image:
  limpid compare http://clair:6060@sha256:4ff3… https://limpid.example@sha256:4ff3…";

/// How images are had.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImageOptions {
    /// Which image of an index to take, such as linux/arm64 [default: this machine's]; scan and index take several with commas
    /// between them, and all
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    pub(crate) platform: Option<Platforms>,

    /// Talk to registries without TLS, and to registries and servers with certificates that nobody vouches for
    #[arg(long)]
    pub(crate) insecure: bool,
}

impl ImageOptions {
    /// Whether several images of an index may be looked at.
    pub(crate) fn several(&self) -> Option<&Platforms> {
        self.platform
            .as_ref()
            .filter(|platforms| !matches!(platforms, Platforms::These(these) if these.len() == 1))
    }

    /// The one platform that is looked at; `None`: this machine's.
    pub(crate) fn platform(&self) -> anyhow::Result<Option<Platform>> {
        match &self.platform {
            None => Ok(None),
            Some(Platforms::These(these)) if these.len() == 1 => Ok(these.first().cloned()),
            Some(_) => bail!("one image is looked at here: name one platform, as in --platform linux/arm64"),
        }
    }
}

/// How reports are judged.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyOptions {
    /// Waive blind spots by reason; the report shows what was waived
    #[arg(long, value_name = "REASON,…", value_delimiter = ',')]
    pub(crate) accept: Vec<Reason>,

    /// Let only findings with a fix count
    #[arg(long)]
    pub(crate) only_fixed: bool,

    #[command(flatten)]
    pub(crate) decided: DecidedOptions,

    /// Believe this VEX document (OpenVEX, CSAF, CycloneDX), all documents in a directory, or with the word “referrers” those that are
    /// attached to the image in its registry. May be given several times
    #[arg(long, value_name = "FILE|DIR|referrers")]
    pub(crate) vex: Vec<PathBuf>,

    /// Identify jars that say not what they are by their SHA-1: a file with lines SHA1<tab>group:artifact:version. May be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) jars: Vec<PathBuf>,
}

impl PolicyOptions {
    /// Whether nothing is decided here.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { accept, only_fixed, decided: DecidedOptions { ignore, policy }, vex, jars } = self;
        let is_told = !vex.is_empty() || !jars.is_empty();
        accept.is_empty() && !only_fixed && ignore.is_empty() && policy.is_none() && !is_told
    }
}

/// Files of what was decided.
#[derive(Debug, Clone, Args)]
pub(crate) struct DecidedOptions {
    /// Ignore what this file lists, with reasons: TOML with [[ignore]] tables, or an identifier a line. May be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore: Vec<PathBuf>,

    /// Policy: what is ignored, severities of one's own, and the gate of a scan (docs/output.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = IMAGE_HELP)]
pub(crate) struct ScanArguments {
    /// The images
    #[arg(required = true, value_name = "IMAGE")]
    pub(crate) images: Vec<String>,

    /// Form of the report: table, json, sarif, cyclonedx, spdx, html, markdown, junit, gitlab, csv, clair, trivy; FORMAT=FILE writes it to a file. May be given several times
    #[arg(long, short, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) format: Vec<Output<ScanFormat>>,

    /// Exit with 1 where there are findings of this severity or worse (unknown is the lowest)
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,

    /// Let only what is new since a report decide: what limpid scan --format json wrote before
    #[arg(long, value_name = "REPORT")]
    pub(crate) baseline: Option<PathBuf>,

    /// Tell which findings come with the image that this one was built on; auto takes what its manifest names, from its registry
    #[arg(long, value_name = "IMAGE|auto")]
    pub(crate) base: Option<String>,

    /// Judge as of a day (2026-11-23) with the data that was in force then; asks no network [default: now]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) as_of: Option<NaiveDate>,

    #[command(flatten)]
    pub(crate) policy: PolicyOptions,

    #[command(flatten)]
    pub(crate) image: ImageOptions,

    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
#[command(after_help = IMAGE_HELP)]
pub(crate) struct IndexArguments {
    /// The images
    #[arg(required = true, value_name = "IMAGE")]
    pub(crate) images: Vec<String>,

    /// Form of the list: table, json, cyclonedx, spdx, clair; FORMAT=FILE writes it to a file. May be given several times
    #[arg(long, short, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) format: Vec<Output<IndexFormat>>,

    #[command(flatten)]
    pub(crate) image: ImageOptions,

    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
#[command(after_help = COMPARE_HELP)]
pub(crate) struct CompareArguments {
    /// An image, a saved report, or URL@DIGEST: a manifest on a server
    pub(crate) a: String,

    /// Another one; left out, A is compared with itself at two dates
    pub(crate) b: Option<String>,

    /// The day to judge an image by; given twice, the first is for A and the second for B
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) as_of: Vec<NaiveDate>,

    /// Form of the comparison
    #[arg(long, short, value_enum, default_value_t = CompareFormat::Table)]
    pub(crate) format: CompareFormat,

    #[command(flatten)]
    pub(crate) policy: PolicyOptions,

    #[command(flatten)]
    pub(crate) image: ImageOptions,

    #[command(flatten)]
    pub(crate) keys: KeyOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    Table,
    Json,
    Sarif,
    Cyclonedx,
    Spdx,
    Html,
    Markdown,
    Junit,
    Gitlab,
    Csv,
    Clair,
    Trivy,
}

impl ScanFormat {
    /// Whether it lists the packages of the image too.
    pub(crate) fn needs_index(self) -> bool {
        matches!(self, Self::Clair | Self::Cyclonedx | Self::Spdx)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum IndexFormat {
    Table,
    Json,
    Cyclonedx,
    Spdx,
    Clair,
}

/// A format, and the file to write it to; standard output where none is named, or `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output<F> {
    pub(crate) format: F,
    pub(crate) file: Option<PathBuf>,
}

impl<F: ValueEnum> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file's name is missing after =".to_owned()),
            Some((word, "-")) => (word, None),
            Some((word, file)) => (word, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = F::from_str(word, true).map_err(|_unknown| {
            let known: Vec<String> = F::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            format!("“{word}” is not a format; the formats are: {}", known.join(", "))
        })?;
        Ok(Self { format, file })
    }
}

impl<F> Output<F> {
    /// Refuses outputs that would overwrite each other, or mix on standard output.
    pub(crate) fn check_places(outputs: &[Self]) -> anyhow::Result<()> {
        let mut places: Vec<_> = outputs.iter().map(|output| &output.file).collect();
        places.sort();
        match places.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[_]>::first) {
            None => Ok(()),
            Some(None) => {
                anyhow::bail!("only one --format goes to standard output; name a file, as FORMAT=FILE")
            }
            Some(Some(file)) => anyhow::bail!("two formats go to {}; name two files", file.display()),
        }
    }
}

pub(super) fn parse_day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_error| format!("“{text}” is not a day; write it as 2026-11-23"))
}
