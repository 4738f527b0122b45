//! The decisions that are asked for on the command line: options, files of what to ignore, VEX documents.
//!
//! A file that cannot be read whole is an error: a decision that is not applied must be told before the report is.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use limpid_core::{
    Reason, Report,
    archives::ArtifactTable,
    enrichment::Share,
    policy::{Baseline, Gate, Ignore, Meeting, Policy, Rating, vex},
    report::SCHEMA,
};
use serde::Deserialize;

use crate::arguments::{DecidedOptions, PolicyOptions};

/// No file of decisions is larger than this; an image that was named by mistake may be.
const LARGEST: u64 = 256 << 20;

/// The policy that was asked for.
pub(crate) fn policy(options: &PolicyOptions) -> anyhow::Result<Policy> {
    let mut policy = Policy {
        accept: options.accept.iter().copied().collect(),
        only_fixed: options.only_fixed,
        artifacts: Arc::new(artifacts(&options.jars)?),
        ..decided(&options.decided)?
    };
    for path in options.vex.iter().filter(|path| !is_referrers(path)) {
        for file in documents(path)? {
            let read = || anyhow::Ok(vex::read(text(&file)?.as_bytes())?);
            policy.statements.extend(read().with_context(|| format!("--vex {}", file.display()))?);
        }
    }
    Ok(policy)
}

/// What archives are, by their digests. Several files are one table.
fn artifacts(files: &[PathBuf]) -> anyhow::Result<ArtifactTable> {
    let mut whole = String::new();
    for file in files {
        let read = || {
            let text = text(file)?;
            // Read by itself, so that what is wrong is told by its line.
            ArtifactTable::parse(&text)?;
            anyhow::Ok(text)
        };
        whole.push_str(&read().with_context(|| format!("--jars {}", file.display()))?);
        whole.push('\n');
    }
    ArtifactTable::parse(&whole).context("--jars")
}

/// What was decided in files.
pub(crate) fn decided(options: &DecidedOptions) -> anyhow::Result<Policy> {
    let mut policy = Policy::default();
    for file in &options.ignore {
        let read = || ignores(&text(file)?);
        policy.ignores.extend(read().with_context(|| format!("--ignore {}", file.display()))?);
    }
    if let Some(file) = read_policy(options)? {
        policy.ignores.extend(file.ignores);
        policy.ratings.extend(file.ratings);
    }
    Ok(policy)
}

/// Whether what is attached to the image is to be believed too.
pub(crate) fn wants_referrers(options: &PolicyOptions) -> bool {
    options.vex.iter().any(|path| is_referrers(path))
}

/// A file of that name is `./referrers`.
fn is_referrers(path: &Path) -> bool {
    path.as_os_str() == "referrers"
}

/// The gates of the policy file, where it has any.
pub(crate) fn gates(options: &PolicyOptions) -> anyhow::Result<Vec<Gate>> {
    Ok(read_policy(&options.decided)?.map(|file| file.gates).unwrap_or_default())
}

fn read_policy(options: &DecidedOptions) -> anyhow::Result<Option<PolicyFile>> {
    let Some(file) = &options.policy else { return Ok(None) };
    let read = || PolicyFile::read(&text(file)?);
    read().map(Some).with_context(|| format!("--policy {}", file.display()))
}

/// The earlier reports in a file: one, or one a line.
pub(crate) fn baseline(file: &Path, meeting: Meeting) -> anyhow::Result<Baseline> {
    let read = || {
        let text = text(file)?;
        let reports = serde_json::Deserializer::from_str(&text).into_iter::<Report>();
        let reports: Vec<Report> =
            reports.collect::<Result<_, _>>().context("no report that limpid scan --format json wrote")?;
        if let Some(other) = reports.iter().find(|report| report.schema != SCHEMA) {
            bail!("the report is in the format “{}”; this version of Limpid reads {SCHEMA}", other.schema);
        }
        if reports.is_empty() {
            bail!("there is no report in it");
        }
        Ok(Baseline::of(reports, meeting))
    };
    read().with_context(|| format!("--baseline {}", file.display()))
}

