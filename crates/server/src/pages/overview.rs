//! `GET /`: what needs somebody: vulnerable, unproven, failed, waiting, stale.

use askama::Template;
use limpid_catalog::catalog::FeedCondition;
use limpid_core::{Digest, words::number};
use limpid_store::{
    StoreError,
    jobs::{self, JobKind, JobState},
    listing::{self, ListedRepository, Window},
    manifests, reports,
};

use super::{
    answer::{Reply, lead_to, page},
    frame::{Frame, Section},
    image::Place,
    parts::{Counts, DigestMark, Moment, VerdictMark, short},
    repositories::RepositoryRow,
    seen::seen,
    standing::{count, standing},
};
use crate::{
    accounts::viewer, engine::Engine, face::work, http::ApiError, indexing, matching::Decided, public::Call,
    updating,
};

/// Rows of each part.
const ROWS: u64 = 8;

/// The page.
#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct OverviewPage {
    pub(super) frame: Frame,
    pub(super) figures: Vec<Figure>,
    pub(super) images: Vec<ImageRow>,
    pub(super) repositories: Vec<RepositoryRow>,
    pub(super) feeds: Vec<FeedFigure>,
    /// The feed that was not compared with upstream for longest.
    pub(super) oldest: Option<(String, Moment)>,
    pub(super) failures: Vec<FailureRow>,
    pub(super) catalog: DigestMark,
    pub(super) index_state: DigestMark,
    pub(super) version: &'static str,
}

/// A number, and where what it counts is.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: String,
    pub(super) note: &'static str,
    pub(super) address: &'static str,
}

/// An image.
#[derive(Debug, Clone)]
pub(super) struct ImageRow {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) mark: VerdictMark,
    pub(super) counts: Option<Counts>,
    pub(super) digest: String,
}

/// How many feeds are in a condition.
#[derive(Debug, Clone)]
pub(super) struct FeedFigure {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: String,
    pub(super) address: &'static str,
}

/// Something that failed.
#[derive(Debug, Clone)]
pub(super) struct FailureRow {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) address: Option<String>,
    pub(super) error: String,
    pub(super) at: Moment,
}

/// `GET /`. Who may not read what belongs to the service begins with the repositories.
pub(super) async fn start(call: Call, frame: Frame) -> Reply {
    if !frame.reads_service {
        return lead_to("/repositories");
    }
    let viewer = viewer(&call.principal);
    work(&call.engine, move |engine| {
        let window = Window { text: "", sort: "vulnerable", descending: true, skip: 0, most: ROWS };
        let (found, digests) = engine.database.read::<_, StoreError>(|tx| {
            Ok((listing::repositories(tx, viewer, window)?, listing::newest_images(tx, ROWS)?))
        })?;
        let images: Result<Vec<ImageRow>, ApiError> =
            digests.iter().map(|(digest, place)| image(engine, digest, place.as_ref())).collect();
        let now = engine.now();
        let status = updating::status(engine)?;
        let loaded = status.feeds.iter().filter_map(|(name, feed)| Some((feed.checked_at?, name)));
        page(&OverviewPage {
            frame: frame.titled(Section::Overview, "Overview"),
            figures: figures(engine)?,
            images: images?,
            repositories: found.rows.into_iter().map(|one| repository(one, now)).collect(),
            feeds: feeds(&status),
            oldest: loaded.min().map(|(at, name)| (name.clone(), Moment::ago(at, now))),
            failures: failures(engine)?,
            catalog: DigestMark::of(&status.catalog),
            index_state: DigestMark::of(&indexing::index_state(engine)?),
            version: env!("CARGO_PKG_VERSION"),
        })
    })
    .await
}

