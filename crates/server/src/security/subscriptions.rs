//! Notifications of a repository, as Quay's API and pages manage them: who is told of what, and how.
//!
//! What could never be sent is refused when it is made. Where an address leads is judged when it is asked, and who may be written to when it
//! is: both may change.

use limpid_store::{
    StoreError, Transaction, accounts as accounts_stored,
    security::{self as stored, Subscription},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    events::{EMAIL, REPO_PUSH, VULNERABILITY_FOUND, WEBHOOK},
    tell,
    template::Template,
};
use crate::{
    configuration::Mail, egress, engine::Engine, http::ApiError, limits::NOTIFICATIONS_OF_A_REPOSITORY, mail,
    quay::severity,
};

/// The events that can be told.
pub(crate) const EVENTS: [&str; 2] = [VULNERABILITY_FOUND, REPO_PUSH];
/// The ways to tell.
pub(crate) const METHODS: [&str; 2] = [WEBHOOK, EMAIL];
/// Longest title and address.
const LONGEST: usize = 2_000;

/// What somebody wants to be told, in Quay's words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) event: String,
    pub(crate) method: String,
    /// `url` and `template` of a webhook, `email` of a letter.
    pub(crate) config: Value,
    /// `level`.
    pub(crate) event_config: Value,
    pub(crate) title: String,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubscriptionError {
    /// There is no such repository, or it has no such notification.
    #[error("{0}")]
    NotFound(String),
    /// It is not as it must be.
    #[error("{0}")]
    Invalid(String),
    /// It could not be sent.
    #[error("{0}")]
    NotTold(#[from] tell::TellError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SubscriptionError> for ApiError {
    fn from(error: SubscriptionError) -> Self {
        match error {
            SubscriptionError::NotFound(why) => Self::not_found(why),
            SubscriptionError::Invalid(why) => Self::bad_request(why),
            SubscriptionError::NotTold(tell::TellError::Store(error)) | SubscriptionError::Store(error) => {
                error.into()
            }
            SubscriptionError::NotTold(why) => {
                Self::new(axum::http::StatusCode::BAD_GATEWAY, why.to_string())
            }
        }
    }
}

fn invalid(why: impl Into<String>) -> SubscriptionError {
    SubscriptionError::Invalid(why.into())
}

/// All of a repository (given by its whole name). Blocks, as all of these do.
///
/// # Errors
/// [`SubscriptionError`].
pub(crate) fn all(engine: &Engine, repository: &str) -> Result<Vec<Subscription>, SubscriptionError> {
    engine.database.read(|tx| {
        let number = number(tx, repository)?;
        Ok(stored::list_subscriptions(tx, number)?)
    })
}

/// One of a repository, and of no other.
///
/// # Errors
/// [`SubscriptionError`].
pub(crate) fn find(engine: &Engine, repository: &str, id: Uuid) -> Result<Subscription, SubscriptionError> {
    engine.database.read(|tx| one_of(tx, repository, id))
}

/// Makes one.
///
/// # Errors
/// [`SubscriptionError`].
pub(crate) fn add(
    engine: &Engine,
    repository: &str,
    wanted: &Wanted,
) -> Result<Subscription, SubscriptionError> {
    let mail = engine.configuration.registry.mail.as_ref();
    engine.database.write(|tx| {
        let number = number(tx, repository)?;
        let one = Subscription {
            id: Uuid::new_v4(),
            repository: number,
            event: one_word("event", &EVENTS, &wanted.event)?,
            method: one_word("method", &METHODS, &wanted.method)?,
            title: within("title", &wanted.title)?,
            config: config(tx, mail, wanted)?.to_string(),
            event_config: event_config(&wanted.event_config)?.to_string(),
            failures: 0,
            error: String::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        if stored::list_subscriptions(tx, number)?.len() >= NOTIFICATIONS_OF_A_REPOSITORY {
            let most = NOTIFICATIONS_OF_A_REPOSITORY;
            return Err(invalid(format!("a repository has at most {most} notifications")));
        }
        stored::insert_subscription(tx, &one)?;
        Ok(one)
    })
}

/// Begins anew with one that was stopped.
///
/// # Errors
/// [`SubscriptionError`].
pub(crate) fn reset(engine: &Engine, repository: &str, id: Uuid) -> Result<(), SubscriptionError> {
    engine.database.write(|tx| {
        one_of(tx, repository, id)?;
        stored::reset_subscription(tx, id)?;
        Ok(())
    })
}

/// Removes one.
///
/// # Errors
/// [`SubscriptionError`].
pub(crate) fn remove(engine: &Engine, repository: &str, id: Uuid) -> Result<(), SubscriptionError> {
    engine.database.write(|tx| {
        one_of(tx, repository, id)?;
        stored::delete_subscription(tx, id)?;
        Ok(())
    })
}

/// Sends a made-up event at once.
///
/// # Errors
/// [`SubscriptionError::NotTold`] says why it did not arrive.
pub(crate) fn test(engine: &Engine, repository: &str, id: Uuid) -> Result<(), SubscriptionError> {
    let one = find(engine, repository, id)?;
    Ok(tell::send_test(engine, &one, repository)?)
}

fn number(tx: &mut Transaction<'_>, repository: &str) -> Result<i64, SubscriptionError> {
    let found = stored::repository(tx, repository)?;
    found.ok_or_else(|| SubscriptionError::NotFound(format!("there is no repository {repository}")))
}

fn one_of(tx: &mut Transaction<'_>, repository: &str, id: Uuid) -> Result<Subscription, SubscriptionError> {
    let number = number(tx, repository)?;
    let found = stored::find_subscription(tx, id)?.filter(|one| one.repository == number);
    found.ok_or_else(|| SubscriptionError::NotFound(format!("{repository} has no notification {id}")))
}

fn one_word(what: &str, words: &[&str], word: &str) -> Result<String, SubscriptionError> {
    if words.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(invalid(format!("{what}: one of {} is expected", words.join(", "))))
}

fn within(what: &str, text: &str) -> Result<String, SubscriptionError> {
    if text.len() > LONGEST {
        return Err(invalid(format!("{what}: at most {LONGEST} bytes are kept")));
    }
    Ok(text.to_owned())
}

fn config(
    tx: &mut Transaction<'_>,
    mail: Option<&Mail>,
    wanted: &Wanted,
) -> Result<Value, SubscriptionError> {
    let text = |field: &str| wanted.config.get(field).and_then(Value::as_str).unwrap_or_default().trim();
    if wanted.method == EMAIL {
        let address = within("config.email", text("email"))?;
        let mail = mail.ok_or_else(|| invalid("method: no server for mail is configured (mail.server)"))?;
        if !mail::is_address(&address) {
            return Err(invalid("config.email: an address for mail is expected"));
        }
        if !may_receive(tx, mail, &address)? {
            let why = "config.email: only addresses of accounts here are written to, and those of mail.allow_domains";
            return Err(invalid(why));
        }
        return Ok(json!({ "email": address }));
    }
    let address = within("config.url", text("url"))?;
    egress::check_address(&address).map_err(|error| invalid(format!("config.url: {error}")))?;
    let template = text("template");
    if template.is_empty() {
        return Ok(json!({ "url": address }));
    }
    Template::parse(template).map_err(|why| invalid(format!("config.template: {why}")))?;
    Ok(json!({ "url": address, "template": template }))
}

/// Whether somebody may be written to: an address of an account that is not disabled, or in a domain that the operator named.
/// Otherwise whoever has a repository could send letters to the whole world.
///
/// # Errors
/// Those of the database.
pub(super) fn may_receive(tx: &mut Transaction<'_>, mail: &Mail, address: &str) -> Result<bool, StoreError> {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase();
    let is_named = mail.domains.iter().any(|allowed| {
        let allowed = allowed.to_ascii_lowercase();
        if allowed.starts_with('.') { domain.ends_with(&allowed) } else { domain == allowed }
    });
    Ok(is_named || accounts_stored::has_email(tx, address)?)
}

fn event_config(given: &Value) -> Result<Value, SubscriptionError> {
    let has_level = given.get("level").is_some_and(|level| !level.is_null());
    if has_level && severity::of_event_config(given).is_none() {
        return Err(invalid("eventConfig.level: a level from 0 (critical) to 5 (unknown) is expected"));
    }
    Ok(if given.is_object() { given.clone() } else { json!({}) })
}
