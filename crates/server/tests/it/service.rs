//! What the faces' tests need: a service on an empty SQLite database, layers to fetch, advisory data to import, and what
//! was answered.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use chrono::{DateTime, Days, Utc};
use http_body_util::BodyExt as _;
use limpid_catalog::{Mirror, Selection, Store, SystemClock, Updater, archive, update::Quiet};
use limpid_core::{Digest, ecosystems};
use limpid_server::{
    Configuration, Running, api, clair,
    configuration::{
        self, Api, Blobs, Database, Egress, Introspection, Log, Notifier, Role, Updater as UpdaterSettings,
    },
    engine::Engine,
    http::{self, Wrapping},
    secret::Secret,
};
use limpid_testkit::{
    alpine::{self, Fix, System},
    http::{Answer as Served, Server},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A service, with a place of its own.
pub(crate) struct Service {
    pub(crate) directory: TempDir,
    pub(crate) engine: Arc<Engine>,
    router: Router,
    harbor: Router,
    layers: Server,
    running: Option<Running>,
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            drop(std::thread::spawn(move || running.stop()).join());
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Service {
    /// An empty service.
    pub(crate) fn start() -> Self {
        Self::configured(|_| {})
    }

    /// An empty service, configured otherwise.
    pub(crate) fn configured(change: impl FnOnce(&mut Configuration)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut configuration = configuration(directory.path());
        change(&mut configuration);
        // It blocks, which the runtime of a test does not like.
        let start = move || Running::start(configuration, &ecosystems::all()).unwrap();
        let running = std::thread::spawn(start).join().unwrap();
        let engine = Arc::clone(running.engine());
        let routes = clair::router(Arc::clone(&engine)).merge(api::router(Arc::clone(&engine)));
        let wrapping = Wrapping { face: "test", auth: None, exempt: clair::EXEMPT, metrics: &engine.metrics };
        let router = http::wrap(routes, wrapping);
        let harbor = limpid_server::harbor::router(&engine);
        Self { directory, engine, router, harbor, layers: Server::start(), running: Some(running) }
    }

    /// Where registry and pages are.
    pub(crate) fn public(&self) -> std::net::SocketAddr {
        self.running.as_ref().and_then(|running| running.public).expect("it has a public listener")
    }

    /// Asks, with headers and a body.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let router = if path.starts_with("/harbor/") { &self.harbor } else { &self.router };
        let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body that ends").to_bytes().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// `GET`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// `GET`, where an answer of this `ETag` is known.
    pub(crate) async fn get_unless(&self, path: &str, etag: &str) -> Answer {
        self.send("GET", path, &[("if-none-match", etag)], Body::empty()).await
    }

    /// Another method, with JSON.
    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json")], body.to_string()).await
    }

    /// A system as a manifest in Clair's form, whose layers are served on the loopback address.
    pub(crate) fn manifest(&self, system: &System) -> Value {
        let image = system.image();
        let layout = system.layout();
        let files = layout.files();
        let layer = |digest: &Digest| {
            let blob = format!("blobs/sha256/{}", digest.hex());
            let (_, bytes) = files.iter().find(|(path, _)| *path == blob).expect("the layer's bytes");
            self.layers.answer(&format!("/{blob}"), Served::ok(bytes.clone()));
            json!({"hash": digest, "uri": format!("{}/{blob}", self.layers.url()), "headers": {"Accept": ["application/gzip"]}})
        };
        let layers: Vec<Value> = image.layer_digests().iter().map(layer).collect();
        json!({"hash": layout.entries[0]["digest"], "layers": layers})
    }

    /// Submits a system as Quay does. Returns its digest.
    pub(crate) async fn index(&self, system: &System) -> String {
        let manifest = self.manifest(system);
        self.json("POST", "/indexer/api/v1/index_report", &manifest).await.with_status(201);
        manifest["hash"].as_str().unwrap().to_owned()
    }

    /// Takes over advisory data of Alpine 3.99.
    pub(crate) async fn advise(&self, fixes: &[Fix<'_>]) {
        self.advise_since(fixes, 0).await;
    }

    /// The same, which upstream has said for so many days, and nobody asked again since.
    pub(crate) async fn advise_since(&self, fixes: &[Fix<'_>], days: u64) {
        let directory = self.directory.path().join(format!("upstream-{}-{days}", fixes.len()));
        let archive = catalog(&directory, fixes, days);
        self.send("PUT", "/api/v1/catalog", &[], archive).await.with_status(200);
    }
}

impl Answer {
    /// Asserts the status, and shows everything where it is another.
    #[track_caller]
    pub(crate) fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A header that is there once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().unwrap_or_else(|| panic!("no {name}: {:?}", self.headers));
        assert!(values.next().is_none(), "{name} is there twice: {:?}", self.headers);
        value.to_str().unwrap()
    }

    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Asserts an error in Clair's form, and returns its message.
    #[track_caller]
    pub(crate) fn error(self, status: u16, code: &str) -> String {
        let answer = self.with_status(status);
        let body = answer.value();
        crate::schemas::hold("clair", "Error", &body);
        assert_eq!(body["code"], code);
        body["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts that there is no body.
    #[track_caller]
    pub(crate) fn empty(self, status: u16) -> Self {
        let answer = self.with_status(status);
        assert_eq!(String::from_utf8_lossy(&answer.body), "");
        answer
    }

    pub(crate) fn is_success(&self) -> bool {
        StatusCode::from_u16(self.status).unwrap().is_success()
    }
}

fn configuration(directory: &Path) -> Configuration {
    Configuration {
        data: directory.to_owned(),
        roles: BTreeSet::from([Role::Indexer, Role::Matcher, Role::Updater, Role::Notifier]),
        log: Log { level: "error".to_owned(), json: false },
        api: Api {
            listen: ([127, 0, 0, 1], 0).into(),
            tls: None,
            public_url: None,
            blind_spots_as_vulnerabilities: false,
        },
        introspection: Introspection { listen: ([127, 0, 0, 1], 0).into() },
        auth: None,
        database: Database {
            url: Secret::new(format!("sqlite:{}", directory.join("limpid.sqlite").display())),
            connections: 4,
        },
        blobs: Blobs { url: directory.join("blobs").display().to_string(), cache_bytes: 1 << 30 },
        indexer: configuration::Indexer {
            workers: 2,
            reindex_per_second: 100,
            ecosystems: Vec::new(),
            layers: Egress { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Egress::default() },
        },
        matcher: configuration::Matcher::default(),
        updater: UpdaterSettings {
            on: false,
            period: Duration::from_secs(3600),
            mirror: None,
            feeds: Vec::new(),
            nvd: false,
        },
        notifier: Notifier { summary: false, callback: None, most_removed_percent: 50, targets: Vec::new() },
        registry: configuration::Registry {
            listen: ([127, 0, 0, 1], 0).into(),
            tls: None,
            public_url: None,
            admin_password: None,
            oidc: None,
            mail: None,
            manifest_bytes: 8 << 20,
            redirect: true,
            untagged: None,
            upstreams: limpid_server::configuration::Upstreams::default(),
            redirect_bytes: 0,
            webhooks: Egress { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Egress::default() },
        },
        harbor: configuration::Harbor::default(),
    }
}

/// Moves every instant of a catalog back by some days, as if all that had happened then.
fn move_back(file: &Path, days: u64) {
    fn moved(value: &mut Value, days: Days) {
        match value {
            Value::String(text) => {
                if let Ok(instant) = text.parse::<DateTime<Utc>>() {
                    *text = (instant - days).to_rfc3339();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| moved(item, days)),
            Value::Object(fields) => fields.values_mut().for_each(|field| moved(field, days)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut state: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    moved(&mut state, Days::new(days));
    std::fs::write(file, state.to_string()).unwrap();
}

/// The archive of a catalog that knows Alpine 3.99, as `limpid db export` writes it.
fn catalog(directory: &Path, fixes: &[Fix<'_>], days: u64) -> Vec<u8> {
    let mirror = alpine::Mirror::at(&directory.join("mirror"));
    mirror.alpine("v3.99", "main", fixes);
    mirror.alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
    let store = Store::new(directory.join("catalog"));
    let from = Mirror::Directory(mirror.path().to_owned());
    let selection = Selection::Prefixes(vec!["alpine".to_owned()]);
    Updater::new(store.clone(), Some(from), Arc::new(SystemClock))
        .update(&ecosystems::all(), &selection, None, &Quiet)
        .unwrap();
    move_back(&directory.join("catalog/catalog.json"), days);
    let mut archive = Vec::new();
    archive::export(&store, &mut archive).unwrap();
    archive
}

/// Alpine 3.99, with a package that [`FIXES`] has something about, and one that it has not.
pub(crate) fn vulnerable() -> System {
    System::alpine("3.99.1")
        .package("busybox", "1.36.0-r1", "busybox")
        .package("ssl_client", "1.36.0-r1", "busybox")
        .package("musl", "1.2.4-r0", "musl")
}

/// The same release, with packages that are fixed.
pub(crate) fn clean() -> System {
    System::alpine("3.99.1").package("busybox", "1.36.1-r0", "busybox").package("musl", "1.2.4-r0", "musl")
}

/// What upstream says of 3.99.
pub(crate) const FIXES: &[Fix<'_>] =
    &[("busybox", "1.36.1-r0", &["CVE-2099-0001"]), ("musl", "1.2.4-r0", &["CVE-2099-0005"])];
