//! Notifications of repositories, at a real receiver.

use limpid_testkit::http::Answer;
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, vulnerable},
};

const ALL: &str = "/api/v1/repository/team/app/notification/";

fn subscribe(place: &Place, event: &str, path: &str, level: &Value) -> String {
    let url = format!("{}{path}", place.receiver.url());
    let wanted = json!({"event": event, "method": "webhook", "config": {"url": url}, "eventConfig": {"level": level},
        "title": "to us"});
    let told = place.ask("admin", "POST", ALL, &wanted).json(201);
    assert_eq!((&told["event"], &told["number_of_failures"]), (&json!(event), &json!(0)));
    told["uuid"].as_str().unwrap().to_owned()
}

/// Waits for the next event.
fn received(place: &Place) -> (String, Value) {
    place.eventually("an event", || {
        let mut waiting = place.waiting.borrow_mut();
        waiting.extend(place.receiver.take_requests());
        let request = waiting.pop_front()?;
        assert_eq!(
            (request.method.as_str(), &*request.headers["content-type"]),
            ("POST", "application/json")
        );
        Some((request.path, serde_json::from_slice(&request.body).unwrap()))
    })
}

fn repository(place: &Place) -> i64 {
    place.write(|tx| Ok(limpid_store::registry::make_repository(tx, "team/app")?.number))
}

#[test]
fn who_wants_it_is_told_of_each_new_vulnerability_once() {
    Place::on_each(|place| {
        repository(place);
        place.receiver.answer("/all", Answer::ok(""));
        place.receiver.answer("/high", Answer::ok(""));
        subscribe(place, "vulnerability_found", "/all", &json!("5"));
        // Alpine does not rate: nothing is high.
        subscribe(place, "vulnerability_found", "/high", &json!("1"));
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        place.summary(&digest);
        place.advise(FIXES);
        let (path, event) = received(place);
        let expected = json!({
            "repository": "team/app", "namespace": "team", "name": "app",
            "docker_url": "registry.test/team/app",
            "homepage": "https://registry.test/repository/team/app",
            "tags": ["1"],
            "vulnerability": {"id": "CVE-2099-0001", "description": event["vulnerability"]["description"],
                "link": event["vulnerability"]["link"], "priority": "Unknown", "has_fix": true},
            "limpid": {"digest": digest, "package": "busybox", "version": "1.36.0-r1", "fixed_in": "1.36.1-r0",
                "not_told": 0},
        });
        assert_eq!((path.as_str(), &event), ("/all", &expected));

        // A second one comes: the first is known.
        let more = [FIXES, &[("musl", "1.2.5-r0", &["CVE-2099-0009"] as &[_])]].concat();
        place.advise(&more);
        let (_, event) = received(place);
        assert_eq!(event["vulnerability"]["id"], "CVE-2099-0009");

        // A new image with the same findings: all of them, as of a first report.
        let second = place.push_system("team/app", "2", &vulnerable().file("etc/motd", "two"));
        let mut ids: Vec<Value> = Vec::new();
        while ids.len() < 2 {
            let (_, event) = received(place);
            assert_eq!((&event["tags"], &event["limpid"]["digest"]), (&json!(["2"]), &json!(second)));
            assert_eq!(event["vulnerable_index_report_created"], "true");
            ids.push(event["vulnerability"]["id"].clone());
        }
        ids.sort_by_key(Value::to_string);
        assert_eq!(ids, [json!("CVE-2099-0001"), json!("CVE-2099-0009")]);
        assert!(place.waiting.borrow().is_empty());
        assert_eq!(place.receiver.take_requests(), [], "nothing twice, and nobody who wants high ones");
    });
}

#[test]
fn pushes_are_told_and_a_receiver_that_is_gone_is_given_up_until_a_person_says_so() {
    Place::on_each(|place| {
        let number = repository(place);
        place.receiver.answer("/push", Answer::status(500));
        let id = subscribe(place, "repo_push", "/push", &Value::Null);
        let push = |tag: &str| {
            let tags = [tag.to_owned()];
            place.write(|tx| super::super::note_tagged(&place.engine, tx, number, "team/app", &tags));
            super::super::pushed(&place.engine);
        };
        let one = format!("{ALL}{id}");
        // Times to wait are over at once.
        let hurry = "UPDATE job SET run_at = 0 WHERE kind = 'tell' AND state = 'queued'";
        for failures in 1..=3 {
            push("latest");
            place.eventually("it is given up", || {
                place.write(|tx| tx.execute(hurry, &[]));
                (place.get(&one)["number_of_failures"] == failures).then_some(())
            });
        }
        let told = place.get(&one);
        assert_eq!(told["limpid"]["is_stopped"], true);
        assert!(told["limpid"]["error"].as_str().unwrap().ends_with("answers with status 500"), "{told}");
        assert_eq!(place.receiver.take_requests().len(), 9, "three attempts each");
        push("more");
        assert_eq!(place.write(|tx| tx.execute(hurry, &[])), 0, "nobody is told any more");
        place.receiver.answer("/push", Answer::ok(""));
        assert_eq!(place.ask("admin", "POST", &one, &Value::Null).status, 204);
        push("latest");
        let (_, event) = received(place);
        assert_eq!((&event["updated_tags"], &event["name"]), (&json!(["latest"]), &json!("app")));
        place.eventually("it is noted", || (place.get(&one)["limpid"]["error"] == "").then_some(()));

        place.ask("admin", "POST", &format!("{one}/test"), &Value::Null).json(200);
        assert_eq!(received(place).1["updated_tags"], json!(["latest"]));
        assert_eq!(place.get(ALL)["notifications"].as_array().unwrap().len(), 1);
        assert_eq!(place.ask("admin", "DELETE", &one, &Value::Null).status, 204);
        place.ask("admin", "GET", &one, &Value::Null).json(404);
    });
}

#[test]
fn what_cannot_be_sent_or_is_not_allowed_is_refused() {
    Place::on_each(|place| {
        repository(place);
        let wanted = |event: &str, method: &str, url: &str| json!({"event": event, "method": method, "config": {"url": url}, "eventConfig": {}});
        for wrong in [
            wanted("build_start", "webhook", "https://a.example/"),
            wanted("repo_push", "email", "https://a.example/"),
            wanted("repo_push", "webhook", "file:///etc/passwd"),
            wanted("repo_push", "webhook", ""),
        ] {
            place.ask("admin", "POST", ALL, &wrong).json(400);
        }
        // The policy is asked when it is sent: names lead elsewhere by then.
        let told =
            place.ask("admin", "POST", ALL, &wanted("repo_push", "webhook", "http://10.1.2.3/")).json(201);
        let test = format!("{ALL}{}/test", told["uuid"].as_str().unwrap());
        let refused = place.ask("admin", "POST", &test, &Value::Null).json(502);
        assert!(
            refused["message"].as_str().unwrap().contains("registry.webhooks.allow_networks"),
            "{refused}"
        );
        place.user("stranger");
        place.ask("stranger", "GET", ALL, &Value::Null).json(404);
    });
}
