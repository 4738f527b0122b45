//! The job of kind deliver: tells one target of one notification, until it was told or the notification is gone.

use std::time::Duration;

use limpid_store::{
    StoreError, Transaction,
    jobs::{self, ClaimedJob, JobKind, NewJob},
    notifications::{self, Notification},
    presence::{self, Purpose},
};
use uuid::Uuid;

use super::targets::{Message, deliver};
use crate::{
    configuration::{Delivery, Target},
    engine::{Engine, Held},
    fault,
    limits::{FIRST_DELIVERY_RETRY, LAST_DELIVERY_RETRY},
    workers::Unfinished,
};

/// Where notifications are read, below the address of the API.
const PATH: &str = "notifier/api/v1/notification/";

/// Entries that are read at once for a target that wants them themselves.
const ENTRIES: u64 = 1_000;

/// The lanes of this process: one for each target.
pub(crate) fn lanes(engine: &Engine) -> impl Iterator<Item = &Target> {
    engine.configuration.notifier.targets.iter()
}

/// Submits one delivery of a notification for each target: those of this process, and those that others tell. Whoever has the
/// work of finding changes need not be who can reach a target.
pub(super) fn submit_deliveries(
    engine: &Engine,
    tx: &mut Transaction<'_>,
    notification: Uuid,
) -> Result<(), StoreError> {
    let mut targets = presence::names(tx, Purpose::Target)?;
    targets.extend(lanes(engine).map(|target| target.name.clone()));
    for target in targets {
        let job = NewJob {
            kind: JobKind::Deliver,
            key: format!("{notification} {target}"),
            lane: target,
            requires: String::new(),
            priority: 0,
            payload: Vec::new(),
            delay: Duration::ZERO,
        };
        jobs::submit(tx, &job)?;
    }
    Ok(())
}

/// Lets go of a notification that was held: it is delivered now. Whether one was held. Blocks.
///
/// # Errors
/// [`StoreError`].
pub fn release(engine: &Engine, notification: Uuid) -> Result<bool, StoreError> {
    let released = engine.database.write(|tx| {
        let released = notifications::let_go(tx, notification)?;
        if released {
            submit_deliveries(engine, tx, notification)?;
        }
        Ok::<_, StoreError>(released)
    })?;
    engine.bell.ring(JobKind::Deliver);
    Ok(released)
}

/// Does the job.
pub(crate) fn deliver_job(
    engine: &Engine,
    job: &ClaimedJob,
    held: &Held,
    target: &Target,
) -> Result<(), Unfinished> {
    let id = job.key.split(' ').next().unwrap_or_default();
    let id: Uuid = id.parse().map_err(|_not_one| Unfinished::Fault(job.key.clone()))?;
    let notification = engine.database.read(|tx| notifications::find(tx, id))?;
    // Who was to be told has read and deleted it, by another way.
    let Some(notification) = notification else {
        return Ok(engine.database.write(|tx| held.finish(tx, job))?);
    };
    let message = message(engine, &notification, &target.delivery)?;
    match deliver(&target.delivery, engine.configuration.auth.as_ref(), &message) {
        Ok(()) => {
            fault::point("deliver: told");
            engine.metrics.delivered(&target.name, true);
            engine.database.write(|tx| held.finish(tx, job))?;
            fault::point("deliver: finished");
            Ok(())
        }
        Err(error) => {
            engine.metrics.delivered(&target.name, false);
            tracing::warn!(target = target.name, notification = %id, "not delivered: {error}");
            Err(Unfinished::Later(error.to_string(), delay(job.attempt)))
        }
    }
}

fn message(engine: &Engine, notification: &Notification, delivery: &Delivery) -> Result<Message, Unfinished> {
    let entries = if wants_entries(delivery) { entries(engine, notification.id)? } else { Vec::new() };
    Ok(Message { notification: notification.id, callback: callback(engine, notification.id), entries })
}

fn wants_entries(delivery: &Delivery) -> bool {
    match delivery {
        Delivery::Webhook(_) => false,
        Delivery::Amqp(amqp) => amqp.direct.is_some(),
        Delivery::Stomp(stomp) => stomp.direct.is_some(),
    }
}

fn entries(engine: &Engine, notification: Uuid) -> Result<Vec<Vec<u8>>, Unfinished> {
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let page = engine.database.read(|tx| notifications::page(tx, notification, after, ENTRIES))?;
        let Some(page) = page else { return Ok(entries) };
        entries.extend(page.entries);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(entries),
        }
    }
}

/// Where the notification can be read.
fn callback(engine: &Engine, notification: Uuid) -> String {
    let configuration = &engine.configuration;
    match (&configuration.notifier.callback, &configuration.api.public_url) {
        (Some(callback), _) => format!("{}/{notification}", callback.as_str().trim_end_matches('/')),
        (None, Some(api)) => format!("{}/{PATH}{notification}", api.as_str().trim_end_matches('/')),
        (None, None) => {
            let scheme = if configuration.api.tls.is_some() { "https" } else { "http" };
            format!("{scheme}://{}/{PATH}{notification}", configuration.api.listen)
        }
    }
}

/// The pause after so many attempts.
fn delay(attempts: u64) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    FIRST_DELIVERY_RETRY.saturating_mul(2_u32.saturating_pow(doublings)).min(LAST_DELIVERY_RETRY)
}
