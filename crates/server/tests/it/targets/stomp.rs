use std::{net::SocketAddr, path::PathBuf};

use limpid_server::{
    configuration::{Delivery, Stomp},
    notifying::targets::{Message, deliver},
    secret::Secret,
};

use super::{ADDRESS, ID, answer_one, broker, broker::Client, dead, message};

/// A target at these addresses: exchange and routing key have one name.
pub(super) fn target(places: &[SocketAddr], name: &str) -> Stomp {
    Stomp {
        uris: places.iter().map(ToString::to_string).collect(),
        destination: format!("/exchange/{name}/{name}"),
        virtual_host: "/".to_owned(),
        login: Some(("guest".to_owned(), Secret::new("guest"))),
        direct: None,
        tls: false,
        root_ca: None,
        client: None,
    }
}

pub(super) fn tell(stomp: Stomp, message: &Message) -> Result<(), String> {
    deliver(&Delivery::Stomp(stomp), None, message).map_err(|error| error.to_string())
}

#[test]
fn a_message_arrives_that_outlives_the_broker() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("stomp-arrives");
    tell(target(&[broker.stomp()], "stomp-arrives"), &message(0)).expect("it is told");
    let messages = client.take("stomp-arrives");
    let [(properties, body)] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    assert_eq!(body, ADDRESS);
    assert_eq!(properties.delivery_mode(), &Some(2));
    let text = |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string);
    assert_eq!(text(properties.content_type()).as_deref(), Some("application/json"));
    assert_eq!(text(properties.message_id()).as_deref(), Some(ID));
    let headers = properties.headers().as_ref().expect("headers");
    let notification = headers.inner().get("limpid-notification").and_then(|value| value.as_long_string());
    assert_eq!(notification.map(ToString::to_string).as_deref(), Some(ID));
}

#[test]
fn a_destination_is_one_header_whatever_it_is_called() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    let name = "stomp:odd\\name";
    client.queue(name, &[]);
    let stomp = Stomp { destination: format!("/amq/queue/{name}"), ..target(&[broker.stomp()], "") };
    tell(stomp, &message(0)).expect("it is told");
    assert_eq!(client.take_bodies(name), [ADDRESS]);
}

#[test]
fn entries_themselves_arrive_and_none_is_lost() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("stomp-direct");
    let stomp = Stomp { direct: Some(2), ..target(&[broker.stomp()], "stomp-direct") };
    tell(stomp.clone(), &message(3)).expect("it is told");
    assert_eq!(client.take_bodies("stomp-direct"), [r#"[{"n":1},{"n":2}]"#, r#"[{"n":3}]"#]);

    tell(Stomp { direct: Some(1), ..stomp }, &message(2000)).expect("it is told");
    assert_eq!(client.take_bodies("stomp-direct").len(), 2000);
}

#[test]
fn what_the_broker_refuses_is_not_told() {
    let Some(broker) = broker::shared() else { return };
    let place = broker.stomp();
    let error = tell(target(&[place], "stomp-missing"), &message(0)).expect_err("no exchange");
    assert_eq!(
        error,
        format!("{place}: it refuses: not_found NOT_FOUND - no exchange 'stomp-missing' in vhost '/'")
    );
    // Some of them may be on their way when the broker says no: it is heard all the same.
    let stomp = Stomp { direct: Some(1), ..target(&[place], "stomp-missing") };
    let error = tell(stomp, &message(2000)).expect_err("no exchange");
    assert!(error.starts_with(&format!("{place}: ")), "{error}");
}

#[test]
fn no_error_has_the_passcode() {
    let Some(broker) = broker::shared() else { return };
    let with = |place: SocketAddr, passcode: &str| Stomp {
        login: Some(("guest".to_owned(), Secret::new(passcode))),
        ..target(&[place], "x")
    };
    let place = broker.stomp();
    let error = tell(with(place, "s3cret"), &message(0)).expect_err("a wrong passcode");
    assert_eq!(error, format!("{place}: it refuses: Bad CONNECT Access refused for user 'guest'"));

    let (rude, serving) = answer_one(b"ERROR\nmessage:s3cret is wrong\n\n\0");
    let error = tell(with(rude, "s3cret"), &message(0)).expect_err("an error");
    assert_eq!(error, format!("{rude}: it refuses: (its words repeat a secret)"));
    let received = String::from_utf8(serving.join().expect("it has served")).expect("UTF-8");
    assert_eq!(
        received,
        "CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\nlogin:guest\npasscode:s3cret\n\n\0"
    );

    let error = tell(with(place, "s3\ncret"), &message(0)).expect_err("it cannot be said");
    assert_eq!(error, "STOMP cannot say the value of `passcode`: it has a character that ends it");
    let debug = format!("{:?}", with(place, "s3cret"));
    assert!(!debug.contains("s3cret"), "{debug}");
}

#[test]
fn the_next_broker_is_asked_where_one_is_dead() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("stomp-second");
    tell(target(&[dead(), broker.stomp()], "stomp-second"), &message(0)).expect("it is told");
    assert_eq!(client.take_bodies("stomp-second"), [ADDRESS]);
}

