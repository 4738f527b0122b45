//! The security of what is pushed, by HTTP: a client pushes, and others pull, are refused, warned, and told.

use std::time::{Duration, Instant};

use limpid_testkit::http::{Answer, Server};
use reqwest::{
    Method,
    blocking::{Client, Response},
};
use serde_json::{Value, json};

use crate::{
    pages::{PASSWORD, push, with_pages},
    service::{FIXES, Service},
};

/// How long something that comes by itself may take: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Place {
    _service: Service,
    base: String,
    client: Client,
}

impl Place {
    pub(crate) fn start() -> Self {
        let service = Service::configured(with_pages);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(service.advise(FIXES));
        let base = format!("http://{}", service.public());
        Self { _service: service, base, client: Client::new() }
    }

    pub(crate) fn ask(&self, who: &str, method: Method, path: &str, body: &Value) -> Response {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = request.basic_auth(who, Some(PASSWORD));
        let text = if body.is_null() { String::new() } else { body.to_string() };
        request.header("content-type", "application/json").body(text).send().unwrap()
    }

    #[track_caller]
    pub(crate) fn done(&self, method: Method, path: &str, body: &Value) -> Response {
        let response = self.ask("admin", method, path, body);
        assert!(response.status().is_success(), "{} {:?}", response.status(), response.text());
        response
    }

    pub(crate) fn repository(&self) {
        push(self.base.strip_prefix("http://").unwrap());
    }

    pub(crate) fn tag(&self) -> Value {
        let listed = self.done(Method::GET, "/api/v1/repository/library/demo/tag/", &Value::Null);
        value(listed)["tags"][0].clone()
    }

    fn gate(&self, policy: &Value) {
        self.done(Method::PUT, "/api/v1/namespaces/library/gate", policy);
    }
}

#[track_caller]
pub(crate) fn value(response: Response) -> Value {
    serde_json::from_str(&response.text().unwrap()).unwrap()
}

#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        // Keeps the wait from being a busy one.
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_pushed_is_judged_and_the_gate_names_what_it_refuses() {
    let place = Place::start();
    place.repository();
    let tag = eventually("it is judged", || {
        Some(place.tag()).filter(|tag| tag["limpid"]["summary"]["verdict"] == "vulnerable")
    });
    let digest = tag["manifest_digest"].as_str().unwrap().to_owned();
    assert_eq!((&tag["name"], &tag["limpid"]["state"]["status"]), (&json!("1"), &json!("indexed")));
    place.done(Method::POST, "/api/v1/users", &json!({"name": "reader", "password": PASSWORD}));
    let granted = "/api/v1/namespaces/library/permissions/users/reader";
    place.done(Method::PUT, granted, &json!({"role": "reader"}));

    let pull = |who: &str, method: Method, reference: &str| {
        place.ask(who, method, &format!("/v2/library/demo/manifests/{reference}"), &Value::Null)
    };
    assert_eq!(pull("reader", Method::GET, "1").status(), 200);
    place.gate(&json!({"mode": "warn", "severity": "unknown"}));
    let warned = pull("reader", Method::HEAD, "1");
    let warning = warned.headers()["warning"].to_str().unwrap();
    assert!(warned.status() == 200 && warning.contains("CVE-2099-0001"), "{warning}");

    place.gate(&json!({"mode": "refuse", "severity": "unknown"}));
    for reference in ["1", digest.as_str()] {
        assert_eq!(pull("reader", Method::HEAD, reference).status(), 403);
        let refused = pull("reader", Method::GET, reference);
        assert_eq!(refused.status(), 403);
        let body = value(refused);
        let error = &body["errors"][0];
        assert_eq!(error["code"], "DENIED");
        assert_eq!(error["detail"]["causes"][0]["id"], "CVE-2099-0001");
        assert!(error["message"].as_str().unwrap().contains("fixed in 1.36.1-r0"), "{error}");
    }
    assert_eq!(pull("admin", Method::GET, "1").status(), 200, "who may push could not mend it otherwise");
    // One who has it already is refused as well.
    let known = place
        .client
        .get(format!("{}/v2/library/demo/manifests/1", place.base))
        .basic_auth("reader", Some(PASSWORD))
        .header("if-none-match", format!("\"{digest}\""))
        .send()
        .unwrap();
    assert_eq!(known.status(), 403);
    let exception = json!({"id": "CVE-2099-0001", "reason": "for a test"});
    place.gate(&json!({"mode": "refuse", "severity": "unknown", "allow": [exception]}));
    assert_eq!(pull("reader", Method::GET, "1").status(), 200);
}

#[test]
fn a_push_is_told_and_so_is_what_is_found_in_it() {
    let place = Place::start();
    let receiver = Server::start();
    receiver.answer("/push", Answer::ok(""));
    receiver.answer("/found", Answer::ok(""));
    place.repository();
    eventually("it is judged", || {
        (place.tag()["limpid"]["summary"]["verdict"] == "vulnerable").then_some(())
    });
    for (event, path) in [("repo_push", "/push"), ("vulnerability_found", "/found")] {
        let config = json!({"url": format!("{}{path}", receiver.url())});
        let wanted =
            json!({"event": event, "method": "webhook", "config": config, "eventConfig": {"level": "5"}});
        place.done(Method::POST, "/api/v1/repository/library/demo/notification/", &wanted);
    }
    // The same image again: a push is a push, and what is known of it is not new.
    place.repository();
    let told = eventually("it is told", || receiver.take_requests().into_iter().next());
    let event: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!((told.path.as_str(), &event["updated_tags"]), ("/push", &json!(["1"])));
    assert_eq!(event["repository"], "library/demo");
}
