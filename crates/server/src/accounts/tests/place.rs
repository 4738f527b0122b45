//! An engine with a place of its own, and who asks it.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt as _;
use limpid_core::ecosystems;
use limpid_store::{StoreError, accounts::ServiceRole, database::Value as Parameter};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{
    Configuration,
    accounts::{
        administration::{NewTokenRequest, NewUser, create_token, create_user},
        prepare,
    },
    configuration::{
        Api, Blobs, Database, Egress, Indexer, Introspection, Log, Notifier, Registry, Role, Updater,
        Upstreams,
    },
    engine::Engine,
    http::Peer,
    introspection::Metrics,
    public,
    secret::Secret,
};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "a password for tests";

/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// See the module.
pub(crate) struct Place {
    pub(crate) engine: Arc<Engine>,
    _directory: TempDir,
    threads: tokio::runtime::Runtime,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's text; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Place {
    /// Runs a test on an engine with each kind of database.
    pub(crate) fn on_each(test: impl Fn(&Self)) {
        Self::configured(|_| {}, test);
    }

    /// As [`Place::on_each`], configured otherwise.
    pub(crate) fn configured(change: impl Fn(&mut Configuration), test: impl Fn(&Self)) {
        let directory = tempfile::tempdir().unwrap();
        let sqlite = format!("sqlite:{}", directory.path().join("limpid.db").display());
        test(&Self::open(directory, &sqlite, &change));
        #[cfg(unix)]
        if let Some(server) = limpid_testkit::postgres::Postgres::shared() {
            test(&Self::open(tempfile::tempdir().unwrap(), &server.database(), &change));
        }
    }

    fn open(directory: TempDir, database: &str, change: &impl Fn(&mut Configuration)) -> Self {
        let mut configuration = configuration(directory.path(), database);
        change(&mut configuration);
        let metrics = Arc::new(Metrics::default());
        let engine = Engine::open(configuration, ecosystems::all(), metrics).unwrap();
        assert_eq!(prepare(&engine).unwrap(), None, "the password was given");
        let threads =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { engine, _directory: directory, threads }
    }

    /// Makes a user, and its namespace.
    pub(crate) fn user(&self, name: &str, role: ServiceRole) {
        let new = NewUser { name, password: Some(PASSWORD), email: "", role };
        create_user(&self.engine, &new).unwrap();
    }

    /// Makes a token. Returns its id and its text.
    pub(crate) fn token(&self, account: &str, scopes: &[&str]) -> (String, String) {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let request = NewTokenRequest { account, name: "test", scopes: &scopes, time: DAY };
        let made = create_token(&self.engine, &request).unwrap();
        (made.id, made.secret.reveal().to_owned())
    }

    /// Makes a repository. Returns its number.
    pub(crate) fn repository(&self, name: &str, is_public: bool) -> i64 {
        let namespace = name.split('/').next().unwrap();
        let statement = "
            INSERT INTO repository (namespace, name, description, is_public, settings, created_at)
            SELECT number, $2, '', $3, '{}', limpid_now() FROM namespace WHERE name = $1
            RETURNING number";
        let values = [namespace.into(), name.into(), is_public.into()];
        self.write(|tx| tx.query_optional(statement, &values)?.unwrap().get(0))
    }

    pub(crate) fn execute(&self, statement: &'static str, values: &[Parameter]) {
        self.write(|tx| tx.execute(statement, values).map(drop));
    }

    fn write<T>(&self, work: impl FnMut(&mut limpid_store::Transaction<'_>) -> Result<T, StoreError>) -> T {
        self.engine.database.write(work).unwrap()
    }

    /// Asks through the public listener's routes, from the loopback address.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, String)], body: &str) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "registry.test:5000");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        request.extensions_mut().insert(Peer(SocketAddr::from(([192, 0, 2, 7], 4_000))));
        let routes = public::router(Arc::clone(&self.engine));
        self.threads.block_on(async move {
            let (head, body) = routes.oneshot(request).await.unwrap().into_parts();
            let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
            Answer { status: head.status.as_u16(), headers: head.headers, text }
        })
    }

    /// As somebody with the password of everybody.
    pub(crate) fn ask(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[basic(who, PASSWORD)], &body)
    }

    /// A bearer token for these scopes.
    pub(crate) fn bearer(&self, headers: &[(&str, String)], scopes: &[&str]) -> String {
        let scopes: String = scopes.iter().map(|scope| format!("&scope={scope}")).collect();
        let answer = self.send("GET", &format!("/v2/auth?service=registry.test:5000{scopes}"), headers, "");
        let body = answer.with(200).json();
        assert_eq!((&body["token"], &body["expires_in"]), (&body["access_token"], &300.into()));
        body["token"].as_str().unwrap().to_owned()
    }
}

/// The header of a name and a password.
pub(crate) fn basic(name: &str, password: &str) -> (&'static str, String) {
    ("authorization", format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
}

/// The header of a bearer token.
pub(crate) fn bearing(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn configuration(directory: &std::path::Path, database: &str) -> Configuration {
    let listen = ([127, 0, 0, 1], 0).into();
    Configuration {
        data: directory.to_owned(),
        roles: BTreeSet::from([Role::Registry, Role::Ui]),
        log: Log { level: "error".to_owned(), json: false },
        api: Api { listen, tls: None, public_url: None, blind_spots_as_vulnerabilities: false },
        introspection: Introspection { listen },
        auth: None,
        database: Database { url: Secret::new(database), connections: 4 },
        blobs: Blobs { url: directory.join("blobs").display().to_string(), cache_bytes: 1 << 20 },
        indexer: Indexer {
            workers: 1,
            reindex_per_second: 1,
            ecosystems: Vec::new(),
            layers: Egress::default(),
        },
        updater: Updater { on: false, period: DAY, mirror: None, feeds: Vec::new() },
        notifier: Notifier { summary: false, callback: None, most_removed_percent: 50, targets: Vec::new() },
        registry: Registry {
            listen,
            tls: None,
            public_url: None,
            admin_password: Some(Secret::new(PASSWORD)),
            oidc: None,
            mail: None,
            manifest_bytes: 8 << 20,
            redirect: true,
            redirect_bytes: 0,
            webhooks: Egress::default(),
            upstreams: Upstreams::default(),
            untagged: None,
        },
        harbor: crate::configuration::Harbor::default(),
    }
}
