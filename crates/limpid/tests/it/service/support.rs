//! What every test of the service needs: a process, an origin of layers, and somebody who asks.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use limpid_testkit::{
    http::{Answer, Server},
    image::{ImageBuilder, Layout},
};
use reqwest::{
    Method,
    blocking::{Client, RequestBuilder},
};
use serde_json::{Value, json};

use super::token;
use crate::support::Place;

/// How long something that must happen may take before a test gives up. Much longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks again and again until there is an answer.
#[track_caller]
pub(super) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "did not happen within {PATIENCE:?}: {what}");
        // Keeps the wait from being a busy one.
        thread::sleep(Duration::from_millis(20));
    }
}

/// A server that has the layers of images.
pub(super) struct Origin(Server);

impl Origin {
    pub(super) fn start() -> Self {
        Self(Server::start())
    }

    /// Offers the layers of an image, and returns the manifest as a client of Clair's submits it.
    pub(super) fn offer(&self, image: &ImageBuilder) -> Value {
        let mut hash = Value::Null;
        for (path, bytes) in Layout::of(image, "latest").files() {
            if path == "index.json" {
                let index: Value = serde_json::from_slice(&bytes).unwrap();
                hash = index["manifests"][0]["digest"].clone();
            }
            self.0.answer(&format!("/{path}"), Answer::ok(bytes));
        }
        let layers: Vec<Value> = image
            .layer_digests()
            .iter()
            .map(|digest| json!({"hash": digest, "uri": self.layer_address(digest.hex()), "headers": {}}))
            .collect();
        json!({"hash": hash, "layers": layers})
    }

    fn layer_address(&self, hex: &str) -> String {
        format!("{}/blobs/sha256/{hex}", self.0.url())
    }

    /// The server itself, for answers that are special.
    pub(super) fn server(&self) -> &Server {
        &self.0
    }

    /// How many requests came since the last call.
    pub(super) fn requests(&self) -> usize {
        self.0.take_requests().len()
    }

    /// Has nothing any more.
    pub(super) fn close(&self, image: &ImageBuilder) {
        for digest in image.layer_digests() {
            self.0.answer(&format!("/blobs/sha256/{}", digest.hex()), Answer::status(404));
        }
    }
}

/// Which program is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The one that users have.
    Limpid,
    /// One of an earlier version, whose detectors know less: see [`super::earlier`].
    Earlier,
}

/// How a service is to run.
#[derive(Debug, Clone)]
pub(super) struct Options {
    program: Program,
    data: String,
    networks: &'static str,
    more: String,
    environment: Vec<(String, String)>,
    key: Option<Vec<u8>>,
}

impl Options {
    /// On a data directory of this name, with the embedded database, and advisory data from the place's mirror.
    pub(super) fn new(data: &str) -> Self {
        Self {
            program: Program::Limpid,
            data: data.to_owned(),
            networks: "127.0.0.0/8",
            more: String::new(),
            environment: Vec::new(),
            key: None,
        }
    }

    pub(super) fn program(self, program: Program) -> Self {
        Self { program, ..self }
    }

    /// Layers may be fetched from no private network.
    pub(super) fn without_networks(self) -> Self {
        Self { networks: "192.0.2.0/24", ..self }
    }

    /// Adds to the configuration.
    pub(super) fn with(mut self, toml: &str) -> Self {
        writeln!(self.more, "{toml}").unwrap();
        self
    }

    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Asks everybody for a token that Quay has signed with this key.
    pub(super) fn key(mut self, key: &[u8]) -> Self {
        self.key = Some(key.to_vec());
        let encoded = STANDARD.encode(key);
        self.env("LIMPID_AUTH_PSK_KEY", &encoded).env("LIMPID_AUTH_PSK_ISSUERS", "quay")
    }

    fn configuration(&self, place: &Place) -> String {
        let (data, networks, more) = (place.path(&self.data), self.networks, &self.more);
        let mirror = place.path("mirror");
        format!(
            "data = {data:?}\n[api]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://limpid.example.com\"\n\
             [introspection]\nlisten = \"127.0.0.1:0\"\n[registry]\nlisten = \"127.0.0.1:0\"\n[indexer.layers]\nallow_networks = [{networks:?}]\n\
             [updater]\nmirror = {mirror:?}\nfeeds = [\"alpine\"]\n{more}"
        )
    }
}

