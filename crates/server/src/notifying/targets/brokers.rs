//! What AMQP and STOMP share: brokers that are tried in order, each for a bounded time, on a small runtime of our own.
//!
//! Whatever goes wrong with a broker, the next one is asked: a message may so come twice, and is not lost. An error names
//! host and port, never the address as it was configured.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    time::timeout,
};

use super::DeliveryError;
use crate::limits::{BROKER_CONNECT_TIME, BROKER_FAREWELL_TIME, BROKER_TIME, BROKER_WORDS};

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// A name or an address; an IPv6 one without brackets.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// Tells the first broker that takes it. Blocks.
pub(super) fn first<T>(
    brokers: &[T],
    place: impl Fn(&T) -> &Place,
    tell: &impl AsyncFn(&T) -> Result<(), DeliveryError>,
) -> Result<(), DeliveryError> {
    let runtime = runtime()?;
    let mut errors = Vec::new();
    for broker in brokers {
        match runtime.block_on(in_time(tell(broker))) {
            Ok(()) => return Ok(()),
            Err(error) => errors.push(format!("{}: {error}", place(broker))),
        }
    }
    if errors.is_empty() {
        errors.push("no broker is configured".to_owned());
    }
    Err(DeliveryError(errors.join("; ")))
}

/// Gives the broker its time to take everything.
async fn in_time(told: impl Future<Output = Result<(), DeliveryError>>) -> Result<(), DeliveryError> {
    match timeout(BROKER_TIME, told).await {
        Ok(told) => told,
        Err(_elapsed) => Err(DeliveryError(format!("not done within {} s", BROKER_TIME.as_secs()))),
    }
}

/// Gives the broker its time to let us in.
pub(super) async fn connected<T>(
    opened: impl Future<Output = Result<T, DeliveryError>>,
) -> Result<T, DeliveryError> {
    match timeout(BROKER_CONNECT_TIME, opened).await {
        Ok(opened) => opened,
        Err(_elapsed) => {
            Err(DeliveryError(format!("no connection within {} s", BROKER_CONNECT_TIME.as_secs())))
        }
    }
}

/// Leaves a broker that has confirmed everything: whether it also says goodbye changes nothing any more.
pub(super) async fn goodbye<E: fmt::Display>(place: &Place, closed: impl Future<Output = Result<(), E>>) {
    match timeout(BROKER_FAREWELL_TIME, closed).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(broker = %place, %error, "closing failed"),
        Err(_elapsed) => tracing::debug!(broker = %place, "closing takes too long"),
    }
}

/// What a broker said, as an error may show it: one line, not long, and nothing at all where it repeats a secret.
pub(super) fn words(said: &str, secret: &str) -> String {
    if !secret.is_empty() && said.contains(secret) {
        return "(its words repeat a secret)".to_owned();
    }
    let line = said.split(|character: char| character.is_whitespace() || character.is_control());
    let line: Vec<&str> = line.filter(|word| !word.is_empty()).collect();
    line.join(" ").chars().take(BROKER_WORDS).collect()
}

/// The runtime, made when a broker is first told of something. One thread: it waits for sockets, and does no work.
fn runtime() -> Result<Handle, DeliveryError> {
    static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = runtime.as_ref() {
        return Ok(runtime.handle().clone());
    }
    let made = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("brokers")
        .enable_all()
        .build()
        .map_err(|error| DeliveryError(format!("no thread for brokers: {error}")))?;
    Ok(runtime.insert(made).handle().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brokers_words_are_one_line_without_secrets() {
        assert_eq!(words("NOT_FOUND -\r\n\tno \u{1b}exchange\0 ", "guest"), "NOT_FOUND - no exchange");
        assert_eq!(words("wrong: s3cret", "s3cret"), "(its words repeat a secret)");
        assert_eq!(words("as it is", ""), "as it is");
        assert_eq!(words(&"ä".repeat(100_000), "b"), "ä".repeat(BROKER_WORDS));
    }

    #[test]
    fn an_address_of_version_6_is_shown_with_brackets() {
        assert_eq!(Place { host: "::1".to_owned(), port: 5672 }.to_string(), "[::1]:5672");
        assert_eq!(Place { host: "broker".to_owned(), port: 5672 }.to_string(), "broker:5672");
    }
}
