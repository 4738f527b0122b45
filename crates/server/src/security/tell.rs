//! The job of kind tell: one event, to one who wants it. Addresses are those that users named, so they pass a policy of their own.

use std::time::Duration;

use limpid_store::{
    jobs::ClaimedJob,
    security::{self, Subscription},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::events::{self, put};
use crate::{
    egress::{EgressClient, EgressError},
    engine::{Engine, Held},
    limits::{FIRST_RETRY, TELL_ATTEMPTS, TELL_FAILURES},
    workers::Unfinished,
};

/// Where the policy stands in the configuration, for errors.
const SETTING: &str = "registry.webhooks";

#[derive(Deserialize)]
struct Webhook {
    url: String,
}

/// Does the job.
pub(crate) fn tell_job(engine: &Engine, job: &ClaimedJob, held: &Held) -> Result<(), Unfinished> {
    let id = job.key.split(' ').next().unwrap_or_default();
    let id: Uuid = id.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let found = engine.database.read(|tx| security::find_subscription(tx, id))?;
    // Nobody wants it any more, or nobody could be told for long.
    let Some(one) = found.filter(|one| one.failures < TELL_FAILURES) else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    match send(engine, &one, job.payload.clone()) {
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

/// Sends an event. A status of success means that it was told; a redirection does not.
fn send(engine: &Engine, one: &Subscription, body: Vec<u8>) -> Result<(), EgressError> {
    let webhook: Webhook = serde_json::from_str(&one.config)
        .map_err(|error| EgressError::Invalid(format!("the configuration has no address: {error}")))?;
    let client = EgressClient::new(&engine.configuration.registry.webhooks, SETTING)?;
    client.post(&webhook.url, &[("Content-Type".to_owned(), "application/json".to_owned())], body)
}

/// Sends a made-up event, to try a notification out. Blocks.
///
/// # Errors
/// Why it was not told.
pub(crate) fn send_test(engine: &Engine, one: &Subscription, repository: &str) -> Result<(), EgressError> {
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
    }
    send(engine, one, Value::Object(event).to_string().into_bytes())
}
