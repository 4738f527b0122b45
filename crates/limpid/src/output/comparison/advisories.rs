//! The advisories that differ: what a person wants to know of them, one feed after the other.

use std::io;

use limpid_core::comparison::{AdvisoryChange, AdvisoryCounts, FeedAdvisories};

use super::{rows, table};
use crate::output::{
    page::Page,
    style,
    text::{escaped, number},
};

/// So many advisories are shown on a page; the rest are counted.
const SHOWN: usize = 20;

pub(super) fn section(page: &mut Page<'_>, feeds: &[FeedAdvisories]) -> io::Result<()> {
    if feeds.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(&page.styled(style::QUIET, "ADVISORIES"))?;
    let mut room = SHOWN;
    for feed in feeds {
        heading(page, feed)?;
        let shown: Vec<&AdvisoryChange> = feed.changes.iter().take(room).collect();
        room -= shown.len();
        table(page, &rows::ADVISORIES, shown.into_iter().map(rows::advisory).collect())?;
    }
    let all: usize = feeds.iter().map(|feed| feed.changes.len()).sum();
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => {
            page.prose(style::QUIET, 0, &format!("and {} more; --format json has all", number(more as u64)))
        }
    }
}

fn heading(page: &mut Page<'_>, feed: &FeedAdvisories) -> io::Result<()> {
    let differs = match (&feed.counts, &feed.unknown) {
        (Some(counts), None) => in_short(counts),
        (_, Some(why)) => format!("not known: {}", escaped(why)),
        (None, None) => "not known".to_owned(),
    };
    page.prose_led_by(style::STRONG, &escaped(&feed.feed), &differs)
}

/// Such as `+12 −3 advisories`.
fn in_short(counts: &AdvisoryCounts) -> String {
    let counts = [("+", counts.added), ("−", counts.removed), ("~", counts.changed)];
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(sign, count)| format!("{sign}{}", number(*count))).collect();
    if told.is_empty() {
        return "the same advisories".to_owned();
    }
    format!("{} advisories", told.join(" "))
}
