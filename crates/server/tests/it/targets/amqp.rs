use std::path::PathBuf;

use lapin::types::AMQPValue;
use limpid_server::{
    configuration::{Amqp, Delivery},
    notifying::targets::{Message, deliver},
    secret::Secret,
};
use limpid_testkit::rabbitmq::RabbitMq;

use super::{ADDRESS, ID, answer_one, broker, broker::Client, dead, message};

/// A target at these addresses with exchange, queue and routing key of one name.
pub(super) fn target(uris: &[String], name: &str) -> Amqp {
    Amqp {
        uris: uris.iter().map(Secret::new).collect(),
        exchange: name.to_owned(),
        routing_key: name.to_owned(),
        direct: None,
        root_ca: None,
        client: None,
    }
}

pub(super) fn tell(amqp: Amqp, message: &Message) -> Result<(), String> {
    deliver(&Delivery::Amqp(amqp), None, message).map_err(|error| error.to_string())
}

#[test]
fn a_message_arrives_that_outlives_the_broker() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("amqp-arrives");
    tell(target(&[broker.uri()], "amqp-arrives"), &message(0)).expect("it is told");
    let messages = client.take("amqp-arrives");
    let [(properties, body)] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    assert_eq!(body, ADDRESS);
    assert_eq!(properties.delivery_mode(), &Some(2));
    let text = |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string);
    assert_eq!(text(properties.content_type()).as_deref(), Some("application/json"));
    assert_eq!(text(properties.app_id()).as_deref(), Some("clairV4-notifier"));
    assert_eq!(text(properties.message_id()).as_deref(), Some(ID));
}

#[test]
fn the_default_exchange_leads_to_a_queue_by_its_name() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.queue("amqp-default", &[]);
    let amqp = Amqp { exchange: String::new(), ..target(&[broker.uri()], "amqp-default") };
    tell(amqp, &message(0)).expect("it is told");
    assert_eq!(client.take_bodies("amqp-default"), [ADDRESS]);
}

#[test]
fn entries_themselves_arrive_and_none_is_lost() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("amqp-direct");
    let amqp = Amqp { direct: Some(2), ..target(&[broker.uri()], "amqp-direct") };
    tell(amqp.clone(), &message(3)).expect("it is told");
    let messages = client.take("amqp-direct");
    let bodies: Vec<_> = messages.iter().map(|(_, body)| body.as_str()).collect();
    assert_eq!(bodies, [r#"[{"n":1},{"n":2}]"#, r#"[{"n":3}]"#]);
    let ids: Vec<_> =
        messages.iter().filter_map(|(properties, _)| properties.message_id().as_ref()).collect();
    assert_eq!(
        ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!("{ID}/1"), format!("{ID}/2")]
    );

    tell(Amqp { direct: Some(1), ..amqp.clone() }, &message(2000)).expect("it is told");
    assert_eq!(client.take_bodies("amqp-direct").len(), 2000);

    let error = tell(amqp, &message(0)).expect_err("nothing to send");
    assert_eq!(error, format!("notification {ID} has no entries to send"));
}

#[test]
fn what_no_queue_takes_is_not_told() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    let place = broker.amqp();
    let error = tell(target(&[broker.uri()], "amqp-missing"), &message(0)).expect_err("no exchange");
    assert_eq!(error, format!("{place}: NOT_FOUND - no exchange 'amqp-missing' in vhost '/'"));

    client.exchange_and_queue("amqp-unbound");
    let amqp = Amqp { routing_key: "another".to_owned(), ..target(&[broker.uri()], "amqp-unbound") };
    let unroutable = format!("{place}: no queue is bound to the exchange with this routing key");
    assert_eq!(tell(amqp.clone(), &message(0)).expect_err("no binding"), unroutable);
    assert_eq!(tell(Amqp { direct: Some(1), ..amqp }, &message(3)).expect_err("no binding"), unroutable);

    let full = [
        ("x-max-length", AMQPValue::LongInt(1)),
        ("x-overflow", AMQPValue::LongString("reject-publish".into())),
    ];
    client.queue("amqp-full", &full);
    let amqp = Amqp { exchange: String::new(), direct: Some(1), ..target(&[broker.uri()], "amqp-full") };
    let error = tell(amqp, &message(5)).expect_err("it is full");
    assert_eq!(error, format!("{place}: it did not confirm the message"));

    let long = target(&[broker.uri()], &"x".repeat(256));
    let error = tell(long, &message(0)).expect_err("too long");
    assert!(error.starts_with("the exchange is too long for AMQP: "), "{error}");
}

