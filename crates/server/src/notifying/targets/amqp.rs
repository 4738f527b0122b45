//! AMQP 0.9.1: a persistent message to an exchange.
//!
//! The broker has confirmed every message, and routed it to a queue, before the target counts as told.

mod address;
mod runtime;

use std::sync::Arc;

use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ErrorKind, ExchangeKind,
    options::{BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions},
    types::{FieldTable, ShortString},
};
use rustls::ClientConfig;

use self::address::Address;
use super::{
    DeliveryError, Message, brokers,
    messages::{self, Outgoing},
    tls,
    wire::{self, End},
};
use crate::configuration::Amqp;

/// Who sends, as Clair has it.
const APPLICATION: &str = "clairV4-notifier";
/// A message that outlives the broker's restart.
const PERSISTENT: u8 = 2;

/// Where messages go.
struct Route {
    exchange: ShortString,
    routing_key: ShortString,
}

/// Tells an exchange. Blocks.
pub(super) fn deliver(amqp: &Amqp, message: &Message) -> Result<(), DeliveryError> {
    tell(amqp, &messages::outgoing(message, amqp.direct)?)
}

/// Connects, logs in and looks for the exchange, and tells it nothing. Blocks.
pub(super) fn reach(amqp: &Amqp) -> Result<(), DeliveryError> {
    tell(amqp, &[])
}

fn tell(amqp: &Amqp, outgoing: &[Outgoing]) -> Result<(), DeliveryError> {
    let route = Route {
        exchange: short("exchange", &amqp.exchange)?,
        routing_key: short("routing key", &amqp.routing_key)?,
    };
    let addresses = amqp.uris.iter().map(Address::parse).collect::<Result<Vec<_>, _>>()?;
    let client = || tls::client(amqp.root_ca.as_deref(), amqp.client.as_ref());
    let tls = addresses.iter().any(Address::is_tls).then(client).transpose()?;
    let tell = async |address: &Address| {
        let tls = tls.as_ref().filter(|_| address.is_tls());
        let (connection, _end) = brokers::connected(open(address, tls)).await?;
        publish(&connection, &route, outgoing).await.map_err(|error| shown(address, &error))?;
        brokers::goodbye(address.place(), connection.close(200, "OK".into())).await;
        Ok(())
    };
    brokers::first(&addresses, Address::place, &tell)
}

/// Connects and logs in.
async fn open(
    address: &Address,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<(Connection, End), DeliveryError> {
    let (stream, end) =
        wire::connect(address.place(), tls).await.map_err(|error| DeliveryError(error.to_string()))?;
    let connection = runtime::log_in(address.uri().clone(), stream).await;
    connection.map(|connection| (connection, end)).map_err(|error| shown(address, &Failure::Broker(error)))
}

/// Why messages were not published.
enum Failure {
    Broker(lapin::Error),
    Unroutable,
    Refused,
}

impl From<lapin::Error> for Failure {
    fn from(error: lapin::Error) -> Self {
        Self::Broker(error)
    }
}

async fn publish(connection: &Connection, route: &Route, outgoing: &[Outgoing]) -> Result<(), Failure> {
    let channel = connection.create_channel().await?;
    // The default exchange is always there, and may not be asked for.
    if !route.exchange.as_str().is_empty() {
        let options = ExchangeDeclareOptions { passive: true, ..ExchangeDeclareOptions::default() };
        // Passive: the kind is not looked at.
        let declared = channel.exchange_declare(
            route.exchange.clone(),
            ExchangeKind::Direct,
            options,
            FieldTable::default(),
        );
        declared.await?;
    }
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut confirmations = Vec::new();
    for message in outgoing {
        confirmations.push(send(&channel, route, message).await?);
    }
    for confirmation in confirmations {
        match confirmation.await? {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)) => return Err(Failure::Unroutable),
            Confirmation::Nack(None) | Confirmation::NotRequested => return Err(Failure::Refused),
        }
    }
    Ok(())
}

async fn send(
    channel: &Channel,
    route: &Route,
    message: &Outgoing,
) -> lapin::Result<lapin::PublisherConfirm> {
    let properties = BasicProperties::default()
        .with_app_id(APPLICATION.into())
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(message.id.as_str().into());
    // Mandatory: where no queue would take it, it comes back, instead of being thrown away and confirmed.
    let options = BasicPublishOptions { mandatory: true, immediate: false };
    let Route { exchange, routing_key } = route;
    channel.basic_publish(exchange.clone(), routing_key.clone(), options, &message.body, properties).await
}

/// AMQP counts the bytes of names in one byte.
fn short(what: &str, text: &str) -> Result<ShortString, DeliveryError> {
    ShortString::try_new(text)
        .map_err(|error| DeliveryError(format!("the {what} is too long for AMQP: {error}")))
}

fn shown(address: &Address, failure: &Failure) -> DeliveryError {
    DeliveryError(match failure {
        Failure::Unroutable => "no queue is bound to the exchange with this routing key".to_owned(),
        Failure::Refused => "it did not confirm the message".to_owned(),
        Failure::Broker(error) => {
            let said = if let ErrorKind::ProtocolError(error) = error.kind() {
                error.get_message().to_string()
            } else {
                error.to_string()
            };
            brokers::words(&said, address.password())
        }
    })
}
