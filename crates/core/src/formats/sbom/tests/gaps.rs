//! What a document lacks is told, by its reason, with how many packages it is about.

use serde_json::json;

use super::*;

#[test]
fn components_that_nobody_can_judge_are_told_by_kind() {
    let report = of(json!([
        { "type": "library", "name": "nameless", "version": "1" },
        { "type": "application", "name": "server", "purl": "" },
        { "type": "file", "name": "usr/bin/server" },
        { "type": "library", "name": "wrong", "purl": "npm/a@1" },
        { "type": "library", "name": "zlib", "purl": "pkg:swift/zlib@1" },
        { "type": "library", "name": "curl", "purl": "pkg:cocoapods/curl@8" },
        { "type": "library", "name": "curl", "purl": "pkg:cocoapods/curl@7" },
        { "type": "library", "name": "empty", "purl": "pkg:npm/empty" },
    ]));
    assert_eq!(
        spots(&report),
        [
            ("no-distribution", "document", 0),
            ("database-unreadable", "applications without package URL", 1),
            ("database-unreadable", "cocoapods packages", 2),
            ("database-unreadable", "damaged package URLs", 1),
            ("database-unreadable", "libraries without package URL", 1),
            ("database-unreadable", "swift packages", 1),
            ("version-unparsable", "packages without version", 1),
        ]
    );
    // All are listed, but for the file.
    assert_eq!(report.packages.len(), 7);
    assert!(report.packages.iter().all(|one| one.namespace.is_none()), "{report:#?}");
    let damaged = report.blind_spots.iter().find(|spot| spot.subject == "damaged package URLs").unwrap();
    assert_eq!(damaged.detail, "their package URLs follow no rule: wrong");
}

#[test]
fn a_distribution_that_is_not_told_or_not_known_is_none() {
    let apk = |distro: &str| json!({ "type": "library", "name": "musl", "purl": format!("pkg:apk/alpine/musl@1.2{distro}") });
    let untold = of(json!([apk("")]));
    assert_eq!(spots(&untold), [("no-distribution", "packages of no distribution", 1)]);
    let unknown = of(json!([apk("?distro=stonix-1.0"), apk("?distro=stonix-1.0&arch=x86_64")]));
    assert_eq!(spots(&unknown), [("no-distribution", "packages of no distribution", 2)]);
    let detail = |report: &IndexReport| report.blind_spots[0].detail.clone();
    assert_eq!(detail(&unknown), "“stonix-1.0” is no distribution that this version knows: musl, musl");

    let system = |name: &str| json!({ "type": "operating-system", "name": name, "version": "1.0" });
    let stranger = of(json!([system("stonix"), apk("")]));
    assert!(detail(&stranger).contains("the document says “stonix 1.0”"), "{stranger:#?}");
    let alone = of(json!([system("stonix"), { "purl": "pkg:npm/a@1" }]));
    assert_eq!(spots(&alone), [("no-distribution", "document", 0)]);
    // Two systems, and which of them is meant is not told.
    let two = of(
        json!([system("alpine"), { "type": "operating-system", "name": "alpine", "version": "3.16.0" }, apk("")]),
    );
    assert_eq!(package(&two, "musl").namespace, None);
}

#[test]
fn a_document_of_an_application_needs_no_distribution_and_one_of_an_image_does() {
    let subject = |kind: &str| {
        let mut document = document(json!([{ "purl": "pkg:npm/a@1" }]));
        document["metadata"]["component"]["type"] = json!(kind);
        spots(&read_text(&document.to_string())).iter().map(|spot| spot.0.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subject("application"), Vec::<String>::new());
    for kind in ["container", "device", ""] {
        assert_eq!(subject(kind), ["no-distribution"], "{kind}");
    }
    assert_eq!(spots(&of(json!([]))), [("nothing-recognised", "document", 0)]);
    let system = json!({ "type": "operating-system", "name": "alpine", "version": "3.16.0" });
    assert_eq!(
        spots(&of(json!([system, { "purl": "pkg:npm/a@1" }]))),
        [("database-unreadable", "document", 0)]
    );
}

#[test]
fn what_decides_about_packages_of_distributions_is_missed() {
    let package = |purl: &str| json!([{ "type": "library", "name": "a", "purl": purl }]);
    // Judged by source.
    let apk = of(package("pkg:apk/alpine/a@1?distro=alpine-3.16.0"));
    assert_eq!(spots(&apk), [("database-unreadable", "apk packages without source", 1)]);
    assert_eq!(spots(&of(package("pkg:apk/alpine/a@1?distro=alpine-3.16.0&upstream=b"))), []);
    // Judged by the package, but who built it decides.
    let oracle = of(package("pkg:rpm/ol/a@1?distro=ol-8.5"));
    assert_eq!(spots(&oracle), [("third-party", "rpm packages", 1)]);
    // The stream of a module decides too.
    let module = "pkg:rpm/almalinux/a@1-2.module_el9.2.0%2B41?distro=almalinux-9.2";
    let modular =
        [("database-unreadable", "packages of unknown modules", 1), ("third-party", "rpm packages", 1)];
    assert_eq!(spots(&of(package(module))), modular);
    assert_eq!(spots(&of(package(&format!("{module}&rpmmod=nodejs")))), modular);
    assert_eq!(spots(&of(package(&format!("{module}&rpmmod=nodejs:18:9020")))), [modular[1]]);
    // One whose builder is told tells that the tool tells it.
    let two = json!([
        { "name": "a", "purl": "pkg:rpm/ol/a@1?distro=ol-8.5", "publisher": "Oracle America" },
        { "name": "b", "purl": "pkg:rpm/ol/b@1?distro=ol-8.5" },
    ]);
    assert_eq!(spots(&of(two)), []);
}

#[test]
fn a_document_that_is_not_all_says_so() {
    let with = |field: &str, value: Value| {
        let mut document = document(json!([{ "purl": "pkg:npm/a@1" }]));
        document["metadata"]["component"]["type"] = json!("application");
        document[field] = value;
        let report = read_text(&document.to_string());
        spots(&report).iter().map(|spot| spot.1.to_owned()).collect::<Vec<_>>()
    };
    for aggregate in ["incomplete", "incomplete_first_party_only", "unknown"] {
        assert_eq!(with("compositions", json!([{ "aggregate": aggregate }])), ["document"], "{aggregate}");
    }
    for aggregate in ["complete", "not_specified"] {
        assert_eq!(
            with("compositions", json!([{ "aggregate": aggregate }])),
            Vec::<String>::new(),
            "{aggregate}"
        );
    }
    assert_eq!(with("externalReferences", json!([{ "type": "bom", "url": "other.json" }])), ["document"]);
    assert_eq!(with("externalReferences", json!([{ "type": "vcs", "url": "x" }])), Vec::<String>::new());
    let spdx = json!({
        "spdxVersion": "SPDX-2.2",
        "packages": [{ "SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "primaryPackagePurpose": "APPLICATION" }],
        "externalDocumentRefs": [{}],
        "documentDescribes": ["SPDXRef-a"],
        "relationships": [{ "spdxElementId": "SPDXRef-a", "relatedSpdxElement": "NOASSERTION", "relationshipType": "DEPENDS_ON" }],
    });
    let report = read_text(&spdx.to_string());
    let subjects: Vec<&str> = spots(&report).iter().map(|spot| spot.0).collect();
    assert_eq!(subjects, ["database-unreadable", "database-unreadable", "nothing-recognised"], "{report:#?}");
}
