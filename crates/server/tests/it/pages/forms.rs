//! The forms of pages, as a browser without scripts sends them, and the policy of every answer.

use std::collections::BTreeSet;

use reqwest::{
    Method,
    blocking::{Client, Response},
    redirect::Policy,
};

use super::{PASSWORD, service, texts};
use crate::service::Service;

/// A browser that is not followed by scripts: it keeps one cookie, and says where its forms come from.
struct Visitor {
    client: Client,
    base: String,
    cookie: String,
    site: &'static str,
}

impl Visitor {
    fn of(service: &Service) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let base = format!("http://{}", service.public());
        Self { client, base, cookie: String::new(), site: "same-origin" }
    }

    fn ask(&self, method: Method, path: &str, body: Option<String>) -> Response {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("accept", "text/html")
            .header("sec-fetch-site", self.site)
            .header("cookie", &self.cookie);
        if let Some(body) = body {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let response = request.send().unwrap();
        guarded(path, &response);
        response
    }

    fn get(&self, path: &str) -> (u16, String) {
        let response = self.ask(Method::GET, path, None);
        (response.status().as_u16(), response.text().unwrap())
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.ask(Method::POST, path, Some(body.finish()))
    }

    /// Sends a form that does something and leads on.
    #[track_caller]
    fn does(&self, path: &str, fields: &[(&str, &str)]) {
        let response = self.post(path, fields);
        assert_eq!(
            response.status().as_u16(),
            303,
            "{fields:?}: {:?}",
            texts(&response.text().unwrap(), "main")
        );
    }

    fn sign_in(&mut self, name: &str, password: &str) -> u16 {
        let response = self.post("/sign-in", &[("name", name), ("password", password), ("to", "/feeds")]);
        let status = response.status().as_u16();
        if status == 303 {
            assert_eq!(response.headers()["location"], "/feeds");
            let cookie = response.headers()["set-cookie"].to_str().unwrap();
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        status
    }
}

/// Nothing is answered to a browser without the policy; a page of an account is kept by nobody.
#[track_caller]
fn guarded(path: &str, response: &Response) {
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .unwrap_or_else(|| panic!("{path}: no {name}"))
            .to_str()
            .unwrap()
            .to_owned()
    };
    if path.starts_with("/assets/") && response.status().is_success() {
        assert!(header("cache-control").contains("immutable"));
        return;
    }
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "same-origin");
}

#[test]
fn who_is_not_signed_in_is_led_to_it_and_told_nothing() {
    let service = service();
    let mut visitor = Visitor::of(&service);
    for path in ["/feeds", "/jobs", "/administration", "/repository/library/demo/-/tags", "/account"] {
        let response = visitor.ask(Method::GET, path, None);
        assert_eq!(response.status().as_u16(), 303, "{path}");
        let to = response.headers()["location"].to_str().unwrap().to_owned();
        assert!(to.starts_with("/sign-in?to=%2F"), "{to}");
    }
    assert_eq!(visitor.get("/repositories").0, 200);
    assert!(!visitor.get("/repositories").1.contains("library/demo"));
    // What is not there is as what is not to be seen.
    let missing = visitor.ask(Method::GET, "/repository/library/missing/-/tags", None).status().as_u16();
    assert_eq!(missing, 303);
    assert_eq!(visitor.get("/nothing/here").0, 404);
    assert_eq!(visitor.get("/assets/script.0000000000000000.js").0, 404);
    assert_eq!(visitor.sign_in("admin", "wrong"), 401);
    assert_eq!(visitor.sign_in("nobody<script>", "wrong"), 401);
    let page = visitor.get("/sign-in?to=//evil.example").1;
    assert!(page.contains("name=\"to\" value=\"/\""));
    visitor.site = "cross-site";
    assert_eq!(visitor.sign_in("admin", PASSWORD), 403);
    visitor.site = "same-origin";
    assert_eq!(visitor.sign_in("admin", PASSWORD), 303);
    assert_eq!(visitor.get("/repository/library/missing/-/tags").0, 404);
    assert_eq!(visitor.get("/repository/library/demo/-/image/2").0, 404);
    assert_eq!(visitor.get("/manifest/sha256:00").0, 404);
    assert_eq!(visitor.get("/repository/library/demo/-/image/1?severity=worst").0, 400);
}

