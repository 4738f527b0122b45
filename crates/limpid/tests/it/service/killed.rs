//! Killed at every stage: nothing is lost, nothing is half visible, nothing is delivered never.

use limpid_server::fault::POINTS;
use limpid_testkit::{
    alpine::System,
    http::{Answer, Server},
};
use serde_json::Value;

use super::support::{Options, Origin, Program, Service, eventually, hash};
use crate::support::Place;

/// The points of work whose name begins so. The list of all points is the program's own, so a new one is tested too.
fn points(work: &str) -> Vec<&'static str> {
    let points: Vec<_> = POINTS.iter().copied().filter(|point| point.starts_with(work)).collect();
    assert!(!points.is_empty());
    points
}

#[test]
fn every_point_is_tested() {
    let tested = ["index: ", "update: ", "changes: ", "deliver: ", "re-index: ", "push: "];
    for point in POINTS {
        assert!(tested.iter().any(|work| point.starts_with(work)), "{point}");
    }
}

fn image() -> System {
    System::alpine("3.16.0")
        .package("libcrypto1.1", "1.1.1n-r0", "openssl")
        .package("musl", "1.2.3-r0", "musl")
}

/// What a report is a function of, and what it says: all but when it was made.
fn told(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("observed").unwrap();
    report
}

fn waits_for_its_end(service: Service, point: &str) {
    assert_eq!(service.ended(), None, "{point}: the process was ended by a signal");
}

#[test]
fn an_index_that_is_killed_is_finished_by_the_next_process() {
    let (place, origin) = (Place::new(), Origin::start());
    let manifest = origin.offer(&image().image());
    let path = format!("/api/v1/manifests/{}/index", hash(&manifest));
    let undisturbed = Service::start(&place, &Options::new("undisturbed"));
    undisturbed.index(&manifest);
    let expected = undisturbed.get(&path).has(200).json();
    for (number, point) in points("index: ").into_iter().enumerate() {
        let options = Options::new(&format!("node{number}"));
        let service = Service::start(&place, &options.clone().env("LIMPID_TEST_FAULT", point));
        assert!(service.try_post("/indexer/api/v1/index_report", &manifest).is_err(), "{point}");
        waits_for_its_end(service, point);
        let service = Service::start(&place, &options);
        let report = eventually(point, || {
            let answered = service.get(&path);
            (answered.status == 200).then(|| answered.json())
        });
        assert_eq!(report, expected, "{point}");
    }
}

#[test]
fn a_re_index_that_is_killed_leaves_the_report_before_and_is_finished_by_the_next_process() {
    let (place, origin) = (Place::new(), Origin::start());
    let image = image().image();
    let manifest = origin.offer(&image);
    for (number, point) in points("re-index: ").into_iter().enumerate() {
        let options = Options::new(&format!("node{number}"));
        let earlier = Service::start(&place, &options.clone().program(Program::Earlier));
        let before = earlier.index(&manifest).header("etag").to_owned();
        earlier.kill();
        let killed = Service::start(&place, &options.clone().env("LIMPID_TEST_FAULT", point));
        waits_for_its_end(killed, point);
        let service = Service::start(&place, &options);
        let today = format!("\"{}\"", service.index_state());
        let path = format!("/indexer/api/v1/index_report/{}", hash(&manifest));
        eventually(point, || {
            let answered = service.get(&path).has(200);
            let tag = answered.header("etag").to_owned();
            assert!(tag == before || tag == today, "{point}: {tag}");
            assert_eq!(answered.json()["state"], "IndexFinished");
            (tag == today).then_some(())
        });
    }
}

