//! How far what was pushed is: queued, indexed, failed and why, unsupported and why.

use limpid_store::{
    jobs::{self, JobKind},
    presence::{self, Purpose},
};
use limpid_testkit::{image::ImageBuilder, image::Stored};
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, vulnerable},
};
use crate::security::Status;

/// Keeps indexers of this process from taking jobs: they are of another state, of which a program is there.
fn hold_back(place: &Place) {
    let digest = limpid_core::Digest::of(b"another program");
    place.write(|tx| {
        let states = [digest.to_string()].into();
        presence::note(tx, "another node", Purpose::IndexState, &states, std::time::Duration::ZERO)?;
        limpid_store::index_states::announce(tx, &digest)
    });
}

#[test]
fn what_is_pushed_has_a_state_and_a_job_at_once_and_the_newest_goes_first() {
    Place::on_each(|place| {
        hold_back(place);
        let first = place.push_system("team/app", "1", &vulnerable());
        let priority = "UPDATE job SET priority = priority - 1 WHERE key = $1";
        place.write(|tx| tx.execute(priority, &[(&first).into()]));
        let second = place.push_system("team/app", "2", &vulnerable().file("etc/motd", "two"));
        for digest in [&first, &second] {
            assert_eq!(crate::security::status(&place.engine, digest).unwrap(), Status::Queued);
        }
        let next = "SELECT key FROM job WHERE kind = 'index' ORDER BY priority DESC, created_at LIMIT 1";
        let next: String = place.write(|tx| tx.query_optional(next, &[])?.unwrap().get(0));
        assert_eq!(next, second.to_string());
        let unknown = limpid_core::Digest::of(b"never pushed");
        assert_eq!(crate::security::status(&place.engine, &unknown).unwrap(), Status::Unknown);
    });
}

#[test]
fn artifacts_are_recognised_and_have_no_job() {
    Place::on_each(|place| {
        let empty = "application/vnd.oci.empty.v1+json";
        let blob = json!({"mediaType": empty, "digest": limpid_core::Digest::of(b"{}"), "size": 2});
        let sbom = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": "application/spdx+json", "config": blob, "layers": [blob]});
        let digest = place.push("team/app", None, sbom.to_string().as_bytes());
        let expected = Status::Unsupported { reason: "it is an SBOM".to_owned(), is_artifact: true };
        assert_eq!(crate::security::status(&place.engine, &digest).unwrap(), expected);
        let job = place.write(|tx| jobs::find(tx, JobKind::Index, digest.as_str()));
        assert_eq!(job, None);
        let told = place.get(&format!("/api/v1/repository/team/app/manifest/{digest}/security"));
        assert_eq!((&told["status"], &told["data"]), (&json!("unsupported"), &Value::Null));
        assert_eq!(told["limpid"]["state"]["reason"], "it is an SBOM");
    });
}

#[test]
fn a_failure_says_why_and_when_it_is_tried_again_and_a_rescan_does_so_at_once() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let image =
            ImageBuilder::new().layer(vulnerable().tar().finish(), Stored::Gzip).stored_as(*b"no layer");
        let broken = place.push_image("team/app", Some("broken"), &image);
        // What nobody can decompress is a blind spot of a report, not a failure; a layer that is gone is one.
        place.status(&broken, "indexed");
        assert_eq!(place.summary(&broken).verdict, limpid_core::Verdict::Unproven);

        let lost = vulnerable().file("etc/motd", "lost").image();
        let layer = lost.layer_digests()[0].clone();
        hold_back(place);
        let digest = place.push_image("team/app", Some("lost"), &lost);
        let forget = "DELETE FROM repository_blob WHERE digest = $1";
        place.write(|tx| tx.execute(forget, &[(&layer).into()]));
        let stored: String = place.write(|tx| {
            let query = "DELETE FROM registry_blob WHERE digest = $1 RETURNING stored";
            tx.query_optional(query, &[(&layer).into()])?.unwrap().get(0)
        });
        place.write(|tx| limpid_store::index_states::announce(tx, place.engine.own_index_state()));
        place.write(|tx| jobs::require(tx, place.engine.own_index_state().as_str()));
        let failed = place.status(&digest, "failed");
        let Status::Failed { reason, next_at } = failed else { panic!("{failed:?}") };
        assert_eq!(
            reason,
            format!("layer {layer}: it is not in the registry any more; push the image again")
        );
        assert!(next_at.is_some());

        let again =
            "INSERT INTO registry_blob (digest, stored, bytes, created_at) VALUES ($1, $2, 1, limpid_now())";
        place.write(|tx| tx.execute(again, &[(&layer).into(), stored.as_str().into()]));
        let path = format!("/api/v1/repository/team/app/manifest/{digest}/rescan");
        place.ask("admin", "POST", &path, &Value::Null).json(202);
        place.status(&digest, "indexed");
        assert_eq!(place.summary(&digest).verdict, limpid_core::Verdict::Vulnerable);
    });
}

#[test]
fn what_is_indexed_is_indexed_anew_by_a_rescan_and_the_report_stays_meanwhile() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        let at = |place: &Place| {
            let read = place.engine.database.read(|tx| limpid_store::reports::load(tx, &digest));
            read.unwrap().unwrap()
        };
        let before = at(place);
        let path = format!("/api/v1/repository/team/app/manifest/{digest}/rescan");
        let told = place.ask("admin", "POST", &path, &Value::Null).json(202);
        assert_eq!(told["state"]["status"], "indexed", "the good report stays");
        let after = place.eventually("it is made anew", || {
            Some(at(place)).filter(|now| now.indexed_at > before.indexed_at)
        });
        assert_eq!((after.json, after.is_complete), (before.json, true));
        let elsewhere = format!("/api/v1/repository/team/other/manifest/{digest}/rescan");
        place.ask("admin", "POST", &elsewhere, &Value::Null).json(404);
    });
}

#[test]
fn whoever_deletes_the_manifest_beside_the_registry_has_it_indexed_again() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        crate::indexing::delete(&place.engine, std::slice::from_ref(&digest)).unwrap();
        assert_ne!(crate::security::status(&place.engine, &digest).unwrap(), Status::Indexed);
        place.status(&digest, "indexed");
    });
}

#[test]
fn who_said_before_the_push_that_a_manifest_has_other_layers_was_wrong() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let image = vulnerable().image();
        let layout = limpid_testkit::image::Layout::of(&image, "any");
        let digest: limpid_core::Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
        let layer = limpid_store::manifests::ManifestLayer {
            digest: limpid_core::Digest::of(b"another"),
            uri: "https://elsewhere.example/layer".to_owned(),
        };
        let wrong = limpid_store::manifests::Manifest { digest: digest.clone(), layers: vec![layer] };
        place.write(|tx| limpid_store::manifests::put(tx, &wrong));
        assert_eq!(place.push_image("team/app", Some("1"), &image), digest);
        place.status(&digest, "indexed");
        assert_eq!(place.summary(&digest).verdict, limpid_core::Verdict::Vulnerable);
    });
}