#[test]
fn what_is_no_page_is_told_by_a_page_to_whoever_is_there() {
    let service = service();
    let mut visitor = Visitor::of(&service);
    assert_eq!(visitor.sign_in("admin", PASSWORD), 303);
    let refused = visitor.post("/repositories", &[]);
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["allow"]),
        (405, &"GET, HEAD".parse().unwrap())
    );
    let page = refused.text().unwrap();
    assert_eq!(texts(&page, "h1"), ["This page cannot do that"]);
    for (path, heading) in
        [("/nothing/here", "Nothing is here"), ("/repositories?page=none", "This cannot be done")]
    {
        let page = visitor.get(path).1;
        assert_eq!(texts(&page, "h1"), [heading], "{path}");
        assert_eq!(texts(&page, ".who .name"), ["admin"], "{path}: nobody seems to be signed out");
    }
    assert_eq!(texts(&page, ".who .name"), ["admin"]);
    // Programs are told in JSON, also by their own routes.
    let client = Client::new();
    let answer = client.get(format!("{}/nothing/here", visitor.base)).send().unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (404, &"application/json".parse().unwrap())
    );
    let answer = client.post(format!("{}/api/v1/namespaces/library/gate", visitor.base)).send().unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (405, &"application/json".parse().unwrap())
    );
}

#[test]
fn forms_do_what_they_say_and_those_of_other_sites_are_not_heard() {
    let service = service();
    let mut visitor = Visitor::of(&service);
    assert_eq!(visitor.sign_in("admin", PASSWORD), 303);
    let new = [
        ("do", "make-user"),
        ("name", "alice"),
        ("password", "a long password"),
        ("email", ""),
        ("role", ""),
    ];
    visitor.site = "cross-site";
    assert_eq!(visitor.post("/administration", &new).status().as_u16(), 401);
    visitor.site = "same-origin";
    assert!(!visitor.get("/administration").1.contains("alice"));
    visitor.does("/administration", &new);
    assert!(visitor.get("/administration").1.contains("alice"));
    assert_eq!(visitor.post("/administration", &new).status().as_u16(), 409);
    assert_eq!(visitor.post("/administration", &[("do", "something")]).status().as_u16(), 400);
    visitor.does("/administration", &[("do", "make-namespace"), ("name", "team")]);

    visitor.does("/namespaces/team", &[("do", "make-team"), ("name", "builders")]);
    visitor.does("/namespaces/team", &[("do", "add-member"), ("name", "builders"), ("member", "alice")]);
    visitor.does(
        "/namespaces/team",
        &[("do", "grant"), ("kind", "team"), ("name", "builders"), ("role", "writer")],
    );
    visitor.does("/namespaces/team", &[("do", "make-robot"), ("name", "ci")]);
    let token = [
        ("do", "make-token"),
        ("robot", "team+ci"),
        ("name", "build"),
        ("days", "30"),
        ("scopes", "repo:team/*:pull"),
    ];
    let made = visitor.post("/namespaces/team", &token);
    assert_eq!(made.status().as_u16(), 200);
    let page = made.text().unwrap();
    let secret = texts(&page, ".secret").concat();
    assert!(secret.starts_with("lmp_"), "{secret}");
    assert!(!visitor.get("/namespaces/team").1.contains(&secret), "it is shown once");
    let others =
        [("do", "make-token"), ("robot", "alice"), ("name", ""), ("days", "30"), ("scopes", "repo:*:pull")];
    assert_eq!(visitor.post("/namespaces/team", &others).status().as_u16(), 404);

    let gate = [("do", "gate"), ("mode", "refuse"), ("severity", "High"), ("unproven", "1")];
    visitor.does("/namespaces/team", &gate);
    let allow = [
        ("do", "allow"),
        ("id", "CVE-2099-0001"),
        ("reason", "not <b>used</b>"),
        ("until", "2099-12-31"),
        ("repository", "app"),
    ];
    visitor.does("/namespaces/team", &allow);
    let page = visitor.get("/namespaces/team").1;
    assert!(
        texts(&page, "#gate ~ .stack tbody tr")[0]
            .contains("CVE-2099-0001 not <b>used</b> team/app 2099-12-31")
    );
    assert_eq!(visitor.post("/namespaces/team", &[("do", "allow"), ("id", "CVE-1")]).status().as_u16(), 422);
    visitor
        .does("/namespaces/team", &[("do", "disallow"), ("id", "CVE-2099-0001"), ("repository", "team/app")]);
    assert!(visitor.get("/namespaces/team").1.contains("Everything counts."));

    visitor.does("/repository/library/demo/-/settings", &[("do", "visibility"), ("public", "1")]);
    assert!(Visitor::of(&service).get("/repositories").1.contains("library/demo"));
    let audit = visitor.get("/administration/audit?account=admin").1;
    for word in ["make-user", "make-token", "change-gate", "set-visibility"] {
        assert!(audit.contains(word), "{word} is not in the audit");
    }
    visitor.does("/account", &[("do", "password"), ("current", PASSWORD), ("new", "another long password")]);
    assert_eq!(visitor.get("/account").0, 303, "sessions of before end");
    assert_eq!(visitor.sign_in("admin", "another long password"), 303);
}

