//! Namespaces that are copies of another registry: a real one, and one that says when it is asked.

use std::{path::Path, thread};

use limpid_core::Digest;
use limpid_testkit::{
    http::{Answer, Gate, Server},
    image::Layout,
    registry::Registry,
};
use reqwest::{
    Method,
    blocking::{Client, Response},
    header::HeaderMap,
};
use serde_json::{Value, json};

use super::place::{FIXES, PASSWORD, Place, vulnerable};
use crate::configuration::{Configuration, Upstreams};

/// A client of registries.
struct Puller<'a> {
    client: Client,
    base: String,
    who: &'a str,
}

/// What was answered.
struct Pulled {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Pulled {
    #[track_caller]
    fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    fn warning(&self) -> &str {
        self.headers.get("warning").map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> Value {
        serde_json::from_slice::<Value>(&self.body).unwrap()["errors"][0]["code"].clone()
    }
}

impl<'a> Puller<'a> {
    fn of(place: &Place, who: &'a str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        Self { client, base: place.public(), who }
    }

    fn ask(&self, method: &Method, path: &str) -> Pulled {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if !self.who.is_empty() {
            request = request.basic_auth(self.who, Some(PASSWORD));
        }
        let answer = request.send().unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Pulled { status, headers, body: answer.bytes().unwrap().to_vec() }
    }

