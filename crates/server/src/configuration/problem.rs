//! What is wrong with a configuration: every problem with its place, all at once.

use std::fmt;

use super::settings::Origin;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Option<String>,
    text: String,
    /// Where it stands in the file; 0 where that is not known.
    line: usize,
    column: usize,
}

impl Problem {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { place: None, text: text.into(), line: 0, column: 0 }
    }

    pub(super) fn at(origin: &Origin, text: impl Into<String>) -> Self {
        let place = (*origin != Origin::Default).then(|| origin.to_string());
        let (line, column) = match origin {
            Origin::File { line, column, .. } => (*line, *column),
            Origin::Default | Origin::Environment(_) | Origin::Flag(_) | Origin::Clair { .. } => (0, 0),
        };
        Self { place, text: text.into(), line, column }
    }

    pub(super) fn in_file(file: &std::path::Path, text: impl Into<String>) -> Self {
        Self { place: Some(file.display().to_string()), text: text.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "{place}: {}", self.text),
            None => formatter.write_str(&self.text),
        }
    }
}

/// A configuration that cannot be used, with everything that is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used: {}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Unusable {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// Those of the file come first, from its top to its end.
pub(super) fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.line == 0, problem.line, problem.column));
    problems
}

/// `Ok` where there is no problem.
pub(super) fn unless<T>(problems: Vec<Problem>, value: T) -> Result<T, Unusable> {
    if problems.is_empty() { Ok(value) } else { Err(Unusable { problems }) }
}

/// The candidate that somebody who wrote `word` probably meant.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong; beyond that a guess misleads.
    let most = (word.chars().count() / 3).max(1);
    let measured =
        candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate));
    measured.filter(|(distance, _)| *distance <= most).min().map(|(_, candidate)| candidate)
}

/// `; did you mean “…”?`, or nothing.
pub(super) fn did_you_mean(candidate: Option<&str>) -> String {
    candidate.map(|candidate| format!("; did you mean “{candidate}”?")).unwrap_or_default()
}
