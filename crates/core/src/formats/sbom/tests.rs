mod gaps;
mod hostile;
mod written;

use serde_json::{Value, json};

use super::*;
use crate::{IndexedPackage, ecosystems};

const SYFT: &str = include_str!("fixtures/syft.cdx.json");
const SYFT_SPDX: &str = include_str!("fixtures/syft.spdx.json");
const TRIVY: &str = include_str!("fixtures/trivy.cdx.json");
const TRIVY_SPDX: &str = include_str!("fixtures/trivy.spdx.json");

fn read_text(text: &str) -> IndexReport {
    read(text.as_bytes(), "sbom:app.json", &ecosystems::all()).unwrap()
}

/// A document of an image with these components, by a tool that nobody knows.
fn document(components: Value) -> Value {
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": { "component": { "type": "container", "name": "app" } },
    });
    document["components"] = components;
    document
}

fn of(components: Value) -> IndexReport {
    read_text(&document(components).to_string())
}

/// What counts of the blind spots: reason, subject, packages.
fn spots(report: &IndexReport) -> Vec<(&str, &str, u64)> {
    let counting = report.blind_spots.iter().filter(|spot| spot.counts);
    counting.map(|spot| (spot.reason.as_str(), spot.subject.as_str(), spot.packages)).collect()
}

fn package<'a>(report: &'a IndexReport, name: &str) -> &'a IndexedPackage {
    report
        .packages
        .iter()
        .find(|one| one.package.name == name)
        .unwrap_or_else(|| panic!("{name}: {report:#?}"))
}

/// Name and version of the source, the module, the vendor, the path.
fn told(one: &IndexedPackage) -> String {
    let package = &one.package;
    let source = package.source.as_ref().map(|source| format!("{} {}", source.name, source.version));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let layer = one.layer.as_ref().map_or("", |layer| layer.hex().get(..6).unwrap_or_default());
    let (module, vendor) = (text(&package.module), text(&package.vendor));
    format!("{} | {} | {module} | {vendor} | {} | {layer}", package.version, text(&source), one.path)
}

#[test]
fn what_syft_wrote_is_read() {
    let report = read_text(SYFT);
    let alternatives = package(&report, "alternatives");
    assert_eq!(
        told(alternatives),
        "1.20-2.el9 | chkconfig 1.20-2.el9 |  | Red Hat, Inc. | var/lib/rpm/rpmdb.sqlite | a94ddb"
    );
    assert_eq!(alternatives.namespace.as_deref(), Some("Red Hat:enterprise_linux:9"));
    assert_eq!(
        alternatives.purl,
        "pkg:rpm/redhat/alternatives@1.20-2.el9?arch=x86_64&distro=rhel-9.0&upstream=chkconfig"
    );
    assert_eq!(
        told(package(&report, "dbus")),
        "1:1.12.20-5.el9 | dbus 1:1.12.20-5.el9 |  | Red Hat, Inc. | var/lib/rpm/rpmdb.sqlite | "
    );
    let names: Vec<&str> = report.distributions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names, report.packages.len()), (vec!["Red Hat Enterprise Linux 9.0 (Plow)"], 2));
    assert_eq!(spots(&report), []);
    let [evidence] = &report.blind_spots[..] else { panic!("{report:#?}") };
    assert_eq!(evidence.reason, Reason::UnidentifiedExecutables);
    assert!(evidence.detail.contains("what syft 1.18.1 listed of ubi9.tar sha256:7109"), "{evidence:?}");
    assert!(evidence.detail.contains("CycloneDX 1.6"), "{evidence:?}");
    assert_eq!(report.image.digest, Digest::of(SYFT.as_bytes()));
}

/// One document in four forms, as `syft convert` of 1.18.1 wrote [`SYFT`].
#[test]
fn a_document_is_the_same_in_each_of_its_forms() {
    let forms = [
        (
            "CycloneDX 1.6, XML",
            include_str!("fixtures/converted.cdx.json"),
            include_str!("fixtures/converted.cdx.xml"),
        ),
        (
            "SPDX 2.3, tag-value",
            include_str!("fixtures/converted.spdx.json"),
            include_str!("fixtures/converted.spdx"),
        ),
    ];
    for (name, json, other) in forms {
        let (json, other) = (read_text(json), read_text(other));
        assert_eq!(json.packages.len(), 2, "{name}");
        assert_eq!((&other.packages, &other.distributions), (&json.packages, &json.distributions), "{name}");
        assert_eq!(spots(&other), spots(&json), "{name}");
        let detail = &other.blind_spots.iter().find(|spot| !spot.counts).unwrap().detail;
        assert!(detail.contains("what syft 1.18.1 listed") && detail.contains(name), "{detail}");
    }
    let names: Vec<String> = read_text(forms[0].2).distributions.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Red Hat Enterprise Linux 9.0 (Plow)"]);
}