    fn get(&self, path: &str) -> Pulled {
        self.ask(&Method::GET, path)
    }
}

/// Puts an image into a real registry, under a tag; returns its manifest's digest.
fn put(host: &str, repository: &str, tag: &str, layout: &Layout) -> Digest {
    let client = Client::builder().no_proxy().build().unwrap();
    let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
    let base = format!("http://{host}/v2/{repository}");
    let login = |request: reqwest::blocking::RequestBuilder| request.basic_auth("user", Some("secret"));
    let good = |answer: Response, status: u16| {
        assert_eq!(answer.status().as_u16(), status, "{:?}", answer.text());
    };
    for (blob, bytes) in layout.blobs.iter().filter(|(blob, _)| **blob != digest) {
        let begun = login(client.post(format!("{base}/blobs/uploads/"))).send().unwrap();
        let location = begun.headers()["location"].to_str().unwrap().to_owned();
        let mark = if location.contains('?') { '&' } else { '?' };
        let request = client.put(format!("{location}{mark}digest={blob}")).body(bytes.clone());
        good(login(request).send().unwrap(), 201);
    }
    let manifest = layout.blobs[&digest].clone();
    let document: Value = serde_json::from_slice(&manifest).unwrap();
    let request = client
        .put(format!("{base}/manifests/{tag}"))
        .header("content-type", document["mediaType"].as_str().unwrap())
        .body(manifest);
    good(login(request).send().unwrap(), 201);
    digest
}

/// The digests of the layers and the configuration of a manifest.
fn named(manifest: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(manifest).unwrap();
    let layers = document["layers"].as_array().unwrap().iter();
    let all = layers.chain([&document["config"]]).map(|one| one["digest"].as_str().unwrap().to_owned());
    all.collect()
}

/// Makes `hub` a copy, with a reader and a stranger.
fn copy(place: &Place, address: &str) {
    for name in ["hub", "stranger"] {
        place.user(name);
    }
    let upstream = json!({ "address": address });
    let path = "/api/v1/namespaces/hub/upstream";
    assert_eq!(place.ask("hub", "PUT", path, &upstream).status, 403, "it spends the service's password");
    place.ask("admin", "PUT", path, &upstream).json(200);
    assert_eq!(place.ask("hub", "GET", path, &Value::Null).json(200), upstream);
}

fn credentials(directory: &Path, host: &str) -> std::path::PathBuf {
    // "user:secret".
    let file = directory.join("upstreams.json");
    std::fs::write(&file, json!({"auths": {host: {"auth": "dXNlcjpzZWNyZXQ="}}}).to_string()).unwrap();
    file
}

#[test]
fn a_private_registry_is_copied_and_its_images_are_judged() {
    if Registry::start_with_password().is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("upstreams.json");
    let change = |configuration: &mut Configuration| {
        let Upstreams { egress, .. } = configuration.registry.upstreams.clone();
        configuration.registry.upstreams = Upstreams { credentials: Some(file.clone()), egress };
    };
    Place::configured(change, |place| {
        let upstream = Registry::start_with_password().unwrap();
        credentials(directory.path(), &upstream.host());
        place.advise(FIXES);
        let layout = Layout::of(&vulnerable().image(), "any");
        let digest = put(&upstream.host(), "team/app", "1", &layout);
        copy(place, &format!("http://{}/team", upstream.host()));
        let puller = Puller::of(place, "hub");
        let tag = "/v2/hub/app/manifests/1";

        // Of what is private nobody learns who may not pull here.
        Puller::of(place, "stranger").get(tag).with(404);
        Puller::of(place, "").get(tag).with(401);
        puller.get("/v2/hub/app/manifests/2").with(404);
        puller.get(&format!("/v2/hub/app/blobs/{}", layout.blobs.keys().next().unwrap())).with(404);

        let pulled = puller.get(tag).with(200);
        assert_eq!(Digest::of(&pulled.body), digest);
        assert_eq!((pulled.warning(), &pulled.body), ("", &layout.blobs[&digest]));
        // Nobody has pulled its layers yet, and it is judged all the same.
        assert_eq!(place.status(&digest, "indexed").word(), "indexed");
        assert_eq!(place.summary(&digest).verdict, limpid_core::Verdict::Vulnerable);
        for blob in named(&pulled.body) {
            let path = format!("/v2/hub/app/blobs/{blob}");
            let known: Digest = blob.parse().unwrap();
            assert_eq!(puller.get(&path).with(200).body, layout.blobs[&known]);
            Puller::of(place, "stranger").get(&path).with(404);
        }
        // A tag that moved there moves here.
        let other = Layout::of(&super::place::clean().image(), "any");
        let moved = put(&upstream.host(), "team/app", "1", &other);
        assert_eq!(Digest::of(&puller.get(tag).with(200).body), moved);
        assert_eq!(
            Digest::of(&puller.get(&format!("/v2/hub/app/manifests/{digest}")).with(200).body),
            digest
        );

        // Nobody pushes to a copy, and nothing that was pushed becomes one.
        let refused = puller.ask(&Method::POST, "/v2/hub/app/blobs/uploads/").with(403);
        assert_eq!(refused.code(), "DENIED");
        let path = "/api/v1/repository/hub/app/tag/1";
        assert_eq!(place.ask("hub", "PUT", path, &json!({"manifest_digest": digest})).status, 409);
        assert_eq!(Digest::of(&puller.get(tag).with(200).body), moved);
        // Nor is what was had with the service's password for everybody.
        let path = "/api/v1/repositories/hub/app/visibility";
        assert_eq!(place.ask("hub", "PUT", path, &json!({"public": true})).status, 409);
        assert_eq!(place.ask("hub", "PUT", path, &json!({"public": false})).status, 204);
        place.push_system("stranger/app", "1", &vulnerable());
        let address = json!({"address": "https://registry.example"});
        let path = "/api/v1/namespaces/stranger/upstream";
        assert_eq!(place.ask("admin", "PUT", path, &address).status, 409);
        assert_eq!(place.ask("admin", "PUT", path, &json!({"address": "https://u:p@h"})).status, 422);

        drop(upstream);
        gives_out_what_it_has(&puller, tag, &moved);
    });
}

/// What is here is given out where upstream is not there, and that is said.
fn gives_out_what_it_has(puller: &Puller<'_>, tag: &str, moved: &Digest) {
    for _again in 0..2 {
        let stale = puller.get(tag).with(200);
        assert_eq!(Digest::of(&stale.body), *moved);
        assert!(stale.warning().contains("cannot be asked"), "{}", stale.warning());
    }
    assert_eq!(puller.get(&format!("/v2/hub/app/manifests/{moved}")).with(200).warning(), "");
    assert_eq!(puller.get("/v2/hub/app/manifests/2").with(502).code(), "UNAVAILABLE");
}

#[test]
fn what_many_pull_at_once_is_fetched_once_with_a_token() {
    Place::on_each(|place| {
        let layout = Layout::of(&vulnerable().image(), "any");
        let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
        let manifest = layout.blobs[&digest].clone();
        let upstream = Server::start();
        let challenge = format!("Bearer realm=\"{}/token\",service=\"s\"", upstream.url());
        let answer = || {
            Answer::ok(manifest.clone())
                .header("content-type", "application/vnd.oci.image.manifest.v1+json")
                .header("docker-content-digest", digest.as_str())
        };
        let asked = Answer::status(401).header("www-authenticate", &challenge);
        let token = "/token?service=s&scope=repository%3Aapp%3Apull";
        upstream.answer(token, Answer::ok(r#"{"token": "a.b.c"}"#));
        upstream.answers("HEAD /v2/app/manifests/1", [asked, answer()]);
        let gate = Gate::default();
        upstream.answer(&format!("/v2/app/manifests/{digest}"), answer().held_by(&gate));
        let layer: Digest = named(&manifest)[0].parse().unwrap();
        for (blob, bytes) in layout.blobs.iter().filter(|(blob, _)| **blob != digest) {
            let answer = Answer::ok(bytes.clone()).held_by(&gate);
            upstream.answer(&format!("/v2/app/blobs/{blob}"), answer);
        }
        copy(place, &upstream.url());
        let puller = &Puller::of(place, "hub");
        let together = |path: &str| {
            thread::scope(|scope| {
                let pulls: Vec<_> =
                    (0..20).map(|_| scope.spawn(move || puller.get(path).with(200).body)).collect();
                // All of them wait for one answer, or come when it is here.
                gate.open();
                pulls.into_iter().map(|pull| pull.join().unwrap()).collect::<Vec<_>>()
            })
        };
        let pulled = together("/v2/hub/app/manifests/1");
        assert!(pulled.iter().all(|body| *body == manifest));
        let pulled = together(&format!("/v2/hub/app/blobs/{layer}"));
        assert!(pulled.iter().all(|body| *body == layout.blobs[&layer]));
        place.status(&digest, "indexed");
        let requests = upstream.take_requests();
        let count = |path: String| {
            let found: Vec<_> =
                requests.iter().filter(|request| request.method == "GET" && request.path == path).collect();
            let bearer = Some(&"Bearer a.b.c".to_owned());
            assert!(found.iter().all(|request| request.headers.get("authorization") == bearer), "{found:?}");
            found.len()
        };
        assert_eq!(count(format!("/v2/app/manifests/{digest}")), 1);
        // By whoever was first, a client or the job that indexes it.
        assert_eq!(count(format!("/v2/app/blobs/{layer}")), 1);
    });
}

#[test]
fn nothing_is_kept_that_is_not_what_it_should_be() {
    Place::on_each(|place| {
        let layout = Layout::of(&vulnerable().image(), "any");
        let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
        let manifest = layout.blobs[&digest].clone();
        let upstream = Server::start();
        copy(place, &upstream.url());
        let puller = Puller::of(place, "hub");
        let typed = |bytes: &[u8]| {
            Answer::ok(bytes).header("content-type", "application/vnd.oci.image.manifest.v1+json")
        };
        let path = format!("/v2/app/manifests/{digest}");
        let own = format!("/v2/hub/app/manifests/{digest}");
        upstream.answer(&path, typed(b"{}"));
        assert_eq!(puller.get(&own).with(502).code(), "UNAVAILABLE");
        upstream.answer(&path, Answer::status(403));
        assert_eq!(puller.get(&own).with(403).code(), "DENIED");
        upstream.answer(&path, Answer::status(429).header("retry-after", "7"));
        let often = puller.get(&own).with(429);
        assert_eq!(
            (often.code(), &often.headers["retry-after"]),
            (json!("TOOMANYREQUESTS"), &"7".parse().unwrap())
        );
        upstream.answer(&path, typed(&manifest));
        puller.get(&own).with(200);
        let layer: Digest = named(&manifest)[0].parse().unwrap();
        let (there, here) = (format!("/v2/app/blobs/{layer}"), format!("/v2/hub/app/blobs/{layer}"));
        let bytes = layout.blobs[&layer].clone();
        let longer = [bytes.as_slice(), b"more"].concat();
        let mut other = bytes.clone();
        other[0] ^= 1;
        for wrong in [Answer::ok(longer), Answer::ok(other), Answer::ok(bytes.clone()).cut_off(3)] {
            upstream.answer(&there, wrong);
            assert_eq!(puller.get(&here).with(502).code(), "UNAVAILABLE");
        }
        // Also where upstream has it, nothing is fetched that no manifest names.
        let unnamed = Digest::of(b"unnamed");
        upstream.answer(&format!("/v2/app/blobs/{unnamed}"), Answer::ok("unnamed"));
        puller.get(&format!("/v2/hub/app/blobs/{unnamed}")).with(404);
        upstream.answer(&there, Answer::ok(bytes.clone()));
        assert_eq!(puller.get(&here).with(200).body, bytes);
        // A tag that is gone there is gone here.
        let head = typed(&manifest).header("docker-content-digest", digest.as_str());
        upstream.answer("/v2/app/manifests/1", head);
        puller.get("/v2/hub/app/manifests/1").with(200);
        upstream.answer("/v2/app/manifests/1", Answer::status(404));
        puller.get("/v2/hub/app/manifests/1").with(404);
        assert_eq!(
            place.ask("hub", "GET", "/v2/hub/app/tags/list", &Value::Null).json(200)["tags"],
            json!([])
        );
    });
}

/// While upstream is asked for this, its answer is held back until `meanwhile` is done. What was pulled then.
fn pulled_while(
    place: &Place,
    (upstream, there, answer): (&Server, &str, Answer),
    path: &str,
    meanwhile: impl FnOnce(),
) -> Pulled {
    let gate = Gate::default();
    upstream.take_requests();
    upstream.answer(there, answer.held_by(&gate));
    let puller = Puller::of(place, "hub");
    thread::scope(|scope| {
        let pull = scope.spawn(move || puller.get(path));
        let path = there.split_once(' ').map_or(there, |(_, path)| path);
        place.eventually("upstream is asked", || {
            upstream.take_requests().iter().find(|request| request.path == path).map(drop)
        });
        meanwhile();
        gate.open();
        pull.join().unwrap()
    })
}

fn begin_again(place: &Place, address: &str) {
    let statement = "
        INSERT INTO namespace_upstream (namespace, address, created_at)
        SELECT number, $1, 0 FROM namespace WHERE name = 'hub'";
    place.write(|tx| tx.execute(statement, &[address.into()]).map(drop));
}

#[test]
fn what_changed_while_upstream_was_asked_counts() {
    Place::on_each(|place| {
        let upstream = Server::start();
        copy(place, &upstream.url());
        let puller = Puller::of(place, "hub");
        let images = [vulnerable(), super::place::clean()].map(|system| Layout::of(&system.image(), "any"));
        let [one, two] = images.each_ref().map(|layout| {
            let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
            let answer = Answer::ok(layout.blobs[&digest].clone())
                .header("content-type", "application/vnd.oci.image.manifest.v1+json")
                .header("docker-content-digest", digest.as_str());
            upstream.answer(&format!("/v2/app/manifests/{digest}"), answer.clone());
            (digest, answer)
        });
        let (tag, there) = ("/v2/hub/app/manifests/1", "/v2/app/manifests/1");
        let lock = |is_locked: bool| {
            let path = "/api/v1/repository/hub/app/tag/1";
            assert_eq!(place.ask("hub", "PUT", path, &json!({"immutable": is_locked})).status, 201);
        };
        let pulled = |answer: &Answer, meanwhile: &dyn Fn()| {
            let pulled = pulled_while(place, (&upstream, there, answer.clone()), tag, meanwhile).with(200);
            Digest::of(&pulled.body)
        };
        assert_eq!(pulled(&one.1, &|| ()), one.0);
        // A tag that was locked meanwhile stays: where it moved to what is to be fetched, to what is here, and where it is gone.
        assert_eq!(pulled(&two.1, &|| lock(true)), one.0);
        lock(false);
        assert_eq!(pulled(&two.1, &|| lock(true)), one.0);
        lock(false);
        assert_eq!(pulled(&Answer::status(404), &|| lock(true)), one.0);
        lock(false);

        // What became no copy meanwhile keeps what it has, and is given nothing more.
        let end = || {
            let path = "/api/v1/namespaces/hub/upstream";
            assert_eq!(place.ask("admin", "DELETE", path, &Value::Null).status, 204);
        };
        let begin = || begin_again(place, &upstream.url());
        for answer in [&two.1, &Answer::status(404)] {
            assert_eq!(pulled(answer, &end), one.0);
            begin();
        }
        let layer = named(&images[0].blobs[&one.0]).remove(0);
        let bytes = images[0].blobs[&layer.parse().unwrap()].clone();
        let new = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [],
        });
        let index =
            Answer::ok(new.to_string()).header("content-type", "application/vnd.oci.image.index.v1+json");
        let new = Digest::of(new.to_string().as_bytes());
        for (what, answer) in
            [(format!("blobs/{layer}"), Answer::ok(bytes)), (format!("manifests/{new}"), index)]
        {
            let (there, here) = (format!("/v2/app/{what}"), format!("/v2/hub/app/{what}"));
            pulled_while(place, (&upstream, &there, answer), &here, end).with(404);
            puller.get(&here).with(404);
            begin();
        }
    });
}

#[test]
fn an_upstream_that_may_not_be_asked_is_not() {
    let change = |configuration: &mut Configuration| {
        configuration.registry.upstreams = Upstreams::default();
    };
    Place::configured(change, |place| {
        let upstream = Server::start();
        copy(place, &upstream.url());
        let refused = Puller::of(place, "hub").get("/v2/hub/app/manifests/1").with(502);
        // Where its name leads to is for the operator.
        assert!(!String::from_utf8_lossy(&refused.body).contains("allow_networks"));
        assert_eq!(upstream.take_requests(), []);
        assert_eq!(place.ask("admin", "DELETE", "/api/v1/namespaces/hub/upstream", &Value::Null).status, 204);
        assert_eq!(place.ask("admin", "DELETE", "/api/v1/namespaces/hub/upstream", &Value::Null).status, 404);
        Puller::of(place, "hub").get("/v2/hub/app/manifests/1").with(404);
    });
}