#[test]
fn an_update_that_is_killed_is_visible_as_a_whole_or_not_at_all() {
    let (place, origin) = (Place::new(), Origin::start());
    let manifest = origin.offer(&image().image());
    let mirror = place.mirror();
    for (number, point) in points("update: ").into_iter().enumerate() {
        mirror.alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
        let options = Options::new(&format!("node{number}"));
        let service = Service::start(&place, &options);
        service.loaded();
        service.index(&manifest);
        let before = told(service.report(&manifest));
        service.terminate();
        assert_eq!(service.ended(), Some(0), "{point}");

        mirror.alpine(
            "v3.16",
            "main",
            &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"]), ("musl", "1.2.3-r9", &["CVE-2025-26519"])],
        );
        let service = Service::start(&place, &options.clone().env("LIMPID_TEST_FAULT", point));
        // The process may be gone before it answers.
        drop(service.try_post("/api/v1/updates", &serde_json::json!({})));
        waits_for_its_end(service, point);
        let service = Service::start(&place, &options);
        let after = eventually(point, || {
            let report = told(service.report(&manifest));
            let findings = report["findings"].as_array().unwrap().len();
            assert!(findings == 2 || report == before, "{point}: {report:#}");
            if findings != 2 {
                service.update();
            }
            (findings == 2).then_some(report)
        });
        assert_eq!(after["findings"].as_array().unwrap().len(), 2, "{point}");
    }
}

#[test]
fn a_change_is_delivered_whenever_the_process_is_killed() {
    let (place, origin) = (Place::new(), Origin::start());
    let manifest = origin.offer(&image().image());
    let mirror = place.mirror();
    let all = [points("changes: "), points("deliver: ")].concat();
    for (number, point) in all.into_iter().enumerate() {
        let target = Server::start();
        target.answer("/hook", Answer::ok("Okay"));
        let hook = format!(
            "[notifier]\nsummary = false\n[notifier.webhook.quay]\ntarget = \"{}/hook\"\nallow_networks = [\"127.0.0.0/8\"]\n",
            target.url()
        );
        let options = Options::new(&format!("node{number}")).with(&hook);
        mirror.alpine("v3.16", "main", &[("openssl", "1.1.1a-r0", &["CVE-2018-1"])]);
        let service = Service::start(&place, &options);
        service.loaded();
        service.index(&manifest);
        service.terminate();
        assert_eq!(service.ended(), Some(0), "{point}");
        assert!(target.take_requests().is_empty(), "{point}: the first operation of a feed tells nobody");

        mirror.alpine(
            "v3.16",
            "main",
            &[
                ("openssl", "1.1.1a-r0", &["CVE-2018-1"]),
                ("musl", "1.2.3-r9", &["CVE-2025-26519", "CVE-2025-26520"]),
            ],
        );
        // Each of the two entries in a transaction of its own.
        let options = options.env("LIMPID_TEST_PART", "1");
        let service = Service::start(&place, &options.clone().env("LIMPID_TEST_FAULT", point));
        drop(service.try_post("/api/v1/updates", &serde_json::json!({})));
        waits_for_its_end(service, point);
        let service = Service::start(&place, &options);
        for listed in
            service.get("/api/v1/notifications").has(200).json()["notifications"].as_array().unwrap()
        {
            let id = listed["id"].as_str().unwrap();
            let page = service.get(&format!("/notifier/api/v1/notification/{id}")).has(200).json();
            assert_eq!(page["notifications"].as_array().unwrap().len(), 2, "{point}: half a notification");
        }
        let mut told: Vec<Vec<u8>> = target.take_requests().into_iter().map(|request| request.body).collect();
        eventually(point, || {
            told.extend(target.take_requests().into_iter().map(|request| request.body));
            (!told.is_empty()).then_some(())
        });
        // Perhaps twice, but of one notification.
        told.dedup();
        let [told] = told.try_into().unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        let id = told["notification_id"].as_str().unwrap();
        let page = service.get(&format!("/notifier/api/v1/notification/{id}")).has(200).json();
        let entries = page["notifications"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry["manifest"] == manifest["hash"]), "{point}");
        let mut names: Vec<_> = entries.iter().map(|entry| &entry["vulnerability"]["name"]).collect();
        names.sort_by_key(|name| name.to_string());
        assert_eq!(names, ["CVE-2025-26519", "CVE-2025-26520"], "{point}: {page:#}");
    }
}
