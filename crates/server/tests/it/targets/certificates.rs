//! Brokers that want to see a certificate.

use limpid_server::configuration::{Amqp, Stomp, Tls};
use limpid_testkit::rabbitmq::RabbitMq;

use super::{ADDRESS, amqp, broker::Client, message, stomp};

#[test]
fn a_broker_that_wants_a_certificate_is_shown_it() {
    let Some(broker) = RabbitMq::start_for_certificates() else { return };
    let client = Client::of(&broker);
    client.exchange_and_queue("certificates");
    let [certificate, key] = broker.client();
    let shown = Tls { certificate, key: key.clone() };
    let uri = format!("amqps://guest:guest@localhost:{}", broker.amqps().port());
    let by_amqp = |client: Option<Tls>| {
        let root_ca = Some(broker.authority());
        amqp::tell(
            Amqp { root_ca, client, ..amqp::target(std::slice::from_ref(&uri), "certificates") },
            &message(0),
        )
    };
    let by_stomp = |client: Option<Tls>| {
        let (uris, root_ca) =
            (vec![format!("localhost:{}", broker.stomps().port())], Some(broker.authority()));
        stomp::tell(
            Stomp { uris, tls: true, root_ca, client, ..stomp::target(&[], "certificates") },
            &message(0),
        )
    };
    for tell in [&by_amqp as &dyn Fn(Option<Tls>) -> Result<(), String>, &by_stomp] {
        tell(Some(shown.clone())).expect("it is told");
        assert_eq!(client.take_bodies("certificates"), [ADDRESS]);
        tell(None).expect_err("no certificate");
        assert!(client.take_bodies("certificates").is_empty());
        let not_one = Tls { certificate: key.clone(), key: key.clone() };
        let error = tell(Some(not_one)).expect_err("a key is no certificate");
        assert_eq!(
            error,
            format!("the client certificate {} cannot be read: it has no certificate", key.display())
        );
    }
}

#[test]
fn the_virtual_host_of_stomp_is_the_configured_one() {
    let Some(broker) = super::broker::shared() else { return };
    let elsewhere =
        Stomp { virtual_host: "elsewhere".to_owned(), ..stomp::target(&[broker.stomp()], "virtual-host") };
    let error = stomp::tell(elsewhere, &message(0)).expect_err("RabbitMQ has no such virtual host");
    assert!(error.contains("elsewhere") || error.contains("Virtual host"), "{error}");
}
