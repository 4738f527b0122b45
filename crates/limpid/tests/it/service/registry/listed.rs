//! Lists: tags and repositories, in pages, and only what whoever asks may see.

use serde_json::json;

use super::support::{Asker, Home};

fn next(link: &str) -> &str {
    let (address, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(rest, "; rel=\"next\"");
    address
}

#[test]
fn tags_come_in_order_and_in_pages() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/app"]);
        let manifest = asker.image("test/app", "b", b"layer");
        for tag in ["a", "C", "a.1", "_"] {
            asker.put("test/app", tag, &manifest).has(201);
        }
        let path = "/v2/test/app/tags/list";
        let all = asker.get(path).has(200);
        assert_eq!(all.json(), json!({"name": "test/app", "tags": ["C", "_", "a", "a.1", "b"]}));
        assert_eq!(all.header("link"), "");
        let page = asker.get(&format!("{path}?n=2")).has(200);
        assert_eq!(page.json()["tags"], json!(["C", "_"]));
        let page = asker.get(next(page.header("link"))).has(200);
        assert_eq!(page.json()["tags"], json!(["a", "a.1"]));
        let page = asker.get(next(page.header("link"))).has(200);
        assert_eq!((page.json()["tags"].clone(), page.header("link")), (json!(["b"]), ""));
        let none = asker.get(&format!("{path}?n=0")).has(200);
        assert_eq!((none.json()["tags"].clone(), none.header("link")), (json!([]), ""));
        assert_eq!(asker.get(&format!("{path}?last=a")).has(200).json()["tags"], json!(["a.1", "b"]));
        asker.get(&format!("{path}?n=many")).error(400, "PAGINATION_NUMBER_INVALID");
        asker.get(&format!("{path}?n=99999999999999")).has(200);
    });
}

#[test]
fn the_catalog_has_what_one_may_pull() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = Asker::admin(&service, &["test/b", "test/a", "alpine"]);
        for repository in ["test/b", "test/a", "alpine"] {
            asker.blob(repository, b"any");
        }
        let all = asker.get("/v2/_catalog").has(200).json();
        assert_eq!(all["repositories"], json!(["library/alpine", "test/a", "test/b"]));
        let page = asker.get("/v2/_catalog?n=2").has(200);
        assert_eq!(page.json()["repositories"], json!(["library/alpine", "test/a"]));
        assert_eq!(asker.get(next(page.header("link"))).json()["repositories"], json!(["test/b"]));
        // Nobody in particular sees what is public, and nothing is.
        let base = service.public.clone().unwrap();
        let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("{base}/v2/_catalog")).send().unwrap();
        assert_eq!(answer.text().unwrap(), "{\"repositories\":[]}");
    });
}

#[test]
fn who_is_nobody_is_asked_who_they_are() {
    let home = Home::small();
    let service = home.start("node");
    let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let base = service.public.clone().unwrap();
    for path in ["/v2/", "/v2/test/app/tags/list", "/v2/test/app/manifests/1"] {
        let answer = client.get(format!("{base}{path}")).send().unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        assert_eq!(answer.headers()["docker-distribution-api-version"], "registry/2.0");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
    }
    let asker = Asker::admin(&service, &[]);
    asker.get("/v2/").has(200);
    asker.get("/v2/test/app/none/1").has(404);
    let refused = asker.send("PATCH", "/v2/_catalog", &[], "").error(405, "UNSUPPORTED");
    assert_eq!(refused.header("allow"), "GET, HEAD");
}
