//! `GET /repositories`: those that whoever looks may pull from.

use askama::Template;
use limpid_core::words::number;
use limpid_store::listing::{self, Window};

use super::{
    answer::{Reply, page},
    form::{Form, query_of},
    frame::{Frame, Section},
    paging::{Pager, skipped},
    parts::Moment,
    query,
};
use crate::{accounts::viewer, face::work, http::ApiError, limits::PAGE_ROWS, public::Call};

/// The page.
#[derive(Template)]
#[template(path = "repositories.html")]
pub(super) struct RepositoriesPage {
    pub(super) frame: Frame,
    pub(super) text: String,
    pub(super) columns: Vec<SortColumn>,
    pub(super) rows: Vec<RepositoryRow>,
    pub(super) pager: Pager,
    /// The name under which the registry is pushed to.
    pub(super) registry: String,
}

/// A repository.
#[derive(Debug, Clone)]
pub(super) struct RepositoryRow {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) is_public: bool,
    pub(super) tags: String,
    pub(super) vulnerable: u64,
    pub(super) changed: Option<Moment>,
}

/// The head of a column of a list that the database sorts.
#[derive(Debug, Clone)]
pub(super) struct SortColumn {
    pub(super) word: &'static str,
    pub(super) address: String,
    pub(super) sorted: Option<&'static str>,
    pub(super) is_number: bool,
}

/// By what a list is sorted, and what is looked for in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) text: String,
    pub(super) sort: &'static str,
    pub(super) descending: bool,
    pub(super) page: u64,
}

/// A column that can be sorted by: its word in the address, that on the page, whether it is a number, and whether the largest
/// is first where nobody says.
pub(super) type Sortable = (&'static str, &'static str, bool, bool);

impl Order {
    /// What an address says, for a list of these columns; where it says nothing, it is sorted as is usual.
    ///
    /// # Errors
    /// 400 where it names a column that is not there.
    pub(super) fn of(form: &Form, columns: &[Sortable], usual: &str) -> Result<Self, ApiError> {
        let asked = Some(form.get("sort")).filter(|word| !word.is_empty()).unwrap_or(usual);
        let found = columns.iter().find(|(word, ..)| *word == asked);
        let (sort, .., falls) = *found.ok_or_else(|| {
            let words: Vec<&str> = columns.iter().map(|(word, ..)| *word).collect();
            ApiError::bad_request(format!("sort: “{asked}” is none of {}", words.join(", ")))
        })?;
        let descending = match form.get("order") {
            "rising" => false,
            "falling" => true,
            _as_is_usual => falls,
        };
        Ok(Self { text: form.get("q").trim().to_owned(), sort, descending, page: form.page()? })
    }

    /// The address of a page in this order.
    pub(super) fn address(&self, path: &str, page: u64) -> String {
        let page = if page == 1 { String::new() } else { page.to_string() };
        let order = if self.descending { "falling" } else { "rising" };
        format!(
            "{path}{}",
            query_of([("q", self.text.as_str()), ("sort", self.sort), ("order", order), ("page", &page)])
        )
    }

    /// The heads of the columns.
    pub(super) fn columns(&self, path: &str, columns: &[Sortable]) -> Vec<SortColumn> {
        let column = |&(sort, word, is_number, falls): &Sortable| {
            let is_it = self.sort == sort;
            let descending = if is_it { !self.descending } else { falls };
            let other = Self { sort, descending, ..self.clone() };
            SortColumn {
                word,
                is_number,
                address: other.address(path, 1),
                sorted: is_it.then_some(if self.descending { "descending" } else { "ascending" }),
            }
        };
        columns.iter().map(column).collect()
    }

    /// The part of the list, as the database takes it.
    pub(super) fn window(&self) -> Window<'_> {
        Window {
            text: &self.text,
            sort: self.sort,
            descending: self.descending,
            skip: skipped(self.page, PAGE_ROWS),
            most: PAGE_ROWS,
        }
    }
}

/// The columns that repositories are sorted by.
pub(super) const COLUMNS: &[Sortable] = &[
    ("name", "Repository", false, false),
    ("tags", "Tags", true, true),
    ("vulnerable", "Vulnerable", true, true),
    ("changed", "Last push", false, true),
];

/// See the module.
pub(super) async fn list(call: Call, frame: Frame) -> Reply {
    let order = Order::of(&query(&call), COLUMNS, "name")?;
    let viewer = viewer(&call.principal);
    let registry = registry_name(&call);
    work(&call.engine, move |engine| {
        let found = engine.database.read(|tx| listing::repositories(tx, viewer, order.window()))?;
        let now = engine.now();
        let row = |one: listing::ListedRepository| RepositoryRow {
            name: one.name,
            description: one.description,
            is_public: one.is_public,
            tags: number(one.tags),
            vulnerable: one.vulnerable,
            changed: one.changed_at.map(|at| Moment::ago(at, now)),
        };
        page(&RepositoriesPage {
            frame: frame.titled(Section::Repositories, "Repositories"),
            columns: order.columns("/repositories", COLUMNS),
            pager: Pager::new(found.total, PAGE_ROWS, order.page, "repository", |page| {
                order.address("/repositories", page)
            })
            .plural("repositories"),
            rows: found.rows.into_iter().map(row).collect(),
            text: order.text.clone(),
            registry,
        })
    })
    .await
}

/// The name under which clients reach the registry.
pub(super) fn registry_name(call: &Call) -> String {
    crate::accounts::authority(&call.engine, call.request.uri(), call.request.headers())
}
