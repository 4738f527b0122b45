//! Many at once: of one blob, of one tag, of a push and a removal.

use std::thread;

use limpid_core::Digest;

use super::support::{Asker, Home, image};

const CLIENTS: usize = 50;

#[test]
fn fifty_clients_push_the_same_blob() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = &Asker::admin(&service, &["test/app", "test/other"]);
        let bytes = &b"the same layer ".repeat(20_000);
        let digest = Digest::of(bytes);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let repository = if client % 2 == 0 { "test/app" } else { "test/other" };
                let digest = &digest;
                scope.spawn(move || {
                    if client % 3 == 0 {
                        asker.blob(repository, bytes);
                        return;
                    }
                    let location = asker.begin(repository);
                    let (first, second) = bytes.split_at(1000 * client);
                    asker.send("PATCH", &location, &[], first).has(202);
                    asker.send("PUT", &format!("{location}?digest={digest}"), &[], second).has(201);
                });
            }
        });
        assert_eq!(asker.bytes("test/app", &digest), *bytes);
        assert_eq!(asker.bytes("test/other", &digest), *bytes);
    });
}

#[test]
fn fifty_clients_point_one_tag_to_fifty_images() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = &Asker::admin(&service, &["test/app"]);
        asker.blob("test/app", b"{}");
        let manifests: Vec<_> =
            (0..CLIENTS).map(|client| image(b"{}", format!("layer {client}").as_bytes())).collect();
        thread::scope(|scope| {
            for (client, manifest) in manifests.iter().enumerate() {
                scope.spawn(move || {
                    asker.blob("test/app", format!("layer {client}").as_bytes());
                    asker.put("test/app", "latest", manifest).has(201);
                    // Whatever it points to now is whole.
                    asker.get("/v2/test/app/manifests/latest").has(200);
                });
            }
        });
        let last = asker.get("/v2/test/app/manifests/latest").has(200);
        assert!(manifests.iter().any(|manifest| manifest.to_string().as_bytes() == last.body));
        for manifest in &manifests {
            let digest = super::support::digest(manifest);
            asker.head(&format!("/v2/test/app/manifests/{digest}")).has(200);
        }
    });
}

#[test]
fn two_who_go_on_with_one_upload_do_not_mix() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = &Asker::admin(&service, &["test/app"]);
        let location = &asker.begin("test/app");
        let statuses: Vec<u16> = thread::scope(|scope| {
            let sending: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(move || {
                        asker.send("PATCH", location, &[("content-range", "0-3")], "same").status
                    })
                })
                .collect();
            sending.into_iter().map(|sent| sent.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [202, 416].contains(status)), "{statuses:?}");
        assert_eq!(asker.get(location).has(204).header("range"), "0-3");
    });
}

#[test]
fn a_tag_never_points_to_what_is_removed() {
    Home::on_each(|home| {
        let service = home.start("node");
        let asker = &Asker::admin(&service, &["test/app"]);
        let manifest = &asker.image("test/app", "1", b"layer");
        let path = &format!("/v2/test/app/manifests/{}", super::support::digest(manifest));
        for _ in 0..20 {
            thread::scope(|scope| {
                scope.spawn(move || asker.put("test/app", "1", manifest).has(201));
                scope.spawn(move || {
                    let status = asker.delete(path).status;
                    assert!([202, 404].contains(&status), "{status}");
                });
            });
            let (tagged, by_digest) = (asker.get("/v2/test/app/manifests/1"), asker.get(path));
            assert_eq!(tagged.status, by_digest.status, "the tag and the manifest are both there, or none");
        }
    });
}