fn text(file: &Path) -> anyhow::Result<String> {
    if fs::metadata(file)?.len() > LARGEST {
        bail!("the file is larger than {LARGEST} bytes");
    }
    Ok(fs::read_to_string(file)?)
}

/// The documents at a path: itself, or the JSON files in a directory, by name.
fn documents(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let named = || format!("--vex {}", path.display());
    if !fs::metadata(path).with_context(named)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(named)? {
        let file = entry.with_context(named)?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("{}: there is no file in it whose name ends with .json", named());
    }
    files.sort();
    Ok(files)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Table>,
    #[serde(default)]
    severity: Vec<Table>,
    gate: Option<Gates>,
}

/// One table, or several: either trips.
#[derive(Deserialize)]
#[serde(untagged)]
enum Gates {
    Several(Vec<toml::Table>),
    One(toml::Table),
}

/// A [`Gate`] as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct GateTable {
    severity: Option<String>,
    #[serde(default)]
    unknown: bool,
    #[serde(default)]
    fixable: bool,
    #[serde(default)]
    above_base: bool,
    #[serde(default)]
    kev: bool,
    epss: Option<f64>,
    #[serde(default)]
    blind_spots: Vec<Reason>,
}

/// What a policy file says.
struct PolicyFile {
    ignores: Vec<Ignore>,
    ratings: Vec<Rating>,
    gates: Vec<Gate>,
}

impl PolicyFile {
    fn read(text: &str) -> anyhow::Result<Self> {
        let File { ignore, severity, gate } = toml::from_str(text)?;
        let ratings = severity
            .into_iter()
            .enumerate()
            .map(|(place, table)| table.rating().with_context(|| format!("severity {}", place + 1)));
        let gates = gate.map(Gates::read).transpose().context("gate")?.unwrap_or_default();
        Ok(Self { ignores: decisions(ignore)?, ratings: ratings.collect::<anyhow::Result<_>>()?, gates })
    }
}

impl Gates {
    fn read(self) -> anyhow::Result<Vec<Gate>> {
        let tables = match self {
            Self::One(table) => vec![table],
            Self::Several(tables) => tables,
        };
        // Here and not within the choice above, which would not tell what is wrong.
        tables.into_iter().map(|table| table.try_into::<GateTable>()?.gate()).collect()
    }
}

impl GateTable {
    fn gate(self) -> anyhow::Result<Gate> {
        let Self { severity, unknown, fixable, above_base, kev, epss, blind_spots } = self;
        let gate = Gate {
            severity: severity.as_deref().map(str::parse).transpose()?,
            unknown,
            fixable,
            above_base,
            kev,
            epss: epss.map(Share::new).transpose().context("epss")?,
            blind_spots: blind_spots.into_iter().collect(),
        };
        if gate == Gate::default() {
            bail!(
                "nothing could trip it: say severity, unknown, fixable, above-base, kev, epss or blind-spots"
            );
        }
        Ok(gate)
    }
}

/// An [`Ignore`] as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: Option<String>,
    package: Option<String>,
    path: Option<String>,
    image: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    owner: String,
    justification: Option<String>,
    /// A day of TOML, or one in quotes.
    expires: Option<toml::Value>,
    /// Of a table of severities.
    severity: Option<String>,
}

impl Table {
    fn rating(mut self) -> anyhow::Result<Rating> {
        let Some(severity) = self.severity.take() else { bail!("it says no severity") };
        Ok(Rating { severity: severity.parse()?, about: self.ignore()? })
    }

    fn ignore(self) -> anyhow::Result<Ignore> {
        let Self { id, package, path, image, reason, owner, justification, expires, severity } = self;
        if severity.is_some() {
            bail!("a decision to ignore has no severity; [[severity]] tables of a --policy file have");
        }
        let expires = expires.as_ref().map(day).transpose()?;
        let justification = justification.as_deref().map(str::parse).transpose()?;
        let ignore = Ignore { id, package, path, image, reason, justification, owner, expires };
        ignore.check()?;
        Ok(ignore)
    }
}

