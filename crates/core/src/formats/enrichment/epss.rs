//! FIRST's Exploit Prediction Scoring System: a score for each vulnerability, every day anew.
//!
//! ```csv
//! #model_version:v2023.03.01,score_date:2025-02-20T00:00:00+0000
//! cve,epss,percentile
//! CVE-1999-0001,0.00383,0.73075
//! ```
//!
//! Source of the format: `https://www.first.org/epss/data_stats`. Files from before 2022 have no first line, and are refused: their
//! day is not known.

use std::io::{BufRead, Read as _};

use chrono::NaiveDate;

use super::{Rows, cve, limits::LINE_BYTES};
use crate::{
    advisory::Record,
    enrichment::{Epss, Share},
    feed::FeedError,
};

const COLUMNS: &str = "cve,epss,percentile";

pub(super) fn read(
    reader: &mut dyn BufRead,
    sink: &mut dyn FnMut(Record),
) -> Result<(String, Rows), FeedError> {
    let mut lines = Lines { reader, line: String::new() };
    let date = date_of(lines.next()?.unwrap_or_default())?;
    let columns = lines.next()?.unwrap_or_default();
    if columns != COLUMNS {
        return Err(FeedError::Malformed(format!("its columns are “{columns}” and not “{COLUMNS}”")));
    }
    let mut rows = Rows::default();
    while let Some(line) = lines.next()? {
        rows.add(line, row(line), sink);
    }
    Ok((date.to_string(), rows))
}

fn date_of(line: &str) -> Result<NaiveDate, FeedError> {
    let said = line.strip_prefix('#').unwrap_or_default();
    let date = said.split(',').find_map(|pair| pair.trim().strip_prefix("score_date:"));
    let day = date.and_then(|date| date.get(..10)?.parse().ok());
    day.ok_or_else(|| FeedError::Malformed(format!("its first line tells no day: “{line}”")))
}

fn row(line: &str) -> Result<Record, String> {
    let mut cells = line.split(',');
    let (id, score, percentile) = (cells.next(), cells.next(), cells.next());
    if cells.next().is_some() {
        return Err("has more than three cells".to_owned());
    }
    let id = id.and_then(cve).ok_or("is about no CVE")?;
    let share = |cell: Option<&str>| {
        cell.ok_or("has fewer than three cells")?.parse::<Share>().map_err(|error| error.to_string())
    };
    Ok(Epss::fact(&id, share(score)?, share(percentile)?))
}

/// The lines of a document, each of them whole.
struct Lines<'a> {
    reader: &'a mut dyn BufRead,
    line: String,
}

impl Lines<'_> {
    /// The next one, without its end; `None` where there is none.
    fn next(&mut self) -> Result<Option<&str>, FeedError> {
        self.line.clear();
        let read = (&mut *self.reader).take(LINE_BYTES).read_line(&mut self.line);
        read.map_err(|error| FeedError::Unreadable(error.to_string()))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        // A number that is cut off is a number too.
        let whole = self.line.strip_suffix('\n');
        let whole = whole
            .ok_or_else(|| FeedError::Malformed("it ends within a line, or a line is too long".to_owned()))?;
        Ok(Some(whole.trim_end_matches('\r')))
    }
}
