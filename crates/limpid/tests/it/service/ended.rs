//! Ending in order, and starting where another process is.

use std::thread;

use limpid_testkit::{
    alpine::System,
    http::{Answer, Gate},
};

use super::support::{Options, Origin, Service, eventually, hash};
use crate::support::Place;

#[test]
fn a_process_that_is_told_to_end_answers_who_waits_and_gives_its_work_back() {
    let (place, origin) = (Place::new(), Origin::start());
    let image = System::alpine("3.20.0").package("musl", "1.2.5-r0", "musl").image();
    let manifest = origin.offer(&image);
    let gate = Gate::default();
    let layer = format!("/blobs/sha256/{}", image.layer_digests()[0].hex());
    origin.server().answer(&layer, Answer::ok("never read").held_by(&gate));
    let options = Options::new("node");
    let service = Service::start(&place, &options);
    let ready = format!("{}/readyz", service.introspection);
    assert_eq!(reqwest::blocking::get(&ready).unwrap().status(), 200);
    let answered = thread::scope(|scope| {
        let waiting = scope.spawn(|| service.post("/indexer/api/v1/index_report", &manifest));
        eventually("the layer is asked for", || (origin.requests() > 0).then_some(()));
        service.terminate();
        waiting.join().unwrap()
    });
    // Not 400, which Quay would take for good.
    assert_eq!(answered.status, 503, "{answered:?}");
    gate.open();
    assert_eq!(service.ended(), Some(0));

    origin.offer(&image);
    let service = Service::start(&place, &options);
    let path = format!("/indexer/api/v1/index_report/{}", hash(&manifest));
    eventually("the next process finishes the work", || {
        let answered = service.get(&path).has(200).json();
        (answered["state"] == "IndexFinished").then_some(())
    });
}

#[test]
fn two_processes_never_share_a_data_directory() {
    let place = Place::new();
    let options = Options::new("node");
    let _first = Service::start(&place, &options);
    let said = Service::spawn(&place, &options).err().unwrap();
    assert!(said.contains("another limpid serve uses this data directory"), "{said}");
}
