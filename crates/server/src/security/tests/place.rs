//! A service with a place of its own, what is pushed into it, and who asks it.

use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt as _;
use limpid_catalog::{Mirror, Selection, Store, SystemClock, Updater, archive, update::Quiet};
use limpid_core::{Digest, ecosystems};
use limpid_store::{
    StoreError, Transaction,
    accounts::ServiceRole,
    registry::{self as rows, NewManifest, NewReference, ReferenceKind, RegistryBlob},
};
use limpid_testkit::{
    alpine::{self, Fix, System},
    http::{Request as Received, Server},
    image::{ImageBuilder, Layout},
};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{
    Configuration, Running,
    accounts::administration::{NewUser, create_user},
    configuration::{self, Api, Blobs, Database, Egress, Indexer, Introspection, Log, Notifier, Role},
    engine::Engine,
    public,
    secret::Secret,
    security, updating,
};

/// The password of everybody.
pub(super) const PASSWORD: &str = "a password for tests";

/// How long something that comes by itself may take: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Place {
    pub(super) engine: Arc<Engine>,
    pub(super) receiver: Server,
    /// What came to it and was not looked at yet.
    pub(super) waiting: RefCell<VecDeque<Received>>,
    running: Option<Running>,
    directory: TempDir,
    threads: tokio::runtime::Runtime,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Answer {
    /// Asserts the status, and reads the body.
    #[track_caller]
    pub(super) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Place {
    /// Runs a test on a service with each kind of database.
    pub(super) fn on_each(test: impl Fn(&Self)) {
        Self::configured(|_| {}, test);
    }

    /// As [`Place::on_each`], configured otherwise.
    pub(super) fn configured(change: impl Fn(&mut Configuration), test: impl Fn(&Self)) {
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
        let running = Running::start(configuration, &ecosystems::all()).unwrap();
        let engine = Arc::clone(running.engine());
        let threads =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self {
            engine,
            receiver: Server::start(),
            waiting: RefCell::default(),
            running: Some(running),
            directory,
            threads,
        }
    }

    /// Takes over advisory data of Alpine 3.99.
    pub(super) fn advise(&self, fixes: &[Fix<'_>]) {
        let upstream = tempfile::tempdir_in(self.directory.path()).unwrap();
        let mirror = alpine::Mirror::at(&upstream.path().join("mirror"));
        mirror.alpine("v3.99", "main", fixes);
        mirror.alpine("v3.99", "community", &[("nodejs", "20.1.0-r0", &["CVE-2099-0006"])]);
        let store = Store::new(upstream.path().join("catalog"));
        let from = Mirror::Directory(mirror.path().to_owned());
        let selection = Selection::Prefixes(vec!["alpine".to_owned()]);
        Updater::new(store.clone(), Some(from), Arc::new(SystemClock))
            .update(&ecosystems::all(), &selection, None, &Quiet)
            .unwrap();
        let mut bytes = Vec::new();
        archive::export(&store, &mut bytes).unwrap();
        updating::import(&self.engine, &mut bytes.as_slice(), false).unwrap();
    }

    /// Makes a user, and its namespace.
    pub(super) fn user(&self, name: &str) {
        let new = NewUser { name, password: Some(PASSWORD), email: "", role: ServiceRole::None };
        create_user(&self.engine, &new).unwrap();
    }

    pub(super) fn write<T>(&self, work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>) -> T {
        self.engine.database.write(work).unwrap()
    }

    /// Pushes an image of one layer under a tag. Returns its digest.
    pub(super) fn push_system(&self, repository: &str, tag: &str, system: &System) -> Digest {
        self.push_image(repository, Some(tag), &system.image())
    }

    /// Pushes an image.
    pub(super) fn push_image(&self, repository: &str, tag: Option<&str>, image: &ImageBuilder) -> Digest {
        self.push_annotated(repository, tag, image, &Value::Null)
    }

    /// Pushes an image whose manifest has annotations.
    pub(super) fn push_annotated(
        &self,
        repository: &str,
        tag: Option<&str>,
        image: &ImageBuilder,
        annotations: &Value,
    ) -> Digest {
        let layout = Layout::of(image, "any");
        let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
        let mut body = layout.blobs[&digest].clone();
        if !annotations.is_null() {
            let mut document: Value = serde_json::from_slice(&body).unwrap();
            document["annotations"] = annotations.clone();
            body = document.to_string().into_bytes();
        }
        for (blob, bytes) in layout.blobs.iter().filter(|(blob, _)| **blob != digest) {
            self.put(repository, blob, bytes);
        }
        self.push(repository, tag, &body)
    }

    /// Puts a blob, as an upload that is finished does.
    fn put(&self, repository: &str, digest: &Digest, bytes: &[u8]) {
        // A file of its own: the storage may keep a link to it.
        let folder = tempfile::tempdir_in(self.directory.path()).unwrap();
        let file = folder.path().join("blob");
        std::fs::write(&file, bytes).unwrap();
        let stored = self.engine.blobs.put_file(&file).unwrap();
        let blob = RegistryBlob { digest: digest.clone(), stored, bytes: bytes.len() as u64 };
        self.write(|tx| {
            let repository = rows::make_repository(tx, repository)?;
            rows::add_blob(tx, repository.number, &blob).map(drop)
        });
    }

    /// Pushes a manifest, as the registry does: its rows and its state in one transaction.
    pub(super) fn push(&self, repository: &str, tag: Option<&str>, body: &[u8]) -> Digest {
        let digest = Digest::of(body);
        let document: Value = serde_json::from_slice(body).unwrap();
        let kind = if document.get("manifests").is_some() { "index" } else { "image" };
        let none = Vec::new();
        let references: Vec<NewReference> = ["layers", "manifests"]
            .into_iter()
            .flat_map(|key| document[key].as_array().unwrap_or(&none))
            .map(|one| NewReference {
                kind: if kind == "index" { ReferenceKind::Manifest } else { ReferenceKind::Foreign },
                digest: one["digest"].as_str().unwrap().parse().unwrap(),
                bytes: one["size"].as_u64().unwrap_or(0),
                platform: String::new(),
            })
            .collect();
        self.write(|tx| {
            let repository = rows::make_repository(tx, repository)?.number;
            let new = NewManifest {
                repository,
                digest: &digest,
                kind,
                media_type: document["mediaType"].as_str().unwrap_or_default(),
                body,
                subject: None,
                artifact_type: "",
                annotations: "{}",
                pushed_by: "admin",
                references: &references,
            };
            let is_new = rows::find_manifest(tx, repository, &digest)?.is_none();
            rows::put_manifest(tx, &new)?;
            if let Some(tag) = tag {
                rows::set_tag(tx, repository, tag, &digest, None)?;
            }
            security::note_push(tx, &digest, is_new.then_some(repository))
        });
        security::pushed(&self.engine);
        digest
    }

    /// Waits until something that comes by itself is there.
    #[track_caller]
    pub(super) fn eventually<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
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

    /// Waits until a digest is that far.
    #[track_caller]
    pub(super) fn status(&self, digest: &Digest, word: &str) -> security::Status {
        self.eventually(&format!("{digest} is {word}"), || {
            Some(security::status(&self.engine, digest).unwrap()).filter(|status| status.word() == word)
        })
    }

    /// Waits until a digest's summary is kept, and is of today's advisory data.
    #[track_caller]
    pub(super) fn summary(&self, digest: &Digest) -> security::Summary {
        self.eventually(&format!("{digest} is summed up"), || {
            let kept = self.engine.database.read(|tx| limpid_store::security::load_summary(tx, digest));
            let now = crate::matching::tag_now(&self.engine, digest, None).unwrap();
            let is_kept = kept.unwrap().is_some_and(|kept| Some(kept.made_of) == now);
            is_kept.then(|| security::summary(&self.engine, None, digest).unwrap().unwrap())
        })
    }

    /// Asks as somebody with the password of everybody.
    pub(super) fn ask(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.send(who, method, path, if body.is_null() { String::new() } else { body.to_string() })
    }

    /// The same, with any text.
    pub(super) fn send(&self, who: &str, method: &str, path: &str, body: String) -> Answer {
        let credentials = format!("Basic {}", STANDARD.encode(format!("{who}:{PASSWORD}")));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "registry.test:5000")
            .header(header::AUTHORIZATION, credentials)
            .body(Body::from(body))
            .unwrap();
        let routes = public::router(Arc::clone(&self.engine));
        self.threads.block_on(async move {
            let (head, body) = routes.oneshot(request).await.unwrap().into_parts();
            let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
            Answer { status: head.status.as_u16(), text }
        })
    }

    /// Where the public listener is.
    pub(super) fn public(&self) -> String {
        format!("http://{}", self.running.as_ref().and_then(|running| running.public).unwrap())
    }

    /// `GET` as the administrator.
    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        self.ask("admin", "GET", path, &Value::Null).json(200)
    }
}