#[test]
fn findings_are_had_as_csv_and_json() {
    let service = service();
    let mut visitor = Visitor::of(&service);
    assert_eq!(visitor.sign_in("admin", PASSWORD), 303);
    let path = "/repository/library/demo/-/image/1";
    let begun = (0..2_000).find(|_look| {
        let response = visitor.ask(Method::GET, path, None);
        response.headers()["limpid-verdict"] == "vulnerable"
    });
    assert!(begun.is_some(), "there is no report");
    let (status, csv) = visitor.get(&format!("{path}/report.csv?package=ssl_client"));
    assert_eq!(status, 200);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[0].starts_with("\"severity\",\"id\",\"aliases\",\"package\""));
    assert!(lines[1].starts_with(
        "\"Unknown\",\"CVE-2099-0001\",\"\",\"ssl_client\",\"busybox\",\"1.36.0-r1\",\"1.36.1-r0\""
    ));
    let (_, json) = visitor.get(&format!("{path}/report.json"));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&report["schema"], report["findings"].as_array().map(Vec::len)),
        (&"limpid/report/1".into(), Some(2))
    );
    explained(&mut visitor, &service, path);
    let found = visitor.get("/search?id=CVE-2099-0001&package=busybox").1;
    assert_eq!(texts(&found, "tbody tr").len(), 2, "the package and what is built from it");
    visitor.does(&format!("{path}/rescan"), &[]);
    assert_eq!(texts(&visitor.get(path).1, "#attached"), ["Attached"]);
    for form in ["cyclonedx", "spdx", "spdx"] {
        visitor.does(&format!("{path}/sbom"), &[("format", form)]);
    }
    let attached = texts(&visitor.get(path).1, "section[aria-labelledby=attached] tbody th");
    assert_eq!(
        attached.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["SBOM, CycloneDX", "SBOM, SPDX"])
    );
    assert_eq!(attached.len(), 2, "the same again is not attached again");
    assert_eq!(visitor.post(&format!("{path}/sbom"), &[("format", "word")]).status().as_u16(), 400);
    // Who may only read sees what is attached, and no way to add to it.
    visitor.does("/repository/library/demo/-/settings", &[("do", "visibility"), ("public", "1")]);
    let page = Visitor::of(&service).get(path).1;
    assert_eq!(texts(&page, "section[aria-labelledby=attached] tbody th").len(), 2);
    assert_eq!(texts(&page, "form[action$='/sbom']"), [""; 0]);
}

/// A finding is explained from its row, an absence by the form; whoever may not see the repository is told nothing.
fn explained(visitor: &mut Visitor, service: &crate::service::Service, path: &str) {
    let report = visitor.get(path).1;
    let links = texts(&report, "dd a[href*='/explain?id=CVE-2099-0001']");
    assert_eq!(links, ["From the layer to the feed"; 2]);
    assert_eq!(texts(&report, &format!("form[action='{path}/explain'] label")), ["Any identifier of it"]);
    let finding = visitor.get(&format!("{path}/explain?id=CVE-2099-0001")).1;
    assert_eq!(texts(&finding, "h2#answer"), ["affected"]);
    assert_eq!(texts(&finding, ".said code"), ["1.36.0-r1 < 1.36.1-r0", "busybox 1.36.0-r1 < 1.36.1-r0"]);
    let absence = visitor.get(&format!("{path}/explain?id=+cve-2098-0001+")).1;
    assert_eq!(texts(&absence, "h2#answer.unproven"), ["unknown-advisory"]);
    let (_, json) = visitor.get(&format!("{path}/explanation.json?id=cve-2099-0001"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["schema"], &json["answer"]), (&"limpid/explanation/1".into(), &"affected".into()));
    assert_eq!(visitor.get(&format!("{path}/explain")).0, 400);
    let digest = json["image"]["digest"].as_str().unwrap();
    assert_eq!(visitor.get(&format!("/manifest/{digest}/explain?id=CVE-2099-0001")).0, 200);
    let stranger = Visitor::of(service);
    for page in ["explain", "explanation.json"] {
        for place in [path, &format!("/manifest/{digest}")] {
            let (status, body) = stranger.get(&format!("{place}/{page}?id=CVE-2099-0001"));
            assert_eq!((status, body.contains("1.36")), (303, false), "{place}/{page}");
        }
    }
}

