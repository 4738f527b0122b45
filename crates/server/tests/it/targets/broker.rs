//! The broker that the tests share, and a client that looks into its queues.

use std::sync::OnceLock;

use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind,
    options::{BasicGetOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use limpid_testkit::rabbitmq::RabbitMq;
use tokio::runtime::{Builder, Runtime};

/// One broker for all tests that do not stop it: it takes seconds to start.
pub(super) fn shared() -> Option<&'static RabbitMq> {
    static SHARED: OnceLock<Option<RabbitMq>> = OnceLock::new();
    SHARED.get_or_init(RabbitMq::start).as_ref()
}

/// Declares, and reads back.
pub(super) struct Client {
    runtime: Runtime,
    channel: Channel,
    _connection: Connection,
}

impl Client {
    /// A client of this broker.
    pub(super) fn of(broker: &RabbitMq) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (connection, channel) = runtime.block_on(async {
            let uri = broker.uri();
            let connection = Connection::connect(&uri, ConnectionProperties::default()).await;
            let connection = connection.expect("a connection");
            let channel = connection.create_channel().await.expect("a channel");
            (connection, channel)
        });
        Self { runtime, channel, _connection: connection }
    }

    /// Makes an exchange of this name, and a queue of this name that is bound to it with this name as the key.
    pub(super) fn exchange_and_queue(&self, name: &str) {
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let declared =
            self.channel.exchange_declare(name.into(), ExchangeKind::Direct, durable, FieldTable::default());
        self.runtime.block_on(declared).expect("an exchange");
        self.queue(name, &[]);
        let options = QueueBindOptions::default();
        let bound =
            self.channel.queue_bind(name.into(), name.into(), name.into(), options, FieldTable::default());
        self.runtime.block_on(bound).expect("a binding");
    }

    /// Makes a durable queue with these arguments.
    pub(super) fn queue(&self, name: &str, arguments: &[(&str, AMQPValue)]) {
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        let mut table = FieldTable::default();
        for (name, value) in arguments {
            table.insert((*name).into(), value.clone());
        }
        self.runtime.block_on(self.channel.queue_declare(name.into(), durable, table)).expect("a queue");
    }

    /// Takes all messages out of a queue: properties and body.
    pub(super) fn take(&self, queue: &str) -> Vec<(BasicProperties, String)> {
        let mut messages = Vec::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) =
            self.runtime.block_on(self.channel.basic_get(queue.into(), options)).expect("an answer")
        {
            let body = String::from_utf8(message.delivery.data).expect("UTF-8");
            messages.push((message.delivery.properties, body));
        }
        messages
    }

    /// Takes the bodies of all messages out of a queue.
    pub(super) fn take_bodies(&self, queue: &str) -> Vec<String> {
        self.take(queue).into_iter().map(|(_, body)| body).collect()
    }
}
