//! The decisions that are asked for on the command line: options, files of what to ignore, VEX documents.
//!
//! A file that cannot be read whole is an error: a decision that is not applied must be told before the report is.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use limpid_core::{
    Report,
    archives::ArtifactTable,
    policy::{Baseline, Gate, Ignore, Meeting, Policy, PolicyFile, vex},
    report::SCHEMA,
};

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

/// Whether the policy file believes what is attached to the image.
pub(crate) fn believes_referrers(options: &PolicyOptions) -> anyhow::Result<bool> {
    Ok(read_policy(&options.decided)?.is_some_and(|file| file.referrers))
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
    let read = || anyhow::Ok(PolicyFile::read(&text(file)?)?);
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

/// What a file lists. One that has no table is a list.
fn ignores(text: &str) -> anyhow::Result<Vec<Ignore>> {
    if !text.lines().any(|line| line.trim_start().starts_with('[')) {
        return list(text);
    }
    let PolicyFile { ignores, ratings, gates, referrers } = PolicyFile::read(text)?;
    if !gates.is_empty() || !ratings.is_empty() || referrers {
        bail!("severities and a gate are read from --policy FILE alone");
    }
    Ok(ignores)
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
}
