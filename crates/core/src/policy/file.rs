//! The language of decisions, as it stands in a file: `[[ignore]]`, `[[severity]]`, `[gate]`, `[vex]`. TOML.
//!
//! A file is read whole or not at all: a decision that is not applied must be told before a report is.

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::{Gate, Ignore, Policy, Rating};
use crate::{Reason, enrichment::Share};

/// What a file of decisions says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFile {
    /// Findings to ignore.
    pub ignores: Vec<Ignore>,
    /// Severities that were decided on.
    pub ratings: Vec<Rating>,
    /// The gates; any of them trips.
    pub gates: Vec<Gate>,
    /// Whether VEX documents that are attached to an image in its registry are believed.
    pub referrers: bool,
}

/// Why a text is no file of decisions.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InvalidPolicyFile {
    /// It is no TOML, or has something in it that the language does not have.
    #[error("{}", at_line(*.line, .why))]
    Syntax {
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, in one line: terminals and pages show no line breaks of others.
        why: String,
    },
    /// A table says what cannot be.
    #[error("{place}: {why} (line {line})")]
    Table {
        /// The line at which the table begins, from 1.
        line: usize,
        /// Which table.
        place: String,
        /// What is wrong.
        why: String,
    },
}

impl InvalidPolicyFile {
    fn of(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_at(text, span.start));
        Self::Syntax { line, why: error.message().split_whitespace().collect::<Vec<_>>().join(" ") }
    }

    /// In one line, with the line of the file where that is known.
    pub fn sentence(&self) -> String {
        match self {
            Self::Syntax { line, why } => at_line(*line, why),
            Self::Table { line, place, why } => format!("line {line}: {place}: {why}"),
        }
    }
}

fn at_line(line: Option<usize>, why: &str) -> String {
    line.map_or_else(|| why.to_owned(), |line| format!("line {line}: {why}"))
}

/// The line of a place in a text, from 1.
fn line_at(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|byte| *byte == b'\n').count()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Spanned<Table>>,
    #[serde(default)]
    severity: Vec<Spanned<Table>>,
    gate: Option<Spanned<toml::Value>>,
    #[serde(default)]
    vex: VexTable,
}

/// Whose statements are believed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VexTable {
    #[serde(default)]
    referrers: bool,
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
    fix_age: Option<u32>,
    #[serde(default)]
    above_base: bool,
    #[serde(default)]
    kev: bool,
    epss: Option<f64>,
    #[serde(default)]
    blind_spots: Vec<Reason>,
}

/// An [`Ignore`] as it stands in a file, or what a [`Rating`] is about.
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

impl PolicyFile {
    /// Reads a file of decisions.
    ///
    /// # Errors
    /// [`InvalidPolicyFile`].
    pub fn read(text: &str) -> Result<Self, InvalidPolicyFile> {
        let File { ignore, severity, gate, vex } =
            toml::from_str(text).map_err(|error| InvalidPolicyFile::of(text, &error))?;
        Ok(Self {
            ignores: each(text, "decision", ignore, Table::ignore)?,
            ratings: each(text, "severity", severity, Table::rating)?,
            gates: gate.map(|gate| gates(text, gate)).transpose()?.unwrap_or_default(),
            referrers: vex.referrers,
        })
    }

    /// The decisions that change a report, with what its gates ask to be known.
    pub fn policy(&self) -> Policy {
        Policy {
            ignores: self.ignores.clone(),
            ratings: self.ratings.clone(),
            asked: self.gates.iter().flat_map(Gate::asked).collect(),
            ..Policy::default()
        }
    }
}

/// Reads tables of a kind, each with its place among them.
fn each<T>(
    text: &str,
    kind: &str,
    tables: Vec<Spanned<Table>>,
    read: fn(Table) -> Result<T, String>,
) -> Result<Vec<T>, InvalidPolicyFile> {
    let one = |(number, table): (usize, Spanned<Table>)| {
        let line = line_at(text, table.span().start);
        let wrong = |why| InvalidPolicyFile::Table { line, place: format!("{kind} {}", number + 1), why };
        read(table.into_inner()).map_err(wrong)
    };
    tables.into_iter().enumerate().map(one).collect()
}

/// One table, or several.
fn gates(text: &str, gate: Spanned<toml::Value>) -> Result<Vec<Gate>, InvalidPolicyFile> {
    let line = line_at(text, gate.span().start);
    let wrong = |why| InvalidPolicyFile::Table { line, place: "gate".to_owned(), why };
    let gate = gate.into_inner();
    let tables = match gate.as_array() {
        Some(tables) => tables.clone(),
        None => vec![gate],
    };
    let read = |table: toml::Value| {
        let table: GateTable =
            table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        table.gate()
    };
    tables.into_iter().map(read).collect::<Result<_, String>>().map_err(wrong)
}