/// Nothing in the form says where it ends.
#[test]
fn a_document_of_tags_that_was_cut_off_is_told() {
    let whole = include_str!("fixtures/converted.spdx");
    // Who built them is not in this form.
    let unsaid = |packages| ("third-party", "rpm packages", packages);
    assert_eq!(spots(&read_text(whole)), [unsaid(2)]);
    let (cut, _) = whole.split_once("PackageName: dbus").unwrap();
    let report = read_text(cut);
    let open = ("database-unreadable", "document", 0);
    // The image itself, which has no name, is not told from packages any more.
    let nameless = ("database-unreadable", "damaged package URLs", 1);
    assert_eq!((report.packages.len(), spots(&report)), (2, vec![nameless, open, unsaid(1)]));
    let end = whole.trim_end().len();
    for place in (0..end).step_by(11) {
        let cut = whole.get(..place).unwrap();
        if let Ok(report) = read(cut.as_bytes(), "x", &ecosystems::all()) {
            let is_told = spots(&report).iter().any(|(reason, ..)| *reason != "third-party");
            assert!(is_told, "cut off at {place}: {report:#?}");
        }
    }
    // What several lines say, and where names stand behind identifiers.
    let tags = "# by hand\nSPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nSPDXID: SPDXRef-a\nPackageName: zlib\n\
                PackageVersion: 1.2.12-r0\nPackageDescription: <text>one\ntwo: three</text>\n\
                ExternalRef: PACKAGE-MANAGER purl pkg:apk/alpine/zlib@1.2.12-r0?distro=alpine-3.16.0\n\
                FileName: ./x\nSPDXID: SPDXRef-x\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b\n";
    let report = read_text(tags);
    assert_eq!(report.packages.len(), 1);
    assert_eq!(told(package(&report, "zlib")), "1.2.12-r0 |  |  |  |  | ");
}

#[test]
fn who_owns_a_package_is_read_where_syft_says_it() {
    let report = read_text(SYFT_SPDX);
    assert_eq!(
        told(package(&report, "python3-yaml")),
        "6.0-3+b2 | pyyaml 6.0-3 |  | Scott Kitterman <scott@kitterman.com> | var/lib/dpkg/status | "
    );
    let yaml = package(&report, "pyyaml");
    assert_eq!(
        (yaml.package.owned_by.as_deref(), yaml.namespace.as_deref()),
        (Some("python3-yaml"), Some("PyPI"))
    );
    assert_eq!(told(yaml), "6.0 |  |  |  | usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO | ");
    assert_eq!((report.packages.len(), spots(&report)), (2, vec![]));
    // A name that two have is nobody's.
    let twice = SYFT_SPDX.replace("SPDXRef-DocumentRoot-Image-app.tar", "SPDXRef-Package-deb-python3-yaml");
    let twice = twice.replace("pkg:oci/app.tar@sha256:710904cf?arch=", "pkg:npm/other@1");
    assert_eq!(package(&read_text(&twice), "pyyaml").package.owned_by, None);
    // Nor does the package of somebody else own what the distribution's data is then not asked of.
    let foreign = SYFT_SPDX.replace("6.0-3%2Bb2", "6.0-3.pgdg120%2B1");
    assert_eq!(package(&read_text(&foreign), "pyyaml").package.owned_by, None);
}

#[test]
fn what_trivy_wrote_is_read() {
    let report = read_text(TRIVY);
    assert_eq!(
        told(package(&report, "npm")),
        "1:9.6.7-1.18.18.2.1.module_el9.2.0+41+3d4d3f7d | nodejs 1:18.18.2-1.module_el9.2.0+41+3d4d3f7d | nodejs:18 | \
         AlmaLinux |  | a94ddb"
    );
    assert_eq!(package(&report, "npm").namespace.as_deref(), Some("AlmaLinux:9"));
    let core = package(&report, "@babel/core");
    assert_eq!(
        (told(core).as_str(), core.namespace.as_deref()),
        ("7.0.0 |  |  |  | app/node_modules/@babel/core/package.json | ", Some("npm"))
    );
    assert_eq!((report.packages.len(), spots(&report)), (2, vec![]));

    let report = read_text(TRIVY_SPDX);
    let libssl = package(&report, "libssl1.1");
    assert_eq!(told(libssl), "1.1.1q-r0 | openssl 1.1.1q-r0 |  |  |  | a94ddb");
    assert_eq!(
        libssl.purl,
        "pkg:apk/alpine/libssl1.1@1.1.1q-r0?arch=x86_64&distro=alpine-3.15.5&upstream=openssl"
    );
    assert_eq!((report.packages.len(), spots(&report)), (1, vec![]));
}

/// The namespace of a package of this package URL in a document that says no more.
fn namespace(purl: &str) -> Option<String> {
    let report = of(json!([{ "type": "library", "name": "a", "version": "1", "purl": purl }]));
    let [package] = &report.packages[..] else { panic!("{report:#?}") };
    package.namespace.clone()
}

