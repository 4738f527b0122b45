//! `--platform all`: each image of an index has its report, and what is no image is named.

use std::fs;

use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    tar::Tar,
};
use serde_json::{Value, json};

use crate::support::{Place, Ran, advised, clean, corpus, findings, vulnerable};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn platforms(reports: &[Value]) -> Vec<&str> {
    reports.iter().map(|report| report["image"]["platform"].as_str().unwrap()).collect()
}

/// How many layers are kept.
fn kept(place: &Place) -> u64 {
    let text = place.run("cache").ended(0).stdout;
    let row = text.lines().find(|line| line.starts_with("evidence\t")).unwrap();
    row.split('\t').nth(1).unwrap().parse().unwrap()
}

const SHARED: &str = "one layer for all";

/// Two images that share a layer, an attestation as BuildKit writes it, and one that only its platform tells.
struct Index {
    layout: Layout,
    children: Vec<Value>,
}

impl Index {
    fn new() -> Self {
        let mut layout = Layout::new();
        let image = |system: &limpid_testkit::alpine::System, platform| {
            let shared = Tar::new().file("etc/motd", SHARED).finish();
            ImageBuilder::new()
                .platform(platform)
                .layer(shared, Stored::Gzip)
                .layer(system.tar().finish(), Stored::Gzip)
        };
        let mut children = vec![
            layout.image(&image(&vulnerable(), "linux/amd64")),
            layout.image(&image(&clean(), "linux/arm64/v8")),
        ];
        let statement = |platform| {
            ImageBuilder::new()
                .platform(platform)
                .layer("{}", Stored::Plain)
                .media_type("application/vnd.in-toto+json")
        };
        let mut attestation = layout.image(&statement("unknown/unknown"));
        attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
        let second = ImageBuilder::new()
            .platform("unknown/unknown")
            .layer("{ }", Stored::Plain)
            .media_type("application/vnd.in-toto+json");
        children.extend([attestation, layout.image(&second)]);
        Self { layout, children }
    }

    fn digest(&self, place: usize) -> &str {
        self.children[place]["digest"].as_str().unwrap()
    }

    /// The archive, in which what is `lost` is missing.
    fn write(&self, place: &Place, lost: Option<usize>) -> String {
        let mut layout = self.layout.clone();
        let index = layout.index(&self.children);
        if let Some(lost) = lost {
            layout.blobs.remove(&self.digest(lost).parse().unwrap());
        }
        place.write("app.tar", layout.entry(index, Some("1")).tar().finish())
    }
}

#[test]
fn every_image_of_an_index_has_a_report_and_a_shared_layer_is_read_once() {
    let place = advised();
    let index = Index::new();
    let file = index.write(&place, None);
    let ran =
        place.run(&format!("scan {file} --offline --format json --platform all --fail-on unknown")).ended(1);
    let reports = lines(&ran);
    assert_eq!(platforms(&reports), ["linux/amd64", "linux/arm64/v8"]);
    let verdicts: Vec<&Value> = reports.iter().map(|report| &report["verdict"]).collect();
    assert_eq!(verdicts, ["vulnerable", "clean"]);
    let digests: Vec<&str> =
        reports.iter().map(|report| report["image"]["digest"].as_str().unwrap()).collect();
    assert_eq!(digests, [index.digest(0), index.digest(1)]);
    assert_eq!(
        ran.stderr.lines().next().unwrap(),
        format!(
            "note: {file}: entries of the index are no images: attestation-manifest {}, application/vnd.in-toto+json {}",
            index.digest(2),
            index.digest(3)
        )
    );
    assert_eq!(kept(&place), 3, "two of their own, and one that both have");
    // Each is what it is by itself.
    let one = place.run(&format!("scan {file} --offline --format json --platform linux/amd64")).ended(0);
    assert_eq!(one.json()["findings"], reports[0]["findings"]);
    assert_eq!(findings(&reports[0]).len(), 3);

    let report = place.path("report.json");
    let words = format!(
        "scan {file} --offline --quiet --platform all --format table --format json={}",
        report.display()
    );
    let table = place.run(&words).ended(0);
    assert_eq!(fs::read_to_string(&report).unwrap().lines().count(), 2);
    let last = table.stdout.lines().last().unwrap();
    assert_eq!(
        last,
        format!(
            "platform\t{file}\tlinux/arm64/v8\tlinux/amd64\tdiffers\t0\t3\tlinux/arm64/v8 lacks 3 findings of linux/amd64 \
             (CVE-2099-0001 in busybox, CVE-2099-0001 in ssl_client, CVE-2099-0003 in libcrypto3); has 2 packages instead of 4."
        )
    );
    let indexes = lines(&place.run(&format!("index {file} --platform all --format json")).ended(0));
    assert_eq!(platforms(&indexes), ["linux/amd64", "linux/arm64/v8"]);
}