/// A running service. It is killed when it is dropped.
pub(super) struct Service {
    child: Child,
    client: Client,
    key: Option<Vec<u8>>,
    pub(super) api: String,
    pub(super) introspection: String,
    /// Registry and pages; `None` where the process has none of these roles.
    pub(super) public: Option<String>,
    /// What it says on standard output after that.
    said: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// Starts a service and waits until it is ready.
    #[track_caller]
    pub(super) fn start(place: &Place, options: &Options) -> Self {
        Self::spawn(place, options).unwrap_or_else(|stderr| panic!("the service did not start: {stderr}"))
    }

    /// Starts a service; returns what it said where it ended instead.
    pub(super) fn spawn(place: &Place, options: &Options) -> Result<Self, String> {
        let file = place.write(&format!("{}.toml", options.data), options.configuration(place));
        let log = place.path(&format!("{}.log", options.data));
        let mut command = command(place, options.program, &file);
        command.envs(options.environment.iter().cloned());
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let Some(said) = lines.find(|line| line.starts_with("Limpid listens on ")) else {
            child.wait().unwrap();
            return Err(std::fs::read_to_string(log).unwrap());
        };
        let mut addresses = said.split(' ').filter(|word| word.starts_with("http://")).map(str::to_owned);
        let (api, introspection) = (addresses.next().unwrap(), addresses.next().unwrap());
        let public = addresses.next();
        // What else it says is read to its end, so that a full pipe never stops it.
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        thread::spawn(move || lines.for_each(|line| heard.lock().unwrap().push(line)));
        // Taken already where another test was first, with the same choice.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Ok(Self { child, client, key: options.key.clone(), api, introspection, public, said })
    }

    /// What it said on standard output after it was ready.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Kills the process as a power cut would.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells the process to end, and returns its exit status.
    pub(super) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until the process has ended; `None`: by a signal.
    pub(super) fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn get(&self, path: &str) -> Answered {
        Answered::to(self.request(Method::GET, path))
    }

    /// The answer, or why there was none: the process may be gone.
    pub(super) fn try_post(&self, path: &str, body: &Value) -> Result<Answered, reqwest::Error> {
        Answered::try_to(self.request(Method::POST, path).body(body.to_string()))
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Answered {
        self.try_post(path, body).unwrap()
    }

    /// A request, signed where the service wants it.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare_request(method, path);
        match &self.key {
            Some(key) => request.bearer_auth(token::quays(key)),
            None => request,
        }
    }

    /// A request that nobody has signed.
    pub(super) fn bare_request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.api))
    }

    /// Indexes a manifest as Quay does.
    #[track_caller]
    pub(super) fn index(&self, manifest: &Value) -> Answered {
        self.post("/indexer/api/v1/index_report", manifest).has(201)
    }

    /// The index state, as Quay asks for it.
    pub(super) fn index_state(&self) -> String {
        self.get("/indexer/api/v1/index_state").has(200).json()["state"].as_str().unwrap().to_owned()
    }

    /// Limpid's own report.
    pub(super) fn report(&self, manifest: &Value) -> Value {
        self.get(&format!("/api/v1/manifests/{}/report", hash(manifest))).has(200).json()
    }

    /// Waits until advisory data is loaded.
    pub(super) fn loaded(&self) {
        eventually("advisory data is loaded", || {
            let feeds = self.get("/api/v1/feeds").has(200).json();
            let loaded = feeds["feeds"].as_object().unwrap().values();
            loaded.filter(|feed| feed["records"].as_u64().unwrap() > 0).count().checked_sub(1)
        });
    }

    /// Asks for an update.
    pub(super) fn update(&self) {
        self.post("/api/v1/updates", &json!({})).has(202);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(place: &Place, program: Program, file: &str) -> Command {
    match program {
        Program::Limpid => place.command(&format!("serve --config {file}")),
        Program::Earlier => {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["service::earlier::runs_when_it_is_asked_to", "--exact", "--nocapture"]);
            command.env("LIMPID_TEST_EARLIER", file).current_dir(place.path("here"));
            command
        }
    }
}

/// The digest of a manifest that was submitted.
pub(super) fn hash(manifest: &Value) -> &str {
    manifest["hash"].as_str().unwrap()
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

impl Answered {
    pub(super) fn to(request: RequestBuilder) -> Self {
        Self::try_to(request).unwrap()
    }

    pub(super) fn try_to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let answer = request.send()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Self { status, headers, body: answer.text()? })
    }

    /// Asserts the status, and shows everything where it is another.
    #[track_caller]
    pub(super) fn has(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    #[track_caller]
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:#?}")).to_str().unwrap()
    }
}
