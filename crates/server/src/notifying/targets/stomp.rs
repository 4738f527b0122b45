//! STOMP 1.2: a persistent message to a destination.
//!
//! The client is our own, because there is none to rely on; it speaks the few frames that sending takes. The broker has
//! sent a receipt for every message before the target counts as told. STOMP knows no word for a message that nobody
//! gets: whether somebody listens at the destination is the broker's to know.

mod decoder;
mod frame;
mod session;

use std::sync::Arc;

use rustls::ClientConfig;

use self::{
    frame::Frame,
    session::{Messages, Session},
};
use super::{
    DeliveryError, Message,
    brokers::{self, Place},
    messages::{self, Outgoing},
    tls,
    wire::{self, End},
};
use crate::configuration::Stomp;

/// Tells a destination. Blocks.
pub(super) fn deliver(stomp: &Stomp, message: &Message) -> Result<(), DeliveryError> {
    let notification = message.notification.to_string();
    let outgoing = messages::outgoing(message, stomp.direct)?.into_iter();
    tell(stomp, &Messages::of(outgoing.map(|one| send_frame(stomp, &notification, one)))?)
}

/// Connects and logs in, and sends nothing. Blocks.
pub(super) fn reach(stomp: &Stomp) -> Result<(), DeliveryError> {
    tell(stomp, &Messages::of(std::iter::empty())?)
}

fn tell(stomp: &Stomp, messages: &Messages) -> Result<(), DeliveryError> {
    let places = stomp.uris.iter().map(|uri| place(uri)).collect::<Result<Vec<_>, _>>()?;
    let connect = session::encode(&connect_frame(stomp))?;
    let client = || tls::client(stomp.root_ca.as_deref(), stomp.client.as_ref());
    let tls = stomp.tls.then(client).transpose()?;
    let secret = stomp.login.as_ref().map_or("", |(_, passcode)| passcode.reveal());
    let tell = async |place: &Place| {
        let (mut session, _end) = brokers::connected(open(place, tls.as_ref(), &connect, secret)).await?;
        session.send(messages).await?;
        brokers::goodbye(place, session.close()).await;
        Ok(())
    };
    brokers::first(&places, |place| place, &tell)
}

/// Connects and logs in.
async fn open<'a>(
    place: &Place,
    tls: Option<&Arc<ClientConfig>>,
    connect: &[u8],
    secret: &'a str,
) -> Result<(Session<'a>, End), DeliveryError> {
    let (stream, end) = wire::connect(place, tls).await.map_err(|error| DeliveryError(error.to_string()))?;
    Ok((Session::open(stream, connect, secret).await?, end))
}

fn connect_frame(stomp: &Stomp) -> Frame {
    let frame = Frame::new("CONNECT").header("accept-version", "1.2").header("host", &stomp.virtual_host);
    // No heart-beats: the connection ends in seconds.
    let frame = frame.header("heart-beat", "0,0");
    match &stomp.login {
        None => frame,
        Some((login, passcode)) => frame.header("login", login).header("passcode", passcode.reveal()),
    }
}

fn send_frame(stomp: &Stomp, notification: &str, message: Outgoing) -> Frame {
    Frame::new("SEND")
        .header("destination", &stomp.destination)
        .header("content-type", "application/json")
        .header("persistent", "true")
        .header("limpid-notification", notification)
        // RabbitMQ makes it the message's id, and refuses `message-id`.
        .header("amqp-message-id", &message.id)
        .body(message.body)
}

/// Reads `host:port`. A wrong one is not repeated: somebody may have written a passcode into it.
fn place(uri: &str) -> Result<Place, DeliveryError> {
    let wrong = || DeliveryError("a broker's address is no host:port".to_owned());
    let (host, port) = uri.rsplit_once(':').ok_or_else(wrong)?;
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_bare = inner.is_none() && host.contains([':', '/', '@', '[', ']']);
    if host.is_empty() || is_bare {
        return Err(wrong());
    }
    let Ok(port) = port.parse() else { return Err(wrong()) };
    Ok(Place { host: inner.unwrap_or(host).to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_and_a_port() {
        for text in ["broker:61613", "192.0.2.1:61613", "[2001:db8::1]:61613"] {
            assert_eq!(place(text).expect("a place").to_string(), text);
        }
        for text in
            ["", ":", ":61613", "broker", "broker:", "broker:x", "broker:65536", "::1:61613", "stomp://b:1"]
        {
            assert_eq!(place(text).expect_err(text).to_string(), "a broker's address is no host:port");
        }
    }
}