/// A test that arrives, and one that does not: the page says so.
fn tries_out(receiver: &limpid_testkit::http::Server, test: &dyn Fn() -> Response) {
    let html = test().text().unwrap();
    assert_eq!(texts(&html, ".note.good"), ["The test was sent, and was taken."]);
    let told = receiver.take_requests();
    assert_eq!(
        told.iter().map(|request| request.body.as_slice()).collect::<Vec<_>>(),
        [br#"{"id":"CVE-FAKE-CVE"}"#]
    );
    receiver.answer("/hook", limpid_testkit::http::Answer::status(500));
    let html = test().text().unwrap();
    let host = receiver.url().trim_start_matches("http://").to_owned();
    let why = format!("The test did not arrive: {host} answers with status 500");
    assert_eq!(texts(&html, ".note.bad"), [why]);
}

#[test]
fn who_is_told_is_listed_added_tried_out_and_removed() {
    let service = service();
    let mut visitor = Visitor::of(&service);
    assert_eq!(visitor.sign_in("admin", PASSWORD), 303);
    const PAGE: &str = "/repository/library/demo/-/notifications";
    assert_eq!(texts(&visitor.get(PAGE).1, ".empty"), ["Nobody is told yet."]);
    assert!(visitor.get("/repository/library/demo/-/settings").1.contains(&format!("href=\"{PAGE}\"")));
    let receiver = limpid_testkit::http::Server::start();
    receiver.answer("/hook", limpid_testkit::http::Answer::ok(""));
    let url = format!("{}/hook", receiver.url());
    let add = |address: &str, template: &str| {
        [
            ("do", "add".to_owned()),
            ("event", "vulnerability_found".to_owned()),
            ("level", "0".to_owned()),
            ("method", "webhook".to_owned()),
            ("address", address.to_owned()),
            ("title", "to <us>".to_owned()),
            ("template", template.to_owned()),
        ]
    };
    let post = |fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        visitor.post(PAGE, &fields)
    };
    // What is wrong is said beside the form, which keeps what was typed.
    for (address, template, why) in [
        ("ftp://a.example/", "", "config.url: only http:// and https:// are fetched, and not ftp:"),
        ("https://a.example/#x", "", "config.url: an address has a fragment (#…), which is never sent"),
        (
            "https://a.example/",
            "{",
            "config.template: it is no JSON: EOF while parsing an object at line 1 column 1",
        ),
    ] {
        let refused = post(&add(address, template));
        assert_eq!(refused.status().as_u16(), 400, "{address}");
        let html = refused.text().unwrap();
        assert_eq!(texts(&html, ".note.bad"), [why]);
        assert!(html.contains(&format!("value=\"{address}\"")), "{html}");
    }
    assert_eq!(post(&add(&url, r#"{"id": "${vulnerability.id}"}"#)).status().as_u16(), 303);
    let html = visitor.get(PAGE).1;
    assert_eq!(texts(&html, "tbody th"), [format!("{url} to <us> · webhook with a template")]);
    assert_eq!(texts(&html, "tbody td")[..2], ["new vulnerabilities, Critical and worse", "in order"]);
    let id = html.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let act = |what: &str| post(&[("do", what.to_owned()), ("id", id.clone())]);
    tries_out(&receiver, &|| act("test"));
    assert_eq!(act("reset").status().as_u16(), 303);
    assert_eq!(act("explode").status().as_u16(), 400);
    assert_eq!(act("remove").status().as_u16(), 303);
    assert_eq!(texts(&visitor.get(PAGE).1, ".empty"), ["Nobody is told yet."]);
    assert_eq!(act("remove").status().as_u16(), 404);
}
