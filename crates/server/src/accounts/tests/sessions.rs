//! Sessions of browsers: how they begin and end, and whose requests they carry.

use limpid_store::accounts::ServiceRole;
use serde_json::json;

use super::{Place, place::PASSWORD};
use crate::accounts::administration::set_password;

/// Signs in. Returns the cookie as a browser sends it.
fn enter(place: &Place, before: Option<&str>) -> String {
    let mut headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    headers.extend(before.map(|cookie| ("cookie", cookie.to_owned())));
    let body = json!({"name": "alice", "password": PASSWORD}).to_string();
    let answer = place.send("POST", "/api/v1/session", &headers, &body).with(204);
    let cookie = answer.header("set-cookie");
    // Without TLS, for this machine alone.
    assert!(cookie.starts_with("limpid="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

fn status(place: &Place, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    place.send(method, path, &headers, r#"{"current": "a", "new": "b"}"#).status
}

#[test]
fn a_session_lasts_until_it_ends_and_each_sign_in_begins_another() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        let first = enter(place, None);
        let own = |cookie: &str| status(place, "GET", "/api/v1/account", &[("cookie", cookie)]);
        assert_eq!((own(&first), own("limpid=x"), own("other=x")), (200, 401, 401));
        let second = enter(place, Some(&first));
        assert_ne!(first, second);
        assert_eq!((own(&first), own(&second)), (401, 200), "the first has ended");
        assert_eq!(own(&format!("a=b; {second}; c=d")), 200);
        let out = [("cookie", second.clone()), ("sec-fetch-site", "same-origin".to_owned())];
        let answer = place.send("DELETE", "/api/v1/session", &out, "").with(204);
        assert_eq!(answer.header("set-cookie"), "limpid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(own(&second), 401);
    });
}

#[test]
fn a_session_ends_unused_after_half_a_day_used_after_a_week_and_with_the_password() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        let own = |cookie: &str| status(place, "GET", "/api/v1/account", &[("cookie", cookie)]);
        let age = |statement, hours: i64| place.execute(statement, &[(hours * 3_600_000_000).into()]);
        let cookie = enter(place, None);
        age("UPDATE session SET seen_at = seen_at - $1", 11);
        assert_eq!(own(&cookie), 200);
        // It was used just now, so another 11 hours are no harm.
        age("UPDATE session SET seen_at = seen_at - $1", 11);
        assert_eq!(own(&cookie), 200);
        age("UPDATE session SET seen_at = seen_at - $1", 13);
        assert_eq!(own(&cookie), 401);
        let cookie = enter(place, None);
        age("UPDATE session SET expires_at = expires_at - $1", 7 * 24);
        assert_eq!(own(&cookie), 401);
        let cookie = enter(place, None);
        set_password(&place.engine, "alice", PASSWORD).unwrap();
        assert_eq!(own(&cookie), 401);
    });
}

#[test]
fn what_another_sites_page_sends_changes_nothing() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        let cookie = enter(place, None);
        let path = "/api/v1/account/password";
        // 403 is the handler's: the current password is another one.
        for (header, value, expected) in [
            ("sec-fetch-site", "same-origin", 403),
            ("sec-fetch-site", "none", 403),
            ("sec-fetch-site", "same-site", 401),
            ("sec-fetch-site", "cross-site", 401),
            ("origin", "http://registry.test:5000", 403),
            ("origin", "http://registry.test", 401),
            ("origin", "http://evil.test", 401),
            ("origin", "null", 401),
            ("x-nothing", "", 401),
        ] {
            assert_eq!(
                status(place, "PUT", path, &[("cookie", &cookie), (header, value)]),
                expected,
                "{value}"
            );
        }
        // A password that the browser remembers is no better; programs say nothing of where they are.
        let (_, basic) = super::place::basic("alice", PASSWORD);
        for (header, value, expected) in [
            ("sec-fetch-site", "cross-site", 401),
            ("origin", "http://evil.test", 401),
            ("origin", "http://registry.test:5000", 403),
            ("x-nothing", "", 403),
        ] {
            assert_eq!(
                status(place, "PUT", path, &[("authorization", &basic), (header, value)]),
                expected,
                "{value}"
            );
        }
        // Reading does no harm, and nobody else reads the answer.
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
        assert_eq!(status(place, "GET", "/api/v1/account", &headers), 200);
        let body = json!({"name": "alice", "password": PASSWORD}).to_string();
        for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.test")] {
            place.send("POST", "/api/v1/session", &[(header, value.to_owned())], &body).with(403);
        }
    });
}