#[test]
fn distributions_are_told_by_package_urls_of_many_tools() {
    for (purl, expected) in [
        ("pkg:apk/alpine/a@1?distro=alpine-3.16.0", "Alpine:v3.16"),
        ("pkg:apk/alpine/a@1?distro=3.16.0", "Alpine:v3.16"),
        ("pkg:apk/alpine/a@1?distro=alpine-edge", "Alpine:edge"),
        ("pkg:apk/alpine/a@1?os_name=alpine&os_version=3.18", "Alpine:v3.18"),
        ("pkg:apk/wolfi/a@1?distro=wolfi-20230201", "Wolfi"),
        ("pkg:deb/debian/a@1?distro=debian-12.5", "Debian:12"),
        ("pkg:deb/debian/a@1?distro=12", "Debian:12"),
        ("pkg:deb/ubuntu/a@1?distro=ubuntu-22.04", "Ubuntu:22.04:LTS"),
        ("pkg:rpm/redhat/a@1?distro=rhel-9.0", "Red Hat:enterprise_linux:9"),
        ("pkg:rpm/redhat/a@1?distro=redhat-8.4", "Red Hat:enterprise_linux:8"),
        ("pkg:rpm/centos/a@1?distro=centos-8.3.2011", "Red Hat:enterprise_linux:8"),
        ("pkg:rpm/alma/a@1?distro=alma-9.2", "AlmaLinux:9"),
        ("pkg:rpm/almalinux/a@1?distro=almalinux-8.10", "AlmaLinux:8"),
        ("pkg:rpm/rocky/a@1?distro=rocky-9.3", "Rocky Linux:9"),
        ("pkg:rpm/oracle/a@1?distro=oracle-8.5", "Oracle Linux:8"),
        ("pkg:rpm/ol/a@1?distro=ol-8.5", "Oracle Linux:8"),
        ("pkg:rpm/amazon/a@1?distro=amazon-2%20%28Karoo%29", "Amazon Linux:2"),
        ("pkg:rpm/opensuse/a@1?distro=opensuse.leap-15.5", "openSUSE:Leap 15.5"),
        ("pkg:rpm/opensuse-leap/a@1?distro=opensuse-leap-15.5", "openSUSE:Leap 15.5"),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed", "openSUSE:Tumbleweed"),
        (
            "pkg:rpm/suse/a@1?distro=suse%20linux%20enterprise%20server-15.3",
            "SUSE:Linux Enterprise Server 15 SP3",
        ),
        ("pkg:rpm/sles/a@1?distro=sles-15.3", "SUSE:Linux Enterprise Server 15 SP3"),
        ("pkg:rpm/cbl-mariner/a@1?distro=cbl-mariner-2.0", "Azure Linux:2"),
        ("pkg:alpm/arch/a@1-1?distro=arch", "Arch Linux"),
        ("pkg:golang/a/b@1", "Go"),
    ] {
        assert_eq!(namespace(purl).as_deref(), Some(expected), "{purl}");
    }
    for purl in [
        "pkg:apk/alpine/a@1",
        "pkg:deb/kali/a@1?distro=kali-2023.4",
        "pkg:deb/debian/a@1?distro=kali-2023.4",
        "pkg:deb/ubuntu/a@1?distro=debian-12",
        "pkg:rpm/debian/a@1?distro=debian-12",
        "pkg:swift/a/b@1",
    ] {
        assert_eq!(namespace(purl), None, "{purl}");
    }
}

#[test]
fn names_of_languages_are_those_that_detectors_find() {
    let report = of(json!([
        { "purl": "pkg:maven/org.slf4j/slf4j-api@1.7" },
        { "purl": "pkg:composer/Symfony/Console@v1.0" },
        { "purl": "pkg:pypi/Zope.Interface@2.0+cu118", "version": "2.0+cu118" },
        { "purl": "pkg:gem/rails@7" },
        { "purl": "pkg:maven/alone@1" },
    ]));
    let names: Vec<&str> = report.packages.iter().map(|one| one.package.name.as_str()).collect();
    assert_eq!(names, ["alone", "org.slf4j:slf4j-api", "rails", "symfony/console", "zope-interface"]);
    assert_eq!(package(&report, "zope-interface").package.source_name(), "zope-interface");
}

#[test]
fn what_is_listed_twice_or_within_another_is_one() {
    let inner = json!({ "purl": "pkg:npm/a@1", "bom-ref": "same", "type": "library" });
    let report = of(json!([
        { "purl": "pkg:npm/b@1", "bom-ref": "same", "components": [inner, inner] },
        inner,
        { "purl": "pkg:npm/c@1", "bom-ref": "same", "components": null },
    ]));
    let names: Vec<&str> = report.packages.iter().map(|one| one.package.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
