//! Targets: how one is told of one notification.
//!
//! Telling is at least once: a target may be told again of what it knows, never not at all. So a target counts as told
//! only when it has said so itself, and no error has a secret in it.

mod amqp;
mod brokers;
mod messages;
mod stomp;
mod tls;
mod webhook;
mod wire;

use uuid::Uuid;

use crate::configuration::{Auth, Delivery};

/// What a target is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The notification.
    pub notification: Uuid,
    /// Where its entries can be read: `…/notifier/api/v1/notification/{id}`.
    pub callback: String,
    /// The entries themselves as JSON objects; empty where the target wants the address alone.
    pub entries: Vec<Vec<u8>>,
}

/// Why a target was not told. To be tried again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryError(pub String);

/// Connects to the broker of a target and logs in, without telling it anything. A webhook can only be told. Blocks, but not for
/// longer than [`crate::limits`] says.
///
/// # Panics
/// As [`deliver`].
pub fn reach(delivery: &Delivery) -> Option<Result<(), DeliveryError>> {
    match delivery {
        Delivery::Webhook(_) => None,
        Delivery::Amqp(amqp) => Some(amqp::reach(amqp)),
        Delivery::Stomp(stomp) => Some(stomp::reach(stomp)),
    }
}

/// Tells a target. Blocks, but not for longer than [`crate::limits`] says.
///
/// # Panics
/// Where an async runtime is being driven by this thread: call it from a thread that may block.
pub fn deliver(delivery: &Delivery, auth: Option<&Auth>, message: &Message) -> Result<(), DeliveryError> {
    match delivery {
        Delivery::Webhook(webhook) => webhook::deliver(webhook, auth, message),
        Delivery::Amqp(amqp) => amqp::deliver(amqp, message),
        Delivery::Stomp(stomp) => stomp::deliver(stomp, message),
    }
}
