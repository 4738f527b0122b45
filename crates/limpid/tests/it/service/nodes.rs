//! Several processes on one PostgreSQL and one S3: they share the work, and any of them may die.

use std::thread;

use limpid_testkit::{
    alpine::System,
    http::{Answer, Gate},
    postgres::Postgres,
    s3::{ACCESS_KEY, S3Server, SECRET_KEY},
};

use super::support::{Options, Origin, Service, eventually, hash};
use crate::support::Place;

/// Nodes of this number on one database and one storage, each on a data directory of its own.
fn nodes(postgres: &Postgres, s3: &S3Server, number: usize) -> Vec<Options> {
    let shared =
        format!("[database]\nurl = \"{}\"\n[blobs]\nurl = \"{}\"\n", postgres.database(), s3.blobs("limpid"));
    let node = |number| {
        Options::new(&format!("node{number}"))
            .with(&shared)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            // A dead node is noticed soon.
            .env("LIMPID_TEST_LEASE", "4")
    };
    (0..number).map(node).collect()
}

fn image(number: usize) -> System {
    System::alpine("3.16.0").package("musl", "1.2.3-r0", "musl").file("app/number", number.to_string())
}

#[test]
fn what_one_node_indexed_and_updated_all_nodes_know() {
    let Some(postgres) = Postgres::shared() else { return };
    let s3 = S3Server::start();
    let (place, origin) = (Place::new(), Origin::start());
    place.mirror().alpine("v3.16", "main", &[("musl", "1.2.3-r9", &["CVE-2025-26519"])]);
    let nodes: Vec<Service> =
        nodes(postgres, &s3, 3).iter().map(|options| Service::start(&place, options)).collect();
    let state = nodes[0].index_state();
    let manifests: Vec<_> = (0..30).map(|number| origin.offer(&image(number).image())).collect();
    // Every node is asked for every manifest, all at once.
    thread::scope(|scope| {
        for node in &nodes {
            for manifest in &manifests {
                scope.spawn(move || node.index(manifest));
            }
        }
    });
    assert_eq!(origin.requests(), 30, "each layer was fetched once");
    for node in &nodes {
        assert_eq!(node.index_state(), state);
        node.loaded();
        for manifest in &manifests {
            let report = eventually("each node judges by the same data", || {
                let report = node.report(manifest);
                (report["verdict"] == "vulnerable").then_some(report)
            });
            assert_eq!(report["findings"][0]["id"], "CVE-2025-26519");
        }
    }
}

#[test]
fn a_node_that_dies_while_it_reads_a_layer_is_replaced_by_another() {
    let Some(postgres) = Postgres::shared() else { return };
    let s3 = S3Server::start();
    let (place, origin) = (Place::new(), Origin::start());
    let image = image(0).image();
    let manifest = origin.offer(&image);
    let gate = Gate::default();
    let layer = format!("/blobs/sha256/{}", image.layer_digests()[0].hex());
    origin.server().answer(&layer, Answer::ok("never read").held_by(&gate));
    let [first, second] = nodes(postgres, &s3, 2).try_into().unwrap();
    let dying = Service::start(&place, &first);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| dying.try_post("/indexer/api/v1/index_report", &manifest));
        eventually("the layer is asked for", || (origin.requests() > 0).then_some(()));
        kill(&dying);
        assert!(waiting.join().unwrap().is_err());
    });
    origin.offer(&image);
    let living = Service::start(&place, &second);
    let path = format!("/indexer/api/v1/index_report/{}", hash(&manifest));
    eventually("the other node finishes the work", || {
        let answered = living.get(&path).has(200).json();
        (answered["state"] == "IndexFinished").then_some(())
    });
    gate.open();
}

fn kill(service: &Service) {
    let id = service.id().to_string();
    assert!(std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
}

#[test]
fn a_node_without_its_database_says_so_and_goes_on_when_it_is_back() {
    let Some(postgres) = Postgres::start() else { return };
    let s3 = S3Server::start();
    let (place, origin) = (Place::new(), Origin::start());
    let manifest = origin.offer(&image(0).image());
    let [options] = nodes(&postgres, &s3, 1).try_into().unwrap();
    let node = Service::start(&place, &options);
    node.index(&manifest);
    postgres.stop();
    let ready =
        || reqwest::blocking::get(format!("{}/readyz", node.introspection)).unwrap().status().as_u16();
    eventually("it is not ready any more", || (ready() == 503).then_some(()));
    let path = format!("/indexer/api/v1/index_report/{}", hash(&manifest));
    // Neither 400 nor 404, which a client would take for an answer.
    assert_eq!(node.get(&path).status, 503);
    postgres.start_again();
    eventually("it is ready again", || (ready() == 200).then_some(()));
    node.get(&path).has(200);
    node.index(&origin.offer(&image(1).image()));
}
