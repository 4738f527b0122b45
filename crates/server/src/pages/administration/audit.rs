//! `/administration/audit`: who did what, and who wanted to.

use askama::Template;
use limpid_store::accounts::{self as store, AuditFilter, AuditRow};

use crate::{
    accounts::write_audit,
    face::work,
    http::ApiError,
    limits::LIST,
    pages::{
        answer::{Reply, page},
        form::query_of,
        frame::{Frame, Section},
        parts::Moment,
        query,
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "administration/audit.html")]
pub(in crate::pages) struct AuditPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) account: String,
    pub(in crate::pages) object: String,
    pub(in crate::pages) rows: Vec<Decided>,
    /// Where older ones are.
    pub(in crate::pages) next: Option<String>,
}

/// A decision, or something that was done.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Decided {
    pub(in crate::pages) at: Moment,
    pub(in crate::pages) times: u64,
    pub(in crate::pages) account: String,
    pub(in crate::pages) action: String,
    pub(in crate::pages) object: String,
    pub(in crate::pages) decision: String,
    pub(in crate::pages) detail: String,
    pub(in crate::pages) peer: String,
}

/// `GET`.
pub(in crate::pages) async fn list(call: Call, frame: Frame) -> Reply {
    let form = query(&call);
    let before = match form.get("before") {
        "" => 0,
        text => text
            .parse::<i64>()
            .map_err(|error| ApiError::bad_request(format!("before: “{text}” is no number: {error}")))?,
    };
    let (account, object) = (form.get("account").trim().to_owned(), form.get("object").trim().to_owned());
    work(&call.engine, move |engine| {
        // What this process decided until now is to be seen.
        write_audit(engine);
        let filter = AuditFilter { before, account: &account, object: &object };
        let found = engine.database.read(|tx| store::audited(tx, &filter, LIST))?;
        let last = found.last().map(|row| row.number.to_string()).filter(|_| found.len() as u64 >= LIST);
        let now = engine.now();
        let row = |AuditRow { happened_at, times, row, .. }: AuditRow| Decided {
            at: Moment::ago(happened_at, now),
            times,
            account: row.account,
            action: row.action,
            object: row.object,
            decision: row.decision,
            detail: row.detail,
            peer: row.peer,
        };
        let next = last.map(|last| {
            let fields = [("account", account.as_str()), ("object", &object), ("before", &last)];
            format!("/administration/audit{}", query_of(fields))
        });
        page(&AuditPage {
            frame: frame.titled(Section::Administration, "Audit"),
            rows: found.into_iter().map(row).collect(),
            next,
            account: account.clone(),
            object: object.clone(),
        })
    })
    .await
}
