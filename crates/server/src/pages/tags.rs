//! `GET /repository/{name}/-/tags`: each tag with its verdict.

mod forms;

use askama::Template;
use limpid_core::{
    Digest, Severity, Verdict,
    words::{counted, number, size},
};
use limpid_store::listing::{self, ListedTag};

pub(super) use self::forms::change;
use super::{
    answer::{Reply, page},
    frame::{Frame, Section},
    image::{Place, rolled_up},
    paging::Pager,
    parts::{Command, Counts, Moment, VerdictMark, short},
    problem::nothing,
    query,
    repositories::{Order, SortColumn, Sortable, registry_name},
    standing::{Standing, standing},
};
use crate::{
    accounts::{self, Action, Decision, Object},
    engine::Engine,
    face::work,
    http::ApiError,
    limits::PAGE_ROWS,
    matching::Decided,
    public::Call,
    registry::tag_policy::TagPolicy,
    security::{self, Summary},
};

/// The page.
#[derive(Template)]
#[template(path = "tags.html")]
pub(super) struct TagsPage {
    pub(super) frame: Frame,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) description: String,
    pub(super) is_public: bool,
    pub(super) may_administer: bool,
    /// Whether whoever looks may remove tags, and say when they end.
    pub(super) may_delete: bool,
    pub(super) text: String,
    pub(super) columns: Vec<SortColumn>,
    pub(super) rows: Vec<TagRow>,
    pub(super) pager: Pager,
    pub(super) commands: Vec<Command>,
}

/// A tag.
#[derive(Debug, Clone)]
pub(super) struct TagRow {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) mark: VerdictMark,
    pub(super) counts: Option<Counts>,
    /// How many findings have a fix, or what is to be said in place of counts.
    pub(super) note: String,
    pub(super) size: String,
    pub(super) changed: Moment,
    pub(super) platforms: Vec<(String, String)>,
    pub(super) digest: String,
    pub(super) whole: String,
    pub(super) pull: String,
    /// Whether it must stay: by itself or by the policy of the namespace.
    pub(super) is_immutable: bool,
    /// Whether it must stay by itself, which can be undone here.
    pub(super) is_locked: bool,
    pub(super) expires: Option<Moment>,
    /// The last day that it is there; empty where it stays.
    pub(super) until: String,
}

/// The columns that tags are sorted by.
pub(super) const COLUMNS: &[Sortable] = &[
    ("name", "Tag", false, false),
    ("security", "Security", false, true),
    ("size", "Size", true, true),
    ("changed", "Changed", false, true),
];

/// See the module.
pub(super) async fn list(call: Call, frame: Frame) -> Reply {
    let order = Order::of(&query(&call), COLUMNS, "changed")?;
    let (name, registry) = (call.captures.get("name").to_owned(), registry_name(&call));
    let principal = call.principal.clone();
    work(&call.engine, move |engine| {
        let whole = accounts::whole_name(&name).ok_or_else(nothing)?;
        let object = Object::Repository(whole.clone());
        let (repository, found, may, may_delete, policy) =
            engine.database.read::<_, limpid_store::StoreError>(|tx| {
                let may = accounts::authorize(tx, &principal, Action::ReadSettings, &object)?;
                let may_delete = accounts::authorize(tx, &principal, Action::Delete, &object)?;
                let policy = TagPolicy::of(tx, &whole)?;
                let repository = listing::repository(tx, &whole)?;
                let found = repository
                    .as_ref()
                    .map(|found| listing::tags(tx, found.number, order.window()))
                    .transpose()?;
                Ok((repository, found, may, may_delete, policy))
            })?;
        let (repository, found) = repository.zip(found).ok_or_else(nothing)?;
        let path = format!("/repository/{whole}/-/tags");
        let decided = Decided::of(engine, &whole)?;
        let rows: Result<Vec<TagRow>, ApiError> = found
            .rows
            .iter()
            .map(|tag| row(engine, (&whole, &policy, decided.as_ref()), &registry, repository.number, tag))
            .collect();
        page(&TagsPage {
            frame: frame.titled(Section::Repositories, whole.clone()),
            columns: order.columns(&path, COLUMNS),
            pager: Pager::new(found.total, PAGE_ROWS, order.page, "tag", |page| order.address(&path, page)),
            rows: rows?,
            text: order.text.clone(),
            commands: vec![
                Command(format!("podman pull {registry}/{whole}:TAG")),
                Command(format!("podman push IMAGE {registry}/{whole}:TAG")),
            ],
            description: repository.description,
            is_public: repository.is_public,
            may_administer: may == Decision::Allowed,
            may_delete: may_delete == Decision::Allowed,
            name: whole,
            path,
        })
    })
    .await
}

