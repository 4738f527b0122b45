//! Updates from a web server: what is asked, and what is not asked again.

use std::{process::Stdio, thread, time::Instant};

use limpid_testkit::{
    alpine::{System, security_database},
    http::{Answer, Server},
};
use serde_json::json;

use crate::support::{Place, clean, findings, vulnerable};

const ROOT: &str = "/secdb.alpinelinux.org/";

fn path(release: &str, repository: &str) -> String {
    format!("{ROOT}{release}/{repository}.json")
}

/// Serves two releases, and a listing of them.
fn served() -> Server {
    let server = Server::start();
    let page = r#"<html><a href="../">../</a><a href="v3.98/">v3.98/</a><a href="v3.99/">v3.99/</a></html>"#;
    server.answer(ROOT, Answer::ok(page).header("Content-Type", "text/html"));
    for release in ["v3.98", "v3.99"] {
        publish(&server, release, "main", &["CVE-2099-0001"], "1");
        publish(&server, release, "community", &["CVE-2099-0006"], "1");
    }
    server
}

fn publish(server: &Server, release: &str, repository: &str, identifiers: &[&str], etag: &str) {
    let document = security_database(release, repository, &[("busybox", "1.36.1-r0", identifiers)]);
    let answer = Answer::ok(document.to_string()).header("ETag", &format!("\"{etag}\""));
    server.answer(&path(release, repository), answer);
}

/// `METHOD PATH` of the requests since the last call, sorted.
fn asked(server: &Server) -> Vec<String> {
    let requests = server.take_requests().into_iter();
    let mut asked: Vec<String> =
        requests.map(|request| format!("{} {}", request.method, request.path)).collect();
    asked.sort();
    asked
}

#[test]
fn an_update_asks_conditionally() {
    let (place, server) = (Place::new(), served());
    let update = format!("db update alpine --mirror {}", server.url());
    let ran = place.run(&update).ended(0);
    assert_eq!(
        ran.stdout,
        "alpine/v3.98/community  loaded, 1 records\nalpine/v3.98/main       loaded, 1 records\n\
         alpine/v3.99/community  loaded, 1 records\nalpine/v3.99/main       loaded, 1 records\n"
    );
    server.take_requests();
    let ran = place.run(&update).ended(0);
    assert_eq!(ran.stdout.matches("unchanged").count(), 4, "{ran:#?}");
    let documents: Vec<_> =
        server.take_requests().into_iter().filter(|one| one.method == "GET" && one.path != ROOT).collect();
    assert_eq!(documents.len(), 4);
    assert!(documents.iter().all(|one| one.headers.get("if-none-match").is_some_and(|etag| etag == "\"1\"")));

    publish(&server, "v3.99", "main", &["CVE-2099-0001", "CVE-2099-0002"], "2");
    let ran = place.run(&update).ended(0);
    assert!(ran.stdout.contains("alpine/v3.99/main       updated, 2 records"), "{ran:#?}");
    assert_eq!(ran.stdout.matches("unchanged").count(), 3);
}

#[test]
fn one_feed_or_the_beginning_of_names_is_updated_alone() {
    let (place, server) = (Place::new(), served());
    for (feeds, count) in
        [("alpine/v3.99/main", 1), ("alpine/v3.98", 2), ("alpine/v3.98 alpine/v3.99/main", 3)]
    {
        let ran = place.run(&format!("db update {feeds} --mirror {}", server.url())).ended(0);
        assert_eq!(ran.stdout.lines().count(), count, "{feeds}: {ran:#?}");
    }
    let ran = place.run(&format!("db update alpine/v3.97 --mirror {}", server.url())).ended(2);
    assert!(ran.stderr.contains("there is no feed alpine/v3.97"), "{ran:#?}");
}

