//! VEX documents that are attached to an image in a registry: believed where that is asked for, and nowhere else.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use limpid_core::Digest;
use limpid_testkit::registry::{Registry, has_skopeo, skopeo_copy};
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::support::{Place, advised, findings, vulnerable};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What is put beside an image, as tools do it.
pub(crate) struct Beside {
    client: Client,
    base: String,
}

impl Beside {
    /// In a repository of a registry.
    pub(crate) fn of(base: String) -> Self {
        // An error means that another test was faster, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self { client: Client::builder().no_proxy().build().unwrap(), base }
    }

    fn blob(&self, bytes: &[u8], media_type: &str) -> Value {
        let digest = Digest::of(bytes);
        let begun = self.client.post(format!("{}/blobs/uploads/", self.base)).send().unwrap();
        let location = begun.headers()["location"].to_str().unwrap();
        let joint = if location.contains('?') { '&' } else { '?' };
        let put =
            self.client.put(format!("{location}{joint}digest={digest}")).body(bytes.to_vec()).send().unwrap();
        assert_eq!(put.status().as_u16(), 201);
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    pub(crate) fn manifest(&self, reference: Option<&str>, media_type: &str, manifest: &Value) -> Value {
        let bytes = manifest.to_string();
        let digest = Digest::of(bytes.as_bytes());
        let reference = reference.map_or_else(|| digest.to_string(), str::to_owned);
        let put = self
            .client
            .put(format!("{}/manifests/{reference}", self.base))
            .header("content-type", media_type)
            .body(bytes.clone())
            .send()
            .unwrap();
        assert_eq!(put.status().as_u16(), 201, "{}", put.text().unwrap());
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    /// A manifest that is there.
    pub(crate) fn get(&self, reference: &str) -> Value {
        let asked =
            self.client.get(format!("{}/manifests/{reference}", self.base)).header("accept", MANIFEST);
        serde_json::from_str(&asked.send().unwrap().text().unwrap()).unwrap()
    }

    /// A manifest with one document, as `oras attach` makes it; its descriptor, for the list.
    fn attach(&self, subject: &Value, artifact_type: &str, document: &Value) -> (Value, Value) {
        let layer = self.blob(document.to_string().as_bytes(), "application/json");
        let config = self.blob(b"{}", "application/vnd.oci.empty.v1+json");
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type, "config": config,
            "layers": [layer.clone()], "subject": subject,
        });
        let mut descriptor = self.manifest(None, MANIFEST, &manifest);
        descriptor["artifactType"] = artifact_type.into();
        (descriptor, layer)
    }

    fn list(&self, subject: &Value, descriptors: &[Value]) {
        let tag = subject["digest"].as_str().unwrap().replace(':', "-");
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors});
        self.manifest(Some(&tag), INDEX, &index);
    }
}

fn openvex(id: &str, image: &str) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Platform team",
        "timestamp": "2026-01-01T00:00:00Z", "statements": [{
            "vulnerability": {"name": id}, "products": [{"@id": format!("pkg:oci/app@{image}")}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
        }],
    })
}

fn suppressed(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["findings"].as_array().unwrap();
    let mut by: Vec<_> = all
        .iter()
        .filter(|one| one.get("suppressed").is_some())
        .map(|one| (text(&one["id"]), text(&one["suppressed"]["by"])))
        .collect();
    by.sort();
    by.dedup();
    by
}

#[test]
fn attached_documents_take_findings_away_where_they_are_asked_for() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&archive, &target, &[]);
    let report = place.report(&target);
    let image = report["image"]["digest"].as_str().unwrap().to_owned();
    let (first, last) = ("CVE-2099-0001", "CVE-2099-0003");
    assert_eq!(findings(&report).iter().map(|one| one.0).collect::<BTreeSet<_>>(), [first, last].into());

    let beside = Beside::of(format!("http://{}/v2/team/app", registry.host()));
    let subject = json!({"mediaType": MANIFEST, "digest": image, "size": 1});
    // Nothing is attached, and that is no error.
    let none = place.run(&format!("scan {target} --offline --format json --vex referrers")).ended(0);
    assert_eq!(suppressed(&none.json()), []);

    let (plain, document) = beside.attach(&subject, "application/vnd.openvex+json", &openvex(first, &image));
    let (garbage, _) = beside.attach(&subject, "application/vnd.openvex+json", &json!({"neither": "nor"}));
    let (bom, _) = beside.attach(&subject, "application/spdx+json", &json!({"spdxVersion": "SPDX-2.3"}));
    beside.list(&subject, &[plain, garbage, bom]);
    // As cosign attests it, beside the image.
    let hex = image.split_once(':').unwrap().1;
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns/v0.2.0",
        "subject": [{"name": "app", "digest": {"sha256": hex}}], "predicate": openvex(last, &image),
    });
    let envelope = json!({
        "payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(statement.to_string()),
        "signatures": [{"sig": "nobody looks at it"}],
    });
    let attestation = beside.blob(envelope.to_string().as_bytes(), "application/vnd.dsse.envelope.v1+json");
    let config = beside.blob(b"{}", "application/vnd.oci.image.config.v1+json");
    let manifest =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [attestation.clone()]});
    beside.manifest(Some(&format!("sha256-{hex}.att")), MANIFEST, &manifest);

    // A stranger's registry silences nothing by itself.
    assert_eq!(place.report(&target)["findings"], report["findings"]);
    let ran = place.run(&format!("scan {target} --offline --format json --vex referrers")).ended(0);
    let by =
        |document: &Value| format!("vex: referrer {} (Platform team)", document["digest"].as_str().unwrap());
    let mut expected = vec![(first.to_owned(), by(&document)), (last.to_owned(), by(&attestation))];
    expected.sort();
    assert_eq!(suppressed(&ran.json()), expected);
    assert!(ran.stderr.contains("is not believed: it is neither OpenVEX, CSAF nor CycloneDX"), "{ran:#?}");
    // And explain says the same.
    let told =
        place.run(&format!("explain {first} {target} --offline --format json --vex referrers")).ended(0);
    assert_eq!(told.json()["answer"], "suppressed", "{told:#?}");
    // So does a comparison under a policy that believes them.
    let saved = place.write("saved.json", report.to_string());
    let policy = place.write("policy.toml", "[vex]\nreferrers = true\n");
    let compared = place
        .run(&format!("compare {saved} {target} --offline --format json --policy {policy}"))
        .ended(0)
        .json();
    let changes = compared["findings"].as_array().unwrap();
    let ids: BTreeSet<&str> = changes.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [first, last].into(), "{compared:#}");
    assert!(changes.iter().all(|one| one["cause"] == "policy"), "{compared:#}");
}

#[test]
fn what_is_in_no_registry_has_nothing_attached() {
    let place: Place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let ran = place.run(&format!("scan {archive} --offline --vex referrers")).ended(2);
    assert!(ran.stderr.contains("is in no registry, and has nothing attached"), "{ran:#?}");
    // A file of that name is named by its path.
    place.write("referrers", "no JSON");
    let ran = place.run(&format!("scan {archive} --offline --vex ./referrers")).ended(2);
    assert!(ran.stderr.contains("--vex ./referrers"), "{ran:#?}");
    let ran = place.run(&format!("compare {archive} {archive} --offline --vex referrers")).ended(2);
    assert!(ran.stderr.contains("is in no registry"), "{ran:#?}");
}