fn row(
    engine: &Engine,
    (name, policy, decided): (&str, &TagPolicy, Option<&Decided>),
    registry: &str,
    repository: i64,
    tag: &ListedTag,
) -> Result<TagRow, ApiError> {
    let now = engine.now();
    let place = |reference: &str| Place::Repository(name.to_owned(), reference.to_owned());
    let children = if tag.kind == "index" {
        engine.database.read(|tx| listing::children(tx, repository, &tag.manifest))?
    } else {
        Vec::new()
    };
    let (mark, counts, note) = state(engine, decided, &tag.manifest)?;
    let platforms = children.iter().filter(|child| child.is_here && !child.platform.starts_with("unknown"));
    Ok(TagRow {
        address: place(&tag.name).path(),
        mark,
        counts,
        note,
        size: if tag.kind == "index" { counted(children.len() as u64, "manifest") } else { size(tag.bytes) },
        changed: Moment::ago(tag.changed_at, now),
        platforms: platforms
            .map(|child| (child.platform.clone(), place(child.digest.as_str()).path()))
            .collect(),
        digest: short(&tag.manifest),
        whole: tag.manifest.to_string(),
        pull: format!("{registry}/{name}:{}", tag.name),
        is_immutable: tag.is_immutable || policy.keeps(name, &tag.name),
        is_locked: tag.is_immutable,
        until: tag.expires_at.map(|at| forms::last_day(at).to_string()).unwrap_or_default(),
        expires: tag.expires_at.map(|at| Moment::ahead(at, now)),
        name: tag.name.clone(),
    })
}

type TagState = (VerdictMark, Option<Counts>, String);

fn state(engine: &Engine, decided: Option<&Decided>, digest: &Digest) -> Result<TagState, ApiError> {
    let Some(summary) = security::summary(engine, decided, digest)? else {
        let standing = standing(engine, digest)?;
        let note = match &standing {
            Standing::Failed(why, _) | Standing::Unsupported(why) => why.clone(),
            Standing::Queued(_) | Standing::Indexing | Standing::Unknown => String::new(),
        };
        return Ok((standing.mark(), None, note));
    };
    Ok((VerdictMark::of(summary.verdict), counts(&summary), note(&summary)))
}

/// The counts of an image. The platforms of an index share most of their findings: those of the worst of them are the truth that
/// helps, and the sum of all is not.
pub(super) fn counts(summary: &Summary) -> Option<Counts> {
    let of = |summary: &Summary, severity: Severity| summary.findings.get(&severity).copied().unwrap_or(0);
    let of_children = |severity| {
        let children = summary.children.iter().filter_map(|child| child.summary.as_ref());
        children.map(|child| of(child, severity)).max().unwrap_or(0)
    };
    Counts::some(
        |severity| if summary.children.is_empty() { of(summary, severity) } else { of_children(severity) },
    )
}

/// What is said beside the counts.
fn note(summary: &Summary) -> String {
    let mut notes = Vec::new();
    if summary.children.is_empty() {
        if summary.verdict == Verdict::Vulnerable {
            notes.push(format!("{} fixable", number(summary.fixable)));
        }
    } else {
        let verdicts: Vec<_> =
            summary.children.iter().map(|child| child.summary.as_ref().map(|one| one.verdict)).collect();
        notes.push(rolled_up(&verdicts).1);
    }
    if summary.blind_spots > 0 {
        notes.push(counted(summary.blind_spots, "blind spot"));
    }
    if !summary.is_current {
        notes.push("a newer report is being made".to_owned());
    }
    notes.join(" · ")
}