fn figures(engine: &Engine) -> Result<Vec<Figure>, ApiError> {
    let state = indexing::index_state(engine)?;
    let (total, counts, verdicts, jobs) = engine.database.read::<_, StoreError>(|tx| {
        let counts = reports::counts(tx, &state)?;
        Ok((manifests::count(tx)?, counts, listing::verdicts(tx)?, jobs::counts(tx)?))
    })?;
    let verdict = |word: &str| verdicts.iter().find(|(own, _)| own == word).map_or(0, |(_, count)| *count);
    let waiting: u64 = jobs
        .iter()
        .filter(|(kind, state, _)| {
            matches!(kind, JobKind::Index | JobKind::Reindex)
                && matches!(state, JobState::Queued | JobState::Running)
        })
        .map(|(.., jobs)| jobs)
        .sum();
    let figure =
        |class, word, count: u64, note, address| Figure { class, word, count: number(count), note, address };
    Ok(vec![
        figure(
            "vulnerable",
            "Vulnerable",
            verdict("vulnerable"),
            "pushed images",
            "/repositories?sort=vulnerable",
        ),
        figure("unproven", "Unproven", verdict("unproven"), "pushed images", "/repositories"),
        figure("clean", "Clean", verdict("clean"), "pushed images", "/repositories"),
        figure("failed", "Failed", counts.failed, "of all images", "/jobs?state=failed"),
        figure("waiting", "Waiting", waiting, "to be read", "/jobs?state=queued"),
        figure("known", "Known", total, "images in all", "/search"),
    ])
}

fn image(engine: &Engine, digest: &Digest, place: Option<&(String, String)>) -> Result<ImageRow, ApiError> {
    let place = match place {
        Some((name, tag)) if tag.is_empty() => Place::Repository(name.clone(), digest.to_string()),
        Some((name, tag)) => Place::Repository(name.clone(), tag.clone()),
        None => Place::Service(digest.to_string()),
    };
    let decided = match &place {
        Place::Repository(name, _) => Decided::of(engine, name)?,
        Place::Service(_) => None,
    };
    let (mark, counts) = match seen(engine, digest, decided.as_ref())? {
        Some(seen) => {
            let report = &seen.report;
            (VerdictMark::of(report.verdict), Counts::some(|severity| count(report, severity)))
        }
        None => (standing(engine, digest)?.mark(), None),
    };
    let name = match &place {
        Place::Service(_) => "not pushed here".to_owned(),
        Place::Repository(..) => place.reference(),
    };
    Ok(ImageRow { name, address: place.path(), mark, counts, digest: short(digest) })
}

fn repository(one: ListedRepository, now: chrono::DateTime<chrono::Utc>) -> RepositoryRow {
    RepositoryRow {
        name: one.name,
        description: one.description,
        is_public: one.is_public,
        tags: number(one.tags),
        vulnerable: one.vulnerable,
        changed: one.changed_at.map(|at| Moment::ago(at, now)),
    }
}

fn feeds(status: &limpid_catalog::catalog::Status) -> Vec<FeedFigure> {
    let of = |condition| status.feeds.values().filter(|feed| feed.condition == condition).count() as u64;
    let bad = of(FeedCondition::Unreadable) + of(FeedCondition::Quarantined);
    let all = [
        ("clean", "Fresh", of(FeedCondition::Fresh), "/feeds?condition=fresh"),
        ("unproven", "Stale", of(FeedCondition::Stale), "/feeds?condition=stale"),
        ("failed", "In quarantine or unreadable", bad, "/feeds"),
        ("waiting", "Not loaded", of(FeedCondition::NotLoaded), "/feeds?condition=not-loaded"),
    ];
    all.into_iter()
        .map(|(class, word, count, address)| FeedFigure { class, word, count: number(count), address })
        .collect()
}

fn failures(engine: &Engine) -> Result<Vec<FailureRow>, ApiError> {
    let failed = engine.database.read(|tx| jobs::list(tx, None, Some(JobState::Failed), ROWS))?;
    let now = engine.now();
    let row = |job: jobs::Job| {
        let is_image = matches!(job.kind, JobKind::Index | JobKind::Reindex);
        FailureRow {
            kind: crate::api::jobs::kind_word(job.kind),
            address: is_image.then(|| format!("/manifest/{}", super::link::part(&job.key))),
            at: Moment::ago(job.finished_at.unwrap_or(job.created_at), now),
            key: job.key,
            error: job.error,
        }
    };
    Ok(failed.into_iter().map(row).collect())
}
