//! What Limpid writes is read back to what it was written from.

use serde_json::json;

use super::*;
use crate::{Distribution, documents, package::SourcePackage};

/// Packages with all that they can have.
fn packages(layer: &Digest) -> Vec<IndexedPackage> {
    let one = |package: crate::Package, namespace: Option<&str>, path: &str| {
        let ecosystems = ecosystems::all();
        let ecosystem = namespace.and_then(|one| ecosystems.of_namespace(one));
        let distribution = distributions().into_iter().find(|one| Some(one.ecosystem.as_str()) == namespace);
        IndexedPackage {
            purl: crate::purl::purl(ecosystem, &package, distribution.as_ref()),
            package,
            namespace: namespace.map(str::to_owned),
            path: path.to_owned(),
            layer: Some(layer.clone()),
        }
    };
    let text = |text: &str| Some(text.to_owned());
    let named = |name: &str, version: &str, kind: &str| crate::Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        ..crate::Package::default()
    };
    let rpm = crate::Package {
        architecture: text("x86_64"),
        source: Some(SourcePackage::new("nodejs", "1:18.1-1.module+el8")),
        module: text("nodejs:18"),
        vendor: text("Red Hat (a@b), Inc."),
        key: text("199e2f91fd431d51"),
        repository: text("rhel-8-for-x86_64-appstream-rpms"),
        ..named("npm", "1:9.6-1.module+el8", "rpm")
    };
    let image = crate::Package {
        architecture: text("amd64"),
        repository: text("cpe:/a:redhat:enterprise_linux:8"),
        ..named("ubi8", "8.6-754", "oci")
    };
    let owned = crate::Package { owned_by: text("npm"), ..named("@babel/core", "7.0.0", "npm") };
    let red_hat = Some("Red Hat:enterprise_linux:8");
    let mut packages = vec![
        one(rpm, red_hat, "var/lib/rpm/Packages"),
        one(image, red_hat, "root/buildinfo/Dockerfile"),
        one(owned, Some("npm"), "usr/lib/node_modules/core/package.json"),
        one(named("alone", "1", "maven"), Some("Maven"), "app.jar"),
        one(named("strange", "1:2 3", "deb"), None, "other/var/lib/dpkg/status"),
    ];
    packages.sort();
    packages
}

/// An index report with all that it can have.
fn index() -> IndexReport {
    let layer = Digest::of(b"layer");
    let packages = packages(&layer);
    let spot = |reason, subject: &str, packages| {
        BlindSpot::new(reason, subject, "why: (it) is so").with_packages(packages)
    };
    IndexReport {
        schema: SCHEMA.to_owned(),
        image: ImageFacts {
            reference: "registry.example/app:1".to_owned(),
            digest: Digest::of(b"image"),
            platform: "linux/amd64".to_owned(),
            layers: vec![layer, Digest::of(b"other")],
        },
        index_state: Digest::of(b"state"),
        distributions: distributions(),
        repositories: vec!["rhel-8-for-x86_64-baseos-rpms".to_owned()],
        packages,
        blind_spots: vec![
            spot(Reason::NoDistribution, "the file system in other", 1),
            spot(Reason::UnidentifiedExecutables, "1 program", 0),
        ],
        archives: Vec::new(),
    }
}

fn distributions() -> Vec<Distribution> {
    let namespace = "Red Hat:enterprise_linux:8";
    let end_of_life = ecosystems::all().of_namespace(namespace).and_then(|one| (one.end_of_life)(namespace));
    vec![Distribution {
        id: "rhel".to_owned(),
        version: "8.6".to_owned(),
        name: "Red Hat Enterprise Linux 8.6 (Ootpa)".to_owned(),
        ecosystem: namespace.to_owned(),
        end_of_life,
    }]
}

#[test]
fn both_forms_are_read_back_to_what_was_written() {
    let index = index();
    let at = "2026-11-26T00:00:00Z".parse().unwrap();
    for document in [documents::cyclonedx_index(&index), documents::spdx_index(&index, at)] {
        let mut read = read_text(&document.to_string());
        read.blind_spots.retain(|spot| spot.subject != DOCUMENT);
        assert_eq!(read.packages, index.packages);
        assert_eq!(read.distributions, index.distributions);
        assert_eq!(read.repositories, index.repositories);
        assert_eq!(read.blind_spots, index.blind_spots);
        assert_eq!((&read.image.platform, &read.image.layers), (&index.image.platform, &index.image.layers));
        assert_ne!(read.image.digest, index.image.digest);
        // What was read is written to what is read to the same.
        let again = read_text(&documents::cyclonedx_index(&read).to_string());
        assert_eq!(again.packages, read.packages);
    }
}

#[test]
fn a_comment_that_was_cut_off_is_an_error_and_loses_no_blind_spot() {
    let whole = documents::spdx_index(&index(), "2026-11-26T00:00:00Z".parse().unwrap());
    for place in ["/comment", "/packages/1/comment"] {
        let mut document = whole.clone();
        let comment = document.pointer_mut(place).unwrap();
        let text = comment.as_str().unwrap().strip_suffix(']').unwrap().to_owned();
        *comment = json!(text);
        let refused = read(document.to_string().as_bytes(), "x", &ecosystems::all()).unwrap_err().to_string();
        assert!(refused.contains("a comment that Limpid wrote is damaged"), "{place}: {refused}");
    }
}

#[test]
fn what_others_added_to_it_is_judged_as_that_of_others() {
    let mut document = documents::cyclonedx_index(&index());
    let components = document["components"].as_array_mut().unwrap();
    components.push(json!({ "type": "library", "name": "musl", "purl": "pkg:apk/alpine/musl@1" }));
    document["compositions"] = json!([{ "aggregate": "incomplete" }]);
    let report = read_text(&document.to_string());
    let subjects: Vec<&str> = spots(&report).iter().map(|spot| spot.1).collect();
    assert_eq!(subjects, ["packages of no distribution", "the file system in other", "document"]);
}
