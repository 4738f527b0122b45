//! `limpid db status`: which advisory data is here, and how far it can be trusted.

use limpid_catalog::catalog::{FeedCondition, FeedStatus, Status as CatalogStatus};

use crate::{
    arguments::StatusFormat,
    engine::Engine,
    exit::Status,
    output::{self, FeedRow, FeedWord, Layout},
    terminal::Terminal,
    writer::write_to,
};

/// Shows the feeds whose names begin with one of `prefixes`; all, where there is none.
pub(super) fn run(engine: &Engine, prefixes: &[String], format: StatusFormat) -> anyhow::Result<Status> {
    let mut status = engine.open_catalog(None)?.status();
    status
        .feeds
        .retain(|name, _| prefixes.is_empty() || prefixes.iter().any(|prefix| begins_with(name, prefix)));
    write_to(None, |out| match format {
        StatusFormat::Json => output::json(&status, Layout::Pretty, out),
        StatusFormat::Table => output::feeds_table(&rows(&status), status.as_of, &Terminal::of_stdout(), out),
    })?;
    Ok(Status::Done)
}

/// Whether a feed's name is the prefix, or goes on after it with a slash.
fn begins_with(name: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn rows(status: &CatalogStatus) -> Vec<FeedRow> {
    status.feeds.iter().map(|(name, feed)| row(name, feed)).collect()
}

fn row(name: &str, feed: &FeedStatus) -> FeedRow {
    let word = match feed.condition {
        FeedCondition::Fresh => FeedWord::Fresh,
        FeedCondition::Stale => FeedWord::Stale,
        FeedCondition::Quarantined => FeedWord::Quarantined,
        FeedCondition::Unreadable => FeedWord::Unreadable,
        FeedCondition::Absent => FeedWord::Absent,
        FeedCondition::NotLoaded => FeedWord::NotLoaded,
    };
    FeedRow {
        feed: name.to_owned(),
        state: word,
        records: feed.records,
        covers: feed.coverage.keys().cloned().collect(),
        upstream_date: feed.upstream_date.clone(),
        checked_at: feed.checked_at,
        note: note(name, feed),
    }
}

/// What is to be known or done about a feed.
fn note(name: &str, feed: &FeedStatus) -> String {
    let mut notes = Vec::new();
    if let Some(why) = &feed.unreadable {
        notes.push(format!("its data cannot be read ({why}); limpid db update {name} fetches it again"));
    }
    if let Some(why) = &feed.quarantined {
        let way =
            if feed.acceptable { format!("; limpid db accept {name} lets it in") } else { String::new() };
        notes.push(format!("newer data looks wrong: {why}{way}"));
    }
    if !feed.unread.is_empty() {
        notes.push(format!("parts of it could not be read: {}", feed.unread.join(", ")));
    }
    if let Some(failure) = &feed.failure {
        notes.push(format!("last try {}: {}", failure.at.date_naive(), failure.message));
    }
    notes.join("; ")
}
