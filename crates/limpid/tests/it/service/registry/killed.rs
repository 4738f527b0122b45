//! Killed in the middle of a push: what was acknowledged is there, what was not is not half there, and the push succeeds when it is
//! tried again.

use limpid_core::Digest;
use limpid_server::fault::POINTS;

use super::support::{Asker, Home, image};
use crate::service::support::Service;

const REPOSITORY: &str = "test/app";

/// Pushes as clients do, until the process is gone. Returns whether it was all done.
fn push(asker: &Asker, layer: &[u8]) -> reqwest::Result<()> {
    let digest = Digest::of(layer);
    let begun = asker.try_send("POST", &format!("/v2/{REPOSITORY}/blobs/uploads/"), &[], "")?.has(202);
    let location = begun.header("location").to_owned();
    asker.try_send("PATCH", &location, &[], layer)?.has(202);
    asker.try_send("PUT", &format!("{location}?digest={digest}"), &[], "")?.has(201);
    let config = format!("/v2/{REPOSITORY}/blobs/uploads/?digest={}", Digest::of(b"{}"));
    asker.try_send("POST", &config, &[], "{}")?.has(201);
    let manifest = image(b"{}", layer);
    let headers = [("content-type", super::support::MANIFEST)];
    asker
        .try_send("PUT", &format!("/v2/{REPOSITORY}/manifests/latest"), &headers, manifest.to_string())?
        .has(201);
    Ok(())
}

#[test]
fn a_push_that_is_killed_is_whole_or_not_there_and_succeeds_again() {
    Home::on_each(|home| {
        let points: Vec<_> = POINTS.iter().filter(|point| point.starts_with("push: ")).collect();
        assert!(!points.is_empty());
        let before = b"what was there before";
        let first = home.start("first");
        push(&Asker::admin(&first, &[REPOSITORY]), before).unwrap();
        first.kill();
        let mut pushed = vec![before.to_vec()];
        for (number, point) in points.into_iter().enumerate() {
            let options = home.options("first").env("LIMPID_TEST_FAULT", point);
            let service = Service::start(&home.place, &options);
            let layer = format!("layer {number}").into_bytes();
            assert!(push(&Asker::admin(&service, &[REPOSITORY]), &layer).is_err(), "{point}");
            assert_eq!(service.ended(), None, "{point}: the process was ended by a signal");

            let service = home.start("first");
            let asker = Asker::admin(&service, &[REPOSITORY]);
            // The tag points to the image before or to this one, and whatever it points to is there.
            let tagged = asker.get(&format!("/v2/{REPOSITORY}/manifests/latest")).has(200);
            let new = image(b"{}", &layer).to_string().into_bytes();
            let old = image(b"{}", pushed.last().unwrap()).to_string().into_bytes();
            assert!(tagged.body == new || tagged.body == old, "{point}");
            for layer in &pushed {
                assert_eq!(asker.bytes(REPOSITORY, &Digest::of(layer)), *layer, "{point}");
            }
            push(&asker, &layer).unwrap();
            assert_eq!(
                asker.get(&format!("/v2/{REPOSITORY}/manifests/latest")).has(200).body,
                new,
                "{point}"
            );
            pushed.push(layer);
            service.kill();
        }
    });
}
