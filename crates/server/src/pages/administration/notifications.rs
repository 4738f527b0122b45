//! `/repository/{name}/-/notifications`: who is told of what happens in a repository. For those who may change it alone: addresses
//! may carry secrets.

use askama::Template;
use axum::http::StatusCode;
use limpid_core::Severity;
use limpid_store::security::Subscription;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Sent, unknown_form};
use crate::{
    accounts::{Principal, note_change, whole_name},
    engine::Engine,
    face::work,
    http::ApiError,
    limits::TELL_FAILURES,
    pages::{
        answer::{Reply, lead_to, page_with},
        form::Form,
        frame::{Frame, Section},
        problem::nothing,
    },
    public::Call,
    security::subscriptions::{self, SubscriptionError, Wanted},
};

/// The page.
#[derive(Template)]
#[template(path = "administration/notifications.html")]
pub(in crate::pages) struct NotificationsPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) name: String,
    pub(in crate::pages) rows: Vec<NotificationRow>,
    /// Whether a server for mail is configured.
    pub(in crate::pages) can_mail: bool,
    /// What became of a form: whether it is good, and the words.
    pub(in crate::pages) said: Option<(bool, String)>,
    /// What the form for a new one has in it.
    pub(in crate::pages) new: NewNotification,
    /// Level, word, and whether it is chosen.
    pub(in crate::pages) levels: Vec<(usize, Severity, bool)>,
}

/// A notification in the list.
#[derive(Debug, Clone)]
pub(in crate::pages) struct NotificationRow {
    pub(in crate::pages) id: String,
    pub(in crate::pages) title: String,
    pub(in crate::pages) is_mail: bool,
    pub(in crate::pages) address: String,
    pub(in crate::pages) has_template: bool,
    /// From which severity on findings are told; `None`: pushes are.
    pub(in crate::pages) floor: Option<Severity>,
    pub(in crate::pages) failures: u64,
    pub(in crate::pages) error: String,
    pub(in crate::pages) is_stopped: bool,
}

/// A form for a new one, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct NewNotification {
    pub(in crate::pages) event: String,
    pub(in crate::pages) method: String,
    pub(in crate::pages) address: String,
    pub(in crate::pages) level: String,
    pub(in crate::pages) title: String,
    pub(in crate::pages) template: String,
}

impl NewNotification {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let or = |name: &str, otherwise: &str| {
            Some(text(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| otherwise.to_owned())
        };
        Self {
            event: or("event", subscriptions::EVENTS[0]),
            method: or("method", subscriptions::METHODS[0]),
            address: text("address"),
            level: or("level", "1"),
            title: text("title"),
            template: text("template"),
        }
    }

    fn wanted(&self) -> Wanted {
        let is_mail = self.method == "email";
        let config = if is_mail {
            json!({"email": self.address})
        } else {
            json!({"url": self.address, "template": self.template})
        };
        let event_config =
            if self.event == subscriptions::EVENTS[0] { json!({"level": self.level}) } else { json!({}) };
        Wanted {
            event: self.event.clone(),
            method: self.method.clone(),
            config,
            event_config,
            title: self.title.clone(),
        }
    }
}

/// `GET`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let name = whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    work(&call.engine, move |engine| shown(engine, frame, &name, None, &Form::default())).await
}

/// `said` is what became of a form. One that was not taken is shown again as it was.
fn shown(engine: &Engine, frame: Frame, name: &str, said: Option<(bool, String)>, form: &Form) -> Reply {
    let all = subscriptions::all(engine, name)?;
    let is_refused = form.get("do") == "add" && said.is_some();
    let status = if is_refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let new = NewNotification::of(form);
    let levels = Severity::WORST_FIRST.iter().enumerate();
    let levels = levels.map(|(level, severity)| (level, *severity, level.to_string() == new.level)).collect();
    let page = NotificationsPage {
        frame: frame.titled(Section::Repositories, format!("Notifications of {name}")),
        name: name.to_owned(),
        rows: all.iter().map(row).collect::<Result<_, _>>()?,
        can_mail: engine.configuration.registry.mail.is_some(),
        said,
        new,
        levels,
    };
    page_with(status, &page)
}

fn row(one: &Subscription) -> Result<NotificationRow, ApiError> {
    let config: Value = serde_json::from_str(&one.config).map_err(|error| {
        ApiError::internal(format!("the notification {} cannot be read: {error}", one.id))
    })?;
    let text = |field: &str| config.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_mail = one.method == "email";
    Ok(NotificationRow {
        id: one.id.to_string(),
        title: one.title.clone(),
        is_mail,
        address: text(if is_mail { "email" } else { "url" }),
        has_template: !text("template").is_empty(),
        floor: (one.event == subscriptions::EVENTS[0]).then(|| crate::security::floor(one)),
        failures: one.failures,
        error: one.error.clone(),
        is_stopped: one.failures >= TELL_FAILURES,
    })
}

/// `POST`.
pub(in crate::pages) async fn change(call: Call, frame: Frame) -> Reply {
    let name = whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    let Sent { engine, principal, form, .. } = Sent::of(call).await?;
    work(&engine, move |engine| changed(engine, frame, &principal, &name, &form)).await
}

fn changed(engine: &Engine, frame: Frame, principal: &Principal, name: &str, form: &Form) -> Reply {
    let done = match form.get("do") {
        "add" => subscriptions::add(engine, name, &NewNotification::of(form).wanted()).map(|one| one.id),
        "remove" => id(form).and_then(|id| subscriptions::remove(engine, name, id).map(|()| id)),
        "reset" => id(form).and_then(|id| subscriptions::reset(engine, name, id).map(|()| id)),
        "test" => id(form).and_then(|id| subscriptions::test(engine, name, id).map(|()| id)),
        other => return Err(unknown_form(other)),
    };
    let what = match form.get("do") {
        "add" => "add-notification",
        "remove" => "remove-notification",
        "reset" => "reset-notification",
        _test => "test-notification",
    };
    match done {
        Ok(id) => {
            note_change(engine, principal, what, &format!("repository {name}, notification {id}"));
            if what != "test-notification" {
                return lead_to(&format!("/repository/{name}/-/notifications"));
            }
            let said = (true, "The test was sent, and was taken.".to_owned());
            shown(engine, frame, name, Some(said), form)
        }
        Err(SubscriptionError::NotTold(why)) => {
            let said = (false, format!("The test did not arrive: {why}"));
            shown(engine, frame, name, Some(said), form)
        }
        Err(SubscriptionError::Invalid(why)) => shown(engine, frame, name, Some((false, why)), form),
        Err(other @ (SubscriptionError::NotFound(_) | SubscriptionError::Store(_))) => Err(other.into()),
    }
}

fn id(form: &Form) -> Result<Uuid, SubscriptionError> {
    let text = form.get("id");
    text.parse().map_err(|_not_one| SubscriptionError::NotFound(format!("there is no notification “{text}”")))
}