#[test]
fn what_is_no_broker_is_an_error() {
    let cases: [(&[u8], &str); 6] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it does not speak STOMP: a frame has no command"),
        (b"CONNECTED\nversion:1.1\n\n\0", "it speaks STOMP 1.1, not 1.2"),
        (b"CONNECTED\n\n\0", "it speaks STOMP 1.0, not 1.2"),
        (b"MESSAGE\n\n\0", "it answers with an unexpected frame: MESSAGE"),
        (
            b"CONNECTED\nversion:1.2\n\n\0RECEIPT\nreceipt-id:2\n\n\0",
            "it answers with an unexpected frame: RECEIPT",
        ),
        (b"CONNECTED\nversion:1.2\n\n\0ERROR\n\nno\0", "it refuses: no"),
    ];
    for (bytes, expected) in cases {
        let (place, serving) = answer_one(bytes);
        let error = tell(target(&[place], "x"), &message(0)).expect_err("no broker");
        // What it may not be asked any more depends on the kernel; what it has said does not.
        assert_eq!(error, format!("{place}: {expected}"));
        serving.join().expect("it has served");
    }
}

#[test]
fn a_broker_that_says_nothing_is_left() {
    let (silent, serving) = answer_one(b"");
    let error = tell(target(&[silent], "x"), &message(0)).expect_err("no answer");
    assert_eq!(error, format!("{silent}: no connection within 10 s"));
    // It ends only when the connection does.
    assert!(serving.join().expect("it has served").starts_with(b"CONNECT\n"));
}

#[test]
fn tls_is_spoken_with_those_that_the_authority_vouches_for() {
    let Some(broker) = broker::shared() else { return };
    let client = Client::of(broker);
    client.exchange_and_queue("stomp-tls");
    let secure = |place: String, root_ca: Option<PathBuf>| Stomp {
        uris: vec![place],
        tls: true,
        root_ca,
        ..target(&[], "stomp-tls")
    };
    let (port, authority) = (broker.stomps().port(), broker.authority());
    for host in ["localhost", "127.0.0.1"] {
        tell(secure(format!("{host}:{port}"), Some(authority.clone())), &message(0)).expect("it is told");
        assert_eq!(client.take_bodies("stomp-tls"), [ADDRESS]);
    }
    let error =
        tell(secure(format!("localhost:{port}"), None), &message(0)).expect_err("an unknown authority");
    assert!(error.contains("UnknownIssuer"), "{error}");
    // Never a passcode in plain text to what does not speak TLS.
    let (plain, serving) = answer_one(b"CONNECTED\nversion:1.2\n\n\0");
    tell(secure(plain.to_string(), Some(authority)), &message(0)).expect_err("no TLS");
    assert_eq!(serving.join().expect("it has served").first(), Some(&0x16), "a record of a TLS handshake");
}
