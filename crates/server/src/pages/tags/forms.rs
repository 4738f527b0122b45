//! `POST /repository/{name}/-/tags`: a tag removed, given an end, or kept as it is.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::{
    accounts::{self, Action, Decision, Object, administration::Failure},
    face::work,
    http::ApiError,
    pages::{
        answer::{Reply, lead_to},
        form::Form,
        frame::Frame,
        problem::nothing,
    },
    public::Call,
    registry::tagging::{self, TagChange},
};

/// See the module. That a tag need not stay any more is for administrators.
pub(in crate::pages) async fn change(call: Call, _frame: Frame) -> Reply {
    let name = accounts::whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    let form = Form::of_body(call.request).await?;
    let principal = call.principal;
    let path = format!("/repository/{name}/-/tags");
    work(&call.engine, move |engine| {
        let tag = form.get("tag");
        let wanted = match form.get("do") {
            "delete" => {
                tagging::delete(engine, &name, tag)?;
                let object = format!("repository {name}, tag {tag}");
                accounts::note_change(engine, &principal, "delete-tag", &object);
                return Ok(());
            }
            "expire" => TagChange { expires_at: Some(end_of(form.get("until"))?), ..TagChange::default() },
            "lock" => TagChange { is_immutable: Some(true), ..TagChange::default() },
            "unlock" => TagChange { is_immutable: Some(false), ..TagChange::default() },
            other => return Err(ApiError::bad_request(format!("“{other}” is nothing that this page does"))),
        };
        let object = Object::Repository(name.clone());
        let may = wanted.is_immutable != Some(false)
            || accounts::decide(engine, &principal, Action::Administer, &object)? == Decision::Allowed;
        if !may {
            return Err(ApiError::new(axum::http::StatusCode::FORBIDDEN, "you may not do that"));
        }
        tagging::change(engine, &principal, &name, tag, &wanted)?;
        accounts::note_change(engine, &principal, "change-tag", &wanted.told(&name, tag));
        Ok::<_, ApiError>(())
    })
    .await?;
    lead_to(&path)
}

/// The end of a day (UTC); `None` where nothing is said.
fn end_of(day: &str) -> Result<Option<DateTime<Utc>>, Failure> {
    let day = day.trim();
    if day.is_empty() {
        return Ok(None);
    }
    let wrong = || Failure::Invalid(format!("“{day}” is no day, such as 2026-12-31"));
    let date: NaiveDate = day.parse().map_err(|_no_day: chrono::ParseError| wrong())?;
    let next = date.checked_add_days(Days::new(1)).ok_or_else(wrong)?;
    Ok(Some(next.and_time(NaiveTime::MIN).and_utc()))
}

/// The last day on which something is there that ends at this instant.
pub(super) fn last_day(end: DateTime<Utc>) -> NaiveDate {
    (end - TimeDelta::microseconds(1)).date_naive()
}