#[test]
fn a_scan_fetches_the_feeds_that_it_needs_and_no_others() {
    let (place, server) = (Place::new(), served());
    let image = place.image("app.tar", &vulnerable());
    let scan = format!("scan {image} --format json --mirror {}", server.url());
    let report = place.run(&scan).ended(0).json();
    assert_eq!(findings(&report).len(), 4);
    // The first is not there: what was known when the program was built stands.
    let feeds = ["community", "main"].map(|part| path("v3.99", part));
    let end = "/endoflife.date/api/v1/products/alpine-linux/".to_owned();
    let expected: Vec<String> = [end].into_iter().chain(feeds).map(|path| format!("GET {path}")).collect();
    assert_eq!(asked(&server), expected);
    // A fleet of scans shares one look.
    place.run(&scan).ended(0);
    assert_eq!(asked(&server), [""; 0]);
    // Whoever says so is not asked for anything; nor is there anything to ask about nothing.
    place.run(&format!("{scan} --offline")).ended(0);
    let scratch = place.image("scratch.tar", &System::undeclared().file("hello", "hello"));
    place.run(&format!("scan {scratch} --mirror {}", server.url())).ended(3);
    assert_eq!(asked(&server), [""; 0]);
}

#[test]
fn a_feed_that_cannot_be_had_is_a_warning_and_a_blind_spot() {
    let (place, server) = (Place::new(), served());
    server.answer(&path("v3.99", "community"), Answer::status(403));
    let image = place.image("app.tar", &clean());
    let ran = place.run(&format!("scan {image} --format json --mirror {}", server.url())).ended(3);
    assert!(
        ran.stderr.contains("warning: alpine/v3.99/community was not updated: ")
            && ran.stderr.contains("403"),
        "{ran:#?}"
    );
    let report = ran.json();
    assert_eq!(report["blind_spots"][0]["reason"], "feed-not-loaded");
    assert_eq!(report["blind_spots"][0]["subject"], "alpine/v3.99/community");
    let ran = place.run(&format!("scan {image} --quiet --format json --mirror {}", server.url())).ended(3);
    assert_eq!(ran.stderr, "");
    // An update looks first whether it is there.
    server.answers(&path("v3.99", "community"), [Answer::ok(""), Answer::status(403)]);
    let ran = place.run(&format!("db update alpine/v3.99 --mirror {}", server.url())).ended(2);
    let rows: Vec<&str> = ran.stdout.lines().collect();
    assert!(rows[0].starts_with("alpine/v3.99/community  failed: ") && rows[0].contains("403"), "{ran:#?}");
    assert_eq!(rows[1], "alpine/v3.99/main       unchanged", "the other one is not held up");
    // Once it can be had, nothing else has to be done.
    publish(&server, "v3.99", "community", &["CVE-2099-0006"], "1");
    place.run(&format!("scan {image} --mirror {}", server.url())).ended(0);
}

#[test]
fn a_document_that_ends_early_is_not_taken() {
    let (place, server) = (Place::new(), served());
    let update = format!("db update alpine/v3.99 --mirror {}", server.url());
    place.run(&update).ended(0);
    let document =
        security_database("v3.99", "main", &[("busybox", "1.36.1-r0", &["CVE-2099-0001"])]).to_string();
    server.answer(&path("v3.99", "main"), Answer::ok(document).cut_off(20));
    let ran = place.run(&update).ended(3);
    assert!(ran.stdout.contains("cut off"), "{ran:#?}");
    let status = place.run("db status alpine/v3.99/main --format json").ended(0).json();
    assert_eq!(status["feeds"]["alpine/v3.99/main"]["records"], 1);
}

#[test]
fn the_status_says_what_is_here() {
    let (place, server) = (Place::new(), served());
    let empty = place.run("db status --format json").ended(0).json();
    assert_eq!((&empty["feeds"], &empty["namespaces"]), (&json!({}), &json!({})));
    place.run(&format!("db update alpine/v3.99 --mirror {}", server.url())).ended(0);
    let status = place.run("db status --format json").ended(0).json();
    assert_eq!(status["namespaces"], json!({"Alpine:v3.99": 2}));
    assert_eq!(status["discoveries"]["alpine"]["feeds"], 4);
    assert_ne!(status["catalog"], empty["catalog"]);
    let feed = &status["feeds"]["alpine/v3.99/main"];
    assert_eq!(feed["condition"], "fresh");
    assert_eq!((&feed["records"], &feed["operations"]), (&json!(1), &json!(1)));
    assert_eq!(feed["coverage"], json!({"Alpine:v3.99": 1}));
    assert_eq!(
        (&feed["quarantined"], &feed["failure"], &feed["acceptable"]),
        (&json!(null), &json!(null), &json!(false))
    );
    // Upstream has the other release too; it was not asked for.
    assert_eq!(status["feeds"]["alpine/v3.98/main"]["condition"], "not-loaded");

    let one = place.run("db status alpine/v3.99/main --format json").ended(0).json();
    assert_eq!(one["feeds"].as_object().unwrap().len(), 1);
    let table = place.run("db status").ended(0).stdout;
    assert!(
        table.lines().any(|line| line.contains("alpine/v3.99/main") && line.contains("fresh")),
        "{table}"
    );
}

