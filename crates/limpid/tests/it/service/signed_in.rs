//! Real clients of the registry, each with the credentials of somebody.

use std::process::{Command, Output};

use limpid_testkit::{alpine::System, registry::is_installed};
use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};

use super::support::{Options, Service};
use crate::support::Place;

const PASSWORD: &str = "a password for tests";

/// A service with an administrator of that password.
struct Registry {
    service: Service,
    place: Place,
}

impl Registry {
    fn start() -> Self {
        let place = Place::new();
        place.mirror();
        let file = place.write("admin", PASSWORD);
        let options = Options::new("node").env("LIMPID_REGISTRY_ADMIN_PASSWORD_FILE", &file);
        let service = Service::start(&place, &options);
        Self { service, place }
    }

    fn address(&self) -> &str {
        self.service.public.as_deref().unwrap().strip_prefix("http://").unwrap()
    }

    #[track_caller]
    fn api(&self, who: &str, method: Method, path: &str, body: &Value) -> Value {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = client.request(method, format!("http://{}/api/v1{path}", self.address()));
        let answer = request.basic_auth(who, Some(PASSWORD)).body(body.to_string()).send().unwrap();
        let (status, text) = (answer.status(), answer.text().unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A token of the robot `team+NAME`, which is made; and its id.
    fn robot(&self, name: &str, scopes: &[&str]) -> (String, String) {
        self.api("team", Method::POST, "/namespaces/team/robots", &json!({"name": name}));
        let wanted = json!({"scopes": scopes, "days": 1});
        let made = self.api("team", Method::POST, &format!("/namespaces/team/robots/{name}/tokens"), &wanted);
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        (text("token"), text("id"))
    }

    fn skopeo(&self, arguments: &[&str]) -> Output {
        Command::new("skopeo")
            .args(["--insecure-policy"])
            .args(arguments)
            .env("HOME", self.place.path("home"))
            .env("REGISTRY_AUTH_FILE", self.place.path("auth.json"))
            .output()
            .unwrap()
    }

    fn push(&self, archive: &str, name: &str, credentials: &str) -> Result<(), String> {
        let target = format!("docker://{}/{name}", self.address());
        let from = format!("oci-archive:{archive}");
        said(&self.skopeo(&["copy", "--dest-tls-verify=false", "--dest-creds", credentials, &from, &target]))
    }

    fn pull(&self, name: &str, credentials: Option<&str>) -> Result<(), String> {
        let from = format!("docker://{}/{name}", self.address());
        let target = format!("dir:{}", self.place.path("pulled").display());
        let credentials = match credentials {
            Some(credentials) => vec!["--src-creds", credentials],
            None => vec!["--src-no-creds"],
        };
        let arguments = [vec!["copy", "--src-tls-verify=false"], credentials, vec![&from, &target]].concat();
        said(&self.skopeo(&arguments))
    }
}

fn said(output: &Output) -> Result<(), String> {
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Each client, and each step of it, has other words for the same.
const SIGN_IN: &[&str] = &["unauthorized", "authentication required", "invalid username/password"];
const HIDDEN: &[&str] = &["nothing here", "name unknown", "not found"];
const FORBIDDEN: &[&str] = &["denied", "may not do that"];

#[track_caller]
fn refused(outcome: Result<(), String>, words: &[&str]) {
    let said = outcome.expect_err("it is refused").to_lowercase();
    assert!(words.iter().any(|word| said.contains(word)), "{said}");
}

#[test]
fn skopeo_does_what_its_credentials_may() {
    if !is_installed("skopeo", "apt-get install skopeo") {
        return;
    }
    let registry = Registry::start();
    let archive =
        registry.place.image("image.tar", &System::alpine("3.99.1").package("musl", "1.2.4-r0", "musl"));
    for name in ["team", "other"] {
        let user = json!({"name": name, "password": PASSWORD});
        registry.api("admin", Method::POST, "/users", &user);
    }
    let as_user = |name: &str| format!("{name}:{PASSWORD}");
    registry.push(&archive, "team/app:1", &as_user("team")).unwrap();
    registry.pull("team/app:1", Some(&as_user("team"))).unwrap();
    refused(registry.pull("team/app:1", None), SIGN_IN);
    refused(registry.pull("team/app:1", Some(&as_user("other"))), HIDDEN);
    refused(registry.push(&archive, "team/app:2", &as_user("other")), HIDDEN);
    refused(registry.pull("team/app:1", Some("team:wrong")), SIGN_IN);
    registry.push(&archive, "alpine:1", &as_user("admin")).unwrap();

    let (puller, id) = registry.robot("puller", &["repo:team/app:pull"]);
    let puller = format!("team+puller:{puller}");
    registry.pull("team/app:1", Some(&puller)).unwrap();
    refused(registry.push(&archive, "team/app:2", &puller), FORBIDDEN);
    let (pusher, _) = registry.robot("pusher", &["repo:team/*:pull", "repo:team/*:push"]);
    let pusher = format!("team+pusher:{pusher}");
    registry.push(&archive, "team/new:1", &pusher).unwrap();
    registry.pull("team/new:1", Some(&pusher)).unwrap();
    refused(registry.pull("team/new:1", Some(&puller)), HIDDEN);

    let visibility = "/repositories/team/app/visibility";
    registry.api("team", Method::PUT, visibility, &json!({"public": true}));
    registry.pull("team/app:1", None).unwrap();
    registry.pull("team/app:1", Some(&as_user("other"))).unwrap();
    // Wrong credentials are refused also where nobody needs any.
    refused(registry.pull("team/app:1", Some("team:wrong")), SIGN_IN);
    registry.api("team", Method::PUT, visibility, &json!({"public": false}));
    registry.api(
        "team",
        Method::DELETE,
        &format!("/namespaces/team/robots/puller/tokens/{id}"),
        &Value::Null,
    );
    refused(registry.pull("team/app:1", Some(&puller)), SIGN_IN);
    let log = std::fs::read_to_string(registry.place.path("node.log")).unwrap();
    assert!(log.contains("/v2/auth"), "the clients used the token service");
}

#[test]
fn podman_logs_in_pushes_and_pulls() {
    if !is_installed("podman", "apt-get install podman") {
        return;
    }
    let registry = Registry::start();
    let archive =
        registry.place.image("image.tar", &System::alpine("3.99.1").package("musl", "1.2.4-r0", "musl"));
    registry.api("admin", Method::POST, "/users", &json!({"name": "team", "password": PASSWORD}));
    let (token, _) = registry.robot("ci", &["repo:team/*:pull", "repo:team/*:push"]);
    let podman = |arguments: &[&str]| {
        let store = |name: &str| registry.place.path(name).display().to_string();
        let output = Command::new("podman")
            .args(["--root", &store("root"), "--runroot", &store("runroot"), "--storage-driver", "vfs"])
            .args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"])
            .args(arguments)
            .env("REGISTRY_AUTH_FILE", registry.place.path("auth.json"))
            .output()
            .unwrap();
        said(&output)
    };
    let name = format!("{}/team/app:1", registry.address());
    let log_in = |password: &str| {
        let login = ["login", "--tls-verify=false", "-u", "team+ci", "-p", password, registry.address()];
        podman(&login)
    };
    refused(log_in("wrong"), SIGN_IN);
    log_in(&token).unwrap();
    let from = format!("oci-archive:{archive}");
    podman(&["pull", "--quiet", &from]).unwrap();
    let image = String::from_utf8(
        Command::new("podman")
            .args(["--root", &registry.place.path("root").display().to_string()])
            .args(["--runroot", &registry.place.path("runroot").display().to_string()])
            .args(["--storage-driver", "vfs", "images", "--quiet", "--no-trunc"])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    podman(&["push", "--quiet", "--tls-verify=false", image.trim(), &format!("docker://{name}")]).unwrap();
    podman(&["pull", "--quiet", "--tls-verify=false", &name]).unwrap();
    podman(&["logout", registry.address()]).unwrap();
    refused(podman(&["pull", "--quiet", "--tls-verify=false", &name]), SIGN_IN);
}