impl GateTable {
    fn gate(self) -> Result<Gate, String> {
        let Self { severity, unknown, fixable, fix_age, above_base, kev, epss, blind_spots } = self;
        let severity = severity.map(|word| word.parse().map_err(told)).transpose()?;
        let epss =
            epss.map(|share| Share::new(share).map_err(|error| format!("epss: {error}"))).transpose()?;
        let blind_spots = blind_spots.into_iter().collect();
        let gate = Gate { severity, unknown, fixable, fix_age, above_base, kev, epss, blind_spots };
        if gate == Gate::default() {
            return Err(
                "nothing could trip it: say severity, unknown, fixable, fix-age, above-base, kev, epss or blind-spots"
                    .to_owned(),
            );
        }
        Ok(gate)
    }
}

impl Table {
    fn rating(mut self) -> Result<Rating, String> {
        let Some(severity) = self.severity.take() else { return Err("it says no severity".to_owned()) };
        Ok(Rating { severity: severity.parse().map_err(told)?, about: self.ignore()? })
    }

    fn ignore(self) -> Result<Ignore, String> {
        let Self { id, package, path, image, reason, owner, justification, expires, severity } = self;
        if severity.is_some() {
            return Err("a decision to ignore has no severity; [[severity]] tables of a --policy file have"
                .to_owned());
        }
        let expires = expires.as_ref().map(day).transpose()?;
        let justification = justification.map(|word| word.parse().map_err(told)).transpose()?;
        let ignore = Ignore { id, package, path, image, reason, justification, owner, expires };
        ignore.check().map_err(told)?;
        Ok(ignore)
    }
}

fn day(value: &toml::Value) -> Result<NaiveDate, String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map_err(|_no_day| format!("expires: “{text}” is not a day; write it as 2026-12-31"))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_what_it_is_about_and_why() {
        let text = "[[ignore]]\nid = 'CVE-1'\npackage = 'openssl*'\nreason = 'r'\nowner = 'o'\n";
        for expires in ["2026-12-31", "'2026-12-31'"] {
            let read = PolicyFile::read(&format!("{text}expires = {expires}")).unwrap().ignores;
            let last = "2026-12-31".parse().ok();
            assert_eq!(
                (read.len(), read[0].package.as_deref(), read[0].expires),
                (1, Some("openssl*"), last)
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let good = "# ours\n[[ignore]]\nid = 'CVE-1'\nreason = 'r'\n\n";
        for (rest, expected) in [
            ("[[ignore]]\nid = 'CVE-1'\n", "line 6: decision 2: it has no reason"),
            ("[[ignore]]\nreason = 'r'\n", "line 6: decision 2: it names neither id, package nor path"),
            ("[[ignore]]\nid = 'CVE-1'\nreson = 'r'\n", "line 8: unknown field `reson`"),
            (
                "[[ignore]]\nid = 'CVE-1'\nreason = 'r'\nexpires = 'soon'\n",
                "line 6: decision 2: expires: “soon” is not a day",
            ),
            ("[[ignored]]\nid = 'CVE-1'\n", "line 6: unknown field `ignored`"),
            ("[[severity]]\nid = 'CVE-1'\nreason = 'r'\n", "line 6: severity 1: it says no severity"),
            ("[[severity]]\nid = 'CVE-1'\nreason = 'r'\nseverity = 'bad'\n", "line 6: severity 1: "),
            ("[gate]\n", "line 6: gate: nothing could trip it"),
            ("[gate]\nepss = 2.0\n", "line 6: gate: epss: "),
            ("[gate]\nfix-age = -1\n", "line 6: gate: invalid value: integer `-1`"),
            ("[gate]\nkve = true\n", "line 6: gate: unknown field `kve`"),
            ("[[ignore]\n", "line "),
        ] {
            let wrong = PolicyFile::read(&format!("{good}{rest}")).unwrap_err().sentence();
            assert!(wrong.starts_with(expected) && !wrong.contains('\n'), "{rest}: {wrong}");
        }
    }

    #[test]
    fn gates_are_one_or_several_and_ask_for_what_they_need() {
        let one = PolicyFile::read("[gate]\nkev = true\n").unwrap();
        let two = PolicyFile::read("[[gate]]\nkev = true\n[[gate]]\nepss = 0.1\n").unwrap();
        assert_eq!((one.gates.len(), one.policy().asked.len()), (1, 1));
        assert_eq!((two.gates.len(), two.policy().asked.len()), (2, 2));
        assert_eq!(PolicyFile::read("").unwrap(), PolicyFile::default());
        assert!(PolicyFile::read("[vex]\nreferrers = true\n").unwrap().referrers);
        assert!(PolicyFile::read("[vex]\nreferers = true\n").is_err());
    }
}