#[test]
fn the_past_is_asked_of_nobody() {
    let (place, server) = (Place::new(), served());
    let image = place.image("app.tar", &vulnerable());
    place.run(&format!("scan {image} --as-of 2099-01-01 --mirror {}", server.url())).ended(3);
    place
        .run(&format!("compare {image} --as-of 2098-01-01 --as-of 2099-01-01 --mirror {}", server.url()))
        .ended(0);
    assert_eq!(asked(&server), [""; 0]);
}

#[test]
fn several_updates_at_once_share_the_work() {
    let (place, server) = (Place::new(), served());
    let update = format!("db update alpine --mirror {}", server.url());
    let children: Vec<_> =
        (0..6).map(|_| place.command(&update).stdout(std::process::Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let status = place.run("db status --format json").ended(0).json();
    assert_eq!(status["namespaces"], json!({"Alpine:v3.98": 2, "Alpine:v3.99": 2}));
    assert!(status["feeds"].as_object().unwrap().values().all(|feed| feed["operations"] == 1));
}

#[test]
fn an_update_that_is_killed_leaves_one_whole_catalog_in_force() {
    let place = Place::new();
    // One identifier more each time: fewer would look wrong.
    let publish = |count: usize| {
        let identifiers: Vec<String> = (0..count).map(|number| format!("CVE-2099-{number:04}")).collect();
        let identifiers: Vec<&str> = identifiers.iter().map(String::as_str).collect();
        place.mirror().alpine("v3.99", "main", &[("busybox", "1.36.1-r0", &identifiers)]);
    };
    publish(1);
    place.mirror().alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    let begun = Instant::now();
    place.update().ended(0);
    let whole = begun.elapsed();
    let system = System::alpine("3.99.1").package("busybox", "1.36.0-r1", "busybox");
    let image = place.image("app.tar", &system);
    let found = || findings(&place.report(&image)).len();
    assert_eq!(found(), 1);
    for turn in 1..17 {
        publish(turn + 1);
        // The moment is what is tried: one after the other over the time that a whole update takes.
        let mut child = place
            .command(&format!("db update alpine --mirror {}", place.path("mirror").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(whole.mul_f64(turn as f64 / 17.0));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!([turn, turn + 1].contains(&found()), "{turn}");
        place.update().ended(0);
        assert_eq!(found(), turn + 1, "the next update brings it up to date");
    }
}

#[test]
fn a_document_that_upstream_refuses_fails_alone_and_is_no_feed_that_is_not_there() {
    let (place, server) = (Place::new(), served());
    server.answer(&path("v3.98", "main"), Answer::status(403));
    let ran = place.run(&format!("db update alpine --mirror {}", server.url())).ended(2);
    assert!(ran.stdout.contains("v3.98/main.json: HTTP 403"), "{ran:#?}");
    assert!(ran.stdout.contains("alpine/v3.99/main       loaded"), "{ran:#?}");
    let ran = place.run(&format!("db update alpine/v3.98/main --mirror {}", server.url())).ended(2);
    assert!(ran.stdout.contains("403") && !ran.stderr.contains("there is no feed"), "{ran:#?}");
    let ran = place.run(&format!("db update plan9 --mirror {}", server.url())).ended(2);
    assert!(ran.stderr.contains("there is no feed plan9"), "{ran:#?}");
}
