//! Which images have a vulnerability: by any of its names, in all reports that somebody may see, as they are decided where they are.

use limpid_store::accounts::Role;
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, clean, vulnerable},
};
use crate::accounts::administration::{Grantee, Place as Where, grant};

const PATH: &str = "/api/v1/vulnerability/cve-2099-0001/images";

#[test]
fn all_images_that_have_it_are_found_without_the_name_of_a_package() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let bad = place.push_system("team/app", "1", &vulnerable());
        place.push_system("other/app", "2", &vulnerable());
        let good = place.push_system("team/app", "good", &clean());
        for digest in [&bad, &good] {
            place.status(digest, "indexed");
        }
        let hit = |places: &[&str], suppressed: Value| {
            json!({"digest": bad, "places": places, "id": "CVE-2099-0001", "severity": "Unknown", "package": "busybox",
                "version": "1.36.0-r1", "fixed_in": "1.36.1-r0", "suppressed": suppressed})
        };
        let answer = |images: &[Value]| json!({"id": "cve-2099-0001", "identifiers": ["CVE-2099-0001"], "is_complete": true, "lacks": [], "images": images});
        assert_eq!(place.get(PATH), answer(&[hit(&["other/app:2", "team/app:1"], Value::Null)]));
        assert_eq!(place.get(&format!("{PATH}?package=busybox"))["images"].as_array().unwrap().len(), 1);
        assert_eq!(place.get(&format!("{PATH}?package=musl"))["images"], json!([]));
        assert_eq!(place.get("/api/v1/vulnerability/CVE-2099-7777/images")["images"], json!([]));

        // Who may see one repository is told of that one.
        place.user("reader");
        grant(&place.engine, Where::Namespace("other"), Grantee::Account("reader"), Role::Reader).unwrap();
        let seen = place.ask("reader", "GET", PATH, &Value::Null).json(200);
        assert_eq!(seen, answer(&[hit(&["other/app:2"], Value::Null)]));

        let policy = "[[ignore]]\nid = 'CVE-2099-0001'\nreason = 'not reachable'\n";
        place.send("admin", "PUT", "/api/v1/namespaces/team/policy", policy.to_owned()).json(200);
        let suppressed = json!({"by": "ignore: CVE-2099-0001", "reason": "not reachable"});
        let decided = answer(&[hit(&["team/app:1"], suppressed), hit(&["other/app:2"], Value::Null)]);
        assert_eq!(place.get(PATH), decided);
        let page = place.ask("admin", "GET", "/search?id=CVE-2099-0001", &Value::Null).text;
        assert!(page.contains("an advisory of it names were judged."), "{page}");
        assert_eq!(
            (page.matches(">suppressed<").count(), page.matches("<code>1.36.0-r1</code>").count()),
            (1, 2)
        );
    });
}
