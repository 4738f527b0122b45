//! A registry of either kind, and who pushes to it.

use limpid_core::Digest;
use limpid_testkit::{
    postgres::Postgres,
    s3::{ACCESS_KEY, S3Server, SECRET_KEY},
};
use reqwest::{
    blocking::{Client, RequestBuilder},
    header::HeaderMap,
    redirect::Policy,
};
use serde_json::{Value, json};

use crate::{
    service::support::{Options, Service},
    support::Place,
};

/// The administrator's password.
pub(super) const PASSWORD: &str = "a password of the tests";

/// Where processes run that are one registry.
pub(super) struct Home {
    pub(super) place: Place,
    pub(super) s3: Option<S3Server>,
    shared: String,
    password: String,
}

impl Home {
    /// On an embedded database and a directory.
    pub(super) fn small() -> Self {
        Self::of(String::new(), None)
    }

    /// On PostgreSQL and S3; `None` where there is no PostgreSQL.
    pub(super) fn large() -> Option<Self> {
        let postgres = Postgres::shared()?;
        let s3 = S3Server::start();
        let (database, blobs) = (postgres.database(), s3.blobs("limpid"));
        let shared = format!("[database]\nurl = \"{database}\"\n[blobs]\nurl = \"{blobs}\"\n");
        Some(Self::of(shared, Some(s3)))
    }

    fn of(shared: String, s3: Option<S3Server>) -> Self {
        let place = Place::new();
        place.mirror();
        let password = place.write("admin", PASSWORD);
        Self { place, s3, shared, password }
    }

    /// Runs a test on each kind.
    pub(super) fn on_each(test: impl Fn(&Self)) {
        test(&Self::small());
        if let Some(large) = Self::large() {
            test(&large);
        }
    }

    /// How a node of this name runs.
    pub(super) fn options(&self, node: &str) -> Options {
        Options::new(node)
            .with(&self.shared)
            .env("LIMPID_REGISTRY_ADMIN_PASSWORD_FILE", &self.password)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    }

    /// Starts a node.
    pub(super) fn start(&self, node: &str) -> Service {
        Service::start(&self.place, &self.options(node))
    }
}

/// Who asks a registry.
pub(super) struct Asker {
    http: Client,
    base: String,
    name: String,
    password: String,
    repositories: Vec<String>,
    token: String,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(super) fn has(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    /// Asserts an error in the form of the specification.
    #[track_caller]
    pub(super) fn error(self, status: u16, code: &str) -> Self {
        let answer = self.has(status);
        assert_eq!(answer.json()["errors"][0]["code"], code, "{:#}", answer.json());
        answer
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header; empty where it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Asker {
    /// The administrator, with a bearer token for these repositories.
    pub(super) fn admin(service: &Service, repositories: &[&str]) -> Self {
        Self::of(service, "admin", PASSWORD, repositories)
    }

    pub(super) fn of(service: &Service, name: &str, password: &str, repositories: &[&str]) -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let base = service.public.clone().unwrap();
        let scopes: String =
            repositories.iter().map(|name| format!("&scope=repository:{name}:pull,push,delete")).collect();
        let token = http
            .get(format!("{base}/v2/auth?service=limpid.example.com&scope=registry:catalog:*{scopes}"))
            .basic_auth(name, Some(password))
            .send()
            .unwrap();
        assert_eq!(token.status(), 200);
        let token: Value = serde_json::from_str(&token.text().unwrap()).unwrap();
        Self {
            http,
            base,
            name: name.to_owned(),
            password: password.to_owned(),
            repositories: repositories.iter().map(|name| (*name).to_owned()).collect(),
            token: token["token"].as_str().unwrap().to_owned(),
        }
    }

    /// The same account, of another node, whose address is another one: so the token is another one too.
    pub(super) fn at(&self, service: &Service) -> Self {
        let repositories: Vec<&str> = self.repositories.iter().map(String::as_str).collect();
        Self::of(service, &self.name, &self.password, &repositories)
    }

    /// Asks with name and password, without a token.
    pub(super) fn get_with_password(&self, path: &str) -> u16 {
        let request = self.http.get(format!("{}{path}", self.base));
        request.basic_auth(&self.name, Some(&self.password)).send().unwrap().status().as_u16()
    }

    pub(super) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().unwrap();
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.http.request(method, address).bearer_auth(&self.token)
    }

    pub(super) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.request(method, path).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { status, headers, body: answer.bytes()?.to_vec() })
    }

    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(super) fn head(&self, path: &str) -> Answer {
        self.send("HEAD", path, &[], "")
    }

    pub(super) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], "")
    }

    /// Begins an upload; returns where it goes on.
    #[track_caller]
    pub(super) fn begin(&self, repository: &str) -> String {
        let begun = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), &[], "").has(202);
        begun.header("location").to_owned()
    }

    /// Pushes a blob in one request.
    #[track_caller]
    pub(super) fn blob(&self, repository: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        self.send("POST", &path, &[], bytes).has(201);
        digest
    }

    /// The bytes of a blob, wherever they are.
    #[track_caller]
    pub(super) fn bytes(&self, repository: &str, digest: &Digest) -> Vec<u8> {
        let answer = self.get(&format!("/v2/{repository}/blobs/{digest}"));
        if answer.status == 307 {
            let client = Client::builder().no_proxy().build().unwrap();
            let answer = client.get(answer.header("location")).send().unwrap();
            assert_eq!(answer.status(), 200);
            return answer.bytes().unwrap().to_vec();
        }
        answer.has(200).body
    }

    pub(super) fn put(&self, repository: &str, reference: &str, manifest: &Value) -> Answer {
        let media_type = manifest["mediaType"].as_str().unwrap();
        let path = format!("/v2/{repository}/manifests/{reference}");
        self.send("PUT", &path, &[("content-type", media_type)], manifest.to_string())
    }

    /// Pushes an image of one layer; returns its manifest.
    #[track_caller]
    pub(super) fn image(&self, repository: &str, tag: &str, layer: &[u8]) -> Value {
        let config = b"{\"os\": \"linux\", \"architecture\": \"amd64\", \"rootfs\": {\"diff_ids\": []}}";
        self.blob(repository, config);
        self.blob(repository, layer);
        let manifest = image(config, layer);
        self.put(repository, tag, &manifest).has(201);
        manifest
    }
}

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub(super) fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes), "size": bytes.len()})
}

pub(super) fn image(config: &[u8], layer: &[u8]) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
    })
}

/// The digest of a manifest, as it is sent.
pub(super) fn digest(manifest: &Value) -> Digest {
    Digest::of(manifest.to_string().as_bytes())
}