fn day(value: &toml::Value) -> anyhow::Result<NaiveDate> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map_err(|_no_day| anyhow!("expires: “{text}” is not a day; write it as 2026-12-31"))
}

/// What a file lists. One that has no table is a list.
fn ignores(text: &str) -> anyhow::Result<Vec<Ignore>> {
    if !text.lines().any(|line| line.trim_start().starts_with('[')) {
        return list(text);
    }
    let File { ignore, severity, gate } = toml::from_str(text)?;
    if gate.is_some() || !severity.is_empty() {
        bail!("severities and a gate are read from --policy FILE alone");
    }
    decisions(ignore)
}

fn decisions(tables: Vec<Table>) -> anyhow::Result<Vec<Ignore>> {
    let ignore =
        |(place, table): (usize, Table)| table.ignore().with_context(|| format!("decision {}", place + 1));
    tables.into_iter().enumerate().map(ignore).collect()
}

/// An identifier a line, then perhaps `exp:2026-12-31`, then perhaps `# why`: as the ignore files of other scanners.
fn list(text: &str) -> anyhow::Result<Vec<Ignore>> {
    let mut ignores = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let (said, why) = line.split_once('#').unwrap_or((line, ""));
        let mut words = said.split_whitespace();
        let Some(id) = words.next() else { continue };
        let mut expires = None;
        for word in words {
            let day = word.strip_prefix("exp:").and_then(|day| day.parse::<NaiveDate>().ok());
            let Some(day) = day else {
                bail!("line {}: “{word}” is neither exp:YYYY-MM-DD nor behind a #", place + 1);
            };
            expires = Some(day);
        }
        let reason = if why.trim().is_empty() { "listed without a reason" } else { why.trim() };
        let (id, reason) = (Some(id.to_owned()), reason.to_owned());
        ignores.push(Ignore { id, reason, expires, ..Ignore::default() });
    }
    Ok(ignores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_an_identifier_a_line() {
        let ignores = ignores("# ours\nCVE-2022-1 exp:2026-12-31 # never called\n\nGHSA-x\n").unwrap();
        let told: Vec<(&str, &str, Option<NaiveDate>)> = ignores
            .iter()
            .map(|one| (one.id.as_deref().unwrap(), one.reason.as_str(), one.expires))
            .collect();
        let last = "2026-12-31".parse().ok();
        assert_eq!(told, [("CVE-2022-1", "never called", last), ("GHSA-x", "listed without a reason", None)]);
        let wrong = super::ignores("CVE-1 soon").unwrap_err().to_string();
        assert_eq!(wrong, "line 1: “soon” is neither exp:YYYY-MM-DD nor behind a #");
    }

    #[test]
    fn a_table_names_what_it_is_about_and_why() {
        let text = "[[ignore]]\nid = 'CVE-1'\npackage = 'openssl*'\nreason = 'r'\nowner = 'o'\n";
        for expires in ["2026-12-31", "'2026-12-31'"] {
            let read = ignores(&format!("{text}expires = {expires}")).unwrap();
            let last = "2026-12-31".parse().ok();
            assert_eq!(
                (read.len(), read[0].package.as_deref(), read[0].expires),
                (1, Some("openssl*"), last)
            );
        }
        for (text, why) in [
            ("[[ignore]]\nid = 'CVE-1'\n", "it has no reason"),
            ("[[ignore]]\nreason = 'r'\n", "it names neither id, package nor path"),
            ("[[ignore]]\nid = 'CVE-1'\nreson = 'r'\n", "unknown field `reson`"),
            ("[[ignore]]\nid = 'CVE-1'\nreason = 'r'\nexpires = 'soon'\n", "“soon” is not a day"),
            ("[[ignored]]\nid = 'CVE-1'\n", "unknown field `ignored`"),
        ] {
            let wrong = format!("{:#}", ignores(text).unwrap_err());
            assert!(wrong.contains(why), "{wrong}");
        }
    }
}
