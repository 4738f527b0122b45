//! An index is what the worst of its images is, and one of them of which nothing is known keeps it from being clean.

use limpid_core::{Digest, Verdict};
use limpid_testkit::image::{ImageBuilder, Stored};
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, clean, vulnerable},
};
use crate::security::{self, Status};

fn image(system: &limpid_testkit::alpine::System, platform: &str) -> ImageBuilder {
    ImageBuilder::new().platform(platform).layer(system.tar().finish(), Stored::Gzip)
}

fn child(digest: &Digest, platform: &str) -> Value {
    let (os, architecture) = platform.split_once('/').unwrap();
    json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 100,
        "platform": {"os": os, "architecture": architecture}})
}

fn push_index(place: &Place, tag: &str, children: &[Value]) -> Digest {
    let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": children});
    place.push("team/app", Some(tag), index.to_string().as_bytes())
}

#[test]
fn an_index_is_rolled_up_from_its_images() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let amd = place.push_image("team/app", None, &image(&clean(), "linux/amd64"));
        let arm = place.push_image("team/app", None, &image(&vulnerable(), "linux/arm64"));
        let attestation = child(&Digest::of(b"attestation"), "unknown/unknown");
        let both = push_index(
            place,
            "both",
            &[child(&amd, "linux/amd64"), child(&arm, "linux/arm64"), attestation.clone()],
        );
        let good = push_index(place, "good", &[child(&amd, "linux/amd64"), attestation]);
        let missing = Digest::of(b"missing");
        let sparse =
            push_index(place, "sparse", &[child(&amd, "linux/amd64"), child(&missing, "linux/s390x")]);
        for digest in [&amd, &arm] {
            place.status(digest, "indexed");
            place.summary(digest);
        }
        let rolled = |digest: &Digest| security::summary(&place.engine, None, digest).unwrap().unwrap();
        for digest in [&both, &good, &sparse] {
            assert_eq!(security::status(&place.engine, digest).unwrap(), Status::Indexed);
        }
        let summary = rolled(&both);
        assert_eq!((summary.verdict, summary.total(), summary.packages), (Verdict::Vulnerable, 1, 4));
        let platforms: Vec<(&str, Option<Verdict>)> = summary
            .children
            .iter()
            .map(|child| (child.platform.as_str(), child.summary.as_ref().map(|summary| summary.verdict)))
            .collect();
        assert_eq!(
            platforms,
            [("linux/amd64", Some(Verdict::Clean)), ("linux/arm64", Some(Verdict::Vulnerable))]
        );
        assert_eq!(rolled(&good).verdict, Verdict::Clean, "the attestation is no image");
        let summary = rolled(&sparse);
        assert_eq!(summary.verdict, Verdict::Unproven, "nothing is known of what is not there");
        assert_eq!(summary.reasons.iter().collect::<Vec<_>>(), ["image-unknown"]);

        let told = place.get(&format!("/api/v1/repository/team/app/manifest/{sparse}/security"));
        assert_eq!(told["status"], "scanned");
        let features = told["data"]["Layer"]["Features"].as_array().unwrap();
        let last = features.last().unwrap();
        assert_eq!(last["Name"], "limpid-unproven");
        assert_eq!(last["Vulnerabilities"][0]["Name"], "LIMPID-IMAGE-NOT-JUDGED");
    });
}

#[test]
fn an_index_without_images_that_are_there_is_not_indexed() {
    Place::on_each(|place| {
        let missing = push_index(place, "1", &[child(&Digest::of(b"missing"), "linux/amd64")]);
        let reason = "linux/amd64: it is not in the registry".to_owned();
        let expected = Status::Unsupported { reason, is_artifact: false };
        assert_eq!(security::status(&place.engine, &missing).unwrap(), expected);
        assert_eq!(security::summary(&place.engine, None, &missing).unwrap(), None);
    });
}
