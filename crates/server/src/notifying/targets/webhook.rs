//! Webhooks: a `POST` of the notification's address, as Clair sends it and Quay takes it.

use chrono::Utc;

use super::{DeliveryError, Message, messages};
use crate::{
    configuration::{Auth, Webhook},
    egress::{EgressClient, EgressError},
    http::auth::sign,
};

/// Where the policy stands in the configuration, for errors.
const SETTING: &str = "notifier.webhook.NAME";
/// Who signs, as Clair has it.
const ISSUER: &str = "clair-notifier";
/// Says which notification it is, for receivers that want to tell what they know without reading the body.
const NOTIFICATION: &str = "Limpid-Notification";

/// Tells a webhook. Any status of success means that it was told; a redirection does not.
pub(super) fn deliver(
    webhook: &Webhook,
    auth: Option<&Auth>,
    message: &Message,
) -> Result<(), DeliveryError> {
    let failed = |error: EgressError| DeliveryError(error.to_string());
    let client = EgressClient::new(&webhook.egress, SETTING).map_err(failed)?;
    let headers = headers(webhook, auth, message);
    client.post(webhook.target.as_str(), &headers, messages::address(message)?).map_err(failed)
}

fn headers(webhook: &Webhook, auth: Option<&Auth>, message: &Message) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        (NOTIFICATION.to_owned(), message.notification.to_string()),
    ];
    let is_named = |name: &str| webhook.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    // Who configures an authorization for this target means it: our key is not for everybody.
    if let Some(auth) = auth.filter(|_| !is_named("Authorization")) {
        let token = sign(auth, ISSUER, Utc::now());
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    let is_ours = |name: &str| headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    let configured: Vec<(String, String)> = webhook
        .headers
        .iter()
        .filter(|(name, _)| !is_ours(name))
        .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
        .collect();
    headers.extend(configured);
    headers
}
