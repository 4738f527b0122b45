//! The decisions that are asked for on the command line: options, files of what to ignore, VEX documents.
//!
//! A file that cannot be read whole is an error: a decision that is not applied must be told before the report is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use limpid_core::policy::{Ignore, Policy, vex};
use serde::Deserialize;

use crate::arguments::PolicyOptions;

/// No file of decisions is larger than this; an image that was named by mistake may be.
const LARGEST: u64 = 256 << 20;

/// The policy that was asked for.
pub(crate) fn policy(options: &PolicyOptions) -> anyhow::Result<Policy> {
    let mut policy = Policy {
        accept: options.accept.iter().copied().collect(),
        only_fixed: options.only_fixed,
        ..Policy::default()
    };
    for file in &options.ignore {
        let read = || ignores(&text(file)?);
        policy.ignores.extend(read().with_context(|| format!("--ignore {}", file.display()))?);
    }
    for path in &options.vex {
        for file in documents(path)? {
            let read = || anyhow::Ok(vex::read(text(&file)?.as_bytes())?);
            policy.statements.extend(read().with_context(|| format!("--vex {}", file.display()))?);
        }
    }
    Ok(policy)
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
    /// A day of TOML, or one in quotes.
    expires: Option<toml::Value>,
}

impl Table {
    fn ignore(self) -> anyhow::Result<Ignore> {
        let Self { id, package, path, image, reason, owner, expires } = self;
        let expires = expires.as_ref().map(day).transpose()?;
        let ignore = Ignore { id, package, path, image, reason, owner, expires };
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
    let tables = toml::from_str::<File>(text)?.ignore.into_iter().enumerate();
    let ignore =
        |(place, table): (usize, Table)| table.ignore().with_context(|| format!("decision {}", place + 1));
    tables.map(ignore).collect()
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
