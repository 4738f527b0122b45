//! The job of kind tell: one event, to one who wants it. Addresses are those that users named, so they pass a policy of their own.

use std::time::Duration;

use limpid_store::{
    StoreError,
    jobs::ClaimedJob,
    security::{self, Subscription},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    events::{self, put},
    letter,
    subscriptions::may_receive,
    template::Template,
};
use crate::{
    egress::{EgressClient, EgressError},
    engine::{Engine, Held},
    limits::{FIRST_RETRY, TELL_ATTEMPTS, TELL_FAILURES},
    mail::{self, MailError},
    workers::Unfinished,
};

/// Where the policy stands in the configuration, for errors.
const SETTING: &str = "registry.webhooks";

#[derive(Deserialize)]
struct Webhook {
    url: String,
    #[serde(default)]
    template: String,
}

#[derive(Deserialize)]
struct Email {
    email: String,
}

/// Why somebody was not told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TellError {
    /// The address is not asked, or does not answer as it should.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The letter is not taken.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// It cannot be said in that way.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does the job.
pub(crate) fn tell_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let (id, telling) = job.key.split_once(' ').unwrap_or((&job.key, ""));
    let fault = |_not_one: uuid::Error| Unfinished::Fault(job.key.clone());
    let (id, telling): (Uuid, Uuid) = (id.parse().map_err(fault)?, telling.parse().map_err(fault)?);
    let found = engine.database.read(|tx| security::find_subscription(tx, id))?;
    // Nobody wants it any more, or nobody could be told for long.
    let Some(one) = found.filter(|one| one.failures < TELL_FAILURES) else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    match send(engine, &one, telling, &job.payload) {
        Ok(()) => engine.database.write(|tx| {
            security::note_outcome(tx, id, None)?;
            held.finish(tx, job)
        })?,
        Err(error) if job.attempt < TELL_ATTEMPTS => {
            let doublings = u32::try_from(job.attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
            let delay: Duration = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(doublings));
            return Err(Unfinished::Later(error.to_string(), delay));
        }
        Err(error) => {
            let why = error.to_string();
            tracing::warn!(notification = %id, "given up: {why}");
            engine.database.write(|tx| {
                security::note_outcome(tx, id, Some(&why))?;
                held.fail(tx, job, &why)
            })?;
        }
    }
    Ok(())
}

/// Sends an event. `id` is that of this telling of it.
fn send(engine: &Engine, one: &Subscription, id: Uuid, body: &[u8]) -> Result<(), TellError> {
    let event: Value = serde_json::from_slice(body).map_err(|error| invalid("the event", &error))?;
    if one.method == events::EMAIL { write(engine, one, id, event) } else { post(engine, one, &event) }
}

fn invalid(what: &str, error: &dyn std::fmt::Display) -> TellError {
    TellError::Invalid(format!("{what} cannot be read: {error}"))
}

/// A status of success means that it was told; a redirection does not.
fn post(engine: &Engine, one: &Subscription, event: &Value) -> Result<(), TellError> {
    let webhook: Webhook =
        serde_json::from_str(&one.config).map_err(|error| invalid("the configuration", &error))?;
    let filled = if webhook.template.is_empty() {
        None
    } else {
        let template = Template::parse(&webhook.template).map_err(|why| invalid("the template", &why))?;
        Some(template.fill(event).map_err(|why| invalid("the template", &why))?)
    };
    let body = filled.as_ref().unwrap_or(event).to_string().into_bytes();
    let client = EgressClient::for_users(&engine.configuration.registry.webhooks, SETTING)?;
    Ok(client.post(&webhook.url, &[("Content-Type".to_owned(), "application/json".to_owned())], body)?)
}

/// Whoever may be written to is asked again: an account may be gone.
fn write(engine: &Engine, one: &Subscription, id: Uuid, event: Value) -> Result<(), TellError> {
    let Email { email } =
        serde_json::from_str(&one.config).map_err(|error| invalid("the configuration", &error))?;
    let mail = engine.configuration.registry.mail.as_ref();
    let mail = mail.ok_or_else(|| TellError::Invalid("no server for mail is configured".to_owned()))?;
    if !engine.database.read(|tx| may_receive(tx, mail, &email))? {
        return Err(TellError::Invalid("the address is that of no account here".to_owned()));
    }
    let Value::Object(event) = event else {
        return Err(TellError::Invalid("the event is none".to_owned()));
    };
    Ok(mail::send(mail, &letter::of(&event, &email, &one.title, id))?)
}

/// Sends a made-up event, to try a notification out. Blocks.
///
/// # Errors
/// Why it was not told.
pub(crate) fn send_test(engine: &Engine, one: &Subscription, repository: &str) -> Result<(), TellError> {
    let mut event = events::base(engine, repository);
    if one.event == events::REPO_PUSH {
        put(&mut event, "updated_tags", json!(["latest"]));
    } else {
        put(&mut event, "tags", json!(["latest"]));
        put(&mut event, "image", json!("some-image-id"));
        let vulnerability = json!({
            "id": "CVE-FAKE-CVE",
            "description": "A futurist vulnerability",
            "link": "https://security-tracker.debian.org/tracker/CVE-FAKE-CVE",
            "priority": events::floor(one),
            "has_fix": false,
        });
        put(&mut event, "vulnerability", vulnerability);
        if one.method == events::EMAIL {
            put(&mut event, "limpid", json!({"package": "some-package", "version": "1.0"}));
            event = events::one_letter(vec![event]);
        }
    }
    send(engine, one, Uuid::new_v4(), Value::Object(event).to_string().as_bytes())
}
