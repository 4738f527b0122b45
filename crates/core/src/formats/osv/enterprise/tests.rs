use super::*;
use crate::formats::osv::{AffectedPackage, PackageName};

const BUILDERS: Builders = Builders { vendors: &["Stone"], keys: Some(&[]), marks: &[] };

fn stated(title: &str, fixed: &str) -> Vec<(String, Option<String>)> {
    stated_with(title, &AffectedRange::Fixed { introduced: None, fixed: fixed.to_owned() })
}

fn stated_with(title: &str, range: &AffectedRange) -> Vec<(String, Option<String>)> {
    let document =
        Document { id: "STSA-2022:5468".to_owned(), summary: title.to_owned(), ..Document::default() };
    let package = PackageName { ecosystem: "Stone:8".to_owned(), name: "php".to_owned() };
    let affected = AffectedPackage::default();
    let said = Said { document: &document, affected: &affected, package: &package, range };
    state(&said, Names::Binary).into_iter().map(|one| (one.namespace, one.only.module)).collect()
}

fn scope_of(module: Option<&str>, version: &str, vendor: &str) -> Scope {
    let package = Package {
        name: "php".to_owned(),
        version: version.to_owned(),
        module: module.map(str::to_owned),
        vendor: Some(vendor.to_owned()),
        ..Package::default()
    };
    scope(
        &ScopeQuestion {
            namespace: "Stone:8",
            distribution: "stone",
            package: &package,
            repositories: &[],
            facts: &|_, _| Vec::new(),
        },
        &BUILDERS,
    )
}

use crate::Package;

#[test]
fn modular_packages_are_spoken_about_under_a_namespace_of_their_own() {
    let modular = "8.0.1-1.module_el8.6.0+3038+00eff8a2";
    let of = |stream: Option<&str>| ("Stone:8::modules".to_owned(), stream.map(str::to_owned));
    assert_eq!(stated("Important: php security update", "0:7.2-1.el8"), [("Stone:8".to_owned(), None)]);
    assert_eq!(stated("Important: php:8.0 security update", modular), [of(Some("php:8.0"))]);
    assert_eq!(
        stated("Moderate: python38:3.8 and python38-devel:3.8, virt:rhel security update", modular),
        [of(Some("python38:3.8")), of(Some("python38-devel:3.8")), of(Some("virt:rhel"))]
    );
    assert_eq!(stated("STSA-2022:5468: php:8.0 security update (Important)", modular), [of(Some("php:8.0"))]);
    assert_eq!(stated("Important: varnish security update", modular), [of(None)]);
    assert_eq!(stated("varnish: what RHSA-2022:1234 missed", modular), [of(None)]);
    // Where no version tells, it is said of both.
    for range in
        [AffectedRange::Unfixed { introduced: None }, AffectedRange::Unreadable { text: "odd".to_owned() }]
    {
        let plain = ("Stone:8".to_owned(), None);
        assert_eq!(stated_with("Important: varnish security update", &range), [of(None), plain.clone()]);
        assert_eq!(stated_with("Important: php:8.0 update", &range), [of(Some("php:8.0")), plain]);
    }
    assert_eq!(stated("ruby:3.3 update", "3.3.1-2.module+el9.4.0+1+2"), [of(Some("ruby:3.3"))]);
}

#[test]
fn a_package_is_judged_by_what_is_said_about_its_kind() {
    let namespace = |name: &str| Scope::Namespaces(vec![name.to_owned()]);
    assert_eq!(scope_of(None, "7.2-1.el8", "Stone Linux"), namespace("Stone:8"));
    assert_eq!(scope_of(Some("php:8.0"), "8.0-1.module_el8+1+2", "Stone"), namespace("Stone:8::modules"));
    let both = ["Stone:8", "Stone:8::modules"].map(str::to_owned);
    assert_eq!(scope_of(Some("php:8.0"), "8.0-1", "Stone"), Scope::Namespaces(both.into()));
    let Scope::ThirdParty { by } = scope_of(None, "8.0-1.module_el8+1+2", "Stone") else { panic!() };
    assert!(by.contains("module"), "{by}");
    assert_eq!(
        scope_of(None, "7.2-1.el8", "Remi's RPM repository"),
        Scope::ThirdParty { by: "Remi's RPM repository".to_owned() }
    );
}

#[test]
fn the_title_rates_and_what_is_no_vulnerability_is_told_so() {
    let rated = |id: &str, title: &str, related: &[&str]| {
        let document = Document {
            id: id.to_owned(),
            summary: title.to_owned(),
            related: related.iter().map(|&one| one.to_owned()).collect(),
            ..Document::default()
        };
        rate(&document).map(|rating| (rating.severity, rating.word))
    };
    let word = |severity, word: &str| Some((severity, word.to_owned()));
    let cve = &["CVE-2022-1"][..];
    assert_eq!(rated("ALSA-1", "Important: bash security update", cve), word(Severity::High, "Important"));
    assert_eq!(
        rated("ALSA-1", "ALSA-2022:5468: php:8.0 security update (Moderate)", cve),
        word(Severity::Medium, "Moderate")
    );
    assert_eq!(rated("ALSA-1", "bash security update", cve), None);
    assert_eq!(rated("ALBA-1", "bash bug fix update", &[]), word(Severity::Negligible, "bug fix"));
    assert_eq!(rated("ALEA-1", "bash enhancement update", &[]), word(Severity::Negligible, "enhancement"));
    assert_eq!(rated("ALBA-1", "bash bug fix update", cve), None);
    assert_eq!(rated("ALSA-1", "bash security update", &[]), None);
}