/// Alpine 3.99, with a package that [`FIXES`] has something about.
pub(super) fn vulnerable() -> System {
    System::alpine("3.99.1").package("busybox", "1.36.0-r1", "busybox").package("musl", "1.2.4-r0", "musl")
}

/// The same release, with packages that are fixed.
pub(super) fn clean() -> System {
    System::alpine("3.99.1").package("busybox", "1.36.1-r0", "busybox").package("musl", "1.2.4-r0", "musl")
}

/// What upstream says of 3.99.
pub(super) const FIXES: &[Fix<'_>] =
    &[("busybox", "1.36.1-r0", &["CVE-2099-0001"]), ("musl", "1.2.4-r0", &["CVE-2099-0005"])];

fn configuration(directory: &std::path::Path, database: &str) -> Configuration {
    let listen = ([127, 0, 0, 1], 0).into();
    let here = || Egress { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Egress::default() };
    Configuration {
        data: directory.to_owned(),
        roles: BTreeSet::from([
            Role::Indexer,
            Role::Matcher,
            Role::Updater,
            Role::Notifier,
            Role::Registry,
            Role::Ui,
        ]),
        log: Log { level: "error".to_owned(), json: false },
        api: Api { listen, tls: None, public_url: None, blind_spots_as_vulnerabilities: false },
        introspection: Introspection { listen },
        auth: None,
        database: Database { url: Secret::new(database), connections: 6 },
        blobs: Blobs { url: directory.join("blobs").display().to_string(), cache_bytes: 1 << 20 },
        indexer: Indexer {
            workers: 1,
            reindex_per_second: 100,
            ecosystems: Vec::new(),
            layers: Egress::default(),
        },
        matcher: configuration::Matcher::default(),
        updater: configuration::Updater {
            on: false,
            period: Duration::from_secs(3600),
            mirror: None,
            feeds: Vec::new(),
            nvd: false,
        },
        notifier: Notifier { summary: false, callback: None, most_removed_percent: 50, targets: Vec::new() },
        registry: configuration::Registry {
            listen,
            tls: None,
            public_url: Some("https://registry.test".parse().unwrap()),
            admin_password: Some(Secret::new(PASSWORD)),
            oidc: None,
            mail: None,
            manifest_bytes: 8 << 20,
            redirect: true,
            redirect_bytes: 0,
            webhooks: here(),
            untagged: None,
            upstreams: configuration::Upstreams { credentials: None, egress: here() },
        },
        harbor: configuration::Harbor::default(),
    }
}
