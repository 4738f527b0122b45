//! Images and catalogs in a real registry, put there by skopeo and by Limpid itself.

use std::fs;

use limpid_testkit::{
    image::Layout,
    registry::{Registry, has_skopeo, skopeo_copy},
};

use crate::support::{Place, advise, advised, clean, findings, proven, vulnerable};

/// `user` with the password `secret`.
const CREDENTIALS: &str = r#"{"auths":{"HOST":{"auth":"dXNlcjpzZWNyZXQ="}}}"#;

#[test]
fn an_image_in_a_registry_has_the_findings_of_its_archive() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&archive, &target, &[]);
    let expected = proven(place.report(&archive));
    let digest = expected["image"]["digest"].as_str().unwrap();
    for reference in
        [target.clone(), format!("{}/team/app@{digest}", registry.host()), format!("{target}@{digest}")]
    {
        // Another data directory knows no layer: all is read from the registry.
        let other = advised();
        let mut report = proven(other.report(&reference));
        assert_eq!(report["image"]["reference"], reference.as_str());
        report["image"]["reference"] = expected["image"]["reference"].clone();
        assert_eq!(report, expected, "{reference}");
    }
    let ran = place.run(&format!("scan {}/team/app:2.0 --offline", registry.host())).ended(2);
    assert!(ran.stderr.contains("team/app:2.0"), "{ran:#?}");
    let ran = place.run("scan 127.0.0.1:1/team/app:1.0 --offline").ended(2);
    assert!(ran.stderr.contains("127.0.0.1:1"), "{ran:#?}");
}

#[test]
fn a_password_is_taken_from_the_docker_configuration() {
    let (Some(registry), true) = (Registry::start_with_password(), has_skopeo()) else { return };
    let place = advised();
    let archive = place.image("app.tar", &vulnerable());
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&archive, &target, &["--dest-creds", "user:secret"]);
    let scan = |credentials: Option<&str>| {
        let mut command = place.command(&format!("scan {target} --offline --format json"));
        if let Some(credentials) = credentials {
            let directory = place.path("docker");
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("config.json"), credentials.replace("HOST", &registry.host())).unwrap();
            command.env("DOCKER_CONFIG", directory);
        }
        crate::support::Ran::of(command.output().unwrap())
    };
    assert_eq!(findings(&scan(Some(CREDENTIALS)).ended(0).json()).len(), 3);
    for credentials in [None, Some(r#"{"auths":{"HOST":{"auth":"dXNlcjp3cm9uZw=="}}}"#)] {
        let ran = scan(credentials).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("docker login"), "{ran:#?}");
        assert!(!ran.stderr.contains("secret") && !ran.stderr.contains("wrong"), "{ran:#?}");
    }
}

#[test]
fn a_platform_is_chosen_from_an_index() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let mut layout = Layout::new();
    let systems = [("linux/amd64", clean()), ("linux/arm64/v8", vulnerable())];
    let children = systems.map(|(platform, system)| layout.image(&system.image().platform(platform)));
    let index = layout.index(&children);
    let archive = place.write("index.tar", layout.entry(index, Some("1")).tar().finish());
    let target = format!("{}/team/app:1", registry.host());
    skopeo_copy(&archive, &target, &["--all"]);
    for (platform, child, count) in [("linux/amd64", &children[0], 0), ("linux/arm64", &children[1], 3)] {
        let ran = place.run(&format!("scan {target} --offline --format json --platform {platform}")).ended(0);
        let report = ran.json();
        assert_eq!(report["image"]["digest"], child["digest"], "{platform}");
        assert_eq!(findings(&report).len(), count, "{platform}");
    }
    let ran = place.run(&format!("scan {target} --offline --platform linux/s390x")).ended(2);
    assert!(ran.stderr.contains("linux/amd64") && ran.stderr.contains("linux/arm64"), "{ran:#?}");
}

#[test]
fn a_catalog_travels_through_a_registry_and_only_what_changed_is_sent() {
    let Some(registry) = Registry::start() else { return };
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let target = format!("{}/limpid/catalog:latest", registry.host());
    let first = |ran: crate::support::Ran| ran.ended(0).stdout.lines().next().unwrap().to_owned();
    let pushed = first(place.run(&format!("db push {target}")));
    assert!(pushed.starts_with("2 segments pushed") && pushed.ends_with("0 were there already"), "{pushed}");
    let pushed = first(place.run(&format!("db push {target}")));
    assert_eq!(pushed, "0 segments pushed (0 bytes), 2 were there already");

    let other = Place::new();
    let pulled = first(other.run(&format!("db pull {target}")));
    assert!(pulled.starts_with("2 segments pulled"), "{pulled}");
    let catalog = |place: &Place| place.run("db status --format json").ended(0).json()["catalog"].clone();
    assert_eq!(catalog(&other), catalog(&place));
    assert_eq!(proven(other.report(&image)), proven(place.report(&image)));

    place.mirror().alpine(
        "v3.99",
        "community",
        &[("nodejs", "20.1.0-r0", &["CVE-2099-0006", "CVE-2099-0012"])],
    );
    place.update().ended(0);
    let pushed = first(place.run(&format!("db push {target}")));
    assert!(pushed.starts_with("1 segments pushed") && pushed.ends_with("1 were there already"), "{pushed}");
    let ran = other.run(&format!("db pull {target}"));
    assert!(ran.stdout.contains("alpine/v3.99/community  updated\n1 feeds updated, 1 unchanged"), "{ran:#?}");
    let pulled = first(ran);
    assert!(pulled.starts_with("1 segments pulled") && pulled.ends_with("1 were there already"), "{pulled}");
    assert_eq!(catalog(&other), catalog(&place));
    assert_eq!(proven(other.report(&image)), proven(place.report(&image)));
}

#[test]
fn a_catalog_that_is_none_or_older_is_refused() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let host = registry.host();
    skopeo_copy(&place.image("app.tar", &vulnerable()), &format!("{host}/app:1"), &[]);
    let ran = place.run(&format!("db pull {host}/app:1")).ended(2);
    assert!(ran.stderr.contains("not a catalog"), "{ran:#?}");
    place.run(&format!("db pull {host}/app:2")).ended(2);

    // Another machine's data is older than what came in since.
    place.run(&format!("db push {host}/catalog:1")).ended(0);
    advise(&place.mirror());
    place.mirror().alpine(
        "v3.99",
        "community",
        &[("nodejs", "20.1.0-r0", &["CVE-2099-0006", "CVE-2099-0012"])],
    );
    place.update().ended(0);
    let before = fs::read(place.db().join("catalog.json")).unwrap();
    let ran = place.run(&format!("db pull {host}/catalog:1")).ended(2);
    assert!(ran.stderr.contains("alpine/v3.99/community") && ran.stderr.contains("--force"), "{ran:#?}");
    assert_eq!(fs::read(place.db().join("catalog.json")).unwrap(), before, "nothing is changed");
    place.run(&format!("db pull {host}/catalog:1 --force")).ended(0);
}
