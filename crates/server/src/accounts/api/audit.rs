//! The audit, to read.

use axum::http::StatusCode;
use limpid_store::accounts::{self, AuditFilter};
use serde_json::json;

use super::{Reply, show as shown, shown::ShownAudit};
use crate::{
    accounts::write_audit,
    face::{Query, work},
    limits::{ACCOUNTS_LIST, LIST},
    public::Call,
};

/// The newest first; those before a number, of an account, of an object.
pub(super) async fn list(call: Call) -> Reply {
    let query = Query::of(call.request.uri().query());
    let most = query.size("limit", LIST, ACCOUNTS_LIST)?;
    let before = query.size("before", 0, i64::MAX.cast_unsigned())?.cast_signed();
    let text = |name| query.get(name).unwrap_or_default().to_owned();
    let (account, object) = (text("account"), text("object"));
    let rows = work(&call.engine, move |engine| {
        // What this process decided until now is to be seen.
        write_audit(engine);
        let filter = AuditFilter { before, account: &account, object: &object };
        engine.database.read(|tx| accounts::audited(tx, &filter, most))
    })
    .await?;
    let rows: Vec<ShownAudit> = rows.into_iter().map(ShownAudit::from).collect();
    shown(StatusCode::OK, &json!({ "audit": rows }))
}
