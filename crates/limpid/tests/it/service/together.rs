//! Many who ask for the same at the same time.

use std::thread;

use limpid_testkit::alpine::System;

use super::support::{Options, Origin, Service};
use crate::support::Place;

#[test]
fn two_hundred_submissions_of_one_manifest_are_one_execution_and_equal_answers() {
    let (place, origin) = (Place::new(), Origin::start());
    let image = System::alpine("3.20.0").package("musl", "1.2.5-r0", "musl").image();
    let manifest = origin.offer(&image);
    let service = Service::start(&place, &Options::new("node"));
    let answers: Vec<_> = thread::scope(|scope| {
        let submitters: Vec<_> = (0..200).map(|_| scope.spawn(|| service.index(&manifest))).collect();
        submitters.into_iter().map(|submitter| submitter.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 200);
    for answer in &answers {
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.header("etag"), answers[0].header("etag"));
    }
    assert_eq!(origin.requests(), 1, "the layer was fetched once");
    let metrics =
        reqwest::blocking::get(format!("{}/metrics", service.introspection)).unwrap().text().unwrap();
    let executed = metrics.lines().find(|line| line.starts_with("limpid_index_executions_total"));
    assert_eq!(executed, Some("limpid_index_executions_total{result=\"success\"} 1"), "{metrics}");
}
