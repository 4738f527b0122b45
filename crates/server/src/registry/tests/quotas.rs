//! How much a namespace may have.

use limpid_core::Digest;
use limpid_store::accounts::ServiceRole;
use serde_json::{Value, json};

use super::pushes::{blob, code, config, image, manifest, put, send};
use crate::accounts::tests::place::{PASSWORD, Place, basic};

const PATH: &str = "/api/v1/namespaces/team/quota";

#[test]
fn what_there_is_no_room_for_is_refused_and_little_room_is_warned_of() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        let empty = config(&json!({}));
        let pushed = image(place, "team/app", "1", &empty, "ten bytes.");
        let used = empty.len() as u64 + 10;
        let shown = |who: &str| place.ask(who, "GET", PATH, &Value::Null).with(200).json();
        assert_eq!(shown("team"), json!({"used_bytes": used, "warn_bytes": null, "limit_bytes": null}));
        // Nobody gives room to themselves.
        let quota = json!({"warn_bytes": used, "limit_bytes": used + 10});
        place.ask("team", "PUT", PATH, &quota).with(403);
        place.ask("admin", "PUT", PATH, &json!({"warn_bytes": 2, "limit_bytes": 1})).with(422);
        place.ask("admin", "PUT", PATH, &quota).with(200);
        place.ask("admin", "PUT", "/api/v1/namespaces/none/quota", &quota).with(404);

        let again = put(place, "team", "team/app", "1", &pushed).with(201);
        assert!(again.header("warning").starts_with("299 - \"namespace team has "), "{again:?}");
        let refused = blob(place, "team", "team/app", "eleven bytes").with(403);
        assert_eq!(code(&refused), "DENIED");
        assert!(refused.text.contains("Quota has been exceeded on namespace team"), "{refused:?}");
        // What the namespace has already counts once, also in another repository.
        blob(place, "team", "team/other", "ten bytes.").with(201);
        blob(place, "team", "team/app", "ten more..").with(201);
        assert_eq!(shown("admin")["used_bytes"], used + 10);
        // Full: nothing begins, but what is here is mounted and tagged.
        let begin = "/v2/team/app/blobs/uploads/";
        assert_eq!(code(&send(place, "team", "POST", begin, "").with(403)), "DENIED");
        let mount =
            format!("/v2/team/third/blobs/uploads/?mount={}&from=team/app", Digest::of(b"ten bytes."));
        send(place, "team", "POST", &mount, "").with(201);
        put(place, "team", "team/app", "2", &manifest(&empty, "ten more..")).with(201);
        let gone = format!("/v2/team/other/blobs/{}", Digest::of(b"ten bytes."));
        send(place, "team", "DELETE", &gone, "").with(202);
        assert_eq!(shown("team")["used_bytes"], used + 10);
    });
}

#[test]
fn the_page_of_a_namespace_tells_and_sets_it() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        image(place, "team/app", "1", &config(&json!({})), "layer");
        let form = |who: &str, fields: &str| {
            let headers =
                [basic(who, PASSWORD), ("content-type", "application/x-www-form-urlencoded".to_owned())];
            place.send("POST", "/namespaces/team", &headers, fields).status
        };
        assert_eq!(form("team", "do=quota&warn=&limit=1G"), 403);
        assert_eq!(form("admin", "do=quota&warn=1&limit=a lot"), 422);
        assert_eq!(form("admin", "do=quota&warn=1&limit=1G"), 303);
        let page =
            |who: &str| place.send("GET", "/namespaces/team", &[basic(who, PASSWORD)], "").with(200).text;
        assert!(page("admin").contains("value=\"1073741824\""));
        let seen = page("team");
        assert!(seen.contains(" of 1.0 GB") && seen.contains("little is left"), "{seen}");
        assert!(!seen.contains("value=\"quota\""));
    });
}