#[test]
fn no_error_has_the_password() {
    let Some(broker) = broker::shared() else { return };
    let uri = format!("amqp://guest:s3cret@{}", broker.amqp());
    let error = tell(target(&[uri], "x"), &message(0)).expect_err("a wrong password");
    assert!(error.starts_with(&format!("{}: ACCESS_REFUSED", broker.amqp())), "{error}");
    assert!(!error.contains("s3cret"), "{error}");

    let dead = dead();
    let error = tell(target(&[format!("amqp://guest:s3cret@{dead}")], "x"), &message(0)).expect_err("nobody");
    assert!(error.starts_with(&format!("{dead}: ")) && !error.contains("s3cret"), "{error}");

    let error =
        tell(target(&["http://guest:s3cret@broker".to_owned()], "x"), &message(0)).expect_err("no address");
    assert_eq!(error, "a broker's address is no amqp:// URI: it cannot be read");
}

#[test]
fn the_next_broker_is_asked_where_one_is_dead() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("amqp-second");
    let (garbage, serving) = answer_one(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let uris = [format!("amqp://{}", dead()), format!("amqp://{garbage}"), broker.uri()];
    tell(target(&uris, "amqp-second"), &message(0)).expect("it is told");
    assert_eq!(client.take_bodies("amqp-second"), [ADDRESS]);
    serving.join().expect("it has served");

    let error = tell(target(&[], "amqp-second"), &message(0)).expect_err("nobody to tell");
    assert_eq!(error, "no broker is configured");
}

#[test]
fn a_broker_that_says_nothing_is_left() {
    let (silent, serving) = answer_one(b"");
    let error = tell(target(&[format!("amqp://{silent}")], "x"), &message(0)).expect_err("no answer");
    assert_eq!(error, format!("{silent}: no connection within 10 s"));
    // It ends only when the connection does: nothing waits for that broker any more.
    assert_eq!(serving.join().expect("it has served"), b"AMQP\x00\x00\x09\x01");
}

#[test]
fn tls_is_spoken_with_those_that_the_authority_vouches_for() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("amqp-tls");
    let target = |uri: String, root_ca: Option<PathBuf>| Amqp { root_ca, ..target(&[uri], "amqp-tls") };
    let (port, authority) = (broker.amqps().port(), broker.authority());
    for host in ["localhost", "127.0.0.1"] {
        let uri = format!("amqps://guest:guest@{host}:{port}");
        tell(target(uri, Some(authority.clone())), &message(0)).expect("it is told");
        assert_eq!(client.take_bodies("amqp-tls"), [ADDRESS]);
    }

    let uri = format!("amqps://guest:guest@localhost:{port}");
    let error = tell(target(uri, None), &message(0)).expect_err("an unknown authority");
    assert!(error.contains("UnknownIssuer"), "{error}");
    // Never a password in plain text to what does not speak TLS.
    let (plain, serving) = answer_one(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let uri = format!("amqps://guest:s3cret@{plain}");
    tell(target(uri, Some(authority)), &message(0)).expect_err("no TLS");
    let received = serving.join().expect("it has served");
    assert_eq!(received.first(), Some(&0x16), "a record of a TLS handshake");

    let uri = format!("amqps://guest:guest@localhost:{port}");
    let error = tell(target(uri, Some("/nowhere/ca.pem".into())), &message(0)).expect_err("no file");
    assert!(error.starts_with("the certificate authority /nowhere/ca.pem cannot be read: "), "{error}");
}

#[test]
fn a_broker_may_go_and_come_back() {
    let Some(mut broker) = RabbitMq::start() else { return };
    Client::of(&broker).exchange_and_queue("kept");
    let amqp = target(&[broker.uri()], "kept");
    let stomp = super::stomp::target(&[broker.stomp()], "kept");
    let tell_both = |notification: &Message| {
        [tell(amqp.clone(), notification), super::stomp::tell(stomp.clone(), notification)]
    };
    assert_eq!(tell_both(&message(0)), [Ok(()), Ok(())]);
    broker.stop();
    assert!(tell_both(&message(0)).iter().all(Result::is_err));
    broker.start_again();
    assert_eq!(tell_both(&message(0)), [Ok(()), Ok(())]);
    // What was confirmed before it lost its power is still there.
    assert_eq!(Client::of(&broker).take_bodies("kept"), [ADDRESS; 4]);
}
