//! What an image was built on: told by its layers, to who may read the base, and by nobody's word.

use limpid_core::Digest;
use limpid_store::accounts::Role;
use limpid_testkit::{
    image::{ImageBuilder, Stored},
    tar::Tar,
};
use serde_json::{Value, json};

use super::{
    Place,
    gate::signed,
    place::{FIXES, clean, vulnerable},
};
use crate::{
    accounts::administration::{Grantee, Place as Where, grant},
    security::{self, Gate},
};

fn on(base: &limpid_testkit::alpine::System) -> ImageBuilder {
    let above = Tar::new().file("srv/app", b"an app").finish();
    base.image().layer(above, Stored::Gzip)
}

fn annotations(name: &str, digest: &Digest) -> Value {
    json!({"org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest})
}

fn path(digest: &Digest) -> String {
    format!("/api/v1/repository/team/app/manifest/{digest}/base")
}

fn report(place: &Place, who: &str, digest: &Digest) -> Value {
    place
        .ask(who, "GET", &format!("/repository/team/app/-/image/{digest}/report.json"), &Value::Null)
        .json(200)
}

#[test]
fn what_comes_with_the_base_is_told_and_what_its_tag_became() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let base = place.push_system("base/alpine", "3.99", &vulnerable());
        let name = "registry.test/base/alpine:3.99";
        let app = place.push_annotated("team/app", Some("1"), &on(&vulnerable()), &annotations(name, &base));
        place.status(&app, "indexed");
        let mut expected = json!({"name": name, "digest": base, "repository": "base/alpine", "layers": 1, "findings": 1,
            "fixable": 1, "above": 0, "tag": {"name": "3.99", "is_moved": false}});
        assert_eq!(place.get(&path(&app)), expected);
        let found = report(place, "admin", &app);
        assert_eq!(
            (&found["findings"][0]["origin"], &found["base"]["reference"]),
            (&json!("base"), &json!(name))
        );
        let page = |who: &str| place.ask(who, "GET", "/repository/team/app/-/image/1", &Value::Null).text;
        assert!(page("admin").contains("The tag 3.99 still points to it."));

        // The base is built again, and there is a later release.
        let newer = place.push_system("base/alpine", "3.99", &clean());
        expected["tag"] = json!({"name": "3.99", "is_moved": true, "digest": newer});
        place.push_system("base/alpine", "3.100", &clean());
        place.status(&newer, "indexed");
        for (key, value) in [("clears", json!(1)), ("adds", json!(0)), ("newer", json!("3.100"))] {
            expected["tag"][key] = value;
        }
        assert_eq!(place.get(&path(&app)), expected);
        let shown = page("admin");
        assert!(shown.contains("building on it clears 1 finding."), "{shown}");
        assert!(shown.contains("A higher tag is here too: 3.100."), "{shown}");

        // Who may not read the base is not told that it is here.
        place.user("reader");
        grant(&place.engine, Where::Namespace("team"), Grantee::Account("reader"), Role::Reader).unwrap();
        assert_eq!(place.ask("reader", "GET", &path(&app), &Value::Null).status, 404);
        let hidden = report(place, "reader", &app);
        assert_eq!((&hidden["base"], &hidden["findings"][0]["origin"]), (&Value::Null, &Value::Null));
        assert!(!page("reader").contains("What it is built on"));
    });
}

#[test]
fn what_an_image_says_of_itself_holds_only_where_the_layers_agree() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let base = place.push_system("base/alpine", "3.99", &clean());
        let elsewhere = place.push_system("team/other", "1", &vulnerable());
        let told = |name: &str, digest: &Digest| {
            let app = place.push_annotated("team/app", None, &on(&vulnerable()), &annotations(name, digest));
            place.status(&app, "indexed");
            place.ask("admin", "GET", &path(&app), &Value::Null)
        };
        assert_eq!(told("registry.test/base/alpine:3.99", &base).status, 404, "another system");
        assert_eq!(told("registry.test/base/alpine:3.99", &Digest::of(b"nothing")).status, 404);
        assert_eq!(told("registry.test/base/alpine:other", &Digest::of(b"nothing")).status, 404);
        // By its digest it is known wherever it is; of its tag nothing is.
        let found = told("docker.io/library/alpine:3.99", &elsewhere).json(200);
        assert_eq!((&found["repository"], &found["tag"]), (&json!("team/other"), &Value::Null));
        let plain = place.push_image("team/app", Some("plain"), &on(&vulnerable()));
        place.status(&plain, "indexed");
        assert_eq!(place.ask("admin", "GET", &path(&plain), &Value::Null).status, 404);
    });
}

#[test]
fn a_gate_on_what_is_above_the_base_passes_what_comes_with_it_where_that_is_known() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let base = place.push_system("base/alpine", "3.99", &vulnerable());
        let other = vulnerable().package("zlib", "1.2.13-r0", "zlib");
        let own = place.push_system("team/app", "base", &other);
        let name = "registry.test/base/alpine:3.99";
        let app = place.push_annotated("team/app", Some("1"), &on(&vulnerable()), &annotations(name, &base));
        let by_itself = annotations("registry.test/team/app:base", &own);
        let claimed = place.push_annotated("team/app", Some("2"), &on(&other), &by_itself);
        for digest in [&app, &claimed] {
            place.status(digest, "indexed");
        }
        place.user("reader");
        place.user("stranger");
        for namespace in ["base", "team"] {
            grant(&place.engine, Where::Namespace(namespace), Grantee::Account("reader"), Role::Reader)
                .unwrap();
        }
        let policy = "[gate]\nabove-base = true\n".to_owned();
        place.send("admin", "PUT", "/api/v1/namespaces/team/policy", policy).json(200);
        let counts = json!({"mode": "refuse", "policy": true});
        place.ask("admin", "PUT", "/api/v1/namespaces/team/gate", &counts).json(200);
        let gate = |who: &str, digest: &Digest| match security::gate(
            &place.engine,
            "team/app",
            digest,
            &signed(place, who),
        )
        .unwrap()
        {
            Gate::Allow => String::new(),
            Gate::Refuse(refusal) => refusal.message,
            Gate::Warn(warning) => warning,
        };
        assert_eq!(gate("reader", &app), "");
        // Who may not read the base does not know what is its; and nobody names a base of the repository itself.
        for (who, digest) in [("stranger", &app), ("reader", &claimed)] {
            let told = gate(who, digest);
            assert!(
                told.contains("CVE-2099-0001") && told.contains("nobody knows here what"),
                "{who}: {told}"
            );
        }
        // A gate that asks for no base says nothing of one; Alpine says no day, so that its fix is an old one.
        let policy = "[gate]\nfix-age = 30\n".to_owned();
        place.send("admin", "PUT", "/api/v1/namespaces/team/policy", policy).json(200);
        let told = gate("reader", &app);
        assert!(
            told.contains(
                "(Unknown, busybox 1.36.0-r1, fixed in 1.36.1-r0; nobody says since when the fix is known)"
            ),
            "{told}"
        );
        assert!(!told.contains("nobody knows here"), "{told}");
    });
}