#[test]
fn platforms_that_are_named_come_in_the_order_of_the_index() {
    let place = advised();
    let file = Index::new().write(&place, None);
    let scan =
        |platforms: &str| place.run(&format!("scan {file} --offline --format json --platform {platforms}"));
    let two = scan("linux/arm64,linux/amd64").ended(0);
    assert_eq!(platforms(&lines(&two)), ["linux/amd64", "linux/arm64/v8"]);
    let lacking = scan("linux/s390x,linux/arm64").ended(2);
    assert_eq!(platforms(&lines(&lacking)), ["linux/arm64/v8"]);
    let why = "(linux/s390x): ";
    assert!(
        lacking.stderr.contains(why) && lacking.stderr.contains("it has linux/amd64, linux/arm64"),
        "{lacking:#?}"
    );
    // What looks at one image says so.
    let ran = place.run(&format!("explain CVE-2099-0001 {file} --platform all")).ended(2);
    assert!(ran.stderr.contains("name one platform"), "{ran:#?}");
}

#[test]
fn an_image_that_cannot_be_read_hides_no_other() {
    let place = advised();
    let index = Index::new();
    let file = index.write(&place, Some(0));
    let ran = place.run(&format!("scan {file} --offline --format json --platform all")).ended(2);
    assert_eq!(platforms(&lines(&ran)), ["linux/arm64/v8"]);
    assert!(ran.stderr.contains(&format!("{file} (linux/amd64): ")), "{ran:#?}");
    // An archive that has one image has all there are; a platform that it is not is none.
    let single = place.image("single.tar", &vulnerable());
    let ran = place.run(&format!("scan {single} --offline --format json --platform all")).ended(0);
    assert_eq!(platforms(&lines(&ran)), ["linux/amd64"]);
    let archive = place.write("saved.tar", vulnerable().image().docker_archive("app:1"));
    place.run(&format!("scan {archive} --offline --platform all")).ended(0);
    let ran = place
        .run(&format!("scan {archive} --offline --format json --platform linux/arm64,linux/amd64"))
        .ended(2);
    assert_eq!(platforms(&lines(&ran)), ["linux/amd64"]);
}

#[test]
fn a_baseline_meets_each_platform_by_its_own_report() {
    let place = advised();
    let file = Index::new().write(&place, None);
    let json = "--offline --quiet --format json --fail-on unknown";
    let amd64 = place.run(&format!("scan {file} {json} --platform linux/amd64")).ended(1).stdout;
    let before = place.write("before.json", &amd64);
    let ran = place.run(&format!("scan {file} {json} --platform all --baseline {before}")).ended(0);
    let reports = lines(&ran);
    assert_eq!(reports[0]["since"]["known"], 3);
    assert_eq!(reports[1].get("since"), None, "of this platform nothing is known");
}

#[test]
fn a_real_index() {
    let (Some(image), Some(mirror)) = (corpus("images/slim-multiarch-index.oci.tar"), corpus("mirror"))
    else {
        return;
    };
    let place = Place::new();
    let words =
        format!("scan {} --format json --platform all --mirror {}", image.display(), mirror.display());
    let ran = place.run(&words);
    let reports = lines(&ran);
    assert_eq!(platforms(&reports), ["linux/amd64", "linux/arm64"]);
    let packages: Vec<u64> =
        reports.iter().map(|report| report["summary"]["packages"].as_u64().unwrap()).collect();
    assert_eq!(packages, [59, 60]);
    // The corpus has no data about this release: that is unproven, on every platform.
    assert!(reports.iter().all(|report| report["verdict"] == "unproven"));
    assert_eq!(ran.status, 3);
}
