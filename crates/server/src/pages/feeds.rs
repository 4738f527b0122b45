//! `GET /feeds`: the advisory data: how fresh it is, what it covers, and what can be done about it.

use askama::Template;
use limpid_catalog::{
    Selection,
    catalog::{FeedCondition, FeedStatus},
};
use limpid_core::words::{number, size};

use super::{
    answer::{Reply, lead_to, page},
    form::{Form, query_of},
    frame::{Frame, Section},
    paging::{Pager, skipped},
    parts::{DigestMark, Moment},
    query,
};
use crate::{face::work, http::ApiError, limits::PAGE_ROWS, public::Call, updating};

/// The page.
#[derive(Template)]
#[template(path = "feeds.html")]
pub(super) struct FeedsPage {
    pub(super) frame: Frame,
    pub(super) catalog: DigestMark,
    pub(super) figures: Vec<ConditionFigure>,
    pub(super) text: String,
    pub(super) condition: String,
    pub(super) rows: Vec<FeedRow>,
    pub(super) pager: Pager,
    pub(super) namespaces: String,
}

/// How many feeds are in a condition.
#[derive(Debug, Clone)]
pub(super) struct ConditionFigure {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: String,
    pub(super) address: String,
}

/// A feed.
#[derive(Debug, Clone)]
pub(super) struct FeedRow {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) records: String,
    pub(super) size: String,
    pub(super) covers: Vec<(String, String)>,
    pub(super) more_covered: usize,
    pub(super) upstream_date: String,
    pub(super) changed: Option<Moment>,
    pub(super) checked: Option<Moment>,
    /// What is wrong, in sentences.
    pub(super) notes: Vec<String>,
    pub(super) acceptable: bool,
}

/// Releases that are told one by one.
const COVERED: usize = 6;

const CONDITIONS: [FeedCondition; 6] = [
    FeedCondition::Unreadable,
    FeedCondition::Quarantined,
    FeedCondition::Stale,
    FeedCondition::NotLoaded,
    FeedCondition::Absent,
    FeedCondition::Fresh,
];

fn words(condition: FeedCondition) -> (&'static str, &'static str, &'static str) {
    match condition {
        FeedCondition::Unreadable => ("unreadable", "Unreadable", "failed"),
        FeedCondition::Quarantined => ("quarantined", "In quarantine", "vulnerable"),
        FeedCondition::Stale => ("stale", "Stale", "unproven"),
        FeedCondition::NotLoaded => ("not-loaded", "Not loaded", "waiting"),
        FeedCondition::Absent => ("absent", "Not upstream", "unsupported"),
        FeedCondition::Fresh => ("fresh", "Fresh", "clean"),
    }
}

/// See the module.
pub(super) async fn list(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    let at = form.page()?;
    work(&call.engine, move |engine| {
        let status = updating::status(engine)?;
        let now = engine.now();
        let (text, condition) = (form.get("q").trim().to_owned(), form.get("condition").to_owned());
        let mut chosen: Vec<(&String, &FeedStatus)> = status
            .feeds
            .iter()
            .filter(|(name, feed)| {
                let covered = || {
                    feed.coverage
                        .keys()
                        .any(|namespace| namespace.to_lowercase().contains(&text.to_lowercase()))
                };
                (condition.is_empty() || words(feed.condition).0 == condition)
                    && (name.contains(&text) || covered())
            })
            .collect();
        chosen.sort_by_key(|(name, feed)| {
            (CONDITIONS.iter().position(|one| *one == feed.condition), name.as_str())
        });
        let address = |page: u64| {
            let page = page.to_string();
            format!("/feeds{}", query_of([("q", text.as_str()), ("condition", &condition), ("page", &page)]))
        };
        let pager = Pager::new(chosen.len() as u64, PAGE_ROWS, at, "feed", address);
        let skip = usize::try_from(skipped(at, PAGE_ROWS)).unwrap_or(usize::MAX);
        let most = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
        let figure = |condition| {
            let (query, word, class) = words(condition);
            let count = status.feeds.values().filter(|feed| feed.condition == condition).count() as u64;
            ConditionFigure {
                class,
                word,
                count: number(count),
                address: format!("/feeds?condition={query}"),
            }
        };
        page(&FeedsPage {
            frame: frame.titled(Section::Feeds, "Feeds"),
            catalog: DigestMark::of(&status.catalog),
            namespaces: number(status.namespaces.len() as u64),
            figures: CONDITIONS.into_iter().map(figure).collect(),
            rows: chosen.iter().skip(skip).take(most).map(|(name, feed)| row(name, feed, now)).collect(),
            pager,
            text,
            condition,
        })
    })
    .await
}

fn row(name: &str, feed: &FeedStatus, now: chrono::DateTime<chrono::Utc>) -> FeedRow {
    let (_, word, class) = words(feed.condition);
    let mut notes = Vec::new();
    if let Some(why) = &feed.quarantined {
        let since = feed.quarantined_since.map(|at| format!(" since {}", limpid_core::words::age(at, now)));
        notes.push(format!("Newer data is in quarantine{}: {why}.", since.unwrap_or_default()));
    }
    if let Some(why) = &feed.unreadable {
        notes.push(format!("The data in force cannot be read: {why}."));
    }
    notes.extend(feed.unread.iter().map(|part| format!("A part could not be read: {part}.")));
    if let Some(failure) = &feed.failure {
        notes.push(format!("The last try failed: {}.", failure.message));
    }
    let covers = feed.coverage.iter().take(COVERED);
    FeedRow {
        name: name.to_owned(),
        class,
        word,
        records: number(feed.records),
        size: if feed.bytes == 0 { String::new() } else { size(feed.bytes) },
        covers: covers.map(|(namespace, records)| (namespace.clone(), number(*records))).collect(),
        more_covered: feed.coverage.len().saturating_sub(COVERED),
        upstream_date: feed.upstream_date.clone().unwrap_or_default(),
        changed: feed.changed_at.map(|at| Moment::ago(at, now)),
        checked: feed.checked_at.map(|at| Moment::ago(at, now)),
        notes,
        acceptable: feed.acceptable && feed.condition == FeedCondition::Quarantined,
    }
}

/// `POST /feeds/update`: asks for an update soon.
pub(super) async fn update(call: Call, _frame: Frame) -> Reply {
    work(&call.engine, |engine| updating::trigger(engine, &Selection::All)).await?;
    lead_to("/jobs?kind=update")
}

/// `POST /feeds/accept`: takes what is in quarantine into force.
pub(super) async fn accept(call: Call, _frame: Frame) -> Reply {
    let form = Form::of_body(call.request).await?;
    let name = form.get("feed").to_owned();
    let address = format!("/feeds{}", query_of([("q", name.as_str())]));
    let outcome = work(&call.engine, move |engine| updating::accept(engine, &name)).await?;
    match outcome {
        limpid_catalog::Outcome::Updated { .. } | limpid_catalog::Outcome::Unchanged => lead_to(&address),
        limpid_catalog::Outcome::Quarantined { .. }
        | limpid_catalog::Outcome::Absent
        | limpid_catalog::Outcome::Failed { .. } => Err(ApiError::new(
            axum::http::StatusCode::CONFLICT,
            "what is in quarantine was not taken into force: its feed says why",
        )),
    }
}
